"""Rows that are two images side by side, drawn from a pool of labelled images."""

import dataclasses
import hashlib
import itertools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np


@dataclasses.dataclass(frozen=True, eq=False)
class PairSource:
    """Rows of two digit images side by side.

    Example: two images of one pixel, and the row (second, first).
      >>> source = PairSource(
      ...     images=np.array([[0], [255]], np.uint8), labels=np.array([3, 4], np.int32),
      ...     left=np.array([1], np.int32), right=np.array([0], np.int32),
      ...     answers=np.eye(10, dtype=np.float32)[:, None].repeat(10, 1))
      >>> x, y = source.gather(np.array([0]))
      >>> x.tolist(), int(y.argmax())
      ([[1.0, 0.0]], 4)
    """

    images: np.ndarray  # [M, S * S] uint8
    labels: np.ndarray  # [M] int32, digits
    left: np.ndarray  # [N] int32, rows of `images`
    right: np.ndarray  # [N] int32
    answers: np.ndarray  # [10, 10, O] float32 of 0.0 and 1.0: outputs by left and right digit

    @property
    def num_rows(self) -> int:
        return self.left.shape[0]

    @property
    def num_inputs(self) -> int:
        return 2 * self.images.shape[1]

    @property
    def num_outputs(self) -> int:
        return self.answers.shape[2]

    def gather(self, rows: Any) -> tuple[Any, Any]:
        import jax.numpy as jnp  # only device code asks for batches: analysis must not load jax

        images, labels = jnp.asarray(self.images), jnp.asarray(self.labels)
        size = int(np.sqrt(self.images.shape[1]))
        pair = [jnp.asarray(side)[rows] for side in (self.left, self.right)]
        # Line by line: the frame is one image of S x 2S pixels.
        frame = jnp.concatenate([images[each].reshape(-1, size, size) for each in pair], axis=2)
        x = frame.reshape(-1, self.num_inputs).astype(jnp.float32) / 255
        return x, jnp.asarray(self.answers)[labels[pair[0]], labels[pair[1]]]

    def sha256(self) -> str:
        digest = hashlib.sha256(b"pairs of images")
        for array in (self.images, self.labels, self.left, self.right, self.answers):
            digest.update(repr((array.shape, array.dtype.str)).encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


class Pool(NamedTuple):
    """Digit images to draw from."""

    images: np.ndarray  # [M, S * S] uint8
    labels: np.ndarray  # [M] int32


def pooled(images: np.ndarray, size: int) -> np.ndarray:
    """Means of square blocks of pixels, half a grey value rounded up.

    Args:
      images: `[M, T, T]` uint8.
      size: pixels a side of the result; divides T.

    Returns:
      `[M, size * size]` uint8.

    Example:
      >>> pooled(np.array([[[0, 1], [0, 1]]], np.uint8), 1).tolist()
      [[1]]
    """
    block = images.shape[1] // size
    blocks = images.reshape(len(images), size, block, size, block)
    sums = blocks.sum(axis=(2, 4), dtype=np.uint32)
    return ((2 * sums + block**2) // (2 * block**2)).astype(np.uint8).reshape(len(images), -1)


def draw(
    pool: Pool,
    digits: Iterable[int],
    answers: np.ndarray,
    seed: Sequence[int],
    counts: Sequence[int],
) -> list[PairSource]:
    """Draws rows for each pair of digits, with replacement; sources that share the images.

    Args:
      pool: has an image of each digit.
      digits: that are on either side.
      answers: `[10, 10, O]`, outputs by left and right digit.
      seed: integers from 0; the same in all versions of NumPy.
      counts: rows of each source for each pair.
    """
    # Only of this older generator NumPy promises that its numbers stay as they are.
    generator = np.random.RandomState(list(seed))
    places = [np.flatnonzero(pool.labels == digit) for digit in digits]
    drawn = [
        [side[generator.randint(len(side), size=sum(counts))] for side in pair]
        for pair in itertools.product(places, repeat=2)
    ]
    rows = np.array(drawn, np.int32)  # [pairs, 2, rows]
    return [
        PairSource(
            pool.images,
            pool.labels,
            np.ascontiguousarray(rows[:, 0, begin:end].reshape(-1)),
            np.ascontiguousarray(rows[:, 1, begin:end].reshape(-1)),
            answers,
        )
        for begin, end in itertools.pairwise(itertools.accumulate(counts, initial=0))
    ]
