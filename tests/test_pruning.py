"""Rank pruning against percentiles."""

from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nsculpt.sculpting import model, pruning, schedule, training
from nsculpt.tasks import task

_rank = jax.jit(jax.vmap(jax.vmap(lambda s, k: pruning.at_or_below_rank([s], k)[0])))


def test_ties_with_the_threshold_fall_together():
    first, second = jnp.array([2.0, 1.0, 1.0]), jnp.array([1.0, 3.0])
    fall = pruning.at_or_below_rank([first, second], 0)
    assert [each.tolist() for each in fall] == [[False, True, True], [True, False]]
    fall = pruning.at_or_below_rank([first, second], 3)
    assert [each.tolist() for each in fall] == [[True, True, True], [True, False]]


def test_nothing_is_a_rank_that_prunes_nothing_not_even_zeros():
    assert not pruning.at_or_below_rank([jnp.zeros(3)], pruning.NOTHING)[0].any()


@pytest.mark.parametrize("num", [2, 7, 48, 129])
def test_rank_pruning_is_a_percentile_in_float64_with_ties(num):
    """500 percents x 50 networks for each size: 100,000 cases in all."""
    rng = np.random.default_rng(num)
    # Few distinct values, so that most cases tie; half of them exactly 0, as dead edges are.
    shape = (500, 50, num)
    values = rng.integers(0, 6, shape) * rng.integers(0, 2, shape) / np.float32(7)
    scores = values.astype(np.float32)
    # Percents as they occur: a step of 1/1000 percent times a number of rounds.
    plans = [
        schedule.Schedule(num, Fraction(0), Fraction(int(milli), 1000))
        for milli in rng.integers(1, 100_000, 500)
    ]
    ranks = np.array([plan.k for plan in plans], np.int32)
    fallen = np.asarray(_rank(scores, ranks[:, None] + np.zeros(50, np.int32)))
    for case, plan in enumerate(plans):
        table = scores[case].astype(np.float64)
        position = plan.target * (num - 1) / 100
        if position.denominator == 1:
            # Exactly on a rank. numpy works out its place in floats and can land beside it.
            threshold = np.sort(table, axis=1)[:, int(position)]
        else:
            threshold = np.percentile(table, float(plan.target), axis=1)
        np.testing.assert_array_equal(fallen[case], table <= threshold[:, None])


def test_the_rank_of_an_exact_percent_is_exact_where_float32_is_not():
    # 20.203 percent of 1,500,001 edges: rank 303,045. In float32 the product falls one short.
    plan = schedule.Schedule(1_500_001, Fraction(0), Fraction(20_203, 1000))
    assert plan.k == 303_045
    assert int(np.float32(20.203) / np.float32(100) * np.float32(1_500_000)) == 303_044


def _round(phase, k, params, edges):
    """One compiled round of a 2-2-1 network on xor, for one lane."""
    x = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32)
    source = task.ArraySource(x, np.array([[0], [1], [1], [0]], np.float32))
    settings = training.Training(learning_rate=0.01, batch_size=3, epochs=3, input_noise=0.1)
    saliencies = ("gradient_activation", "magnitude")
    network = model.MaskedMLP((2, 1))
    run = jax.jit(pruning.make_round(network, 3, settings.weight_decay, True, *saliencies))
    zero = jnp.int32(0)
    order = pruning.Order(zero, zero, zero, jnp.int32(phase), zero, jnp.int32(k))
    return run(settings.on(source, source), order, params, edges)


PARAMS = model.params_from(
    [jnp.array([[1.0, 0.1], [2.0, -0.2]]), jnp.array([[1.0], [-3.0]])], [jnp.zeros(2), jnp.zeros(1)]
)
FULL = [jnp.ones((2, 2), bool), jnp.ones((2, 1), bool)]


def test_a_unit_round_prunes_units_only():
    # Saliencies by hand: on (0,1), (1,0), (1,1) unit 0 is active with 2, 1, 3, unit 1 with 0, 0.1,
    # 0; unit 1's outgoing weight is three times as large, its activation more than ten times less.
    _, edges, outcome = _round(pruning.UNIT, 0, PARAMS, FULL)
    assert edges[0].tolist() == [[True, False], [True, False]]
    assert edges[1].tolist() == [[True], [False]]
    assert int(outcome.alive_edges) == 3
    assert int(outcome.live_hidden_units) == 1


def test_an_edge_round_prunes_the_smallest_weights():
    params, edges, outcome = _round(pruning.EDGE, 2, PARAMS, FULL)
    # |weights| in order: 0.1, 0.2, 1, 1, ...: rank 2 is a tie of two, so that four edges fall.
    assert edges[0].tolist() == [[False, False], [True, False]]
    assert edges[1].tolist() == [[False], [True]]
    assert int(outcome.alive_edges) == 2
    assert int(outcome.live_hidden_units) == 0
    assert params["layer_0"]["kernel"][0].tolist() == [0, 0]
    assert params["layer_0"]["bias"][1] == 0


@pytest.mark.parametrize("phase", [pruning.DENSE, pruning.UNIT, pruning.EDGE])
def test_a_round_without_a_rank_prunes_nothing(phase):
    _, edges, _ = _round(phase, pruning.NOTHING, PARAMS, FULL)
    assert all(mask.all() for mask in edges)
