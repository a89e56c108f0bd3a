"""What is said of networks with hundreds of inputs: counts by the truth's groups, not names."""

import dataclasses

import numpy as np
import pytest

from nsculpt import sculpture as sculpture_lib
from nsculpt import settings as settings_lib
from nsculpt.report import unit_counts
from nsculpt.sculpting import jobs
from nsculpt.tasks import task as task_lib

LEFT, RIGHT = tuple(range(100)), tuple(range(100, 200))
NAMES = tuple(f"{side}_{i // 10}_{i % 10}" for side in ("left", "right") for i in range(100))


def wide_task(num_outputs=2, names=NAMES):
    """Rows of zeros; what the network knows does not matter here."""
    source = task_lib.ArraySource(
        np.zeros((3, 200), np.float32), np.zeros((3, num_outputs), np.float32)
    )
    outputs = tuple((output,) for output in range(num_outputs))
    truth = task_lib.Truth((LEFT, RIGHT), outputs, None, "partition", inputs_optional=True)
    return task_lib.Task(
        "wide", source, source, names, tuple(f"answer{i}" for i in range(num_outputs)),
        truth=truth, inputs_optional=True, exact=False,
    )  # fmt: skip


def concluded(task, *units, seeds=(0, 1)):
    """Of seeds whose one network has a hidden unit for each (inputs, outputs)."""
    edges = [np.zeros((200, len(units)), bool), np.zeros((len(units), task.num_outputs), bool)]
    for unit, (inputs, outputs) in enumerate(units):
        edges[0][list(inputs), unit] = edges[1][unit, list(outputs)] = True
    rounds = np.zeros(1, jobs.ROUND)
    rounds["accepted"] = True
    record = jobs.Record(
        [mask.astype(np.float32) for mask in edges],
        [np.zeros(mask.shape[1], np.float32) for mask in edges],
        [np.where(mask, 0, 1).astype(np.int16) for mask in edges],
        rounds,
        jobs.ACCEPTED,
    )
    settings = settings_lib.resolve(
        task, (len(units),), seeds=seeds, unit_steps=[10], edge_steps=[1]
    )
    records = {jobs.Job(seed, 10_000, 1000): record for seed in seeds}
    return sculpture_lib.conclude(task, settings, records)


def test_two_modules_by_hand():
    text = str(concluded(wide_task(), (range(70), [0]), ([*range(90, 150)], [1])))
    assert max(map(len, text.splitlines())) <= 80
    assert "left_" not in text
    # Inputs 90 to 149: the last ten of the left side, and fifty of the right.
    assert (
        "  inputs {70 of 100 left} {10 of 100 left, 50 of 100 right}: 2 of 2 seeds, not\n"
        "      as in the truth\n"
    ) in text
    assert (
        "  module 0 (input-separable, output), read by no module\n"
        "    inputs: 70 of 100 left\n"
        "    outputs: answer0\n"
        "    hidden: 1 unit in layer 1\n"
        "  module 1 (input-separable, output), read by no module\n"
        "    inputs: 10 of 100 left, 50 of 100 right\n"
        "    outputs: answer1\n"
        "    hidden: 1 unit in layer 1\n"
    ) in text
    assert "  inputs left: not found, 80 of 100 in use\n" in text
    assert "  inputs right: not found, 50 of 100 in use\n" in text
    assert "  outputs answer0: found\n" in text


def test_without_a_truth_there_are_no_groups():
    task = dataclasses.replace(wide_task(), truth=None)
    text = str(concluded(task, (range(70), [0]), (range(70, 150), [1])))
    assert "inputs {70 of 200} {80 of 200}: 2 of 2 seeds" in text
    assert "    inputs: 80 of 200\n" in text


def test_of_many_modules_the_largest_are_shown():
    units = [(range(5 * i, 5 * i + 2 + i), [i]) for i in range(3)]
    units += [([50 + 2 * i], [i]) for i in range(3, 30)]  # and 27 of one input each
    text = str(concluded(wide_task(30), *units))
    assert max(map(len, text.splitlines())) <= 80
    assert text.count("    inputs: ") == 12
    # A unit of three in each: an input, a hidden unit and an output.
    assert "  and 18 further modules, of 54 units in all\n" in text
    assert " and 18 further groups: 2 of 2 seeds" in " ".join(text.split())
    assert "inputs: 4 of 100 left" in text


def test_hundreds_of_outputs_are_counted_too():
    text = str(concluded(wide_task(60), (range(70), range(25)), (range(70, 150), range(25, 60))))
    assert max(map(len, text.splitlines())) <= 80
    # Each output is a group of its own in this truth; eight of them are written out.
    assert "    outputs: answer0, answer1, answer2, " in text
    assert "some of 17 further groups" in " ".join(text.split())
    assert "\n  outputs: 0 of 60 groups found\n" in text
    assert "answer20" not in text


@pytest.mark.parametrize(
    ("names", "groups", "expected"),
    [
        # A common beginning counts up to a separator, and where no other group has it.
        ([f"a.{i}" for i in range(25)] + [f"b.{i}" for i in range(25)], 2, "2 of 25 a, 1 of 25 b"),
        ([f"x1{i:02}" for i in range(25)] + [f"x2{i:02}" for i in range(25)], 2,
         "2 of 25 x100..., 1 of 25 x200..."),
        ([f"x_{i}" for i in range(50)], 2, "2 of 25 x_0..., 1 of 25 x_25..."),
        (["\n"] * 25 + [f"b_{i}" for i in range(25)], 2, r"2 of 25 \n..., 1 of 25 b"),
        ([f"x_{i}" for i in range(50)], 1, "2 of 25 x, 1 in no group"),
        ([f"x_{i}" for i in range(50)], 0, "3 of 50"),
    ],
)  # fmt: skip
def test_what_a_group_is_called(names, groups, expected):
    every = (range(25), range(25, 50))[:groups]
    assert unit_counts.held([3, 4, 30], names, every) == expected
