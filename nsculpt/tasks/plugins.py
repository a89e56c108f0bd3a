"""Plugins: Python files of a user's own that register tasks, saliencies and criteria."""

import hashlib
import pathlib
import sys
import textwrap
import traceback
import types
from collections.abc import Callable
from typing import Any

from nsculpt import errors
from nsculpt.tasks import files

_loaded: set[str] = set()
_files: set[str] = set()


def load(path: files.Path) -> str:
    """Runs a Python file once, so that it registers what it brings.

    Args:
      path: a `.py` file. Equal bytes are run once in a process, from whatever path.

    Returns:
      SHA-256 of the bytes, as hex digits.

    Raises:
      InputError: not a `.py` file, it cannot be read, or it fails: file, line, what was raised.

    Source: DESIGN 1.
    """
    if pathlib.Path(path).suffix != ".py":
        raise errors.InputError(f"{path}: expected a Python file, *.py")
    content = files.read_bytes(path)
    digest = hashlib.sha256(content).hexdigest()
    if digest not in _loaded:
        _files.add(str(path))
        _run(str(path), content, f"nsculpt_plugin_{digest[:16]}")
        _loaded.add(digest)
    return digest


def any_loaded() -> bool:
    """Whether code of a user's own has run in this process."""
    return bool(_files)


def _run(path: str, content: bytes, module_name: str) -> None:
    module = types.ModuleType(module_name)
    module.__file__ = path
    sys.modules[module_name] = module  # dataclasses and pickle look a class's module up here
    try:
        # The very bytes that were hashed, not a second reading of the file.
        exec(compile(content, path, "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        del sys.modules[module_name]
        raise errors.InputError(f"{path}, line {_line(error, path)}: {_told(error)}") from error


def called(function: Callable[[], Any], where: str) -> Any:
    """What a function of the user's own returns; its failure is an InputError that says where."""
    try:
        return function()
    except errors.InputError:
        raise
    except (Exception, SystemExit) as error:
        # The last line of a plugin on the way to the failure, not one deep in a library.
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if frame.filename in _files]
        last = (own or frames)[-1]
        place = f"{last.filename}, line {last.lineno}"
        raise errors.InputError(f"{where}: {place}: {_told(error)}") from error


def _told(error: BaseException) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    return textwrap.shorten(text, 300)  # jax explains itself at length


def _line(error: BaseException, path: str) -> int:
    """The last line of the file that was being run; for a syntax error, where it is."""
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno or 1
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == path and frame.lineno]
    return lines[-1] if lines else 1
