"""One finished job as a file: an npz that carries the SHA-256 of its own bytes.

Arrays: `identity` (JSON of all that determines the job), `status`, `rounds` (`jobs.ROUND`), and for
each weight layer l `kernel_l`, `bias_l` and `removed_at_l` (`jobs.Record`). The digest stands at
the end, as the comment that a zip file may have: the CRC of a zip covers what its members hold, but
not their names, sizes and places.
"""

import errno
import functools
import hashlib
import io
import itertools
import json
import pathlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nsculpt.sculpting import jobs, pruning

_DIGITS = 64  # of a SHA-256
# What reading a file that is no job was seen to raise.
_FOREIGN = (ValueError, KeyError, EOFError, NotImplementedError, RuntimeError, TypeError,
            zipfile.BadZipFile, zlib.error, struct.error)  # fmt: skip


class DamagedError(Exception):
    """The file is not the finished job that it should be; says why."""


def encode(identity: dict[str, Any], record: jobs.Record) -> bytes:
    """The content of a job's file; equal jobs give equal bytes."""
    arrays: dict[str, Any] = {
        "identity": np.array(json.dumps(identity, sort_keys=True)),
        "rounds": record.rounds,
        "status": np.array(record.status),
    }
    for index, kernel in enumerate(record.kernels):
        arrays[f"kernel_{index}"] = kernel
        arrays[f"bias_{index}"] = record.biases[index]
        arrays[f"removed_at_{index}"] = record.removed_at[index]
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    # A zip file ends with the length of its comment, which numpy leaves empty.
    signed = buffer.getvalue()[:-2] + struct.pack("<H", _DIGITS)
    return signed + _digest(signed)


def decode(path: pathlib.Path, job: jobs.Job, layer_sizes: Sequence[int]) -> jobs.Record:
    """The record in the file of a job.

    Args:
      path: the file, named by the job's id.
      job: which job it should be.
      layer_sizes: of its network, [I, H_1 ... H_D, O].

    Raises:
      DamagedError: it is not what `encode` gave for this job, or no record at all.
      FileNotFoundError: there is no such file.
    """
    _check_is_file(path)
    content = path.read_bytes()
    if content[-_DIGITS:] != _digest(content[:-_DIGITS]):
        raise DamagedError("not as it was written" if content else "empty")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            arrays = {name: _array(file.read(name)) for name in file.namelist()}
        identity = _identity(arrays["identity.npy"])
        layers = range(len(layer_sizes) - 1)
        record = jobs.Record(
            [arrays[f"kernel_{index}.npy"] for index in layers],
            [arrays[f"bias_{index}.npy"] for index in layers],
            [arrays[f"removed_at_{index}.npy"] for index in layers],
            arrays["rounds.npy"],
            str(arrays["status.npy"]),
        )
    except _FOREIGN as error:
        raise DamagedError("not a file of a job") from error
    if jobs.job_id(identity) != path.stem:
        raise DamagedError("of another job")
    for flaw in _flaws(record, job, list(itertools.pairwise(layer_sizes))):
        raise DamagedError(flaw)
    return record


def identity_in(path: pathlib.Path) -> dict[str, Any] | None:
    """What determines the job of a file; None where it is damaged, or named otherwise.

    Little of the file is read: what it says is sure all the same, since it hashes to the name.
    """
    try:
        _check_is_file(path)
        with zipfile.ZipFile(path) as file:
            identity = _identity(_array(file.read("identity.npy")))
    except (*_FOREIGN, DamagedError, OSError):
        return None
    return identity if jobs.job_id(identity) == path.stem else None


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(content).hexdigest().encode()


def _check_is_file(path: pathlib.Path) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):  # a link that leads nowhere
            raise DamagedError("not a file") from error
        raise
    if not stat.S_ISREG(mode):  # to read a pipe would wait for ever
        raise DamagedError("not a file")


def _identity(array: np.ndarray) -> dict[str, Any]:
    identity = json.loads(str(array))
    if not isinstance(identity, dict):
        raise ValueError("expected an object")
    return identity


def _array(content: bytes) -> np.ndarray:
    # As `np.load` does, but equal headers, which most files of a folder share, are parsed once:
    # that is most of the time it takes to read a small file.
    begin = 10 + int.from_bytes(content[8:10], "little")
    shape, fortran_order, dtype = _header(content[:begin])
    flat = np.frombuffer(content, dtype, offset=begin)
    return flat.reshape(shape, order="F" if fortran_order else "C").copy()


@functools.lru_cache(maxsize=1024)
def _header(content: bytes) -> tuple[tuple[int, ...], bool, np.dtype]:
    file = io.BytesIO(content)
    if np.lib.format.read_magic(file) != (1, 0):
        raise ValueError("expected an array as encode writes them")
    return np.lib.format.read_array_header_1_0(file)


def _flaws(record: jobs.Record, job: jobs.Job, shapes: list[tuple[int, int]]) -> Iterator[str]:
    """Why a record cannot be of this job. Each check may rely on those before it."""
    widths = [(fan_out,) for _, fan_out in shapes]
    for name, arrays, dtype, expected in (
        ("kernel", record.kernels, np.float32, shapes),
        ("bias", record.biases, np.float32, widths),
        ("removed_at", record.removed_at, np.int16, shapes),
    ):
        for index, (array, shape) in enumerate(zip(arrays, expected, strict=True)):
            if array.dtype != dtype or array.shape != shape:
                yield f"{name}_{index} is {array.dtype} {list(array.shape)}"
    rounds = record.rounds
    if rounds.dtype != jobs.ROUND or rounds.ndim != 1 or not rounds.size:
        yield "rounds are not those of a job"
    phases = rounds["phase"]
    first_only = phases[0] == pruning.DENSE and (phases[1:] > pruning.DENSE).all()
    if not first_only or (np.diff(phases) < 0).any() or phases[-1] > job.phase:
        yield "rounds are of other phases"
    accepted = rounds["accepted"]
    if record.status != (jobs.ACCEPTED if accepted.any() else jobs.NOTHING_ACCEPTED):
        yield f"status {record.status!r} is not what the rounds say"
    taken = np.zeros(len(rounds), np.int64)  # edges, by the pruning of each round
    for index, (kernel, removed) in enumerate(zip(record.kernels, record.removed_at, strict=True)):
        if removed.min() < 0 or removed.max() >= len(rounds):
            yield f"removed_at_{index} names a round that is not there"
        if kernel[removed != 0].any():
            yield f"kernel_{index} is not 0 where an edge is gone"
        taken += np.bincount(removed.ravel(), minlength=len(rounds))
    num_edges = taken.sum()
    taken[0] = 0  # these are alive
    if (
        taken[~accepted].any()
        or (num_edges - np.cumsum(taken) != rounds["alive_edges"])[accepted].any()
    ):
        yield "removed_at is not what the rounds say"
