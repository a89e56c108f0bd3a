"""A network as a NetworkX graph whose nodes know their layers."""

import itertools
from typing import Any

import networkx as nx
import numpy as np

from nsculpt import errors, numeric
from nsculpt.networks import arrays, network

_MOST_LISTED = 6


def load(
    graph: nx.Graph,
    tolerance: float = 0.0,
    input_names: tuple[str, ...] | None = None,
    output_names: tuple[str, ...] | None = None,
) -> network.Network:
    """A network from a directed graph.

    Args:
      graph: a DiGraph; its nodes have an integer `layer`, the least of them the inputs', and
        perhaps a `name` or `label`; its edges run from a layer to the next, and have a number
        `weight` all or none. Units of a layer stand in the order of the graph's nodes.
      tolerance: |weight| > tolerance is an edge.
      input_names, output_names: by default as the nodes are named.

    Returns:
      The network.

    Raises:
      InputError: naming the node or the edge.

    Example:
      >>> graph = nx.DiGraph([("a", "y"), ("b", "y")])
      >>> nx.set_node_attributes(graph, {"a": 0, "b": 0, "y": 1}, "layer")
      >>> found = load(graph)
      >>> found.layer_sizes, found.input_names
      ((2, 1), ('a', 'b'))
    """
    if not graph.is_directed() or graph.is_multigraph():
        raise errors.InputError(f"graph: expected a DiGraph, got a {type(graph).__name__}")
    layers = _layers(graph)
    _check_acyclic(graph)
    index = {node: (at, i) for at, nodes in enumerate(layers) for i, node in enumerate(nodes)}
    weighted = [edge for *edge, weight in graph.edges.data("weight") if weight is not None]
    found = [np.zeros((len(a), len(b))) for a, b in itertools.pairwise(layers)]
    edges = [np.zeros(array.shape, bool) for array in found]
    for source, target, attributes in graph.edges.data():
        place = f"graph: edge {_shown(source)} -> {_shown(target)}"
        (lower, row), (upper, column) = index[source], index[target]
        if upper != lower + 1:
            raise errors.InputError(
                f"{place}: expected an edge to the next layer, got one from layer "
                f"{graph.nodes[source]['layer']} to layer {graph.nodes[target]['layer']}"
            )
        weight = 1.0
        if weighted:
            weight = _weight(attributes.get("weight"), place)
        found[lower][row, column] = weight
        edges[lower][row, column] = not weighted or abs(weight) > tolerance
    first = graph.nodes[layers[0][0]]["layer"]
    return network.Network(
        edges=edges,
        weights=[np.where(e, w, 0.0) for e, w in zip(edges, found, strict=True)]
        if weighted
        else None,
        input_names=_names(graph, layers[0]) if input_names is None else input_names,
        output_names=_names(graph, layers[-1]) if output_names is None else output_names,
        places=tuple(f"graph: layers {first + i} to {first + i + 1}" for i in range(len(found))),
    )


def _layers(graph: nx.DiGraph) -> list[list[Any]]:
    by_layer: dict[int, list[Any]] = {}
    for node, layer in graph.nodes.data("layer"):
        if not numeric.is_whole(layer):
            got = "none" if layer is None else arrays.shown(repr(layer))
            raise errors.InputError(
                f"graph: node {_shown(node)}: expected an integer attribute 'layer', got {got}"
            )
        by_layer.setdefault(int(layer), []).append(node)
    if len(by_layer) < 2:
        raise errors.InputError(
            f"graph: expected nodes in two or more layers, got {len(by_layer)} layers"
        )
    found = sorted(by_layer)
    for lower, upper in itertools.pairwise(found):
        if upper != lower + 1:
            raise errors.InputError(
                f"graph: expected layers without a gap, got none between {lower} and {upper}"
            )
    sizes = [len(by_layer[layer]) for layer in found]
    arrays.check_size(sum(a * b for a, b in itertools.pairwise(sizes)), "graph")
    return [by_layer[layer] for layer in found]


def _check_acyclic(graph: nx.DiGraph) -> None:
    try:
        cycle = [source for source, *_ in nx.find_cycle(graph)]
    except nx.NetworkXNoCycle:
        return
    shown = [_shown(node) for node in cycle[:_MOST_LISTED]]
    left = len(cycle) - len(shown)
    shown.append(f"({left} more)" if left else _shown(cycle[0]))
    raise errors.InputError(f"graph: expected no cycle, got {' -> '.join(shown)}")


def _weight(value: Any, place: str) -> float:
    try:
        weight = float(value) if numeric.is_real(value) else np.nan
    except OverflowError:
        weight = np.inf
    if not np.isfinite(weight):
        got = "none, though other edges have one" if value is None else arrays.shown(repr(value))
        raise errors.InputError(f"{place}: expected a finite number as 'weight', got {got}")
    return weight


def _names(graph: nx.DiGraph, nodes: list[Any]) -> tuple[str, ...]:
    def name(node: Any) -> str:
        attributes = graph.nodes[node]
        known = (attributes.get(key) for key in ("name", "label"))
        return str(next((each for each in known if each is not None), node))

    return tuple(name(node) for node in nodes)


def _shown(node: Any) -> str:
    return arrays.shown(repr(node))
