"""A task whose parts do not fit is refused before anything is trained."""

import dataclasses

import numpy as np
import pytest

import nsculpt
from nsculpt import errors
from nsculpt.tasks import checks
from nsculpt.tasks import task as task_lib

TASK = nsculpt.load_task("input_separable")  # 4 inputs, 4 outputs
NONE = task_lib.ArraySource(np.zeros((0, 4), np.float32), np.zeros((0, 4), np.float32))
NARROW = task_lib.ArraySource(np.zeros((2, 4), np.float32), np.zeros((2, 3), np.float32))
FAULTS = [
    ({"input_names": ("a",)}, "input_names: 1 names; expected 4, one for each input"),
    ({"output_names": tuple("abcde")}, "output_names: 5 names; expected 4, one for each output"),
    (
        {"input_names": ("a", "b", "\udcff", "d")},
        "input_names: \\udcff; expected text that UTF-8 has",
    ),
    ({"classes": None}, "classes: expected groups of indices of outputs, got None"),
    (
        {"classes": (0, 1)},
        "classes: expected groups of indices of outputs, got 0 in place of a group",
    ),
    ({"test": 5}, "test data: 'int' object has no attribute 'num_inputs'; expected a source of"),
    ({"test": NONE}, "test data: no rows; expected at least one"),
    (
        {"valid": NARROW},
        "validation data of 4 inputs and 3 outputs; expected 4 and 4 as for training",
    ),
    (
        {"image_shape": (3, 3)},
        "image_shape (3, 3); expected rows and columns of 4 pixels, one for each input",
    ),
    ({"image_shape": "2x2"}, "image_shape '2x2'; expected rows and columns of 4 pixels"),
]


@pytest.mark.parametrize(("parts", "line"), FAULTS)
def test_parts_that_do_not_fit_are_refused(parts, line):
    with pytest.raises(errors.InputError) as refused:
        nsculpt.sculpt(dataclasses.replace(TASK, **parts), (4,), seeds=[0])
    assert str(refused.value).startswith(f"task 'input_separable': {line}")
    assert len(str(refused.value).splitlines()) == 1


def test_what_fits_is_let_through():
    checks.check(dataclasses.replace(TASK, classes=((0, 1), [2, 3]), image_shape=[2, 2]))
