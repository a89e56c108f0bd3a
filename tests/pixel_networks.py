"""Networks on the pixels of two digits side by side, for tests."""

import itertools

import numpy as np

from nsculpt.tasks import task


def sides(shape: tuple[int, int]) -> np.ndarray:
    """For each pixel, row by row, 0 in the left half and 1 in the right one."""
    return np.tile(np.repeat([0, 1], shape[1] // 2), shape[0])


def two_sides(
    shape: tuple[int, int], num_live: int, hidden: tuple[int, ...] = (12, 12), seed: int = 0
) -> list[np.ndarray]:
    """Masks of a network of 20 outputs in which nothing of the left half meets the right one.

    Args:
      shape: rows and columns, an even number.
      num_live: pixels with edges, an even number, half of them on either side.
      hidden: even numbers.
      seed: of the draw.
    """
    rng = np.random.default_rng(seed)
    halves = [sides(shape), *(np.repeat([0, 1], size // 2) for size in (*hidden, 20))]
    masks = []
    for layer, (below, above) in enumerate(itertools.pairwise(halves)):
        mask = np.zeros((len(below), len(above)), bool)
        for side in (0, 1):
            senders, receivers = np.flatnonzero(below == side), np.flatnonzero(above == side)
            if layer == 0:
                senders = rng.choice(senders, num_live // 2, replace=False)
            for sender in senders:
                mask[sender, rng.choice(receivers, 3, replace=False)] = True
            mask[rng.choice(senders, len(receivers)), receivers] = True
        masks.append(mask)
    return masks


def truth(shape: tuple[int, int]) -> task.Truth:
    """Left and right pixels, outputs 0 to 9 and 10 to 19; dead pixels are no fault."""
    groups = tuple(tuple(np.flatnonzero(sides(shape) == side).tolist()) for side in (0, 1))
    tens = tuple(range(10)), tuple(range(10, 20))
    return task.Truth(groups, tens, None, "partition", inputs_optional=True)


def names(shape: tuple[int, int]) -> list[str]:
    """Of the pixels, by side, row and column."""
    half = shape[1] // 2
    return [
        f"{('left', 'right')[column // half]}_{row}_{column % half}"
        for row in range(shape[0])
        for column in range(shape[1])
    ]
