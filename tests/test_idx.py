"""IDX files: round trips, refusals, damage."""

import gzip
import os
import struct
import tracemalloc
import zlib

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nsculpt import errors
from nsculpt.tasks import idx
from tests import bad_input, idx_files

IMAGES = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
PLAIN = idx_files.content(IMAGES)
PACKED = gzip.compress(PLAIN, mtime=0)
UNCOMPRESSED = gzip.compress(PLAIN, 0, mtime=0)  # the data can be found in it


@pytest.fixture
def read(tmp_path):
    """Reads content as a file; its name says nothing."""

    def read_file(content):
        (tmp_path / "file").write_bytes(content)
        return idx.read(tmp_path / "file")

    return read_file


@pytest.fixture
def refusal(tmp_path, read):
    """What is said of content, after the file's name."""

    def message_of(content):
        message = bad_input.message_of(read, content)
        assert message.startswith(f"{tmp_path / 'file'}: ")
        return message.removeprefix(f"{tmp_path / 'file'}: ")

    return message_of


def test_the_bytes_of_the_format(read):
    content = bytes.fromhex("00000803 00000002 00000001 00000003") + bytes([1, 2, 3, 250, 5, 6])
    for written in (content, gzip.compress(content)):
        array = read(written)
        assert array.dtype == np.uint8
        assert array.tolist() == [[[1, 2, 3]], [[250, 5, 6]]]


@hypothesis.given(
    hnp.arrays(np.uint8, hnp.array_shapes(min_dims=1, max_dims=5, min_side=0, max_side=6)),
    st.sampled_from([bytes, gzip.compress]),
)
def test_round_trip(array, pack):
    content = pack(idx_files.content(array))
    assert idx.shape_of(content, "file") == array.shape
    plain = idx.unpacked(content, "file")
    assert plain == idx_files.content(array)
    found = idx.array_of(plain)
    assert found.shape == array.shape
    assert (found == array).all()


def header(*sizes, kind=8, num_dimensions=None):
    num_dimensions = len(sizes) if num_dimensions is None else num_dimensions
    return bytes([0, 0, kind, num_dimensions]) + struct.pack(f">{len(sizes)}I", *sizes)


MAGIC = "expected an IDX file of uint8: 0x00000803 for images, 0x00000801 for labels"
REFUSALS = {
    "empty": (b"", "0 bytes; expected an IDX file"),
    "one zero": (b"\0", "1 byte; expected an IDX file"),
    "web page": (b"<!DOCTYPE html>", f"magic number 0x3c21444f (b'<!DO'); {MAGIC}"),
    "zip": (b"PK\3\4", f"magic number 0x504b0304 (b'PK\\x03\\x04'); {MAGIC}"),
    "float32": (header(1, kind=13), rf"magic number 0x00000d01 (b'\x00\x00\r\x01'); {MAGIC}"),
    "no dimensions": (header(), rf"magic number 0x00000800 (b'\x00\x00\x08\x00'); {MAGIC}"),
    "65 dimensions": (header(*[1] * 65), rf"magic number 0x00000841 (b'\x00\x00\x08A'); {MAGIC}"),
    "cut off in the header": (
        PLAIN[:15],
        "15 bytes; cut off in the header, expected 3 dimensions there",
    ),
    "cut off": (PLAIN[:-1], "cut off: 39 bytes; expected 40, as the header [2, 3, 4] says"),
    "one more": (
        PLAIN + b"\0",
        "goes on after its end: 41 bytes; expected 40, as the header [2, 3, 4] says",
    ),
    "absurd": (
        header(*[2**32 - 1] * 3),
        f"the header says {[2**32 - 1] * 3}; expected at most 1073741824 numbers",
    ),
    "empty but absurd": (
        header(0, 2**32 - 1, 2**32 - 1),
        f"the header says {[0, 2**32 - 1, 2**32 - 1]}; expected at most 1073741824 numbers",
    ),
    "large, cut off": (
        header(2**20, 2**10) + bytes(5),
        "cut off: 17 bytes; expected 1073741836, as the header [1048576, 1024] says",
    ),
}
REFUSALS_PACKED = {
    "nothing in it": (gzip.compress(b""), "0 bytes unpacked; expected an IDX file"),
    "web page": (gzip.compress(b"<!DOCTYPE html>"), REFUSALS["web page"][1]),
    "packed twice": (
        gzip.compress(PACKED),
        rf"magic number 0x1f8b0800 (b'\x1f\x8b\x08\x00'); {MAGIC}",
    ),
    "only the magic number": (b"\x1f\x8b", "0 bytes unpacked; expected an IDX file"),
    "cut off": (
        UNCOMPRESSED[:50],
        "cut off: 35 bytes unpacked; expected 40, as the header [2, 3, 4] says",
    ),
    "without its checksum": (
        PACKED[:-8],
        "cut off: the gzip data lack their end, a checksum",
    ),
    "checksum cut off": (PACKED[:-1], "cut off: the gzip data lack their end, a checksum"),
    "wrong checksum": (
        PACKED[:-8] + bytes(4) + PACKED[-4:],
        "damaged gzip data: incorrect data check",
    ),
    "wrong length": (
        PACKED[:-4] + bytes(4),
        "damaged gzip data: incorrect length check",
    ),
    "no deflate": (
        b"\x1f\x8b\7" + PACKED[3:],
        "damaged gzip data: unknown compression method",
    ),
    "too few": (
        gzip.compress(PLAIN[:-1]),
        "cut off: 39 bytes unpacked; expected 40, as the header [2, 3, 4] says",
    ),
    "too many": (
        gzip.compress(PLAIN + b"\0"),
        "goes on after its end: more bytes unpacked; expected 40, as the header [2, 3, 4] says",
    ),
    "bytes after the gzip": (
        PACKED + b"more",
        "goes on after its end: 4 bytes after the gzip data; expected none",
    ),
    "absurd": (gzip.compress(header(*[2**32 - 1] * 3)), REFUSALS["absurd"][1]),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(refusal, name):
    content, expected = REFUSALS[name]
    assert refusal(content) == expected


@pytest.mark.parametrize("name", REFUSALS_PACKED)
def test_refusals_of_gzip(refusal, name):
    content, expected = REFUSALS_PACKED[name]
    assert refusal(content) == expected


def test_a_gzip_bomb_takes_no_more_memory_than_its_header_says(refusal):
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(header(1000))
    for _ in range(30):
        bomb += packer.compress(bytes(10**6))
    bomb += packer.flush()
    tracemalloc.start()
    try:
        message = refusal(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert message == (
        "goes on after its end: more bytes unpacked; expected 1008, as the header [1000] says"
    )
    assert len(bomb) < 40_000
    assert peak < 10**6


def test_what_cannot_be_read(tmp_path):
    absent = tmp_path / "absent"
    message = bad_input.message_of(idx.read, absent)
    assert message == f"{absent}: cannot be read: No such file or directory"
    message = bad_input.message_of(idx.read, tmp_path)
    assert message == f"{tmp_path}: is no regular file; expected an IDX file"
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert "is no regular file" in bad_input.message_of(idx.read, pipe)
    assert "cannot be read" in bad_input.message_of(idx.read, "a\0b")
    assert "cannot be read" in bad_input.message_of(idx.read, "two\nlines")
    assert "cannot be read" in bad_input.message_of(idx.read, "x" * 5000)
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(2**30 + 1)  # takes no room
    message = bad_input.message_of(idx.read, large)
    assert message == f"{large}: 1073741825 bytes; expected at most 1073741824"


def outcome(content):
    """The array, or what is said of it."""
    try:
        return idx.array_of(idx.unpacked(content, "file"))
    except errors.InputError as error:
        return str(error)


@hypothesis.given(
    st.binary(max_size=300)
    | st.builds(lambda start, rest: start + rest, st.just(b"\0\0\x08"), st.binary(max_size=40))
    | st.binary(max_size=300).map(gzip.compress)
    | st.binary(max_size=300).map(lambda rest: gzip.compress(b"\0\0\x08" + rest))
)
def test_any_bytes_give_an_array_or_one_line(content):
    found = outcome(content)
    if isinstance(found, str):
        assert found.startswith("file: ")
        assert found.isprintable()
    else:  # no other array gives these bytes
        plain = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
        assert idx_files.content(found) == plain


@hypothesis.given(st.data(), st.sampled_from([PLAIN, PACKED, UNCOMPRESSED]))
def test_damage_is_refused_or_leaves_the_shape(data, content):
    """Gzip data carry a checksum; a plain file has none, so that there a number may change."""
    position = data.draw(st.integers(0, len(content) - 1))
    damage = data.draw(st.sampled_from(["cut", "flip", "insert"]))
    if damage == "cut":
        damaged = content[:position]
    elif damage == "flip":
        flipped = content[position] ^ data.draw(st.integers(1, 255))
        damaged = content[:position] + bytes([flipped]) + content[position + 1 :]
    else:
        damaged = content[:position] + data.draw(st.binary(min_size=1)) + content[position:]
    found = outcome(damaged)
    if isinstance(found, str):
        assert found.isprintable()
    else:
        assert damage != "cut"
        assert found.size == IMAGES.size
        assert content is PLAIN or (found == IMAGES).all()
