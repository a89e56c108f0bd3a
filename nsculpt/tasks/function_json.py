"""The JSON form of a function graph.

    {"name": "half_adder",
     "inputs": ["a", "b"],
     "gates": {"s": {"gate": "xor", "of": ["a", "b"], "sub_function": "sum"},
               "c": {"gate": "and", "of": ["a", "b"]}},
     "outputs": {"y0": "s", "y1": "c"},
     "success_rule": "general"}

Gates are `and`, `or`, `xor`, `nand`, `nor`, `xnor` of two or more different operands, `not` and
`buf` (identity) of one, `const0` and `const1` of none; operands are inputs and gates, in any order
of definition. `sub_function` may be left out: a gate that is an output's, or that more than one
gate reads, is then a sub-function of its own name, and any other gate belongs to the sub-function
of its only reader. `name` and `success_rule` ("general", "partition", "reuse", "hierarchy") may be
left out too.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import networkx as nx

from nsculpt import errors, registry
from nsculpt.tasks import gates

_REQUIRED = ("inputs", "gates", "outputs")
_OPTIONAL = ("name", "success_rule")


def parse(text: str | Mapping[str, Any]) -> dict[str, Any]:
    """Reads the JSON form, as text or as the mapping that it stands for.

    Args:
      text: see the head of this module.

    Returns:
      `graph` and `outputs`, and `name` and `success_rule` where given: the arguments of
      `FunctionGraph`, which checks what concerns the graph as a whole.

    Raises:
      InputError: not JSON (line and column), a wrong type, a missing or an unknown key, a doubled
        name, an unknown operand; the place is named as in `gates.s.of`.
    """
    parts = _load(text) if isinstance(text, str) else text
    _mapping(parts, "top level", required=_REQUIRED, optional=_OPTIONAL)
    graph = nx.DiGraph()
    for name in _strings(parts["inputs"], "inputs"):
        graph.add_node(name, gate=gates.INPUT)
    _mapping(parts["gates"], "gates")
    for name, gate in parts["gates"].items():
        place = f"gates.{_string(name, 'gates')}"
        if name in graph:
            raise errors.InputError(f"{place}: doubled name {name!r}; it is an input already")
        _mapping(gate, place, required=("gate", "of"), optional=("sub_function",))
        attributes = {key: _string(gate[key], f"{place}.{key}") for key in gate if key != "of"}
        if attributes["gate"] == gates.INPUT:
            raise errors.InputError(f"{place}: expected a gate; inputs are listed in 'inputs'")
        graph.add_node(name, **attributes)
    for name, gate in parts["gates"].items():
        for operand in _strings(gate["of"], f"gates.{name}.of"):
            if operand not in graph:
                raise errors.InputError(
                    f"gates.{name}.of: unknown operand {operand!r}; "
                    f"{registry.nearest(operand, graph)}"
                )
            graph.add_edge(operand, name)
    _mapping(parts["outputs"], "outputs")
    outputs = {
        name: _string(gate, f"outputs.{_string(name, 'outputs')}")
        for name, gate in parts["outputs"].items()
    }
    return {
        "graph": graph,
        "outputs": outputs,
        **{key: _string(parts[key], key) for key in _OPTIONAL if key in parts},
    }


def dump(graph: nx.DiGraph, outputs: dict[str, str], name: str | None, success_rule: str) -> str:
    """Writes the JSON form, every gate with its sub-function, the name if there is one."""
    described = {}
    for node, attributes in graph.nodes.items():
        if attributes["gate"] != gates.INPUT:
            described[node] = {
                "gate": attributes["gate"],
                "of": list(graph.pred[node]),
                "sub_function": attributes["sub_function"],
            }
    inputs = [node for node in graph if node not in described]
    parts = {
        **({} if name is None else {"name": name}),
        "inputs": inputs,
        "gates": described,
        "outputs": outputs,
        "success_rule": success_rule,
    }
    return json.dumps(parts, indent=1)


def _load(text: str) -> Any:
    try:
        # As floats, since Python refuses to read integers of very many digits.
        return json.loads(text, object_pairs_hook=_without_doubles, parse_int=float)
    except json.JSONDecodeError as error:
        raise errors.InputError(
            f"line {error.lineno}, column {error.colno}: not JSON: {error.msg}"
        ) from error
    except RecursionError as error:
        raise errors.InputError("nested too deeply; expected a function graph") from error


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; Python's reader would keep the last of two equal names without a word."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise errors.InputError(f"doubled name {name!r}: expected once in its object")
        found[name] = value
    return found


def _mapping(
    value: Any,
    place: str,
    required: Iterable[str] = (),
    optional: Iterable[str] | None = None,
) -> None:
    """Checks a JSON object; `optional` None lets it have any keys."""
    if not isinstance(value, Mapping):
        raise errors.InputError(f"{place}: expected an object, not {_kind(value)}")
    for key in required:
        if key not in value:
            raise errors.InputError(f"{place}: no {key!r}; expected {', '.join(required)}")
    if optional is not None:
        known = [*required, *optional]
        for key in value:
            if key not in known:
                raise errors.InputError(
                    f"{place}: unknown key {key!r}; {registry.nearest(str(key), known)}"
                )


def _strings(value: Any, place: str) -> list[str]:
    if not isinstance(value, list | tuple):
        raise errors.InputError(f"{place}: expected a list of names, not {_kind(value)}")
    found: list[str] = []
    for index, item in enumerate(value):
        if _string(item, f"{place}[{index}]") in found:
            raise errors.InputError(f"{place}[{index}]: doubled name {item!r}; expected it once")
        found.append(item)
    return found


def _string(value: Any, place: str) -> str:
    if not isinstance(value, str):
        raise errors.InputError(f"{place}: expected a string, not {_kind(value)}")
    if not value or not value.isprintable():
        raise errors.InputError(f"{place}: expected a printable string, not {value!r}")
    return value


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "a string", bool: "a boolean"}
    return kinds.get(type(value), "null" if value is None else "a number")
