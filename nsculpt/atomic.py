"""Files that are written whole or not at all."""

import contextlib
import os
import pathlib
import re
from collections.abc import Iterator
from typing import BinaryIO


@contextlib.contextmanager
def replacing(path: pathlib.Path) -> Iterator[BinaryIO]:
    """Opens a file beside `path` for writing, that takes its place once it is complete.

    Example:
      >>> import tempfile
      >>> with tempfile.TemporaryDirectory() as folder:
      ...     path = pathlib.Path(folder, "a.txt")
      ...     with replacing(path) as file:
      ...         _ = file.write(b"whole")
      ...     path.read_text()
      'whole'
    """
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with aside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):  # what went wrong before is what counts
            aside.unlink()
        if isinstance(error, OSError) and error.filename in (None, str(aside)):
            error.filename = str(path)  # of a full disk Python says no file
        raise


def is_leftover(name: str) -> bool:
    """Whether a file's name is one that `replacing` gives until a file is complete.

    Example:
      >>> is_leftover(".summary.json.4711.tmp"), is_leftover("summary.json")
      (True, False)
    """
    return re.fullmatch(r"\..+\.[0-9]+\.tmp", name) is not None


def remove_leftovers(folder: pathlib.Path) -> None:
    """Removes what killed processes left half written. Nobody may write to the folder meanwhile."""
    if folder.is_dir():
        for path in folder.iterdir():
            if is_leftover(path.name) and not path.is_dir():
                path.unlink()
