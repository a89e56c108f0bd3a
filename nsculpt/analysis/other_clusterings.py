"""Clusterings of a layer to compare the paper's with; registered by name."""

import networkx as nx
import numpy as np
from scipy.cluster import hierarchy as scipy_hierarchy
from scipy.spatial import distance

from nsculpt.analysis import clustering, modularity

_SEED = 0  # of Louvain, which shuffles
_NOTHING = 1e-9  # in common: rounding


@clustering.register_clustering("silhouette")
def by_silhouette(units: clustering.Units) -> np.ndarray:
    """The paper's linkage and tests, with the number of clusters of greatest mean silhouette.

    The silhouette of a unit is (b - a) / max(a, b), with a its mean distance to the rest of its
    cluster and b the least mean distance to another cluster; 0 for a unit alone, and where a and b
    are 0. Of equals the larger number wins, and the tests are asked about 2 and n - 1 clusters.

    Returns:
      The cluster `[n]` of each unit, numbered by first appearance.

    Source: Rousseeuw (1987), Silhouettes, equations 1 and 2.

    Example:
      >>> features = np.kron(np.eye(3), np.ones((2, 1))).astype(bool)
      >>> by_silhouette(clustering.Units(features)).tolist()
      [0, 0, 1, 1, 2, 2]
    """
    num_units = len(units.features)
    if num_units < 3:
        return modularity.by_modularity(units)
    merges = scipy_hierarchy.linkage(units.distances, "average")
    table = distance.squareform(units.distances, checks=False)
    means = np.round(mean_silhouettes(table, merges), 8)
    count = num_units - 1 - int(np.argmax(means))
    if count in (2, num_units - 1):
        count = modularity.after_tests(units.features, merges, count)
    return modularity.cut(merges, count)


def mean_silhouettes(table: np.ndarray, merges: np.ndarray) -> np.ndarray:
    """Mean silhouette of the units after each merge.

    Args:
      table: distances `[n, n]`, n at least 3.
      merges: `[n - 1, 4]`, a linkage of them.

    Returns:
      `[n - 2]`, in [-1, 1]: for n - 1, n - 2, ... 2 clusters.

    Example:
      >>> table = np.array([[0, 0, 1], [0, 0, 1], [1, 1, 0.0]])
      >>> mean_silhouettes(table, np.array([[0, 1, 0, 2], [2, 3, 1, 3]]))
      array([0.66666667])
    """
    units = np.arange(len(table))
    sums = table.copy()  # of each unit's distances to each cluster, kept in its lowest column
    sizes, labels = np.ones(len(table)), units.copy()
    column = dict(enumerate(units.tolist()))
    alive = np.ones(len(table), bool)
    means = []
    for row, (first, second) in enumerate(merges[:-1, :2].astype(np.int64).tolist()):
        kept, gone = column[first], column[second]
        column[len(table) + row] = kept
        sums[:, kept] += sums[:, gone]
        sizes[kept] += sizes[gone]
        labels[labels == gone] = kept
        alive[gone] = False
        own = sizes[labels]
        inside = sums[units, labels] / np.maximum(own - 1, 1)
        to_clusters = np.where(alive, sums / sizes, np.inf)
        to_clusters[units, labels] = np.inf
        nearest = to_clusters.min(axis=1)
        greater = np.maximum(inside, nearest)
        values = (nearest - inside) / np.where(greater > 0, greater, 1.0)
        means.append(float(np.where(own > 1, values, 0.0).mean()))
    return np.array(means)


@clustering.register_clustering("louvain")
def by_louvain(units: clustering.Units) -> np.ndarray:
    """Communities of the graph in which two units are joined by 1 minus their cosine distance.

    `networkx.community.louvain_communities`, at resolution 1 and a fixed seed; units that have
    nothing in common are not joined.

    Returns:
      The cluster `[n]` of each unit, numbered by first appearance.

    Source: Blondel et al. (2008), Fast unfolding of communities in large networks.

    Example:
      >>> features = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 1]], bool)
      >>> by_louvain(clustering.Units(features)).tolist()
      [0, 0, 1]
    """
    similarity = 1.0 - distance.squareform(units.distances, checks=False)
    first, second = np.nonzero(np.triu(similarity > _NOTHING, 1))
    graph = nx.Graph()
    graph.add_nodes_from(range(len(similarity)))
    weights = similarity[first, second].tolist()
    graph.add_weighted_edges_from(zip(first.tolist(), second.tolist(), weights, strict=True))
    labels = np.empty(len(similarity), np.int64)
    for number, members in enumerate(nx.community.louvain_communities(graph, seed=_SEED)):
        labels[list(members)] = number
    return clustering.renumbered(labels)
