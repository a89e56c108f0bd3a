"""One job as a file, finished or at a checkpoint: an npz with the SHA-256 of its own bytes.

Arrays: `identity` (JSON of all that determines the job), `status`, `rounds` (`jobs.ROUND`), and for
each weight layer l `kernel_l`, `bias_l` and `removed_at_l` (`jobs.Record`). At a checkpoint the
status is "unfinished", and where `jobs.Checkpoint` has a `refit` there are `refit_kernel_l` and
`refit_bias_l`. The digest stands at the end, as the comment that a zip file may have: the CRC of a
zip covers what its members hold, but not their names, sizes and places.
"""

import dataclasses
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
_UNFINISHED = "unfinished"  # so that no checkpoint is ever taken for a finished job
# What reading a file that is no job was seen to raise.
_FOREIGN = (ValueError, KeyError, EOFError, NotImplementedError, RuntimeError, TypeError,
            zipfile.BadZipFile, zlib.error, struct.error)  # fmt: skip


class DamagedError(Exception):
    """The file is not the job that it should be; says why."""


def encode(identity: dict[str, Any], record: jobs.Record) -> bytes:
    """The content of a finished job's file; equal jobs give equal bytes."""
    return _signed(_arrays(identity, record))


def encode_checkpoint(identity: dict[str, Any], checkpoint: jobs.Checkpoint) -> bytes:
    """The content of the file of an unfinished job."""
    arrays = _arrays(identity, dataclasses.replace(checkpoint.record, status=_UNFINISHED))
    if checkpoint.refit is not None:
        for index, (kernel, bias) in enumerate(zip(*checkpoint.refit, strict=True)):
            arrays[f"refit_kernel_{index}"] = kernel
            arrays[f"refit_bias_{index}"] = bias
    return _signed(arrays)


def _arrays(identity: dict[str, Any], record: jobs.Record) -> dict[str, Any]:
    arrays: dict[str, Any] = {
        "identity": np.array(json.dumps(identity, sort_keys=True)),
        "rounds": record.rounds,
        "status": np.array(record.status),
    }
    for index, kernel in enumerate(record.kernels):
        arrays[f"kernel_{index}"] = kernel
        arrays[f"bias_{index}"] = record.biases[index]
        arrays[f"removed_at_{index}"] = record.removed_at[index]
    return arrays


def _signed(arrays: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    # A zip file ends with the length of its comment, which numpy leaves empty.
    buffer.seek(-2, io.SEEK_END)
    buffer.write(struct.pack("<H", _DIGITS))
    buffer.write(_digest(buffer.getbuffer()))  # no copy: a large network has 100 MB
    return buffer.getvalue()


def decode(path: pathlib.Path, job: jobs.Job, layer_sizes: Sequence[int]) -> jobs.Record:
    """The record in the file of a finished job.

    Args:
      path: the file, named by the job's id.
      job: which job it should be.
      layer_sizes: of its network, [I, H_1 ... H_D, O].

    Raises:
      DamagedError: it is not what `encode` gave for this job, or no record at all.
      FileNotFoundError: there is no such file.
    """
    found = _read(path, layer_sizes)
    if found.record.status == _UNFINISHED:
        raise DamagedError("not finished")
    for flaw in _flaws(found, job, list(itertools.pairwise(layer_sizes))):
        raise DamagedError(flaw)
    return found.record


def decode_checkpoint(
    path: pathlib.Path, job: jobs.Job, layer_sizes: Sequence[int]
) -> jobs.Checkpoint:
    """The checkpoint in the file of an unfinished job; see `decode`."""
    found = _read(path, layer_sizes)
    if found.record.status != _UNFINISHED:
        raise DamagedError("not a checkpoint")
    for flaw in _flaws(found, job, list(itertools.pairwise(layer_sizes))):
        raise DamagedError(flaw)
    status = _status(found.record.rounds)
    return dataclasses.replace(found, record=dataclasses.replace(found.record, status=status))


def _read(path: pathlib.Path, layer_sizes: Sequence[int]) -> jobs.Checkpoint:
    """What is in the file of a job, with the status that stands there."""
    _check_is_file(path)
    content = path.read_bytes()
    if content[-_DIGITS:] != _digest(memoryview(content)[:-_DIGITS]):
        raise DamagedError("not as it was written" if content else "empty")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            arrays = {name: _array(file.read(name)) for name in file.namelist()}
        identity = _identity(arrays["identity.npy"])
        own_id = jobs.job_id(identity)
        layers = range(len(layer_sizes) - 1)
        record = jobs.Record(
            [arrays[f"kernel_{index}.npy"] for index in layers],
            [arrays[f"bias_{index}.npy"] for index in layers],
            [arrays[f"removed_at_{index}.npy"] for index in layers],
            arrays["rounds.npy"],
            str(arrays["status.npy"]),
        )
        refit = None
        if "refit_kernel_0.npy" in arrays:
            refit = (
                [arrays[f"refit_kernel_{index}.npy"] for index in layers],
                [arrays[f"refit_bias_{index}.npy"] for index in layers],
            )
    except _FOREIGN as error:
        raise DamagedError("not a file of a job") from error
    if own_id != path.stem:
        raise DamagedError("of another job")
    return jobs.Checkpoint(record, refit)


def identity_in(path: pathlib.Path) -> dict[str, Any] | None:
    """What determines the job of a file; None where it is damaged, or named otherwise.

    Little of the file is read: what it says is sure all the same, since it hashes to the name.
    """
    try:
        _check_is_file(path)
        with zipfile.ZipFile(path) as file:
            identity = _identity(_array(file.read("identity.npy")))
        return identity if jobs.job_id(identity) == path.stem else None
    except (*_FOREIGN, DamagedError, OSError):
        return None


def _digest(content: bytes | memoryview) -> bytes:
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


def _status(rounds: np.ndarray) -> str:
    return jobs.ACCEPTED if rounds["accepted"].any() else jobs.NOTHING_ACCEPTED


def _flaws(found: jobs.Checkpoint, job: jobs.Job, shapes: list[tuple[int, int]]) -> Iterator[str]:
    """Why this cannot be of this job. Each check may rely on those before it."""
    record, widths = found.record, [(fan_out,) for _, fan_out in shapes]
    refit_kernels, refit_biases = found.refit or ([], [])
    for name, arrays, dtype, expected in (
        ("kernel", record.kernels, np.float32, shapes),
        ("bias", record.biases, np.float32, widths),
        ("removed_at", record.removed_at, np.int16, shapes),
        ("refit_kernel", refit_kernels, np.float32, shapes if refit_kernels else []),
        ("refit_bias", refit_biases, np.float32, widths if refit_biases else []),
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
    unfinished = record.status == _UNFINISHED
    if not unfinished and record.status != _status(rounds):
        yield f"status {record.status!r} is not what the rounds say"
    of_job = phases == job.phase
    if unfinished and not of_job.any():
        yield "no round of its job"
    # A first edge round that was not accepted is the base until another is.
    to_refit = unfinished and job.phase == pruning.EDGE and not accepted[of_job].any()
    if to_refit != (found.refit is not None):
        yield "refit is not what the rounds say"
    taken = np.zeros(len(rounds), np.int64)  # edges, by the pruning of each round
    for index, (kernel, removed) in enumerate(zip(record.kernels, record.removed_at, strict=True)):
        if removed.min() < 0 or removed.max() >= len(rounds):
            yield f"removed_at_{index} names a round that is not there"
        if kernel[removed != 0].any() or (to_refit and refit_kernels[index][removed != 0].any()):
            yield f"kernel_{index} is not 0 where an edge is gone"
        taken += np.bincount(removed.ravel(), minlength=len(rounds))
    num_edges = taken.sum()
    taken[0] = 0  # these are alive
    if (
        taken[~accepted].any()
        or (num_edges - np.cumsum(taken) != rounds["alive_edges"])[accepted].any()
    ):
        yield "removed_at is not what the rounds say"
