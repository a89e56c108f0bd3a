"""The sub-functions of a function graph: which there are, who reads whom, who is the same."""

import networkx as nx

from nsculpt import errors
from nsculpt.tasks import gates


def assign(graph: nx.DiGraph, outputs: dict[str, str]) -> None:
    """Gives each gate without a `sub_function` the default one, in place.

    A gate that is an output, or that more than one gate reads, is a sub-function of its own name;
    any other gate belongs to the sub-function of its only reader.

    Example:
      >>> graph = nx.DiGraph([("a", "n"), ("n", "y"), ("b", "y")])
      >>> kinds = {"a": "input", "b": "input", "n": "not", "y": "and"}
      >>> nx.set_node_attributes(graph, kinds, "gate")
      >>> assign(graph, {"y": "y"})
      >>> graph.nodes["n"]["sub_function"]
      'y'
    """
    results = set(outputs.values())
    for node in reversed(list(nx.topological_sort(graph))):
        attributes = graph.nodes[node]
        if attributes["gate"] == gates.INPUT or "sub_function" in attributes:
            continue
        readers = list(graph.succ[node])
        own = node in results or len(readers) != 1
        attributes["sub_function"] = node if own else graph.nodes[readers[0]]["sub_function"]


def cycle(graph: nx.DiGraph) -> str | None:
    """A cycle as "a -> b -> a", each read by the next; None where there is none."""
    try:
        edges = nx.find_cycle(graph)
    except nx.NetworkXNoCycle:
        return None
    return " -> ".join([str(edges[0][0])] + [str(edge[1]) for edge in edges])


def derive(graph: nx.DiGraph, outputs: dict[str, str], columns: dict[str, int]) -> nx.DiGraph:
    """The hierarchy of sub-functions, merged where they are equal up to negation.

    The first of equal sub-functions, in topological and then definition order, names them, and its
    own direct reads count; readers of the others read it instead. Who reads a sub-function that
    equals an input, or its negation, reads that input; who reads a constant reads nothing. What no
    output needs after that is dropped.

    Args:
      graph: acyclic, every gate with its `sub_function`.
      outputs: output name -> gate.
      columns: see `gates.columns`.

    Returns:
      DiGraph in topological order; node attributes `inputs` (indices read directly) and `outputs`
      (indices of the outputs equal to it up to negation), tuples in ascending order; an edge goes
      to the sub-function that reads.

    Raises:
      InputError: sub-functions read each other in a cycle, or one of them computes two different
        results.

    Source: DESIGN 3.
    """
    inputs = [node for node in graph if graph.nodes[node]["gate"] == gates.INPUT]
    all_rows = gates.ones(len(inputs))
    function_of = {node: min(column, all_rows ^ column) for node, column in columns.items()}
    index_of = {function_of[node]: index for index, node in enumerate(inputs)}
    name_of = graph.nodes(data="sub_function")

    members: dict[str, list[str]] = {}
    for node, name in name_of:
        if name is not None:
            members.setdefault(name, []).append(node)
    first: dict[int, str] = {}
    for name in _order(graph, members):
        first.setdefault(_function(graph, outputs, members[name], function_of), name)

    hierarchy = nx.DiGraph()
    for function, name in first.items():
        reads: set[int] = set()
        hierarchy.add_node(name)
        if function in index_of:
            reads.add(index_of[function])
        elif function != 0:
            for operand, _ in graph.in_edges(members[name]):
                read = function_of[operand]
                if name_of[operand] == name or read == 0:
                    continue
                if read in index_of:
                    reads.add(index_of[read])
                else:
                    hierarchy.add_edge(first[read], name)
        hierarchy.nodes[name]["inputs"] = tuple(sorted(reads))
        hierarchy.nodes[name]["outputs"] = tuple(
            i for i, node in enumerate(outputs.values()) if function_of[node] == function
        )
    return _needed(hierarchy)


def _order(graph: nx.DiGraph, members: dict[str, list[str]]) -> list[str]:
    """Sub-functions in topological order, in definition order where that leaves a choice."""
    quotient = nx.DiGraph()
    quotient.add_nodes_from(members)
    name_of = graph.nodes(data="sub_function")
    for operand, gate in graph.edges:
        if name_of[operand] not in (None, name_of[gate]):
            quotient.add_edge(name_of[operand], name_of[gate])
    found = cycle(quotient)
    if found:
        raise errors.InputError(
            f"sub-functions in a cycle: {found}; expected that none reads its own result"
        )
    rank = {name: i for i, name in enumerate(members)}
    return list(nx.lexicographical_topological_sort(quotient, key=rank.__getitem__))


def _function(
    graph: nx.DiGraph, outputs: dict[str, str], members: list[str], function_of: dict[str, int]
) -> int:
    """What a sub-function computes: the one function of its gates that are read from outside."""
    own, asked = set(members), set(outputs.values())
    results = [gate for gate in members if gate in asked or not own.issuperset(graph.succ[gate])]
    for gate in results[1:]:
        if function_of[gate] != function_of[results[0]]:
            raise errors.InputError(
                f"sub_function {graph.nodes[gate]['sub_function']!r}: gates {results[0]!r} and "
                f"{gate!r} are read from outside it and compute different functions; expected one "
                "result, so give each its own sub_function"
            )
    return function_of[results[0]]


def _needed(hierarchy: nx.DiGraph) -> nx.DiGraph:
    """The part of a hierarchy, given in topological order, that leads to outputs."""
    kept: set[str] = set()
    for node in reversed(list(hierarchy)):
        if hierarchy.nodes[node]["outputs"] or not kept.isdisjoint(hierarchy.succ[node]):
            kept.add(node)
    needed = nx.DiGraph()
    needed.add_nodes_from((node, hierarchy.nodes[node]) for node in hierarchy if node in kept)
    needed.add_edges_from(sorted(edge for edge in hierarchy.edges if kept.issuperset(edge)))
    return needed
