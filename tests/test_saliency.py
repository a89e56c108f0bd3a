"""Saliency of a 2-2-1 network, worked out by hand."""

import jax.numpy as jnp
import numpy as np
import pytest

from nsculpt.sculpting import masks, model, saliency
from nsculpt.tasks import task

# Samples (1, 0) -> 1 and (0, 1) -> 0.
SOURCE = task.ArraySource(np.array([[1, 0], [0, 1]], np.float32), np.array([[1], [0]], np.float32))
NETWORK = model.MaskedMLP((2, 1))
# Hidden units: a1 = relu(x1 + 2 x2), a2 = relu(x1 - x2); logit = a1 - 3 a2 + 0.5.
PARAMS = model.params_from(
    [jnp.array([[1.0, 1.0], [2.0, -1.0]]), jnp.array([[1.0], [-3.0]])],
    [jnp.zeros(2), jnp.array([0.5])],
)
FULL = masks.from_edges([jnp.ones((2, 2), bool), jnp.ones((2, 1), bool)])


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def test_unit_saliency_of_a_2_2_1_network():
    # Sample 1: a = (1, 1), logit -1.5, dL/dlogit = sigmoid(-1.5) - 1.
    # Sample 2: a = (2, 0), logit 2.5, dL/dlogit = sigmoid(2.5).
    # dL/da = dL/dlogit x (1, -3). Mean over samples of |dL/da| x |a|:
    first, second = 1 - sigmoid(-1.5), sigmoid(2.5)
    expected = [(1 * first * 1 + 1 * second * 2) / 2, (3 * first * 1 + 3 * second * 0) / 2]
    (found,) = saliency.gradient_activation(NETWORK, PARAMS, FULL, SOURCE)
    assert expected == pytest.approx([1.3329284, 1.2263617], rel=1e-6)
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_gradients_of_opposite_sign_do_not_cancel_over_samples():
    # dL/da of unit 1 is negative on sample 1 and positive on sample 2; a mean taken before the
    # absolute value would give |-0.8175745 + 2 x 0.9241418| / 2 = 0.5153546 instead.
    (found,) = saliency.gradient_activation(NETWORK, PARAMS, FULL, SOURCE)
    assert abs(float(found[0]) - 0.5153546) > 0.5


def test_loss_of_a_sample_is_the_mean_over_outputs():
    two = model.MaskedMLP((2, 2))
    doubled = model.params_from(
        [PARAMS["layer_0"]["kernel"], jnp.repeat(PARAMS["layer_1"]["kernel"], 2, axis=1)],
        [PARAMS["layer_0"]["bias"], jnp.array([0.5, 0.5])],
    )
    source = task.ArraySource(SOURCE.x, np.repeat(SOURCE.y, 2, axis=1))
    full = masks.from_edges([jnp.ones((2, 2), bool), jnp.ones((2, 2), bool)])
    (one,) = saliency.gradient_activation(NETWORK, PARAMS, FULL, SOURCE)
    (both,) = saliency.gradient_activation(two, doubled, full, source)
    np.testing.assert_allclose(both, one, rtol=1e-6)


def test_a_dead_unit_has_saliency_0():
    cut = masks.keep_units(FULL, [jnp.array([True, False])])
    (found,) = saliency.gradient_activation(NETWORK, masks.apply(cut, PARAMS), cut, SOURCE)
    assert found[1] == 0
    assert found[0] > 0


def test_edge_saliency_is_the_magnitude_and_0_where_dead():
    cut = masks.keep_edges(FULL, [jnp.array([[1, 1], [0, 1]], bool), jnp.ones((2, 1), bool)])
    first, second = saliency.magnitude(NETWORK, PARAMS, cut, SOURCE)
    assert first.tolist() == [[1, 1], [0, 1]]
    assert second.tolist() == [[1], [3]]


@pytest.mark.parametrize("name", list(saliency.UNIT_SALIENCIES))
def test_every_unit_saliency_gives_one_non_negative_value_a_hidden_unit(name):
    scores = saliency.UNIT_SALIENCIES[name](NETWORK, PARAMS, FULL, SOURCE)
    assert [score.shape for score in scores] == [(2,)]
    assert all((score >= 0).all() for score in scores)


@pytest.mark.parametrize("name", list(saliency.EDGE_SALIENCIES))
def test_every_edge_saliency_gives_one_non_negative_value_an_edge(name):
    scores = saliency.EDGE_SALIENCIES[name](NETWORK, PARAMS, FULL, SOURCE)
    assert [score.shape for score in scores] == [(2, 2), (2, 1)]
    assert all((score >= 0).all() for score in scores)
