"""The run folder: one file a finished job, written whole or not at all, and its exports.

run.flags       the resolved settings; `--flagfile=run.flags` runs them again
jobs/<id>.npz   one finished job each; the id is the SHA-256 of all that determines it
jobs/<id>.checkpoint   where an unfinished job stands, in the same format; goes when it is finished.
                Its name is none that is copied with the jobs when shares are merged
jobs/damaged/   what had such a name and was not that job; never read again, never deleted
summary.json, networks.npz, trajectories.npz, drawings/, report.html   exports of the jobs, made
                anew at the end of a run
trajectories.cache   analyses of the networks in trajectories.npz; may be deleted at any time
timings.json    times, and nothing else does hold any
"""

import contextlib
import errno
import io
import itertools
import json
import logging
import os
import pathlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import filelock
import numpy as np

from nsculpt import atomic, errors, job_file
from nsculpt.sculpting import cell as cell_lib
from nsculpt.sculpting import jobs

_log = logging.getLogger("nsculpt")
_Found = TypeVar("_Found", jobs.Record, jobs.Checkpoint)

# Flags whose values may change between two commands on one folder: they choose which jobs there
# are, or how they are run, but not what a job gives.
_FREE_FLAGS = (
    "seeds",
    "unit_steps",
    "edge_steps",
    "lanes",
    "shard",
    "out_dir",
    "plugin",
    "mnist_dir",
)
# Parts of a job's identity that are no settings: jobs of other versions are left alone.
_VERSION_KEYS = (
    "algorithm_version",
    "jax_version",
    "backend",
    "tile",
    "compact_sizes",
    "compact_tile",
)
_JOB_FILE = re.compile(r"[0-9a-f]{64}\.(npz|checkpoint)|damaged")
# A full disk is no fault of the folder's name.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_bytes(path: pathlib.Path, content: bytes) -> None:
    """Writes a file whole or not at all."""
    with atomic.replacing(path) as file:
        file.write(content)


def write_json(path: pathlib.Path, content: Any) -> None:
    """Writes JSON to read, whole or not at all."""
    text = json.dumps(content, indent=2, allow_nan=False, ensure_ascii=False)
    write_bytes(path, f"{text}\n".encode())


def npz_bytes(arrays: Mapping[str, np.ndarray], compress: bool = False) -> bytes:
    """An npz file: equal arrays give equal bytes (NumPy dates its members 1980)."""
    buffer = io.BytesIO()
    (np.savez_compressed if compress else np.savez)(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


class RunFolder:
    """An open run folder; see `open_folder`. Gives and takes jobs (`queue.Store`)."""

    def __init__(self, path: pathlib.Path, cell: cell_lib.Cell):
        self.path = path
        self._cell = cell

    def _file(self, job: jobs.Job, ending: str = "npz") -> pathlib.Path:
        return self.path / "jobs" / f"{jobs.job_id(self._cell.identity(job))}.{ending}"

    def get(self, job: jobs.Job) -> jobs.Record | None:
        """The record of a finished job; None where there is none, or a damaged one was set aside.

        Raises:
          OSError: its file is there and cannot be read.
        """
        return self._read(job_file.decode, self._file(job), job)

    def put(self, job: jobs.Job, record: jobs.Record) -> None:
        """Keeps the record of a finished job. May run in a thread beside `get` of other jobs."""
        write_bytes(self._file(job), job_file.encode(self._cell.identity(job), record))
        self._file(job, "checkpoint").unlink(missing_ok=True)

    def get_checkpoint(self, job: jobs.Job) -> jobs.Checkpoint | None:
        """Where an unfinished job stands, as `get` gives finished ones."""
        return self._read(job_file.decode_checkpoint, self._file(job, "checkpoint"), job)

    def put_checkpoint(self, job: jobs.Job, checkpoint: jobs.Checkpoint) -> None:
        """Keeps where an unfinished job stands, in the place of an earlier checkpoint."""
        content = job_file.encode_checkpoint(self._cell.identity(job), checkpoint)
        write_bytes(self._file(job, "checkpoint"), content)

    def _read(
        self,
        decode: Callable[[pathlib.Path, jobs.Job, Sequence[int]], _Found],
        path: pathlib.Path,
        job: jobs.Job,
    ) -> _Found | None:
        try:
            return decode(path, job, self._cell.layer_sizes)
        except FileNotFoundError:
            return None
        except job_file.DamagedError as error:
            target = _set_aside(path)
            _log.warning(
                "%s: damaged (%s): moved to %s, and its job is done again", path, error, target
            )
            return None


def _set_aside(path: pathlib.Path) -> pathlib.Path:
    folder = path.parent / "damaged"
    folder.mkdir(exist_ok=True)
    others = (f"{path.stem}.{n}{path.suffix}" for n in itertools.count(2))
    names = itertools.chain([path.name], others)
    return path.rename(next(folder / name for name in names if not os.path.lexists(folder / name)))


@contextlib.contextmanager
def open_folder(
    path: pathlib.Path, flags: Mapping[str, str], cell: cell_lib.Cell
) -> Iterator[RunFolder]:
    """Makes or continues a run folder, and holds it against other processes.

    Args:
      path: the folder; new, empty, or of the same settings.
      flags: the resolved settings, as flag values, for `run.flags`.
      cell: what the jobs have in common.

    Raises:
      InputError: the folder cannot be used, or is of other settings (names the first).
      FolderInUseError: another process holds it.
    """
    if "\0" in str(path) or (path.exists() and not path.is_dir()):
        raise errors.InputError(
            f"out_dir={str(path)!r}: is no folder; expected a new or empty one", "out_dir"
        )
    for name, value in flags.items():
        _check_can_stand_in_a_flagfile(name, value)
    known = path / "run.flags"
    if path.is_dir() and not known.exists() and not _just_begun(path):
        raise errors.InputError(
            f"out_dir={path}: holds other files and no run.flags; expected a new or empty folder",
            "out_dir",
        )
    _refuse_other_flags(path, flags)
    try:
        (path / "jobs").mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(path / ".lock", blocking=False)
        lock.acquire()
    except filelock.Timeout as error:
        text = f"out_dir={path}: another process works in this folder"
        raise errors.FolderInUseError(text) from error
    except (OSError, NotImplementedError) as error:  # the latter: no locks on this file system
        if getattr(error, "errno", None) in _FULL:
            raise
        reason = f"{getattr(error, 'filename', path)}: {getattr(error, 'strerror', error)}"
        raise errors.InputError(
            f"out_dir={path}: {reason}; expected a folder to write to", "out_dir"
        ) from error
    try:
        _refuse_other_flags(path, flags)  # again, now that nobody else can write them
        _refuse_other_jobs(path, cell)
        for folder in (path, path / "jobs", path / "drawings"):
            atomic.remove_leftovers(folder)
        _remove_outdated(path / "jobs")
        lines = ["# Resolved settings of this folder. The same command continues it."]
        lines += [f"--{name}={value}" for name, value in flags.items()]
        write_bytes(known, ("\n".join(lines) + "\n").encode())
        yield RunFolder(path, cell)
    finally:
        lock.release()


def _remove_outdated(folder: pathlib.Path) -> None:
    """Removes checkpoints of finished jobs: a process was killed just before it did so."""
    for file in folder.glob("*.checkpoint"):
        if file.is_file() and job_file.identity_in(file.with_suffix(".npz")) is not None:
            file.unlink()


def _just_begun(path: pathlib.Path) -> bool:
    """Whether a folder holds nothing, or jobs alone: it was killed early, or is to be merged."""
    entries = {each.name for each in path.iterdir() if not atomic.is_leftover(each.name)}
    in_jobs = (path / "jobs").iterdir() if (path / "jobs").is_dir() else []
    return entries <= {".lock", "jobs"} and all(
        _JOB_FILE.fullmatch(each.name) or atomic.is_leftover(each.name) for each in in_jobs
    )


def _check_can_stand_in_a_flagfile(name: str, value: str) -> None:
    try:
        value.encode()
        one_line = value.splitlines() in ([value], []) and value == value.strip()
    except UnicodeEncodeError:
        one_line = False
    if not one_line:
        raise errors.InputError(
            f"{name}={value!r}: expected text that a line of run.flags can hold: UTF-8, without "
            "line breaks, and without blanks at its ends",
            name,
        )


def _refuse_other_flags(path: pathlib.Path, now: Mapping[str, str]) -> None:
    known = path / "run.flags"
    if not known.exists():
        return
    try:
        lines = [line.strip() for line in known.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise errors.InputError(
            f"out_dir={path}: {known} cannot be read; expected the flags of this folder", "out_dir"
        ) from error
    pairs = (line[2:].partition("=") for line in lines if line.startswith("--"))
    before = {name: value for name, _, value in pairs}
    if not before:
        return  # emptied: the jobs themselves are still compared
    if {each.name for each in path.iterdir()} <= {"run.flags", ".lock", "jobs"} and not any(
        (path / "jobs").glob("*")
    ):
        return  # refused before anything was done, such as for want of memory
    for name in dict.fromkeys([*now, *before]):
        if name not in _FREE_FLAGS and before.get(name) != now.get(name):
            raise errors.InputError(
                f"out_dir={path}: is a run of other settings: --{name} is "
                f"{before.get(name, 'not set')} there and {now.get(name, 'not set')} here; "
                "expected the same settings, or another folder",
                "out_dir",
            )


def _refuse_other_jobs(path: pathlib.Path, cell: cell_lib.Cell) -> None:
    """Refuses what flags do not show: a file named in them, or a plugin, has other content."""
    for file in sorted((path / "jobs").glob("*.npz")):
        before = job_file.identity_in(file)
        if before is None:
            continue  # damaged or foreign: `get` says so, if it is ever asked for
        coordinates = (before.get(name, 0) for name in ("seed", "unit_step", "edge_step"))
        now = cell.identity(jobs.Job(*coordinates))
        if any(before.get(key) != now.get(key) for key in _VERSION_KEYS):
            continue
        for key, value in now.items():
            if before.get(key) != value:
                raise errors.InputError(
                    f"out_dir={path}: is a run of other content: {key} is {before.get(key)} "
                    f"there and {value} here (jobs/{file.name}); expected the same, or another "
                    "folder",
                    "out_dir",
                )
