"""Arrays that have a name and a shape, and are read when they are wanted."""

import dataclasses
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nsculpt import errors
from nsculpt.networks import arrays

_DEEPEST = 100
# What the mappings of other libraries, such as an open npz file, were seen to raise.
_NO_VALUE = (ValueError, TypeError, RuntimeError, KeyError, OSError, EOFError, zipfile.BadZipFile)


@dataclasses.dataclass(frozen=True)
class Entry:
    """An array, in memory or in a file."""

    shape: tuple[int, ...]
    # Gives the array; or, of an index, that row alone.
    read: Callable[[int | None], Any]


def entry(value: Any, name: str) -> Entry:
    """An array in memory; InputError where there can be none, or a masked one.

    Example:
      >>> entry([[1, 0]], "mask").shape
      (1, 2)
    """
    arrays.check_unmasked(value, arrays.shown(name))
    if not isinstance(getattr(value, "shape", None), tuple):
        try:
            value = np.asarray(value)
        except arrays.NO_ARRAY as error:
            raise errors.InputError(
                f"{arrays.shown(name)}: expected a rectangular array, got {type(value).__name__}"
            ) from error
    return Entry(tuple(value.shape), lambda row: value if row is None else value[row])


def flattened(source: Mapping[Any, Any]) -> dict[str, Entry]:
    """Entries of a mapping of arrays, and of mappings in it, their keys joined by slashes.

    Args:
      source: mappings with arrays as leaves.

    Raises:
      InputError: two leaves of one name, mappings in more than 100 levels, a leaf that is no array.

    Example:
      >>> list(flattened({"params": {"layer_0": {"kernel": [[1]], "bias": [0]}}}))
      ['params/layer_0/kernel', 'params/layer_0/bias']
    """
    found: dict[str, Entry] = {}
    waiting = [("", source, 1)]
    while waiting:
        prefix, mapping, depth = waiting.pop()
        for key in list(mapping):
            name = f"{prefix}{key}"
            try:
                value = mapping[key]
            except _NO_VALUE as error:
                raise errors.InputError(
                    f"{arrays.shown(name)}: cannot be read: {arrays.shown(error)}"
                ) from error
            if isinstance(value, Mapping):
                if depth == _DEEPEST:
                    raise errors.InputError(
                        f"{arrays.shown(name)}: expected mappings in at most {_DEEPEST} levels"
                    )
                waiting.append((f"{name}/", value, depth + 1))
            elif name in found:
                raise errors.InputError(f"{arrays.shown(name)}: two arrays are called so")
            else:
                found[name] = entry(value, name)
    return found
