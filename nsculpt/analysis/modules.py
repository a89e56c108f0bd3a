"""Modules: clusters of successive layers, merged where nearly all edges run between them."""

from collections.abc import Sequence

import numpy as np


def merge_clusters(
    edges: Sequence[np.ndarray], clusters: Sequence[np.ndarray], merge_threshold: float = 0.9
) -> list[np.ndarray]:
    """Modules of a network, from the clusters of its layers.

    Input clusters are the first modules. From there up, a cluster joins a module of the layer below
    when more than `merge_threshold` of the edges that the module's units of that layer send up go
    to the cluster, and more than that share of the cluster's incoming edges come from them. For an
    output, the second condition is enough. Where several modules qualify, the one with most edges
    to the cluster is joined, and of equals the one with the lowest number. A cluster that joins
    none begins a module.

    Args:
      edges: boolean `[units below, units above]`, one for each weight layer, among live units.
      clusters: for each layer, the cluster `[units]` of each unit, numbered from 0.
      merge_threshold: in [0, 1].

    Returns:
      For each layer, the module `[units]` of each unit, numbered from the inputs up by first
      appearance.

    Source: DESIGN 5.3.

    Example:
      >>> lower = np.array([[1, 0], [1, 0], [0, 1]], bool)
      >>> upper = np.array([[1, 0], [0, 1]], bool)
      >>> clusters = [np.array([0, 0, 1]), np.array([0, 1]), np.array([0, 1])]
      >>> [labels.tolist() for labels in merge_clusters([lower, upper], clusters)]
      [[0, 0, 1], [0, 1], [0, 1]]
    """
    return _merged(edges, clusters, merge_threshold)[0]


def tied_layers(
    edges: Sequence[np.ndarray], clusters: Sequence[np.ndarray], merge_threshold: float
) -> tuple[int, ...]:
    """Layers with a cluster that could as well join another module, by the numbers alone.

    Never more than none from a threshold of 0.5 on: two modules cannot both send a cluster more
    than half of its edges.

    Args:
      edges, clusters, merge_threshold: as for `merge_clusters`.

    Returns:
      Their numbers, rising.

    Example:
      >>> apart = [np.array([0, 1]), np.array([0])]
      >>> tied_layers([np.ones((2, 1), bool)], apart, 0.3), tied_layers([], [], 0.9)
      ((1,), ())
    """
    return () if merge_threshold >= 0.5 else _merged(edges, clusters, merge_threshold)[1]


def _merged(
    edges: Sequence[np.ndarray], clusters: Sequence[np.ndarray], merge_threshold: float
) -> tuple[list[np.ndarray], tuple[int, ...]]:
    """The modules of each layer, and the layers in which the lowest number had to decide."""
    tied = []
    modules = [np.asarray(clusters[0])]
    num_modules = _num_labels(modules[0])
    for layer, mask in enumerate(edges):
        upper = clusters[layer + 1]
        present, lower = np.unique(modules[-1], return_inverse=True)
        counts = _edge_counts(mask, lower, upper)
        joined, num_best = _joined(counts, merge_threshold, into_outputs=layer == len(edges) - 1)
        if num_best > 1:
            tied.append(layer + 1)
        of_cluster = np.where(joined >= 0, present[joined], -1)
        begun = np.flatnonzero(joined < 0)
        of_cluster[begun] = num_modules + np.arange(len(begun))
        num_modules += len(begun)
        modules.append(of_cluster[upper])
    return modules, tuple(tied)


def _num_labels(labels: np.ndarray) -> int:
    return int(labels.max()) + 1


def _edge_counts(mask: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Number of edges between labels: int `[labels below, labels above]`."""
    shape = _num_labels(lower), _num_labels(upper)
    sources, targets = np.nonzero(mask)
    pairs = lower[sources] * shape[1] + upper[targets]
    return np.bincount(pairs, minlength=shape[0] * shape[1]).reshape(shape)


def _joined(
    counts: np.ndarray, merge_threshold: float, into_outputs: bool
) -> tuple[np.ndarray, int]:
    """For each cluster, the row of the module that it joins, or -1; and how many are as good.

    Args:
      counts: edges `[modules below, clusters]`.
      merge_threshold: in [0, 1].
      into_outputs: whether the clusters are of the output layer.
    """
    # A quotient of integers, unlike a product with the threshold, is exact at 0.9 of 10 edges.
    incoming_share = counts / np.maximum(counts.sum(axis=0), 1)
    qualifies = incoming_share > merge_threshold
    if not into_outputs:
        qualifies &= counts / counts.sum(axis=1, keepdims=True) > merge_threshold
    candidates = np.where(qualifies, counts, -1)
    num_best = int((qualifies & (candidates == candidates.max(axis=0))).sum(axis=0).max())
    return np.where(qualifies.any(axis=0), candidates.argmax(axis=0), -1), num_best
