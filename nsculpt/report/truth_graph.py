"""The truth as a layered graph that can be laid out."""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from nsculpt.tasks import task

# Names of a group that are written out, else three of them if they are short enough; and the size
# from which a group is counted as well.
_MOST_NAMES, _MOST_LETTERS, _MANY = 5, 18, 20


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
    # Which nodes read which: from (source, target) to all places on the way, the ends included.
    links: dict[tuple[tuple[int, int], tuple[int, int]], tuple[tuple[int, int], ...]]


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
    ways = {}
    for source, target in links:
        here, there = places[source], places[target]
        relays = [add(column, Node("relay"), count) for column in range(here[0] + 1, there[0])]
        count += 1
        ways[here, there] = (here, *relays, there)

    edges = [np.zeros((len(a), len(b)), bool) for a, b in itertools.pairwise(columns)]
    for way in ways.values():
        for (column, sender), (_, receiver) in itertools.pairwise(way):
            edges[column][sender, receiver] = True
    return TruthGraph(
        edges=edges,
        live_units=[np.arange(len(column)) for column in columns],
        modules=[np.array(numbers) for numbers in modules],
        nodes={(c, i): node for c, column in enumerate(columns) for i, node in enumerate(column)},
        links=ways,
    )


def headings(graph: TruthGraph) -> list[str]:
    """What the columns hold, level by level where there are several of sub-functions.

    Example:
      >>> headings(build(task.Truth(((0, 1),), ((0,),), None)))
      ['input groups', 'output groups']
    """
    last = len(graph.live_units) - 1
    inner = [f"sub-functions\nlevel {level}" for level in range(1, last)]
    if last == 2:
        inner = ["sub-functions"]
    return ["input groups", *inner, "output groups"]


def in_words(names: Sequence[str], kind: str, num_dead: int) -> list[str]:
    """The members of a group in one line, or in two.

    Args:
      names: of the members.
      kind: "inputs" or "outputs".
      num_dead: how many of them the network does not use.

    Example:
      >>> in_words(["a", "b"], "inputs", 0), in_words([f"x{i}" for i in range(21)], "inputs", 2)
      (['a, b'], ['21 inputs, 19 live', 'x0 … x20'])
    """
    if len(names) > _MANY:
        live = f", {len(names) - num_dead} live" if num_dead else ""
        return [f"{len(names)} {kind}{live}", f"{names[0]} … {names[-1]}"]
    if len(names) > _MOST_NAMES:
        first = ", ".join(names[:3])
        return [f"{first if len(first) < _MOST_LETTERS else names[0]} … {names[-1]}"]
    return [", ".join(names)]
