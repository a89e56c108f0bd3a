"""The truth as a layered graph that can be laid out, and how much of it a network shows."""

import dataclasses
import itertools
from typing import Any, NamedTuple

import networkx as nx
import numpy as np

from nsculpt.tasks import task


class Node(NamedTuple):
    """What stands in one place of a truth graph."""

    kind: str  # "inputs", "function", "outputs", or "relay": a long edge on its way
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


class Verdict(NamedTuple):
    """Whether a group is the share of one module, and what to say about it."""

    module: int | None
    text: str


def build(truth: task.Truth) -> TruthGraph:
    """The graph of a truth; without a hierarchy it has the groups alone, and no edges.

    Args:
      truth: what a task declares.

    Returns:
      A `TruthGraph`: column 0 holds the input groups, column d the sub-functions whose longest
      chain of sub-functions has length d, the last column the output groups.

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
    members = [("inputs", i, group, 0) for i, group in enumerate(truth.input_groups)]
    members += [("outputs", i, group, last) for i, group in enumerate(truth.output_groups)]
    for kind, i, group, column in members:
        places[kind, i] = add(column, Node(kind, members=tuple(group)), count)
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


def verdict(
    group: tuple[int, ...], live: np.ndarray, modules: np.ndarray, optional: bool = False
) -> Verdict:
    """Whether a group of inputs (outputs) is all that one module holds of them.

    Args:
      group: indices.
      live: indices of the live units of the layer, ascending.
      modules: the module of each live unit.
      optional: True where dead members are no fault (`Truth.inputs_optional`).

    Returns:
      A `Verdict`; `module` is None where the group was not found.

    Source: section 5.5, partition equality, taken group by group.

    Example:
      >>> verdict((0, 1), np.arange(3), np.array([4, 4, 5])).module
      4
      >>> verdict((1, 2), np.arange(3), np.array([4, 4, 5])).text
      'split: modules 4, 5'
    """
    module_of = dict(zip(live.tolist(), modules.tolist(), strict=True))
    used = [unit for unit in group if unit in module_of]
    if not used:
        return Verdict(None, "unused")
    if len(used) < len(group) and not optional:
        return Verdict(None, f"{len(group) - len(used)} unused")
    holders = sorted({module_of[unit] for unit in used})
    if len(holders) > 1:
        listed = ", ".join(map(str, holders)) if len(holders) < 5 else f"{len(holders)} of them"
        return Verdict(None, f"split: modules {listed}")
    if sum(module == holders[0] for module in module_of.values()) > len(used):
        return Verdict(None, f"within module {holders[0]}")
    return Verdict(holders[0], f"module {holders[0]}")
