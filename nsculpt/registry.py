"""Named functions that users may add to: tasks and saliencies."""

import difflib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from nsculpt import errors

_LONGEST = 100  # of a name in a message


def nearest(name: str, known: Iterable[str]) -> str:
    """Half a sentence that helps after a misspelt name.

    Example:
      >>> nearest("input_seperable", ["input_separable", "reused"])
      'did you mean input_separable?'
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean {close[0]}?"
    return "known: " + ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")


class Registry:
    """Functions by name, for one kind of thing.

    Args:
      kind: what the names stand for, used in messages, such as "task".

    Example:
      >>> saliencies = Registry("edge saliency")
      >>> @saliencies.register("magnitude")
      ... def magnitude(weight):
      ...     return abs(weight)
      >>> saliencies["magnitude"](-2.0)
      2.0
    """

    def __init__(self, kind: str):
        self.kind = kind
        self._functions: dict[str, Callable[..., Any]] = {}

    def register(self, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Decorator that adds a function under `name`; a name is given once (InputError)."""
        if not isinstance(name, str) or not name:
            raise errors.InputError(
                f"{self.kind} {name!r}: expected a name, as in register('mine')"
            )

        def add(function: Callable[..., Any]) -> Callable[..., Any]:
            if name in self._functions:
                raise errors.InputError(f"{self.kind} {name!r} is registered already")
            if not callable(function):
                raise errors.InputError(f"{self.kind} {name!r}: expected a function")
            self._functions[name] = function
            return function

        return add

    def __getitem__(self, name: str) -> Callable[..., Any]:
        if not isinstance(name, str):
            raise errors.InputError(f"{self.kind}: expected a registered name, got {name!r}")
        if name not in self._functions:
            shown = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."
            raise errors.InputError(f"unknown {self.kind} {shown!r}; {nearest(shown, self)}")
        return self._functions[name]

    def __contains__(self, name: object) -> bool:
        return name in self._functions

    def __iter__(self) -> Iterator[str]:
        return iter(self._functions)
