"""What holds of the analysis of any mask: 10,000 of them behind the marker slow, 200 by default."""

import itertools

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import analysis, errors
from nsculpt.exchange import graphml_reader
from nsculpt.networks import network


@st.composite
def networks(draw):
    """Masks of every shape: 1 to 6 weight layers, 1 to 10 units wide, sparse to full."""
    sizes = draw(st.lists(st.integers(1, 10), min_size=2, max_size=7))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    masks = []
    for shape in itertools.pairwise(sizes):
        share = draw(st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.8, 1.0]))
        masks.append(rng.random(shape) < share)
        if draw(st.integers(0, 3)) == 0:  # units alike
            masks[-1][:] = masks[-1][rng.integers(0, len(masks[-1]), len(masks[-1]))]
    if draw(st.integers(0, 9)):  # one in ten may be without a path
        units = [rng.integers(size) for size in sizes]
        for mask, edge in zip(masks, itertools.pairwise(units), strict=True):
            mask[edge] = True
    return masks


def analysed(masks, **settings):
    """The analysis, or None where the documented error says that there is no path."""
    edges = masks.edges if isinstance(masks, network.Network) else masks
    reached = np.ones(len(edges[0]), bool)
    for mask in edges:
        reached = mask[reached].any(axis=0)
    if reached.any():
        return analysis.analyze(masks, **settings)
    with pytest.raises(errors.InputError, match="no path runs from any input to any output"):
        analysis.analyze(masks, **settings)
    return None


def named(found, names):
    """All that an analysis says, with units called by name (layer, name) and modules by units."""
    of = [dict(enumerate(layer.tolist())) for layer in names]
    units = {
        module: frozenset(
            (layer, of[layer][unit]) for layer, held in node["units"].items() for unit in held
        )
        for module, node in found.hierarchy.nodes.items()
    }
    clusters = {
        (layer, frozenset(of[layer][live[i]] for i in np.flatnonzero(labels == label)))
        for layer, (live, labels) in enumerate(zip(found.live_units, found.clusters, strict=True))
        for label in set(labels.tolist())
    }
    nodes = {
        units[module]: (
            node["kinds"],
            node["level"],
            node["span"],
            frozenset(of[0][i] for i in node["inputs_seen"]),
            frozenset(units[reader] for reader in node["consumers"]),
        )
        for module, node in found.hierarchy.nodes.items()
    }
    edges = {(units[u], units[v], w) for u, v, w in found.hierarchy.edges.data("weight")}
    left_out = {(units[u], units[v], w) for u, v, w in found.hierarchy.graph["left_out"]}
    return clusters, nodes, edges, left_out, found.tied_layers, found.ambiguous


def components(masks):
    graph = nx.Graph()
    for layer, mask in enumerate(masks):
        graph.add_edges_from(((layer, i), (layer + 1, j)) for i, j in np.argwhere(mask).tolist())
    return {unit: n for n, part in enumerate(nx.connected_components(graph)) for unit in part}


def check_partitions(found, masks):
    assert len(found.live_units) == len(found.clusters) == len(found.modules) == len(masks) + 1
    numbers = np.concatenate(found.modules).tolist()
    assert list(dict.fromkeys(numbers)) == list(range(max(numbers) + 1)) == list(found.hierarchy)
    for clusters, modules in zip(found.clusters, found.modules, strict=True):
        assert list(dict.fromkeys(clusters.tolist())) == list(range(clusters.max() + 1))
        assert all(len(set(modules[clusters == c].tolist())) == 1 for c in set(clusters.tolist()))
    assert nx.is_directed_acyclic_graph(found.hierarchy)


def check_connected(found):
    """Units of one module are parts of one piece of the network.

    Save where distances tie: the rule may then put into one cluster what is equally far from
    everything. Elsewhere a module is held together by edges, or by such a cluster.
    """
    graph = nx.Graph()
    for layer, units in enumerate(found.live_units):
        graph.add_nodes_from((layer, unit) for unit in units.tolist())
    for layer, mask in enumerate(found.edges):
        graph.add_edges_from(((layer, i), (layer + 1, j)) for i, j in np.argwhere(mask).tolist())
    for layer in found.tied_layers:
        labels = found.clusters[layer]
        for label in set(labels.tolist()):
            held = found.live_units[layer][labels == label].tolist()
            nx.add_path(graph, [(layer, unit) for unit in held])
    piece = {unit: n for n, part in enumerate(nx.connected_components(graph)) for unit in part}
    for node in found.hierarchy.nodes.values():
        units = [(layer, unit) for layer, held in node["units"].items() for unit in held]
        assert len({piece[unit] for unit in units}) == 1


def permuted(layers, orders):
    return [
        each[below][:, above]
        for each, (below, above) in zip(layers, itertools.pairwise(orders), strict=True)
    ]


def check_permutation(found, masks, rng, weights=None, **settings):
    orders = [
        np.arange(size) if layer in (0, len(masks)) else rng.permutation(size)
        for layer, size in enumerate(found.layer_sizes)
    ]
    moved_weights = None if weights is None else permuted(weights, orders)
    moved = analysis.analyze(network.Network(permuted(masks, orders), moved_weights), **settings)
    assert moved.ambiguous == found.ambiguous
    if not found.ambiguous:
        plain = [np.arange(size) for size in found.layer_sizes]
        assert named(moved, orders) == named(found, plain)


def check_dead_unit(found, masks, rng, weights=None, **settings):
    """A unit is put in that nothing reads: what it reads itself is of no account."""
    layer = int(rng.integers(0, len(masks)))
    place = int(rng.integers(0, found.layer_sizes[layer] + 1))
    column = None if layer == 0 else rng.random(len(masks[layer - 1])) < 0.5

    def grown(layers):
        layers = list(layers)
        layers[layer] = np.insert(layers[layer], place, 0, axis=0)
        if layer:
            layers[layer - 1] = np.insert(layers[layer - 1], place, column, axis=1)
        return layers

    names = [np.arange(size) for size in found.layer_sizes]
    with_dead = [np.insert(own, place, -1) if i == layer else own for i, own in enumerate(names)]
    larger = network.Network(grown(masks), None if weights is None else grown(weights))
    assert named(analysis.analyze(larger, **settings), with_dead) == named(found, names)


def check_round_trips(found):
    text = found.to_json()
    again = analysis.Analysis.from_json(text)
    assert again.to_json() == text
    for field in ("edges", "live_units", "clusters", "modules"):
        for first, second in zip(getattr(found, field), getattr(again, field), strict=True):
            np.testing.assert_array_equal(first, second, strict=True)
    for graph in (again.hierarchy, graphml_reader.read(found.to_graphml())):
        assert list(graph.nodes.items()) == list(found.hierarchy.nodes.items())
        assert list(graph.edges.data()) == list(found.hierarchy.edges.data())
        assert graph.graph == found.hierarchy.graph


def check_all(masks, seed):
    found = analysed(masks)
    if found is None:
        return
    rng = np.random.default_rng(seed)
    check_partitions(found, masks)
    check_connected(found)
    check_permutation(found, masks, rng)
    check_dead_unit(found, masks, rng)
    check_round_trips(found)


@hypothesis.given(networks(), st.integers(0, 2**32 - 1))
@hypothesis.settings(max_examples=200)
def test_what_holds_of_any_mask(masks, seed):
    check_all(masks, seed)


@pytest.mark.slow
@hypothesis.given(networks(), st.integers(0, 2**32 - 1))
@hypothesis.settings(max_examples=10_000)
def test_what_holds_of_any_mask_10000_times(masks, seed):
    check_all(masks, seed)


@hypothesis.given(
    networks(),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["outgoing", "incoming", "both", "weighted"]),
    st.sampled_from(["modularity", "silhouette", "louvain"]),
)
@hypothesis.settings(max_examples=150)
def test_other_methods_keep_what_holds(masks, seed, features, clustering):
    """With weights of which some are 0 on an edge; permutations where order is a promise."""
    rng = np.random.default_rng(seed)
    weights = [rng.choice([0.0, 0.1, 0.2, -0.3, 5.0], mask.shape) * mask for mask in masks]
    settings = {"features": features, "clustering": clustering}
    found = analysed(network.Network(masks, weights), **settings)
    if found is None:
        return
    check_partitions(found, masks)
    check_dead_unit(found, masks, rng, weights, **settings)
    check_round_trips(found)
    if clustering == "modularity":
        check_permutation(found, masks, rng, weights, **settings)


@hypothesis.given(networks(), st.sampled_from([0.0, 0.2, 0.4]), st.sampled_from([0.0, 0.5]))
@hypothesis.settings(max_examples=100)
def test_other_thresholds_keep_partitions_valid(masks, merge_threshold, modularity_threshold):
    settings = {"merge_threshold": merge_threshold, "modularity_threshold": modularity_threshold}
    found = analysed(masks, **settings)
    if found is not None:
        check_partitions(found, masks)
        check_round_trips(found)


def test_a_module_of_unconnected_parts_is_said_to_hang_on_a_tie():
    # Inputs 4 and 6 lead to outputs that nothing else leads to, and so do 5 and 7: of all pairs
    # that have nothing in common, the order picks those that are joined.
    mask = np.zeros((8, 10), bool)
    mask[[1, 2], [1, 3]] = True
    mask[4, [5, 6]] = True
    mask[[5, 6], 5] = True
    found = analysis.analyze([mask])
    piece = components(found.edges)
    joined = [
        {piece[0, unit] for unit in node["units"].get(0, ())}
        for node in found.hierarchy.nodes.values()
    ]
    assert any(len(pieces) > 1 for pieces in joined)
    assert found.tied_layers == (0,)
    assert not found.ambiguous
    assert found.alternatives
