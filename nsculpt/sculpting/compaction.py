"""Rounds on smaller arrays: after unit pruning nearly all hidden units are gone (DESIGN 4.4).

Units without any edge contribute exact zeros, so leaving them out changes nothing but the order in
which floats are added. That changes last bits, so the size at which a round is worked out is a
function of the round's own network, never of what else is being trained.

The lanes of a tile are of one size: there, one smaller size serves all edge rounds in which it has
room for the network. A network that has a tile to itself has a size of its own in each round.
"""

import dataclasses
import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from nsculpt import layers
from nsculpt.sculpting import jobs, pruning

# A layer keeps room for this part of its units, rounded up to a power of two of at least `_FEWEST`:
# more than unit pruning leaves in all but a few networks (BUILD_NOTES).
_PART = 8
_FEWEST = 8
# Multiply-adds of a forward pass over all rows and epochs of a round. Below, a second program takes
# longer to compile than its rounds save.
_LEAST_WORK = 500_000


def compact_sizes(layer_sizes: Sequence[int], num_rows: int, epochs: int) -> tuple[int, ...] | None:
    """Layer sizes of the smaller arrays; None where one size does it all.

    Args:
      layer_sizes: `[I, H_1 ... H_D, O]`.
      num_rows: training rows.
      epochs: of a round.

    Example:
      >>> compact_sizes((8, 48, 48, 4), num_rows=256, epochs=40)
      (8, 8, 8, 4)
      >>> compact_sizes((4, 24, 4), num_rows=16, epochs=15)
    """
    hidden = (
        min(width, max(_FEWEST, 2 ** math.ceil(math.log2(width / _PART))))
        for width in layer_sizes[1:-1]
    )
    small = (layer_sizes[0], *hidden, layer_sizes[-1])
    too_little = layers.num_edges(layer_sizes) * num_rows * epochs < _LEAST_WORK
    return None if too_little or small == tuple(layer_sizes) else small


def fitted_sizes(edges: Sequence[np.ndarray]) -> tuple[int, ...]:
    """Layer sizes that fit a network: one part of all hidden layers, with a dead unit in each.

    The part is 1, 3/4, 1/2, 3/8, 1/4 ...: that of the fullest layer, so that there are few sizes to
    compile. Sizes are multiples of 8.

    Args:
      edges: masks, `[fan_in, fan_out]` each.

    Example: of 40 and 64 units 2 and 20 have edges; 24 of 64 are 3/8.
      >>> below = np.tile(np.arange(40) < 2, (5, 1))
      >>> above = (np.arange(40) < 2)[:, None] & (np.arange(64) < 20)
      >>> fitted_sizes([below, above, np.tile((np.arange(64) < 20)[:, None], (1, 3))])
      (5, 16, 24, 3)
    """
    widths = [below.shape[1] for below in edges[:-1]]
    needed = [len(units) + 1 for units in _used(edges)]
    hidden = widths
    parts = (Fraction(part, 2**power) for power in itertools.count(2) for part in (3, 2))
    for part in parts:
        smaller = [min(width, _FEWEST * math.ceil(width * part / _FEWEST)) for width in widths]
        full = any(
            size < units and size < width
            for size, units, width in zip(smaller, needed, widths, strict=True)
        )
        if full:
            break
        hidden = smaller
        if max(hidden) <= _FEWEST:
            break
    return (len(edges[0]), *hidden, edges[-1].shape[1])


def _used(edges: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The units of each hidden layer that have an edge, in rising order."""
    return [
        np.flatnonzero(below.any(axis=0) | above.any(axis=1))
        for below, above in itertools.pairwise(edges)
    ]


@dataclasses.dataclass(frozen=True, eq=False)
class Compacted:
    """A round on smaller arrays, and the way back."""

    asked: jobs.Round
    sizes: tuple[int, ...]  # of the smaller arrays
    places: tuple[np.ndarray, ...]  # a layer: the units that have a place, in rising order
    layer_sizes: tuple[int, ...]  # of the network as it is

    def restored(self, reply: jobs.Reply) -> jobs.Reply:
        """The reply for the network as it is: what was left out stays dead, with zero weights."""

        def spread(small: np.ndarray, *layers: int) -> np.ndarray:
            places = [self.places[layer] for layer in layers]
            whole = np.zeros([self.layer_sizes[layer] for layer in layers], small.dtype)
            whole[np.ix_(*places)] = small[tuple(slice(len(each)) for each in places)]
            return whole

        return dataclasses.replace(reply, **_each_array(reply, spread))


def compacted(asked: jobs.Round, sizes: Sequence[int]) -> Compacted | None:
    """The round on arrays of these sizes; None where it does not fit, or they are not smaller.

    Args:
      asked: a round.
      sizes: from `compact_sizes`, for a round of an edge job, or from `fitted_sizes`.
    """
    whole = (*(mask.shape[0] for mask in asked.edges), asked.edges[-1].shape[1])
    places = (np.arange(whole[0]), *_used(asked.edges), np.arange(whole[-1]))
    if whole == sizes or any(len(units) > size for units, size in zip(places, sizes, strict=True)):
        return None
    # What is dead ranks first, with saliency 0. While one of it is kept, a rank among the dead
    # stays one, and any other moves by the number of those that are left out.
    if sum(int(mask.sum()) for mask in asked.edges) == layers.num_edges(sizes):
        return None
    if asked.job.phase == pruning.UNIT:
        left_out = sum(whole[1:-1]) - sum(sizes[1:-1])
    else:
        left_out = layers.num_edges(whole) - layers.num_edges(sizes)

    def gather(array: np.ndarray, *layers: int) -> np.ndarray:
        units = [places[layer] for layer in layers]
        small = np.zeros([sizes[layer] for layer in layers], array.dtype)
        small[tuple(slice(len(each)) for each in units)] = array[np.ix_(*units)]
        return small

    k = asked.k if asked.k == pruning.NOTHING else max(asked.k - left_out, 0)
    smaller = dataclasses.replace(asked, k=k, **_each_array(asked, gather))
    return Compacted(smaller, tuple(sizes), places, whole)


def _each_array(
    network: jobs.Round | jobs.Reply, resize: Callable[..., np.ndarray]
) -> dict[str, Any]:
    """Kernels, biases and masks, each resized; told the layers of units along its axes."""
    return {
        "kernels": [resize(each, at, at + 1) for at, each in enumerate(network.kernels)],
        "biases": [resize(each, at + 1) for at, each in enumerate(network.biases)],
        "edges": [resize(each, at, at + 1) for at, each in enumerate(network.edges)],
    }
