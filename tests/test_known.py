"""The truth that an argument brings: by the names of inputs and outputs where they are the same."""

import networkx as nx
import numpy as np
import pytest

import nsculpt
from nsculpt.scores import known
from nsculpt.tasks import from_formulas
from tests import bad_input

# Inputs in the order c, a, d, b; outputs in the order y1, y0.
TASK = from_formulas("y1 = c ^ a; y0 = d & b")
MASKS = [np.array([[1, 0], [0, 1], [1, 0], [0, 1]]), np.eye(2)]


def test_names_are_matched_in_whatever_order():
    # a and c lead to y1, b and d to y0.
    analysis = nsculpt.analyze(
        MASKS, truth=TASK, input_names=["a", "b", "c", "d"], output_names=["y1", "y0"]
    )
    assert analysis.scores["structure_recovered"]
    found = nsculpt.difference(analysis, TASK)
    assert [group.members for group in found.input_groups] == [(0, 2), (1, 3)]
    assert found.structural_distance == 0
    wrong = nsculpt.analyze(
        MASKS, truth=TASK, input_names=["a", "c", "b", "d"], output_names=["y1", "y0"]
    )
    assert not wrong.scores["inputs_recovered"]


def test_without_names_in_common_places_are_matched():
    # Places 0 and 1 of the task belong together, and of the network 0 and 2.
    assert not nsculpt.analyze(MASKS, truth=TASK).scores["inputs_recovered"]
    named = {"input_names": ["p", "q", "r", "s"]}
    assert not nsculpt.analyze(MASKS, truth=TASK, **named).scores["inputs_recovered"]
    swapped = [MASKS[0][[0, 2, 1, 3]], MASKS[1]]
    assert nsculpt.analyze(swapped, truth=TASK, **named).scores["inputs_recovered"]


def test_the_whole_truth_is_moved():
    truth = known.truth_of(TASK, ("d", "c", "b", "a"), ("y0", "y1"))
    assert truth.input_groups == ((1, 3), (0, 2))
    nodes = truth.hierarchy.nodes.values()
    held = {tuple(node["inputs"]): tuple(node["outputs"]) for node in nodes}
    assert held == {(1, 3): (1,), (0, 2): (0,)}
    assert nx.is_isomorphic(truth.hierarchy, TASK.truth.hierarchy)
    # What was given is not changed.
    assert TASK.truth.input_groups == ((0, 1), (2, 3))


@pytest.mark.parametrize("names", [("a", "b", "c", "e"), ("a", "b", "c", "d", "e")])
def test_names_in_common_in_part_are_refused(names):
    message = bad_input.message_of(known.truth_of, TASK, names)
    assert message.startswith("truth: its input names are the network's in part only")
