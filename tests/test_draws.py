"""Random draws: permutations that are fair, normal numbers that are normal."""

import collections
import itertools

import hypothesis
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import strategies as st
from scipy import stats

from nsculpt.sculpting import draws


@hypothesis.given(st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=40))
def test_any_words_give_a_permutation(words):
    found = np.asarray(draws.permutation(jnp.array(words, jnp.uint32)))
    assert sorted(found) == list(range(len(words)))


def test_sorting_and_comparing_give_orders_of_the_same_law(monkeypatch):
    """The rank of each word, and the word of each rank: one is the inverse of the other."""
    words = draws.bits(jax.random.key(3), (50,))
    ranks = np.asarray(draws.permutation(words))
    monkeypatch.setattr(draws, "_MOST_COMPARED", 10)
    np.testing.assert_array_equal(np.asarray(draws.permutation(words))[ranks], np.arange(50))


def test_all_orders_are_equally_likely():
    keys = jax.random.split(jax.random.key(0), 24_000)
    found = jax.vmap(lambda key: draws.permutation(draws.bits(key, (4,))))(keys)
    counts = collections.Counter(map(tuple, np.asarray(found).tolist()))
    assert set(counts) == set(itertools.permutations(range(4)))
    assert stats.chisquare(list(counts.values())).pvalue > 1e-3


def test_noise_is_normal_and_independent_of_the_order():
    order, noise = draws.epoch(jax.random.key(1), 1000, 20)
    assert (order.shape, noise.shape) == ((1000,), (1000, 20))
    assert stats.kstest(np.ravel(noise), "norm").pvalue > 1e-3
    correlations = np.corrcoef(np.column_stack([order, noise]), rowvar=False)
    np.fill_diagonal(correlations, 0)
    assert np.abs(correlations).max() < 0.15  # 5 standard errors of 1 / sqrt(1000)


def test_normal_inverts_the_distribution_function():
    """By a second method: scipy's, at the numbers that the upper 23 bits stand for."""
    words = jnp.array([0, 1 << 9, 2**31, 3 * 2**30, 2**32 - 1], jnp.uint32)
    uniform = 2 * (np.array([0, 1, 2**22, 3 * 2**21, 2**23 - 1]) / 2**23) - 1
    expected = stats.norm.ppf((np.maximum(uniform, -1 + 2**-24) + 1) / 2)
    found = draws.normal(words)
    np.testing.assert_allclose(found[2:4], expected[2:4], rtol=1e-5, atol=1e-6)
    # Near the ends float32 numbers just below 1 lie far apart.
    np.testing.assert_allclose(found, expected, rtol=2e-2, atol=1e-6)


@pytest.mark.parametrize("num_inputs", [0, 3])
def test_epochs_of_other_keys_differ(num_inputs):
    first, second = (draws.epoch(jax.random.key(seed), 30, num_inputs) for seed in (0, 1))
    assert (first[0] != second[0]).any()
    assert num_inputs == 0 or (first[1] != second[1]).all()
