"""MNIST's files: downloaded from servers that are good and bad, kept in the cache."""

import contextlib
import fcntl
import gzip
import json
import logging
import os
import pty
import signal
import socket
import struct
import subprocess
import sys
import termios
import threading

import pytest

from nsculpt.tasks import download, mnist_files
from tests import bad_input, launching
from tests.mnist_mirrors import (
    ARRAYS,
    CONTENTS,
    FOUR,
    NAMES,
    TABLE,
    TEST_LABELS,
    TRAIN_IMAGES,
    Server,
    same,
)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.stop.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def down():
    """The address of a server that is down."""
    with socket.socket() as bound:  # and does not listen
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/"


@pytest.fixture(autouse=True)
def _no_folder_of_the_user(monkeypatch):
    monkeypatch.delenv(mnist_files.VARIABLE, raising=False)


def lines(caplog):
    return [entry.getMessage() for entry in caplog.records]


def test_downloaded_once_and_kept(server, tmp_path, caplog):
    caplog.set_level(logging.INFO, "nsculpt")
    cache = tmp_path / "deep" / "cache"
    mirrors = [server.mirror("good"), server.mirror("missing")]
    assert same(mnist_files.load_files(TABLE, mirrors, cache))
    assert server.asked == [f"/good/{name}.gz" for name in NAMES]
    assert sorted(os.listdir(cache)) == sorted(f"{name}.gz" for name in NAMES)
    assert lines(caplog) == [f"downloading 4 files of MNIST to {cache}"]
    assert same(mnist_files.load_files(TABLE, mirrors, cache))
    assert len(server.asked) == 4
    (cache / f"{TEST_LABELS}.gz").unlink()
    assert same(mnist_files.load_files(TABLE, mirrors, cache))
    assert server.asked[4:] == [f"/good/{TEST_LABELS}.gz"]


@pytest.mark.parametrize("manner", ["without_length", "not_packed", "moved"])
def test_other_good_answers(server, tmp_path, manner):
    assert same(mnist_files.load_files(TABLE, [server.mirror(manner)], tmp_path))
    assert same(mnist_files.load_files(TABLE, [], tmp_path))


# What a mirror does, and what is said of it after the address of the file.
BAD = {
    "missing": "HTTP 404 Not Found",
    "overloaded": "HTTP 503 Come tomorrow \\x1b[31m",
    "login": "magic number 0x3c68746d (b'<htm'); expected an IDX file of uint8: 0x00000803 for "
    "images, 0x00000801 for labels",
    "astray": "HTTP 302 Found - Redirection to url 'file:///etc/hostname' is not allowed",
    "nowhere": "no proper answer: ",
    "around": "HTTP 302 The HTTP server returned a redirect error that would lead to an infinite "
    "loop. The last 30x error message was: Found",
    "other_data": "SHA-256 ",
    "cut_off": "cut off after {less} of {length} bytes",
    "cut_off_unnoticed": "cut off: the gzip data lack their end, a checksum",
    "cut_off_chunk": "cut off",
    "endless": "more than 1140 bytes",
    "no_http": "no proper answer: 220 mail.example.org ESMTP",
    "mute": "Remote end closed connection without response",
    "empty": "0 bytes; expected an IDX file",
}


@pytest.mark.parametrize("manner", BAD)
def test_the_next_mirror_is_asked(server, tmp_path, caplog, manner):
    caplog.set_level(logging.INFO, "nsculpt")
    mirrors = [server.mirror(manner), server.mirror("good")]
    assert same(mnist_files.load_files(TABLE, mirrors, tmp_path))
    # Having failed once, it is not asked again.
    bad = [path for path in server.asked if path.startswith(f"/{manner}/")]
    assert set(bad) == {f"/{manner}/{TRAIN_IMAGES}.gz"}
    _, failure = lines(caplog)
    assert failure.isprintable()
    length = len(gzip.compress(CONTENTS[TRAIN_IMAGES]))
    said = BAD[manner].format(less=length - 8, length=length)
    whole = f"not downloaded: {mirrors[0]}{TRAIN_IMAGES}.gz: {said}"
    assert failure[: len(whole)] == whole
    assert failure == whole or said.endswith(" ")
    assert same(mnist_files.load_files(TABLE, [], tmp_path))  # what is kept is good


def test_a_mirror_that_is_down(server, down, tmp_path):
    assert same(mnist_files.load_files(TABLE, [down, server.mirror("good")], tmp_path))
    assert len(server.asked) == 4


def test_a_mirror_that_falls_silent(server):
    address = f"{server.mirror('silent')}{TRAIN_IMAGES}.gz"
    with pytest.raises(download.DownloadError) as caught:
        download.fetch(address, 1000, timeout_s=0.1)
    assert str(caught.value) == f"{address}: timed out"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("data:,abc", "leads to data:,abc; expected http or https"),  # as a redirect to ftp would
        ("nonsense", "no proper answer: unknown url type: 'nonsense'"),
        ("http:///a", "no host given"),
        ("http://one two/a", "no proper answer: URL can't contain control characters. 'one two' "),
    ],
)
def test_addresses_of_another_kind(address, said):
    with pytest.raises(download.DownloadError) as caught:
        download.fetch(address, 1000)
    assert str(caught.value).startswith(f"{address}: {said}")
    assert str(caught.value).isprintable()


def test_no_mirror_is_left(server, down, tmp_path, caplog):
    caplog.set_level(logging.INFO, "nsculpt")
    mirrors = [down, server.mirror("missing")]
    message = bad_input.message_of(mnist_files.load_files, TABLE, mirrors, tmp_path / "cache")
    assert message == (
        f"MNIST is not here and cannot be downloaded: put the 4 files {FOUR}, into a folder and "
        f"name it by --mnist_dir or NSCULPT_MNIST_DIR ({down}{TRAIN_IMAGES}.gz: Connection "
        f"refused; {mirrors[1]}{TRAIN_IMAGES}.gz: HTTP 404 Not Found)"
    )
    assert not (tmp_path / "cache").exists()
    assert lines(caplog)[1:] == [f"not downloaded: {down}{TRAIN_IMAGES}.gz: Connection refused"]


def test_mirrors_of_which_each_has_a_part(server, tmp_path):
    """What came is kept when the rest does not."""
    cut = server.mirror("cut_off")
    for name in NAMES[1:]:
        (tmp_path / f"{name}.gz").write_bytes(gzip.compress(CONTENTS[name]))
    bad_input.message_of(mnist_files.load_files, TABLE, [cut], tmp_path)
    assert sorted(os.listdir(tmp_path)) == sorted(f"{name}.gz" for name in NAMES[1:])
    assert same(mnist_files.load_files(TABLE, [server.mirror("good")], tmp_path))
    assert server.asked[1:] == [f"/good/{TRAIN_IMAGES}.gz"]


# The cache


def test_damage_in_the_cache_is_told_and_mended(server, tmp_path, caplog):
    caplog.set_level(logging.INFO, "nsculpt")
    good = [server.mirror("good")]
    mnist_files.load_files(TABLE, good, tmp_path)
    images, labels = tmp_path / f"{TRAIN_IMAGES}.gz", tmp_path / f"{TEST_LABELS}.gz"
    images.write_bytes(images.read_bytes()[:-1])
    labels.write_bytes(b"")
    del server.asked[:]
    caplog.clear()
    assert same(mnist_files.load_files(TABLE, good, tmp_path))
    assert server.asked == [f"/good/{images.name}", f"/good/{labels.name}"]
    assert lines(caplog) == [
        f"not used: {images}: cut off: the gzip data lack their end, a checksum",
        f"not used: {labels}: 0 bytes; expected an IDX file",
        f"downloading 2 files of MNIST to {tmp_path}",
    ]
    assert same(mnist_files.load_files(TABLE, [], tmp_path))


def test_a_cache_that_cannot_be_written_to(server, tmp_path, caplog):
    caplog.set_level(logging.WARNING, logger="nsculpt")
    in_the_way = tmp_path / "cache"
    in_the_way.write_text("a file")
    for cache, reason in (
        (in_the_way, f"{in_the_way}: File exists"),
        (in_the_way / "deeper", f"{in_the_way / 'deeper'}: Not a directory"),
    ):
        caplog.clear()
        assert same(mnist_files.load_files(TABLE, [server.mirror("good")], cache))
        assert lines(caplog) == [
            f"what is downloaded is not kept, every start will download it: {reason}"
        ]
    assert in_the_way.read_text() == "a file"


# Processes

LOAD = """
import json, sys
from nsculpt.tasks import mnist_files
files, mirror, cache = json.loads(sys.argv[1])
import pathlib
table = [mnist_files.File(name, tuple(shape), sha256) for name, shape, sha256 in files]
found = mnist_files.load_files(table, [mirror], pathlib.Path(cache))
print(json.dumps([array.tolist() for array in found]))
"""


@contextlib.contextmanager
def started(mirror, cache, **streams):
    """A process that loads the data set and prints it."""
    files = [(file.name, file.shape, file.sha256) for file in TABLE]
    arguments = [sys.executable, "-c", LOAD, json.dumps([files, mirror, str(cache)])]
    process = subprocess.Popen(arguments, env=launching.ENVIRONMENT, **streams)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_two_processes_at_once(server, tmp_path):
    # An answer is given when both have asked.
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with (
        started(server.mirror("both"), tmp_path, **streams) as one,
        started(server.mirror("both"), tmp_path, **streams) as other,
    ):
        expected = json.dumps([array.tolist() for array in ARRAYS]) + "\n"
        for process in (one, other):  # no bar where there is no terminal
            assert process.communicate(timeout=60) == (expected.encode(), b"")
    assert len(server.asked) == 8
    assert sorted(os.listdir(tmp_path)) == sorted(f"{name}.gz" for name in NAMES)
    assert same(mnist_files.load_files(TABLE, [], tmp_path))


def test_a_download_shows_a_bar_and_can_be_broken_off(server, tmp_path):
    terminal, other_end = pty.openpty()
    fcntl.ioctl(other_end, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))  # lines, columns
    with (
        open(terminal, "rb", buffering=0) as shown,
        started(server.mirror("silent"), tmp_path, stderr=other_end) as process,
    ):
        os.close(other_end)
        assert server.silent.wait(60)
        text = b""
        while b"B/s" not in text:  # the bar as a whole
            text += shown.read(1000)
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):  # at the end, on Linux
            while more := shown.read(1000):
                text += more
        assert process.wait(60) == -signal.SIGINT
    assert f"{TRAIN_IMAGES}.gz:   0%".encode() in text
    assert os.listdir(tmp_path) == []
