"""The run folder: one file a finished job, written whole or not at all, and its exports.

run.flags       the resolved settings; `--flagfile=run.flags` runs them again
jobs/<id>.npz   one finished job each; the id is the SHA-256 of all that determines it
summary.json, networks.npz, drawings/   exports of the jobs, made anew at the end of a run
timings.json    times, and nothing else does hold any
"""

import contextlib
import io
import json
import logging
import pathlib
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import filelock
import numpy as np

from nsculpt import atomic, errors
from nsculpt.sculpting import jobs, program

_log = logging.getLogger("nsculpt")

# Flags whose values may change between two commands on one folder: they choose which jobs there
# are, or how they are run, but not what a job gives.
_FREE_FLAGS = ("seeds", "unit_steps", "edge_steps", "lanes", "out_dir", "plugin")
# What reading a damaged job file was seen to raise.
_DAMAGE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
# Parts of a job's identity that are no settings: jobs of other versions are left alone.
_VERSION_KEYS = ("algorithm_version", "jax_version", "backend", "tile")


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
    """An open run folder; see `open_folder`. Gives and takes finished jobs (`sweep.Store`)."""

    def __init__(self, path: pathlib.Path, cell: program.Cell):
        self.path = path
        self._cell = cell

    def _file(self, job: jobs.Job) -> pathlib.Path:
        return self.path / "jobs" / f"{jobs.job_id(self._cell.identity(job))}.npz"

    def get(self, job: jobs.Job) -> jobs.Record | None:
        """The record of a finished job; None where it is missing or damaged."""
        path = self._file(job)
        if not path.exists():
            return None
        identity: dict[str, Any]
        try:
            identity, record = _read(path)
        except _DAMAGE:
            identity = {}
        if jobs.job_id(identity) != path.stem:
            _log.info("%s is damaged or not of this run: its job is done again", path)
            return None
        return record

    def put(self, job: jobs.Job, record: jobs.Record) -> None:
        identity = json.dumps(self._cell.identity(job), sort_keys=True)
        arrays = {
            "identity": np.array(identity),
            "rounds": record.rounds,
            "status": np.array(record.status),
        }
        for index, kernel in enumerate(record.kernels):
            arrays[f"kernel_{index}"] = kernel
            arrays[f"bias_{index}"] = record.biases[index]
            arrays[f"removed_at_{index}"] = record.removed_at[index]
        write_bytes(self._file(job), npz_bytes(arrays))


def _read(path: pathlib.Path) -> tuple[dict[str, Any], jobs.Record]:
    # From memory, since numpy leaves a damaged file open. Zip members carry a CRC that is checked.
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
        num_layers = sum(name.startswith("kernel_") for name in file.files)
        record = jobs.Record(
            [file[f"kernel_{index}"] for index in range(num_layers)],
            [file[f"bias_{index}"] for index in range(num_layers)],
            [file[f"removed_at_{index}"] for index in range(num_layers)],
            file["rounds"],
            str(file["status"]),
        )
        return json.loads(str(file["identity"])), record


@contextlib.contextmanager
def open_folder(
    path: pathlib.Path, flags: Mapping[str, str], cell: program.Cell
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
    known = path / "run.flags"
    if path.is_dir() and not known.exists() and any(p.name != ".lock" for p in path.iterdir()):
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
        reason = f"{getattr(error, 'filename', path)}: {getattr(error, 'strerror', error)}"
        raise errors.InputError(
            f"out_dir={path}: {reason}; expected a folder to write to", "out_dir"
        ) from error
    try:
        _refuse_other_flags(path, flags)  # again, now that nobody else can write them
        _refuse_other_jobs(path, cell)
        lines = ["# Resolved settings of this folder. The same command continues it."]
        lines += [f"--{name}={value}" for name, value in flags.items()]
        write_bytes(known, ("\n".join(lines) + "\n").encode())
        yield RunFolder(path, cell)
    finally:
        lock.release()


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
    for name in dict.fromkeys([*now, *before]):
        if name not in _FREE_FLAGS and before.get(name) != now.get(name):
            raise errors.InputError(
                f"out_dir={path}: is a run of other settings: --{name} is "
                f"{before.get(name, 'not set')} there and {now.get(name, 'not set')} here; "
                "expected the same settings, or another folder",
                "out_dir",
            )


def _refuse_other_jobs(path: pathlib.Path, cell: program.Cell) -> None:
    """Refuses what flags do not show: a file named in them, or a plugin, has other content."""
    for file in sorted((path / "jobs").glob("*.npz")):
        try:
            before = _read(file)[0]
        except _DAMAGE:
            continue
        job = jobs.Job(before["seed"], before["unit_step"], before["edge_step"])
        now = cell.identity(job)
        if any(before.get(key) != now[key] for key in _VERSION_KEYS):
            continue
        for key, value in now.items():
            if before.get(key) != value:
                raise errors.InputError(
                    f"out_dir={path}: is a run of other content: {key} is {before.get(key)} "
                    f"there and {value} here; expected the same, or another folder",
                    "out_dir",
                )
        return  # all jobs of these versions in the folder passed this check when they began
