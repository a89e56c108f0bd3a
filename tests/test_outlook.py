"""How far a sweep is said to be, and for how long."""

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsculpt.report import outlook
from nsculpt.sculpting import jobs, queue

CHAIN = [jobs.Job(0), jobs.Job(0, 50_000), jobs.Job(0, 50_000, 2500)]
UNITS = [jobs.Job(seed, 50_000) for seed in range(9)]


def test_what_is_expected_of_a_job_without_news():
    assert [queue.expected_rounds(job) for job in CHAIN] == [1, 5 + 2, 8 + 4]


def test_a_chain_by_hand():
    look = outlook.Outlook(CHAIN, num_lanes=1)
    assert (look.num_jobs, look.num_finished, look.percent(), look.left(0.0)) == (3, 0, 0, None)
    look.in_training({CHAIN[0]: 0})
    look.round_done([CHAIN[0]], 100.0)
    look.finished(CHAIN[0], 1)
    look.in_training({CHAIN[1]: 0})
    look.round_done([CHAIN[1]], 110.0)
    look.in_training({CHAIN[1]: 1})
    # Nobody knows when the jobs began, and so how long their first rounds took.
    assert look.left(110.0) is None
    look.round_done([CHAIN[1]], 120.0)
    look.in_training({CHAIN[1]: 2})
    # 5 rounds of units and, as long as nobody knows better, 12 of edges: 10 seconds each.
    assert look.left(120.0) == (170.0, False)
    assert look.left(150.5) == (139.5, False)
    assert look.left(290.0) is None  # it has taken longer than anyone thought
    assert look.percent() == 100 * 3 // (3 + 17)
    assert look.lanes() == {1: 1}


def test_finished_jobs_say_what_the_others_take():
    look = outlook.Outlook(UNITS[:3], num_lanes=2)
    look.in_training({UNITS[0]: 10, UNITS[1]: 30})  # they went on from a checkpoint
    look.round_done(UNITS[:2], 1.0)
    look.round_done(UNITS[:2], 3.0)
    look.finished(UNITS[0], 12)
    look.finished(UNITS[1], 32)
    look.in_training({UNITS[2]: 4})
    # The 7 that were expected weigh as four jobs; the last may come 1.5 standard deviations later.
    typical = (4 * 7 + 12 + 32) / 6
    assert look.left(3.0).seconds == pytest.approx(2 * (typical - 4 + 1.5 * 10))
    assert look.percent() == int(100 * 4 / (4 + typical - 4))


def test_jobs_at_once_share_what_is_to_be_done():
    look = outlook.Outlook(UNITS, num_lanes=3)
    look.in_training(dict.fromkeys(UNITS[:3], 0))
    look.round_done(UNITS[:3], 10.0)
    look.round_done(UNITS[:3], 20.0)
    look.in_training(dict.fromkeys(UNITS[:3], 2))
    assert look.left(20.0) == (pytest.approx(10 * (3 * 5 + 6 * 7) / 3), False)


def test_the_longest_chain_decides_where_it_takes_longer():
    other = [jobs.Job(1), jobs.Job(1, 100_000), jobs.Job(1, 100_000, 10_000)]
    look = outlook.Outlook([*CHAIN, *other], num_lanes=64)
    look.in_training({CHAIN[0]: 0, CHAIN[1]: 0, other[1]: 0})
    look.round_done([CHAIN[1], other[1]], 0.0)
    look.round_done([CHAIN[1], other[1]], 1.0)
    look.finished(CHAIN[0], 1)
    look.finished(other[0], 1)
    look.in_training({CHAIN[1]: 2, other[1]: 2})
    assert look.left(1.0) == (5 + 12, False)  # of six jobs at once four would have 6 rounds each


def test_what_outlasts_everything_is_said_to_be_open():
    look = outlook.Outlook(UNITS[:2], num_lanes=1)
    look.in_training({UNITS[0]: 7})
    look.round_done(UNITS[:1], 0.0)
    look.round_done(UNITS[:1], 2.0)
    look.in_training({UNITS[0]: 9})
    # As if it ended with its tenth round: 7.6 for the other, and this tenth one.
    assert look.left(2.0) == (pytest.approx(2 * ((4 * 7 + 10) / 5 + 1)), True)
    look.finished(UNITS[0], 50)
    look.in_training({UNITS[1]: 10})
    assert look.left(2.0) == (pytest.approx(2 * ((4 * 7 + 50) / 5 - 10)), False)
    look.in_training({UNITS[1]: 40})
    assert look.left(2.0) is None  # nothing speaks for any number


class Finished:
    nbytes = 0


@hypothesis.settings(max_examples=30)
@given(st.data(), st.integers(1, 6))
def test_it_never_goes_back_whatever_jobs_take(data, num_lanes):
    rounds = st.sampled_from([0, 1, 2, 9, 10, 60])
    wanted = jobs.grid((0, 1), (20_000, 70_000), (500, 2500))
    store = queue.Memory()
    jobs_left = queue.Queue(wanted, store)
    look = outlook.Outlook(jobs_left.pending, num_lanes)
    to_do, had, now, percents = {}, {}, 0.0, []
    while look.num_finished < look.num_jobs:
        while len(had) < num_lanes and (found := jobs_left.next()) is not None:
            job = found[0]
            had[job] = 0
            to_do[job] = data.draw(rounds) if job.parent else 1
        look.in_training({job: had[job] for job in had if to_do[job]})
        now += data.draw(st.sampled_from([0.0, 0.5, 90.0]))
        look.round_done([job for job in had if to_do[job]], now)
        for job in list(had):
            had[job] += 1
            if had[job] >= to_do[job]:
                del had[job]
                store[job] = Finished()
                jobs_left.finish(job, Finished())
                look.finished(job, to_do[job])
        percents.append(look.percent())
        left = look.left(now + data.draw(st.sampled_from([0.0, 100.0])))
        assert left is None or left.seconds > 0
    assert percents == sorted(percents)
    assert percents[0] >= 0
    assert percents[-2:] == [percents[-2], 100]
    assert percents[-2] < 100
    assert (look.left(now), look.lanes()) == (None, {})
