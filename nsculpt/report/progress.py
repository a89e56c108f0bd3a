"""How far a sweep is, and the analyses after it, said to who waits."""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TextIO, TypeVar

from nsculpt import progress_mode, text
from nsculpt.report import outlook as outlook_lib
from nsculpt.report import screen as screen_lib
from nsculpt.sculpting import jobs

T = TypeVar("T")

# Places of what is said in the line.
_DONE, _LEFT, _LANES, _SPARSEST, _ROUNDS = range(5)
_DELAY_S = 2.0  # analyses that take less are not worth a word


class Silent:
    """Says nothing (`sweep.Observer`)."""

    def planned(self, pending: Sequence[jobs.Job], num_lanes: int) -> None: ...

    def in_training(self, rounds: Mapping[jobs.Job, int]) -> None: ...

    def round_done(self, busy: Sequence[jobs.Job], num_lanes: int) -> None: ...

    def job_done(self, job: jobs.Job, record: jobs.Record) -> None: ...

    def __enter__(self) -> "Silent":
        return self

    def __exit__(self, *error: object) -> None: ...


def watch(show_progress: Any, stream: TextIO | None = None) -> Silent:
    """Who watches a sweep and says how far it is.

    Args:
      show_progress: one of `progress_mode`, or whether anything is to be said.
      stream: where; None: standard error.

    Raises:
      InputError: text that is no mode.
    """
    screen = _screen(show_progress, stream)
    return Silent() if screen is None else Progress(screen)


class Progress(Silent):
    """Says jobs done, time left, lanes busy by phase, the sparsest network so far."""

    def __init__(self, screen: screen_lib.Screen):
        self._speaker = _Speaker(screen)
        self._num_lanes = 0
        self._outlook: outlook_lib.Outlook | None = None
        self._fewest: int | None = None
        # A round may take minutes, in which a thread tells the time.
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def planned(self, pending: Sequence[jobs.Job], num_lanes: int) -> None:
        if not pending:
            return
        self._num_lanes = num_lanes
        self._outlook = outlook_lib.Outlook(pending, num_lanes)
        self._say(news=True)
        self._ticker.start()

    def in_training(self, rounds: Mapping[jobs.Job, int]) -> None:
        assert self._outlook is not None
        with self._lock:
            self._outlook.in_training(rounds)
        self._say(news=True)

    def round_done(self, busy: Sequence[jobs.Job], num_lanes: int) -> None:
        assert self._outlook is not None
        with self._lock:
            self._outlook.round_done(busy, time.monotonic())

    def job_done(self, job: jobs.Job, record: jobs.Record) -> None:
        assert self._outlook is not None
        with self._lock:
            num_rounds = int((record.rounds["phase"] == job.phase).sum())
            self._outlook.finished(job, num_rounds)
            if job.edge_step and record.status == jobs.ACCEPTED:
                self._fewest = min(record.alive_edges, self._fewest or record.alive_edges)

    def _tick(self) -> None:
        while not self._ended.wait(1.0):
            self._say(news=False)

    def _say(self, news: bool) -> None:
        with self._lock:
            self._speaker.say(news, self._state)

    def _state(self) -> screen_lib.State:
        outlook = self._outlook
        assert outlook is not None
        parts = [(_DONE, f"{outlook.num_finished}/{outlook.num_jobs} jobs")]
        if not outlook.num_rounds:
            parts += [(_LEFT, "compiling"), (_LEFT, "compiling, then the first round")]
            return screen_lib.State(outlook.percent(), parts, [])
        left, lanes = outlook.left(time.monotonic()), outlook.lanes()
        if left is not None:
            about = "at least " if left.at_least else ""
            parts.append((_LEFT, f"{about}{screen_lib.shown(left.seconds)} left"))
        busy = f"{sum(lanes.values())}/{self._num_lanes} lanes"
        if lanes:
            parts.append((_LANES, busy))
        if self._fewest is not None:
            parts.append((_SPARSEST, f"sparsest {self._fewest}"))
        if lanes:
            names = [jobs.PHASE_NAMES[phase] for phase in lanes]
            parts.append((_LANES, f"{busy} ({', '.join(names)})"))
        if len(lanes) > 1:
            counts = (f"{count} {jobs.PHASE_NAMES[phase]}" for phase, count in lanes.items())
            parts.append((_LANES, f"{busy} ({', '.join(counts)})"))
        if self._fewest is not None:
            parts.append((_SPARSEST, f"sparsest {self._fewest} edges"))
        rounds = (_ROUNDS, text.counted(outlook.num_rounds, "round"))
        return screen_lib.State(outlook.percent(), parts, [rounds])

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        if self._outlook is not None:
            self._ticker.join(2.0)  # unless it waits for a terminal that takes nothing
            with self._lock:
                self._speaker.end(self._state)


def analysing(networks: Sequence[T], show_progress: Any) -> Iterable[T]:
    """The same networks; where they take more than a moment, it is said how far it is.

    Args:
      networks: to be analysed one after the other.
      show_progress: as for `watch`.

    Example:
      >>> list(analysing([3, 4], show_progress=False))
      [3, 4]
    """
    screen = _screen(show_progress, None)
    if screen is None or not networks:
        yield from networks
        return
    speaker = _Speaker(screen)
    done = 0

    def state() -> screen_lib.State:
        parts = [(_DONE, f"analysed {done} of {text.counted(len(networks), 'network')}")]
        if 0 < done < len(networks):
            left = speaker.gone * (len(networks) - done) / done
            parts.append((_LEFT, f"{screen_lib.shown(left)} left"))
        return screen_lib.State(100 * done // len(networks), parts, [])

    try:
        for network in networks:
            if speaker.gone > _DELAY_S:
                speaker.say(True, state)
            yield network
            done += 1
    finally:
        speaker.end(state)


class _Speaker:
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


def _screen(show_progress: Any, stream: TextIO | None) -> screen_lib.Screen | None:
    mode = progress_mode.of(show_progress)
    stream = sys.stderr if stream is None else stream
    if mode == progress_mode.QUIET or stream is None or stream.closed:  # None: closed beforehand
        return None
    if mode == progress_mode.BAR or (mode == progress_mode.AUTO and stream.isatty()):
        return screen_lib.Bar(stream)
    return screen_lib.Lines(stream, stamped=mode == progress_mode.LOG)
