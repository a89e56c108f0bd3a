"""The paper's clustering: average linkage, cut at the least distance modularity, and two tests."""

import math

import numpy as np
from scipy.cluster import hierarchy as scipy_hierarchy
from scipy.spatial import distance

from nsculpt.analysis import clustering

# The linkage of two units; its height is not looked at.
_ONE_MERGE = np.array([[0.0, 1.0, 0.0, 2.0]])


@clustering.register_clustering("modularity")
def by_modularity(units: clustering.Units) -> np.ndarray:
    """Clusters of the units of one layer, the paper's way.

    Average linkage on cosine distances; the number of clusters has the least distance modularity,
    unless one of two tests, "all apart" and "all one", overrules it: they do where that number is
    2, or one less than the units, or its modularity is above minus `modularity_threshold`.

    Returns:
      The cluster `[n]` of each unit, numbered by first appearance.

    Source: DESIGN 5.2.

    Example:
      >>> features = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1]], bool)
      >>> by_modularity(clustering.Units(features)).tolist()
      [0, 0, 1]
    """
    features = units.features
    num_units = len(features)
    if num_units == 1:
        return np.zeros(1, np.int64)
    if num_units == 2:
        return cut(_ONE_MERGE, after_tests(features, _ONE_MERGE, count=2))
    # The order of its rows, also among equal heights, is the order of merging: it settles which
    # units stay together where distances tie.
    merges = scipy_hierarchy.linkage(units.distances, "average")
    values = distance_modularity(units.distances, merges)
    best = int(np.argmin(values))  # the first of equals, and values[0] is of the largest count
    count = num_units - 1 - best
    if is_challenged(count, values[best], num_units, units.modularity_threshold):
        count = after_tests(features, merges, count)
    return cut(merges, count)


def is_challenged(count: int, value: float, num_units: int, modularity_threshold: float) -> bool:
    """Whether the two tests are asked about a number of clusters with this modularity.

    Example:
      >>> is_challenged(3, -0.3, 5, 0.2), is_challenged(3, -0.1, 5, 0.2)
      (False, True)
    """
    return count in (2, num_units - 1) or value > -modularity_threshold


def overruled(apart: float | None, one: float | None, count: int, num_units: int) -> int:
    """Number of clusters that the two tests leave.

    Args:
      apart, one: as from `all_apart` and `all_one`.
      count: number of clusters before the tests.
      num_units: n.

    Example:
      >>> overruled(None, None, 3, 5), overruled(0.5, None, 3, 5), overruled(0.5, 0.5, 3, 5)
      (3, 5, 1)
    """
    if one is not None and (apart is None or one >= apart):
        return 1
    return count if apart is None else num_units


def distance_modularity(distances: np.ndarray, merges: np.ndarray) -> np.ndarray:
    """Distance modularity of the clusters after each merge, rounded to 8 decimals.

    M = sum over clusters c of [sum of D over pairs inside c - (sum of c's rows of D)^2], with D the
    full matrix of distances divided by its sum, or 0 where all distances are 0.

    Args:
      distances: `[n (n - 1) / 2]`, condensed as by `pdist`, n at least 3.
      merges: `[n - 1, 4]`, the average linkage of those distances.

    Returns:
      `[n - 2]`: M for n - 1, n - 2, ... 2 clusters.

    Source: DESIGN 5.2.

    Example:
      Two units at one place, the third at distance 1 from both: D is 0.25 in four places.

      >>> distances = np.array([0.0, 1.0, 1.0])
      >>> distance_modularity(distances, scipy_hierarchy.linkage(distances, "average"))
      array([-0.5])
    """
    num_units = len(merges) + 1
    total = 2.0 * float(distances.sum())
    if total == 0.0:
        return np.zeros(num_units - 2)
    rows = (distance.squareform(distances, checks=False).sum(axis=1) / total).tolist()
    sizes = [1] * num_units
    value = -sum(row * row for row in rows)
    values = []
    for first, second, height, size in merges[:-1].tolist():
        i, j = int(first), int(second)
        # The height of a merge in average linkage is the mean distance between the two clusters, so
        # that the sum over the pairs that the merge brings together needs no look at D.
        value += 2.0 * (height * sizes[i] * sizes[j] / total - rows[i] * rows[j])
        values.append(value)
        sizes.append(int(size))
        rows.append(rows[i] + rows[j])
    return np.round(values, 8)


def cut(merges: np.ndarray, count: int) -> np.ndarray:
    """Labels for a number of clusters: the first n - count merges applied.

    Args:
      merges: `[n - 1, 4]`, a SciPy linkage.
      count: number of clusters, 1 to n.

    Returns:
      The cluster of each unit, numbered by first appearance.

    Example:
      >>> merges = np.array([[1.0, 2.0, 0.1, 2.0], [0.0, 3.0, 0.5, 3.0]])
      >>> cut(merges, 2).tolist()
      [0, 1, 1]
    """
    num_units = len(merges) + 1
    # Walked from the top down, a merge that is applied hands its number to both its parts.
    owner = list(range(2 * num_units - 1))
    pairs = merges[:, :2].astype(np.int64).tolist()
    for row in range(num_units - count - 1, -1, -1):
        first, second = pairs[row]
        owner[first] = owner[second] = owner[num_units + row]
    return clustering.renumbered(np.array(owner[:num_units]))


def after_tests(features: np.ndarray, merges: np.ndarray, count: int) -> int:
    """Number of clusters that the two tests leave.

    Args:
      features: `[n, N]`, n at least 2.
      merges: `[n - 1, 4]`, a linkage of those units.
      count: number of clusters before the tests.

    Source: DESIGN 5.2.

    Example:
      >>> after_tests(np.eye(2, dtype=bool), np.array([[0.0, 1.0, 1.0, 2.0]]), 2)
      2
    """
    one_pair = merges[0, :2].astype(np.int64)
    apart = all_apart(features[one_pair[0]], features[one_pair[1]])
    top = cut(merges, 2)
    one = all_one(features[top == 0].any(axis=0), features[top == 1].any(axis=0))
    return overruled(apart, one, count, len(features))


def all_apart(first: np.ndarray, second: np.ndarray) -> float | None:
    """Strength with which the two nearest units say that no two units belong together.

    Args:
      first: `[N]`, the features of one of the two units that are merged first; not 0 counts as 1.
      second: the other's.

    Returns:
      How many standard deviations fewer units both reach than chance would give; None where the
      test does not speak.

    Source: DESIGN 5.2.

    Example:
      >>> round(all_apart(np.array([1, 0, 0, 0], bool), np.array([0, 1, 0, 0], bool)), 6)
      0.516398
    """
    common, larger, expected, deviation = _common(first, second)
    if common < 1 or (common < larger and common <= expected):
        return (expected - common) / deviation
    return None


def all_one(first: np.ndarray, second: np.ndarray) -> float | None:
    """Strength with which the last two clusters say that all units belong together.

    Args:
      first: boolean `[N]`, the union of the features of one of the clusters left before the last
        merge.
      second: the other's.

    Returns:
      How many standard deviations more units both reach than chance would give; None where the
      test does not speak.

    Source: DESIGN 5.2.

    Example:
      >>> round(all_one(np.array([1, 1, 0, 0], bool), np.array([1, 0, 0, 0], bool)), 6)
      0.755929
    """
    common, _, expected, deviation = _common(first, second)
    # The other condition of 5.2, all ones in common, is a case of this: k k / N is at most k.
    if common >= 1 and common >= expected:
        return (common - expected) / deviation
    return None


def _common(first: np.ndarray, second: np.ndarray) -> tuple[int, int, float, float]:
    """Ones in common, the larger number of ones, and the common ones' mean and deviation."""
    first, second = first.astype(bool), second.astype(bool)
    ones_first, ones_second = int(first.sum()), int(second.sum())
    common = int((first & second).sum())
    expected = ones_first * ones_second / len(first)
    share = ones_first * ones_second / len(first) ** 2
    deviation = math.sqrt(len(first) * share * (1.0 - share))
    # Where every feature of both is 1 there is no spread, and the difference counts as it is.
    return common, max(ones_first, ones_second), expected, deviation or 1.0
