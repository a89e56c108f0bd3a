"""What is missing and what is extra, as data."""

import json

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

import nsculpt
from nsculpt import analysis
from nsculpt.scores import labelled_groups, scoring
from nsculpt.scores.difference import FoundNode, TrueNode, difference
from nsculpt.tasks import task
from tests import bad_input, test_layout, test_score_falls

TRUTH = test_score_falls.TRUTH


def of_network(layers=test_score_falls.LAYERS, change=test_score_falls.no_change):
    edges = test_score_falls.masks()
    change(edges)
    return test_score_falls.labelled(edges, layers)


def test_nothing_differs():
    found = difference(of_network(), TRUTH)
    assert found.structural_distance == 0
    assert [group.text for group in found.input_groups] == ["module 0", "module 1", "module 2"]
    assert all(group.found for group in (*found.input_groups, *found.output_groups))
    assert [match.found.modules for match in found.matches] == [(i,) for i in range(9)]
    # In the order of their letters: L S R, A B, E F C D.
    assert [match.true.functions for match in found.matches[3:]] == [(n,) for n in "ABEFCD"]
    assert [match.true.input_groups for match in found.matches[:3]] == [(0,), (1,), (2,)]
    assert str(found).splitlines()[-1] == "module graph: 0 edits from the true one"


def test_merged_inputs():
    # Modules: 0 = L and S, 1 = R, 2 = A, 3 = B.
    found = difference(of_network(("LLLLRR", *test_score_falls.LAYERS[1:])), TRUTH)
    first, second, third = found.input_groups
    assert (first.found, first.modules, first.merged_with) == (False, (0,), (1,))
    assert (second.found, second.modules, second.merged_with) == (False, (0,), (0,))
    assert third.found
    assert first.text == "within module 0"
    assert found.missing == (TrueNode((), (0,), (0, 1), ()),)
    assert found.extra == found.extra_edges == ()
    assert found.missing_edges == ((TrueNode((), (0,), (0, 1), ()), TrueNode(("A",), (), (), ())),)
    assert found.misplaced_inputs == (0, 1)
    assert found.structural_distance == 4
    assert str(found).splitlines() == [
        "inputs 0 1: not found (within module 0)",
        "inputs 2 3: not found (within module 0)",
        "inputs 4 5: found (module 1)",
        "outputs 0 1: found (module 4)",
        "outputs 2 3: found (module 5)",
        "outputs 4 5: found (module 6)",
        "outputs 6 7: found (module 7)",
        "module graph: 4 edits from the true one",
        "  missing: inputs 0 1",
        "  missing edge: inputs 0 1 -> A",
        "  elsewhere: inputs 0 1",
    ]


def test_split_outputs():
    layers = (*test_score_falls.LAYERS[:2], "EFCGDD", "EEFFCGDD")
    found = difference(of_network(layers, test_score_falls.each_its_own_output), TRUTH)
    # Modules 0 to 8: L S R A B E F C G; D is 9.
    assert found.output_groups[2].text == "split: modules 7, 8"
    assert found.output_groups[2].modules == (7, 8)
    assert found.output_groups[2].merged_with == ()
    (extra,) = found.extra
    assert extra.modules in ((7,), (8,))
    assert sorted(found.extra_edges) == [(3, extra.modules[0]), (4, extra.modules[0])]
    assert found.misplaced_outputs == extra.outputs
    assert found.missing == found.missing_edges == ()
    (output,) = extra.outputs
    told = str(found).splitlines()
    assert f"  extra: module {extra.modules[0]}, outputs {output}" in told
    assert f"  elsewhere: outputs {output}" in told


def test_rewired_edge_and_dead_input():
    found = difference(of_network(change=test_score_falls.f_with_a_for_c), TRUTH)
    assert found.extra_edges == ((3, 6),)
    assert found.missing_edges == (
        (TrueNode(("A",), (), (), ()), TrueNode(("C",), (), (), (4, 5))),
    )
    assert found.structural_distance == 2
    assert "  extra edge: module 3 -> module 6" in str(found).splitlines()
    assert "  missing edge: A -> C, outputs 4 5" in str(found).splitlines()
    dead = difference(of_network(change=test_score_falls.input_3_dead), TRUTH)
    assert dead.input_groups[1].dead == dead.misplaced_inputs == (3,)
    assert dead.input_groups[1].text == "1 of 2 unused"
    assert dead.structural_distance == 1
    assert str(dead).splitlines()[-2:] == [
        "module graph: 1 edit from the true one",
        "  unused: inputs 3",
    ]


def test_chains_are_left_from_their_end():
    # Inputs 0 and 1 -> unit 0 -> unit 0, which both outputs read; input 2 feeds output 1 alone.
    found = test_score_falls.labelled(
        [[[1, 0], [1, 0], [0, 1]], np.eye(2), [[1, 1], [0, 1]]], ("PPQ", "RQ", "SQ", "TU")
    )
    functions = nx.DiGraph()
    functions.add_node("both", inputs=(0, 1), outputs=(0,))
    functions.add_node("other", inputs=(2,), outputs=(1,))
    truth = task.Truth(((0, 1), (2,)), ((0,), (1,)), functions)
    compared = difference(found, truth)
    # P, R and S (0, 2, 3) pass on one to the other; Q is 1, T is 4, U is 5.
    chain = FoundNode((0, 2, 3), (0, 1), ())
    assert chain in [match.found for match in compared.matches] + list(compared.extra)
    assert set(compared.extra_edges) == {(3, 4), (3, 5), (1, 5)}
    assert set(compared.extra_edges) <= set(found.hierarchy.edges)


def test_groups_by_hand():
    def one(group, others=(), optional=False):
        live, modules = np.array([0, 1, 2, 5]), np.array([7, 7, 8, 8])
        (first, *_) = labelled_groups.compare((group, *others), live, modules, optional)
        return first.found, first.modules, first.text

    assert one((0, 1)) == (True, (7,), "module 7")
    # Unit 1 has no label here, and has one there.
    assert one((0,)) == (True, (7,), "module 7")
    assert one((0,), [(1,)]) == (False, (7,), "within module 7")
    assert one((1, 2)) == (False, (7, 8), "split: modules 7, 8")
    assert one((3, 4)) == (False, (), "unused")
    assert one((3, 4), optional=True) == (False, (), "unused")
    assert one((2, 4, 5)) == (False, (8,), "1 of 3 unused")
    assert one((2, 4, 5), optional=True) == (True, (8,), "module 8")
    many = labelled_groups.compare([range(6)], np.arange(6), np.arange(6))
    assert many[0].text == "split: 6 modules"


def test_a_truth_of_groups_alone():
    truth = task.Truth(((0, 1), (2, 3), (4, 5)), (), None)
    found = difference(of_network(), truth)
    assert found.structural_distance is None
    assert found.matches == found.missing == found.output_groups == ()
    assert str(found).splitlines()[3:] == ["outputs: not known", "module graph: not known"]


def test_names_and_long_lists():
    names = [f"input {i}" for i in range(200)], ["y" * 300]
    found = nsculpt.analyze(
        [np.ones((200, 1))], input_names=names[0], output_names=names[1],
        truth=(truth := task.Truth(tuple((i,) for i in range(100)), ((0,),), None)),
    )  # fmt: skip
    text = str(difference(found, truth))
    assert "inputs input 0: not found (within module 0)" in text
    assert "and 60 further groups" in text
    assert max(map(len, text.splitlines())) <= 80
    whole = task.Truth((tuple(range(200)),), ((0,),), None)
    text = str(difference(found, whole))
    assert text.startswith("inputs 200 of them, input 0 to input 199: found (module 0)")


def test_names_that_do_not_print():
    functions = nx.DiGraph()
    functions.add_node("f\x1b[2J", inputs=(0,), outputs=(0,))
    functions.add_node("g\nh", inputs=(1,), outputs=(1,))
    truth = task.Truth(((0,), (1,)), ((0,), (1,)), functions)
    joined = nsculpt.analyze(
        [[[1], [1]], [[1, 1]]], input_names=["a\nb", "\x1b[31m"], output_names=["\u202ey", "z"]
    )
    told = str(difference(joined, truth))
    assert all(line.isprintable() for line in told.splitlines())
    assert "inputs a\\nb: not found (within module 0)" in told
    assert "\\x1b[31m" in told
    assert "missing: g\\nh" in told or "missing: f\\x1b[2J" in told
    assert told.count("\n") == 7


def test_indices_of_numpy_become_numbers():
    functions = nx.DiGraph()
    held = tuple(np.arange(2))
    for number in held:
        functions.add_node(number, inputs=(number,), outputs=(number,))
    truth = task.Truth(tuple((i,) for i in held), tuple((i,) for i in held), functions)
    plain = difference(analysis.analyze([[[1], [1]], [[1, 1]]]), truth).to_dict()
    assert json.loads(json.dumps(plain)) == plain
    (missing,) = plain["missing"]
    assert missing["functions"] == missing["inputs"] == missing["outputs"]
    assert missing["functions"] in ([0], [1])
    assert plain["misplaced_inputs"] == missing["inputs"]


@st.composite
def truths(draw, found):
    """Any truth that fits a network; the hierarchy need not have to do with the groups."""
    sizes = found.layer_sizes[0], found.layer_sizes[-1]
    sides = []
    for size in sizes:
        labels = draw(st.lists(st.sampled_from([None, 0, 1, 2]), min_size=size, max_size=size))
        groups = (tuple(i for i, label in enumerate(labels) if label == g) for g in range(3))
        sides.append(tuple(group for group in groups if group))
    hypothesis.assume(any(sides))
    functions = nx.DiGraph()
    number = draw(st.integers(0, 4))
    for node in range(number):
        held = [draw(st.sets(st.integers(0, size - 1), max_size=2)) for size in sizes]
        functions.add_node((node, "f"), inputs=tuple(held[0]), outputs=tuple(held[1]))
    pairs = [((u, "f"), (v, "f")) for v in range(number) for u in range(v)]
    functions.add_edges_from(draw(st.sets(st.sampled_from(pairs))) if pairs else [])
    hierarchy = draw(st.sampled_from([functions, None]))
    return task.Truth(*sides, hierarchy, inputs_optional=draw(st.booleans()))


@hypothesis.given(test_layout.networks(), st.data())
@hypothesis.settings(max_examples=150)
def test_difference_and_scores_agree(found, data):
    truth = data.draw(truths(found))
    scores, compared = scoring.score(found, truth), difference(found, truth)
    assert compared.structural_distance == scores["module_structural_distance"]
    parts = (
        compared.missing, compared.extra, compared.missing_edges, compared.extra_edges,
        compared.misplaced_inputs, compared.misplaced_outputs,
    )  # fmt: skip
    if compared.structural_distance is None:
        assert not any(parts)
        assert scores["module_edge_f1"] is None
    else:
        assert compared.structural_distance == sum(map(len, parts))
        assert set(compared.extra_edges) <= set(found.hierarchy.edges)
        modules = [
            module
            for node in [*(match.found for match in compared.matches), *compared.extra]
            for module in node.modules
        ]
        assert len(modules) == len(set(modules))
        assert set(modules) <= set(found.hierarchy)
        fully = [sum(map(len, g)) for g in (truth.input_groups, truth.output_groups)] == [
            found.layer_sizes[0], found.layer_sizes[-1],
        ]  # fmt: skip
        assert not fully or set(modules) == set(found.hierarchy)
        if compared.extra_edges:
            assert scores["module_edge_precision"] < 1.0
        if compared.missing_edges:
            assert scores["module_edge_recall"] < 1.0
    plain = compared.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert max(map(len, str(compared).splitlines())) <= 80


def test_a_task_brings_its_truth():
    declared = nsculpt.load_task("input_separable")
    pairs = np.kron(np.eye(2), np.ones((2, 1)))
    found = analysis.analyze([pairs, pairs.T])
    assert difference(found, declared).structural_distance == 0
    assert str(difference(found, declared)) == str(difference(found, declared.truth))


@pytest.mark.parametrize("truth", [None, "reused", 3, ((0,),)])
def test_no_truth(truth):
    found = analysis.analyze([np.ones((2, 1))])
    assert bad_input.message_of(difference, found, truth).startswith("truth: expected a Truth")


def test_no_analysis():
    truth = task.Truth(((0,),), ((0,),), None)
    message = bad_input.message_of(difference, [np.ones((1, 1))], truth)
    assert message == "analysis: expected what analyze returned; got list"
    small = analysis.analyze([np.ones((1, 1))])
    assert "of the 1 inputs" in bad_input.message_of(difference, small, TRUTH)
