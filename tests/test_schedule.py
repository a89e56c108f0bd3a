"""The schedule's whole path for given answers, worked out by hand."""

from fractions import Fraction as F

from hypothesis import given
from hypothesis import strategies as st

from nsculpt.sculpting import schedule


def path(plan, answers):
    """(target, k, step) of each trained round while `answers` last, and whether it is done."""
    rounds = []
    for answer in answers:
        if plan.done:
            break
        rounds.append((plan.target, plan.k, plan.step))
        plan = schedule.decide(plan, answer == "a")
    return rounds, plan.done


def test_steps_add_up_while_accepted_then_halve_from_the_last_accepted_target():
    # 40 units, steps of 20 percent; the smallest step is 100/40 = 2.5 percent.
    rounds, done = path(schedule.begin(40, F(20)), "aarararr")
    assert rounds == [
        (F(20), 7, F(20)),  # 20 x 39/100 = 7.8
        (F(40), 15, F(20)),  # 15.6
        (F(60), 23, F(20)),  # 23.4, rejected
        (F(50), 19, F(10)),  # 40 + 10: 19.5
        (F(60), 23, F(10)),  # rejected again
        (F(55), 21, F(5)),  # 50 + 5: 21.45
        (F(60), 23, F(5)),  # rejected
        (F(115, 2), 22, F(5, 2)),  # 55 + 2.5: 22.425; 2.5 is the smallest, rejected: the end
    ]
    assert done


def test_halving_does_not_go_below_one_unit():
    # 10 units: 30, 15, then not 7.5 but 10.
    rounds, done = path(schedule.begin(10, F(30)), "rrr")
    assert [step for _, _, step in rounds] == [30, 15, 10]
    assert done


def test_a_starting_step_below_the_smallest_is_used_as_given():
    # 4 units, one is 25 percent; 10 percent is below and stays 10 until it is rejected.
    rounds, done = path(schedule.begin(4, F(10)), "aaar")
    assert [(target, k) for target, k, _ in rounds] == [(10, 0), (20, 0), (30, 0), (40, 1)]
    assert done


def test_a_target_of_100_is_rejected_without_training():
    # 8 units: 70 accepted; 140 is no target: halved to 35 (105, no), 17.5 (87.5).
    rounds, done = path(schedule.begin(8, F(70)), "aaa")
    assert [target for target, _, _ in rounds] == [F(70), F(175, 2)]
    # After 87.5: 105 no; smallest is 12.5: 87.5 + 12.5 = 100 no, at the smallest: the end.
    assert done


def test_edges_start_where_unit_pruning_left_off():
    # 80 of 200 edges are gone: 40 percent; steps of 2.5; one edge is 0.5 percent.
    plan = schedule.begin(200, F(5, 2), start=F(40))
    assert (plan.target, plan.k) == (F(85, 2), 84)  # 42.5 x 199/100 = 84.575
    rounds, done = path(plan, "rrrr")
    assert [step for _, _, step in rounds] == [F(5, 2), F(5, 4), F(5, 8), F(1, 2)]
    assert [target for target, _, _ in rounds] == [F(85, 2), F(165, 4), F(325, 8), F(81, 2)]
    assert done


def test_one_unit_is_tried_and_no_more():
    rounds, done = path(schedule.begin(1, F(50)), "r")
    assert rounds == [(50, 0, 50)]
    assert done


@given(
    st.integers(1, 400),
    st.integers(1, 100_000),
    st.integers(0, 99),
    st.lists(st.booleans(), max_size=60),
)
def test_targets_never_reach_100_and_steps_only_shrink(num, milli, start, answers):
    plan = schedule.begin(num, F(milli, 1000), F(start))
    for answer in answers:
        if plan.done:
            break
        assert start < plan.target < 100
        assert 0 <= plan.k <= max(0, num - 2)
        following = schedule.decide(plan, answer)
        assert following.step <= plan.step
        assert following.accepted == (plan.target if answer else plan.accepted)
        plan = following


@given(st.integers(1, 400), st.integers(1, 100_000))
def test_rejected_for_ever_it_ends_after_halving_to_one_unit(num, milli):
    plan = schedule.begin(num, F(milli, 1000))
    for _ in range(40):
        if plan.done:
            break
        plan = schedule.decide(plan, False)
    assert plan.done
    assert plan.step <= max(F(100, num), F(milli, 1000))
