"""What a sweep took, by hand."""

import nsculpt
from nsculpt import experiment, settings
from nsculpt.sculpting import effort


def cell_of(**changed):
    task = nsculpt.load_task("input_separable")  # 16 rows
    return experiment.make_cell(task, settings.resolve(task, (3,), epochs=2, **changed))


def test_arithmetic_of_a_round():
    # 4-3-4: 24 multiply-adds forward, 24 to the weights, 12 back to the hidden layer; 24 to
    # validate. Two epochs of 16 rows, two operations each.
    assert effort.round_flop(cell_of(), (4, 3, 4)) == 2 * 2 * 16 * (24 + 24 + 12 + 24)


def test_calls_add_up():
    found = effort.Effort()
    assert found.lane_use is None
    found.add_call(cell_of(batch_size=5), (4, 3, 4), rounds=3, lanes=4, seconds=0.5)
    found.add_call(cell_of(batch_size=5), (4, 3, 4), rounds=1, lanes=4, seconds=0.25)
    assert (found.rounds, found.lane_rounds, found.calls, found.call_s) == (4, 8, 2, 0.75)
    assert found.steps == 4 * 2 * 4  # 16 rows in batches of 5, 5, 5 and 1
    assert found.lane_use == 0.5
    assert found.products_flop == 4 * effort.round_flop(cell_of(), (4, 3, 4))
