"""Truths that label only some inputs or outputs."""

import dataclasses
import json

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import analysis, settings
from nsculpt import sculpture as sculpture_lib
from nsculpt.report import summary_file
from nsculpt.scores import difference, partitions, scoring, structure
from nsculpt.sculpting import jobs
from nsculpt.tasks import task
from tests import bad_input, test_experiment, test_score_falls

PAIRS = np.kron(np.eye(2), np.ones((2, 1)))
# Inputs 0 and 1 go to output 0, inputs 2 and 3 to output 1.
APART = [PAIRS, np.eye(2)]


def scores_of(masks, inputs, outputs, **fields):
    truth = task.Truth(inputs, outputs, fields.pop("hierarchy", None), **fields)
    return analysis.analyze(masks, truth=truth).scores


def test_unlabelled_inputs_are_left_out():
    # One unit reads all four inputs.
    merged = [np.ones((4, 1)), np.ones((1, 2))]
    assert scores_of(merged, ((0, 1),), ((0, 1),))["inputs_recovered"]
    assert not scores_of(merged, ((0, 1), (2,)), ((0, 1),))["inputs_recovered"]
    # Of 0, 1 and 2: three pairs in the network, one in the truth, expected 3 x 1 / 3.
    scores = scores_of(merged, ((0, 1), (2,)), ((0, 1),))
    assert scores["inputs_ari"] == 0.0
    apart = scores_of(APART, ((0, 1), (2,)), ((1,),))
    assert apart["inputs_recovered"]
    assert apart["outputs_recovered"]
    assert apart["inputs_ari"] == apart["inputs_nmi"] == apart["outputs_ari"] == 1.0
    assert apart["structure_recovered"]


def test_only_labelled_inputs_have_to_be_live():
    masks = [PAIRS * [[1], [0], [1], [1]], np.eye(2)]
    labelled, other = ((0, 1), (2, 3)), ((0,), (2, 3))
    assert not scores_of(masks, labelled, ((0,), (1,)))["inputs_recovered"]
    assert scores_of(masks, other, ((0,), (1,)))["inputs_recovered"]
    assert scores_of(masks, other, ((0,), (1,)))["live_inputs_share"] == 0.75  # of all inputs
    assert scores_of(masks, labelled, ((0,), (1,)), inputs_optional=True)["inputs_recovered"]
    # Nothing labelled is left of the inputs.
    for optional in (False, True):
        scores = scores_of(masks, ((1,),), ((0,), (1,)), inputs_optional=optional)
        assert scores["inputs_recovered"] is False
        assert scores["inputs_ari"] is scores["inputs_nmi"] is None


def test_units_that_reach_unlabelled_outputs():
    # The first hidden unit feeds outputs 0 and 1, the second outputs 1 and 2.
    masks = [PAIRS, [[1, 1, 0], [0, 1, 1]]]
    inputs = ((0, 1), (2, 3))
    assert not scores_of(masks, inputs, ((0,), (1,), (2,)))["hidden_separable"]
    assert scores_of(masks, inputs, ((0,), (2,)))["hidden_separable"]
    assert not scores_of(masks, inputs, ((0,), (1,)))["hidden_separable"]
    # The second unit reaches no labelled output at all.
    assert scores_of(masks, inputs, ((0,),))["hidden_separable"]


OF_INPUTS = {"inputs_recovered", "level_input", "inputs_ari", "inputs_nmi"}
OF_GRAPHS = {f"module_edge_{name}" for name in ("precision", "recall", "f1")}
OF_GRAPHS |= {"module_structural_distance"}
OF_OUTPUTS = {"outputs_recovered", "level_output", "outputs_ari", "outputs_nmi"}
OF_OUTPUTS |= {"hidden_separable", "middle_separable"}


def functions():
    graph = nx.DiGraph()
    graph.add_node("left", inputs=(0, 1), outputs=(0,))
    graph.add_node("right", inputs=(2, 3), outputs=(1,))
    return graph


@pytest.mark.parametrize("rule", ["general", "partition"])
def test_a_side_without_labels_is_not_known(rule):
    both = ((0, 1), (2, 3)), ((0,), (1,))
    for inputs, outputs, unknown in (
        (both[0], (), OF_OUTPUTS | OF_GRAPHS),
        ((), both[1], OF_INPUTS | OF_GRAPHS),
        (*both, set()),
    ):
        truth = task.Truth(inputs, outputs, functions(), success_rule=rule)
        scores = analysis.analyze(APART, truth=truth).scores
        assert {name for name, score in scores.items() if score is None} == unknown
        assert scoring.unknown(truth) == unknown
        # The structure is recovered as far as it is known, and missed as far as it is known.
        assert scores["structure_recovered"] is True
        merged = analysis.analyze([np.ones((4, 1)), np.ones((1, 2))], truth=truth)
        assert merged.scores["structure_recovered"] is False
    assert scoring.unknown(task.Truth(*both, None)) == OF_GRAPHS


def test_rules_ask_for_what_is_known():
    # Reuse: the whole first hidden layer belongs to the inputs, whatever is labelled.
    to_four = [[1, 0, 1, 0], [0, 1, 0, 1]]
    reused = [np.ones((2, 1)), np.ones((1, 2)), to_four]
    for inputs, outputs in ((((0, 1),), ()), ((), ((0, 2), (1, 3)))):
        assert scores_of(reused, inputs, outputs, success_rule="reuse")["structure_recovered"]
        early = scores_of([np.ones((2, 2)), to_four], inputs, outputs, success_rule="reuse")
        assert not early["structure_recovered"]
    # Hierarchy, two hidden layers: one module of all labelled outputs.
    masks = [PAIRS, np.ones((2, 1)), np.ones((1, 2))]
    for outputs in (((0,), (1,)), ()):
        scores = scores_of(masks, ((0, 1), (2, 3)), outputs, success_rule="hierarchy")
        assert scores["structure_recovered"]
        assert scores["level_single_intermediate"]
    # Outputs 0 and 1 are one module, output 2 another: labelled or not makes the difference.
    three = [PAIRS, np.eye(2), [[1, 1, 0], [0, 0, 1]]]
    assert scores_of(three, ((0, 1),), ((0, 1),))["level_single_intermediate"]
    assert not scores_of(three, ((0, 1),), ((0, 1), (2,)))["level_single_intermediate"]
    assert not scores_of(three, ((0, 1),), ())["level_single_intermediate"]


@st.composite
def partial(draw):
    """A subset of the labels of `test_score_falls.TRUTH`, at least one on each side."""
    sides = []
    for groups in (test_score_falls.TRUTH.input_groups, test_score_falls.TRUTH.output_groups):
        indices = [index for group in groups for index in group]
        kept = draw(st.sets(st.sampled_from(indices), min_size=1))
        left = (tuple(index for index in group if index in kept) for group in groups)
        sides.append(tuple(group for group in left if group))
    return dataclasses.replace(
        test_score_falls.TRUTH, input_groups=sides[0], output_groups=sides[1]
    )


@hypothesis.given(partial())
def test_what_is_right_stays_right_under_fewer_labels(truth):
    found = test_score_falls.labelled(test_score_falls.masks(), test_score_falls.LAYERS)
    scores = scoring.score(found, truth)
    assert scores["structure_recovered"]
    assert scores["module_structural_distance"] == 0
    assert scores["module_edge_f1"] == scores["inputs_ari"] == scores["outputs_nmi"] == 1.0
    assert difference.difference(found, truth).structural_distance == 0


def test_labels_make_the_part_that_is_compared():
    # Only L and R, E and F are labelled: S is neither found nor missed, C and D lead nowhere.
    truth = dataclasses.replace(
        test_score_falls.TRUTH, input_groups=((0, 1), (4, 5)), output_groups=((0, 1), (2, 3))
    )
    masks = test_score_falls.masks()
    found = test_score_falls.labelled(masks, test_score_falls.LAYERS)
    graph = structure.found_graph(
        found.hierarchy, (frozenset({0, 1, 4, 5}), frozenset({0, 1, 2, 3}))
    )
    held = sorted((sorted(n["inputs"]), sorted(n["outputs"])) for n in graph.nodes.values())
    assert held == [([0, 1], [0, 1]), ([4, 5], [2, 3])]  # each L-A-E, R-B-F in one
    assert not graph.edges
    # F reads A as well: L-A, R-B, E and F are nodes of their own, with three edges, none of them
    # true. Edits: two nodes, three edges, and four outputs in other nodes.
    masks[1][0, 1] = 1
    crossed = test_score_falls.labelled(masks, test_score_falls.LAYERS)
    scores = scoring.score(crossed, truth)
    assert scores["module_edge_recall"] == scores["module_edge_precision"] == 0.0
    assert scores["module_structural_distance"] == 9
    # That A reads no S is no fault.
    masks = test_score_falls.masks()
    masks[0][2:4, 0] = 0
    less = test_score_falls.labelled(masks, test_score_falls.LAYERS)
    assert scoring.score(less, truth)["module_structural_distance"] == 0
    assert scoring.score(less, test_score_falls.TRUTH)["module_structural_distance"] > 0


@hypothesis.given(
    st.integers(0, 2**32),
    st.lists(st.sampled_from([None, 0, 1, 2]), min_size=6, max_size=6),
    st.lists(st.sampled_from([None, 0, 1]), min_size=3, max_size=3),
    st.booleans(),
)
def test_partitions_by_pairs_of_labelled_units(seed, input_labels, output_labels, optional):
    hypothesis.assume(set(input_labels) | set(output_labels) != {None})
    generator = np.random.default_rng(seed)
    masks = [generator.random(shape) < 0.4 for shape in ((6, 4), (4, 3))]
    masks[0][0, 0] = masks[1][0, 0] = True
    groups = [
        tuple(
            tuple(i for i, label in enumerate(labels) if label == group)
            for group in sorted({label for label in labels if label is not None})
        )
        for labels in (input_labels, output_labels)
    ]
    found = analysis.analyze(masks)
    truth = task.Truth(*groups, None, inputs_optional=optional)
    scores = scoring.score(found, truth)
    compared = difference.difference(found, truth)
    for name, layer, labels, of_side in (
        ("inputs", 0, input_labels, compared.input_groups),
        ("outputs", -1, output_labels, compared.output_groups),
    ):
        module_of = dict(
            zip(found.live_units[layer].tolist(), found.modules[layer].tolist(), strict=True)
        )
        known = [i for i, label in enumerate(labels) if label is not None]
        live = [i for i in known if i in module_of]
        if not known:
            assert scores[f"{name}_recovered"] is None
            assert of_side == ()
            continue
        alike = all(
            (module_of[i] == module_of[j]) == (labels[i] == labels[j]) for i in live for j in live
        )
        may_die = optional and name == "inputs"
        all_used = {labels[i] for i in live} == {labels[i] for i in known}
        recovered = alike and all_used and (live == known or may_die)
        assert scores[f"{name}_recovered"] is recovered
        assert recovered is all(group.found for group in of_side)
        if live:
            parts = np.array([module_of[i] for i in live]), np.array([labels[i] for i in live])
            assert scores[f"{name}_ari"] == partitions.adjusted_rand_index(*parts)


@pytest.mark.parametrize(
    ("inputs", "outputs", "wanted"),
    [
        ((), (), "truth: expected input_groups, output_groups or both"),
        (((0, 4),), ((0,),), "truth.input_groups: expected groups of indices of the 4 inputs"),
        (((-1,),), ((0,),), "truth.input_groups: "),
        (((0,), (0, 1)), ((0,),), "no index twice; got ((0,), (0, 1))"),
        (((0, 0),), ((0,),), "no index twice"),
        (((0,), ()), ((0,),), "none empty"),
        (((0,),), ((2,),), "truth.output_groups: expected groups of indices of the 2 outputs"),
        (((True,),), ((0,),), "truth.input_groups: "),
        (((0.0,),), ((0,),), "truth.input_groups: "),
        ((("0",),), ((0,),), "truth.input_groups: "),
        ((0, 1), ((0,),), "truth.input_groups: "),
        (None, ((0,),), "truth.input_groups: "),
        ("01", ((0,),), "truth.input_groups: "),
        (iter([(0,)]), ((0,),), "truth.input_groups: "),
        ((iter([0]),), ((0,),), "truth.input_groups: "),
        (((0,), ([1],)), ((0,),), "truth.input_groups: "),
        (((0,),), tuple((i,) for i in range(1000)), "got tuple"),
    ],
)
def test_labels_that_do_not_fit(inputs, outputs, wanted):
    truth = task.Truth(inputs, outputs, None)
    assert wanted in bad_input.message_of(scoring.check_truth, truth, (4, 2))
    assert wanted in bad_input.message_of(analysis.analyze, APART, truth=truth)
    found = analysis.analyze(APART)
    assert wanted in bad_input.message_of(difference.difference, found, truth)


@pytest.mark.parametrize(
    ("hierarchy", "wanted"),
    [
        ({}, "truth.hierarchy: expected a networkx DiGraph, got dict"),
        (nx.Graph(), "got Graph"),
        (nx.MultiDiGraph([("a", "b")]), "got MultiDiGraph"),
    ],
)
def test_a_hierarchy_of_another_kind(hierarchy, wanted):
    truth = task.Truth(((0,),), ((0,),), hierarchy)
    assert wanted in bad_input.message_of(scoring.check_truth, truth, (4, 2))


@pytest.mark.parametrize("held", [None, 3, "01", (0.0,), (True,), [[0]]])
def test_a_hierarchy_that_holds_no_indices(held):
    graph = nx.DiGraph()
    graph.add_node("f", inputs=held, outputs=())
    truth = task.Truth(((0,),), ((0,),), graph)
    message = bad_input.message_of(scoring.check_truth, truth, (4, 2))
    assert message.startswith("truth.hierarchy: expected sub-function 'f' to have 'inputs'")


def concluded(inputs, outputs, status=jobs.ACCEPTED):
    truth = task.Truth(inputs, outputs, None)
    partial_task = dataclasses.replace(test_experiment.SEPARABLE, truth=truth)
    chosen = settings.resolve(partial_task, (4,), seeds=[0, 1], unit_steps=[10], edge_steps=[1])
    records = {
        jobs.Job(0, 10_000, 1000): test_experiment.record(test_experiment.RIGHT, status),
        jobs.Job(1, 10_000, 1000): test_experiment.record(test_experiment.MIXED, status),
    }
    return sculpture_lib.conclude(partial_task, chosen, records)


def test_rates_and_report_of_what_is_not_known():
    found = concluded(((0, 1), (2, 3)), ())
    assert found.rates["inputs_recovered"]["first"]["rate"] == 0.5
    assert found.rates["structure_recovered"]["mean"]["rate"] == 0.5
    for name in ("outputs_recovered", "hidden_separable", "middle_separable"):
        assert found.rates[name]["any"] == {"rate": None, "n": 2, "low": None, "high": None}
    text = str(found)
    lines = [" ".join(line.split()) for line in text.splitlines()]
    assert "0 10/1 8 1 2 found ? found" in lines
    assert "1 10/1 8 1 1 - ? -" in lines
    assert "inputs x0 x1: found" in lines
    assert "outputs: not known" in lines
    assert "outputs recovered not known" in lines
    assert max(map(len, text.splitlines())) <= 80
    summary = json.loads(json.dumps(summary_file.content(found, {})))
    assert summary["truth"]["output_groups"] == []
    assert summary["rates"]["outputs_recovered"]["first"]["rate"] is None
    assert summary["runs"][0]["scores"]["outputs_recovered"] is None


def test_rates_where_nothing_was_accepted():
    found = concluded((), ((0, 1), (2, 3)), jobs.NOTHING_ACCEPTED)
    assert found.rates["inputs_recovered"]["mean"]["rate"] is None
    assert found.rates["outputs_recovered"]["mean"]["rate"] == 0.0
    assert "inputs recovered    not known" in str(found)
