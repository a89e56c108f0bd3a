"""What stands in a JSON file, checked against kinds; faults name the file, the place, the kind."""

from collections.abc import Callable
from typing import Any, NamedTuple

from nsculpt import errors, numeric
from nsculpt.networks import arrays

_MOST = 2**53  # as far as a browser counts


class Nullable(NamedTuple):
    """A kind whose value may be null."""

    kind: Any


class Optional(NamedTuple):
    """A kind whose value may be null or, as a field, left out."""

    kind: Any


class Every(NamedTuple):
    """An object of any fields, all of one kind."""

    kind: Any


def _is_number(value: Any) -> bool:
    return numeric.is_real(value) and abs(value) < _MOST  # which no NaN is


def _is_whole(value: Any) -> bool:
    return numeric.is_whole(value) and abs(value) < _MOST


# A kind is one of these words, a list of one kind, an object with its fields (and any others), or
# one of the three above.
_WORDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "count": ("a whole number of 0 or more", lambda value: _is_whole(value) and value >= 0),
    "size": ("a whole number of 1 or more", lambda value: _is_whole(value) and value >= 1),
    "amount": ("a number of 0 or more", lambda value: _is_number(value) and value >= 0),
    "share": ("a number from 0 to 1", lambda value: numeric.is_real(value) and 0 <= value <= 1),
    "text": ("text", lambda value: isinstance(value, str)),
    "flag": ("true or false", lambda value: isinstance(value, bool)),
    "scalar": (
        "a finite number, true, false, null or text",
        lambda value: value is None or isinstance(value, bool | str) or _is_number(value),
    ),
}


def check(value: Any, kind: Any, place: str, field: str = "") -> None:
    """Refuses a value that is not of a kind.

    Args:
      value: as JSON gives it.
      kind: see above.
      place: what stands before the field in messages, such as the file's name.
      field: where the value stands in the file; empty at the top.

    Raises:
      InputError: naming the first field at fault, and what was expected there.

    Example:
      >>> check({"rates": [0.5, 2]}, {"rates": ["share"]}, "a.json: ")
      Traceback (most recent call last):
      nsculpt.errors.InputError: a.json: rates[1]: expected a number from 0 to 1, got 2
    """
    if isinstance(kind, Nullable | Optional):
        if value is not None:
            check(value, kind.kind, place, field)
    elif isinstance(kind, list):
        if not isinstance(value, list):
            raise fault(value, "a list", place, field)
        for number, each in enumerate(value):
            check(each, kind[0], place, f"{field}[{number}]")
    elif isinstance(kind, str):
        expected, fits = _WORDS[kind]
        if not fits(value):
            raise fault(value, expected, place, field)
    else:
        if not isinstance(value, dict):
            raise fault(value, "an object", place, field)
        fields = dict.fromkeys(value, kind.kind) if isinstance(kind, Every) else kind
        for name, of_field in fields.items():
            if name not in value and not isinstance(of_field, Optional):
                raise errors.InputError(f"{place}{_joined(field, name)}: is missing")
            check(value.get(name), of_field, place, _joined(field, name))


def fault(value: Any, expected: str, place: str, field: str) -> errors.InputError:
    """The error of a value that is none of what was expected; arguments as for `check`."""
    where = field or "top level"
    return errors.InputError(
        f"{place}{where}: expected {expected}, got {arrays.shown(repr(value))}"
    )


def _joined(field: str, name: str) -> str:
    shown = arrays.shown(name)
    return f"{field}.{shown}" if field else shown
