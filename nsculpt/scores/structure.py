"""Module graphs, found and declared, in the form in which they are compared."""

from collections.abc import Iterable
from typing import Any

import networkx as nx

from nsculpt.analysis import hierarchy, result
from nsculpt.scores import matching, partitions
from nsculpt.tasks import task

# Inputs, and outputs.
Labelled = tuple[frozenset[int], frozenset[int]]


def found_graph(modules: nx.DiGraph, labelled: Labelled | None = None) -> nx.DiGraph:
    """What a module graph says about inputs and outputs, chains contracted.

    Args:
      modules: as from `hierarchy.module_graph`.
      labelled: the inputs and the outputs that count, where not all do. The others are taken out of
        the nodes; and of the nodes that then hold none, those are left out that lie on no path
        between two that do. Chains are contracted after that.

    Returns:
      A graph with node attributes `inputs` and `outputs`, frozensets of the indices that a node
      holds itself, and `members`, the modules that it stands for, from the inputs up.

    Source: DESIGN 5.5.

    Example:
      >>> import numpy as np
      >>> edges, labels = [np.ones((1, 1), bool)], [np.array([0]), np.array([1])]
      >>> modules = hierarchy.module_graph(edges, [np.arange(1)] * 2, labels)
      >>> found_graph(modules).nodes[0]
      {'inputs': frozenset({0}), 'outputs': frozenset({0}), 'members': (0, 1)}
    """
    graph = nx.DiGraph()
    last = modules.graph["output_layer"]
    for module, node in modules.nodes.items():
        held = node["units"]
        graph.add_node(
            module,
            inputs=frozenset(held.get(0, ())),
            outputs=frozenset(held.get(last, ())),
            members=(module,),
        )
    graph.add_edges_from(modules.edges)
    return _contracted(graph if labelled is None else _labelled_part(graph, *labelled))


def truth_graph(
    truth: task.Truth, live_inputs: Iterable[int], labelled: Labelled | None = None
) -> nx.DiGraph | None:
    """The module graph that a truth asks for, chains contracted.

    One node for each group of inputs, read by every sub-function that reads one of them itself; one
    for each sub-function, read by its users. Sub-functions that hold no output and have the same
    users are one node, for the reason that joins inputs with the same users: what they compute goes
    the same ways, and the analysis of a network tells units apart by where they lead.

    Args:
      truth: with `hierarchy`, whose nodes have the attributes `inputs` and `outputs`.
      live_inputs: the inputs that the network uses. Where the truth calls its inputs optional, the
        others are left out.
      labelled: as for `found_graph`.

    Returns:
      A graph as from `found_graph`, with pairs as `members`: ("inputs", position of a group) and
      ("function", name of a sub-function); None where the truth has no hierarchy.

    Source: DESIGN 3 and 5.5.

    Example:
      >>> functions = nx.DiGraph()
      >>> functions.add_node("xor", inputs=(0, 1), outputs=(0,))
      >>> truth = task.Truth(((0, 1),), ((0,),), functions)
      >>> (node,) = truth_graph(truth, [0, 1]).nodes.values()
      >>> node["inputs"], node["outputs"], node["members"]
      (frozenset({0, 1}), frozenset({0}), (('inputs', 0), ('function', 'xor')))
    """
    if truth.hierarchy is None:
        return None
    live, functions = frozenset(live_inputs), truth.hierarchy
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
        named = tuple(("function", name) for name in group)
        graph.add_node(i, inputs=frozenset(), outputs=outputs, members=named)
    graph.add_edges_from((number[u], number[v]) for u, v in functions.edges)
    for i, inputs in enumerate(map(frozenset, truth.input_groups)):
        held = inputs & live if truth.inputs_optional else inputs
        if held:
            node = len(members) + i
            graph.add_node(node, inputs=held, outputs=frozenset(), members=(("inputs", i),))
            readers = (
                name for name in names if inputs.intersection(functions.nodes[name]["inputs"])
            )
            graph.add_edges_from((node, number[name]) for name in readers)
    return _contracted(graph if labelled is None else _labelled_part(graph, *labelled))


def _labelled_part(
    graph: nx.DiGraph, inputs: frozenset[int], outputs: frozenset[int]
) -> nx.DiGraph:
    part = graph.copy()
    for node in part.nodes.values():
        node["inputs"], node["outputs"] = node["inputs"] & inputs, node["outputs"] & outputs
    holders = {node for node, held in part.nodes.items() if held["inputs"] or held["outputs"]}
    above = set().union(*(nx.descendants(graph, node) for node in holders))
    below = set().union(*(nx.ancestors(graph, node) for node in holders))
    part.remove_nodes_from(set(graph) - holders - (above & below))
    return part


def _contracted(graph: nx.DiGraph) -> nx.DiGraph:
    contracted = nx.DiGraph()
    head_of = {}
    for chain in hierarchy.chains(graph):
        nodes = [graph.nodes[node] for node in chain]
        contracted.add_node(
            chain[0],
            inputs=frozenset().union(*(node["inputs"] for node in nodes)),
            outputs=frozenset().union(*(node["outputs"] for node in nodes)),
            members=sum((node["members"] for node in nodes), ()),
        )
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
    return matching.isomorphism(first, second) is not None


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
