"""Live units and edges, and the checks on masks."""

import itertools

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nsculpt import errors
from nsculpt.analysis import connectivity


@st.composite
def layered_masks(draw, most_layers=4, widest=5):
    sizes = draw(st.lists(st.integers(1, widest), min_size=2, max_size=most_layers + 1))
    return [draw(hnp.arrays(bool, shape)) for shape in itertools.pairwise(sizes)]


def as_graph(edges):
    graph = nx.DiGraph()
    sizes = [edges[0].shape[0], *(mask.shape[1] for mask in edges)]
    graph.add_nodes_from((layer, unit) for layer, size in enumerate(sizes) for unit in range(size))
    for layer, mask in enumerate(edges):
        graph.add_edges_from(((layer, i), (layer + 1, j)) for i, j in np.argwhere(mask).tolist())
    return graph


def fixed_point(edges):
    """The rule of 5.1, word by word, until nothing changes."""
    last = len(edges)
    live_edges = set(as_graph(edges).edges)
    while True:
        live = {unit for unit in as_graph(edges) if unit[0] == last}
        for unit in as_graph(edges):
            has_out = any(u == unit for u, _ in live_edges)
            has_in = any(v == unit for _, v in live_edges)
            if has_out and (has_in or unit[0] == 0):
                live.add(unit)
        kept = {(u, v) for u, v in live_edges if u in live and v in live}
        if kept == live_edges:
            return live, live_edges
        live_edges = kept


@hypothesis.given(layered_masks())
def test_two_sweeps_reach_the_fixed_point(edges):
    units, live_edges = connectivity.live(edges)
    expected_units, expected_edges = fixed_point(edges)
    assert {(layer, u) for layer, us in enumerate(units) for u in us.tolist()} == expected_units
    assert set(as_graph(live_edges).edges) == expected_edges


def test_live_by_hand():
    # Input 1 leads only to hidden 1, which has no reader; hidden 2 has a reader but no input;
    # output 1 is live without any edge.
    lower = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0]], bool)
    upper = np.array([[1, 0], [0, 0], [1, 0]], bool)
    units, edges = connectivity.live([lower, upper])
    assert [u.tolist() for u in units] == [[0, 2], [0], [0, 1]]
    assert np.argwhere(edges[0]).tolist() == [[0, 0], [2, 0]]
    assert np.argwhere(edges[1]).tolist() == [[0, 0]]
    between = connectivity.between_live(units, edges)
    assert [mask.tolist() for mask in between] == [[[True], [True]], [[True, False]]]


@hypothesis.given(layered_masks())
def test_reach_is_the_graphs(edges):
    graph = as_graph(edges)
    last = len(edges)
    reaching, reached = connectivity.inputs_reaching(edges), connectivity.outputs_reached(edges)
    for layer, unit in graph:
        below = nx.ancestors(graph, (layer, unit)) | {(layer, unit)}
        above = nx.descendants(graph, (layer, unit)) | {(layer, unit)}
        seen = np.flatnonzero(reaching[layer][unit]).tolist()
        assert seen == sorted(u for at, u in below if at == 0)
        met = np.flatnonzero(reached[layer][unit]).tolist()
        assert met == sorted(u for at, u in above if at == last)


ONES = np.ones((2, 2), bool)


@pytest.mark.parametrize(
    ("edges", "place"),
    [
        ([~ONES, ONES], r"masks\[0\]: .* hidden layer 1$"),
        (
            [np.array([[1, 0], [1, 0]], bool), np.array([[0], [1]], bool)],
            r"masks\[1\]: .* the output layer$",
        ),
    ],
)
def test_no_path_names_the_layer(edges, place):
    with pytest.raises(errors.InputError, match="no path runs from any input to any output"):
        connectivity.check_path(edges)
    with pytest.raises(errors.InputError, match=place):
        connectivity.check_path(edges)


def test_no_path_names_the_place_that_it_is_told():
    with pytest.raises(errors.InputError, match=r"^net.npz: fc2: no path"):
        connectivity.check_path([ONES, ~ONES], ["net.npz: fc1", "net.npz: fc2"])


@hypothesis.given(layered_masks())
def test_a_path_is_missed_only_where_there_is_none(edges):
    units, _ = connectivity.live(edges)
    if len(units[0]):
        connectivity.check_path(edges)
    else:
        with pytest.raises(errors.InputError):
            connectivity.check_path(edges)
