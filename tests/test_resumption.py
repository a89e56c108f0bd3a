"""A sweep stopped at any round goes on within its jobs, with the program that trains them."""

import contextlib

import numpy as np
import pytest

from nsculpt import experiment, runs
from nsculpt import settings as settings_lib
from nsculpt.sculpting import effort, jobs, lanes, queue, sweep, writer
from tests.test_launch import contents
from tests.test_runs import FLAGS
from tests.test_sweep import GRID, SETTINGS, TASK, Watch, digest

pytestmark = pytest.mark.usefixtures("many_small_calls")


@pytest.fixture(scope="module")
def cell(many_small_calls):
    return experiment.make_cell(TASK, SETTINGS)


class Stop(Watch):
    """Interrupts when a round is done for the n-th time, before anything is made of it."""

    def __init__(self, at):
        super().__init__()
        self.at = at

    def round_done(self, busy, num_lanes):
        super().round_done(busy, num_lanes)
        if len(self.busy) == self.at:
            raise KeyboardInterrupt


def swept(folder, cell, wanted, watch):
    """Runs until it is done or stopped; returns the rounds that it did, and whether it is done."""
    spent = effort.Effort()
    with runs.open_folder(folder, FLAGS, cell) as store:
        try:
            sweep.run(cell, wanted, store, watch, None, spent, checkpoint_s=0)
        except KeyboardInterrupt:
            return spent.rounds, False
    return spent.rounds, True


def test_stopped_in_every_round_it_is_the_unbroken_run(cell, tmp_path):
    rounds, done = swept(tmp_path / "unbroken", cell, GRID[:1], Watch())
    assert done
    parts = [swept(tmp_path / "parts", cell, GRID[:1], Stop(at=2)) for _ in range(rounds)]
    # Each does one round and loses a second one; the last round is left for the last.
    assert parts == [*[(2, False)] * (rounds - 1), (1, True)]
    assert contents(tmp_path / "parts") == contents(tmp_path / "unbroken")
    assert len(list((tmp_path / "parts" / "jobs").iterdir())) == 3


class Kept(queue.Memory):
    """Keeps checkpoints too, and counts those that are gone on from."""

    def __init__(self):
        super().__init__()
        self.checkpoints, self.used = {}, 0

    def get_checkpoint(self, job):
        self.used += job in self.checkpoints
        return self.checkpoints.get(job)

    def put_checkpoint(self, job, checkpoint):
        assert job not in self
        self.checkpoints[job] = checkpoint


def test_many_jobs_that_are_stopped_again_and_again(cell):
    unbroken, kept = queue.Memory(), Kept()
    sweep.run(cell, GRID, unbroken, Watch())
    assert len(unbroken) == 14
    while len(kept) < 14:
        with contextlib.suppress(KeyboardInterrupt):
            sweep.run(cell, GRID, kept, Stop(at=9), checkpoint_s=0)
    assert kept.used > 5
    assert {job: digest(each) for job, each in kept.items()} == {
        job: digest(each) for job, each in unbroken.items()
    }


def test_small_sweeps_write_no_checkpoints(cell):
    kept = Kept()
    sweep.run(cell, GRID[:1], kept, Watch())
    assert len(kept) == 3
    assert not kept.checkpoints


def test_a_checkpoint_that_cannot_be_written_ends_the_sweep(cell):
    class Full(queue.Memory):
        def put_checkpoint(self, job, checkpoint):
            raise OSError("full")

    store = Full()
    with pytest.raises(OSError, match="full"):
        sweep.run(cell, GRID[:1], store, Watch(), checkpoint_s=0)
    assert jobs.Job(0) in store  # what was finished is kept


def test_a_job_that_needs_no_round_is_finished_as_it_begins():
    """One hidden unit: to prune 100 percent of it is a rejection without training."""
    chosen = settings_lib.resolve(TASK, (1,), seeds=[0], unit_steps=[100], edge_steps=[50])
    cell, store = experiment.make_cell(TASK, chosen), queue.Memory()
    dense, unit, edge = jobs.Job(0), jobs.Job(0, 100_000), jobs.Job(0, 100_000, 50_000)
    sizes = [(4, 1), (1, 4)]
    store.put(dense, jobs.Record(
        [np.ones(size, np.float32) for size in sizes],
        [np.ones(size[1], np.float32) for size in sizes],
        [np.zeros(size, np.int16) for size in sizes],
        np.array([(0, -1, 0, 0, 0, 0.25, 1, 1, 8, True)], jobs.ROUND),
        jobs.ACCEPTED,
    ))  # fmt: skip
    with writer.Writer(store, 0) as opened:
        plan = queue.Queue([edge], opened)
        training = lanes.Lanes(cell, plan, opened, 2, lambda sizes: 2, lambda job: ([], []))
        assert training.fill() == [(unit, store[dense])]
        (lane,) = training.take(half_empty=True)
    assert (lane.asked.job, lane.asked.index) == (edge, 0)
    assert store[unit] is store[dense]
