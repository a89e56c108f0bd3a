"""The graph of modules."""

import itertools

import hypothesis
import networkx as nx
import numpy as np
from hypothesis import strategies as st

from nsculpt.analysis import hierarchy, modules
from tests import test_modules


def graph_of(edges, live_units, labels):
    return hierarchy.module_graph(
        [np.array(mask, bool) for mask in edges],
        [np.array(units) for units in live_units],
        [np.array(layer) for layer in labels],
    )


def small():
    """Inputs 0, 2 | 5; hidden 1 joins the first, hidden 3 is a module that both outputs read."""
    edges = [[[1, 0], [1, 1], [0, 1]], [[1, 0, 0], [1, 1, 0]]]
    live_units = [[0, 2, 5], [1, 3], [0, 1, 2]]
    return graph_of(edges, live_units, [[0, 0, 1], [0, 2], [3, 2, 4]])


def test_nodes_and_edges_by_hand():
    graph = small()
    assert list(graph) == [0, 1, 2, 3, 4]
    assert graph.nodes[0] == {
        "units": {0: (0, 2), 1: (1,)},
        "span": (0, 1),
        "level": 0,
        "inputs_seen": (0, 2),
        "consumers": (2, 3),
        "kinds": ("input-separable", "reused"),
    }
    assert graph.nodes[1] == {
        "units": {0: (5,)},
        "span": (0, 0),
        "level": 0,
        "inputs_seen": (5,),
        "consumers": (2,),
        "kinds": ("input-separable",),
    }
    assert graph.nodes[2] == {
        "units": {1: (3,), 2: (1,)},
        "span": (1, 2),
        "level": 1,
        "inputs_seen": (2, 5),
        "consumers": (3,),
        "kinds": ("output",),
    }
    assert graph.nodes[3]["inputs_seen"] == (0, 2, 5)
    assert graph.nodes[3]["level"] == 2  # by way of module 2, though it reads module 0 too
    assert graph.nodes[4] == {
        "units": {2: (2,)},
        "span": (2, 2),
        "level": 0,
        "inputs_seen": (),
        "consumers": (),
        "kinds": ("output",),
    }
    weights = {(u, v): weight for u, v, weight in graph.edges.data("weight")}
    assert weights == {(0, 2): 1, (1, 2): 1, (0, 3): 1, (2, 3): 1}
    assert graph.graph == {"left_out": (), "output_layer": 2}


def test_intermediate_and_reused():
    graph = graph_of(
        [[[1], [1]], [[1, 1]]], [[0, 1], [0], [0, 1]], [[0, 1], [2], [3, 4]]
    )  # fmt: skip
    assert graph.nodes[2]["kinds"] == ("reused", "intermediate")
    assert graph.nodes[2]["consumers"] == (3, 4)


def test_the_lighter_way_of_a_two_way_street_is_left_out():
    # Module 0 has units 0-2 below and 0 above, module 1 unit 3 and 1: two edges run from 0 to 1,
    # one from 1 to 0.
    edges = [[[1, 1], [1, 1], [1, 0], [1, 1]]]
    graph = graph_of(edges, [range(4), range(2)], [[0, 0, 0, 1], [0, 1]])
    assert list(graph.edges.data("weight")) == [(0, 1, 2)]
    assert graph.graph["left_out"] == ((1, 0, 1),)
    assert graph.nodes[1]["consumers"] == ()


def test_of_equal_ways_both_are_left_out():
    graph = graph_of([[[1, 1], [1, 1]]], [range(2), range(2)], [[0, 1], [0, 1]])
    assert list(graph.edges) == []
    assert graph.graph["left_out"] == ((0, 1, 1), (1, 0, 1))
    assert [level for _, level in graph.nodes.data("level")] == [0, 0]


def test_a_cycle_goes_and_what_is_heavier_stays():
    # Two edges run from 0 to 1 and two from 1 to 2, one from 2 to 0: that one closes the cycle.
    # 0 and 2 send one edge each to 3, which lies on no cycle.
    edges = [np.zeros((5, 6))]
    for i, j in [(0, 2), (1, 2), (2, 3), (2, 4), (3, 0), (0, 5), (4, 5)]:
        edges[0][i, j] = 1
    graph = graph_of(edges, [range(5), range(6)], [[0, 0, 1, 2, 2], [0, 0, 1, 2, 2, 3]])
    assert list(graph.edges.data("weight")) == [(0, 1, 2), (0, 3, 1), (1, 2, 2), (2, 3, 1)]
    assert graph.graph["left_out"] == ((2, 0, 1),)
    assert dict(graph.nodes.data("level")) == {0: 0, 1: 1, 2: 2, 3: 3}


def on_a_cycle(edges, edge):
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(edges)
    return nx.has_path(graph, edge[1], edge[0])


@hypothesis.given(test_modules.clustered_networks(), st.sampled_from([0.0, 0.3, 0.9]))
def test_acyclic_and_complete(network, threshold):
    edges, clusters = network
    labels = modules.merge_clusters(edges, [np.array(c) for c in clusters], threshold)
    units = [np.arange(len(layer)) for layer in labels]
    graph = hierarchy.module_graph(edges, units, labels)
    assert nx.is_directed_acyclic_graph(graph)
    held = [
        (layer, unit)
        for _, by_layer in graph.nodes.data("units")
        for layer, members in by_layer.items()
        for unit in members
    ]
    assert sorted(held) == [(layer, unit) for layer, us in enumerate(units) for unit in us]
    crossing = sum(
        labels[layer][i] != labels[layer + 1][j]
        for layer, mask in enumerate(edges)
        for i, j in np.argwhere(mask)
    )
    kept = sum(weight for _, _, weight in graph.edges.data("weight"))
    left_out = graph.graph["left_out"]
    assert kept + sum(weight for _, _, weight in left_out) == crossing
    # Edge by edge, from the heaviest class of equals down: left out is what closes a cycle then.
    candidates = [*graph.edges.data("weight"), *left_out]
    for edge in candidates:
        before = [e for e in graph.edges.data("weight") if e[2] > edge[2]]
        now = [e for e in candidates if e[2] == edge[2]]
        assert on_a_cycle(before + now, edge) == (edge in left_out)
    for module, level in graph.nodes.data("level"):
        below = [graph.nodes[reader]["level"] for reader in graph.predecessors(module)]
        assert level == max(below, default=-1) + 1


@hypothesis.given(test_modules.clustered_networks(), st.sampled_from([0.0, 0.3, 0.9]), st.randoms())
def test_other_numbers_for_modules_permute_the_graph(network, threshold, random):
    edges, clusters = network
    labels = modules.merge_clusters(edges, [np.array(c) for c in clusters], threshold)
    units = [np.arange(len(layer)) for layer in labels]
    number = list(range(1 + max(layer.max() for layer in labels)))
    random.shuffle(number)
    plain = hierarchy.module_graph(edges, units, labels)
    moved = hierarchy.module_graph(edges, units, [np.array(number)[layer] for layer in labels])
    assert list(moved) == sorted(number)
    for module, node in plain.nodes.items():
        consumers = tuple(sorted(number[reader] for reader in node["consumers"]))
        assert moved.nodes[number[module]] == {**node, "consumers": consumers}
    renamed = sorted((number[u], number[v], weight) for u, v, weight in plain.edges.data("weight"))
    assert renamed == sorted(moved.edges.data("weight"))
    renamed = sorted((number[u], number[v], weight) for u, v, weight in plain.graph["left_out"])
    assert renamed == list(moved.graph["left_out"])


def test_chains_by_hand():
    # 0 -> 2 -> 4, with 1 -> 3 -> 4 beside it, and 4 -> 5: all but the meeting at 4 is chains.
    edges = [np.eye(2), [[1], [1]], [[1]]]
    graph = graph_of(edges, [[0, 1], [3, 7], [2], [0]], [[0, 1], [2, 3], [4], [5]])
    assert hierarchy.chains(graph) == [[0, 2], [1, 3], [4, 5]]


@hypothesis.given(st.sets(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=16))
def test_contraction_leaves_no_chain(pairs):
    graph = nx.DiGraph()
    graph.add_edges_from((min(pair), max(pair)) for pair in pairs if pair[0] != pair[1])
    found = hierarchy.chains(graph)
    assert sorted(node for chain in found for node in chain) == sorted(graph)
    head_of = {node: chain[0] for chain in found for node in chain}
    contracted = nx.DiGraph()
    contracted.add_nodes_from(head_of.values())
    contracted.add_edges_from(
        (head_of[u], head_of[v]) for u, v in graph.edges if head_of[u] != head_of[v]
    )
    assert all(
        contracted.out_degree(u) > 1 or contracted.in_degree(v) > 1 for u, v in contracted.edges
    )
    for chain in found:
        for u, v in itertools.pairwise(chain):
            assert list(graph.successors(u)) == [v]
            assert list(graph.predecessors(v)) == [u]
