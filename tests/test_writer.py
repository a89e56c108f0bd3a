"""What a sweep leaves: how often it is written, and in which order."""

import concurrent.futures
import math
import threading
import types

import pytest

from nsculpt.sculpting import jobs, queue, writer
from tests import test_checkpoints as chain

JOB = jobs.Job(7, 20_000)


class Store(queue.Memory):
    """Says what was written, and can be made to wait."""

    def __init__(self):
        super().__init__()
        self.written, self.may_write = [], threading.Event()
        self.may_write.set()

    def put(self, job, record):
        assert self.may_write.wait(60)
        self.written.append((job, len(record.rounds)))
        super().put(job, record)

    def put_checkpoint(self, job, checkpoint):
        assert self.may_write.wait(60)
        self.written.append((job, len(checkpoint.record.rounds)))


@pytest.fixture(scope="module")
def done():
    """All that a job asks for, and its record: the dense round, then 20, 40, 60 and 80 percent."""
    asked, record = chain.finish(jobs.prune_units(JOB, chain.dense(), chain.EXACT), share=1.0)
    assert len(asked) == 4
    return asked, record


def trained(store, done, checkpoint_s):
    asked, record = done
    with writer.Writer(store, checkpoint_s) as opened:
        assert opened.begin(JOB, chain.dense()) is None
        for each in asked[1:]:
            opened.go_on(each)
        opened.finish(JOB, record)


def test_each_round_where_no_time_is_to_go_by(done):
    store = Store()
    trained(store, done, checkpoint_s=0)
    rounds = [number for _, number in store.written]
    assert rounds == sorted(set(rounds))
    assert {2, 5} <= set(rounds) <= {2, 3, 4, 5}  # one may be left out while another is written


def test_none_where_a_job_is_done_before(done):
    store = Store()
    trained(store, done, checkpoint_s=math.inf)
    assert store.written == [(JOB, 5)]


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ((100, 109, 109, 109), []),
        ((100, 109, 111, 120), [3]),
        ((100, 111, 112, 113), [2]),  # the next at 121
        ((100, 110, 120, 121), [2, 3]),
    ],
)
def test_one_in_ten_seconds_of_a_job(done, monkeypatch, seconds, expected):
    """Counted from its beginning, then from its last checkpoint."""
    asked, _ = done
    store, clock = Store(), iter(seconds)
    monkeypatch.setattr(writer, "time", types.SimpleNamespace(monotonic=lambda: next(clock)))
    with writer.Writer(store, 10) as opened:
        opened.begin(JOB, chain.dense())
        for each in asked[1:]:
            opened.go_on(each)
            concurrent.futures.wait(opened._writes)
    assert [rounds for _, rounds in store.written] == expected


def test_checkpoints_do_not_pile_up_behind_a_slow_one(done):
    asked, record = done
    store = Store()
    store.may_write.clear()
    with writer.Writer(store, 0) as opened:
        opened.begin(JOB, chain.dense())
        for each in asked[1:]:
            opened.go_on(each)
        opened.finish(JOB, record)
        assert opened.get(JOB) is record  # before it is written
        store.may_write.set()
    assert store.written == [(JOB, 2), (JOB, 5)]
    assert opened.get(JOB) is record


def test_what_goes_wrong_with_a_checkpoint_is_raised(done):
    class Full(Store):
        def put_checkpoint(self, job, checkpoint):
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        trained(Full(), done, checkpoint_s=0)


def test_a_checkpoint_of_another_base_is_not_gone_on_from(done):
    asked, _ = done

    class Has(Store):
        def get_checkpoint(self, job):
            return asked[2].checkpoint

    with writer.Writer(Has(), 0) as opened:
        assert opened.begin(JOB, chain.dense()) is asked[2].checkpoint
        assert opened.begin(JOB, chain.dense(share=0.0)) is None
        assert opened.begin(JOB, None) is None
