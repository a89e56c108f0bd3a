"""Networks from NetworkX graphs."""

import fractions
import itertools

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nsculpt import networks
from nsculpt.networks import arrays
from tests import bad_input


def layered(layers, edges, **attributes):
    graph = nx.DiGraph()
    for layer, nodes in layers.items():
        graph.add_nodes_from(nodes, layer=layer)
    graph.add_edges_from(edges, **attributes)
    return graph


def small():
    """2-3-1, its layers from 5 to 7, the output first."""
    return layered(
        {7: ["y"], 5: ["b", "a"], 6: [0, 1, 2]}, [("a", 0), ("b", 2), (2, "y"), ("a", 1)]
    )


def test_units_stand_in_the_order_of_the_nodes():
    found = networks.load_network(small())
    assert found.layer_sizes == (2, 3, 1)
    assert np.argwhere(found.edges[0]).tolist() == [[0, 2], [1, 0], [1, 1]]
    assert np.argwhere(found.edges[1]).tolist() == [[2, 0]]
    assert found.weights is None
    assert (found.input_names, found.output_names) == (("b", "a"), ("y",))
    assert found.places == ("graph: layers 5 to 6", "graph: layers 6 to 7")


def test_names_and_labels():
    graph = small()
    graph.nodes["a"].update(name="left", label="ignored")
    graph.nodes["y"]["label"] = 3
    found = networks.load_network(graph, input_names=None)
    assert (found.input_names, found.output_names) == (("b", "left"), ("3",))
    assert networks.load_network(graph, input_names=["p", "q"]).input_names == ("p", "q")


def test_names_given_stand_in_for_doubled_ones():
    graph = layered({0: [1, "1"], 1: "y"}, [(1, "y")])
    assert networks.load_network(graph, input_names=["p", "q"]).input_names == ("p", "q")


def test_weights():
    graph = small()
    weights = [0.5, -2, np.float32(0.25), fractions.Fraction(1, 8)]
    for edge, weight in zip(graph.edges, weights, strict=True):
        graph.edges[edge]["weight"] = weight
    found = networks.load_network(graph, tolerance=0.25)
    assert sum(mask.sum() for mask in found.edges) == 2
    exact = networks.load_network(graph)
    for (source, target), weight in zip(graph.edges, weights, strict=True):
        rows = {"b": 0, "a": 1, 0: 0, 1: 1, 2: 2, "y": 0}
        layer = graph.nodes[source]["layer"] - 5
        assert exact.weights[layer][rows[source], rows[target]] == weight
        assert found.edges[layer][rows[source], rows[target]] == (abs(weight) > 0.25)


def test_graphs_of_files(tmp_path):
    nx.write_graphml(small(), tmp_path / "g.graphml")
    found = networks.load_network(nx.read_graphml(tmp_path / "g.graphml"))
    assert np.argwhere(found.edges[0]).tolist() == [[0, 2], [1, 0], [1, 1]]


def changed(change):
    graph = small()
    change(graph)
    return graph


BAD = [
    (nx.Graph(small()), "graph: expected a DiGraph, got a Graph"),
    (nx.MultiDiGraph(small()), "graph: expected a DiGraph, got a MultiDiGraph"),
    (nx.DiGraph(), "graph: expected nodes in two or more layers, got 0 layers"),
    (layered({0: "ab"}, []), "graph: expected nodes in two or more layers, got 1 layers"),
    (layered({0: "a", 2: "b"}, []), "graph: expected layers without a gap, got none between 0 and "
                                    "2"),
    (changed(lambda g: g.add_node("free")), "graph: node 'free': expected an integer attribute "
                                            "'layer', got none"),
    (changed(lambda g: g.add_node("free", layer="1")), "attribute 'layer', got '1'"),
    (changed(lambda g: g.add_node("free", layer=1.0)), "attribute 'layer', got 1.0"),
    (changed(lambda g: g.add_node("free", layer=True)), "attribute 'layer', got True"),
    (changed(lambda g: g.add_edge("y", "b")), "graph: expected no cycle, got 'y' -> 'b' -> 2 -> "
                                              "'y'"),
    (changed(lambda g: g.add_edge(1, 1)), "graph: expected no cycle, got 1 -> 1"),
    (layered({k: [k] for k in range(9)}, [*itertools.pairwise(range(9)), (8, 0)]),
     "graph: expected no cycle, got 0 -> 1 -> 2 -> 3 -> 4 -> 5 -> (3 more)"),
    (changed(lambda g: g.add_edge("a", "y")), "graph: edge 'a' -> 'y': expected an edge to the "
     "next layer, got one from layer 5 to layer 7"),
    (changed(lambda g: g.add_edge(0, 1)), "graph: edge 0 -> 1: expected an edge to the next layer, "
                                          "got one from layer 6 to layer 6"),
    (changed(lambda g: g.add_edge(0, "b")), "graph: edge 0 -> 'b': expected an edge to the next "
                                            "layer, got one from layer 6 to layer 5"),
    (changed(lambda g: g.add_edge("a", 2, weight=2)), "graph: edge 'b' -> 2: expected a finite "
     "number as 'weight', got none, though other edges have one"),
    *((layered({0: "a", 1: "b"}, [("a", "b")], weight=weight),
       "graph: edge 'a' -> 'b': expected a finite number as 'weight', got ")
      for weight in ("1", True, float("nan"), -float("inf"), 1j, 10**400)),
    (layered({0: ["a", "b"], 1: "y"}, [], ), None),
    (layered({0: [1, "1"], 1: "y"}, []), "input_names[1]: doubled name '1'"),
    (layered({0: ["two\nlines"], 2: "y"}, []), "graph: expected layers without a gap"),
]  # fmt: skip


@pytest.mark.parametrize(("graph", "message"), BAD)
def test_bad_graphs(graph, message):
    if message is None:
        assert not networks.load_network(graph).edges[0].any()
    else:
        assert message in bad_input.message_of(networks.load_network, graph)


@pytest.mark.parametrize("option", [{"orientation": "in_out"}, {"layers": ["a"]}, {"seed": 1}])
def test_options_that_say_nothing_of_a_graph(option):
    message = bad_input.message_of(networks.load_network, small(), **option)
    assert message.startswith(f"{next(iter(option))}: got ")


def test_too_many_edges_are_refused(monkeypatch):
    monkeypatch.setattr(arrays, "MOST_EDGES", 8)
    message = bad_input.message_of(networks.load_network, small())
    assert message == "graph: 9 edges, dead ones included; expected at most 8"


@st.composite
def networks_of_masks(draw):
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=5))
    return [draw(hnp.arrays(bool, shape)) for shape in itertools.pairwise(sizes)]


@hypothesis.given(networks_of_masks(), st.integers(-3, 3), st.randoms())
def test_what_is_made_a_graph_is_loaded(masks, lowest, random):
    sizes = [masks[0].shape[0], *(mask.shape[1] for mask in masks)]
    edges = [
        ((layer, row), (layer + 1, column))
        for layer, mask in enumerate(masks)
        for row, column in np.argwhere(mask).tolist()
    ]
    random.shuffle(edges)
    layers = {lowest + k: [(k, unit) for unit in range(size)] for k, size in enumerate(sizes)}
    shuffled = random.sample(sorted(layers), len(layers))
    found = networks.load_network(layered({k: layers[k] for k in shuffled}, edges))
    assert len(found.edges) == len(masks)
    assert all((a == b).all() for a, b in zip(found.edges, masks, strict=True))
    assert found.input_names == tuple(map(str, layers[lowest]))
