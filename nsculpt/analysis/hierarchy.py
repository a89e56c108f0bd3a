"""The hierarchy: a directed acyclic graph of modules."""

import itertools
import operator
from collections.abc import Sequence

import networkx as nx
import numpy as np

from nsculpt.analysis import connectivity


def module_graph(
    edges: Sequence[np.ndarray], live_units: Sequence[np.ndarray], modules: Sequence[np.ndarray]
) -> nx.DiGraph:
    """Graph of the modules: who reads whom.

    Node = module number, with the attributes

    - `units`: dict from layer (0 = inputs) to the tuple of the module's units there;
    - `span`: first and last layer;
    - `level`: edges on the longest path that ends there, 0 for a module that reads no other;
    - `inputs_seen`: the inputs that reach a unit of the module, its own included;
    - `consumers`: the modules that read it, sorted;
    - `kinds`: those that apply of "input-separable" (holds inputs), "reused" (read by more than one
      other module), "intermediate" (holds neither inputs nor outputs), "output" (holds outputs).

    An edge u -> v has `weight`, the number of network edges from units of u to units of v. In wide
    networks a few edges may run from u to v while others run from v to u. So that the graph is
    acyclic, edges are admitted by falling weight, all of one weight at a time; of these, every edge
    that lies on a cycle of them and of those kept before is left out. What is left out thus does
    not depend on how modules are numbered; the graph attribute `left_out` lists it, sorted, as
    (u, v, weight). The graph attribute `output_layer` is the number of the last layer.

    Args:
      edges: boolean `[units below, units above]`, one for each weight layer, among live units.
      live_units: for each layer, the indices `[units]` of those units.
      modules: for each layer, the module `[units]` of each of them.

    Returns:
      The graph; nodes in rising order.

    Source: DESIGN 5.4.

    Example:
      >>> labels = [np.array([0, 1]), np.array([2])]
      >>> graph = module_graph([np.ones((2, 1), bool)], [np.arange(2), np.arange(1)], labels)
      >>> sorted(graph.edges.data("weight")), graph.nodes[0]["kinds"]
      ([(0, 2, 1), (1, 2, 1)], ('input-separable',))
    """
    num_modules = 1 + max(int(labels.max()) for labels in modules)
    units: list[dict[int, tuple[int, ...]]] = [{} for _ in range(num_modules)]
    inputs_seen = np.zeros((num_modules, edges[0].shape[0]), bool)
    reaching = connectivity.inputs_reaching(edges)
    for layer, labels in enumerate(modules):
        np.logical_or.at(inputs_seen, labels, reaching[layer])
        members: dict[int, list[int]] = {}
        for module, unit in zip(labels.tolist(), live_units[layer].tolist(), strict=True):
            members.setdefault(module, []).append(unit)
        for module, indices in members.items():
            units[module][layer] = tuple(indices)

    graph = nx.DiGraph()
    for module in range(num_modules):
        seen = tuple(live_units[0][inputs_seen[module]].tolist())
        graph.add_node(module, units=units[module], inputs_seen=seen)
    graph.add_weighted_edges_from(_weighted_edges(edges, modules, num_modules))
    graph.graph["left_out"] = _break_cycles(graph)
    describe_nodes(graph, output_layer=len(edges))
    return graph


def _weighted_edges(
    edges: Sequence[np.ndarray], modules: Sequence[np.ndarray], num_modules: int
) -> list[tuple[int, int, int]]:
    pairs = []
    for mask, lower, upper in zip(edges, modules[:-1], modules[1:], strict=True):
        sources, targets = np.nonzero(mask)
        pairs.append(lower[sources] * num_modules + upper[targets])
    keys, weights = np.unique(np.concatenate(pairs), return_counts=True)
    found = zip(
        (keys // num_modules).tolist(), (keys % num_modules).tolist(), weights.tolist(), strict=True
    )
    return [(u, v, weight) for u, v, weight in found if u != v]


def _break_cycles(graph: nx.DiGraph) -> tuple[tuple[int, int, int], ...]:
    """Takes edges out of `graph` until it is acyclic; returns them, sorted."""
    left_out = []
    # Only edges within one strongly connected component lie on cycles.
    components = [c for c in nx.strongly_connected_components(graph) if len(c) > 1]
    for nodes in components:
        by_weight = operator.itemgetter(2)
        inner = sorted(graph.subgraph(nodes).edges.data("weight"), key=by_weight, reverse=True)
        kept = nx.DiGraph()
        for _, group in itertools.groupby(inner, key=by_weight):
            admitted = list(group)
            kept.add_weighted_edges_from(admitted)
            component = {
                node: number
                for number, members in enumerate(nx.strongly_connected_components(kept))
                for node in members
            }
            closing = [edge for edge in admitted if component[edge[0]] == component[edge[1]]]
            kept.remove_edges_from(closing)
            left_out += closing
    graph.remove_edges_from(left_out)
    return tuple(sorted(left_out))


def describe_nodes(graph: nx.DiGraph, output_layer: int) -> None:
    """Sets the attributes that follow from `units` and from the edges.

    Args:
      graph: acyclic; nodes with `units`, changed in place.
      output_layer: number of the last layer.

    Source: DESIGN 5.4.

    Example:
      >>> graph = nx.DiGraph()
      >>> graph.add_edge(0, 1)
      >>> nx.set_node_attributes(graph, {0: {0: (0, 1)}, 1: {1: (0,)}}, "units")
      >>> describe_nodes(graph, output_layer=1)
      >>> graph.nodes[1]["level"], graph.nodes[1]["kinds"], graph.nodes[0]["consumers"]
      (1, ('output',), (1,))
    """
    for module, node in graph.nodes.items():
        layers = sorted(node["units"])
        node["span"] = layers[0], layers[-1]
        node["consumers"] = tuple(sorted(graph.successors(module)))
        holds_inputs, holds_outputs = layers[0] == 0, layers[-1] == output_layer
        applies = {
            "input-separable": holds_inputs,
            "reused": len(node["consumers"]) > 1,
            "intermediate": not holds_inputs and not holds_outputs,
            "output": holds_outputs,
        }
        node["kinds"] = tuple(kind for kind, is_so in applies.items() if is_so)
    for level, generation in enumerate(nx.topological_generations(graph)):
        for module in generation:
            graph.nodes[module]["level"] = level
    graph.graph["output_layer"] = output_layer


def chains(graph: nx.DiGraph) -> list[list]:
    """Paths whose every step leads to the only successor, from the only predecessor.

    Args:
      graph: acyclic.

    Returns:
      The nodes of each such path, longest paths taken, in order; every node is in exactly one path.

    Example:
      >>> graph = nx.DiGraph()
      >>> graph.add_edges_from([(0, 1), (1, 2), (3, 2)])
      >>> chains(graph)
      [[0, 1], [2], [3]]
    """
    following = {
        u: v for u, v in graph.edges if graph.out_degree(u) == 1 and graph.in_degree(v) == 1
    }
    inner = set(following.values())
    found = []
    for node in graph:
        if node not in inner:
            chain = [node]
            while chain[-1] in following:
                chain.append(following[chain[-1]])
            found.append(chain)
    return found
