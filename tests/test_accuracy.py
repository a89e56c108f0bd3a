"""How often networks are right: counts by hand and by a second method."""

import itertools

import numpy as np
import pytest

from nsculpt.sculpting import accuracy
from nsculpt.tasks import task as task_lib


class OwnSource:
    """Rows of a class that jax knows nothing of; it cannot be hashed either."""

    __hash__ = None

    def __init__(self, x, y):
        self.x, self.y = x, y
        self.num_rows, self.num_inputs, self.num_outputs = len(x), x.shape[1], y.shape[1]

    def gather(self, rows):
        from jax import numpy as jnp

        return jnp.asarray(self.x)[rows], jnp.asarray(self.y)[rows]


class Derived(task_lib.ArraySource):
    """Of a class of a user's own that is nearly one of ours."""


def of_logits(logits, y, classes=()):
    """The accuracy of a network whose logits are its inputs."""
    logits, y = np.array(logits, np.float32), np.array(y, np.float32)
    width = logits.shape[1]
    source = task_lib.ArraySource(logits, y)
    network = [np.eye(width, dtype=np.float32)], [np.zeros(width, np.float32)]
    return accuracy.measure(*network, source, classes)


def test_bits_and_rows_by_hand():
    # Three outputs that are 0, 1, 1; a logit of 0 stands for 0.
    logits = [[-1, 2, 3], [-1, 2, -3], [5, 0, 3], [0, 1, 1]]
    found = of_logits(logits, [[0, 1, 1]] * 4)
    assert (found.wrong_bits, found.num_bits) == (0 + 1 + 2 + 0, 12)
    assert (found.wrong_rows, found.num_rows) == (2, 4)
    assert (found.bits_right, found.rows_right) == (0.75, 0.5)


def test_groups_go_by_the_largest_logit_alone():
    # Outputs 0, 2 and 1, 3 are groups; 4 is a bit of its own.
    y = [[0, 1, 1, 0, 1]] * 6
    logits = [
        [-3, -1, -2, -2, 1],  # both groups right, though a bit in each is wrong
        [-3, -1, -2, -2, -1],  # but not the last output
        [-2, -1, -2, -2, 1],  # a tie of the largest
        [-1, -1, -2, -2, 1],  # the first group wrong
        [-2, -3, -1, -1, 1],  # the second group wrong
        [-9, 9, 9, -9, 9],
    ]
    found = of_logits(logits, y, ((0, 2), (1, 3)))
    assert found.wrong_rows == 4
    assert found.wrong_bits == 2 + 3 + 2 + 2 + 2 + 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_wrong(bad):
    # As a bit, minus infinity would be the 0 that is asked for, and infinity the largest.
    for column, wrong_bits in ((0, 1), (1, 1)):
        logits = [[-1.0, 1.0]]
        logits[0][column] = bad
        # The identity spreads what is not finite: nan and 0 x inf are nan.
        found = of_logits(logits, [[0, 1]], ((0, 1),))
        assert found.wrong_rows == 1
        assert found.wrong_bits >= wrong_bits


def test_a_single_logit_that_is_infinite_is_wrong():
    source = task_lib.ArraySource(np.ones((1, 1), np.float32), np.array([[0, 1]], np.float32))
    kernel = np.array([[-np.inf, 1]], np.float32)
    found = accuracy.measure([kernel], [np.zeros(2, np.float32)], source, ((0, 1),))
    assert (found.wrong_bits, found.wrong_rows) == (1, 1)


def random_network(rng, sizes):
    kernels = [rng.normal(size=pair).astype(np.float32) for pair in itertools.pairwise(sizes)]
    return kernels, [rng.normal(size=width).astype(np.float32) for width in sizes[1:]]


def by_numpy(kernels, biases, x, y, classes):
    """Wrong bits and wrong rows, row by row."""
    wrong_bits = wrong_rows = 0
    grouped = {output for group in classes for output in group}
    for inputs, wanted in zip(x, y, strict=True):
        logits = inputs
        for layer, (kernel, bias) in enumerate(zip(kernels, biases, strict=True)):
            logits = (np.maximum(logits, 0) if layer else logits) @ kernel + bias
        bits = (logits > 0) == (wanted > 0.5)
        right = all(bits[i] for i in range(len(wanted)) if i not in grouped)
        for group in classes:
            right &= wanted[group[int(np.argmax(logits[list(group)]))]] == 1
        wrong_bits += int((~bits).sum())
        wrong_rows += not right
    return wrong_bits, wrong_rows


@pytest.mark.parametrize(
    ("num_rows", "kinds"),
    [
        (1, [task_lib.ArraySource]),
        (1025, [task_lib.ArraySource, OwnSource, Derived]),
        (3000, [task_lib.ArraySource]),
    ],
)
def test_any_number_of_rows_as_numpy_counts_them(num_rows, kinds):
    rng = np.random.default_rng(num_rows)
    kernels, biases = random_network(rng, (5, 7, 6))
    x = rng.normal(size=(num_rows, 5)).astype(np.float32)
    classes = ((0, 3), (5, 1, 2))
    y = np.zeros((num_rows, 6), np.float32)
    for group in classes:
        y[np.arange(num_rows), rng.choice(group, num_rows)] = 1
    y[:, 4] = rng.integers(2, size=num_rows)
    expected = by_numpy(kernels, biases, x, y, classes)
    for kind in kinds:
        found = accuracy.measure(kernels, biases, kind(x, y), classes)
        assert (found.wrong_bits, found.wrong_rows) == expected
        assert (found.num_bits, found.num_rows) == (6 * num_rows, num_rows)
