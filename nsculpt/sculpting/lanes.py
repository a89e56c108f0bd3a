"""Networks in training: each has a lane, and those that wait for a round make a batch."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

from nsculpt.sculpting import cell as cell_lib
from nsculpt.sculpting import compaction, jobs, pruning
from nsculpt.sculpting import queue as queue_lib
from nsculpt.sculpting import writer as writer_lib

Sizes = tuple[int, ...]  # of layers: the network's, or those of the smaller arrays


@dataclasses.dataclass(frozen=True, eq=False)
class Lane:
    """A job in training, and the round that it asks for."""

    work: jobs.Work
    asked: jobs.Round
    sizes: Sizes  # of the arrays that the round is worked out on
    compacted: compaction.Compacted | None  # None: on those of the whole network
    remaining: float  # rounds, about

    @property
    def round(self) -> jobs.Round:
        return self.asked if self.compacted is None else self.compacted.asked


class Lanes:
    """The jobs in training, at most `num_lanes`; a lane whose job has ended takes the next.

    Args:
      cell: task, network and settings.
      queue: gives the jobs.
      writer: takes them when they are finished, and where they stand between two rounds.
      num_lanes: how many at once.
      batch_lanes: the lanes of the program for arrays of a size.
      initial_weights: kernels and biases of a dense job before its round.
    """

    def __init__(
        self,
        cell: cell_lib.Cell,
        queue: queue_lib.Queue,
        writer: writer_lib.Writer,
        num_lanes: int,
        batch_lanes: Callable[[Sizes], int],
        initial_weights: Callable[[jobs.Job], tuple[Any, Any]],
    ):
        self._cell, self._queue, self._writer, self._num_lanes = cell, queue, writer, num_lanes
        self._batch_lanes, self._initial_weights = batch_lanes, initial_weights
        self.rounds: dict[jobs.Job, int] = {}  # of jobs in training: how many each has had
        # For a round; those that are not here are having theirs.
        self._waiting: dict[Sizes, list[Lane]] = {}

    def fill(self) -> list[tuple[jobs.Job, jobs.Record]]:
        """Gives free lanes to jobs that are ready; returns those that need no round at all."""
        finished = []
        while len(self.rounds) < self._num_lanes and (found := self._queue.next()) is not None:
            finished.extend(self._go_on(found[0], self._begin(*found), None))
        return finished

    def _begin(self, job: jobs.Job, base: jobs.Record | None) -> jobs.Work:
        rule = self._cell.acceptance
        checkpoint = self._writer.begin(job, base)
        if base is None:
            return jobs.dense(job, *self._initial_weights(job), rule)
        phase = jobs.prune_units if job.phase == pruning.UNIT else jobs.prune_edges
        return phase(job, base, rule, checkpoint)

    def _wait(self, work: jobs.Work, asked: jobs.Round) -> None:
        compacted = self._cell.compacted(asked)
        sizes = self._cell.layer_sizes if compacted is None else compacted.sizes
        self.rounds[asked.job] = asked.index
        remaining = self._queue.chain(asked.job) - asked.index
        self._waiting.setdefault(sizes, []).append(Lane(work, asked, sizes, compacted, remaining))

    def take(self, half_empty: bool) -> list[Lane]:
        """The next batch, of one size of arrays: the longest chains of those that wait.

        The size is that whose lanes it fills best, or of those that tie that of the longest chain.

        Args:
          half_empty: whether it may fill less than half of the lanes.
        """

        def full(sizes: Sizes) -> float:
            return min(len(self._waiting[sizes]) / self._batch_lanes(sizes), 1.0)

        def longest(sizes: Sizes) -> float:
            return max(lane.remaining for lane in self._waiting[sizes])

        if not self._waiting:
            return []
        sizes = max(self._waiting, key=lambda sizes: (full(sizes), longest(sizes)))
        if full(sizes) < (0 if half_empty else 1 / 2):
            return []
        in_order = sorted(self._waiting.pop(sizes), key=lambda lane: -lane.remaining)
        most = self._batch_lanes(sizes)
        if rest := in_order[most:]:
            self._waiting[sizes] = rest
        return in_order[:most]

    def advance(
        self, batch: Sequence[Lane], replies: Sequence[jobs.Reply]
    ) -> list[tuple[jobs.Job, jobs.Record]]:
        """Sends every lane its reply; returns the jobs that this finishes."""
        finished = []
        for lane, reply in zip(batch, replies, strict=True):
            whole = reply if lane.compacted is None else lane.compacted.restored(reply)
            finished.extend(self._go_on(lane.asked.job, lane.work, whole))
        return finished

    def _go_on(
        self, job: jobs.Job, work: jobs.Work, reply: jobs.Reply | None
    ) -> list[tuple[jobs.Job, jobs.Record]]:
        """Lets what a job asks for next wait for its batch; returns the job if it is finished."""
        try:
            asked = next(work) if reply is None else work.send(reply)
        except StopIteration as stop:
            self.rounds.pop(job, None)  # not there where it needed none
            self._writer.finish(job, stop.value)  # first, since the queue looks for it there
            self._queue.finish(job, stop.value)
            return [(job, stop.value)]
        if reply is not None:
            self._writer.go_on(asked)
        self._wait(work, asked)
        return []
