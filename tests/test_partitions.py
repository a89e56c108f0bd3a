"""Agreement of partitions, by hand and by definition."""

import itertools
import math

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt.scores import partitions


@pytest.mark.parametrize(
    ("first", "second", "index"),
    [
        ([0, 0, 1, 1], [1, 1, 0, 0], 1.0),
        ([0, 0, 0], [5, 5, 5], 1.0),
        ([0, 1, 2], [2, 0, 1], 1.0),
        ([0, 0, 1, 1], [0, 1, 0, 1], -0.5),
        # Together in both: 2 pairs; in the first 6, in the second 3, of 15: expected 18/15 = 1.2.
        ([0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 2, 2], (2 - 1.2) / (4.5 - 1.2)),
        ([0, 0, 0, 0], [0, 0, 1, 1], 0.0),
        ([3], [8], 1.0),
    ],
)
def test_adjusted_rand_index(first, second, index):
    found = partitions.adjusted_rand_index(np.array(first), np.array(second))
    assert found == pytest.approx(index)


@pytest.mark.parametrize(
    ("first", "second", "information"),
    [
        ([0, 0, 1, 1], [1, 1, 0, 0], 1.0),
        ([0, 0, 0], [5, 5, 5], 1.0),
        ([0, 0, 1, 1], [0, 1, 0, 1], 0.0),
        ([0, 0, 0, 0], [0, 0, 1, 1], 0.0),
        # Entropies log 2 and log 4, information log 2.
        ([0, 0, 1, 1], [0, 1, 2, 3], 2 / 3),
    ],
)
def test_normalized_mutual_information(first, second, information):
    found = partitions.normalized_mutual_information(np.array(first), np.array(second))
    assert found == pytest.approx(information)


LABELS = st.integers(1, 8).flatmap(
    lambda n: st.tuples(*[st.lists(st.integers(0, 3), min_size=n, max_size=n)] * 2)
)


@hypothesis.given(LABELS)
def test_agreement_by_pairs_and_by_definition(labels):
    first, second = (np.array(part) for part in labels)
    pairs = list(itertools.combinations(range(len(first)), 2))
    ours = {p for p in pairs if first[p[0]] == first[p[1]]}
    theirs = {p for p in pairs if second[p[0]] == second[p[1]]}
    rand = partitions.adjusted_rand_index(first, second)
    same = ours == theirs
    assert (rand == 1.0) is same
    if not same:
        expected = len(ours) * len(theirs) / len(pairs)
        most = (len(ours) + len(theirs)) / 2
        assert rand == pytest.approx((len(ours & theirs) - expected) / (most - expected))

    def entropy(*columns):
        seen = list(zip(*columns, strict=True))
        return -sum(
            (share := seen.count(value) / len(seen)) * math.log(share) for value in set(seen)
        )

    mutual = partitions.normalized_mutual_information(first, second)
    total = entropy(first.tolist()) + entropy(second.tolist())
    joint = entropy(first.tolist(), second.tolist())
    assert mutual == pytest.approx(2 * (total - joint) / total if total else 1.0, abs=1e-12)


@hypothesis.given(LABELS, st.permutations(range(4)), st.permutations(range(4)))
def test_what_labels_are_called_changes_no_bit(labels, one, other):
    plain = [np.array(part) for part in labels]
    renamed = [np.array(new)[part] for part, new in zip(plain, (one, other), strict=True)]
    for agreement in (partitions.adjusted_rand_index, partitions.normalized_mutual_information):
        assert agreement(*renamed) == agreement(*plain)
        assert agreement(plain[0], renamed[0]) == 1.0


def test_agreement_on_nothing():
    nothing = np.array([], int)
    assert partitions.adjusted_rand_index(nothing, nothing) == 1.0
    assert partitions.normalized_mutual_information(nothing, nothing) == 1.0
