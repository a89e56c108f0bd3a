"""Matches of module graphs: independent of numbers, exact where graphs are the same."""

import dataclasses
import itertools
import random

import hypothesis
import networkx as nx
import numpy as np
from hypothesis import strategies as st

from nsculpt import analysis
from nsculpt.scores import comparison, matching, scoring
from nsculpt.tasks import task


@st.composite
def graphs(draw, most=6):
    """Acyclic, with inputs 0..2 and outputs 0..1 in nodes drawn at random, or in none."""
    size = draw(st.integers(1, most))
    pairs = list(itertools.combinations(range(size), 2))
    graph = nx.DiGraph()
    graph.add_nodes_from(range(size))
    graph.add_edges_from(draw(st.sets(st.sampled_from(pairs))) if pairs else [])
    holders = st.none() | st.integers(0, size - 1)
    for key, number in (("inputs", 3), ("outputs", 2)):
        held = [draw(holders) for _ in range(number)]
        for node in graph:
            own = (index for index, holder in enumerate(held) if holder == node)
            graph.nodes[node][key] = frozenset(own)
    return graph


def renumbered(graph, seed):
    """The same graph with other numbers, its nodes and edges in another order."""
    generator = random.Random(seed)
    numbers = generator.sample(range(100), len(graph))
    new = dict(zip(graph, numbers, strict=True))
    nodes, edges = list(graph.nodes.items()), list(graph.edges)
    generator.shuffle(nodes)
    generator.shuffle(edges)
    copy = nx.DiGraph()
    copy.add_nodes_from((new[node], dict(held)) for node, held in nodes)
    copy.add_edges_from((new[u], new[v]) for u, v in edges)
    return copy


def counted(found, true):
    compared = comparison.compare(found, true)
    sizes = [
        len(part)
        for part in (
            compared.match, compared.extra, compared.missing, compared.extra_edges,
            compared.missing_edges,
        )
    ]  # fmt: skip
    return (
        compared.distance,
        dataclasses.astuple(compared.edge_agreement),
        sizes,
        compared.misplaced_inputs,
        compared.misplaced_outputs,
    )


@hypothesis.given(graphs(), graphs(), st.integers(0, 2**32))
@hypothesis.settings(max_examples=200)
def test_numbers_and_order_of_nodes_do_not_matter(found, true, seed):
    expected = counted(found, true)
    assert counted(renumbered(found, seed), true) == expected
    assert counted(found, renumbered(true, seed)) == expected
    assert counted(renumbered(found, seed), renumbered(true, seed + 1)) == expected


def with_middles(edges, num_middles):
    """Between one holder of the input and one of the output, nodes that hold nothing."""
    graph = nx.DiGraph()
    graph.add_node("in", inputs=frozenset({0}), outputs=frozenset())
    graph.add_node("out", inputs=frozenset(), outputs=frozenset({0}))
    graph.add_nodes_from(range(num_middles), inputs=frozenset(), outputs=frozenset())
    graph.add_edges_from(edges)
    return graph


@hypothesis.given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(4, 7)), min_size=3, max_size=12, unique=True),
    st.lists(st.tuples(st.integers(0, 3), st.integers(4, 7)), min_size=3, max_size=12, unique=True),
    st.integers(0, 2**32),
)
@hypothesis.settings(max_examples=150)
def test_nodes_that_only_their_neighbours_tell_apart(found_edges, true_edges, seed):
    # All nodes of the lower and all of the upper row see and reach the same.
    ends = [("in", node) for node in range(4)] + [(node, "out") for node in range(4, 8)]
    found, true = (with_middles([*ends, *edges], 8) for edges in (found_edges, true_edges))
    expected = counted(found, true)
    assert counted(renumbered(found, seed), renumbered(true, seed + 1)) == expected


@hypothesis.given(graphs(5), graphs(5))
@hypothesis.settings(max_examples=200)
def test_distance_against_a_search_over_all_matches(found, true):
    compared = comparison.compare(found, true)
    least = min(edits(found, true, match) for match in all_matches(found, true))
    assert compared.distance == edits(found, true, compared.match)
    assert compared.distance >= least
    # 0 where the graphs are one but for the names, and there alone.
    assert (compared.distance == 0) is (least == 0)
    assert (compared.distance == 0) is (matching.isomorphism(found, true) is not None)


def all_matches(found, true):
    small, large = sorted((list(found), list(true)), key=len)
    for images in itertools.permutations(large, len(small)):
        pairs = zip(small, images, strict=True)
        yield dict(pairs) if small == list(found) else {u: v for v, u in pairs}


def edits(found, true, match):
    """What turns the one graph into the other, counted one by one."""
    moved = nx.relabel_nodes(found, {node: match.get(node, ("extra", node)) for node in found})
    number = len(set(moved) ^ set(true)) + len(set(moved.edges) ^ set(true.edges))
    for key in ("inputs", "outputs"):
        for index in range(3):
            places = [
                {n for n, held in g.nodes.items() if index in held[key]} for g in (moved, true)
            ]
            number += places[0] != places[1]
    return number


@hypothesis.given(graphs(), st.integers(0, 2**32))
def test_a_graph_is_itself_under_other_numbers(graph, seed):
    other = renumbered(graph, seed)
    match = matching.match(graph, other)
    assert {(match[u], match[v]) for u, v in graph.edges} == set(other.edges)
    assert all(graph.nodes[node] == other.nodes[match[node]] for node in graph)


def test_a_ring_of_nodes_that_hold_nothing():
    # Lower node i feeds upper nodes i and i + 1: one ring, and nothing tells its nodes apart.
    ends = [("in", node) for node in range(5)] + [(node, "out") for node in range(5, 10)]
    ring = [(i, 5 + (i + step) % 5) for i in range(5) for step in (0, 1)]
    graph = with_middles([*ends, *ring], 10)
    for seed in range(10):
        assert comparison.compare(graph, renumbered(graph, seed)).distance == 0
    # Without one of its edges: no better match than one with all the others right.
    broken = with_middles([*ends, *ring[1:]], 10)
    assert comparison.compare(broken, graph).extra_edges == ()


def test_many_nodes_alike_are_quick_to_match():
    # A search over their orders would not end.
    ends = [("in", node) for node in range(60)] + [(node, "out") for node in range(60)]
    graph = with_middles(ends, 60)
    less = graph.copy()
    less.remove_node(7)
    # The node, and its two edges.
    assert comparison.compare(graph, less).distance == 3
    assert comparison.compare(graph, renumbered(graph, 1)).distance == 0


SIZES = (4, 4, 4, 3)
HIERARCHY = nx.DiGraph([("a", "c"), ("b", "c")])
HIERARCHY.add_node("a", inputs=(0, 1), outputs=(0,))
HIERARCHY.add_node("b", inputs=(2,), outputs=(1,))
HIERARCHY.add_node("c", inputs=(3,), outputs=(2,))
TRUTH = task.Truth(((0, 1), (2,), (3,)), ((0,), (1,), (2,)), HIERARCHY)


@hypothesis.given(st.integers(0, 2**32), st.floats(0.25, 0.7))
@hypothesis.settings(max_examples=60)
def test_permuting_hidden_units_changes_no_score(seed, density):
    generator = np.random.default_rng(seed)
    masks = [generator.random(shape) < density for shape in itertools.pairwise(SIZES)]
    for mask in masks:
        mask[0, 0] = True  # a path
    found = analysis.analyze(masks)
    orders = [np.arange(4), *(generator.permutation(4) for _ in range(2)), np.arange(3)]
    moved = analysis.analyze(
        [mask[lower][:, upper] for mask, (lower, upper) in zip(
            masks, itertools.pairwise(orders), strict=True
        )]
    )  # fmt: skip
    # Where distances tie, the published rule may give another answer: not what is tested here.
    hypothesis.assume(partition(found, [np.arange(4)] * 4) == partition(moved, orders))
    assert scoring.score(moved, TRUTH) == scoring.score(found, TRUTH)


def partition(found, orders):
    modules = {}
    for layer, (units, labels) in enumerate(zip(found.live_units, found.modules, strict=True)):
        for unit, label in zip(units.tolist(), labels.tolist(), strict=True):
            modules.setdefault(label, set()).add((layer, int(orders[layer][unit])))
    return {frozenset(members) for members in modules.values()}
