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


@pytest.mark.parametrize(
    "masks",
    [
        [[[1, 0], [0, 1]]],
        (np.array([[1.0, 0.0], [0.0, 1.0]], np.float32),),
        iter([np.eye(2, dtype=bool)]),
        np.eye(2, dtype=np.int8)[None],
    ],
    ids=["lists", "float tuple", "iterator", "one array of masks"],
)
def test_masks_of_many_kinds(masks):
    (edges,) = connectivity.as_edges(masks)
    assert edges.dtype == bool
    assert edges.tolist() == [[True, False], [False, True]]


def test_masks_are_copied():
    given = np.ones((1, 1), bool)
    (edges,) = connectivity.as_edges([given])
    given[0, 0] = False
    assert edges[0, 0]


ONES = np.ones((2, 2), bool)


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        ([], "masks: expected one array for each weight layer; got none"),
        (7, r"masks: expected a sequence of 2-D arrays .*; got int"),
        ("01", r"masks: expected a sequence of 2-D arrays .*; got str"),
        ([ONES, np.ones((3, 1))], r"masks\[1\]: expected fan_in 2, .*; got shape \[3, 1\]"),
        ([ONES[0]], r"masks\[0\]: expected a 2-D array .* got shape \[2\]"),
        ([ONES, ONES[None]], r"masks\[1\]: .* got shape \[1, 2, 2\]"),
        ([np.ones((2, 0))], r"masks\[0\]: .* without empty axes; got shape \[2, 0\]"),
        ([[[1, 0], [1]]], r"masks\[0\]: expected a rectangular array of 0 and 1 or booleans"),
        ([[["1"]]], r"masks\[0\]: expected a rectangular array of 0 and 1 or booleans"),
        ([ONES, [[0, 1], [0, 2]]], r"masks\[1\]: expected 0 or 1, got 2 at \[1, 1\]"),
        ([[[0.5]]], r"masks\[0\]: expected 0 or 1, got 0.5 at \[0, 0\]"),
        ([[[np.nan]]], r"masks\[0\]: expected 0 or 1, got nan at \[0, 0\]"),
        ([[[-1]]], r"masks\[0\]: expected 0 or 1, got -1 at \[0, 0\]"),
    ],
)
def test_bad_masks_are_named(masks, message):
    with pytest.raises(errors.InputError, match=message) as caught:
        connectivity.as_edges(masks)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("edges", "place"),
    [
        ([np.zeros((2, 2)), ONES], r"masks\[0\]: .* hidden layer 1$"),
        ([[[1, 0], [1, 0]], [[0], [1]]], r"masks\[1\]: .* the output layer$"),
    ],
)
def test_no_path_names_the_layer(edges, place):
    with pytest.raises(errors.InputError, match="no path runs from any input to any output"):
        connectivity.check_path(connectivity.as_edges(edges))
    with pytest.raises(errors.InputError, match=place):
        connectivity.check_path(connectivity.as_edges(edges))


@hypothesis.given(layered_masks())
def test_a_path_is_missed_only_where_there_is_none(edges):
    units, _ = connectivity.live(edges)
    if len(units[0]):
        connectivity.check_path(edges)
    else:
        with pytest.raises(errors.InputError):
            connectivity.check_path(edges)
