"""All orders in which nearest pairs of clusters may be merged, followed one by one."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.spatial import distance

from nsculpt.analysis import clustering, modularity

# Distances closer than this are followed as ties, which errs on the safe side: far above rounding.
EQUAL = 1e-9
# How near, in units of the last decimal, a modularity may be to where its rounding turns.
_EDGE = 1e-4
# A gain of modularity that survives its rounding to 8 decimals.
GAIN = 2e-8
# Orders are followed for so many units that differ, and through so many states, before the answer
# counts as depending on them.
_MOST_UNITS, _MOST_STATES = 16, 1500


class Layer(NamedTuple):
    """The units of a layer that differ, in figures that do not depend on their order."""

    features: np.ndarray  # [m, N]
    distances: np.ndarray  # [m, m]
    sizes: np.ndarray  # [m] how many units are equal to each
    rows: np.ndarray  # [m] sums of the rows of D, in DESIGN 5.2, of those units
    total: float  # of all distances, by which D is divided
    num_units: int
    threshold: float


def distinct(units: clustering.Units) -> Layer | None:
    """The units that differ; None where no order can matter.

    Example:
      >>> distinct(clustering.Units(np.array([[1, 0], [1, 0], [0, 1]], bool))) is None
      True
    """
    first_seen: dict[bytes, int] = {}
    of_unit = []
    for row in units.features:
        of_unit.append(first_seen.setdefault(row.tobytes(), len(first_seen)))
    num_units = len(of_unit)
    # Equal units join first, and M falls with each of them; one or two clusters are then left.
    if len(first_seen) < 3 and num_units * num_units < 1 / GAIN:
        return None
    _, firsts, counts = np.unique(of_unit, return_index=True, return_counts=True)
    sizes = counts.astype(np.float64)
    table = distance.squareform(units.distances, checks=False)[firsts][:, firsts]
    sums = sizes * (table @ sizes)
    total = float(sums.sum())
    if total == 0.0:
        return None
    return Layer(
        units.features[firsts],
        table,
        sizes,
        sums / total,
        total,
        num_units,
        units.modularity_threshold,
    )


def differ(layer: Layer) -> bool:
    """Follows every order of merging nearest pairs, until two end in other clusters.

    Returns:
      Whether two do; True as well for more units or orders than can be followed.

    Source: DESIGN 5.2.

    Example:
      >>> chain = np.array([[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0]], bool)
      >>> differ(distinct(clustering.Units(chain)))
      True
    """
    if len(layer.sizes) > _MOST_UNITS:
        return True
    merging = _Merging(layer)
    answers = set()
    start: tuple[int, ...] = tuple(1 << index for index in range(len(layer.sizes)))
    seen = {(start, None, None)}
    waiting: list[tuple] = [(start, None, None)]
    while waiting:
        clusters, best, apart = waiting.pop()
        if len(clusters) < layer.num_units:
            exact = merging.modularity(clusters)
            if abs(exact * 1e8 % 1.0 - 0.5) < _EDGE:
                return True
            value = float(np.round(exact, 8))
            if best is None or value < best[0]:
                best = value, clusters
        if len(clusters) == 2:
            answers.add(merging.answer(best, apart, clusters[0]))
            if len(answers) > 1:
                return True
            continue
        for first, second in merging.nearest(clusters):
            if len(clusters) == layer.num_units:
                apart = merging.apart(first, second)
            rest = (c for c in clusters if c not in (first, second))
            following = (tuple(sorted((*rest, first | second))), best, apart)
            if following not in seen:
                if len(seen) == _MOST_STATES:
                    return True
                seen.add(following)
                waiting.append(following)
    return False


class _Merging:
    """Figures of clusters given as bit masks of units."""

    def __init__(self, layer: Layer):
        self._layer = layer
        self._sums = layer.distances * layer.sizes[:, None] * layer.sizes
        self._known: dict[int, np.ndarray] = {}

    def _units(self, cluster: int) -> np.ndarray:
        if cluster not in self._known:
            bits = range(len(self._layer.sizes))
            self._known[cluster] = np.array([bool(cluster >> bit & 1) for bit in bits])
        return self._known[cluster]

    def modularity(self, clusters: tuple[int, ...]) -> float:
        parts = np.stack([self._units(cluster) for cluster in clusters]).astype(np.float64)
        within = np.einsum("ci,ij,cj->", parts, self._sums, parts) / self._layer.total
        return float(within - ((parts @ self._layer.rows) ** 2).sum())

    def nearest(self, clusters: tuple[int, ...]) -> Iterator[tuple[int, int]]:
        parts = np.stack([self._units(cluster) for cluster in clusters]).astype(np.float64)
        sizes = parts @ self._layer.sizes
        table = parts @ self._sums @ parts.T / (sizes[:, None] * sizes)
        first, second = np.triu_indices(len(clusters), 1)
        heights = table[first, second]
        for index in np.flatnonzero(heights <= heights.min() + EQUAL).tolist():
            yield clusters[first[index]], clusters[second[index]]

    def apart(self, first: int, second: int) -> float | None:
        units = [self._layer.features[self._units(each)][0] for each in (first, second)]
        return modularity.all_apart(units[0], units[1])

    def answer(
        self, best: tuple[float, tuple[int, ...]], apart: float | None, top: int
    ) -> tuple[int, ...]:
        """The clusters that are left after the tests."""
        value, clusters = best
        count, layer = len(clusters), self._layer
        if modularity.is_challenged(count, value, layer.num_units, layer.threshold):
            inside = self._units(top)
            one = modularity.all_one(
                layer.features[inside].any(axis=0), layer.features[~inside].any(axis=0)
            )
            count = modularity.overruled(apart, one, count, layer.num_units)
        # 1 and n say all about the clusters.
        return clusters if count == len(clusters) else (-count,)
