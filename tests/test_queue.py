"""Which job is next, and whose records are held for it."""

import gc
import weakref

import numpy as np
import pytest

from nsculpt.sculpting import jobs, queue

DENSE, UNIT = jobs.Job(0), jobs.Job(0, 50_000)


def record():
    """Of 4 edges and 2 units: 4 x (4 + 2) + 2 x 4 = 32 bytes."""
    return jobs.Record(
        [np.ones((2, 2), np.float32)],
        [np.zeros(2, np.float32)],
        [np.zeros((2, 2), np.int16)],
        np.array([(0, -1, 0, 0, 0, 0.25, 1, 0, 4, True)], jobs.ROUND),
        jobs.ACCEPTED,
    )


class Counting(queue.Memory):
    """Keeps copies, as files are, and counts who is asked for."""

    def __init__(self):
        super().__init__()
        self.asked = []

    def get(self, job):
        self.asked.append(job)
        return record() if job in self else None


def ready(plan):
    return [job for job, _ in iter(plan.next, None)]


def test_longest_chain_first():
    steps = [5000, 50000]
    plan = queue.Queue(jobs.grid([0, 1], steps, [500, 2500]), queue.Memory())
    assert ready(plan) == [jobs.Job(0), jobs.Job(1)]
    for job in (jobs.Job(0), jobs.Job(1)):
        plan.finish(job, record())
    assert ready(plan) == [jobs.Job(seed, step) for step in steps for seed in (0, 1)]


def test_chains_are_as_long_as_their_longest():
    plan = queue.Queue(jobs.grid([0], [5000, 50000], [500, 2500]), queue.Memory())
    # 5 + 100 / step rounds for units (25, 7), 8 + 10 / step for edges (28, 12), 1 for dense.
    assert plan.chain(jobs.Job(0, 5000, 500)) == 28
    assert plan.chain(jobs.Job(0, 50000, 2500)) == 12
    assert plan.chain(jobs.Job(0, 50000)) == 7 + 28
    assert plan.chain(jobs.Job(0)) == 1 + 25 + 28


@pytest.mark.parametrize("found", [True, False])
def test_a_record_is_let_go_when_all_that_build_on_it_have_begun(found):
    """Whether the store had it from the beginning, or it was finished meanwhile."""
    store = Counting()
    wanted = jobs.grid([0], [50_000], [500, 1000, 2500])
    if found:
        store.put(UNIT, record())
        plan = queue.Queue(wanted, store)
    else:
        plan = queue.Queue(wanted, store)
        assert ready(plan) == [DENSE]
        plan.finish(DENSE, record())
        assert ready(plan) == [UNIT]
        plan.finish(UNIT, record())
    job, base = plan.next()
    assert job == wanted[0]
    held = weakref.ref(base)
    asked = len(store.asked)
    assert plan.next() == (wanted[1], base)
    del base
    gc.collect()
    assert held() is not None
    assert plan.next()[0] == wanted[2]
    gc.collect()
    assert held() is None
    assert len(store.asked) == asked  # it was held until then
    assert plan.next() is None


def test_records_beyond_the_bound_are_read_again(monkeypatch):
    monkeypatch.setattr(queue, "_HELD_BYTES", 2 * record().nbytes)
    units = [jobs.Job(seed, 50_000) for seed in range(3)]
    store = Counting()
    for unit in units:
        store.put(unit, record())
    plan = queue.Queue(jobs.grid(range(3), [50_000], [500, 1000]), store)
    store.asked.clear()
    begun = list(iter(plan.next, None))
    assert [job.seed for job, _ in begun] == [0, 1, 2, 0, 1, 2]
    # Two have room; the third is read for each of its jobs.
    assert store.asked == [units[2], units[2]]
    assert all(base.kernels[0].tobytes() == record().kernels[0].tobytes() for _, base in begun)


def test_a_record_that_is_let_go_makes_room(monkeypatch):
    monkeypatch.setattr(queue, "_HELD_BYTES", record().nbytes)
    store = Counting()
    for job in (UNIT, jobs.Job(1)):
        store.put(job, record())
    later = jobs.Job(1, 50_000)
    plan = queue.Queue(jobs.grid([0, 1], [50_000], [500]), store)
    assert ready(plan) == [later, jobs.Job(0, 50_000, 500)]
    store.put(later, record())
    plan.finish(later, record())
    store.asked.clear()
    assert ready(plan) == [jobs.Job(1, 50_000, 500)]
    assert store.asked == []


def test_a_record_that_the_store_has_lost_is_named(monkeypatch):
    monkeypatch.setattr(queue, "_HELD_BYTES", 0)
    store = Counting()
    store.put(UNIT, record())
    plan = queue.Queue(jobs.grid([0], [50_000], [500]), store)
    del store[UNIT]
    with pytest.raises(OSError, match="its file is lost") as caught:
        plan.next()
    assert caught.value.filename == "unit job (seed 0, unit step 50)"


def test_what_is_finished_is_not_done_again():
    store = Counting()
    wanted = jobs.grid([0], [5000, 50000], [500, 2500])
    for job in (DENSE, jobs.Job(0, 5000), wanted[0]):
        store.put(job, record())
    plan = queue.Queue(wanted, store)
    assert sorted(plan.pending) == sorted([*wanted[1:], UNIT])
    assert ready(plan) == [UNIT, wanted[1]]
