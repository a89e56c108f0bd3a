"""Lanes: the order in which modules stand in every layer of a drawing."""

from collections.abc import Sequence

import numpy as np

_SWEEPS = 8
# Sifting n modules takes n x n sums over n x n numbers: worth its time up to here.
_MOST_SIFTED = 32


def module_order(
    edges: Sequence[np.ndarray], labels: Sequence[np.ndarray], size: int
) -> np.ndarray:
    """An order of modules in which few edges cross, the same in every layer.

    Barycentre sweeps over the graph of modules, to and fro, and then sifting; see `layout.layered`.
    The order of the numbers stays unless another has fewer crossings.

    Args:
      edges: for each weight layer, boolean `[units below, units above]`.
      labels: for each layer, the module of each unit, 0 to size - 1.
      size: number of modules.

    Returns:
      A permutation of 0 .. size-1.

    Source: Sugiyama, Tagawa and Toda (1981); Rudell (1993).

    Example:
      >>> labels = [np.array([0, 1]), np.array([2, 3])]
      >>> module_order([np.array([[False, True], [True, False]])], labels, 4)
      array([0, 3, 1, 2])
    """
    counts = np.zeros((len(edges), size, size), np.int64)
    for count, layer_edges, senders, receivers in zip(
        counts, edges, labels[:-1], labels[1:], strict=True
    ):
        i, j = np.nonzero(layer_edges)
        np.add.at(count, (senders[i], receivers[j]), 1)
    feeds = counts.sum(axis=0) * ~np.eye(size, dtype=bool)
    neighbours = [_weighted(feeds.T), _weighted(feeds)]  # of a sweep forward, and back

    best = order = list(range(size))
    fewest = crossings(counts)
    tried = set()
    for sweep in range(_SWEEPS):
        # Modules are numbered from the inputs on, so this visits feeders first, readers last.
        forward = sweep % 2 == 0
        if not fewest or (forward, *order) in tried:
            break
        tried.add((forward, *order))
        place = [0.0] * size
        for at, module in enumerate(order):
            place[module] = float(at)
        for module in range(size) if forward else reversed(range(size)):
            others = neighbours[not forward][module]
            if others:
                total = sum(weight for _, weight in others)
                place[module] = sum(weight * place[other] for other, weight in others) / total
        order = sorted(order, key=place.__getitem__)
        crossed = crossings(counts[:, np.array(order)[:, None], order])
        if crossed < fewest:
            best, fewest = order, crossed
    if fewest and size <= _MOST_SIFTED:
        best = _sifted(counts, best)
    return np.array(best)


def _weighted(matrix: np.ndarray) -> list[list[tuple[int, int]]]:
    """For each row the columns that are not 0, with what is there."""
    found: list[list[tuple[int, int]]] = [[] for _ in matrix]
    rows, columns = np.nonzero(matrix)
    weights = matrix[rows, columns]
    for row, column, weight in zip(rows.tolist(), columns.tolist(), weights.tolist(), strict=True):
        found[row].append((column, weight))
    return found


def _sifted(counts: np.ndarray, order: list[int]) -> list[int]:
    """Moves one module at a time to where the fewest edges cross, until none moves.

    Args:
      counts: `[gaps, n, n]` edges from module to module, from one layer to the next.
      order: where to begin.
    """
    # Edges cross where they leave a layer as where they reach one.
    links = np.concatenate([counts, counts.swapaxes(1, 2)])
    size, unmoved = len(order), 0
    places = np.arange(size - 1)
    sides = np.sign(places - places[:, None])  # 1 where a place is below another, -1 above it
    for trial in range(_SWEEPS * size):
        module = trial % size
        others = [other for other in order if other != module]
        # By how much crossings grow where the module, right above another, changes places with it:
        # only the edges of the two cross less or more then. Either may have edges to any others;
        # besides, the module to itself, and the other to the module.
        among = links[:, np.array(others)[:, None], others]
        ours = links[:, module, others]
        after = 2 * ours.cumsum(axis=1) - ours - ours.sum(axis=1, keepdims=True)
        own = links[:, module, module, None] * (among * sides).sum(axis=2)
        grown = (among @ after[..., None])[..., 0] + own + links[:, others, module] * after
        crossed = [0, *grown.sum(axis=0).cumsum().tolist()]  # before the first, the second ...
        best = min(range(size), key=crossed.__getitem__)
        unmoved += 1
        if crossed[best] < crossed[order.index(module)]:
            order = [*others[:best], module, *others[best:]]
            unmoved = 0
        if unmoved == size:
            break
    return order


def crossings(counts: np.ndarray) -> int:
    """Pairs of edges that cross.

    Args:
      counts: `[..., n, m]` edges between the i-th place on one side and the j-th on the other.

    Example:
      >>> crossings(np.array([[0, 2], [3, 0]]))
      6
    """
    # An edge (i, j) is crossed by those that start below i and end above j.
    below = counts[..., ::-1, :].cumsum(axis=-2)[..., ::-1, :] - counts
    crossed_by = below.cumsum(axis=-1) - below
    return int((counts * crossed_by).sum())
