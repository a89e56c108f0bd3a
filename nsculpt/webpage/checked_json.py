"""Values of a JSON file, checked as they are taken; faults name the file and the place."""

import math
import pathlib
from typing import Any

from nsculpt import errors, numeric
from nsculpt.networks import files

_MOST = 2**53  # as far as a browser counts


class Value:
    """A value, and where it stands.

    Example:
      >>> Value({"rates": [0.5, 2]}, "a.json")["rates"].each()[0].share()
      0.5
    """

    def __init__(self, value: Any, file: str, place: str = ""):
        self.value = value
        self._file = file
        self._place = place

    def fault(self, expected: str) -> errors.InputError:
        """The error of a value that is none of what was expected."""
        place = f"{self._place}: " if self._place else ""
        return errors.InputError(f"{self._file}: {place}expected {expected}")

    def __getitem__(self, name: str) -> "Value":
        """A field; null where it is missing."""
        if not isinstance(self.value, dict):
            raise self.fault("an object")
        return Value(self.value.get(name), self._file, f"{self._place}.{name}".lstrip("."))

    def each(self) -> list["Value"]:
        """The entries of a list."""
        if not isinstance(self.value, list):
            raise self.fault("a list")
        return [
            Value(entry, self._file, f"{self._place}[{i}]") for i, entry in enumerate(self.value)
        ]

    def fields(self) -> dict[str, "Value"]:
        """The fields of an object, by name."""
        if not isinstance(self.value, dict):
            raise self.fault("an object")
        return {name: self[name] for name in self.value}

    def text(self) -> str:
        """A text."""
        if not isinstance(self.value, str):
            raise self.fault("a text")
        return self.value

    def whole(self, least: int = 0) -> int:
        """A whole number."""
        if not numeric.is_whole(self.value) or not least <= self.value < _MOST:
            raise self.fault(f"a whole number of at least {least}")
        return int(self.value)

    def number(self) -> float:
        """A finite number, 0 or more, as it stands."""
        if not numeric.is_real(self.value) or not 0 <= self.value < _MOST:
            raise self.fault("a number of 0 or more")
        assert math.isfinite(self.value)
        found: float = self.value
        return found

    def share(self) -> float:
        """A number from 0 to 1."""
        if not numeric.is_real(self.value) or not 0 <= self.value <= 1:
            raise self.fault("a number from 0 to 1")
        found: float = self.value
        return found


def read(path: pathlib.Path) -> Value:
    """What a file holds.

    Raises:
      InputError: it is not there, or is no JSON.
    """
    return Value(files.read_json(path), files.place_of(path))
