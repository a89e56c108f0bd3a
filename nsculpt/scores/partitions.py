"""Agreement of two partitions of the same units."""

import collections
import math

import numpy as np


def groups(labels: np.ndarray, units: np.ndarray) -> frozenset[frozenset[int]]:
    """A partition as a set of sets, to compare whatever the labels are called.

    Args:
      labels: `[n]`.
      units: `[n]`, what is labelled.

    Example:
      >>> groups(np.array([7, 7]), np.array([0, 3])) == frozenset({frozenset({0, 3})})
      True
    """
    members: dict[int, set[int]] = {}
    for label, unit in zip(labels.tolist(), units.tolist(), strict=True):
        members.setdefault(label, set()).add(unit)
    return frozenset(frozenset(m) for m in members.values())


def equal(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether two partitions of the same units are equal, whatever the labels are called.

    Args:
      first: labels `[n]`.
      second: labels `[n]` of the same units.

    Example:
      >>> equal(np.array([7, 7, 3]), np.array([0, 0, 1]))
      True
    """
    units = np.arange(len(first))
    return groups(first, units) == groups(second, units)


def adjusted_rand_index(first: np.ndarray, second: np.ndarray) -> float:
    """Share of pairs on which two partitions agree, adjusted for chance.

    (index - expected) / (maximum - expected), over the pairs that both put together; 1.0 where both
    put all units together, or none.

    Args:
      first: labels `[n]`, whole numbers.
      second: labels `[n]` of the same units.

    Returns:
      At most 1, which means equal partitions; about 0 by chance.

    Source: Hubert and Arabie (1985), Comparing partitions, equation 5.

    Example:
      >>> adjusted_rand_index(np.array([0, 0, 1, 1]), np.array([5, 5, 2, 2]))
      1.0
    """
    table = _contingency(first, second)
    together = _num_pairs(table)
    in_first, in_second = _num_pairs(table.sum(axis=1)), _num_pairs(table.sum(axis=0))
    maximum = (in_first + in_second) / 2
    pairs = _num_pairs(table.sum())
    if maximum in (0, pairs):
        return 1.0
    expected = in_first * in_second / pairs
    return float((together - expected) / (maximum - expected))


def normalized_mutual_information(first: np.ndarray, second: np.ndarray) -> float:
    """Mutual information of two partitions over the arithmetic mean of their entropies.

    Args:
      first: labels `[n]`, whole numbers.
      second: labels `[n]` of the same units.

    Returns:
      0 for independent partitions to 1 for equal ones; 1.0 where each is a single group.

    Source: Strehl and Ghosh (2002), with the arithmetic mean.

    Example:
      >>> normalized_mutual_information(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
      0.0
    """
    table = _contingency(first, second)
    apart = _entropy(table.sum(axis=1)) + _entropy(table.sum(axis=0))
    if apart == 0.0:
        return 1.0
    return min(max(2.0 * (apart - _entropy(table.ravel())) / apart, 0.0), 1.0)


def _entropy(sizes: np.ndarray) -> float:
    """Of a partition into groups of these sizes; bit for bit the same in whatever order they come.

    Equal partitions therefore agree to exactly 1, and no score hangs on how modules are numbered.
    """
    total = int(sizes.sum())
    shares = [size / total for size in sizes.tolist() if size]
    return -math.fsum(share * math.log(share) for share in shares)


def _num_pairs(sizes: np.ndarray) -> int:
    """Number of pairs within groups of these sizes."""
    return int((sizes * (sizes - 1) // 2).sum())


def _contingency(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How many units have each pair of labels: `[labels of first, labels of second]`."""
    # Dictionaries beat np.unique on the few units that a pruned layer has.
    labels = first.tolist(), second.tolist()
    row, column = ({label: i for i, label in enumerate(sorted(set(part)))} for part in labels)
    table = np.zeros((len(row), len(column)), np.int64)
    for pair, count in collections.Counter(zip(*labels, strict=True)).items():
        table[row[pair[0]], column[pair[1]]] = count
    return table
