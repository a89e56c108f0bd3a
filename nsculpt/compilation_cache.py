"""Programs on disk for the next process: what jax compiled, and what it traced before that.

Jax keeps what it compiles (its persistent compilation cache), but to find it there it traces the
program again, which takes longer than a small sweep. So the traced program is kept beside it, under
a name made of all that it depends on.
"""

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import logging
import pathlib
import platform
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import platformdirs
from jax import export

from nsculpt import atomic
from nsculpt.tasks import files

_log = logging.getLogger("nsculpt")

_MOST_BYTES = 2**30  # of compiled programs, some thousands; jax drops those unused for longest
_UNUSED_S = 30 * 24 * 3600.0  # after which a traced program goes
_WRITING_S = 3600.0  # longer than a file is being written
_PACKAGES = ("jax", "jaxlib", "flax", "optax")
_DIGEST_BYTES = 32

_folder: pathlib.Path | None = None  # of traced programs, in this process


def default_folder() -> pathlib.Path:
    """Where programs are kept: in the user's cache folder, apart for each kind of CPU.

    A home that machines share holds programs of each of them; those of another CPU may use
    instructions that this one lacks.
    """
    return platformdirs.user_cache_path("nsculpt", appauthor=False) / "programs" / _cpu()


def _cpu() -> str:
    """A name for the instructions of this CPU."""
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    known = sorted({line for line in lines if line.startswith(("flags", "Features", "model name"))})
    text = "\n".join([platform.machine(), platform.processor(), *known])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def turn_on(folder: files.Path | None = None) -> None:
    """Keeps the programs that this process compiles, and uses those that are kept.

    Where the folder cannot be written to, a line of the log says so and nothing is kept. A cache
    that jax was told of elsewhere (JAX_COMPILATION_CACHE_DIR) stays where it is.

    Args:
      folder: where; by default `default_folder()`.
    """
    global _folder  # noqa: PLW0603 as jax's own cache, it is one for the process
    told = jax.config.jax_compilation_cache_dir
    if told is not None and "://" in told:
        return  # jax knows how to write there
    path = pathlib.Path(told or folder or default_folder())
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):  # can be written to
            pass
        _remove_old(path, also_of_jax=told is None)
    except OSError as error:
        _log.info("compiled programs are not kept: %s: %s", path, error.strerror)
        return
    _folder = path
    if told is None:
        jax.config.update("jax_compilation_cache_dir", str(path))
        # Small networks compile in about a second, which is what a small sweep takes without.
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)
        jax.config.update("jax_compilation_cache_max_size", _MOST_BYTES)


def _remove_old(path: pathlib.Path, also_of_jax: bool) -> None:
    """Removes traced programs that are no longer used, and what killed processes left half written.

    Jax writes an entry in place and its `-atime` file afterwards; where that is missing, it would
    warn of the entry, and compile again, for ever. Other processes may be writing just now: what is
    younger than an hour stays.
    """
    now = time.time()
    for file in path.iterdir():
        limit = _UNUSED_S if file.suffix == ".traced" else _WRITING_S
        half_written = atomic.is_leftover(file.name) or (
            also_of_jax
            and file.name.endswith("-cache")
            and not file.with_name(file.name.removesuffix("-cache") + "-atime").exists()
        )
        with contextlib.suppress(FileNotFoundError):  # another process was first
            if (half_written or limit == _UNUSED_S) and now - file.stat().st_mtime > limit:
                file.unlink()


def compiled(
    function: Callable[..., Any],
    arguments: Sequence[Any],
    described: Mapping[str, Any] | None,
    shardings: Any = None,
    options: Mapping[str, Any] | None = None,
    donated: Sequence[int] = (),
) -> Callable[..., Any]:
    """A function compiled for arguments of these shapes, traced only if it was not before.

    Args:
      function: of arrays in tuples, lists and dicts, and with a result of these.
      arguments: examples.
      described: all that the traced function depends on beside the shapes and this package's own
        code, JSON-able; None where that cannot be said, so that it is not kept.
      shardings: of the arguments, where there is more than one device.
      options: for XLA.
      donated: positions of arguments whose memory results may take.

    Returns:
      What takes such arguments.
    """
    path = None
    if _folder is not None and described is not None:
        path = _folder / f"{_name(arguments, described)}.traced"
    jit = functools.partial(
        jax.jit,
        donate_argnums=tuple(donated),
        **({} if shardings is None else {"in_shardings": shardings}),
    )
    # What a user may have told jax must not decide what a job gives.
    with jax.enable_x64(False), jax.threefry_partitionable(True):
        if described is not None:
            serialised = None if path is None else _read(path)
            if serialised is None:
                serialised = bytes(export.export(jit(function))(*arguments).serialize())
                if path is not None:
                    _write(path, serialised)
            # Also where it was traced just now: jax would look for another program by that name.
            function = export.deserialize(bytearray(serialised)).call
        return jit(function).lower(*arguments).compile(dict(options) if options else None)


def _name(arguments: Sequence[Any], described: Mapping[str, Any]) -> str:
    leaves, structure = jax.tree.flatten(arguments)
    depends_on = {
        "described": described,
        "shapes": [[str(leaf.dtype), list(leaf.shape)] for leaf in leaves],
        "structure": str(structure),
        "backend": jax.default_backend(),
        # What jax was told; where it keeps its files decides nothing.
        "config": {
            name: str(value) for name, value in jax.config.values.items() if "cache" not in name
        },
        "versions": {name: importlib.metadata.version(name) for name in _PACKAGES},
        "code": _code(),
    }
    return hashlib.sha256(json.dumps(depends_on, sort_keys=True).encode()).hexdigest()


@functools.cache
def _code() -> str:
    """Digest of this package's device code, and of what it gathers its data with."""
    package = pathlib.Path(__file__).parent
    digest = hashlib.sha256()
    sources = [package / "tasks" / name for name in ("image_pairs.py", "task.py")]
    for file in [*sorted((package / "sculpting").glob("*.py")), *sources]:
        digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def _read(path: pathlib.Path) -> bytes | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    digest, serialised = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if _digest(path, serialised) != digest:
        return None  # and written anew
    with contextlib.suppress(OSError):
        path.touch()  # it is in use
    return serialised


def _digest(path: pathlib.Path, serialised: bytes) -> bytes:
    return hashlib.sha256(path.name.encode() + serialised).digest()


def _write(path: pathlib.Path, serialised: bytes) -> None:
    try:
        with atomic.replacing(path) as file:
            file.write(_digest(path, serialised) + serialised)
    except OSError as error:
        _log.info("a traced program is not kept: %s: %s", path, error.strerror)
