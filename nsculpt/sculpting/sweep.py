"""Many jobs on fixed tiles of lanes: a lane whose job has ended takes the next that is ready."""

import collections
import concurrent.futures
import heapq
import itertools
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from nsculpt.sculpting import jobs, pruning
from nsculpt.sculpting import program as program_lib


class Store(Protocol):
    """Where finished jobs are kept."""

    def get(self, job: jobs.Job) -> jobs.Record | None: ...

    def put(self, job: jobs.Job, record: jobs.Record) -> None: ...


class Observer(Protocol):
    """Who watches a sweep."""

    def planned(self, pending: Sequence[jobs.Job], num_lanes: int) -> None: ...

    def round_done(self, busy: Sequence[jobs.Job]) -> None: ...

    def job_done(self, job: jobs.Job, record: jobs.Record) -> None: ...


def run(
    cell: program_lib.Cell,
    wanted: Sequence[jobs.Job],
    store: Store,
    observer: Observer,
    num_lanes: int | None = None,
) -> None:
    """Runs the jobs of `wanted` that `store` lacks, and those that they build on.

    Args:
      cell: task, network and settings.
      wanted: edge jobs; the unit and dense jobs before them follow.
      store: asked for finished jobs, given new ones.
      observer: told of the plan, of each round and of each finished job.
      num_lanes: lanes to work with, rounded up to whole tiles; None: a tile for each core, as far
        as there are jobs for them.
    """
    queue = _Queue(wanted, store)
    tiles = [_Tile(cell.tile) for _ in range(num_tiles(cell, len(wanted), num_lanes))]
    observer.planned(queue.pending, len(tiles) * cell.tile)
    if not queue.pending:
        return
    program = program_lib.compile_round(cell)
    initial_weights = program_lib.compile_initialise(cell)

    def begin(job: jobs.Job) -> jobs.Work:
        if job.parent is None:
            return jobs.dense(job, *initial_weights(job), cell.acceptance)
        phase = jobs.prune_units if job.phase == pruning.UNIT else jobs.prune_edges
        return phase(job, queue.records[job.parent], cell.acceptance)

    # One thread a tile: XLA lets go of the interpreter while it works, so tiles share the cores and
    # the host's decisions for one tile overlap the arithmetic of another.
    with concurrent.futures.ThreadPoolExecutor(len(tiles)) as pool:
        running: dict[concurrent.futures.Future[list[jobs.Reply]], _Tile] = {}
        idle = tiles
        while True:
            for tile in idle:
                tile.fill(queue, begin)
                if tile.works:
                    running[pool.submit(program, tile.rounds)] = tile
            if not running:
                return
            done, _ = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED
            )
            for future in done:
                tile = running.pop(future)
                observer.round_done(tile.busy)
                for job, record in tile.advance(future.result()):
                    store.put(job, record)
                    queue.finish(job, record)
                    observer.job_done(job, record)
            # A finished job may have made work for tiles that had none.
            busy = list(running.values())
            idle = [tile for tile in tiles if tile not in busy]


def num_tiles(cell: program_lib.Cell, num_jobs: int, num_lanes: int | None) -> int:
    """How many tiles a sweep works with; see `run`."""
    if num_lanes is not None:
        return min(-(-num_lanes // cell.tile), num_jobs)  # a tile without a job is of no use
    return max(1, min(os.cpu_count() or 1, -(-num_jobs // cell.tile)))


def expected_rounds(job: jobs.Job) -> float:
    """About how many rounds a job takes. Orders the queue and feeds the progress bar, no more."""
    if job.parent is None:
        return 1.0
    # Units are pruned from 0 percent, edges from some 90; then the step is halved some times.
    return 5 + 100_000 / job.unit_step if not job.edge_step else 8 + 10_000 / job.edge_step


class _Queue:
    """Ready jobs, longest remaining chain first."""

    def __init__(self, wanted: Sequence[jobs.Job], store: Store):
        self.pending: list[jobs.Job] = []  # all that is to be done, parents included
        self.records: dict[jobs.Job, jobs.Record] = {}  # of finished jobs that others build on
        self._children: dict[jobs.Job, list[jobs.Job]] = collections.defaultdict(list)
        self._ready: list[tuple[float, jobs.Job]] = []
        ready = []
        missing = sorted({job for job in wanted if store.get(job) is None})
        while missing:
            self.pending.extend(missing)
            missing_parents = set()
            for job in missing:
                if job.parent is None or job.parent in self.records:
                    ready.append(job)
                elif (record := store.get(job.parent)) is not None:
                    self.records[job.parent] = record
                    ready.append(job)
                else:
                    self._children[job.parent].append(job)
                    missing_parents.add(job.parent)
            missing = sorted(missing_parents)
        for job in ready:
            self._push(job)

    def _chain(self, job: jobs.Job) -> float:
        after = (self._chain(child) for child in self._children.get(job, ()))
        return expected_rounds(job) + max(after, default=0.0)

    def _push(self, job: jobs.Job) -> None:
        heapq.heappush(self._ready, (-self._chain(job), job))

    def __iter__(self) -> Iterator[jobs.Job]:
        while self._ready:
            yield heapq.heappop(self._ready)[1]

    def finish(self, job: jobs.Job, record: jobs.Record) -> None:
        if job in self._children:
            self.records[job] = record
            for child in self._children[job]:
                self._push(child)


class _Tile:
    """Lanes that are compiled, and end a round, together."""

    def __init__(self, num_lanes: int):
        self.num_lanes = num_lanes
        self.works: list[jobs.Work] = []
        self.rounds: list[jobs.Round] = []  # what each of them asks for

    @property
    def busy(self) -> list[jobs.Job]:
        return [each.job for each in self.rounds]

    def fill(self, queue: _Queue, begin: Callable[[jobs.Job], jobs.Work]) -> None:
        """Gives free lanes to jobs that are ready."""
        for job in itertools.islice(queue, self.num_lanes - len(self.works)):
            work = begin(job)
            self.works.append(work)
            self.rounds.append(next(work))

    def advance(self, replies: list[jobs.Reply]) -> list[tuple[jobs.Job, jobs.Record]]:
        """Sends every lane its reply; returns the jobs that this finishes."""
        works, rounds, finished = [], [], []
        for work, asked, reply in zip(self.works, self.rounds, replies, strict=True):
            try:
                rounds.append(work.send(reply))
                works.append(work)
            except StopIteration as stop:
                finished.append((asked.job, stop.value))
        self.works, self.rounds = works, rounds
        return finished
