"""Module graphs that are one but for the names of their nodes, brought together."""

import dataclasses
from collections.abc import Hashable, Sequence
from typing import Any

import networkx as nx

from nsculpt.scores import structure


@dataclasses.dataclass(frozen=True, order=True)
class ModuleGraph:
    """A module graph, chains contracted, its nodes numbered from the inputs up.

    The numbers follow from what the nodes hold and what surrounds them, so that isomorphic graphs
    give equal values, but for contrived symmetric ones.
    """

    # Indices that each node holds itself, rising; empty for none.
    inputs: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]
    # Pairs (node, its reader), sorted.
    edges: tuple[tuple[int, int], ...]


def classes(graphs: Sequence[nx.DiGraph]) -> list[int]:
    """The isomorphism class of each graph, numbered by first appearance.

    Graphs are compared as `structure.isomorphic` does, inputs and outputs matched, and only where
    what nodes hold, see and reach is equal.

    Args:
      graphs: acyclic, as from `structure.found_graph`.

    Returns:
      A number from 0 for each.

    Source: DESIGN 5.5, "isomorphic [...] with inputs and outputs matched".

    Example:
      >>> one, other = nx.DiGraph(), nx.DiGraph()
      >>> one.add_node(0, inputs=frozenset({0}), outputs=frozenset())
      >>> other.add_node("a", inputs=frozenset({1}), outputs=frozenset())
      >>> classes([one, other, nx.relabel_nodes(one, {0: "b"})])
      [0, 1, 0]
    """
    by_marks: dict[Hashable, list[tuple[nx.DiGraph, int]]] = {}
    numbers: list[int] = []
    num_classes = 0
    for graph in graphs:
        # Equal for isomorphic graphs, and for few others.
        alike = by_marks.setdefault(tuple(sorted(_marks(graph).values())), [])
        for other, number in alike:
            if structure.isomorphic(graph, other):
                numbers.append(number)
                break
        else:
            alike.append((graph, num_classes))
            numbers.append(num_classes)
            num_classes += 1
    return numbers


def canonical(graph: nx.DiGraph) -> ModuleGraph:
    """A graph as plain values, in numbers of its own.

    Args:
      graph: acyclic, as from `structure.found_graph`.

    Example:
      >>> graph = nx.DiGraph([("top", "end"), ("low", "end")])
      >>> for node, held in (("top", {5}), ("low", {3}), ("end", ())):
      ...     graph.nodes[node].update(inputs=frozenset(held), outputs=frozenset())
      >>> canonical(graph).inputs, canonical(graph).edges
      (((3,), (5,), ()), ((0, 2), (1, 2)))
    """
    marks = _marks(graph)
    ordered = sorted(graph, key=marks.__getitem__)
    number = {node: i for i, node in enumerate(ordered)}
    return ModuleGraph(
        inputs=tuple(_indices(graph, node, "inputs") for node in ordered),
        outputs=tuple(_indices(graph, node, "outputs") for node in ordered),
        edges=tuple(sorted((number[u], number[v]) for u, v in graph.edges)),
    )


def _marks(graph: nx.DiGraph) -> dict[Any, tuple[Any, ...]]:
    """Of each node, what renaming does not change.

    Its level, what it holds, the inputs that reach it and the outputs that it reaches; then the
    same of its neighbours, below and above.
    """
    order = list(nx.topological_sort(graph))
    level: dict[Any, int] = {}
    seen: dict[Any, frozenset[int]] = {}
    reached: dict[Any, frozenset[int]] = {}
    for node in order:
        below = list(graph.predecessors(node))
        level[node] = 1 + max((level[u] for u in below), default=-1)
        seen[node] = graph.nodes[node]["inputs"].union(*(seen[u] for u in below))
    for node in reversed(order):
        above = graph.successors(node)
        reached[node] = graph.nodes[node]["outputs"].union(*(reached[v] for v in above))
    own = {
        node: (
            level[node],
            _indices(graph, node, "inputs"),
            _indices(graph, node, "outputs"),
            tuple(sorted(seen[node])),
            tuple(sorted(reached[node])),
        )
        for node in order
    }
    return {
        node: (
            own[node],
            tuple(sorted(own[u] for u in graph.predecessors(node))),
            tuple(sorted(own[v] for v in graph.successors(node))),
        )
        for node in order
    }


def _indices(graph: nx.DiGraph, node: Any, side: str) -> tuple[int, ...]:
    return tuple(sorted(graph.nodes[node][side]))
