"""What takes more than a moment after a sweep, said to who waits."""

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TextIO, TypeVar

from nsculpt import progress_mode, text
from nsculpt.report import screen as screen_lib

T = TypeVar("T")

_DELAY_S, _AGAIN_S = 1.0, 0.5  # what takes less is not worth a word; and between two of them


def through(items: Sequence[T], done_so: str, noun: str, show_progress: Any) -> Iterable[T]:
    """The same items; where they take more than a moment, it is said how far it is.

    Args:
      items: that something is done with, one after the other.
      done_so: what has been done with those that are done, such as "analysed".
      noun: what one of them is.
      show_progress: as for `screen_of`.

    Example:
      >>> list(through([3, 4], "analysed", "network", show_progress=False))
      [3, 4]
    """
    screen = screen_of(show_progress, None)
    if screen is None or not items:
        yield from items
        return
    done = 0

    def state() -> screen_lib.State:
        parts = [(0, f"{done_so} {done} of {text.counted(len(items), noun)}")]
        if 0 < done < len(items):
            left = wait.gone * (len(items) - done) / done
            parts.append((1, f"{screen_lib.shown(left)} left"))
        return screen_lib.State(100 * done // len(items), parts, [])

    with _Waiting(screen, state) as wait:
        for item in items:
            yield item
            done += 1


@contextlib.contextmanager
def during(what: str, show_progress: Any) -> Iterator[None]:
    """Within it, where it takes more than a moment, it is said what takes so long.

    Args:
      what: is being done.
      show_progress: as for `screen_of`.

    Example:
      >>> with during("making the page", show_progress=False):
      ...     pass
    """
    screen = screen_of(show_progress, None)
    if screen is None:
        yield
        return
    with _Waiting(screen, lambda: screen_lib.State(None, [(0, what)], [])):
        yield


class _Waiting:
    """Says from a thread of its own how something stands that takes more than a moment."""

    def __init__(self, screen: screen_lib.Screen, state: Callable[[], screen_lib.State]):
        self._speaker, self._state = Speaker(screen), state
        self._said: screen_lib.State | None = None
        self._ticker = Ticker(self._tick, _DELAY_S, _AGAIN_S)

    @property
    def gone(self) -> float:
        """Seconds since the beginning."""
        return self._speaker.gone

    def _tick(self) -> None:
        before, self._said = self._said, self._state()
        self._speaker.say(self._said != before, self._state)

    def __enter__(self) -> "_Waiting":
        self._ticker.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._ticker.end():
            self._speaker.end(self._state)


class Ticker:
    """Calls something now and then, in a thread of its own.

    Args:
      work: what is called.
      first: seconds until the first call.
      again: seconds between two calls.
    """

    def __init__(self, work: Callable[[], None], first: float, again: float):
        self._work, self._first, self._again = work, first, again
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        wait = self._first
        while not self._ended.wait(wait):
            self._work()
            wait = self._again

    def start(self) -> None:
        """Begins to wait for the first call."""
        self._thread.start()

    def end(self) -> bool:
        """No call begins after this; says whether none is at work.

        One may be that writes to a terminal which takes nothing, and so for ever.
        """
        self._ended.set()
        self._thread.join(2.0)
        return not self._thread.is_alive()


class Speaker:
    """Says to a screen what is asked of it, as long as somebody is behind that screen."""

    def __init__(self, screen: screen_lib.Screen):
        self._screen, self._began, self._heard = screen, time.monotonic(), True

    @property
    def gone(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    def say(self, news: bool, state: Callable[[], screen_lib.State]) -> None:
        """Says it, if it is time to."""
        if self._heard and self._screen.is_due(self.gone, news):
            self._call(self._screen.say, state())

    def end(self, state: Callable[[], screen_lib.State]) -> None:
        """Says where it ended."""
        if self._heard:
            self._call(self._screen.close, state())

    def _call(
        self, say: Callable[[float, screen_lib.State], None], state: screen_lib.State
    ) -> None:
        try:
            say(self.gone, state)
        except (OSError, ValueError):  # a closed pipe or terminal: the work goes on all the same
            self._heard = False


def screen_of(show_progress: Any, stream: TextIO | None) -> screen_lib.Screen | None:
    """Where it is said how far something is; None where nothing is to be said.

    Args:
      show_progress: one of `progress_mode`, or whether anything is to be said.
      stream: to write to; None: standard error.

    Raises:
      InputError: text that is no mode.
    """
    mode = progress_mode.of(show_progress)
    stream = sys.stderr if stream is None else stream
    if mode == progress_mode.QUIET or stream is None or stream.closed:  # None: closed beforehand
        return None
    if mode == progress_mode.BAR or (mode == progress_mode.AUTO and stream.isatty()):
        return screen_lib.Bar(stream)
    return screen_lib.Lines(stream, stamped=mode == progress_mode.LOG)
