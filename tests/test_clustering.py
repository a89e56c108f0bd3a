"""Clusters within a layer: every branch by hand, and the whole against a literal second method."""

import math

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from scipy.cluster import hierarchy as scipy_hierarchy
from scipy.spatial import distance

from nsculpt.analysis import clustering, modularity
from tests import bad_input


def rows(*bits):
    return np.array([[int(bit) for bit in row] for row in bits], bool)


@st.composite
def feature_tables(draw, fewest=1, most=8):
    length = draw(st.integers(1, 10))
    row = st.lists(st.booleans(), min_size=length, max_size=length).filter(any)
    return np.array(draw(st.lists(row, min_size=fewest, max_size=most)))


def cluster(features, threshold=0.2):
    return modularity.by_modularity(clustering.Units(features, threshold))


def tree_of(features):
    distances = distance.pdist(features.astype(float), "cosine")
    return distances, scipy_hierarchy.linkage(distances, "average")


def literal_cut(merges, count):
    """Clusters as sets of units, after the first n - count merges."""
    num_units = len(merges) + 1
    alive = {unit: {unit} for unit in range(num_units)}
    for step in range(num_units - count):
        first, second = (int(part) for part in merges[step, :2])
        alive[num_units + step] = alive.pop(first) | alive.pop(second)
    return sorted(sorted(members) for members in alive.values())


def literal_modularity(distances, parts):
    """The formula of 5.2 with D written out."""
    table = distance.squareform(distances)
    share = table / table.sum() if table.sum() else np.zeros_like(table)
    return sum(share[np.ix_(c, c)].sum() - share[c].sum() ** 2 for c in parts)


def literal_cluster(features, threshold):
    """Section 5.2 in the order of its sentences, without any economy."""
    n, length = features.shape
    if n == 1:
        return [[0]]
    distances, merges = tree_of(features)
    count, value = 2, 0.0
    if n > 2:
        count, value = min(
            ((k, round(literal_modularity(distances, literal_cut(merges, k)), 8))
             for k in range(2, n)),
            key=lambda pair: (pair[1], -pair[0]),
        )  # fmt: skip
    if not (count in (2, n - 1) or value > -threshold):
        return literal_cut(merges, count)

    def figures(u, v):
        k_i, k_j, k_ij = u.sum(), v.sum(), (u & v).sum()
        expected, x = k_i * k_j / length, k_i * k_j / length**2
        s = math.sqrt(length * x * (1 - x))
        return k_i, k_j, k_ij, expected, (k_ij - expected) / (s if s > 0 else 1.0)

    (pair,) = (c for c in literal_cut(merges, n - 1) if len(c) == 2)
    k_i, k_j, k_ij, expected, surplus = figures(*features[pair])
    apart = k_ij < 1 or (k_ij < max(k_i, k_j) and k_ij <= expected)
    apart_strength = -surplus
    unions = [features[c].any(axis=0) for c in literal_cut(merges, 2)]
    k_i, k_j, k_ij, expected, surplus = figures(*unions)
    one = (k_ij >= 1 and k_ij >= expected) or k_ij >= max(k_i, k_j)
    if one and (not apart or surplus >= apart_strength):
        return literal_cut(merges, 1)
    return literal_cut(merges, n if apart else count)


def as_parts(labels):
    return sorted(np.flatnonzero(labels == c).tolist() for c in set(labels.tolist()))


@hypothesis.given(feature_tables(), st.sampled_from([0.0, 0.1, 0.2, 0.3, 0.5, 1.0]))
@hypothesis.settings(max_examples=300)
def test_cluster_is_the_literal_one(features, threshold):
    labels = cluster(features, threshold)
    assert as_parts(labels) == literal_cluster(features, threshold)
    assert list(dict.fromkeys(labels.tolist())) == list(range(labels.max() + 1))


@hypothesis.given(feature_tables(fewest=3, most=10))
@hypothesis.settings(max_examples=300)
def test_modularity_is_the_formulas(features):
    distances, merges = tree_of(features)
    n = len(features)
    direct = [literal_modularity(distances, literal_cut(merges, k)) for k in range(n - 1, 1, -1)]
    values = modularity.distance_modularity(distances, merges)
    np.testing.assert_array_equal(values, np.round(values, 8))
    # The nearest multiple of 1e-8, where either neighbour will do for a value half way between two.
    np.testing.assert_allclose(values, direct, rtol=0, atol=0.5e-8 + 1e-12)


def test_modularity_by_hand():
    # Three pairs, 0 within and 1 between: D is 1/24 in 24 places, each row sums to 1/6.
    distances, merges = tree_of(rows("1000", "1000", "0100", "0100", "0010", "0010"))
    # k = 5 and 4 leave pairs (1/3 of all rows) and single units (1/6); k = 3 three pairs;
    # k = 2 joins two pairs, with 8 places of 1/24 inside.
    expected = [-(1 + 4) / 36 - 3 / 36, -(1 + 1 + 4 + 4) / 36, -12 / 36, 8 / 24 - (16 + 4) / 36]
    assert modularity.distance_modularity(distances, merges) == pytest.approx(expected, abs=1e-8)


def test_of_equal_modularities_the_larger_count_is_taken():
    # Cosines 1/2 between the first and each other and between the last two, else 0. D is made of
    # 0.5/8 and 1/8, and its rows sum to 1.5/8, 2.5/8, 2/8 and 2/8. Three clusters: 1/8 inside the
    # first pair, so M = 1/8 - (4/8)^2 - 2 (2/8)^2. Two: M = 2/8 - 2 (4/8)^2. Both are -1/4.
    features = rows("00110", "10100", "01010", "00011")
    assert modularity.distance_modularity(*tree_of(features)).tolist() == [-0.25, -0.25]
    assert cluster(features).tolist() == [0, 0, 1, 2]


def test_modularity_is_zero_where_all_distances_are():
    distances, merges = tree_of(rows("1", "1", "1", "1"))
    assert not distances.any()
    assert modularity.distance_modularity(distances, merges).tolist() == [0.0, 0.0]


@hypothesis.given(feature_tables(fewest=2))
def test_cut_applies_the_first_merges(features):
    _, merges = tree_of(features)
    for count in range(1, len(features) + 1):
        labels = modularity.cut(merges, count)
        assert as_parts(labels) == literal_cut(merges, count)
        assert len(set(labels.tolist())) == count


@pytest.mark.parametrize(
    ("features", "labels"),
    [
        # One unit.
        (rows("01"), [0]),
        # Two units, all features of both 1: no spread, nothing apart.
        (rows("11", "11"), [0, 0]),
        # Nothing in common.
        (rows("10", "01"), [0, 1]),
        # 1 in common where chance gives 2 x 2 / 4 = 1: both tests speak, strength 0, one wins.
        (rows("1100", "0110"), [0, 0]),
        # 2 in common where chance gives 3 x 3 / 4.
        (rows("1110", "0111"), [0, 1]),
        # 2 in common where chance gives 3 x 3 / 5.
        (rows("11100", "01110"), [0, 0]),
        # All in common, though the vectors differ in nothing else: k_ij >= max(k_i, k_j).
        (rows("110", "110"), [0, 0]),
    ],
)
def test_one_or_two_units(features, labels):
    assert cluster(features).tolist() == labels


@pytest.mark.parametrize("ones", range(1, 8))
@pytest.mark.parametrize("num_units", range(3, 9))
def test_units_alike_are_one_cluster(num_units, ones):
    # Exact zeros or, for some numbers of ones, distances of one rounding error.
    features = np.zeros((num_units, 9), bool)
    features[:, :ones] = True
    assert cluster(features).tolist() == [0] * num_units


def test_units_without_anything_in_common_are_apart():
    assert cluster(np.eye(5, dtype=bool)).tolist() == [0, 1, 2, 3, 4]


def test_the_count_of_least_modularity_stands():
    # k = 3 with M = -1/3 is neither 2 nor n - 1 and below -0.2: no test is asked.
    features = rows("1000", "1000", "0100", "0100", "0010", "0010")
    assert cluster(features).tolist() == [0, 0, 1, 1, 2, 2]


def test_one_test_speaks_or_none():
    # First merged: the first two, 1 in common where chance gives 2 x 2 / 4, so "apart" by 0. Then
    # their union 1110 and the third's 0011 have 1 in common, and chance gives 3 x 2 / 4: "one" is
    # silent, and the three stay apart.
    assert cluster(rows("1100", "0110", "0011")).tolist() == [0, 1, 2]
    # With a fifth feature that none has, chance gives 4/5 and "apart" is silent; and 6/5 for the
    # unions, where "one" stays silent too: the count of least modularity, 2, stands.
    assert cluster(rows("11000", "01100", "00110")).tolist() == [0, 0, 1]
    # With two such, the unions' chance is 6/6 = 1 and "one" speaks, unopposed.
    assert cluster(rows("110000", "011000", "001100")).tolist() == [0, 0, 0]


@pytest.mark.parametrize(
    ("features", "apart", "one", "labels"),
    [
        # First two: 2 in common, chance 9/4, s^2 = 4 x 9/16 x 7/16. Unions 1111 and 0001: 1 in
        # common, chance 1.
        (rows("1011", "1101", "0001"), 0.25 / math.sqrt(63 / 64), 0.0, [0, 1, 2]),
        # First two: 2 in common, chance 2. Unions 110111 and 010000: 1 in common, chance 5/6,
        # s^2 = 6 x 5/36 x 31/36.
        (rows("110101", "000111", "010000"), 0.0, (1 / 6) / math.sqrt(155 / 216), [0, 0, 0]),
        # First two: 2 in common, chance 2. Unions 111 and 100: 1 in common, chance 1. A tie.
        (rows("111", "101", "100"), 0.0, 0.0, [0, 0, 0]),
    ],
)
def test_the_stronger_test_wins(features, apart, one, labels):
    assert modularity.all_apart(features[0], features[1]) == pytest.approx(apart)
    union = features[0] | features[1]
    assert modularity.all_one(union, features[2]) == pytest.approx(one)
    assert cluster(features).tolist() == labels


def test_strengths_by_hand():
    # k = 1 and 1 of N = 4, none in common: E = 1/4, x = 1/16, s = sqrt(4 x 1/16 x 15/16).
    apart = modularity.all_apart(*rows("1000", "0100"))
    assert apart == pytest.approx(0.25 / math.sqrt(15 / 64))
    assert modularity.all_one(*rows("1000", "0100")) is None
    # k = 2 and 1, 1 in common: E = 1/2, x = 1/8, s = sqrt(4 x 1/8 x 7/8).
    assert modularity.all_one(*rows("1100", "1000")) == pytest.approx(0.5 / math.sqrt(7 / 16))
    assert modularity.all_apart(*rows("1100", "1000")) is None
    # All features of both are 1: s = 0, unscaled.
    assert modularity.all_one(*rows("11", "11")) == 0.0


def test_each_output_is_a_cluster():
    layers = [clustering.Units(rows("111", "111"))]
    labels = clustering.cluster_layers(layers, 3, "modularity")
    assert [layer.tolist() for layer in labels] == [[0, 0], [0, 1, 2]]


def test_a_clustering_of_ones_own():
    @clustering.register_clustering("test_first_feature")
    def by_first_feature(units):
        return np.where(units.features[:, 0], 7, 3)

    units = clustering.Units(rows("10", "01", "11"))
    assert clustering.cluster(units, "test_first_feature").tolist() == [0, 1, 0]


@pytest.mark.parametrize("labels", [[0, 1], [0.0, 1.0, 2.0], None, [[0, 1, 2]], ["a", "b", "c"]])
def test_a_clustering_must_label_each_unit(labels):
    name = f"test_wrong_{labels}"
    clustering.register_clustering(name)(lambda units: labels)
    message = bad_input.message_of(
        clustering.cluster, clustering.Units(np.eye(3, dtype=bool)), name
    )
    assert message.startswith(f"clustering {name!r}: expected a whole number for each of 3 units")


def test_unknown_clusterings_are_named():
    message = bad_input.message_of(clustering.cluster, clustering.Units(np.eye(2)), "modularty")
    assert message == "unknown clustering 'modularty'; did you mean modularity?"
