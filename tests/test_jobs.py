"""Jobs, driven by hand: what is asked of the device, and what is made of its answers."""

from fractions import Fraction

import numpy as np
import pytest

from nsculpt.sculpting import jobs, pruning

# 2-2-1: two hidden units, six edges.
SHAPES = [(2, 2), (2, 1)]
EXACT = jobs.Acceptance(num_bits=4, threshold=Fraction(100))


def weights(value):
    kernels = [np.full(shape, value, np.float32) for shape in SHAPES]
    return kernels, [np.full(shape[1], value, np.float32) for shape in SHAPES]


def reply(value, edges, wrong_bits):
    kernels, biases = weights(value)
    alive = sum(int(mask.sum()) for mask in edges)
    return jobs.Reply(kernels, biases, edges, wrong_bits, 0.5, 3, 2, alive)


def masks(*alive):
    """All edges but those not named by flat index over both layers."""
    flat = np.isin(np.arange(6), alive)
    return [flat[:4].reshape(2, 2), flat[4:].reshape(2, 1)]


FULL = masks(*range(6))


def drive(work, answers):
    """Runs a job; `answers` are (weight, edges, wrong bits). Returns its rounds and its record."""
    asked = [next(work)]
    for answer in answers:
        try:
            asked.append(work.send(reply(*answer)))
        except StopIteration as stop:
            return asked, stop.value
    raise AssertionError(f"the job asks for more: {asked[-1]}")


def dense(wrong_bits):
    return drive(jobs.dense(jobs.Job(7), *weights(0.0), EXACT), [(1.0, FULL, wrong_bits)])[1]


def test_dense_asks_for_one_round_that_prunes_nothing():
    asked, record = drive(jobs.dense(jobs.Job(7), *weights(0.0), EXACT), [(1.0, FULL, 0)])
    assert [(round.index, round.k) for round in asked] == [(0, pruning.NOTHING)]
    assert record.status == jobs.ACCEPTED
    assert record.alive_edges == 6
    assert record.kernels[0][0, 0] == 1


def test_units_go_on_from_the_accepted_and_back_from_the_rejected():
    # 2 units: a step of 30 is below the smallest, 50, and stays. Targets 30 and 60, rank 0 both.
    work = jobs.prune_units(jobs.Job(7, 30_000), dense(0), EXACT)
    one_gone = masks(0, 2, 4)  # unit 1 is pruned
    asked, record = drive(work, [(2.0, one_gone, 0), (3.0, one_gone, 1)])
    assert [(round.index, round.k) for round in asked] == [(0, 0), (1, 0)]
    assert [round.kernels[0][0, 0] for round in asked] == [1, 2]
    assert [round.edges[0].sum() for round in asked] == [4, 2]
    assert record.kernels[0][0, 0] == 2
    assert record.removed_at[0].tolist() == [[0, 1], [0, 1]]
    assert record.removed_at[1].tolist() == [[0], [1]]
    assert record.rounds["accepted"].tolist() == [True, True, False]
    assert record.rounds["target"].tolist() == [0, 30, 60]
    assert record.rounds["phase"].tolist() == [0, 1, 1]
    assert (record.result_round, record.wrong_bits) == (1, 0)


def test_dense_is_the_first_base_accepted_or_not():
    work = jobs.prune_units(jobs.Job(7, 50_000), dense(2), EXACT)
    asked, record = drive(work, [(2.0, FULL, 1)])
    assert asked[0].kernels[0][0, 0] == 1
    assert record.status == jobs.NOTHING_ACCEPTED
    assert record.kernels[0][0, 0] == 1
    assert (record.result_round, record.wrong_bits) == (0, 2)


def test_edges_begin_with_a_round_of_training_that_becomes_the_base():
    # Three of six edges are gone: start 50, step 20: target 70, k = floor(0.7 x 5) = 3.
    _, units = drive(
        jobs.prune_units(jobs.Job(7, 50_000), dense(0), EXACT),
        [(2.0, masks(0, 2, 4), 0)],
    )
    work = jobs.prune_edges(jobs.Job(7, 50_000, 20_000), units, EXACT)
    kept = masks(0, 2, 4)
    # Refit, then 70 accepted, then 90 rejected; 20 halves to the smallest, 16.67: 86.67 rejected.
    answers = [(3.0, kept, 0), (4.0, masks(0, 4), 0), (5.0, masks(0), 1), (6.0, masks(0), 1)]
    asked, record = drive(work, answers)
    assert [(round.index, round.k) for round in asked] == [(0, -1), (1, 3), (2, 4), (3, 4)]
    assert [round.kernels[0][0, 0] for round in asked] == [2, 3, 4, 4]
    assert record.alive_edges == 2
    assert record.kernels[0][0, 0] == 4
    # Rows: dense, unit, refit, then the accepted edge round, the third from 0.
    assert record.removed_at[0].tolist() == [[0, 1], [3, 1]]
    assert record.rounds["target"].tolist() == pytest.approx([0, 50, 50, 70, 90, 260 / 3])
    assert record.rounds["phase"].tolist() == [0, 1, 2, 2, 2, 2]


def test_a_refit_that_is_not_accepted_is_the_base_but_not_the_result():
    work = jobs.prune_edges(jobs.Job(7, 50_000, 10_000), dense(0), EXACT)
    asked, record = drive(work, [(3.0, FULL, 1), (4.0, masks(0, 1, 2, 4, 5), 1)])
    assert asked[1].kernels[0][0, 0] == 3
    assert record.kernels[0][0, 0] == 1
    assert record.alive_edges == 6
    assert record.status == jobs.ACCEPTED  # the dense network was


def test_nothing_ever_accepted_leaves_the_dense_network_and_says_so():
    _, units = drive(
        jobs.prune_units(jobs.Job(7, 50_000), dense(1), EXACT), [(2.0, masks(0, 2, 4), 2)]
    )
    work = jobs.prune_edges(jobs.Job(7, 50_000, 10_000), units, EXACT)
    _, record = drive(work, [(3.0, FULL, 1), (4.0, masks(0, 1, 2, 4, 5), 1)])
    assert record.status == jobs.NOTHING_ACCEPTED
    assert record.kernels[0][0, 0] == 1
    assert record.wrong_bits == 1


def test_a_job_ends_where_removed_at_can_count_no_further(monkeypatch):
    assert jobs.MOST_ROUNDS == 32_767  # int16
    monkeypatch.setattr(jobs, "MOST_ROUNDS", 2)
    # A step of 10 would go on: rounds 0 (dense), 1 and 2, and no third, which would be number 3.
    work = jobs.prune_units(jobs.Job(7, 10_000), dense(0), EXACT)
    asked, record = drive(work, [(2.0, FULL, 0), (3.0, masks(0, 2, 4), 0)])
    assert len(asked) == 2
    assert record.removed_at[0].max() == 2
    assert len(record.rounds) == 3


def test_every_accepted_network_can_be_read_from_removed_at():
    _, units = drive(
        jobs.prune_units(jobs.Job(7, 30_000), dense(0), EXACT),
        [(2.0, masks(0, 2, 4), 0), (3.0, masks(0, 4), 0), (4.0, masks(4), 1)],
    )
    for row, expected in enumerate([FULL, masks(0, 2, 4), masks(0, 4)]):
        alive = [(gone == 0) | (gone > row) for gone in units.removed_at]
        assert all((a == b).all() for a, b in zip(alive, expected, strict=True))


@pytest.mark.parametrize(
    ("threshold", "tolerance", "dense_wrong", "allowed"),
    [
        (Fraction(100), None, 5, 0),
        (Fraction(99), None, 5, 2),  # 1 percent of 256 bits is 2.56
        (None, Fraction(0), 5, 5),
        (None, Fraction(1, 2), 5, 6),  # 1.28 bits beyond the dense network's
    ],
)
def test_allowed_wrong_bits_are_whole(threshold, tolerance, dense_wrong, allowed):
    assert jobs.Acceptance(256, threshold, tolerance).allowed(dense_wrong) == allowed


def test_ids_differ_in_every_coordinate_and_in_nothing_else():
    settings = {phase: {"learning_rate": 0.1} for phase in jobs.PHASE_NAMES}
    grid = jobs.grid([0, 1], [5000, 10000], [500, 1000])
    family = {*grid, *(job.parent for job in grid), *(job.parent.parent for job in grid)}
    ids = {jobs.job_id(jobs.identity(job, settings)) for job in family}
    assert len(family) == len(ids) == 8 + 4 + 2
    reordered = dict(reversed(jobs.identity(grid[0], settings).items()))
    assert jobs.job_id(reordered) in ids
