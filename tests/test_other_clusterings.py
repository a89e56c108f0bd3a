"""Clusterings to compare with: by hand, and against another formulation."""

import hypothesis
import networkx as nx
import numpy as np
import pytest
from scipy.spatial import distance

from nsculpt.analysis import clustering, modularity, other_clusterings
from tests.test_clustering import as_parts, feature_tables, literal_cut, rows, tree_of

NAMES = ("louvain", "modularity", "silhouette")


def test_the_three_are_registered():
    assert set(NAMES) <= set(clustering.CLUSTERINGS)


def literal_silhouette(table, parts):
    values = []
    for part in parts:
        for unit in part:
            if len(part) == 1:
                values.append(0.0)
                continue
            a = sum(table[unit, other] for other in part) / (len(part) - 1)
            b = min(np.mean([table[unit, o] for o in other]) for other in parts if other != part)
            values.append((b - a) / max(a, b) if max(a, b) else 0.0)
    return float(np.mean(values))


@hypothesis.given(feature_tables(fewest=3))
def test_silhouette_is_the_literal_one(features):
    condensed, merges = tree_of(features)
    table = distance.squareform(condensed)
    means = other_clusterings.mean_silhouettes(table, merges)
    expected = [
        literal_silhouette(table, literal_cut(merges, count))
        for count in range(len(features) - 1, 1, -1)
    ]
    np.testing.assert_allclose(means, expected, rtol=0, atol=1e-9)


def test_silhouette_by_hand():
    # Distances 0 within pairs and 1 between: a = 0 and b = 1 for the paired, 0 for the one alone.
    features = rows("100", "100", "010", "010", "001")
    assert other_clusterings.by_silhouette(clustering.Units(features)).tolist() == [0, 0, 1, 1, 2]


def test_silhouette_where_modularity_tells_more_apart():
    # Unit 0 is at distance 1 from all, unit 1 at 1 - 1/sqrt(2) = 0.293 from the four alike.
    # Two clusters: four silhouettes of 1 - 0.293/4, one of 1 - 0.293, mean 0.736; three: 4/6.
    # Modularity, with all distances 12.34: three clusters (25 + 2.17^2 + 5.17^2) / 12.34^2 = 0.371
    # below 0, two only 0.328.
    features = rows("0010", "1001", "0001", "0001", "0001", "0001")
    units = clustering.Units(features)
    assert other_clusterings.by_silhouette(units).tolist() == [0, 1, 1, 1, 1, 1]
    assert modularity.by_modularity(units).tolist() == [0, 1, 2, 2, 2, 2]
    table = distance.squareform(units.distances)
    means = other_clusterings.mean_silhouettes(table, tree_of(features)[1])
    assert means[-2:].round(3).tolist() == [0.667, 0.736]


@hypothesis.given(feature_tables())
def test_louvain_never_joins_units_without_any_relation(features):
    labels = other_clusterings.by_louvain(clustering.Units(features))
    common = nx.Graph()
    common.add_nodes_from(range(len(features)))
    overlap = features.astype(int) @ features.T.astype(int)
    common.add_edges_from(np.argwhere(overlap).tolist())
    component = {
        unit: index for index, c in enumerate(nx.connected_components(common)) for unit in c
    }
    for part in as_parts(labels):
        assert len({component[unit] for unit in part}) == 1


@pytest.mark.parametrize("name", NAMES)
@hypothesis.given(feature_tables())
@hypothesis.settings(max_examples=40)
def test_every_clustering_labels_every_unit(name, features):
    labels = clustering.cluster(clustering.Units(features), name)
    assert list(dict.fromkeys(labels.tolist())) == list(range(labels.max() + 1))
    again = clustering.cluster(clustering.Units(features.copy()), name)
    np.testing.assert_array_equal(labels, again)
