"""Many jobs over all cores and devices; a job's result depends on none of this (DESIGN 4.6, 6)."""

import concurrent.futures
import contextlib
import dataclasses
import functools
import os
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import jax

from nsculpt.sculpting import cell as cell_lib
from nsculpt.sculpting import effort as effort_lib
from nsculpt.sculpting import jobs, memory, pruning
from nsculpt.sculpting import lanes as lanes_lib
from nsculpt.sculpting import program as program_lib
from nsculpt.sculpting import queue as queue_lib
from nsculpt.sculpting import writer as writer_lib

_CHECKPOINT_S = 10.0  # far above what writing a network of 10 million edges takes


class Observer(Protocol):
    """Who watches a sweep."""

    def planned(self, pending: Sequence[jobs.Job], num_lanes: int) -> None: ...

    def in_training(self, rounds: Mapping[jobs.Job, int]) -> None:
        """The jobs that have a lane now, and how many rounds of its phase each has had."""

    def round_done(self, busy: Sequence[jobs.Job], num_lanes: int) -> None:
        """The jobs that had a round together, and the lanes of the program that did it."""

    def job_done(self, job: jobs.Job, record: jobs.Record) -> None: ...


@dataclasses.dataclass(frozen=True)
class Layout:
    """How a sweep is laid over the machine."""

    num_lanes: int  # networks in training at once
    num_devices: int  # that a call of a program works on, a tile each
    num_calls: int  # at work at once


def layout(cell: cell_lib.Cell, num_jobs: int, num_lanes: int | None) -> Layout:
    """The layout for so many jobs, and so many lanes where a number is asked for.

    Raises:
      InputError: there is not the memory for it.
    """
    devices = len(jax.local_devices())
    # A core works on one call at a time; an accelerator has the next one queued behind it.
    at_work = max(_num_cores(), devices) if jax.default_backend() == "cpu" else 2 * devices
    compact = cell.compact_sizes
    widest = cell.tile if compact is None else max(cell.tile, cell.tile_of(compact))
    # One tile more than are at work, so that no core waits for what the host makes of a reply.
    tiles = at_work + 1 if num_lanes is None else -(-num_lanes // widest)
    tiles = max(1, min(tiles, -(-num_jobs // widest)))
    asked = num_lanes is not None
    tiles = memory.lanes_that_fit(cell, widest, tiles * widest, asked) // widest
    devices = min(devices, tiles)
    return Layout(tiles * widest, devices, max(1, min(at_work, tiles) // devices))


def _num_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    cell: cell_lib.Cell,
    wanted: Sequence[jobs.Job],
    store: queue_lib.Store,
    observer: Observer,
    num_lanes: int | None = None,
    effort: effort_lib.Effort | None = None,
    checkpoint_s: float = _CHECKPOINT_S,
) -> None:
    """Runs the jobs of `wanted` that `store` lacks, and those that they build on.

    Args:
      cell: task, network and settings.
      wanted: edge jobs; the unit and dense jobs before them follow.
      store: asked for finished jobs, given new ones.
      observer: told of the plan, of jobs in training, of each round and of each finished job.
      num_lanes: how many networks are in training at once, rounded up to whole tiles; None: a tile
        for each core or device and one more, as far as there are jobs for them.
      effort: where what it takes is added up, also if it is interrupted.
      checkpoint_s: seconds that a job is in training before `store` is told after a round where it
        stands, and again as often; see `writer`.
    """
    effort = effort_lib.Effort() if effort is None else effort
    with contextlib.ExitStack() as stack:
        writer = stack.enter_context(writer_lib.Writer(store, checkpoint_s))
        queue = queue_lib.Queue(wanted, writer)
        if not queue.pending:
            observer.planned([], 0)
            return
        plan = layout(cell, len(wanted), num_lanes)
        observer.planned(queue.pending, plan.num_lanes)
        # XLA lets go of the interpreter while it works, so that calls share the cores, and the
        # host's decisions and the writing of files overlap the arithmetic.
        compiler, caller = (
            stack.enter_context(concurrent.futures.ThreadPoolExecutor(num_threads))
            for num_threads in (3, plan.num_calls)
        )
        programs = _Programs(cell, queue.pending, plan.num_devices, compiler, effort)
        lanes = lanes_lib.Lanes(
            cell, queue, writer, plan.num_lanes, programs.num_lanes, programs.initial_weights
        )
        calls: dict[concurrent.futures.Future[list[jobs.Reply]], list[lanes_lib.Lane]] = {}

        def say(finished: list[tuple[jobs.Job, jobs.Record]]) -> None:
            for job, record in finished:
                effort.prunings += job.phase == pruning.EDGE
                observer.job_done(job, record)

        def submit(half_empty: bool) -> None:
            while len(calls) < plan.num_calls and (batch := lanes.take(half_empty and not calls)):
                # Looked up here, since two threads that look at once would both compile.
                program = programs.compiled(batch[0].sizes)
                calls[caller.submit(programs.call, program, batch)] = batch

        while True:
            say(lanes.fill())
            observer.in_training(lanes.rounds)
            submit(half_empty=True)
            if not calls:
                break
            done, _ = concurrent.futures.wait(calls, return_when=concurrent.futures.FIRST_COMPLETED)
            returned = [(calls.pop(call), call.result()) for call in done]
            submit(half_empty=False)  # before the host makes anything of the replies
            for batch, replies in returned:
                observer.round_done(
                    [lane.asked.job for lane in batch], programs.num_lanes(batch[0].sizes)
                )
                say(lanes.advance(batch, replies))
            writer.check()


class _Programs:
    """The round programs of a cell, compiled in the background while others work already."""

    def __init__(
        self,
        cell: cell_lib.Cell,
        pending: Sequence[jobs.Job],
        num_devices: int,
        pool: concurrent.futures.ThreadPoolExecutor,
        effort: effort_lib.Effort,
    ):
        self._cell, self._effort = cell, effort
        self._lock = threading.Lock()
        self._num_devices = num_devices

        @functools.cache
        def compiled(sizes: tuple[int, ...]) -> concurrent.futures.Future[program_lib.Program]:
            return pool.submit(self._compile, sizes, num_devices)

        self.compiled = compiled
        phases = {job.phase for job in pending}
        if pruning.DENSE in phases:
            self._initialise = pool.submit(program_lib.compile_initialise, cell.layer_sizes)
        # Sizes that are not sure to be needed are compiled when they are: edge jobs alone seldom
        # need the arrays of the whole network where there are smaller ones.
        smaller = cell.fits_each_round or cell.compact_sizes is not None
        if pruning.DENSE in phases or not (smaller and phases == {pruning.EDGE}):
            compiled(cell.layer_sizes)
        if cell.compact_sizes is not None:
            compiled(cell.compact_sizes)

    def num_lanes(self, sizes: tuple[int, ...]) -> int:
        """Lanes of the program for arrays of these sizes."""
        return self._num_devices * self._cell.tile_of(sizes)

    def _compile(self, sizes: tuple[int, ...], num_devices: int) -> program_lib.Program:
        began = time.perf_counter()
        program = program_lib.Program(self._cell, sizes, num_devices)
        with self._lock:
            self._effort.compiles += 1
            self._effort.compile_s += time.perf_counter() - began
        return program

    def initial_weights(self, job: jobs.Job) -> tuple[list[Any], list[Any]]:
        return self._initialise.result()(job)

    def call(
        self,
        compiling: concurrent.futures.Future[program_lib.Program],
        batch: Sequence[lanes_lib.Lane],
    ) -> list[jobs.Reply]:
        program = compiling.result()
        began = time.perf_counter()
        replies = program([lane.round for lane in batch])
        seconds, sizes = time.perf_counter() - began, batch[0].sizes
        with self._lock:
            lanes = self.num_lanes(sizes)
            self._effort.add_call(self._cell, sizes, len(batch), lanes, seconds)
        return replies
