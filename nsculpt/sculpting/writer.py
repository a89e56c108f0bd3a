"""What a sweep leaves, given to its store by a thread of its own: finished jobs and checkpoints."""

import concurrent.futures
import time
from collections.abc import Callable
from typing import Any

from nsculpt.sculpting import jobs
from nsculpt.sculpting import queue as queue_lib

_Write = concurrent.futures.Future[None]


class Writer:
    """Gives jobs to a store while others are in training, and takes them from there.

    A job's checkpoint is taken after a round, once `checkpoint_s` seconds have gone by since it
    began or since the last one, so that a sweep of small networks writes none at all.

    Args:
      store: where jobs are kept.
      checkpoint_s: seconds, >= 0.
    """

    def __init__(self, store: queue_lib.Store, checkpoint_s: float):
        self._store, self._checkpoint_s = store, checkpoint_s
        self._thread = concurrent.futures.ThreadPoolExecutor(1)
        self._writes: list[_Write] = []
        self._unwritten: dict[jobs.Job, jobs.Record] = {}  # finished
        self._due: dict[jobs.Job, float] = {}  # when a job in training may have a checkpoint
        self._checkpoints: dict[jobs.Job, _Write] = {}  # the last of each

    def get(self, job: jobs.Job) -> jobs.Record | None:
        """The record of a finished job, be it written already or not."""
        record = self._unwritten.get(job)
        return self._store.get(job) if record is None else record

    def begin(self, job: jobs.Job, base: jobs.Record | None) -> jobs.Checkpoint | None:
        """Where a job that builds on `base` stood when it was interrupted; None: it begins."""
        self._due[job] = time.monotonic() + self._checkpoint_s
        found = None if base is None else self._store.get_checkpoint(job)
        return found if found is not None and base is not None and found.builds_on(base) else None

    def go_on(self, asked: jobs.Round) -> None:
        """A job has done a round, and asks for this one."""
        job, now, last = asked.job, time.monotonic(), self._checkpoints.get(asked.job)
        waiting = last is not None and not last.done()  # a slow disk: no second one behind it
        if asked.checkpoint is not None and now >= self._due[job] and not waiting:
            self._due[job] = now + self._checkpoint_s
            write = self._submit(self._store.put_checkpoint, job, asked.checkpoint)
            self._checkpoints[job] = write

    def finish(self, job: jobs.Job, record: jobs.Record) -> None:
        """A job is finished."""
        self._due.pop(job)
        self._checkpoints.pop(job, None)
        self._unwritten[job] = record
        self._submit(self._put, job, record)

    def _put(self, job: jobs.Job, record: jobs.Record) -> None:
        self._store.put(job, record)
        del self._unwritten[job]

    def _submit(self, write: Callable[..., None], *arguments: Any) -> _Write:
        self._writes.append(self._thread.submit(write, *arguments))
        return self._writes[-1]

    def check(self) -> None:
        """Raises what went wrong with a write."""
        self._writes = _unfinished(self._writes)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        self._thread.shutdown()
        if error is None:
            self.check()


def _unfinished(writes: list[_Write]) -> list[_Write]:
    """Those that are not done; raises what went wrong with the others."""
    done, unfinished = concurrent.futures.wait(writes, timeout=0)
    for write in done:
        write.result()
    return list(unfinished)
