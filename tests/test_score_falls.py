"""Each score falls when it should, and only that."""

import dataclasses

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import analysis
from nsculpt.analysis import connectivity, hierarchy
from nsculpt.scores import comparison, scoring
from nsculpt.tasks import task
from tests import test_scoring

# A reads the inputs L and S, B reads S and R; E reads A, F reads B, C and D read both.
LAYERS = ("LLSSRR", "AB", "EFCCDD", "EEFFCCDD")
FUNCTIONS = nx.DiGraph(["AE", "BF", "AC", "BC", "AD", "BD"])
FUNCTIONS.add_node("A", inputs=(0, 1, 2, 3), outputs=())
FUNCTIONS.add_node("B", inputs=(2, 3, 4, 5), outputs=())
for name, outputs in (("E", (0, 1)), ("F", (2, 3)), ("C", (4, 5)), ("D", (6, 7))):
    FUNCTIONS.add_node(name, inputs=(), outputs=outputs)
TRUTH = task.Truth(((0, 1), (2, 3), (4, 5)), ((0, 1), (2, 3), (4, 5), (6, 7)), FUNCTIONS)


def masks():
    first, second, third = np.zeros((6, 2)), np.zeros((2, 6)), np.zeros((6, 8))
    first[:4, 0] = first[2:, 1] = 1
    second[0, [0, 2, 3, 4, 5]] = second[1, [1, 2, 3, 4, 5]] = 1
    for units, outputs in ((0, [0, 1]), (1, [2, 3]), ([[2], [3]], [4, 5]), ([[4], [5]], [6, 7])):
        third[units, outputs] = 1
    return [first, second, third]


def labelled(edges, layers):
    """An analysis whose modules are given: a letter for each unit, dead ones included."""
    found = analysis.analyze(edges)
    number = {letter: i for i, letter in enumerate(dict.fromkeys("".join(layers)))}
    modules = [
        np.array([number[letters[unit]] for unit in units])
        for letters, units in zip(layers, found.live_units, strict=True)
    ]
    between = connectivity.between_live(found.live_units, found.edges)
    graph = hierarchy.module_graph(between, found.live_units, modules)
    return dataclasses.replace(found, modules=modules, hierarchy=graph)


# A and B serve several output groups each; two intermediate modules, so not a single one.
BEST = test_scoring.BEST | {"hidden_separable": False, "middle_separable": False}


def test_the_published_rule_finds_these_modules():
    found, given = analysis.analyze(masks()), labelled(masks(), LAYERS)
    pairs = set(zip(np.concatenate(found.modules), np.concatenate(given.modules), strict=True))
    assert len(pairs) == len(found.hierarchy) == len(given.hierarchy) == 9
    assert scoring.score(found, TRUTH) == scoring.score(given, TRUTH) == BEST


def no_change(edges):
    del edges


def each_its_own_output(edges):
    edges[2][2, 5] = edges[2][3, 4] = 0


def c_without_a(edges):
    edges[1][0, 2:4] = 0


def f_with_a(edges):
    edges[1][0, 1] = 1


def f_with_a_for_c(edges):
    c_without_a(edges)
    f_with_a(edges)


def input_3_dead(edges):
    edges[0][3] = 0


INPUTS = {"inputs_recovered": False, "level_input": False, "structure_recovered": False}
OUTPUTS = {"outputs_recovered": False, "level_output": False, "structure_recovered": False}


def ari(together, in_found, in_true, pairs):
    expected = in_found * in_true / pairs
    return (together - expected) / ((in_found + in_true) / 2 - expected)


def nmi(found, true):
    """Where one partition refines the other: the coarser entropy is what they share."""
    entropies = [-sum(size * np.log(size) for size in sizes) for sizes in (found, true)]
    return 2 * min(entropies) / sum(entropies)


CHANGES = {
    # Pairs: 3 true ones, 7 found, of 15. What is found matches S: 9 edges, all right, of 10; L-A is
    # missed. Edits: node L, its edge, its two inputs.
    "two input groups merged": (
        ("LLLLRR", *LAYERS[1:]),
        no_change,
        INPUTS
        | {
            "inputs_ari": ari(3, 7, 3, 15),
            "inputs_nmi": nmi([4 / 6, 2 / 6], [1 / 3] * 3),
            "module_edge_recall": 9 / 10,
            "module_edge_f1": 18 / 19,
            "module_structural_distance": 4,
        },
    ),
    # Both halves of S feed A and B: 12 edges, 10 of them right. Edits: a node, two edges, an input.
    "an input group split": (
        ("LLSTRR", *LAYERS[1:]),
        no_change,
        INPUTS
        | {
            "inputs_ari": ari(2, 2, 3, 15),
            "inputs_nmi": nmi([1 / 3, 1 / 6, 1 / 6, 1 / 3], [1 / 3] * 3),
            "module_edge_precision": 10 / 12,
            "module_edge_f1": 20 / 22,
            "module_structural_distance": 4,
        },
    ),
    # Pairs: 4 true ones, 8 found, of 28. Edits: a node, the edges from A and B, two outputs.
    "two output groups merged": (
        (*LAYERS[:2], "EFCCCC", "EEFFCCCC"),
        no_change,
        OUTPUTS
        | {
            "outputs_ari": ari(4, 8, 4, 28),
            "outputs_nmi": nmi([1 / 4, 1 / 4, 1 / 2], [1 / 4] * 4),
            "module_edge_recall": 8 / 10,
            "module_edge_f1": 16 / 18,
            "module_structural_distance": 5,
        },
    ),
    "an output group split": (
        (*LAYERS[:2], "EFCGDD", "EEFFCGDD"),
        each_its_own_output,
        OUTPUTS
        | {
            "outputs_ari": ari(3, 3, 4, 28),
            "outputs_nmi": nmi([1 / 4, 1 / 4, 1 / 8, 1 / 8, 1 / 4], [1 / 4] * 4),
            "module_edge_precision": 10 / 12,
            "module_edge_f1": 20 / 22,
            "module_structural_distance": 4,
        },
    ),
    "a module edge missing": (
        LAYERS,
        c_without_a,
        {
            "structure_recovered": False,
            "module_edge_recall": 9 / 10,
            "module_edge_f1": 18 / 19,
            "module_structural_distance": 1,
        },
    ),
    "a module edge added": (
        LAYERS,
        f_with_a,
        {
            "structure_recovered": False,
            "module_edge_precision": 10 / 11,
            "module_edge_f1": 20 / 21,
            "module_structural_distance": 1,
        },
    ),
    "a module edge rewired": (
        LAYERS,
        f_with_a_for_c,
        {
            "structure_recovered": False,
            "module_edge_precision": 9 / 10,
            "module_edge_recall": 9 / 10,
            "module_edge_f1": 9 / 10,
            "module_structural_distance": 2,
        },
    ),
    "an input dead": (
        LAYERS,
        input_3_dead,
        INPUTS | {"live_inputs_share": 5 / 6, "module_structural_distance": 1},
    ),
}


@pytest.mark.parametrize(("layers", "change", "fallen"), CHANGES.values(), ids=CHANGES)
def test_what_falls_and_what_stays(layers, change, fallen):
    edges = masks()
    change(edges)
    scores = scoring.score(labelled(edges, layers), TRUTH)
    stayed = {name: value for name, value in BEST.items() if name not in fallen}
    assert {name: scores[name] for name in stayed} == stayed
    assert {name: scores[name] for name in fallen} == pytest.approx(fallen)
    for name in fallen:
        sign = -1 if name == "module_structural_distance" else 1
        assert sign * scores[name] < sign * BEST[name]


def test_a_hidden_unit_that_serves_two_groups():
    # Two functions apart; then the first one's second unit feeds an output of the other as well.
    pairs = np.kron(np.eye(2), np.ones((2, 1)))
    truth = task.Truth(((0, 1), (2, 3)), ((0, 1), (2, 3)), None)
    layers = ("AABB", "AB", "AB", "AABB")
    apart = [pairs, np.eye(2), pairs.T]
    crossed = [pairs, np.eye(2), pairs.T.copy()]
    crossed[2][0, 2] = 1
    scores = [scoring.score(labelled(edges, layers), truth) for edges in (apart, crossed)]
    changed = {name for name in scores[0] if scores[0][name] != scores[1][name]}
    assert changed == {"hidden_separable", "middle_separable"}
    assert scores[0]["hidden_separable"]
    assert scores[0]["middle_separable"]


LABELS = st.text("XYZ", min_size=6, max_size=6)


@hypothesis.given(LABELS, st.text("ABC", min_size=8, max_size=8), st.text("KL", min_size=8))
def test_partition_scores_know_their_own_side_alone(inputs, outputs, hidden):
    hidden_layers = hidden[:2], hidden[2:8]
    first = scoring.score(labelled(masks(), (inputs, *hidden_layers, LAYERS[3])), TRUTH)
    second = scoring.score(labelled(masks(), (LAYERS[0], *hidden_layers, outputs)), TRUTH)
    plain = {
        "inputs": scoring.score(labelled(masks(), (inputs, *LAYERS[1:])), TRUTH),
        "outputs": scoring.score(labelled(masks(), (*LAYERS[:3], outputs)), TRUTH),
    }
    for score in ("recovered", "ari", "nmi"):
        assert first[f"inputs_{score}"] == plain["inputs"][f"inputs_{score}"]
        assert second[f"inputs_{score}"] == BEST[f"inputs_{score}"]
        assert second[f"outputs_{score}"] == plain["outputs"][f"outputs_{score}"]
        assert first[f"outputs_{score}"] == BEST[f"outputs_{score}"]


PAIRS = st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)).filter(lambda e: e[0] < e[1]))


@hypothesis.given(PAIRS, PAIRS)
def test_precision_knows_extra_edges_and_recall_missing_ones(found_edges, true_edges):
    def graph(edges):
        made = nx.DiGraph()
        for node in range(5):
            made.add_node(node, inputs=frozenset({node}), outputs=frozenset({node}))
        made.add_edges_from(edges)
        return made

    compared = comparison.compare(graph(found_edges), graph(true_edges))
    agreement = compared.edge_agreement
    assert set(compared.extra_edges) == found_edges - true_edges
    assert set(compared.missing_edges) == true_edges - found_edges
    assert compared.distance == len(found_edges ^ true_edges)
    if found_edges and true_edges:
        common = len(found_edges & true_edges)
        assert agreement.precision == common / len(found_edges)
        assert agreement.recall == common / len(true_edges)
