"""Module graphs compared: with the truth's, and with each other's."""

import collections
import dataclasses
import operator
from collections.abc import Iterable
from typing import Any

import networkx as nx
import numpy as np
from scipy import optimize

from nsculpt.analysis import hierarchy, partitions, result
from nsculpt.tasks import task

# Far below any difference of Jaccard indices that matters, far above rounding.
_TIE_BREAK = 1e-7


def found_graph(modules: nx.DiGraph) -> nx.DiGraph:
    """What a module graph says about inputs and outputs, chains contracted.

    Args:
      modules: as from `hierarchy.module_graph`.

    Returns:
      A graph with node attributes `inputs` and `outputs`, frozensets of the indices that a node
      holds itself.

    Source: DESIGN 5.5.

    Example:
      >>> edges, labels = [np.ones((1, 1), bool)], [np.array([0]), np.array([1])]
      >>> modules = hierarchy.module_graph(edges, [np.arange(1)] * 2, labels)
      >>> found_graph(modules).nodes[0]
      {'inputs': frozenset({0}), 'outputs': frozenset({0})}
    """
    graph = nx.DiGraph()
    last = modules.graph["output_layer"]
    for module, node in modules.nodes.items():
        held = node["units"]
        graph.add_node(
            module, inputs=frozenset(held.get(0, ())), outputs=frozenset(held.get(last, ()))
        )
    graph.add_edges_from(modules.edges)
    return _contracted(graph)


def truth_graph(truth: task.Truth, live_inputs: Iterable[int]) -> nx.DiGraph | None:
    """The module graph that a truth asks for, chains contracted.

    One node for each group of inputs, read by every sub-function that reads one of them itself; one
    for each sub-function, read by its users. Sub-functions that hold no output and have the same
    users are one node, for the reason that joins inputs with the same users: what they compute goes
    the same ways, and the analysis of a network tells units apart by where they lead.

    Args:
      truth: with `hierarchy`, whose nodes have the attributes `inputs` and `outputs`.
      live_inputs: the inputs that the network uses. Where the truth calls its inputs optional, the
        others are left out.

    Returns:
      A graph as from `found_graph`; None where the truth has no hierarchy.

    Source: DESIGN 3 and 5.5.

    Example:
      >>> functions = nx.DiGraph()
      >>> functions.add_node("xor", inputs=(0, 1), outputs=(0,))
      >>> truth = task.Truth(((0, 1),), ((0,),), functions)
      >>> list(truth_graph(truth, [0, 1]).nodes.values())
      [{'inputs': frozenset({0, 1}), 'outputs': frozenset({0})}]
    """
    if truth.hierarchy is None:
        return None
    functions = truth.hierarchy
    names = sorted(functions, key=str)
    by_users: dict[Any, list[Any]] = {}
    for name in names:
        users = frozenset(functions.successors(name))
        shared = ("users", users) if users and not functions.nodes[name]["outputs"] else name
        by_users.setdefault(shared, []).append(name)
    members = list(by_users.values())
    number = {name: i for i, group in enumerate(members) for name in group}

    graph = nx.DiGraph()
    for i, group in enumerate(members):
        outputs = frozenset(o for name in group for o in functions.nodes[name]["outputs"])
        graph.add_node(i, inputs=frozenset(), outputs=outputs)
    graph.add_edges_from((number[u], number[v]) for u, v in functions.edges)
    live = frozenset(live_inputs)
    for i, inputs in enumerate(map(frozenset, truth.input_groups), start=len(members)):
        held = inputs & live if truth.inputs_optional else inputs
        if held:
            graph.add_node(i, inputs=held, outputs=frozenset())
            readers = (
                name for name in names if inputs.intersection(functions.nodes[name]["inputs"])
            )
            graph.add_edges_from((i, number[name]) for name in readers)
    return _contracted(graph)


def _contracted(graph: nx.DiGraph) -> nx.DiGraph:
    contracted = nx.DiGraph()
    head_of = {}
    for chain in hierarchy.chains(graph):
        united = {
            key: frozenset().union(*(graph.nodes[node][key] for node in chain))
            for key in ("inputs", "outputs")
        }
        contracted.add_node(chain[0], **united)
        head_of.update(dict.fromkeys(chain, chain[0]))
    contracted.add_edges_from(
        (head_of[u], head_of[v]) for u, v in graph.edges if head_of[u] != head_of[v]
    )
    return contracted


def isomorphic(first: nx.DiGraph, second: nx.DiGraph) -> bool:
    """Whether two graphs as from `found_graph` are one but for the names of the nodes.

    Example:
      >>> one, other = nx.DiGraph(), nx.DiGraph()
      >>> one.add_node(0, inputs=frozenset({0}), outputs=frozenset())
      >>> other.add_node("a", inputs=frozenset({1}), outputs=frozenset())
      >>> isomorphic(one, one), isomorphic(one, other)
      (True, False)
    """
    colours = _colours((first, second))
    if collections.Counter(colours[0].values()) != collections.Counter(colours[1].values()):
        return False
    coloured = []
    for graph, colour in zip((first, second), colours, strict=True):
        copy = nx.DiGraph(graph.edges)
        copy.add_nodes_from((node, {"colour": colour[node]}) for node in graph)
        coloured.append(copy)
    return nx.is_isomorphic(*coloured, node_match=operator.eq)


def _colours(graphs: tuple[nx.DiGraph, ...]) -> list[dict[Any, int]]:
    """Numbers for nodes, over several graphs: unlike numbers, surely unlike nodes.

    Colour refinement (Weisfeiler and Leman): nodes that hold the same inputs and outputs are told
    apart by the colours around them, until that tells no more apart. It leaves little to search
    where many modules hold neither inputs nor outputs.
    """
    held: dict[Any, int] = {}
    colours = [
        {
            n: held.setdefault((node["inputs"], node["outputs"]), len(held))
            for n, node in g.nodes.items()
        }
        for g in graphs
    ]
    num_colours = len(held)
    while True:
        around: dict[Any, int] = {}
        colours = [
            {
                node: around.setdefault(
                    (
                        colour[node],
                        tuple(sorted(colour[u] for u in graph.predecessors(node))),
                        tuple(sorted(colour[v] for v in graph.successors(node))),
                    ),
                    len(around),
                )
                for node in graph
            }
            for graph, colour in zip(graphs, colours, strict=True)
        ]
        if len(around) == num_colours:
            return colours
        num_colours = len(around)


def _marks(graph: nx.DiGraph) -> dict[Any, tuple[frozenset[int], ...]]:
    """Own inputs, own outputs, inputs seen and outputs reached of each node, from the inputs up."""
    order = list(nx.topological_sort(graph))
    inputs = {node: frozenset(graph.nodes[node]["inputs"]) for node in order}
    outputs = {node: frozenset(graph.nodes[node]["outputs"]) for node in order}
    seen, reached = dict(inputs), dict(outputs)
    for node in order:
        seen[node] = seen[node].union(*(seen[u] for u in graph.predecessors(node)))
    for node in reversed(order):
        reached[node] = reached[node].union(*(reached[v] for v in graph.successors(node)))
    return {node: (inputs[node], outputs[node], seen[node], reached[node]) for node in order}


@dataclasses.dataclass(frozen=True)
class EdgeAgreement:
    """How far the edges of a found graph are those of the true one; each in [0, 1]."""

    # Share of the found edges that are true.
    precision: float
    # Share of the true edges that are found.
    recall: float
    # Harmonic mean of the two.
    f1: float


def edge_agreement(found: nx.DiGraph, true: nx.DiGraph) -> EdgeAgreement:
    """Precision, recall and F1 of module edges.

    Found and true nodes are matched one to one so that the sum of their similarities is greatest;
    of equal matchings, nodes nearer the inputs are preferred. The similarity of two nodes is the
    mean of four Jaccard indices: of the inputs that they hold, the outputs that they hold, the
    inputs that reach them, and the outputs that they reach (1 where both sets are empty). A found
    edge is right when its two ends are matched to the ends of a true edge. With no edges at all on
    one side, the figures are 1 if the other has none, else 0.

    Args:
      found: as from `found_graph`.
      true: as from `truth_graph`.

    Source: DESIGN 5.5, which leaves the matching open.

    Example:
      >>> graph = nx.DiGraph([(0, 1)])
      >>> nx.set_node_attributes(graph, {0: {"inputs": {0}, "outputs": set()}})
      >>> nx.set_node_attributes(graph, {1: {"inputs": set(), "outputs": {0, 1}}})
      >>> edge_agreement(graph, graph)
      EdgeAgreement(precision=1.0, recall=1.0, f1=1.0)
    """
    found_marks, true_marks = _marks(found), _marks(true)
    similarity = np.zeros((len(found_marks), len(true_marks)))
    for part in range(4):
        similarity += _jaccard(
            [mark[part] for mark in found_marks.values()],
            [mark[part] for mark in true_marks.values()],
        )
    similarity -= _TIE_BREAK * np.add.outer(*map(np.arange, similarity.shape))
    rows, columns = optimize.linear_sum_assignment(similarity, maximize=True)
    found_nodes, true_nodes = list(found_marks), list(true_marks)
    match = {found_nodes[i]: true_nodes[j] for i, j in zip(rows, columns, strict=True)}
    right = sum(true.has_edge(match.get(u), match.get(v)) for u, v in found.edges)
    sides = found.number_of_edges(), true.number_of_edges()
    if 0 in sides:
        value = float(sides == (0, 0))
        return EdgeAgreement(value, value, value)
    return EdgeAgreement(right / sides[0], right / sides[1], 2 * right / sum(sides))


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


def same_structure(first: result.Analysis, second: result.Analysis) -> bool:
    """Whether two networks show the same structure.

    That is: equal partitions of the inputs, equal partitions of the outputs, and module graphs with
    chains contracted that are one but for the numbers of the modules.

    Source: DESIGN 4.5 ("often with different structures"), by the general rule of 5.5.

    Example:
      >>> from nsculpt import analysis
      >>> lower, upper = [[1, 0], [1, 0], [0, 1], [0, 1]], [[1, 0], [0, 1]]
      >>> shallow, deep = analysis.analyze([lower]), analysis.analyze([lower, upper])
      >>> same_structure(shallow, deep)
      True
    """
    for layer in (0, -1):
        groups = [partitions.groups(a.modules[layer], a.live_units[layer]) for a in (first, second)]
        if groups[0] != groups[1]:
            return False
    return isomorphic(found_graph(first.hierarchy), found_graph(second.hierarchy))
