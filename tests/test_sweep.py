"""The contract: a job gives the same bits whatever its neighbours, the queue and the lanes."""

import concurrent.futures
import hashlib
import json
import threading

import pytest

import nsculpt
from nsculpt import experiment
from nsculpt import settings as settings_lib
from nsculpt.sculpting import jobs, program, queue, sweep, writer
from tests import launching

pytestmark = pytest.mark.usefixtures("many_small_calls")

TASK = nsculpt.load_task("input_separable")
SETTINGS = settings_lib.resolve(
    TASK, (12,), seeds=[0, 1], unit_steps=[20, 40], edge_steps=[4, 8], epochs=12, learning_rate=0.1
)
GRID = jobs.grid(SETTINGS.seeds, SETTINGS.unit_steps, SETTINGS.edge_steps)


@pytest.fixture(scope="module")
def cell(many_small_calls):
    made = experiment.make_cell(TASK, SETTINGS)
    assert made.compact_sizes == (4, 8, 4)
    return made


class Watch:
    """Keeps what finishes, in order, and can interrupt."""

    def __init__(self, stop_after=None):
        self.finished, self.busy, self.lanes, self.stop_after = [], [], None, stop_after
        self.rounds = {}  # of each job, as last told while it was in training

    def planned(self, pending, num_lanes):
        self.lanes = num_lanes

    def in_training(self, rounds):
        assert len(rounds) <= self.lanes
        assert not rounds.keys() & self.finished
        self.rounds |= rounds

    def round_done(self, busy, num_lanes):
        assert len(busy) <= num_lanes
        self.busy.append(len(busy))

    def job_done(self, job, record):
        self.finished.append(job)
        if len(self.finished) == self.stop_after:
            raise KeyboardInterrupt


class Store(queue.Memory):
    def put(self, job, record):
        assert job not in self, "done twice"
        self[job] = record


def digest(record):
    arrays = [*record.kernels, *record.biases, *record.removed_at, record.rounds]
    return hashlib.sha256(b"".join(a.tobytes() for a in arrays) + record.status.encode()).digest()


def swept(cell, wanted=GRID, num_lanes=None, store=None, watch=None):
    store = Store() if store is None else store
    sweep.run(cell, wanted, store, watch or Watch(), num_lanes)
    return store


@pytest.fixture(scope="module")
def whole(cell):
    watch = Watch()
    program.forget()
    store = swept(cell, watch=watch)
    assert program.num_compiled() == 2  # for the two sizes of arrays, and no more
    # 2 dense, 4 unit, 8 edge jobs; those that others build on come first.
    assert len(watch.finished) == len(set(watch.finished)) == 14
    assert all(
        job.parent is None or watch.finished.index(job.parent) < watch.finished.index(job)
        for job in watch.finished
    )
    assert watch.lanes == 2 * (sweep._num_cores() + 1)
    took = {job: (record.rounds["phase"] == job.phase).sum() for job, record in store.items()}
    assert sum(watch.busy) == sum(took.values())
    # While it has its last round, a job has had all the others.
    assert watch.rounds == {job: number - 1 for job, number in took.items()}
    return {job: digest(record) for job, record in store.items()}


def test_alone(cell, whole):
    store = swept(cell, GRID[-1:])
    assert len(store) == 3  # the job, and the two that it builds on
    assert {job: digest(record) for job, record in store.items()}.items() <= whole.items()


def most_at_once(patch):
    """Counts the calls of programs that are at work at once."""
    counts, lock, call = [0, 0], threading.Lock(), program.Program.__call__

    def counted(self, rounds):
        with lock:
            counts[0] += 1
            counts[1] = max(counts)
        try:
            return call(self, rounds)
        finally:
            with lock:
                counts[0] -= 1

    patch.setattr(program.Program, "__call__", counted)
    return lambda: counts[1]


@pytest.mark.parametrize(("lanes", "num_calls"), [(2, 1), (6, 3), (5, 2)])
def test_one_tile_and_three(cell, whole, monkeypatch, lanes, num_calls):
    monkeypatch.setattr(sweep, "layout", lambda *arguments: sweep.Layout(lanes, 1, num_calls))
    at_once = most_at_once(monkeypatch)
    store = swept(cell)
    assert {job: digest(record) for job, record in store.items()} == whole
    assert (at_once() > 1) == (num_calls > 1)


def test_in_another_order(cell, whole, monkeypatch):
    monkeypatch.setattr(queue, "expected_rounds", lambda job: -hash(job) % 97)
    store = swept(cell)
    assert {job: digest(record) for job, record in store.items()} == whole


def test_after_an_interruption(cell, whole):
    store = Store()
    with pytest.raises(KeyboardInterrupt):
        swept(cell, store=store, watch=Watch(stop_after=6))
    done = len(store)
    assert done in (6, 7)  # with its neighbour, if that was finished too
    watch = Watch()
    swept(cell, store=store, watch=watch)
    assert len(watch.finished) == 14 - done  # nothing is done twice
    assert {job: digest(record) for job, record in store.items()} == whole


def test_a_write_that_fails_is_never_missed():
    """Also where it fails just after it was looked at."""

    class Late(concurrent.futures.Future):
        asked = 0

        def done(self):
            self.asked += 1
            if self.asked == 2:
                self.set_exception(OSError("full"))
            return super().done()

    def look_again(writes):
        for _ in range(3):
            writes = writer._unfinished(writes)
            for write in writes:
                write.done()

    with pytest.raises(OSError, match="full"):
        look_again([Late()])


def test_a_store_that_fails_ends_the_sweep(cell):
    class Full(Store):
        def put(self, job, record):
            if len(self) == 3:
                raise OSError("full")
            super().put(job, record)

    store = Full()
    with pytest.raises(OSError, match="full"):
        swept(cell, store=store)
    assert len(store) == 3


def test_jobs_differ_from_each_other(whole):
    """Seeds and steps enter the draws: no two of a kind train alike."""
    assert len(set(whole.values())) == len(whole)


def test_rounds_ran_on_both_sizes_of_arrays(cell):
    sizes = set()
    call = program.Program.__call__

    class Spy(program.Program):
        def __call__(self, rounds):
            sizes.update(tuple(kernel.shape for kernel in each.kernels) for each in rounds)
            return call(self, rounds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(program, "Program", Spy)
        swept(cell, GRID[:1])
    assert sizes == {((4, 12), (12, 4)), ((4, 8), (8, 4))}


def test_two_programs_for_layer_sizes_and_batch_size_whatever_else_changes(cell):
    """Another task, learning rate, number of epochs, seed or step needs no other program."""
    swept(cell, GRID[:1])
    before = program.num_compiled()
    for name, changed in (
        ("input_separable", {"learning_rate": 0.2, "epochs": 2, "seeds": [7]}),
        ("non_modular", {"input_noise": 0.3, "epochs": 3, "learning_rate": 0.01}),
    ):
        task = nsculpt.load_task(name)
        grid = {"seeds": [3], "unit_steps": [50], "edge_steps": [20]} | changed
        settings = settings_lib.resolve(task, (12,), batch_size=8, **grid)
        other = experiment.make_cell(task, settings)
        swept(other, jobs.grid(settings.seeds, settings.unit_steps, settings.edge_steps))
    assert program.num_compiled() == before


# A process of its own, since devices, threads and cache are settled when jax starts.
MATRIX = """
import json, sys
from nsculpt import compilation_cache, experiment
from nsculpt.sculpting import cell as cell_lib
from nsculpt.sculpting import compaction, program, sweep
from tests import test_sweep as here
import jax
compaction._LEAST_WORK = 0
cell_lib.tile_lanes = lambda *_: 2
folder, devices, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if folder:
    compilation_cache.turn_on(folder)
assert len(jax.local_devices()) == devices
cell = experiment.make_cell(here.TASK, here.SETTINGS)
sweep.layout = lambda *arguments: sweep.Layout(8, devices, threads)
at_once = here.most_at_once(here.pytest.MonkeyPatch())
store = here.swept(cell)
assert (at_once() > 1) == (threads > 1)
print(json.dumps(sorted([str(job), here.digest(record).hex()] for job, record in store.items())))
"""


def in_a_process(cache="", devices=1, threads=1, cores=None, **environment):
    done = launching.python(MATRIX, cache, devices, threads, cores=cores, **environment)
    assert done.returncode == 0, done.stderr
    return {job: bytes.fromhex(bits) for job, bits in json.loads(done.stdout)}


@pytest.mark.parametrize(
    "how",
    [
        pytest.param({"threads": 2}, id="2 threads"),
        pytest.param(
            {"devices": 4, "XLA_FLAGS": "--xla_force_host_platform_device_count=4"},
            id="4 devices",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_in_other_processes(whole, how):
    assert in_a_process(**how) == {str(job): bits for job, bits in whole.items()}


def test_with_a_cache_cold_on_one_core_and_warm(whole, tmp_path):
    expected = {str(job): bits for job, bits in whole.items()}
    assert in_a_process(cache=str(tmp_path), cores=1) == expected

    def kept():
        files = [*tmp_path.glob("*-cache"), *tmp_path.glob("*.traced")]
        return {path.name: (path.stat().st_ino, path.read_bytes()) for path in files}

    before = kept()
    # Two round programs, and the one that draws initial weights: compiled, and traced.
    assert len(before) == 6
    assert in_a_process(cache=str(tmp_path)) == expected
    assert kept() == before


@pytest.mark.parametrize(
    ("num_jobs", "num_lanes", "lanes"),
    [(1, None, 2), (10_000, 1, 2), (10_000, 33, 34), (40, 1000, 40)],
)
def test_lanes_are_whole_tiles_and_no_more_than_there_is_work_for(cell, num_jobs, num_lanes, lanes):
    plan = sweep.layout(cell, num_jobs, num_lanes)
    assert plan.num_lanes == lanes
    assert plan.num_devices == 1
    assert 1 <= plan.num_calls <= lanes // 2


def test_a_finished_sweep_does_nothing(cell):
    store = dict.fromkeys(GRID, "a record")
    watch = Watch()
    swept(cell, store=store, watch=watch)
    assert watch.finished == watch.busy == []


# Data of a user's own class: what its `gather` does is in no name of a kept program.
OWN_SOURCE = """
import dataclasses, sys, typing
from nsculpt import compilation_cache, experiment, settings
from nsculpt.sculpting import jobs
from tests import test_sweep as here
class Rows(typing.NamedTuple):
    x: typing.Any
    y: typing.Any
    num_rows, num_inputs, num_outputs = 16, 4, 4
    def gather(self, rows):
        return self.x[rows], (1 - self.y[rows] if sys.argv[2] == "negated" else self.y[rows])
    def sha256(self):
        return sys.argv[2]
compilation_cache.turn_on(sys.argv[1])
rows = Rows(here.TASK.x_train, here.TASK.y_train)
task = dataclasses.replace(here.TASK, train=rows, valid=rows)
cell = experiment.make_cell(task, settings.resolve(task, (5,), epochs=3))
(record,) = here.swept(cell, [jobs.Job(0)]).values()
print(here.digest(record).hex())
"""


@pytest.mark.slow
def test_a_source_of_ones_own_gets_no_kept_program(tmp_path):
    found = [launching.python(OWN_SOURCE, tmp_path, how) for how in ("plain", "negated")]
    assert [done.returncode for done in found] == [0, 0], found[0].stderr
    plain, negated = (done.stdout for done in found)
    assert negated != plain  # on the same arrays
