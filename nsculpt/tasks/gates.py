"""Gates, and the truth-table columns of a graph of gates.

A column is one Python integer of 2^I bits, the first row in the highest bit: gates are then bitwise
operators on whole columns, and equal functions are equal integers.
"""

import dataclasses
import functools
import operator
from collections.abc import Callable, Sequence

import networkx as nx
import numpy as np

INPUT = "input"


@dataclasses.dataclass(frozen=True)
class Gate:
    """What a gate computes from the columns of its operands, and how many it takes."""

    compute: Callable[[Sequence[int], int], int]  # (operands, column of ones) -> column
    least: int
    most: int | None  # None: any number

    @property
    def arity(self) -> str:
        if self.most is None:
            return f"{self.least} or more operands"
        return f"{self.least} operand{'' if self.least == 1 else 's'}"


def _fold(function: Callable[[int, int], int]) -> Gate:
    return Gate(lambda operands, ones: functools.reduce(function, operands), 2, None)


def _negated_fold(function: Callable[[int, int], int]) -> Gate:
    return Gate(lambda operands, ones: ones ^ functools.reduce(function, operands), 2, None)


# With more than two operands xor is parity, and nand, nor, xnor negate the whole.
GATES: dict[str, Gate] = {
    "and": _fold(operator.and_),
    "or": _fold(operator.or_),
    "xor": _fold(operator.xor),
    "nand": _negated_fold(operator.and_),
    "nor": _negated_fold(operator.or_),
    "xnor": _negated_fold(operator.xor),
    "not": Gate(lambda operands, ones: ones ^ operands[0], 1, 1),
    "buf": Gate(lambda operands, ones: operands[0], 1, 1),
    "const0": Gate(lambda operands, ones: 0, 0, 0),
    "const1": Gate(lambda operands, ones: ones, 0, 0),
}


def ones(num_inputs: int) -> int:
    """The column that is true in every row."""
    return (1 << (1 << num_inputs)) - 1


def input_column(index: int, num_inputs: int) -> int:
    """The column of input `index` of `num_inputs`, rows in counting order.

    Example:
      >>> [f"{input_column(i, 2):04b}" for i in range(2)]
      ['0011', '0101']
    """
    half = 1 << (num_inputs - 1 - index)
    column, width = (1 << half) - 1, 2 * half
    while width < 1 << num_inputs:
        column |= column << width
        width *= 2
    return column


def columns(graph: nx.DiGraph) -> dict[str, int]:
    """The column of every node of an acyclic graph, in topological order."""
    inputs = [node for node in graph if graph.nodes[node]["gate"] == INPUT]
    all_rows = ones(len(inputs))
    found = {node: input_column(i, len(inputs)) for i, node in enumerate(inputs)}
    for node in nx.topological_sort(graph):
        if node not in found:
            operands = [found[operand] for operand in graph.pred[node]]
            found[node] = GATES[graph.nodes[node]["gate"]].compute(operands, all_rows)
    return found


def depends_on(column: int, index: int, num_inputs: int) -> bool:
    """Whether some row of a column changes when input `index` is flipped."""
    distance = 1 << (num_inputs - 1 - index)
    # Each row with the input at 1 lies `distance` bits below its partner with the input at 0.
    return bool((column ^ (column >> distance)) & input_column(index, num_inputs))


def bits(column: int, num_inputs: int) -> np.ndarray:
    """A column as `[2^I]` uint8.

    Example:
      >>> bits(0b0110, 2)
      array([0, 1, 1, 0], dtype=uint8)
    """
    num_rows = 1 << num_inputs
    packed = np.frombuffer(column.to_bytes((num_rows + 7) // 8, "big"), np.uint8)
    return np.unpackbits(packed)[-num_rows:]
