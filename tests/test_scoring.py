"""Scores of networks against a truth."""

import dataclasses
import itertools

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import analysis, errors
from nsculpt.scores import comparison, scoring, structure
from nsculpt.tasks import task


def functions(nodes, edges=()):
    graph = nx.DiGraph()
    for name, (inputs, outputs) in nodes.items():
        graph.add_node(name, inputs=inputs, outputs=outputs)
    graph.add_edges_from(edges)
    return graph


PAIRS = np.kron(np.eye(2), np.ones((2, 1)))  # inputs {0, 1} -> unit 0, {2, 3} -> unit 1
BEST = {
    "inputs_recovered": True,
    "outputs_recovered": True,
    "live_inputs_share": 1.0,
    "hidden_separable": True,
    "middle_separable": True,
    "structure_recovered": True,
    "level_input": True,
    "level_single_intermediate": False,
    "level_output": True,
    "inputs_ari": 1.0,
    "inputs_nmi": 1.0,
    "outputs_ari": 1.0,
    "outputs_nmi": 1.0,
    "module_edge_precision": 1.0,
    "module_edge_recall": 1.0,
    "module_edge_f1": 1.0,
    "module_structural_distance": 0,
}
TWO_PAIRS = task.Truth(
    ((0, 1), (2, 3)),
    ((0,), (1,)),
    functions({"left": ((0, 1), (0,)), "right": ((2, 3), (1,))}),
    success_rule="partition",
)


def scores_of(masks, truth, **settings):
    return analysis.analyze(masks, truth=truth, **settings).scores


def test_perfect_partition():
    scores = scores_of([PAIRS, np.eye(2), np.eye(2)], TWO_PAIRS)
    assert scores == BEST


def test_nothing_found_apart():
    # One hidden unit reads all and feeds both outputs: one module of everything.
    scores = scores_of([np.ones((4, 1)), np.ones((1, 2))], TWO_PAIRS)
    assert not scores["inputs_recovered"]
    assert not scores["outputs_recovered"]
    assert not scores["hidden_separable"]
    assert not scores["structure_recovered"]
    assert scores["level_single_intermediate"]  # one module of all outputs
    assert scores["inputs_ari"] == scores["inputs_nmi"] == 0.0


def test_a_dead_input_is_a_miss_unless_optional():
    masks = [PAIRS * [[1], [0], [1], [1]], np.eye(2)]
    scores = scores_of(masks, TWO_PAIRS)
    assert not scores["inputs_recovered"]
    assert scores["live_inputs_share"] == 0.75
    assert scores["inputs_ari"] == 1.0
    optional = dataclasses.replace(TWO_PAIRS, inputs_optional=True)
    assert scores_of(masks, optional)["inputs_recovered"]
    # The live inputs have to be parted as the truth parts them all the same.
    joined = dataclasses.replace(optional, input_groups=((0, 2, 3), (1,)))
    assert not scores_of(masks, joined)["inputs_recovered"]
    for truth, found in ((TWO_PAIRS, False), (optional, True), (joined, False)):
        general = dataclasses.replace(truth, success_rule="general")
        assert scores_of(masks, general)["structure_recovered"] is found


def test_a_group_that_nothing_reads_is_a_miss_also_where_inputs_are_optional():
    # Both outputs hang on the second pair alone, each on one of its inputs.
    truth = dataclasses.replace(TWO_PAIRS, inputs_optional=True)
    scores = scores_of([[[0, 0], [0, 0], [1, 1], [1, 1]], np.eye(2)], truth)
    assert scores["inputs_ari"] == 1.0  # over live inputs, which are as in the truth
    assert not scores["inputs_recovered"]
    assert not scores["structure_recovered"]


def test_separability_counts_layers():
    # The first hidden unit feeds both outputs, the second layer's units one each.
    scores = scores_of([np.ones((4, 1)), np.ones((1, 2)), np.eye(2)], TWO_PAIRS)
    assert not scores["hidden_separable"]
    assert not scores["middle_separable"]
    # The first hidden layer may be mixed below a separable one.
    masks = [np.ones((4, 1)), np.ones((1, 2)), np.eye(2), np.eye(2)]
    scores = scores_of(masks, TWO_PAIRS)
    assert not scores["hidden_separable"]
    assert scores["middle_separable"]
    # One hidden layer has no layer below the last; one group of outputs is all that can be reached.
    assert not scores_of([PAIRS, np.eye(2)], TWO_PAIRS)["middle_separable"]
    one_group = dataclasses.replace(TWO_PAIRS, output_groups=((0, 1),))
    scores = scores_of([np.ones((4, 1)), np.ones((1, 2)), np.eye(2)], one_group)
    assert scores["hidden_separable"]
    assert scores["middle_separable"]


REUSE = task.Truth(((0, 1),), ((0, 2), (1, 3)), None, success_rule="reuse")
TO_FOUR = [[1, 0, 1, 0], [0, 1, 0, 1]]


@pytest.mark.parametrize(
    ("masks", "found"),
    [
        # One unit reads both inputs, so it is theirs; two units above part the outputs.
        ([np.ones((2, 1)), np.ones((1, 2)), TO_FOUR], True),
        # The outputs are parted in the first hidden layer already, outside the inputs' module.
        ([np.ones((2, 2)), TO_FOUR], False),
        # All outputs follow the inputs' module.
        ([np.ones((2, 1)), np.ones((1, 4))], False),
        # The inputs are parted.
        ([np.eye(2), TO_FOUR], False),
    ],
)
def test_reuse_rule(masks, found):
    assert scores_of(masks, REUSE)["structure_recovered"] is found


HIERARCHY = task.Truth(
    ((0, 1), (2, 3)),
    ((0,), (1,)),
    functions(
        {"a": ((0, 1), ()), "b": ((2, 3), ()), "even": ((), (0,)), "odd": ((), (1,))},
        itertools.product("ab", ("even", "odd")),
    ),
    success_rule="hierarchy",
)
# Two groups of inputs, each with its own unit; a third unit reads both and both outputs read it.
ONE_BETWEEN = [PAIRS, np.ones((2, 1)), np.ones((1, 2)), np.eye(2)]


@pytest.mark.parametrize(
    ("masks", "found", "single", "general"),
    [
        (ONE_BETWEEN, True, True, True),
        # Two hidden layers: the unit between takes the outputs along.
        ([PAIRS, np.ones((2, 1)), np.ones((1, 2))], True, True, False),
        # Two hidden layers, and one more module between: the paper asks for more depth.
        ([PAIRS, np.ones((2, 2)), np.eye(2)], False, True, True),
        # Three hidden layers that leave the outputs in one module.
        ([PAIRS, np.eye(2), np.ones((2, 1)), np.ones((1, 2))], False, True, False),
        # Two hidden layers and one module of all outputs, but two modules between.
        (
            [
                [[1, 0, 1], [1, 0, 1], [0, 1, 0], [0, 1, 0]],
                [[1, 0], [0, 1], [0, 1]],
                [[1, 0], [1, 1]],
            ],
            False,
            True,
            False,
        ),
        # Nothing runs between the two groups.
        ([PAIRS, np.eye(2), np.eye(2), np.eye(2)], False, False, False),
    ],
    ids=[
        "three layers",
        "two layers",
        "one between two layers",
        "one module of outputs",
        "two between",
        "apart",
    ],
)
def test_hierarchy_rule(masks, found, single, general):
    scores = scores_of(masks, HIERARCHY)
    assert scores["structure_recovered"] is found
    assert scores["level_input"]
    assert scores["level_single_intermediate"] is single
    assert scores["level_output"] is scores["outputs_recovered"]
    truth = dataclasses.replace(HIERARCHY, success_rule="general")
    assert scores_of(masks, truth)["structure_recovered"] is general


def test_edges_of_a_partly_right_graph():
    # Found: inputs {0, 1} and {2, 3} into one module of all outputs. True: both into the pair
    # between, and from there to each output. The module of all outputs is as like the pair
    # (3 of 4 parts) as either output (1 + 1/2 + 1 + 1/2), and the pair is nearer the inputs.
    scores = scores_of([PAIRS, np.ones((2, 1)), np.ones((1, 2))], HIERARCHY)
    found = [scores[f"module_edge_{name}"] for name in ("precision", "recall", "f1")]
    assert found == pytest.approx([1.0, 1 / 2, 2 / 3])
    perfect = scores_of(ONE_BETWEEN, HIERARCHY)
    assert [perfect[f"module_edge_{n}"] for n in ("precision", "recall", "f1")] == [1.0, 1.0, 1.0]


def agreement(found, true):
    return comparison.compare(found, true).edge_agreement


def test_edge_agreement_by_hand():
    def graph(*edges):
        made = nx.DiGraph(edges)
        for node in range(4):
            inputs = frozenset({node} if node < 2 else ())
            outputs = frozenset({node} if node > 1 else ())
            made.add_node(node, inputs=inputs, outputs=outputs)
        return made

    true = graph((0, 2), (0, 3), (1, 3))
    assert dataclasses.astuple(agreement(true, true)) == (1.0, 1.0, 1.0)
    # 0-2 is right, 1-2 is not, 0-3 and 1-3 are missed: 1 of 2 and 1 of 3, F1 = 2 / 5.
    found = agreement(graph((0, 2), (1, 2)), true)
    assert dataclasses.astuple(found) == pytest.approx((1 / 2, 1 / 3, 2 / 5))
    assert dataclasses.astuple(agreement(graph(), true)) == (0.0, 0.0, 0.0)
    assert dataclasses.astuple(agreement(true, graph())) == (0.0, 0.0, 0.0)
    assert dataclasses.astuple(agreement(graph(), graph())) == (1.0, 1.0, 1.0)


def test_without_a_hierarchy_the_general_rule_is_the_partition():
    truth = dataclasses.replace(TWO_PAIRS, hierarchy=None, success_rule="general")
    scores = scores_of([PAIRS, np.eye(2)], truth)
    assert scores["structure_recovered"]
    assert scores["module_edge_f1"] is None
    assert not scores_of([np.ones((4, 1)), np.ones((1, 2))], truth)["structure_recovered"]


def test_general_rule_asks_for_the_edges():
    # Inputs {0, 1} and output 0 are one module, inputs {2, 3} and output 1 another; output 2 reads
    # both.
    masks = [PAIRS, [[1, 0, 1], [0, 1, 1]]]
    nodes = {"left": ((0, 1), (0,)), "right": ((2, 3), (1,)), "both": ((), (2,))}
    three_outputs = dataclasses.replace(
        TWO_PAIRS, output_groups=((0,), (1,), (2,)), success_rule="general"
    )
    for edges, found in (
        ([("left", "both"), ("right", "both")], True),
        ([("left", "both")], False),
        ([("left", "both"), ("left", "right"), ("right", "both")], False),
    ):
        truth = dataclasses.replace(three_outputs, hierarchy=functions(nodes, edges))
        assert scores_of(masks, truth)["outputs_recovered"]
        assert scores_of(masks, truth)["structure_recovered"] is found


def test_functions_with_the_same_users_are_one():
    graph = structure.truth_graph(HIERARCHY, range(4))
    held = sorted((sorted(n["inputs"]), sorted(n["outputs"])) for n in graph.nodes.values())
    assert held == [([], []), ([], [0]), ([], [1]), ([0, 1], []), ([2, 3], [])]
    assert graph.number_of_edges() == 4
    # With one reader the pair is one with it; who reads the inputs stays apart.
    truth = dataclasses.replace(
        HIERARCHY,
        hierarchy=functions(
            {"a": ((0, 1), ()), "b": ((2, 3), ()), "both": ((), (0, 1))},
            [("a", "both"), ("b", "both")],
        ),
    )
    graph = structure.truth_graph(truth, range(4))
    held = sorted((sorted(n["inputs"]), sorted(n["outputs"])) for n in graph.nodes.values())
    assert held == [([], [0, 1]), ([0, 1], []), ([2, 3], [])]


@hypothesis.given(
    st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=9),
    st.permutations(range(6)),
    st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=9),
)
def test_isomorphic_is_a_search_over_all_matchings(pairs, order, others):
    def graph(edges, names):
        made = nx.DiGraph()
        for node in names:  # node 0 holds the input, node 5 the output, the rest neither
            index = names.index(node)
            held = {"inputs": frozenset({0}) if index == 0 else frozenset()}
            made.add_node(node, **held, outputs=frozenset({0}) if index == 5 else frozenset())
        made.add_edges_from(
            (names[min(e)], names[max(e)]) for e in edges if e[0] != e[1]
        )  # fmt: skip
        return made

    plain, renamed = graph(pairs, list(range(6))), graph(pairs, list(order))
    other = graph(others, list(range(6)))
    assert structure.isomorphic(plain, renamed)
    by_search = any(
        {(match[u], match[v]) for u, v in plain.edges} == set(other.edges)
        for match in ((0, *inner, 5) for inner in itertools.permutations(range(1, 5)))
    )
    assert structure.isomorphic(plain, other) is by_search


def test_same_structure():
    shallow = analysis.analyze([PAIRS, np.eye(2)])
    deep = analysis.analyze([PAIRS[:, ::-1], np.eye(2)[::-1], np.eye(2)])
    assert structure.same_structure(shallow, deep)
    crossed = analysis.analyze([PAIRS[:, ::-1], np.eye(2)])
    assert not structure.same_structure(shallow, crossed)  # outputs 0 and 1 change places
    joined = analysis.analyze([PAIRS, np.ones((2, 1)), np.ones((1, 2))])
    assert not structure.same_structure(shallow, joined)
    one_dead = analysis.analyze([PAIRS * [[1], [0], [1], [1]], np.eye(2)])
    assert not structure.same_structure(shallow, one_dead)


def test_a_chain_may_not_hide_that_inputs_are_parted():
    # Input 0 feeds hidden unit 1 alone, inputs 1 and 2 feed hidden unit 0. At a low threshold all
    # above is the module of inputs 1 and 2, which has input 0's as its only predecessor.
    masks = [[[0, 1], [1, 0], [1, 0]], [[1, 0], [1, 1]]]
    parted = analysis.analyze(masks, merge_threshold=0.5)
    whole = analysis.analyze([np.ones((3, 1)), np.ones((1, 2))])
    graphs = [structure.found_graph(found.hierarchy) for found in (parted, whole)]
    assert [len(found.hierarchy) for found in (parted, whole)] == [2, 1]
    assert structure.isomorphic(*graphs)
    assert not structure.same_structure(parted, whole)
    truth = task.Truth(((0, 1, 2),), ((0, 1),), functions({"f": ((0, 1, 2), (0, 1))}))
    assert scoring.score(whole, truth)["structure_recovered"]
    assert not scoring.score(parted, truth)["structure_recovered"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input_groups": ((0, 1), (4,))}, r"truth.input_groups: expected .* of the 4 inputs"),
        (
            {"input_groups": ((0, 1), (1, 2, 3))},
            r"truth.input_groups: .* \(\(0, 1\), \(1, 2, 3\)\)",
        ),
        ({"output_groups": ((0, 1, 2),)}, r"truth.output_groups: expected .* of the 2 outputs"),
        ({"success_rule": "reused"}, r"truth.success_rule: expected one of general, .* 'reused'"),
        ({"hierarchy": nx.DiGraph([(0, 1), (1, 0)])}, r"truth.hierarchy: expected no cycle"),
        ({"hierarchy": functions({"f": ((0, 9), ())})}, r"truth.hierarchy: .* 'f' .* below 4"),
        ({"hierarchy": nx.DiGraph([("f", "g")])}, r"truth.hierarchy: .* 'f' to have 'inputs'"),
    ],
)
def test_a_truth_that_does_not_fit(changes, message):
    truth = dataclasses.replace(TWO_PAIRS, **changes)
    with pytest.raises(errors.InputError, match=message):
        scoring.check_truth(truth, (4, 2))
    with pytest.raises(errors.InputError, match=message):
        analysis.analyze([PAIRS], truth=truth)
