"""How far a sweep is, said to who waits."""

import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from nsculpt import text
from nsculpt.report import outlook as outlook_lib
from nsculpt.report import screen as screen_lib
from nsculpt.report import waiting
from nsculpt.sculpting import jobs

# Places of what is said in the line.
_DONE, _LEFT, _LANES, _SPARSEST, _ROUNDS = range(5)


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
    screen = waiting.screen_of(show_progress, stream)
    return Silent() if screen is None else Progress(screen)


class Progress(Silent):
    """Says jobs done, time left, lanes busy by phase, the sparsest network so far."""

    def __init__(self, screen: screen_lib.Screen):
        self._speaker = waiting.Speaker(screen)
        self._num_lanes = 0
        self._outlook: outlook_lib.Outlook | None = None
        self._fewest: int | None = None
        # A round may take minutes, in which a thread tells the time.
        self._lock = threading.Lock()
        self._ticker = waiting.Ticker(lambda: self._say(news=False), 1.0, 1.0)

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
                known = record.alive_edges if self._fewest is None else self._fewest
                self._fewest = min(record.alive_edges, known)

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
            more = " or more" if left.open_end else ""
            parts.append((_LEFT, f"{screen_lib.shown(left.seconds)}{more} left"))
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
            parts.append((_SPARSEST, f"sparsest {text.counted(self._fewest, 'edge')}"))
        rounds = (_ROUNDS, text.counted(outlook.num_rounds, "round"))
        return screen_lib.State(outlook.percent(), parts, [rounds])

    def __exit__(self, *error: object) -> None:
        if self._outlook is not None and self._ticker.end():
            with self._lock:
                self._speaker.end(self._state)
