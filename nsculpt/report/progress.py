"""How far a sweep is: a bar with the time left on a terminal, plain lines elsewhere."""

import datetime
import math
import sys
import time
from collections.abc import Sequence
from typing import TextIO

import tqdm

from nsculpt import text
from nsculpt.sculpting import jobs, queue

_SECONDS_BETWEEN_LINES = 10.0
_LEAST_DONE = 0.03  # share of all rounds; before, nobody can tell how long the rest takes


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
        self._total = self._done = 0.0  # rounds
        self._fewest: int | None = None
        self._began = self._line_at = time.monotonic()

    def planned(self, pending: Sequence[jobs.Job], num_lanes: int) -> None:
        self._num_jobs = len(pending)
        self._total = sum(queue.expected_rounds(job) for job in pending)
        if pending:
            self._bar = tqdm.tqdm(
                total=self._total,
                file=self._stream,
                disable=not self._stream.isatty(),
                bar_format="{percentage:3.0f}% |{bar:20}|{postfix}",
                leave=False,
            )
            self._say("compiling")

    def round_done(self, busy: Sequence[jobs.Job], num_lanes: int) -> None:
        if not self._rounds:
            self._began = time.monotonic()  # what came before was compilation
        for job in busy:
            # A job that outlasts its estimate waits there: the bar never runs over.
            self._rounds[job] = self._rounds.get(job, 0) + 1
            if self._rounds[job] <= queue.expected_rounds(job):
                self._advance(1)
        fewest = "" if self._fewest is None else f", sparsest {self._fewest} edges"
        rounds = text.counted(sum(self._rounds.values()), "round")
        left = ""
        if self._done > _LEAST_DONE * self._total:
            seconds = (time.monotonic() - self._began) * (self._total / self._done - 1)
            left = f", about {datetime.timedelta(seconds=math.ceil(seconds))} left"
        self._say(f"{self._jobs_done} of {self._num_jobs} jobs, {rounds}{fewest}{left}")

    def job_done(self, job: jobs.Job, record: jobs.Record) -> None:
        self._jobs_done += 1
        if job.edge_step and record.status == jobs.ACCEPTED:
            self._fewest = min(record.alive_edges, self._fewest or record.alive_edges)
        self._advance(max(0.0, queue.expected_rounds(job) - self._rounds.get(job, 0)))

    def _advance(self, rounds: float) -> None:
        assert self._bar is not None
        self._done += rounds
        self._bar.update(rounds)

    def _say(self, text: str) -> None:
        assert self._bar is not None
        if not self._bar.disable:
            self._bar.set_postfix_str(text, refresh=True)
        elif time.monotonic() - self._line_at > _SECONDS_BETWEEN_LINES:
            self._line_at = time.monotonic()
            print(f"  {text}", file=self._stream, flush=True)

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.close()
