"""How far a sweep is: a bar with the time left on a terminal, plain lines elsewhere."""

import datetime
import math
import sys
import threading
import time
from collections.abc import Iterable, Sequence
from typing import TextIO, TypeVar

import tqdm

from nsculpt import text
from nsculpt.sculpting import jobs, queue

T = TypeVar("T")

# Between plain lines, where a round was done, and where none was.
_SECONDS_BETWEEN_LINES, _SECONDS_WITHOUT_NEWS = 10.0, 60.0
_NEWEST = 0.2  # weight of the newest round in the mean time of a round


class Silent:
    """Says nothing (`sweep.Observer`)."""

    def planned(self, pending: Sequence[jobs.Job], num_lanes: int) -> None: ...

    def round_done(self, busy: Sequence[jobs.Job], num_lanes: int) -> None: ...

    def job_done(self, job: jobs.Job, record: jobs.Record) -> None: ...

    def __enter__(self) -> "Silent":
        return self

    def __exit__(self, *error: object) -> None: ...


class Progress(Silent):
    """Counts trained rounds. How many a job takes shows at its end; before, it is an estimate."""

    def __init__(self, stream: TextIO | None = None):
        self._stream = sys.stderr if stream is None else stream
        self._bar: tqdm.tqdm | None = None
        self._rounds: dict[jobs.Job, int] = {}
        self._num_jobs = self._jobs_done = 0
        self._fewest: int | None = None
        self._left = _Left()
        self._began = self._line_at = time.monotonic()
        # A round may take minutes, in which a thread tells the time.
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def planned(self, pending: Sequence[jobs.Job], num_lanes: int) -> None:
        if not pending:
            return
        self._num_jobs = len(pending)
        self._left.plan(pending, num_lanes)
        self._bar = tqdm.tqdm(
            total=sum(map(queue.expected_rounds, pending)),
            file=self._stream,
            disable=not self._stream.isatty(),
            bar_format="{percentage:3.0f}% |{bar:10}| {desc}",
            leave=False,
        )
        self._say(_SECONDS_BETWEEN_LINES)
        self._ticker.start()

    def round_done(self, busy: Sequence[jobs.Job], num_lanes: int) -> None:
        with self._lock:
            for job in busy:
                # A job that outlasts its estimate waits there: the bar never runs over.
                self._rounds[job] = self._rounds.get(job, 0) + 1
                if self._rounds[job] <= queue.expected_rounds(job):
                    self._advance(job, 1)
                self._left.timed(job)
        self._say(_SECONDS_BETWEEN_LINES)

    def job_done(self, job: jobs.Job, record: jobs.Record) -> None:
        with self._lock:
            self._jobs_done += 1
            self._left.num_jobs -= 1
            if job.edge_step and record.status == jobs.ACCEPTED:
                self._fewest = min(record.alive_edges, self._fewest or record.alive_edges)
            self._advance(job, max(0.0, queue.expected_rounds(job) - self._rounds.get(job, 0)))

    def _advance(self, job: jobs.Job, rounds: float) -> None:
        assert self._bar is not None
        self._left.rounds[job.phase] -= rounds
        self._bar.update(rounds)

    def _tick(self) -> None:
        while not self._ended.wait(1.0):
            try:
                self._say(_SECONDS_WITHOUT_NEWS)
            except (OSError, ValueError):  # whom it told has gone; who works will see
                return

    def _say(self, seconds_between: float) -> None:
        assert self._bar is not None
        with self._lock:
            if not self._bar.disable:
                self._bar.set_description_str(self._text(), refresh=True)
            elif time.monotonic() - self._line_at > seconds_between:
                self._line_at = time.monotonic()
                print(f"  {self._text()}", file=self._stream, flush=True)

    def _text(self) -> str:
        gone = _shown(time.monotonic() - self._began)
        if not self._rounds:
            return f"compiling, then the first round, {gone}"
        parts = [
            f"{self._jobs_done} of {self._num_jobs} jobs",
            f"{text.counted(sum(self._rounds.values()), 'round')} in {gone}",
        ]
        left = self._left.seconds()
        if left is not None:
            parts.append(f"about {_shown(left)} left")
        if self._fewest is not None:
            parts.append(f"sparsest {self._fewest} edges")
        return ", ".join(parts)

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        if self._bar is not None:
            self._ticker.join(2.0)  # unless it waits for a terminal that takes nothing
            self._bar.close()


def analysing(networks: Sequence[T], show: bool) -> Iterable[T]:
    """The same networks; on a terminal with a bar, where they take more than a moment.

    Args:
      networks: to be analysed one after the other.
      show: False for no bar in any case.

    Example:
      >>> list(analysing([3, 4], show=False))
      [3, 4]
    """
    return tqdm.tqdm(
        networks,
        file=sys.stderr,
        disable=not (show and sys.stderr.isatty()),
        bar_format="{percentage:3.0f}% |{bar:10}| analysing network {n_fmt} of {total_fmt}, "
        "{elapsed}, {remaining} left",
        delay=2.0,
        leave=False,
    )


class _Left:
    """The time that the rounds to come will take, from how long those of each job took.

    By phase, since rounds of edges may be worked out on smaller arrays; and from job to job, since
    several that are in training at once answer in bursts.
    """

    def __init__(self) -> None:
        self.rounds = dict.fromkeys(jobs.PHASE_NAMES, 0.0)  # to come, about
        self._num_lanes = self.num_jobs = 1
        self._seconds: dict[int, float] = {}  # from one round of a job to its next, by phase
        self._last: dict[jobs.Job, float] = {}  # when a job had its last round
        self._at = 0.0

    def plan(self, pending: Sequence[jobs.Job], num_lanes: int) -> None:
        self._num_lanes, self.num_jobs = num_lanes, len(pending)
        for job in pending:
            self.rounds[job.phase] += queue.expected_rounds(job)

    def timed(self, job: jobs.Job) -> None:
        """A job had a round."""
        self._at = time.monotonic()
        before = self._last.get(job)
        self._last[job] = self._at
        if before is not None:
            took = self._at - before
            mean = self._seconds.get(job.phase, took)
            self._seconds[job.phase] = mean + _NEWEST * (took - mean)

    def seconds(self) -> float | None:
        """None while nobody can tell."""
        if not self._seconds:
            return None
        total = sum(
            rounds * self._seconds[min(self._seconds, key=lambda known: abs(known - phase))]
            for phase, rounds in self.rounds.items()
        )
        if not total:  # all that are left have outlasted their estimate
            return None
        at_once = max(1, min(self._num_lanes, self.num_jobs))
        return max(0.0, total / at_once - (time.monotonic() - self._at))


def _shown(seconds: float) -> str:
    return str(datetime.timedelta(seconds=math.ceil(seconds)))
