"""Modules: when a cluster joins a module below."""

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt.analysis import modules
from tests import test_connectivity


def merged(edges, clusters, **settings):
    labels = [np.array(layer) for layer in clusters]
    masks = [np.array(mask, bool) for mask in edges]
    return [layer.tolist() for layer in modules.merge_clusters(masks, labels, **settings)]


# Modules {0, 1} and {2, 3}; hidden cluster 0 reads the first alone, cluster 1 both.
SHARED = [[1, 0], [1, 0], [0, 1], [1, 1]]


@pytest.mark.parametrize(
    ("edges", "clusters", "expected"),
    [
        # All edges of each module go to one cluster, and back: both join.
        ([[[1, 0], [0, 1]], [[1], [0]]], [[0, 1], [0, 1], [0]], [[0, 1], [0, 1], [0]]),
        # Cluster 0 gets 2 of its 3 edges from module 0: neither cluster joins; the output reads
        # cluster 0 alone and joins its module, 2.
        ([SHARED, [[1], [0]]], [[0, 0, 1, 1], [0, 1], [0]], [[0, 0, 1, 1], [2, 3], [2]]),
        # All of cluster 1's edges are from module 1, but module 1 sends half of its edges away.
        ([[[1, 0], [1, 1]], [[1], [1]]], [[0, 1], [0, 1], [0]], [[0, 1], [2, 3], [4]]),
        # For outputs only the edges that come in count: both join module 0.
        ([[[1, 1]]], [[0], [0, 1]], [[0], [0, 0]]),
        # An output without edges begins a module; numbers go on from the inputs'.
        ([[[1, 0, 0], [0, 0, 1]]], [[0, 1], [0, 1, 2]], [[0, 1], [0, 2, 1]]),
        # Module 1 ends below layer 1, which reads both; nothing above can join it.
        (
            [[[1], [1]], [[1, 1]], [[1, 0], [0, 1]]],
            [[0, 1], [0], [0, 1], [0, 1]],
            [[0, 1], [2], [3, 4], [3, 4]],
        ),
    ],
)
def test_by_hand(edges, clusters, expected):
    assert merged(edges, clusters) == expected


def bundle(num_own, num_other):
    """A hidden unit that gets `num_own` edges from module 0 and `num_other` from module 1."""
    edges = np.ones((num_own + num_other, 1), bool)
    return [edges, np.ones((1, 1), bool)], [[0] * num_own + [1] * num_other, [0], [0]]


def test_exactly_the_threshold_is_too_little():
    assert merged(*bundle(9, 1))[1] == [2]  # 9 of 10 is not more than 0.9
    assert merged(*bundle(10, 1))[1] == [0]
    assert merged(*bundle(27, 3))[1] == [2]
    assert merged(*bundle(28, 3))[1] == [0]
    assert merged(*bundle(6, 4), merge_threshold=0.6)[1] == [2]
    assert merged(*bundle(7, 4), merge_threshold=0.6)[1] == [0]


def test_of_several_that_qualify_most_edges_win():
    assert merged(*bundle(2, 3), merge_threshold=0.3)[1:] == [[1], [1]]
    assert merged(*bundle(3, 2), merge_threshold=0.3)[1:] == [[0], [0]]
    assert merged(*bundle(2, 2), merge_threshold=0.3)[1:] == [[0], [0]]  # equal: the lower number


@st.composite
def clustered_networks(draw):
    """Networks whose every layer has edges to all units above, so that all units are live."""
    edges = draw(test_connectivity.layered_masks())
    for mask in edges:
        mask[0, :] = True
        mask[:, 0] = True
    clusters = []
    for size in [edges[0].shape[0], *(mask.shape[1] for mask in edges)]:
        labels = draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
        numbers = {label: i for i, label in enumerate(dict.fromkeys(labels))}
        clusters.append([numbers[label] for label in labels])
    clusters[-1] = list(range(len(clusters[-1])))
    return edges, clusters


@hypothesis.given(clustered_networks(), st.sampled_from([0.0, 0.3, 0.6, 0.9]))
def test_modules_are_clusters_united(network, threshold):
    edges, clusters = network
    found = merged(edges, clusters, merge_threshold=threshold)
    assert found[0] == clusters[0]
    for layer_clusters, layer_modules in zip(clusters, found, strict=True):
        of_cluster = dict(zip(layer_clusters, layer_modules, strict=True))
        assert [of_cluster[c] for c in layer_clusters] == layer_modules
    flat = [module for layer in found for module in layer]
    assert list(dict.fromkeys(flat)) == list(range(max(flat) + 1))  # by first appearance
    for module in set(flat):
        present = [layer for layer, labels in enumerate(found) if module in labels]
        assert present == list(range(present[0], present[-1] + 1))
