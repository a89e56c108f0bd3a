"""Whether order decides: promises held against every order of small layers, and by hand."""

import itertools

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt.analysis import clustering, merge_orders, modularity, ties
from tests.test_clustering import as_parts, feature_tables, rows


def answer(features, order, threshold=0.2):
    """The clusters, as sets of units, found with the units in an order."""
    found = modularity.by_modularity(clustering.Units(features[order], threshold))
    return frozenset(frozenset(order[part].tolist()) for part in as_parts(found))


def answers_of_all_orders(features, threshold=0.2):
    units = range(len(features))
    return {answer(features, np.array(o), threshold) for o in itertools.permutations(units)}


@hypothesis.given(feature_tables(most=5), st.sampled_from([0.0, 0.2, 0.4, 1.0]))
@hypothesis.settings(max_examples=150)
def test_no_order_of_a_small_layer_breaks_the_promise(features, threshold):
    if not ties.order_decides(clustering.Units(features, threshold)):
        assert len(answers_of_all_orders(features, threshold)) == 1


@hypothesis.given(st.integers(0, 10**9))
@hypothesis.settings(max_examples=300)
def test_no_order_of_a_larger_layer_breaks_the_promise(seed):
    """Few features make many ties; equal units and chains are common."""
    rng = np.random.default_rng(seed)
    num_units, width = rng.integers(3, 16), rng.integers(2, 8)
    features = rng.random((num_units, width)) < rng.choice([0.2, 0.5, 0.8])
    features[~features.any(axis=1), 0] = True
    threshold = float(rng.choice([0.0, 0.2, 0.4]))
    if not ties.order_decides(clustering.Units(features, threshold)):
        orders = [np.arange(num_units), *(rng.permutation(num_units) for _ in range(12))]
        assert len({answer(features, order, threshold) for order in orders}) == 1


@hypothesis.given(feature_tables(most=9), st.randoms(use_true_random=False))
def test_the_verdict_is_the_same_in_every_order(features, random):
    order = random.sample(range(len(features)), len(features))
    first, second = clustering.Units(features), clustering.Units(features[order])
    assert ties.order_decides(first) == ties.order_decides(second)


def test_a_chain_of_three():
    # Each neighbour shares one of two features: both pairs are nearest, and whichever comes first
    # leaves the third alone. Two clusters of three are challenged; N = 5 keeps them.
    features = rows("11000", "01100", "00110")
    assert len(answers_of_all_orders(features)) == 2
    assert ties.order_decides(clustering.Units(features))


@pytest.mark.parametrize(
    "features",
    [
        rows("1"),
        rows("10", "01"),
        rows("10", "10", "10"),  # all equal
        rows("100", "100", "010", "010"),  # two kinds
        np.eye(6, dtype=bool),  # all equally far, and apart
        rows("1100", "0110", "0011"),  # a chain that "all apart" settles
        rows("110000", "011000", "001100"),  # one that "all one" does
        rows("1000", "1000", "0100", "0100", "0010", "0010"),
    ],
)
def test_ties_of_no_consequence(features):
    assert len(answers_of_all_orders(features)) == 1
    assert not ties.order_decides(clustering.Units(features))


def test_the_levels_and_the_following_of_orders_agree():
    """Two methods: where the first decides, the second has to come to the same."""
    rng = np.random.default_rng(0)
    decided = 0
    for _ in range(300):
        width = rng.integers(2, 7)
        features = rng.random((rng.integers(3, 8), width)) < 0.5
        features[~features.any(axis=1), 0] = True
        layer = merge_orders.distinct(clustering.Units(features))
        verdict = None if layer is None else ties._by_levels(layer)
        if verdict is not None:
            decided += 1
            # Levels may warn of orders that lead nowhere else, but never promise too much.
            assert verdict or not merge_orders.differ(layer)
    assert decided > 100


def test_too_many_orders_count_as_a_tie():
    rng = np.random.default_rng(1)
    wide = rng.random((60, 12)) < 0.3
    wide[~wide.any(axis=1), 0] = True
    assert ties.order_decides(clustering.Units(wide))


def test_a_wide_layer_without_ties_is_settled():
    # Cosines of nested sets of sizes 1, 2, 4, ... all differ.
    sizes = 2 ** np.arange(10)
    features = np.arange(512) < sizes[:, None]
    assert not ties.order_decides(clustering.Units(features))
