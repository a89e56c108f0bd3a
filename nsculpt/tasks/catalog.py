"""The registry of tasks, with the paper's Boolean tasks in it.

The paper's tasks are written as formulas; tables and truth are derived from them. Names:
`input_separable`, `input_separable_and_reused`, `non_modular`, `reused` (= `reuse_8`), and
`reuse_U`, `overlapO_useU`, `hierarchy_useU` for U = 1, 2, 4, 6, 8 uses and O = 0 to
4 shared inputs.
"""

import functools
from collections.abc import Callable, Iterable
from typing import Any

from nsculpt import registry
from nsculpt.tasks import function_graph

TASKS = registry.Registry("task")

_Function = Callable[..., Any]

_USES = (1, 2, 4, 6, 8)


def register_task(name: str) -> Callable[[_Function], _Function]:
    """Decorator that adds a task to the registry.

        @nsculpt.register_task("my_task")
        def my_task():
            return nsculpt.FunctionGraph.from_formulas("y0 = a & b; y1 = a ^ c")

    Args:
      name: what `load_task` will know it by.

    Returns:
      Decorator for a function without arguments that returns a FunctionGraph, a Task, or formulas
      as one string.

    Raises:
      InputError: the name is taken.
    """
    return TASKS.register(name)


def _f1(w: str, x: str, y: str, z: str) -> str:
    return f"{w} & !{z} & ({x} ^ {y})"


def _f2(w: str, x: str, y: str, z: str) -> str:
    return f"{y} & !{x} & ({w} ^ {z})"


def _a(w: str, x: str, y: str, z: str) -> str:
    return f"{_f1(w, x, y, z)} | {_f2(w, x, y, z)}"


def _b(w: str, x: str, y: str, z: str) -> str:
    """True on 0101, 1001 and 1111 only."""
    return f"{z} & (!{y} & ({w} ^ {x}) | {w} & {x} & {y})"


def _text(num_inputs: int, outputs: Iterable[str], intermediates: Iterable[str] = ()) -> str:
    """Formulas y0, y1 ... over inputs x0, x1 ..."""
    declaration = "inputs " + ", ".join(f"x{i}" for i in range(num_inputs))
    numbered = (f"y{i} = {formula}" for i, formula in enumerate(outputs))
    return "\n".join([declaration, *intermediates, *numbered])


def _add(name: str, text: str, success_rule: str) -> None:
    TASKS.register(name)(
        functools.partial(
            function_graph.FunctionGraph.from_formulas, text, name, success_rule, f"task {name!r}"
        )
    )


def _add_all() -> None:
    x = [f"x{i}" for i in range(8)]
    f1, f2, a = (f"{name} = {of(*x[:4])}" for name, of in (("f1", _f1), ("f2", _f2), ("A", _a)))
    _add(
        "input_separable",
        _text(4, ["left", "!left", "right", "!right"], ["left = x0 ^ x1", "right = x2 ^ x3"]),
        "partition",
    )
    _add(
        "input_separable_and_reused",
        _text(6, ["a | b", "a | c", "b | c"], ["a = x0 & x1", "b = x2 & x3", "c = x4 & x5"]),
        "partition",
    )
    _add("non_modular", _text(4, 4 * ["A"], [a]), "partition")
    for uses in _USES:
        _add(f"reuse_{uses}", _text(4, uses * ["f1", "f2"], [f1, f2]), "reuse")
        for overlap in range(5):
            total = 8 - overlap
            both = [a, f"B = {_b(*x[total - 4 : total])}"]
            _add(f"overlap{overlap}_use{uses}", _text(total, uses * ["A", "B"], both), "partition")
        parts = [a, f"B = {_b(*x[4:])}", "A_only = A & !B", "B_only = B & !A"]
        _add(f"hierarchy_use{uses}", _text(8, uses * ["A_only", "B_only"], parts), "hierarchy")
    _add("reused", _text(4, 8 * ["f1", "f2"], [f1, f2]), "reuse")


_add_all()
