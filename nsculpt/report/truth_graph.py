"""The truth as a layered graph that can be laid out."""

import dataclasses
import itertools
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from nsculpt.tasks import task


class Node(NamedTuple):
    """What stands in one place of a truth graph."""

    # "inputs", "function", "outputs", "unlabelled" (in place of groups where none are known), or
    # "relay": a long edge on its way
    kind: str
    members: tuple[int, ...] = ()  # of a group: indices of inputs or outputs
    name: str = ""  # of a function


@dataclasses.dataclass(frozen=True, eq=False)
class TruthGraph:
    """Input groups, sub-functions by depth, output groups: one column each, left to right.

    `edges`, `live_units` and `modules` are such as `layout.layered` reads; every node is a module
    of its own, save that the relays of one edge are one.
    """

    edges: list[np.ndarray]
    live_units: list[np.ndarray]
    modules: list[np.ndarray]
    nodes: dict[tuple[int, int], Node]  # by (column, unit)


def build(truth: task.Truth) -> TruthGraph:
    """The graph of a truth; without a hierarchy it has the groups alone, and no edges.

    Args:
      truth: what a task declares.

    Returns:
      A `TruthGraph`: column 0 holds the input groups, column d the sub-functions whose longest
      chain of sub-functions has length d, the last column the output groups. Groups come first in
      their column, in the order of the truth; a column without any holds one node, "unlabelled".

    Example:
      >>> functions = nx.DiGraph()
      >>> functions.add_node("and", inputs=(0, 1), outputs=(0,))
      >>> graph = build(task.Truth(((0, 1),), ((0,),), functions))
      >>> [node.kind for node in graph.nodes.values()], [int(e.sum()) for e in graph.edges]
      (['inputs', 'function', 'outputs'], [1, 1])
    """
    functions = nx.DiGraph() if truth.hierarchy is None else truth.hierarchy
    depth: dict[Any, int] = {}
    for function in nx.lexicographical_topological_sort(functions, key=str):
        depth[function] = 1 + max((depth[p] for p in functions.predecessors(function)), default=0)
    last = 1 + max(depth.values(), default=0)

    columns: list[list[Node]] = [[] for _ in range(last + 1)]
    modules: list[list[int]] = [[] for _ in range(last + 1)]
    count = 0

    def add(column: int, node: Node, module: int) -> tuple[int, int]:
        columns[column].append(node)
        modules[column].append(module)
        return column, len(columns[column]) - 1

    places: dict[Any, tuple[int, int]] = {}
    inputs = [("inputs", i, tuple(group), 0) for i, group in enumerate(truth.input_groups)]
    outputs = [("outputs", i, tuple(group), last) for i, group in enumerate(truth.output_groups)]
    members = inputs or [("unlabelled", 0, (), 0)]
    members += outputs or [("unlabelled", last, (), last)]
    for kind, i, group, column in members:
        places[kind, i] = add(column, Node(kind, members=group), count)
        count += 1
    for function, column in depth.items():
        places["function", function] = add(column, Node("function", name=str(function)), count)
        count += 1

    links = []
    for function in depth:
        for i, group in enumerate(truth.input_groups):
            if set(group) & set(functions.nodes[function]["inputs"]):
                links.append((("inputs", i), ("function", function)))
        for user in sorted(functions.successors(function), key=str):
            links.append((("function", function), ("function", user)))
        for i, group in enumerate(truth.output_groups):
            if set(group) & set(functions.nodes[function]["outputs"]):
                links.append((("function", function), ("outputs", i)))
    steps = []
    for source, target in links:
        here, there = places[source], places[target]
        for column in range(here[0] + 1, there[0]):
            relay = add(column, Node("relay"), count)
            steps.append((here, relay))
            here = relay
        count += 1
        steps.append((here, there))

    edges = [np.zeros((len(a), len(b)), bool) for a, b in itertools.pairwise(columns)]
    for (column, sender), (_, receiver) in steps:
        edges[column][sender, receiver] = True
    return TruthGraph(
        edges=edges,
        live_units=[np.arange(len(column)) for column in columns],
        modules=[np.array(numbers) for numbers in modules],
        nodes={(c, i): node for c, column in enumerate(columns) for i, node in enumerate(column)},
    )
