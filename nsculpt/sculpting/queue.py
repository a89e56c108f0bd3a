"""Which job next: those that are ready, the longest remaining chain first (DESIGN 6)."""

import errno
import heapq
from collections.abc import Sequence
from typing import Protocol

from nsculpt.sculpting import jobs

# Of parents' records that a queue holds; beyond, they are read again for each child. The longest
# chains go first, so that all unit jobs are done before most of what builds on them.
_HELD_BYTES = 2**28


class Finished(Protocol):
    """Where a queue finds finished jobs."""

    def get(self, job: jobs.Job) -> jobs.Record | None: ...


class Store(Finished, Protocol):
    """Where jobs are kept. `put` and `put_checkpoint` are called from another thread than `get`."""

    def put(self, job: jobs.Job, record: jobs.Record) -> None: ...

    def get_checkpoint(self, job: jobs.Job) -> jobs.Checkpoint | None: ...

    def put_checkpoint(self, job: jobs.Job, checkpoint: jobs.Checkpoint) -> None:
        """Keeps where a job stands, until the job is put."""


class Memory(dict[jobs.Job, jobs.Record]):
    """A store that lasts as long as the process, and so needs no checkpoints."""

    def put(self, job: jobs.Job, record: jobs.Record) -> None:
        self[job] = record

    def get_checkpoint(self, job: jobs.Job) -> None: ...

    def put_checkpoint(self, job: jobs.Job, checkpoint: jobs.Checkpoint) -> None: ...


def lost(job: jobs.Job) -> FileNotFoundError:
    """What to raise where a finished job is no longer there."""
    return FileNotFoundError(errno.ENOENT, "was finished, and its file is lost", str(job))


def expected_rounds(job: jobs.Job) -> float:
    """About how many rounds a job takes. Orders the queue and feeds the progress bar, no more."""
    if job.parent is None:
        return 1.0
    # Units are pruned from 0 percent, edges from some 90; then the step is halved some times.
    return 5 + 100_000 / job.unit_step if not job.edge_step else 8 + 10_000 / job.edge_step


class Queue:
    """Jobs that are to be done: `wanted`, and what they build on, without what `store` has."""

    def __init__(self, wanted: Sequence[jobs.Job], store: Finished):
        self.pending: list[jobs.Job] = []  # all that is to be done, parents included
        self._store = store
        # Of finished jobs that others build on, until these have begun.
        self._records: dict[jobs.Job, jobs.Record] = {}
        self._held_bytes = 0
        self._to_begin: dict[jobs.Job, int] = {}  # how many others build on a job
        self._children: dict[jobs.Job, list[jobs.Job]] = {}  # of jobs that are not finished
        self._chains: dict[jobs.Job, float] = {}
        self._ready: list[tuple[float, jobs.Job]] = []
        ready: list[jobs.Job] = []
        missing = sorted({job for job in wanted if store.get(job) is None})
        while missing:
            self.pending.extend(missing)
            siblings: dict[jobs.Job | None, list[jobs.Job]] = {}
            for job in missing:
                siblings.setdefault(job.parent, []).append(job)
            missing = []
            for parent, children in siblings.items():
                if parent is None or self._find(parent, len(children)):
                    ready.extend(children)
                else:
                    self._children[parent] = children
                    missing.append(parent)
            missing.sort()
        for job in ready:
            self._push(job)

    def chain(self, job: jobs.Job) -> float:
        """About how many rounds there are from this job's first to the last that waits for it."""
        if job not in self._chains:
            after = (self.chain(child) for child in self._children.get(job, ()))
            self._chains[job] = expected_rounds(job) + max(after, default=0.0)
        return self._chains[job]

    def _push(self, job: jobs.Job) -> None:
        heapq.heappush(self._ready, (-self.chain(job), job))

    def next(self) -> tuple[jobs.Job, jobs.Record | None] | None:
        """A job that is ready, and the record that it builds on; None where none is ready.

        Raises:
          OSError: the store has lost that record.
        """
        if not self._ready:
            return None
        _, job = heapq.heappop(self._ready)
        return job, None if job.parent is None else self._base(job.parent)

    def _base(self, parent: jobs.Job) -> jobs.Record:
        record = self._records.get(parent)
        if record is None and (record := self._store.get(parent)) is None:
            raise lost(parent)
        self._to_begin[parent] -= 1
        if not self._to_begin[parent] and self._records.pop(parent, None) is not None:
            self._held_bytes -= record.nbytes
        return record

    def _find(self, parent: jobs.Job, num_children: int) -> bool:
        """Whether a job is finished on which so many are to build."""
        self._to_begin[parent] = num_children
        if (record := self._store.get(parent)) is not None:
            self._hold(parent, record)
        return record is not None

    def _hold(self, parent: jobs.Job, record: jobs.Record) -> None:
        if self._held_bytes + record.nbytes <= _HELD_BYTES:
            self._records[parent] = record
            self._held_bytes += record.nbytes

    def finish(self, job: jobs.Job, record: jobs.Record) -> None:
        """Makes the jobs ready that waited for this one; from now on the store has it."""
        if job in self._children:
            self._hold(job, record)
            for child in self._children[job]:
                self._push(child)
