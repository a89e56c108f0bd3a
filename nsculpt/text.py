"""Names and numbers in what people read: on one line, countable, safe to print."""

import textwrap
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
    return textwrap.fill(line, width, initial_indent=indent, subsequent_indent=f"{indent}    ")
