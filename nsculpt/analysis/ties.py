"""Whether the order in which units stand decides their clusters.

Average linkage joins a nearest pair. Where several pairs are nearest, the order of the units picks
one, and another order may end in other clusters (DESIGN 5.2: "another order changes some published
answers"). Mostly it does not: units at equal distances from each other end up together whichever
pair comes first. This file tells the two apart level by level, and leaves what it cannot tell to
`merge_orders`.
"""

import itertools
from typing import NamedTuple

import numpy as np

from nsculpt.analysis import clustering, merge_orders, modularity

# How far rounding may move a modularity.
_NOISE = 1e-12
# A last level of more clusters than this has too many ways to be parted in two.
_MOST_AT_THE_TOP = 7


def order_decides(units: clustering.Units) -> bool:
    """Whether `modularity.by_modularity` may part the same units otherwise in another order.

    Sound, not complete, for features of 0 and 1: False is a promise for every order. True says that
    some order of merging nearest pairs ends otherwise, or that there are too many to follow.

    Source: DESIGN 5.2.

    Example:
      Units 0 and 2 are equally far from unit 1, and it is of no consequence:

      >>> order_decides(clustering.Units(np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]], bool)))
      False
    """
    layer = merge_orders.distinct(units)
    if layer is None:
        return False
    found = _by_levels(layer)
    return merge_orders.differ(layer) if found is None else found


class _Candidate(NamedTuple):
    """A number of clusters among which the one of least modularity is looked for."""

    low: float  # least and greatest M, rounded, over all orders
    high: float
    num_clusters: int
    settled: bool  # whether the clusters are the same in all orders


def _candidate(low: float, high: float, num_clusters: int, settled: bool) -> _Candidate:
    ends = np.round([low - _NOISE, high + _NOISE], 8).tolist()
    return _Candidate(ends[0], ends[1], num_clusters, settled)


def _by_levels(layer: merge_orders.Layer) -> bool | None:
    """Follows the merges level by level, a level being all those at one height.

    Where the nearest pairs make up sets of clusters that are all equally far from each other, each
    set becomes one cluster in whatever order. Where in addition M only falls within the level, or
    only rises, it is least at one of the level's ends. None where that is not so.
    """
    state = _State(layer)
    value = -float(layer.rows @ layer.rows)
    candidates = []
    aparts: set[float | None] = set()
    if len(layer.sizes) < layer.num_units:
        # The first pair are equal units, of which "all apart" never speaks.
        aparts.add(None)
        own = layer.rows[layer.sizes > 1] / layer.sizes[layer.sizes > 1]
        if 2.0 * float(own.min()) ** 2 < merge_orders.GAIN:
            return True  # equal units that M may not tell from one cluster
        candidates.append(_candidate(value, value, len(layer.sizes), settled=True))
    while True:
        count = state.count
        sets, pairs, height = state.nearest()
        if sets is None:
            return None
        gains = state.gains(pairs, height)
        is_first = not aparts
        if is_first:
            aparts = _aparts(layer.features, pairs)
        rising = float(gains.min()) > merge_orders.GAIN
        if len(gains) > 1:
            if not rising and float(gains.max()) >= -merge_orders.GAIN:
                return None
            if rising and is_first:
                # All units apart is no candidate, so that one merge from there may be the least.
                low, high = value + float(gains.min()), value + float(gains.max())
                candidates.append(_candidate(low, high, count - 1, settled=False))
        if len(sets) == 1 and len(sets[0]) == count:
            break
        value += float(gains.sum())
        state.join(sets)
        candidates.append(_candidate(value, value, state.count, settled=True))
    tops = _tops(count, height, falling=count > 2 and not rising)
    if tops is None:
        return None
    if count > 2 and not rising:
        # One cluster is no candidate either, and M is 0 there.
        crossing = [-float(gains[_parted(pairs, sets[0], top)].sum()) for top in tops]
        candidates.append(_candidate(min(crossing), max(crossing), 2, settled=False))
    members = [state.members[index] for index in sets[0]]
    ones = {_one(layer.features, [members[index] for index in top]) for top in tops}
    return _differ(layer, candidates, aparts, ones)


def _tops(count: int, height: float, falling: bool) -> list[tuple[int, ...]] | None:
    """Ways to part the last clusters in two, each as the part that holds the first; None: many.

    One stands for all where they have nothing in common, unless the value at two is asked for.
    """
    if height > 1.0 - merge_orders.EQUAL and not falling:
        return [(0,)]
    if count > _MOST_AT_THE_TOP:
        return None
    return [
        (0, *rest)
        for size in range(count - 1)
        for rest in itertools.combinations(range(1, count), size)
    ]


def _parted(pairs: np.ndarray, last: list[int], top: tuple[int, ...]) -> np.ndarray:
    inside = np.isin(pairs, [last[index] for index in top])
    return inside[0] != inside[1]


def _aparts(features: np.ndarray, pairs: np.ndarray) -> set[float | None]:
    """Strengths of "all apart" for all pairs that may be the first."""
    used, where = np.unique(pairs, return_inverse=True)
    ones = (features[used] != 0).astype(np.float32)
    common = ones @ ones.T
    counts = ones.sum(axis=1)
    first, second = where.reshape(pairs.shape)
    low, high = np.minimum(counts[first], counts[second]), np.maximum(counts[first], counts[second])
    kinds = np.stack([low, high, common[first, second]])
    _, examples = np.unique(kinds, axis=1, return_index=True)
    return {modularity.all_apart(*features[pairs[:, index]]) for index in examples.tolist()}


def _one(features: np.ndarray, inside: list[np.ndarray]) -> float | None:
    """Strength of "all one" for two last clusters, of which one is made up of those units."""
    chosen = np.zeros(len(features), bool)
    chosen[np.concatenate(inside)] = True
    sides = (np.any(features[side], axis=0) for side in (chosen, ~chosen))
    return modularity.all_one(*sides)


def _differ(
    layer: merge_orders.Layer,
    candidates: list[_Candidate],
    aparts: set[float | None],
    ones: set[float | None],
) -> bool:
    """Whether more than one answer is possible."""
    least = min(candidate.high for candidate in candidates)
    possible = [candidate for candidate in candidates if candidate.low <= least]
    if all(candidate.low == candidate.high for candidate in possible):
        possible = [max(possible, key=lambda candidate: candidate.num_clusters)]
    counts: set[int] = set()
    for candidate in possible:
        count = candidate.num_clusters
        found = set()
        if not modularity.is_challenged(count, candidate.low, layer.num_units, layer.threshold):
            found.add(count)
        if modularity.is_challenged(count, candidate.high, layer.num_units, layer.threshold):
            found |= {
                modularity.overruled(apart, one, count, layer.num_units)
                for apart, one in itertools.product(aparts, ones)
            }
        if count in found and not candidate.settled:
            return True
        counts |= found
    return len(counts) > 1


class _State:
    """Clusters on the way from all apart to all one. Those that joined another stay as empty rows,
    at an infinite distance, until they are half of all: taking out each on its own would cost more
    than all else, and so would keeping them to the end."""

    def __init__(self, layer: merge_orders.Layer):
        self._distances = layer.distances.copy()
        np.fill_diagonal(self._distances, np.inf)
        self._nearest = self._distances.min(axis=1)
        self._sizes, self._rows = layer.sizes.copy(), layer.rows.copy()
        self._total = layer.total
        self.members = [np.array([index]) for index in range(len(layer.sizes))]
        self.count = len(layer.sizes)

    def nearest(self) -> tuple[list[list[int]] | None, np.ndarray, float]:
        """Sets of clusters all equally near to each other, their pairs `[2, P]`, the distance.

        The sets are None where the nearest pairs do not make up such.
        """
        height = float(self._nearest.min())
        hits = np.flatnonzero(self._nearest <= height + merge_orders.EQUAL)
        joined = self._distances[hits][:, hits] <= height + merge_orders.EQUAL
        np.fill_diagonal(joined, True)
        by_row: dict[bytes, list[int]] = {}
        for index, row in zip(hits.tolist(), joined, strict=True):
            by_row.setdefault(row.tobytes(), []).append(index)
        sets = list(by_row.values())
        pairs = hits[np.stack(np.nonzero(np.triu(joined, 1)))]
        complete = sum(len(s) * (len(s) - 1) for s in sets) == 2 * pairs.shape[1]
        return (sets if complete and all(len(s) > 1 for s in sets) else None), pairs, height

    def gains(self, pairs: np.ndarray, height: float) -> np.ndarray:
        """Change of M with the merge of each pair."""
        first, second = pairs
        near = height * self._sizes[first] * self._sizes[second] / self._total
        return 2.0 * (near - self._rows[first] * self._rows[second])

    def join(self, sets: list[list[int]]) -> None:
        for indices in sets:
            head, rest = indices[0], indices[1:]
            share = self._sizes[indices] / self._sizes[indices].sum()
            columns = self._distances[indices]
            touched = columns.min(axis=0) <= self._nearest + merge_orders.EQUAL
            mean = share @ np.where(np.isinf(columns), 0.0, columns)
            mean[np.isinf(columns).any(axis=0)] = np.inf  # the set itself, and what is empty
            self._distances[rest] = np.inf
            self._distances[:, rest] = np.inf
            self._distances[head] = self._distances[:, head] = mean
            self._nearest[rest] = np.inf
            touched[rest] = False
            touched[head] = True
            self._nearest[touched] = self._distances[touched].min(axis=1)
            self._sizes[head] = self._sizes[indices].sum()
            self._rows[head] = self._rows[indices].sum()
            self.members[head] = np.concatenate([self.members[index] for index in indices])
            self.count -= len(rest)
            self._sizes[rest] = 0.0
        if 2 * self.count < len(self._sizes):
            self._take_out_empty_rows()

    def _take_out_empty_rows(self) -> None:
        kept = np.flatnonzero(self._sizes)
        self._distances = self._distances[kept][:, kept]
        self._nearest, self._sizes = self._nearest[kept], self._sizes[kept]
        self._rows = self._rows[kept]
        self.members = [self.members[index] for index in kept.tolist()]
