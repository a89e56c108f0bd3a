"""Complete truth tables: as a CSV file that a user brings, and as the rows that a network learns.

    a,b,->,y0,y1
    0,0,->,0,1
    0,1,->,1,1
    1,0,->,1,1
    1,1,->,0,1

The header holds the names of the inputs, a column `->`, and the names of the outputs. Below it, in
any order, stands each of the 2^I rows of 0 and 1; under `->` a row has `->` or nothing.
"""

import csv
import pathlib

import numpy as np

from nsculpt import errors
from nsculpt.tasks import files, task

MOST_INPUTS = 20  # 2^20 rows
_ARROW = "->"
_BITS = frozenset(("0", "1"))


def counting_order(num_inputs: int) -> np.ndarray:
    """All `[2^I, I]` uint8 inputs, the first input most significant.

    Example:
      >>> counting_order(2).tolist()
      [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    rows = np.arange(1 << num_inputs)[:, None]
    return (rows >> np.arange(num_inputs)[::-1] & 1).astype(np.uint8)


def source(table: np.ndarray) -> task.ArraySource:
    """The rows that a network learns from a truth table.

    Args:
      table: `[2^I, O]`, values 0 and 1, rows in counting order.

    Returns:
      Source of 2^I rows with inputs and outputs 0.0 and 1.0, float32.
    """
    num_inputs = len(table).bit_length() - 1
    return task.ArraySource(counting_order(num_inputs).astype(np.float32), table.astype(np.float32))


def check_num_inputs(num_inputs: int) -> None:
    """InputError where a truth table cannot be had: without inputs, or with more than 20."""
    if not 1 <= num_inputs <= MOST_INPUTS:
        found = f"{num_inputs} inputs" if num_inputs else "no inputs"
        raise errors.InputError(f"{found}; expected 1 to {MOST_INPUTS}, as a table has 2^I rows")


def load(path: files.Path) -> task.Task:
    """Reads a truth table.

    Args:
      path: a CSV file, UTF-8, see the head of this module; blank lines and spaces around values
        are ignored.

    Returns:
      Task named by the file, its rows in counting order; nothing is known about its truth.

    Raises:
      InputError: names the file and the line: the file cannot be read, has no `->` column or two,
        no inputs or outputs, more than 20 inputs, a doubled name, a row of another length, a value
        other than 0 and 1, a doubled row (both lines), a missing row (which).

    Source: DESIGN 3.
    """
    lines = _lines(path)
    if not lines:
        raise errors.InputError(f"{path}: empty; expected a header such as a,b,{_ARROW},y")
    header_line, header = lines[0]
    input_names, output_names = _names(f"{path}, line {header_line}", header)
    num_inputs = len(input_names)

    table = np.zeros((1 << num_inputs, len(output_names)), np.uint8)
    seen_at = np.zeros(1 << num_inputs, np.int64)  # line numbers, 0 = not seen
    for line, cells in lines[1:]:
        place = f"{path}, line {line}"
        if len(cells) != len(header):
            raise errors.InputError(f"{place}: {len(cells)} values; expected {len(header)}")
        if cells[num_inputs] not in ("", _ARROW):
            raise errors.InputError(
                f"{place}, column {_ARROW!r}: {cells[num_inputs]!r}; expected {_ARROW} or nothing"
            )
        values = cells[:num_inputs] + cells[num_inputs + 1 :]
        if not _BITS.issuperset(values):
            wrong = next(index for index, value in enumerate(values) if value not in _BITS)
            name = (input_names + output_names)[wrong]
            raise errors.InputError(f"{place}, column {name!r}: {values[wrong]!r}; expected 0 or 1")
        row = int("".join(values[:num_inputs]), 2)
        if seen_at[row]:
            raise errors.InputError(
                f"{place}: doubled row {','.join(values[:num_inputs])}, also in line "
                f"{seen_at[row]}; expected each once"
            )
        seen_at[row] = line
        table[row] = [value == "1" for value in values[num_inputs:]]

    missing = np.flatnonzero(seen_at == 0)
    if missing.size:
        row_text = ",".join(f"{missing[0]:0{num_inputs}b}")
        others = f" and {missing.size - 1} others" if missing.size > 1 else ""
        raise errors.InputError(
            f"{path}: missing row {row_text}{others}; expected all {1 << num_inputs} rows of "
            f"{num_inputs} inputs"
        )
    rows = source(table)
    return task.Task(
        name=pathlib.Path(path).stem,
        train=rows,
        valid=rows,
        input_names=input_names,
        output_names=output_names,
    )


def _lines(path: files.Path) -> list[tuple[int, list[str]]]:
    """Line numbers and cells of the lines that are not blank."""
    reader = csv.reader(files.read_text(path).splitlines(), strict=True, skipinitialspace=True)
    found = []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                found.append((reader.line_num, stripped))
    except csv.Error as error:
        raise errors.InputError(
            f"{path}, line {reader.line_num}: not comma-separated values: {error}"
        ) from error
    return found


def _names(place: str, header: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Input and output names from the header."""
    arrows = header.count(_ARROW)
    if arrows != 1:
        raise errors.InputError(
            f"{place}: {arrows or 'no'} columns {_ARROW!r}; expected one after the inputs"
        )
    arrow = header.index(_ARROW)
    inputs, outputs = tuple(header[:arrow]), tuple(header[arrow + 1 :])
    for kind, names in (("input", inputs), ("output", outputs)):
        if not names:
            raise errors.InputError(f"{place}: no {kind}s; expected at least one")
        for index, name in enumerate(names):
            if not name:
                raise errors.InputError(f"{place}: {kind} {index + 1} has no name")
            if name in names[:index]:
                raise errors.InputError(f"{place}: doubled {kind} name {name!r}")
    try:
        check_num_inputs(len(inputs))
    except errors.InputError as error:
        raise errors.InputError(f"{place}: {error}") from error
    return inputs, outputs
