"""What is said while something takes more than a moment."""

import io
import time
import types

import pytest

from nsculpt.report import screen, waiting
from tests import terminals


@pytest.fixture
def at_once(monkeypatch):
    """Nothing is too short for a word."""
    for name in ("_DELAY_S", "_AGAIN_S"):
        monkeypatch.setattr(waiting, name, 0.002)
    for name in ("_NEWS_S", "_FRAME_S", "_LONGER"):
        monkeypatch.setattr(screen, name, -1.0)


@pytest.fixture
def stream(monkeypatch):
    """Takes the place of standard error, which belongs to pytest between the phases of a test."""
    stream = io.StringIO()
    monkeypatch.setattr(waiting, "sys", types.SimpleNamespace(stderr=stream))
    return stream


def until(holds):
    """Waits for another thread."""
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


def test_items_that_take_long_are_counted(at_once, stream):
    for place in waiting.through("abcd", "drawn", "network", True):
        done = "abcd".index(place)
        until(lambda done=done: f" {25 * done}% drawn {done} of 4 networks" in stream.getvalue())
    lines = stream.getvalue().splitlines()
    assert lines[-1].endswith(" 100% drawn 4 of 4 networks")
    counted = [int(line.split("drawn ")[1][0]) for line in lines]
    assert counted == sorted(counted)
    assert all(", 0:00:01 left" in line for line, n in zip(lines, counted, strict=True) if n % 4)


def test_what_takes_long_is_named(at_once, stream):
    with waiting.during("making the page", True):
        until(stream.getvalue)
        time.sleep(0.02)  # no news is not worth another line
    assert stream.getvalue().split(maxsplit=1) == ["0:00:01", "making the page\n"]


def test_a_moment_is_not_worth_a_word(at_once, stream, monkeypatch):
    monkeypatch.setattr(waiting, "_DELAY_S", 1000.0)
    for mode in (True, "log", "bar"):
        assert list(waiting.through([1, 2], "drawn", "network", mode)) == [1, 2]
        assert list(waiting.through([], "drawn", "network", mode)) == []
        with waiting.during("making the page", mode):
            time.sleep(0.02)
    assert stream.getvalue() == ""


def test_quiet_says_nothing(at_once, stream):
    for mode in (False, "quiet"):
        with waiting.during("making the page", mode):
            time.sleep(0.02)
        assert list(waiting.through([1], "drawn", "network", mode)) == [1]
    assert stream.getvalue() == ""


def test_a_fault_goes_through_and_leaves_no_line(at_once, monkeypatch):
    terminal = terminals.Terminal()
    monkeypatch.setattr(waiting, "sys", types.SimpleNamespace(stderr=terminal.stream))

    def fail():
        with waiting.during("making the page", True):
            until(lambda: terminal.seen()[-1].startswith("making the page, 0:00:0"))
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        fail()
    assert terminal.end() == [""]
