"""How often a network is right: output bits, and whole rows (DESIGN 3, 4.2)."""

import dataclasses
import functools
from collections.abc import Iterable, Sequence

import jax
import jax.numpy as jnp
import numpy as np

from nsculpt.sculpting import chunks, training
from nsculpt.tasks import task as task_lib

Classes = tuple[tuple[int, ...], ...]


@dataclasses.dataclass(frozen=True)
class Accuracy:
    """How often a network is right on the rows of a source.

    Example:
      >>> found = Accuracy(wrong_bits=1, num_bits=8, wrong_rows=1, num_rows=2)
      >>> found.bits_right, found.rows_right
      (0.875, 0.5)
    """

    wrong_bits: int  # outputs on the wrong side of 0.5
    num_bits: int  # rows x outputs
    wrong_rows: int
    num_rows: int

    @property
    def bits_right(self) -> float:
        """Share of the output bits that are right."""
        return 1 - self.wrong_bits / self.num_bits

    @property
    def rows_right(self) -> float:
        """Share of the rows that are right; see `measure`."""
        return 1 - self.wrong_rows / self.num_rows


def measure(
    kernels: Sequence[np.ndarray],
    biases: Sequence[np.ndarray],
    source: task_lib.Source,
    classes: Iterable[Iterable[int]] = (),
) -> Accuracy:
    """Counts what a network has right, over all rows of a source, without noise.

    A bit is right when its logit is above 0 and it is 1, or neither. A row is right when in every
    class group the output that is 1 has the largest logit, and every output in no group is right as
    a bit. A tie for the largest is wrong, as is a row of which a logit is not finite.

    The products are worked out anew, in chunks of rows: an output within rounding of 0.5 may fall
    on the other side than it did in training.

    Args:
      kernels: `[fan_in, fan_out]` a layer, 0 where there is no edge.
      biases: `[fan_out]` a layer.
      source: the rows.
      classes: groups of outputs of which one is 1 in every row, no output twice; () for none.

    Returns:
      The counts.

    Source: DESIGN 4.2 for bits; the largest logit of a group is the usual answer of a classifier.

    Example:
      >>> one_hot = task_lib.ArraySource(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32))
      >>> kernel = np.array([[3, 1], [-2, -1]], np.float32)  # the rows are its logits
      >>> found = measure([kernel], [np.zeros(2, np.float32)], one_hot, classes=[(0, 1)])
      >>> found.wrong_bits, found.wrong_rows
      (2, 0)
    """
    network = list(kernels), list(biases)
    groups = tuple(tuple(int(output) for output in group) for group in classes)
    # As in training: without the shortened float32 products of some accelerators.
    with jax.default_matmul_precision("highest"):
        if type(source) in training.SOURCES:
            wrong = _wrong_of_known(*network, source, groups)
        else:  # of a class that jax does not know: its data are part of the program
            of_own = functools.partial(_wrong, source=source, classes=groups)
            wrong = jax.jit(of_own)(*network)
    return Accuracy(
        wrong_bits=int(wrong[0]),
        num_bits=source.num_rows * source.num_outputs,
        wrong_rows=int(wrong[1]),
        num_rows=source.num_rows,
    )


def _wrong(
    kernels: Sequence[jax.Array],
    biases: Sequence[jax.Array],
    source: task_lib.Source,
    classes: Classes,
) -> tuple[jax.Array, jax.Array]:
    """Wrong bits and wrong rows, int32."""

    def of_rows(x: jax.Array, y: jax.Array, real: jax.Array) -> tuple[jax.Array, jax.Array]:
        for kernel, bias in zip(kernels[:-1], biases[:-1], strict=True):
            x = jax.nn.relu(x @ kernel + bias)
        logits = x @ kernels[-1] + biases[-1]
        bits = ((logits > 0) == (y > 0.5)) & jnp.isfinite(logits)
        rows = _rows_right(logits, y, bits, classes)
        return (
            jnp.sum(~bits & real[:, None], dtype=jnp.int32),
            jnp.sum(~rows & real, dtype=jnp.int32),
        )

    return chunks.summed(source, of_rows)


_wrong_of_known = jax.jit(_wrong, static_argnums=3)


def _rows_right(logits: jax.Array, y: jax.Array, bits: jax.Array, classes: Classes) -> jax.Array:
    grouped = {output for group in classes for output in group}
    alone = np.array([output for output in range(y.shape[1]) if output not in grouped], int)
    right = jnp.isfinite(logits).all(axis=1) & bits[:, alone].all(axis=1)
    for group in classes:
        of_group, true = logits[:, np.array(group)], y[:, np.array(group)] > 0.5
        best_true = jnp.where(true, of_group, -jnp.inf).max(axis=1)
        right &= best_true > jnp.where(true, -jnp.inf, of_group).max(axis=1)
    return right
