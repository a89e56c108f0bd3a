"""Boolean formulas as text: the shortest way to bring a task.

    inputs a, b, c      # optional
    outputs y0, y1      # optional
    s = a & !b
    y0 = s ^ c; y1 = s | c

Formulas are separated by `;` or the end of a line; `#` begins a comment. Operators, the strongest
first: `!` (or `~`), `&`, `^`, `|`; parentheses; constants `0` and `1`; names of letters, digits and
`_`, not beginning with a digit. Each formula is a sub-function named by its left side.

Names on the left that no other formula reads are the outputs, in order, unless `outputs` says which
are. Other names are the inputs, in order of first appearance, unless `inputs` lists them: then any
further name is unknown. Without the list, a name is refused as unknown if it ends in digits and
differs from a name on the left in these digits only: next to y0 and y1, `y3` is no input.
"""

import dataclasses
import re
from typing import Any

import networkx as nx

from nsculpt import errors, registry
from nsculpt.tasks import sub_functions

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TOKEN = re.compile(r"\s*([A-Za-z0-9_]+|\S)")
_DECLARATION = re.compile(r"(inputs|outputs)\b(?!\s*=)(.*)")
_BINARY = (("|", "or"), ("^", "xor"), ("&", "and"))  # the weakest first
# Deep enough for any formula that a person writes, and safe for Python's own recursion limit.
_MOST_NESTED = 80


def parse(text: str) -> dict[str, Any]:
    """Reads formulas into the mapping that `function_json` describes.

    Args:
      text: see the head of this module.

    Returns:
      `inputs`, `gates`, `outputs`. The gate of a formula bears its left side's name; those inside
      it have a dot and a number after that, as no name in the text can.

    Raises:
      InputError: names the formula, counted from 1, and the column, counted from its first
        character: a syntax error, an unknown or doubled name, a cycle, an input that is never used,
        a formula that no output depends on.

    Example:
      >>> parse("y = a & !b")["gates"]["y"]
      {'gate': 'and', 'of': ['a', 'y.1'], 'sub_function': 'y'}
    """
    formulas: dict[str, _Formula] = {}
    declared: dict[str, list[str]] = {}
    for statement in _statements(text):
        declaration = _DECLARATION.fullmatch(statement)
        if declaration is None:
            formula = _formula(statement, len(formulas) + 1)
            if formula.name in formulas:
                first = formulas[formula.name].number
                raise formula.error(1, f"doubled name; expected it in formula {first} alone")
            formulas[formula.name] = formula
        elif declaration[1] in declared:
            raise errors.InputError(f"declaration {declaration[1]!r}: expected it once")
        else:
            declared[declaration[1]] = _declared_names(declaration[1], declaration[2])
    if not formulas:
        raise errors.InputError("no formula; expected one or more such as 'y0 = a & !b'")

    names = _Names(formulas, declared.get("inputs"))
    gates: dict[str, dict[str, Any]] = {}
    for formula in formulas.values():
        gates.update(_Parser(formula, names).gates())
    return {
        "inputs": names.inputs(),
        "gates": gates,
        "outputs": {name: name for name in names.outputs(declared.get("outputs"))},
    }


@dataclasses.dataclass(frozen=True)
class _Formula:
    """One formula, cut into words and signs."""

    number: int
    name: str
    tokens: list[tuple[str, int]]  # right of "=": (text, column), the last ("", end of formula)

    def error(self, column: int, message: str) -> errors.InputError:
        return errors.InputError(
            f"formula {self.number} ({self.name!r}), column {column}: {message}"
        )


def _statements(text: str) -> list[str]:
    lines = [line.split("#", 1)[0] for line in text.splitlines()]
    return [part.strip() for line in lines for part in line.split(";") if part.strip()]


def _formula(statement: str, number: int) -> _Formula:
    tokens = [(found[1], found.start(1) + 1) for found in _TOKEN.finditer(statement)]
    name = tokens[0][0]
    if not _NAME.fullmatch(name) or len(tokens) < 2 or tokens[1][0] != "=":
        raise errors.InputError(
            f"formula {number} ({statement[:40]!r}): expected 'name = expression'"
        )
    return _Formula(number, name, [*tokens[2:], ("", len(statement) + 1)])


def _declared_names(kind: str, listed: str) -> list[str]:
    names = [name.strip() for name in listed.split(",")]
    for index, name in enumerate(names):
        if not _NAME.fullmatch(name):
            raise errors.InputError(
                f"declaration {kind!r}: {name!r}: expected names separated by commas"
            )
        if name in names[:index]:
            raise errors.InputError(f"declaration {kind!r}: doubled name {name!r}")
    return names


class _Names:
    """What the names in formulas mean, and who reads whom."""

    def __init__(self, formulas: dict[str, _Formula], declared_inputs: list[str] | None):
        self._formulas = formulas
        self._declared = declared_inputs
        self._inputs: dict[str, None] = {}  # those found so far, in order
        self._reads = nx.DiGraph()  # from a formula to one that reads it
        self._reads.add_nodes_from(formulas)
        self._numbered = {_stem(name) for name in formulas} - {None}
        for name in declared_inputs or ():
            if name in formulas:
                raise formulas[name].error(1, "doubled name; expected no formula for an input")

    def resolve(self, formula: _Formula, name: str, column: int) -> str:
        """Notes that a formula reads a name."""
        if name in self._formulas:
            if name == formula.name:
                raise formula.error(column, "cycle: expected that it does not read itself")
            self._reads.add_edge(name, formula.name)
            return name
        if self._declared is not None:
            if name not in self._declared:
                hint = registry.nearest(name, [*self._declared, *self._formulas])
                raise formula.error(column, f"unknown name {name!r}; {hint}")
        elif _stem(name) in self._numbered:
            hint = registry.nearest(name, self._formulas)
            raise formula.error(
                column, f"unknown name {name!r}; {hint} If it is an input, list it after 'inputs'"
            )
        self._inputs[name] = None
        return name

    def inputs(self) -> list[str]:
        for name in self._declared or ():
            if name not in self._inputs:
                raise errors.InputError(
                    f"unused input {name!r}: expected that some formula reads what 'inputs' lists"
                )
        return list(self._inputs) if self._declared is None else self._declared

    def outputs(self, declared: list[str] | None) -> list[str]:
        cycle = sub_functions.cycle(self._reads)
        if cycle:
            raise errors.InputError(f"cycle: {cycle}; expected that no formula reads itself")
        if declared is None:
            return [name for name in self._formulas if not self._reads.succ[name]]
        for name in declared:
            if name not in self._formulas:
                hint = registry.nearest(name, self._formulas)
                raise errors.InputError(f"declaration 'outputs': unknown name {name!r}; {hint}")
        for name, formula in self._formulas.items():
            if declared and not {name, *nx.descendants(self._reads, name)} & set(declared):
                raise formula.error(1, "expected that some output depends on it")
        return declared


def _stem(name: str) -> str | None:
    """What is left of a name that ends in digits; None for other names."""
    stem = name.rstrip("0123456789")
    return None if stem == name else stem


class _Parser:
    """Turns one formula into gates, by recursive descent."""

    def __init__(self, formula: _Formula, names: _Names):
        self._formula = formula
        self._names = names
        self._position = 0
        self._gates: dict[str, dict[str, Any]] = {}
        self._open = 0

    def gates(self) -> dict[str, dict[str, Any]]:
        result = self._binary(0)
        text, column = self._formula.tokens[self._position]
        if text:
            raise self._formula.error(column, f"expected an operator or the end, not {text!r}")
        if result not in self._gates:  # a mere name
            result = self._gate("buf", [result])
        self._gates[self._formula.name] = self._gates.pop(result)
        return self._gates

    def _gate(self, gate: str, operands: list[str]) -> str:
        for index, operand in enumerate(operands):
            if operand in operands[:index]:
                # A DiGraph has room for one edge from an operand; "a ^ a" needs two.
                operands[index] = self._gate("buf", [operand])
        name = f"{self._formula.name}.{len(self._gates) + 1}"
        self._gates[name] = {"gate": gate, "of": operands, "sub_function": self._formula.name}
        return name

    def _next(self) -> tuple[str, int]:
        token = self._formula.tokens[self._position]
        self._position += 1
        return token

    def _peek(self) -> str:
        return self._formula.tokens[self._position][0]

    def _binary(self, level: int) -> str:
        if level == len(_BINARY):
            return self._unary()
        sign, gate = _BINARY[level]
        operands = [self._binary(level + 1)]
        while self._peek() == sign:
            self._position += 1
            operands.append(self._binary(level + 1))
        return operands[0] if len(operands) == 1 else self._gate(gate, operands)

    def _unary(self) -> str:
        negated = False
        while self._peek() in ("!", "~"):
            self._position += 1
            negated = not negated
        operand = self._primary()
        return self._gate("not", [operand]) if negated else operand

    def _primary(self) -> str:
        text, column = self._next()
        if _NAME.fullmatch(text):
            return self._names.resolve(self._formula, text, column)
        if text in ("0", "1"):
            return self._gate(f"const{text}", [])
        if text != "(":
            found = f"not {text!r}" if text else "but the formula ends"
            raise self._formula.error(column, f"expected a name, 0, 1, '!' or '(', {found}")
        self._open += 1
        if self._open > _MOST_NESTED:
            raise self._formula.error(column, f"expected at most {_MOST_NESTED} parentheses deep")
        inside = self._binary(0)
        self._open -= 1
        closing, end = self._next()
        if closing != ")":
            found = f"not {closing!r}" if closing else "but the formula ends"
            raise self._formula.error(end, f"expected ')' for '(' in column {column}, {found}")
        return inside
