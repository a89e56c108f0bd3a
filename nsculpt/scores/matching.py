"""Nodes of two module graphs matched one to one, however the nodes are numbered."""

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
from networkx.algorithms import isomorphism as nx_isomorphism

# Of one shared neighbour: far below any difference of Jaccard indices, far above rounding.
_TIE_BREAK = 1e-9


class _Union(NamedTuple):
    """Two graphs side by side: all nodes of the first, then those of the second."""

    nodes: tuple[list[Any], list[Any]]
    # For each node the places of its predecessors, and of its successors.
    below: list[list[int]]
    above: list[list[int]]
    # Unlike numbers, surely unlike nodes.
    colours: list[int]

    def sides(self) -> tuple[range, range]:
        size = len(self.nodes[0])
        return range(size), range(size, len(self.below))


def isomorphism(first: nx.DiGraph, second: nx.DiGraph) -> dict[Any, Any] | None:
    """A one-to-one match of nodes that keeps edges, inputs and outputs; None if there is none.

    Args:
      first, second: nodes with `inputs` and `outputs`, frozensets of what they hold.

    Returns:
      Node of the first -> node of the second.

    Example:
      >>> one, other = nx.DiGraph(), nx.DiGraph()
      >>> one.add_node(0, inputs=frozenset({0}), outputs=frozenset())
      >>> other.add_node("a", inputs=frozenset({0}), outputs=frozenset())
      >>> isomorphism(one, other)
      {0: 'a'}
    """
    return _isomorphism(_union(first, second))


def _isomorphism(union: _Union) -> dict[Any, Any] | None:
    colours = [[union.colours[place] for place in side] for side in union.sides()]
    if sorted(colours[0]) != sorted(colours[1]):
        return None
    if len(set(colours[0])) == len(colours[0]):
        node_of = dict(zip(colours[1], union.nodes[1], strict=True))
        return {
            node: node_of[colour] for node, colour in zip(union.nodes[0], colours[0], strict=True)
        }
    coloured = []
    for side in union.sides():
        graph = nx.DiGraph()
        graph.add_nodes_from((place, {"colour": union.colours[place]}) for place in side)
        graph.add_edges_from((place, other) for place in side for other in union.above[place])
        coloured.append(graph)
    search = nx_isomorphism.DiGraphMatcher(
        *coloured, node_match=nx_isomorphism.categorical_node_match("colour", None)
    )
    if not search.is_isomorphic():
        return None
    nodes = [*union.nodes[0], *union.nodes[1]]
    return {nodes[place]: nodes[other] for place, other in search.mapping.items()}


def match(found: nx.DiGraph, true: nx.DiGraph) -> dict[Any, Any]:
    """The most similar one-to-one match of the nodes of two graphs.

    Where the graphs are isomorphic, with equal inputs and outputs, the match is an isomorphism.
    Else the sum of similarities is greatest; the similarity of two nodes is the sum of four Jaccard
    indices: of the inputs that they hold, the outputs that they hold, the inputs that reach them,
    and the outputs that they reach (1 where both sets are empty). Of equal sums, more neighbours
    that are alike in these four sets are preferred. What still ties goes by an order of the nodes
    that follows from the graphs, not from the nodes' numbers or their order: nodes are sorted by
    what they hold and what surrounds them (colour refinement). Nodes alike in that, which are
    symmetric but for contrived regular graphs, follow one after the other.

    Args:
      found, true: acyclic; nodes with `inputs` and `outputs`, frozensets of what they hold.

    Returns:
      Node of `found` -> node of `true`, for as many nodes as the smaller graph has.

    Source: DESIGN 5.5, which leaves the matching open.

    Example:
      >>> graph = nx.DiGraph([(0, 1)])
      >>> nx.set_node_attributes(graph, {n: {"inputs": {n}, "outputs": set()} for n in (0, 1)})
      >>> match(graph, nx.relabel_nodes(graph, {0: "a", 1: "b"}))
      {0: 'a', 1: 'b'}
    """
    union = _union(found, true)
    isomorphic = _isomorphism(union)
    if isomorphic is not None:
        return isomorphic
    order = _canonical_order(union)
    marks = _marks(found, true, union)
    listed = [[marks[place] for place in places] for places in order]
    similarity = np.zeros((len(order[0]), len(order[1])))
    for part in range(4):
        similarity += _jaccard(*([mark[part] for mark in side] for side in listed))
    alike = np.array([[mark == other for other in listed[1]] for mark in listed[0]], float)
    lower, upper = (_adjacency(union, places) for places in order)
    shared = lower.T @ alike @ upper + lower @ alike @ upper.T
    from scipy import optimize  # late, since it takes long to load and isomorphic graphs need none

    rows, columns = optimize.linear_sum_assignment(similarity + _TIE_BREAK * shared, maximize=True)
    nodes = [*union.nodes[0], *union.nodes[1]]
    return {
        nodes[order[0][i]]: nodes[order[1][j]]
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
    }


def _adjacency(union: _Union, places: list[int]) -> np.ndarray:
    position = {place: i for i, place in enumerate(places)}
    adjacency = np.zeros((len(places), len(places)))
    for place in places:
        adjacency[position[place], [position[other] for other in union.above[place]]] = 1.0
    return adjacency


def _union(first: nx.DiGraph, second: nx.DiGraph) -> _Union:
    """Two graphs, coloured by refinement (Weisfeiler and Leman).

    Nodes that hold the same inputs and outputs are told apart by the colours around them, until
    that tells no more apart. Colours are numbered by what they stand for, never by the order of the
    nodes. Nodes of one graph that hold the same and have the very same neighbours may change places
    freely; they are numbered, so that no search has to try them all.
    """
    graphs = first, second
    nodes = list(first), list(second)
    below: list[list[int]] = []
    above: list[list[int]] = []
    held = []
    for graph, own in zip(graphs, nodes, strict=True):
        place = {node: i for i, node in enumerate(own, start=len(below))}
        num_twins: dict[Any, int] = {}
        for node in own:
            below.append(sorted(place[u] for u in graph.predecessors(node)))
            above.append(sorted(place[v] for v in graph.successors(node)))
            holds = tuple(tuple(sorted(graph.nodes[node][key])) for key in ("inputs", "outputs"))
            kind = holds, tuple(below[-1]), tuple(above[-1])
            num_twins[kind] = num_twins.get(kind, -1) + 1
            held.append((holds, num_twins[kind]))
    return _Union(nodes, below, above, _refined(_ranked(held), below, above))


def _ranked(values: Sequence[Any]) -> list[int]:
    rank = {value: i for i, value in enumerate(sorted(set(values)))}
    return [rank[value] for value in values]


def _refined(colours: list[int], below: list[list[int]], above: list[list[int]]) -> list[int]:
    num_colours = len(set(colours))
    while num_colours < len(colours):
        around = [
            (colour, sorted(colours[u] for u in lower), sorted(colours[v] for v in upper))
            for colour, lower, upper in zip(colours, below, above, strict=True)
        ]
        finer = _ranked([(colour, tuple(lower), tuple(upper)) for colour, lower, upper in around])
        if len(set(finer)) == num_colours:
            break
        colours, num_colours = finer, len(set(finer))
    return colours


def _canonical_order(union: _Union) -> tuple[list[int], list[int]]:
    """The places of both graphs, in orders that renumbering does not change, save by symmetry.

    Nodes of one colour are put in order one by one, each choice refining the colours of the rest.
    """
    colours, orders = union.colours, []
    for side in union.sides():
        while True:
            ordered = sorted(side, key=colours.__getitem__)
            tied = [u for u, v in itertools.pairwise(ordered) if colours[u] == colours[v]]
            if not tied:
                break
            colours = [2 * colour for colour in colours]
            colours[tied[0]] -= 1
            colours = _refined(colours, union.below, union.above)
        orders.append(ordered)
    return orders[0], orders[1]


def _marks(found: nx.DiGraph, true: nx.DiGraph, union: _Union) -> list[tuple[frozenset[int], ...]]:
    """Own inputs, own outputs, inputs seen and outputs reached of each node, by place."""
    held = [*found.nodes.values(), *true.nodes.values()]
    inputs = [frozenset(node["inputs"]) for node in held]
    outputs = [frozenset(node["outputs"]) for node in held]
    seen, reached = list(inputs), list(outputs)
    order = _from_below(union)
    for place in order:
        seen[place] = seen[place].union(*(seen[u] for u in union.below[place]))
    for place in reversed(order):
        reached[place] = reached[place].union(*(reached[v] for v in union.above[place]))
    return list(zip(inputs, outputs, seen, reached, strict=True))


def _from_below(union: _Union) -> list[int]:
    """Places, each after its predecessors."""
    waiting = [len(lower) for lower in union.below]
    order = [place for place, number in enumerate(waiting) if number == 0]
    for place in order:
        for other in union.above[place]:
            waiting[other] -= 1
            if waiting[other] == 0:
                order.append(other)
    return order


def _jaccard(first: list[frozenset[int]], second: list[frozenset[int]]) -> np.ndarray:
    """Jaccard index of each pair of sets: `[first, second]`."""
    elements = sorted(frozenset().union(*first, *second))
    column = {element: i for i, element in enumerate(elements)}
    tables = []
    for sets in (first, second):
        table = np.zeros((len(sets), len(elements)))
        for row, members in enumerate(sets):
            table[row, [column[element] for element in members]] = 1.0
        tables.append(table)
    common = tables[0] @ tables[1].T
    union = tables[0].sum(axis=1)[:, None] + tables[1].sum(axis=1) - common
    return np.where(union == 0, 1.0, common / np.maximum(union, 1.0))
