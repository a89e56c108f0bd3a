"""Where it is said how far a command is: one line of a terminal, or lines now and then."""

import contextlib
import datetime
import math
import os
import threading
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol, TextIO

from nsculpt import progress_mode

# Of lines: between two, where there is news and where there is none, and how much longer for each
# second that has gone by, so that days of work do not fill a log.
_NEWS_S, _NO_NEWS_S, _LONGER = 10.0, 60.0, 0.01
_FRAME_S = 0.1  # between two states of the bar, where there is news
_WIDTH = 80  # columns, of what is no terminal
_LOG_WIDTH = 150  # columns of lines that begin with date and time
_SHORTEST, _LONGEST = 4, 10  # columns of a bar between its ends
_ENDS = 3  # columns, with the space behind them
_PERCENT = 5  # columns, with the space behind it
_LAST = 99  # place of the time that has gone
_ERASE = "\x1b[J"  # all that is right of the cursor and below it, of every terminal but dumb ones

# What may be said, the most important first: its place in the line, and the text, which stands
# instead of an earlier one of that place where there is room for it.
Part = tuple[int, str]


class State(NamedTuple):
    """How far it is."""

    percent: int | None  # where it can be told
    parts: Sequence[Part]
    extras: Sequence[Part]  # for where there is room to spare


class Screen(Protocol):
    """What progress is said to; times are in seconds since the beginning."""

    def is_due(self, gone: float, news: bool) -> bool:
        """Whether it is time to say something."""

    def say(self, gone: float, state: State) -> None:
        """Says how far it is."""

    def close(self, gone: float, state: State) -> None:
        """Says where it ended, or takes away what is there."""


def shown(seconds: float) -> str:
    """A time, rounded up to whole seconds.

    Example:
      >>> shown(0.2), shown(100_000)
      ('0:00:01', '1 d 3:46:40')
    """
    days, rest = divmod(math.ceil(seconds), 24 * 3600)
    return (f"{days} d " if days else "") + str(datetime.timedelta(seconds=rest))


def _share(state: State) -> str:
    """The percent before what is said, in columns of its own."""
    return "" if state.percent is None else f"{state.percent:3d}% "


def fitted(parts: Sequence[Part], room: int) -> str:
    """What there is room for, the most important first.

    Example:
      >>> parts = [(0, "3/8 jobs"), (1, "sparsest 24"), (2, "0:03 left"), (1, "sparsest 24 edges")]
      >>> for room in (38, 37, 21, 20):
      ...     fitted(parts, room)
      '3/8 jobs, sparsest 24 edges, 0:03 left'
      '3/8 jobs, sparsest 24, 0:03 left'
      '3/8 jobs, sparsest 24'
      '3/8 jobs, 0:03 left'
    """
    said: dict[int, str] = {}
    line = ""
    for place, text in parts:
        longer = {**said, place: text}
        candidate = ", ".join(longer[each] for each in sorted(longer))
        if len(candidate) <= room:
            said, line = longer, candidate
    return line


class Bar:
    """A line that is written over and over, as wide as the terminal is at the time."""

    def __init__(self, stream: TextIO):
        self._stream, self._at, self._on_show = stream, -math.inf, ""
        erases = stream.isatty() and (os.environ.get("TERM") or "dumb") != "dumb"
        self._erase = _ERASE if erases else ""

    def is_due(self, gone: float, news: bool) -> bool:
        return not news or gone - self._at > _FRAME_S

    def say(self, gone: float, state: State) -> None:
        self._at = gone
        columns = _columns(self._stream)
        # The last column stays free: some terminals go on to the next line with it.
        room = max(0, columns - 1 - _PERCENT)
        text, bar = fitted(state.parts, room), ""
        width = min(_LONGEST, room - len(text) - _ENDS)
        if state.percent is None:
            text = fitted([*state.parts, (_LAST, f"{shown(gone)} gone")], room)
        elif width >= _SHORTEST:
            bar = f"[{'#' * (state.percent * width // 100):.<{width}}] "
            every = [*state.parts, *state.extras, (_LAST, f"{shown(gone)} gone")]
            text = fitted(every, room - width - _ENDS)
        self._write(f"{_share(state)}{bar}{text}", columns)

    def _write(self, line: str, columns: int) -> None:
        with _LOCK:
            before = min(len(self._on_show), columns - 1)
            self._on_show = line[: columns - 1]
            # A terminal that became wider may show again what it had cut from an earlier state.
            text = self._on_show + self._erase if self._erase else f"{self._on_show:<{before}}"
            self._stream.write(f"\r{text}" + ("" if line else "\r"))
            self._stream.flush()
            _BARS.add(self) if line else _BARS.discard(self)

    def close(self, gone: float, state: State) -> None:
        self.clear()

    def clear(self) -> None:
        """Takes the line away, until something is said again."""
        if self._on_show:
            self._write("", _columns(self._stream))


_BARS: set[Bar] = set()  # that are on show
_LOCK = threading.RLock()


@contextlib.contextmanager
def cleared() -> Iterator[None]:
    """Within it, no bar stands where something else is to be written."""
    with _LOCK:
        for bar in list(_BARS):
            with contextlib.suppress(OSError, ValueError):  # who sees it has gone
                bar.clear()
        yield


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or _WIDTH
    except (OSError, ValueError):  # no terminal
        return _WIDTH


class Lines:
    """A line now and then, for a file or a pipe.

    Args:
      stream: where they go.
      stamped: whether they begin with date and time, rather than with the time that has gone; then
        the first comes at once.
    """

    def __init__(self, stream: TextIO, stamped: bool):
        self._stream, self._stamped = stream, stamped
        self._at: float | None = None

    def is_due(self, gone: float, news: bool) -> bool:
        if self._at is None and self._stamped:
            return True
        return gone - (self._at or 0.0) > max(_NEWS_S if news else _NO_NEWS_S, _LONGER * gone)

    def say(self, gone: float, state: State) -> None:
        self._at = gone
        parts = [*state.parts, *state.extras]
        began, width = f"  {shown(gone)}", _WIDTH
        if self._stamped:
            began, width = progress_mode.stamp(), _LOG_WIDTH
            parts.append((_LAST, f"{shown(gone)} gone"))
        text = fitted(parts, width - len(began) - _PERCENT - 1)
        gap = " " * (1 if self._stamped or state.percent is None else 2)
        print(f"{began}{gap}{_share(state)}{text}", file=self._stream, flush=True)

    def close(self, gone: float, state: State) -> None:
        if self._at is not None and state.percent is not None:
            self.say(gone, state)
