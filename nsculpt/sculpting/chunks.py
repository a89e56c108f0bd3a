"""All rows of a source, some at a time: what a pass holds in memory does not grow with the data."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from nsculpt.tasks import task as task_lib

PyTree = Any

# A thousand images of the paper's vision tasks, 6 MB: they stay in a core's last cache.
MOST_ROWS = 1024


def fit_one(source: task_lib.Source) -> bool:
    """Whether the rows are so few that one pass takes them all."""
    return source.num_rows <= MOST_ROWS


def summed(
    source: task_lib.Source, of_rows: Callable[[jax.Array, jax.Array, jax.Array], PyTree]
) -> PyTree:
    """Sum of a function over chunks of equal size; may be traced by jax.

    Args:
      source: of the rows.
      of_rows: (x `[B, I]`, y `[B, O]`, real `[B]` bool) -> arrays; rows that are not real fill up
        the last chunk and must not count.

    Returns:
      Arrays like those of `of_rows`.

    Example:
      >>> ones = np.ones((2500, 1), np.float32)
      >>> source = task_lib.ArraySource(ones, ones)
      >>> float(summed(source, lambda x, y, real: jnp.sum(x[:, 0] * real)))
      2500.0
    """
    num_chunks = -(-source.num_rows // MOST_ROWS)
    rows_a_chunk = -(-source.num_rows // num_chunks)
    rows = np.arange(num_chunks * rows_a_chunk, dtype=np.int32).reshape(num_chunks, -1)
    real = rows < source.num_rows

    def of_chunk(chunk: tuple[jax.Array, jax.Array]) -> PyTree:
        return of_rows(*source.gather(chunk[0]), chunk[1])

    def add(sums: PyTree, chunk: tuple[jax.Array, jax.Array]) -> tuple[PyTree, None]:
        return jax.tree.map(jnp.add, sums, of_chunk(chunk)), None

    chunks = (jnp.asarray(np.where(real, rows, 0)), jnp.asarray(real))
    shapes = jax.eval_shape(of_chunk, jax.tree.map(lambda each: each[0], chunks))
    zeros = jax.tree.map(lambda each: jnp.zeros(each.shape, each.dtype), shapes)
    sums, _ = jax.lax.scan(add, zeros, chunks)
    return sums
