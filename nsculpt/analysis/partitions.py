"""Agreement of two partitions of the same units."""

import numpy as np
from scipy import special


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
    table = _contingency(first, second) / len(first)
    in_first, in_second = table.sum(axis=1), table.sum(axis=0)
    entropies = float(special.entr(in_first).sum() + special.entr(in_second).sum())
    if entropies == 0.0:
        return 1.0
    information = float(special.rel_entr(table, np.outer(in_first, in_second)).sum())
    return min(max(2.0 * information / entropies, 0.0), 1.0)


def _num_pairs(sizes: np.ndarray) -> int:
    """Number of pairs within groups of these sizes."""
    return int((sizes * (sizes - 1) // 2).sum())


def _contingency(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How many units have each pair of labels: `[labels of first, labels of second]`."""
    rows, row = np.unique(first, return_inverse=True)
    columns, column = np.unique(second, return_inverse=True)
    table = np.zeros((len(rows), len(columns)), np.int64)
    np.add.at(table, (row, column), 1)
    return table
