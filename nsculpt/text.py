"""Names and numbers in what people read: on one line, countable, safe to print."""

import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# Lists of more names, or of more letters, are counted.
_MOST_NAMES, _MOST_LETTERS = 40, 300


def named(units: Iterable[int], names: Sequence[str] | None) -> list[str]:
    """Names of units, fit to be shown; their indices where there are no names.

    Args:
      units: indices.
      names: of all units of the layer.

    Example:
      >>> named([0, 2], None), named([0, 2], ["a", "b", "c"])
      (['0', '2'], ['a', 'c'])
    """
    return [str(unit) if names is None else printable(names[unit]) for unit in units]


def listed(names: Sequence[str], separator: str = ", ", noun: str = "units") -> str:
    """Names in a row; their number, the first and the last where they are many.

    More than 40 are many, and so are more than 300 letters in three names or more.

    Args:
      names: in order.
      separator: between two of them.
      noun: what many of them are called.

    Example:
      >>> listed(["a", "b"]), listed([str(unit) for unit in range(50)])
      ('a, b', '50 units, 0 to 49')
    """
    is_long = len(names) > 2 and sum(map(len, names)) > _MOST_LETTERS
    if len(names) > _MOST_NAMES or is_long:
        return f"{len(names)} {noun}, {names[0]} to {names[-1]}"
    return separator.join(names)


def printable(value: object) -> str:
    r"""Its text with escapes for characters that would not show, or would disturb what is around.

    Those are control characters, line breaks, marks of writing direction, unpaired surrogates.

    Example:
      >>> printable("a\tb é")
      'a\\tb é'
    """
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode() for c in str(value)
    )


def between(names: Sequence[str]) -> str:
    """What stands between names in a list: a space, or a comma where a name has a space itself.

    Example:
      >>> between(["x0", "x1"]), between(["row top", "x1"])
      (' ', ', ')
    """
    return ", " if any(" " in name for name in names) else " "


def shortened(text: str, length: int) -> str:
    """At most `length` (1 or more) characters: an ellipsis stands for what is cut from the middle.

    Example:
      >>> shortened("temperature", 6)
      'tem…re'
    """
    if len(text) <= length:
        return text
    head = length // 2
    return text[:head] + "…" + text[len(text) - (length - 1 - head) :]


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 edge, 2 edges.

    Example:
      >>> counted(1, "edge"), counted(0, "edge")
      ('1 edge', '0 edges')
    """
    return f"{number} {noun}" + ("" if number == 1 else "s")


def rate(reading: Mapping[str, Any]) -> str:
    """A rate and its interval, whose ends stand without a leading zero.

    Args:
      reading: `rate`, `low` and `high`, as from `readings.readings`.

    Example:
      >>> rate({"rate": 0.875, "low": 0.64, "high": 1.0})
      '0.88 .64-1.00'
    """
    return f"{reading['rate']:.2f} {interval(reading)}"


def interval(reading: Mapping[str, Any]) -> str:
    """The ends of a rate's interval, without a leading zero.

    Example:
      >>> interval({"low": 0.0, "high": 0.49})
      '.00-.49'
    """
    return f"{reading['low']:.2f}-{reading['high']:.2f}".replace("0.", ".")


def columns(text: str) -> int:
    """Columns that it takes on a terminal: Chinese, Japanese and Korean letters take two.

    Args:
      text: without control characters. Marks that stand on the letter before them count as one
        column each, and so it may look shorter than it counts.

    Example:
      >>> columns("light"), columns("光")
      (5, 2)
    """
    return len(text) + sum(unicodedata.east_asian_width(c) in "WF" for c in text)


def filled(line: str, indent: str = "", width: int = 80) -> str:
    """A line broken where it is too long; what follows the break stands four columns further in.

    Args:
      line: without line breaks.
      indent: what it begins with.
      width: in columns, the indent included.

    Example:
      >>> print(filled("inputs: first second third", indent="  ", width=20))
        inputs: first
            second third
    """
    # `textwrap` counts letters: those of two columns have a second one while it works. Where it
    # breaks between the two, the line is one column longer than it counted.
    doubled = "".join(c if columns(c) == 1 else f"{c}\0" for c in line)
    broken = textwrap.fill(
        doubled,
        width if doubled == line else width - 1,
        initial_indent=indent,
        subsequent_indent=f"{indent}    ",
    )
    # Before a word that is broken with nothing of it in the line, a space may stay at the end.
    return "\n".join(part.rstrip() for part in broken.replace("\0", "").split("\n"))


def table(rows: Sequence[Sequence[str]], width: int = 80) -> list[str]:
    """Lines of a table with all its columns flush right, two spaces before each.

    Args:
      rows: of cells, the heading first; a row may have fewer cells than the heading.
      width: in columns; where more are needed, the lines begin further left.

    Example:
      >>> table([["seed", "edges"], ["0", "31"], ["1"]])
      ['  seed  edges', '     0     31', '     1']
    """
    most = max(map(len, rows))
    padded = [[*row, *[""] * (most - len(row))] for row in rows]
    widths = [max(map(columns, cells)) for cells in zip(*padded, strict=True)]
    indent = " " * max(0, min(2, width - sum(widths) - 2 * (most - 1)))
    lines = (
        "  ".join(
            " " * (size - columns(cell)) + cell for cell, size in zip(row, widths, strict=True)
        )
        for row in padded
    )
    return [f"{indent}{line}".rstrip() for line in lines]
