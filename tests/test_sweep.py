"""The contract: a job gives the same bits whatever its neighbours, the queue and the lanes."""

import hashlib

import pytest

import nsculpt
from nsculpt import experiment
from nsculpt import settings as settings_lib
from nsculpt.sculpting import jobs, sweep

TASK = nsculpt.load_task("input_separable")
SETTINGS = settings_lib.resolve(
    TASK, (8,), seeds=[0, 1], unit_steps=[20, 40], edge_steps=[4, 8], epochs=12, learning_rate=0.1
)
CELL = experiment.make_cell(TASK, SETTINGS)
GRID = jobs.grid(SETTINGS.seeds, SETTINGS.unit_steps, SETTINGS.edge_steps)


class Watch:
    """Keeps what finishes, in order, and can interrupt."""

    def __init__(self, stop_after=None):
        self.finished, self.busy, self.lanes, self.stop_after = [], [], None, stop_after

    def planned(self, pending, num_lanes):
        self.lanes = num_lanes

    def round_done(self, busy):
        self.busy.append(len(busy))

    def job_done(self, job, record):
        self.finished.append(job)
        if len(self.finished) == self.stop_after:
            raise KeyboardInterrupt


class Store(dict):
    def put(self, job, record):
        assert job not in self, "done twice"
        self[job] = record


def digest(record):
    arrays = [*record.kernels, *record.biases, *record.removed_at, record.rounds]
    return hashlib.sha256(b"".join(a.tobytes() for a in arrays) + record.status.encode()).digest()


def swept(wanted, num_lanes=None, store=None, watch=None):
    store = Store() if store is None else store
    sweep.run(CELL, wanted, store, watch or Watch(), num_lanes)
    return store


@pytest.fixture(scope="module")
def whole():
    watch = Watch()
    store = swept(GRID, watch=watch)
    # 2 dense, 4 unit, 8 edge jobs; those that others build on come first.
    assert len(watch.finished) == len(set(watch.finished)) == 14
    assert all(
        job.parent is None or watch.finished.index(job.parent) < watch.finished.index(job)
        for job in watch.finished
    )
    assert watch.lanes % CELL.tile == 0
    return {job: digest(record) for job, record in store.items()}


def test_alone(whole):
    store = swept(GRID[-1:])
    assert len(store) == 3  # the job, and the two that it builds on
    assert {job: digest(record) for job, record in store.items()}.items() <= whole.items()


def test_on_three_tiles(whole):
    watch = Watch()
    store = swept(GRID, num_lanes=2 * CELL.tile + 1, watch=watch)
    assert watch.lanes == 3 * CELL.tile
    assert {job: digest(record) for job, record in store.items()} == whole


def test_in_another_order(whole, monkeypatch):
    monkeypatch.setattr(sweep, "expected_rounds", lambda job: -hash(job) % 97)
    store = swept(GRID)
    assert {job: digest(record) for job, record in store.items()} == whole


def test_after_an_interruption(whole):
    store = Store()
    with pytest.raises(KeyboardInterrupt):
        swept(GRID, store=store, watch=Watch(stop_after=6))
    assert len(store) == 6
    watch = Watch()
    swept(GRID, store=store, watch=watch)
    assert len(watch.finished) == 8  # nothing is done twice
    assert {job: digest(record) for job, record in store.items()} == whole


def test_jobs_differ_from_each_other(whole):
    """Seeds and steps enter the draws: no two of a kind train alike."""
    assert len(set(whole.values())) == len(whole)


def test_longest_chain_first():
    plan = sweep._Queue(jobs.grid([0, 1], [5000, 50000], [500, 2500]), Store())
    assert [job.seed for job in plan] == [0, 1]
    for job in (jobs.Job(0), jobs.Job(1)):
        plan.finish(job, None)
    assert [(job.seed, job.unit_step) for job in plan] == [
        (0, 5000), (1, 5000), (0, 50000), (1, 50000)
    ]  # fmt: skip


def test_a_finished_sweep_does_nothing():
    store = dict.fromkeys(GRID, "a record")
    watch = Watch()
    sweep.run(CELL, GRID, store, watch)
    assert watch.finished == watch.busy == []
