"""What units are compared by: each kind by hand, and paths by a second method."""

import itertools

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

import nsculpt
from nsculpt.analysis import connectivity, features
from tests import bad_input, test_connectivity
from tests.test_clustering import rows


def test_features_by_hand():
    lower, middle, upper = rows("110", "001"), rows("10", "10", "01"), rows("10", "01")
    one, *_ = features.outgoing([lower, middle, upper], None, path_length=1)
    two, *_ = features.outgoing([lower, middle, upper], None, path_length=2)
    full, second, third = features.outgoing([lower, middle, upper], None, path_length=3)
    assert one.tolist() == rows("110", "001").tolist()
    assert two.tolist() == rows("11010", "00101").tolist()
    assert full.tolist() == rows("1101010", "0010101").tolist()
    assert second.tolist() == rows("1010", "1010", "0101").tolist()
    assert third.tolist() == upper.tolist()


@hypothesis.given(test_connectivity.layered_masks(), st.integers(1, 6))
def test_features_are_paths_of_each_length(edges, path_length):
    found = features.outgoing(edges, None, path_length)
    for layer, table in enumerate(found):
        blocks, paths = [], np.eye(edges[layer].shape[0], dtype=int)
        for mask in edges[layer : layer + path_length]:
            paths = paths @ mask.astype(int)
            blocks.append(paths > 0)
        np.testing.assert_array_equal(table, np.concatenate(blocks, axis=1))


LOWER, UPPER = rows("110", "001"), rows("10", "10", "01")


def test_incoming_by_hand():
    inputs, hidden = features.incoming([LOWER, UPPER], None, path_length=2)
    # Nothing comes into inputs; hidden units 0 and 1 are read from input 0, 2 from input 1.
    assert inputs.tolist() == rows("11010", "00101").tolist()
    assert hidden.tolist() == rows("10", "10", "01").tolist()


def test_incoming_goes_down_by_each_length():
    third = rows("1", "1")
    _, hidden, upper = features.incoming([LOWER, UPPER, third], None, path_length=2)
    assert hidden.tolist() == rows("10", "10", "01").tolist()
    # By one edge from three hidden units, by two from two inputs.
    assert upper.tolist() == rows("11010", "00101").tolist()
    assert features.incoming([LOWER, UPPER, third], None, 1)[2].tolist() == UPPER.T.tolist()


def test_both_is_side_by_side():
    inputs, hidden = features.both([LOWER, UPPER], None, path_length=2)
    assert inputs.tolist() == rows("11010", "00101").tolist()
    assert hidden.tolist() == np.hstack([UPPER, LOWER.T]).tolist()


def test_weighted_by_hand():
    lower, upper = np.array([[1.0, -2.0], [0.0, 4.0]]), np.array([[0.5], [-0.25]])
    first, second = features.weighted([lower != 0, upper != 0], [lower, upper], path_length=2)
    # One edge: over 4. Two: 1 x 0.5 + 2 x 0.25 = 1 and 4 x 0.25 = 1.
    np.testing.assert_allclose(first, [[0.25, 0.5, 1.0], [0.0, 1.0, 1.0]])
    np.testing.assert_allclose(second, [[1.0], [0.5]])


@pytest.mark.parametrize("scale", [1e-200, 1.0, 1e200])
def test_weighted_neither_overflows_nor_vanishes(scale):
    weights = [np.array([[scale, 1.0], [0.0, scale]]) for _ in range(5)]
    for table in features.weighted([w != 0 for w in weights], weights, path_length=5):
        assert np.isfinite(table).all()
        assert (np.linalg.norm(table, axis=1) > 0).all()


@hypothesis.given(test_connectivity.layered_masks(), st.integers(1, 6), st.integers(0, 99))
def test_weighted_is_not_zero_where_a_path_is(edges, path_length, seed):
    units, edges = connectivity.live(edges)
    hypothesis.assume(len(units[0]))
    edges = connectivity.between_live(units, edges)
    rng = np.random.default_rng(seed)
    weights = [mask * rng.normal(size=mask.shape) for mask in edges]
    plain = features.outgoing([w != 0 for w in weights], None, path_length)
    for table, paths in zip(features.weighted(edges, weights, path_length), plain, strict=True):
        np.testing.assert_array_equal(table > 0, paths)


def test_weighted_needs_weights():
    message = bad_input.message_of(features.layer_features, "weighted", [LOWER, UPPER], None, 2)
    assert "expected a network with weights" in message


def test_weighted_needs_finite_weights():
    weights = [LOWER.astype(float), np.where(UPPER, np.inf, 0.0)]
    message = bad_input.message_of(features.layer_features, "weighted", [LOWER, UPPER], weights, 2)
    assert "expected finite weights" in message


def test_an_edge_of_weight_zero_is_an_edge():
    found = features.weighted([LOWER, UPPER], [0.0 * LOWER, 0.0 * UPPER], path_length=2)
    for table, plain in zip(found, features.outgoing([LOWER, UPPER], None, 2), strict=True):
        np.testing.assert_array_equal(table > 0, plain)


def test_features_of_ones_own():
    @features.register_features("test_degree")
    def degree(edges, weights, path_length):
        return [mask.sum(axis=1, keepdims=True) for mask in edges]

    found = features.layer_features("test_degree", [LOWER, UPPER], None, 1)
    assert [table.tolist() for table in found] == [[[2], [1]], [[1], [1], [1]]]


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (None, "expected a list of 1 arrays"),
        ([np.ones((2, 1))] * 2, "expected a list of 1 arrays"),
        ([np.ones((3, 1))], "layer 0: expected an array of numbers [2, N]"),
        ([np.array([["a"], ["b"]])], "layer 0: expected an array of numbers [2, N]"),
        ([np.array([[1.0], [np.nan]])], "layer 0: expected finite numbers"),
        ([np.array([[1.0], [0.0]])], "not only zeros"),
        ([np.array([[1.0], [-1.0]])], "layer 0: expected finite numbers of at least 0"),
        ([np.array([[1.0], [1e-300]])], "not only zeros (or what is 0 when squared)"),
        ([np.array([[1.0], [1e300]])], "layer 0: expected finite numbers"),
        ([np.ma.array([[1.0], [1.0]])], "layer 0: expected an array of numbers [2, N]"),
    ],
)
def test_features_of_ones_own_are_checked(found, message):
    name = f"test_wrong_{found}"
    features.register_features(name)(lambda edges, weights, path_length: found)
    assert message in bad_input.message_of(features.layer_features, name, [LOWER], None, 1)


@pytest.mark.parametrize("density", [0.02, 0.5])
def test_wide_layers_are_composed_alike(density):
    """The sparse and the dense way of large products, against a product of Python's own."""
    rng = np.random.default_rng(0)
    lower, upper = rng.random((500, 500)) < density, rng.random((500, 500)) < density
    after = [set(np.flatnonzero(row)) for row in upper]
    for unit, row in itertools.islice(enumerate(connectivity.composed(lower, upper)), 0, 500, 50):
        reached = set().union(*(after[middle] for middle in np.flatnonzero(lower[unit])))
        assert set(np.flatnonzero(row)) == reached


def test_features_of_ones_own_cannot_change_the_network():
    @features.register_features("test_writes")
    def writes(edges, weights, path_length):
        edges[0][:] = False

    message = bad_input.message_of(features.layer_features, "test_writes", [LOWER], None, 1)
    assert message.startswith("features 'test_writes': ")
    assert LOWER.any()


@pytest.mark.parametrize("fault", [SystemExit(7), KeyError("x"), MemoryError()])
def test_features_that_fail_are_named(fault):
    def fails(edges, weights, path_length):
        raise fault

    name = f"test_fails_{type(fault).__name__}"
    features.register_features(name)(fails)
    message = bad_input.message_of(features.layer_features, name, [LOWER], None, 1)
    assert message.startswith(f"features {name!r}: ")
    assert "line" in message


def test_rows_in_proportion_are_one_cluster_in_every_order():
    """Behind a bottleneck all inputs reach the same in proportion, but for rounding."""
    rng = np.random.default_rng(4)
    first, second, third = (rng.normal(size=shape) for shape in ((5, 1), (1, 4), (4, 3)))
    for order in itertools.permutations(range(4)):
        moved = [first, second[:, order], third[list(order)]]
        found = nsculpt.analyze(moved, features="weighted")
        assert found.clusters[0].tolist() == [0] * 5
