"""How it is said how far a command is: the modes that a user chooses from."""

import datetime
from typing import Any

from nsculpt import errors

AUTO, BAR, LOG, QUIET = "auto", "bar", "log", "quiet"
_EXPECTED = f"expected {AUTO}, {BAR}, {LOG} or {QUIET}"


def parse(text: str) -> str:
    """Reads a mode.

    Raises:
      ValueError: it is none, with what was expected.

    Example:
      >>> parse("log")
      'log'
    """
    if text not in (AUTO, BAR, LOG, QUIET):
        raise ValueError(_EXPECTED)
    return text


def of(show_progress: Any) -> str:
    """The mode that an argument `show_progress` asks for.

    Args:
      show_progress: a mode, or whether anything is to be said.

    Raises:
      InputError: text that is no mode.

    Example:
      >>> of(True), of(False), of("bar")
      ('auto', 'quiet', 'bar')
    """
    if not isinstance(show_progress, str):
        return AUTO if show_progress else QUIET
    try:
        return parse(show_progress)
    except ValueError as error:
        raise errors.InputError(
            f"show_progress={show_progress!r}: {_EXPECTED}, True or False", "show_progress"
        ) from error


def stamp() -> str:
    """The time now, here, with its offset from UTC, as lines of a log begin: ISO 8601, seconds."""
    return datetime.datetime.now().astimezone().isoformat(timespec="seconds")
