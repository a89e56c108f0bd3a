"""Which job next: those that are ready, the longest remaining chain first (DESIGN 6)."""

import collections
import heapq
from collections.abc import Sequence
from typing import Protocol

from nsculpt.sculpting import jobs


class Store(Protocol):
    """Where finished jobs are kept. `put` is called from another thread than `get`."""

    def get(self, job: jobs.Job) -> jobs.Record | None: ...

    def put(self, job: jobs.Job, record: jobs.Record) -> None: ...


class Memory(dict[jobs.Job, jobs.Record]):
    """A store that lasts as long as the process."""

    def put(self, job: jobs.Job, record: jobs.Record) -> None:
        self[job] = record


def expected_rounds(job: jobs.Job) -> float:
    """About how many rounds a job takes. Orders the queue and feeds the progress bar, no more."""
    if job.parent is None:
        return 1.0
    # Units are pruned from 0 percent, edges from some 90; then the step is halved some times.
    return 5 + 100_000 / job.unit_step if not job.edge_step else 8 + 10_000 / job.edge_step


class Queue:
    """Jobs that are to be done: `wanted`, and what they build on, without what `store` has."""

    def __init__(self, wanted: Sequence[jobs.Job], store: Store):
        self.pending: list[jobs.Job] = []  # all that is to be done, parents included
        self._records: dict[jobs.Job, jobs.Record] = {}  # of finished jobs that others build on
        self._children: dict[jobs.Job, list[jobs.Job]] = collections.defaultdict(list)
        self._ready: list[tuple[float, jobs.Job]] = []
        ready = []
        missing = sorted({job for job in wanted if store.get(job) is None})
        while missing:
            self.pending.extend(missing)
            missing_parents = set()
            for job in missing:
                if job.parent is None or job.parent in self._records:
                    ready.append(job)
                elif (record := store.get(job.parent)) is not None:
                    self._records[job.parent] = record
                    ready.append(job)
                else:
                    self._children[job.parent].append(job)
                    missing_parents.add(job.parent)
            missing = sorted(missing_parents)
        for job in ready:
            self._push(job)

    def chain(self, job: jobs.Job) -> float:
        """About how many rounds there are from this job's first to the last that waits for it."""
        after = (self.chain(child) for child in self._children.get(job, ()))
        return expected_rounds(job) + max(after, default=0.0)

    def _push(self, job: jobs.Job) -> None:
        heapq.heappush(self._ready, (-self.chain(job), job))

    def next(self) -> tuple[jobs.Job, jobs.Record | None] | None:
        """A job that is ready, and the record that it builds on; None where none is ready."""
        if not self._ready:
            return None
        _, job = heapq.heappop(self._ready)
        return job, None if job.parent is None else self._records[job.parent]

    def finish(self, job: jobs.Job, record: jobs.Record) -> None:
        """Makes the jobs ready that waited for this one."""
        if job in self._children:
            self._records[job] = record
            for child in self._children[job]:
                self._push(child)
