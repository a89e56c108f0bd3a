"""Files of named arrays, npz and safetensors, known by their content. Pickles are never read."""

import contextlib
import functools
import itertools
import json
import lzma
import math
import os
import pathlib
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Any

import numpy as np

from nsculpt import errors
from nsculpt.networks import arrays, entries

EXPECTED = "expected an .npz or .safetensors file of masks or weights"

_NPY = b"\x93NUMPY"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PICKLE = tuple(bytes([0x80, protocol]) for protocol in range(2, 6))
# What zipfile and numpy.lib.format were seen to raise on damaged files.
_DAMAGE = (
    OSError, ValueError, TypeError, KeyError, RuntimeError, EOFError, MemoryError, OverflowError,
    SyntaxError, tokenize.TokenError, struct.error, zipfile.BadZipFile, zlib.error, lzma.LZMAError,
)  # fmt: skip
# Deflate makes data at most 1032 times smaller; a member that claims more is no array of ours.
_MOST_DEFLATED = 1032
_MOST_BYTES = 8 * arrays.MOST_EDGES
_CHUNK = 1 << 20
_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def existing(source: str | os.PathLike[Any]) -> pathlib.Path:
    """The path of a file or folder that is there; InputError otherwise."""
    try:
        path = pathlib.Path(source)
        if path.is_dir() or path.is_file():
            return path
        path.stat()
    except (OSError, ValueError, TypeError) as error:  # the latter: NUL bytes, bytes as path
        reason = getattr(error, "strerror", None) or error
        raise errors.InputError(f"{place_of(source)}: cannot be read: {reason}") from error
    raise errors.InputError(f"{place_of(source)}: is no regular file; {EXPECTED}")


def place_of(path: Any) -> str:
    """A path as messages name it."""
    text = str(path)
    return text if text.isprintable() else repr(text)


@contextlib.contextmanager
def opened(path: pathlib.Path) -> Iterator[dict[str, entries.Entry]]:
    """Opens a file of named arrays, which are read when they are wanted.

    Args:
      path: a file, npz or safetensors by its content, whatever its name ends in.

    Raises:
      InputError: naming the file; here, and where an array turns out to be damaged.
    """
    place = place_of(path)
    try:
        with path.open("rb") as file:
            head = file.read(16)
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise errors.InputError(f"{place}: cannot be read: {error.strerror}") from error
    if not head:
        raise errors.InputError(f"{place}: is empty; {EXPECTED}")
    if head.startswith(_PICKLE):
        raise errors.InputError(pickled(place))
    if head.startswith(_NPY):
        raise errors.InputError(
            f"{place}: one array (.npy); expected an .npz file: np.savez(FILE, one array a layer)"
        )
    if head.startswith(_ZIP):
        with _opened_npz(path, place, size) as found:
            yield found
    elif head[8:9] == b"{":
        with _opened_safetensors(path, place, head, size) as found:
            yield found
    else:
        raise errors.InputError(f"{place}: unknown kind of file; {EXPECTED}")


def pickled(place: str) -> str:
    """The message on a pickle."""
    return (
        f"{place}: is a pickle, which can run code and is never read; save as .safetensors or .npz"
    )


@contextlib.contextmanager
def _opened_npz(path: pathlib.Path, place: str, size: int) -> Iterator[dict[str, entries.Entry]]:
    try:
        archive = zipfile.ZipFile(path)
    except _DAMAGE as error:
        raise errors.InputError(f"{place}: damaged or cut off; {EXPECTED}") from error
    with archive:
        found: dict[str, entries.Entry] = {}
        members = archive.infolist()
        if any(pathlib.PurePosixPath(each.filename).suffix == ".pkl" for each in members):
            raise errors.InputError(pickled(place))
        for member in members:
            name = member.filename.removesuffix(".npy")
            if name in found:
                raise errors.InputError(f"{place}: {arrays.shown(name)}: two arrays are called so")
            found[name] = _npz_entry(archive, member, f"{place}: {arrays.shown(name)}", size)
        yield found


def _npz_entry(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, place: str, size: int
) -> entries.Entry:
    damaged = f"{place}: damaged or cut off; {EXPECTED}"
    try:
        with archive.open(member) as file:
            if file.read(len(_NPY)) != _NPY:
                raise errors.InputError(f"{place}: is no array; {EXPECTED}")
            shape, _, dtype = _header(file)
            begin = file.tell()
    except errors.InputError:
        raise
    except _DAMAGE as error:
        raise errors.InputError(damaged) from error
    if dtype.hasobject:
        raise errors.InputError(pickled(place))
    num_bytes = math.prod(shape) * dtype.itemsize
    deflated = member.compress_type == zipfile.ZIP_DEFLATED
    most = min(member.compress_size, size) * (_MOST_DEFLATED if deflated else 1)
    # Before anything of that size is set aside.
    if num_bytes != member.file_size - begin or num_bytes > most:
        raise errors.InputError(
            f"{place}: declares {list(shape)} of {dtype.name}, which the file cannot hold: damaged "
            f"or cut off; {EXPECTED}"
        )

    def read(row: int | None) -> np.ndarray:
        try:
            with archive.open(member) as file:
                file.seek(len(_NPY))
                return _body(file, row, place)
        except errors.InputError:
            raise
        except _DAMAGE as error:
            raise errors.InputError(damaged) from error

    return entries.Entry(shape, read)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """What an npy header declares; the stream stands behind the magic, then behind the header."""
    version = file.read(2)
    reader = _READERS[(version[0], version[1])]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # headers written by Python 2
        shape, fortran_order, dtype = reader(file)
    if min(shape, default=0) < 0:
        raise ValueError("negative size of an axis")
    return tuple(map(int, shape)), bool(fortran_order), dtype


def _body(file: IO[bytes], row: int | None, place: str) -> np.ndarray:
    shape, fortran_order, dtype = _header(file)
    num_bytes = math.prod(shape) * dtype.itemsize
    begin, end = 0, num_bytes
    if row is not None:
        if fortran_order:
            raise errors.InputError(f"{place}: expected row-major order")
        shape = shape[1:]
        width = math.prod(shape) * dtype.itemsize
        begin, end = row * width, (row + 1) * width
    if end - begin > _MOST_BYTES:
        raise errors.InputError(
            f"{place}: {end - begin} bytes; expected at most {_MOST_BYTES} in an array"
        )
    # To the end of the member in any case: the checksum is compared there.
    content = bytearray(end - begin)
    for at in itertools.count(0, _CHUNK):
        chunk = file.read(_CHUNK)
        if not chunk:
            break
        lower, upper = max(at, begin), min(at + len(chunk), end)
        if lower < upper:
            content[lower - begin : upper - begin] = chunk[lower - at : upper - at]
    return np.frombuffer(content, dtype).reshape(shape, order="F" if fortran_order else "C")


@contextlib.contextmanager
def _opened_safetensors(
    path: pathlib.Path, place: str, head: bytes, size: int
) -> Iterator[dict[str, entries.Entry]]:
    import safetensors  # only where it is asked for

    damaged = f"{place}: damaged or cut off; {EXPECTED}"
    if 8 + int.from_bytes(head[:8], "little") > size:
        raise errors.InputError(damaged)
    with contextlib.suppress(ImportError):
        import ml_dtypes  # noqa: F401  # with it NumPy knows bfloat16, whoever else has loaded it
    # AttributeError: a type that NumPy does not have
    faults = (safetensors.SafetensorError, AttributeError, *_DAMAGE)
    try:
        stored = safetensors.safe_open(path, framework="numpy")
    except faults as error:
        raise errors.InputError(damaged) from error
    with stored:
        try:
            names = list(stored.keys())
            slices = {name: stored.get_slice(name) for name in names}
            declared = {name: (tuple(s.get_shape()), s.get_dtype()) for name, s in slices.items()}
        except faults as error:
            raise errors.InputError(damaged) from error

        def read(name: str, row: int | None) -> np.ndarray:
            try:
                array = arrays.plain(stored.get_tensor(name))
            except faults as error:
                raise errors.InputError(
                    f"{place}: {arrays.shown(name)}: of type {declared[name][1]}, which is not "
                    "read here; expected float32, float64, integers or booleans"
                ) from error
            return array if row is None else array[row]

        yield {
            name: entries.Entry(shape, functools.partial(read, name))
            for name, (shape, _) in declared.items()
        }


def read_json(path: pathlib.Path) -> Any:
    """The content of a JSON file; InputError names file and line."""
    if path.exists() and not path.is_file():  # a pipe would be waited for without end
        raise errors.InputError(f"{place_of(path)}: is no regular file; expected JSON")
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        at = "" if line is None else f", line {line}"
        reason = getattr(error, "strerror", None) or "expected JSON"
        raise errors.InputError(f"{place_of(path)}{at}: {reason}") from error
