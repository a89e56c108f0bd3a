"""Cosine distances: the last bit decides between pairs that tie, so equality is exact."""

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.spatial import distance

from nsculpt.analysis import distances
from tests.test_clustering import feature_tables


def test_by_hand():
    table = np.array([[1, 1, 0, 0], [0, 1, 1, 1], [1, 1, 0, 0]], bool)
    # One in common of 2 and 3: 1 - 1 / sqrt(6).
    np.testing.assert_allclose(distances.cosine(table), [1 - 6**-0.5, 0, 1 - 6**-0.5], atol=1e-15)


@pytest.mark.parametrize(("units", "width", "share"), [(60, 400, 0.5), (700, 2500, 0.01)])
def test_large_layers_have_the_distances_of_scipy_to_the_last_bit(units, width, share):
    """The two sizes take the dense and the sparse way."""
    table = np.random.default_rng(0).random((units, width)) < share
    table[:, 0] = True
    table[1::7] = table[0]  # units alike, where rounding could leave less than nothing
    expected = distance.pdist(table.astype(np.float64), "cosine")
    np.testing.assert_array_equal(distances.cosine(table), expected)


def test_large_layers_of_weights():
    table = np.random.default_rng(0).random((80, 300))
    expected = distance.pdist(table, "cosine")
    np.testing.assert_allclose(distances.cosine(table), expected, rtol=0, atol=1e-12)


@hypothesis.given(feature_tables(fewest=2))
def test_small_layers_have_the_distances_of_the_large(table):
    wide = np.hstack([table, np.zeros((len(table), distances._MANY), bool)])
    np.testing.assert_array_equal(distances.cosine(table), distances.cosine(wide))


@hypothesis.given(feature_tables(fewest=2), st.randoms(use_true_random=False))
def test_order_moves_distances_and_changes_none(table, random):
    order = random.sample(range(len(table)), len(table))
    found = distance.squareform(distances.cosine(table), checks=False)
    moved = distance.squareform(distances.cosine(table[order]), checks=False)
    np.testing.assert_array_equal(found[order][:, order], moved)
