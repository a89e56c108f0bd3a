"""IDX files, the format of MNIST: arrays of uint8, plain or compressed by gzip.

Two zero bytes, the type of the numbers (8: uint8, the only one read here), the number of
dimensions; then the size of each dimension, 4 bytes big-endian; then the numbers, the last
dimension fastest. The first four bytes are the magic number: 0x00000803 for images, 0x00000801 for
labels.
"""

import math
import os
import stat
import struct
import zlib

import numpy as np

from nsculpt import errors, text
from nsculpt.tasks import files

_GZIP = b"\x1f\x8b"
_GZIP_WINDOW = 31  # tells zlib to expect gzip's header, and its checksum at the end
_UINT8 = 8
_MOST_DIMENSIONS = 64  # that NumPy can hold
_MOST_HEADER = 4 + 4 * _MOST_DIMENSIONS
_MOST_BYTES = 2**30  # the largest file of MNIST has 47 million


def read(path: files.Path) -> np.ndarray:
    """Reads an IDX file.

    Args:
      path: a file, plain or gzip by its content, whatever its name ends in.

    Returns:
      uint8 array of the shape that the file's header says; read-only.

    Raises:
      InputError: names the file: it cannot be read, is no IDX file of uint8, is cut off, goes on
        after its end, is damaged, or holds more than a gigabyte.

    Example:
      >>> import pathlib, tempfile
      >>> with tempfile.TemporaryDirectory() as folder:
      ...     path = pathlib.Path(folder, "labels")
      ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
      ...     read(path).tolist()
      [7, 2, 1]
    """
    return array_of(unpacked(content_of(path), text.printable(path)))


def content_of(path: files.Path) -> bytes:
    """The bytes of a regular file of at most a gigabyte; InputError otherwise."""
    place = text.printable(path)
    try:
        status = os.stat(path)
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL byte
        reason = getattr(error, "strerror", None) or error
        raise errors.InputError(f"{place}: cannot be read: {reason}") from error
    if not stat.S_ISREG(status.st_mode):  # a pipe would be waited for, for ever
        raise errors.InputError(f"{place}: is no regular file; expected an IDX file")
    if status.st_size > _MOST_BYTES:
        raise errors.InputError(f"{place}: {status.st_size} bytes; expected at most {_MOST_BYTES}")
    return files.read_bytes(path)


def shape_of(content: bytes, place: str) -> tuple[int, ...]:
    """The shape that the header of an IDX file says, before the data are unpacked.

    Args:
      content: of the file, plain or gzip.
      place: what messages call it.

    Raises:
      InputError: no IDX file of uint8, a header that is cut off, or sizes beyond a gigabyte.

    Example:
      >>> shape_of(bytes([0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 9, 9, 9]), "three numbers")
      (1, 3)
    """
    head = content[:_MOST_HEADER]
    if content.startswith(_GZIP):
        head, _ = _inflated(content, _MOST_HEADER, place)
    if len(head) < 4:
        raise errors.InputError(f"{place}: {_size(head, content)}; expected an IDX file")
    zeros, kind, num_dimensions = struct.unpack(">HBB", head[:4])
    if zeros or kind != _UINT8 or not 1 <= num_dimensions <= _MOST_DIMENSIONS:
        raise errors.InputError(
            f"{place}: magic number 0x{head[:4].hex()} ({head[:4]!r}); expected an IDX file of "
            "uint8: 0x00000803 for images, 0x00000801 for labels"
        )
    if len(head) < 4 + 4 * num_dimensions:
        raise errors.InputError(
            f"{place}: {_size(head, content)}; cut off in the header, expected "
            f"{text.counted(num_dimensions, 'dimension')} there"
        )
    shape = struct.unpack_from(f">{num_dimensions}I", head, 4)
    # NumPy refuses also an empty array whose other sizes are beyond it.
    if math.prod(max(size, 1) for size in shape) > _MOST_BYTES:
        raise errors.InputError(
            f"{place}: the header says {list(shape)}; expected at most {_MOST_BYTES} numbers"
        )
    return shape


def unpacked(content: bytes, place: str) -> bytes:
    """The bytes of an IDX file without compression, exactly as many as its header says.

    Args:
      content: of the file, plain or gzip.
      place: what messages call it.

    Raises:
      InputError: see `read`.
    """
    shape = shape_of(content, place)
    num_bytes = 4 + 4 * len(shape) + math.prod(shape)
    wanted = f"expected {num_bytes}, as the header {list(shape)} says"
    if not content.startswith(_GZIP):
        if len(content) != num_bytes:
            fault = "cut off" if len(content) < num_bytes else "goes on after its end"
            raise errors.InputError(f"{place}: {fault}: {len(content)} bytes; {wanted}")
        return content
    plain, left = _inflated(content, num_bytes + 1, place)
    if len(plain) > num_bytes:
        raise errors.InputError(f"{place}: goes on after its end: more bytes unpacked; {wanted}")
    if len(plain) < num_bytes:
        raise errors.InputError(f"{place}: cut off: {_size(plain, content)}; {wanted}")
    if left is None:
        raise errors.InputError(f"{place}: cut off: the gzip data lack their end, a checksum")
    if left:
        raise errors.InputError(
            f"{place}: goes on after its end: {text.counted(left, 'byte')} after the gzip data; "
            "expected none"
        )
    return plain


def array_of(plain: bytes) -> np.ndarray:
    """The array of an IDX file that `unpacked` gave; it shares the memory."""
    shape = shape_of(plain, "unpacked")
    return np.frombuffer(plain, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def _inflated(content: bytes, most_bytes: int, place: str) -> tuple[bytes, int | None]:
    """At most so many bytes out of gzip data, and how many follow those data; None before the end.

    However far the data would swell, no more memory is taken than asked for.
    """
    stream = zlib.decompressobj(_GZIP_WINDOW)
    try:
        plain = stream.decompress(content, most_bytes)
    except zlib.error as error:
        reason = str(error).rpartition(": ")[2]
        raise errors.InputError(f"{place}: damaged gzip data: {reason}") from error
    return plain, len(stream.unused_data) if stream.eof else None


def _size(plain: bytes, content: bytes) -> str:
    return text.counted(len(plain), "byte") + " unpacked" * content.startswith(_GZIP)
