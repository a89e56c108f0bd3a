"""A Boolean task as a graph of gates; its truth table and its truth are derived from it."""

import dataclasses
import functools
import types
from collections.abc import Mapping
from typing import Any

import networkx as nx
import numpy as np

from nsculpt import errors, registry
from nsculpt.tasks import (
    formulas,
    function_json,
    gates,
    groups,
    sub_functions,
    task,
    truth_table,
)

SUCCESS_RULES = ("general", "hierarchy", "partition", "reuse")


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class FunctionGraph:
    """Gates between named inputs and named outputs, grouped into sub-functions.

    Every gate belongs to a sub-function, by default the one that `sub_functions.assign` gives it. A
    sub-function has one result. Graph and outputs are copied and cannot be changed.

    Args:
      graph: DiGraph of strings. Attribute `gate` is "input" or a key of `gates.GATES`; an edge goes
        from an operand to the gate that reads it, operands in the order in which their edges were
        added; attribute `sub_function` is optional. At most 20 inputs, in the order of the nodes.
      outputs: output name -> gate, in order.
      name: what the task is called.
      success_rule: what counts as `structure_recovered`: "general", "partition", "reuse" or
        "hierarchy".

    Raises:
      InputError: a cycle (its nodes are named), a gate that does not exist or has the wrong number
        of operands, an input that changes no output, a gate that no output depends on, no inputs or
        outputs, more than 20 inputs, a sub-function with two different results.

    Source: DESIGN 3.

    Example:
      >>> graph = FunctionGraph.from_formulas("s = a ^ b; y0 = s & c; y1 = !(s & c)", "demo")
      >>> graph
      FunctionGraph demo: inputs a, b, c; outputs y0, y1; sub-functions s(a, b), y0(c, s)
      >>> graph.truth_table()[:4].tolist()
      [[0, 1], [0, 1], [0, 1], [1, 0]]
      >>> truth = graph.truth()
      >>> truth.input_groups, truth.output_groups, list(truth.hierarchy.edges)
      (((0, 1), (2,)), ((0, 1),), [('s', 'y0')])
    """

    graph: nx.DiGraph
    outputs: Mapping[str, str]
    name: str | None = None
    success_rule: str = "general"

    def __post_init__(self) -> None:
        graph, outputs = self.graph.copy(), dict(self.outputs)
        _check(graph, outputs, self.success_rule)
        sub_functions.assign(graph, outputs)
        object.__setattr__(self, "graph", nx.freeze(graph))
        object.__setattr__(self, "outputs", types.MappingProxyType(outputs))
        for index, name in enumerate(self.input_names):
            if not any(
                gates.depends_on(self._columns[node], index, self.num_inputs)
                for node in set(outputs.values())
            ):
                raise errors.InputError(
                    f"unused input {name!r}: expected that some output changes with it"
                )
        _ = self.hierarchy  # its errors belong here

    @classmethod
    def from_json(
        cls, text: str | Mapping[str, Any], where: str = "function graph"
    ) -> "FunctionGraph":
        """Reads the JSON form, see `function_json`; `where` begins its error messages."""
        try:
            return cls(**function_json.parse(text))
        except errors.InputError as error:
            raise errors.InputError(f"{where}: {error}") from error

    @classmethod
    def from_formulas(
        cls,
        text: str,
        name: str | None = None,
        success_rule: str = "general",
        where: str = "formulas",
    ) -> "FunctionGraph":
        """Reads Boolean formulas, see `formulas.parse`; `where` begins its error messages."""
        try:
            parts = function_json.parse(formulas.parse(text))
            return cls(**parts, name=name, success_rule=success_rule)
        except errors.InputError as error:
            raise errors.InputError(f"{where}: {error}") from error

    @functools.cached_property
    def input_names(self) -> tuple[str, ...]:
        return tuple(n for n in self.graph if self.graph.nodes[n]["gate"] == gates.INPUT)

    @property
    def output_names(self) -> tuple[str, ...]:
        return tuple(self.outputs)

    @property
    def num_inputs(self) -> int:
        return len(self.input_names)

    @functools.cached_property
    def _columns(self) -> dict[str, int]:
        return gates.columns(self.graph)

    @functools.cached_property
    def hierarchy(self) -> nx.DiGraph:
        """The merged sub-functions, see `sub_functions.derive`."""
        return nx.freeze(sub_functions.derive(self.graph, dict(self.outputs), self._columns))

    def truth_table(self) -> np.ndarray:
        """`[2^I, O]` uint8, rows in counting order, the first input most significant."""
        node_columns = [self._columns[node] for node in self.outputs.values()]
        return np.stack([gates.bits(column, self.num_inputs) for column in node_columns], axis=1)

    def truth(self, success_rule: str | None = None) -> task.Truth:
        """Groups and hierarchy: inputs read by the same sub-functions, outputs that are the same.

        Args:
          success_rule: in place of the graph's own.

        Returns:
          Truth with groups in the order of their smallest index.
        """
        rule = self.success_rule if success_rule is None else success_rule
        _check_success_rule(rule)
        readers: list[list[str]] = [[] for _ in self.input_names]
        owner = {}
        for name, attributes in self.hierarchy.nodes.items():
            for index in attributes["inputs"]:
                readers[index].append(name)
            owner.update(dict.fromkeys(attributes["outputs"], name))
        return task.Truth(
            input_groups=groups.from_labels([tuple(names) for names in readers]),
            output_groups=groups.from_labels([owner[index] for index in range(len(self.outputs))]),
            hierarchy=self.hierarchy,
            success_rule=rule,
        )

    def to_task(self, name: str | None = None, success_rule: str | None = None) -> task.Task:
        """The task whose training and validation rows are both the whole truth table, once.

        Args:
          name, success_rule: in place of the graph's own.
        """
        rows = truth_table.source(self.truth_table())
        return task.Task(
            name=name or self.name or "function_graph",
            train=rows,
            valid=rows,
            input_names=self.input_names,
            output_names=self.output_names,
            truth=self.truth(success_rule),
        )

    def to_json(self) -> str:
        """The JSON form, which `from_json` reads back to an equal graph."""
        return function_json.dump(self.graph, dict(self.outputs), self.name, self.success_rule)

    def __repr__(self) -> str:
        functions = []
        for node, attributes in self.hierarchy.nodes.items():
            reads = [self.input_names[index] for index in attributes["inputs"]]
            functions.append(f"{node}({', '.join([*reads, *self.hierarchy.pred[node]])})")
        return (
            f"FunctionGraph {self.name or '(no name)'}: inputs {', '.join(self.input_names)}; "
            f"outputs {', '.join(self.outputs)}; sub-functions {', '.join(functions)}"
        )


def _check(graph: nx.DiGraph, outputs: dict[str, str], success_rule: str) -> None:
    """All that can be said before columns are computed."""
    _check_success_rule(success_rule)
    for node, gate in graph.nodes(data="gate"):
        if not isinstance(node, str):
            raise errors.InputError(f"node {node!r}: expected a string")
        if gate != gates.INPUT:
            _check_gate(node, gate, len(graph.pred[node]))
        elif graph.pred[node]:
            raise errors.InputError(f"input {node!r}: expected no operands")
    inputs = [node for node, gate in graph.nodes(data="gate") if gate == gates.INPUT]
    truth_table.check_num_inputs(len(inputs))
    _check_outputs(graph, outputs, inputs)
    found = sub_functions.cycle(graph)
    if found:
        raise errors.InputError(f"cycle: {found}; expected that no gate reads its own result")
    needed = set(outputs.values())
    for node in reversed(list(nx.topological_sort(graph))):
        if not needed.isdisjoint(graph.succ[node]):
            needed.add(node)
        if node not in needed and node not in inputs:
            raise errors.InputError(f"gate {node!r}: expected that some output depends on it")


def _check_outputs(graph: nx.DiGraph, outputs: dict[str, str], inputs: list[str]) -> None:
    if not outputs:
        raise errors.InputError("no outputs; expected at least one")
    for name, node in outputs.items():
        if node not in graph:
            raise errors.InputError(
                f"output {name!r}: unknown gate {node!r}; {registry.nearest(node, graph)}"
            )
        if node in inputs:
            raise errors.InputError(
                f"output {name!r}: {node!r} is an input; expected a gate, such as a buf of it"
            )
        if name in inputs:
            raise errors.InputError(
                f"doubled name {name!r}: expected that an output is not called like an input"
            )


def _check_gate(node: str, gate: object, num_operands: int) -> None:
    if not isinstance(gate, str) or gate not in gates.GATES:
        raise errors.InputError(
            f"gate {node!r}: unknown gate {gate!r}; {registry.nearest(str(gate), gates.GATES)}"
        )
    most = gates.GATES[gate].most
    if num_operands < gates.GATES[gate].least or (most is not None and num_operands > most):
        raise errors.InputError(
            f"gate {node!r}: {gate} of {num_operands}; expected {gates.GATES[gate].arity}"
        )


def _check_success_rule(rule: str) -> None:
    if rule not in SUCCESS_RULES:
        raise errors.InputError(
            f"success_rule {rule!r}: expected one of {', '.join(SUCCESS_RULES)}"
        )
