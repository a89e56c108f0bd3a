"""Reading what a user hands in: a file that cannot be read is bad input."""

import os
import pathlib

from nsculpt import errors

Path = str | os.PathLike[str]


def read_bytes(path: Path) -> bytes:
    """The bytes of a file; InputError names a file that cannot be read."""
    try:
        return pathlib.Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL byte
        reason = getattr(error, "strerror", None) or error
        raise errors.InputError(f"{path}: cannot be read: {reason}") from error


def read_text(path: Path) -> str:
    """The text of a UTF-8 file, without a byte order mark; InputError names file and line."""
    content = read_bytes(path)
    try:
        # Spreadsheets put a byte order mark before the first name.
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise errors.InputError(f"{path}, line {line}: not UTF-8 text") from error
