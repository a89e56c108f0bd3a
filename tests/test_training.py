"""One training round: the kept epoch, the batches, zeros that stay zero."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from nsculpt.sculpting import draws, masks, model, training
from nsculpt.tasks import task


def fit(wrong_bits, loss, epoch):
    return training.Fit(jnp.int32(wrong_bits), jnp.float32(loss), jnp.int32(epoch))


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        pytest.param((1, 9.0), (2, 0.1), True, id="higher accuracy beats lower loss"),
        pytest.param((3, 0.1), (2, 9.0), False, id="lower loss does not beat accuracy"),
        pytest.param((2, 0.1), (2, 0.2), True, id="lower loss among equal accuracy"),
        pytest.param((2, 0.2), (2, 0.1), False, id="higher loss among equal accuracy"),
        pytest.param((2, 0.1), (2, 0.1), True, id="the later among equals"),
    ],
)
def test_best_epoch(new, old, expected):
    assert bool(training.better(fit(*new, 2), fit(*old, 1))) is expected


TABLE = task.ArraySource(
    np.array([[0, 0], [0, 1], [1, 0], [1, 1]], np.float32),
    np.array([[0, 1], [1, 0], [1, 0], [0, 1]], np.float32),
)
NETWORK = model.MaskedMLP((3, 2))
PARAMS = NETWORK.init(jax.random.key(1), jnp.zeros((1, 2)))["params"]
CUT = masks.from_edges([jnp.array([[1, 0, 1], [0, 0, 1]], bool), jnp.array([[1, 0]] * 3, bool)])
FULL = masks.from_edges([jnp.ones((2, 3), bool), jnp.ones((3, 2), bool)])


def settings(**changed):
    default = {"learning_rate": 0.05, "batch_size": 4, "epochs": 1, "input_noise": 0.0}
    return training.Training(**{**default, **changed})


def train(params=PARAMS, made=FULL, source=TABLE, **changed):
    made_of = settings(**changed)
    noisy = made_of.input_noise > 0
    run = training.make_train(NETWORK, made_of.batch_size, made_of.weight_decay, noisy)
    problem = made_of.on(source, TABLE)
    return jax.jit(run)(problem, jax.random.key(0), masks.apply(made, params), made)


def test_one_whole_batch_without_noise_is_one_step_of_coupled_adam():
    """By a second method: NumPy, in float64, from the definition of Adam."""
    params, _ = train(weight_decay=1e-2)

    def loss(params):
        logits = NETWORK.apply({"params": params, "masks": FULL}, TABLE.x)
        return optax.sigmoid_binary_cross_entropy(logits, TABLE.y).mean()

    gradient = jax.grad(loss)(PARAMS)
    # After one step both moments are bias-corrected to g and g^2.
    for name, leaves in PARAMS.items():
        for leaf, before in leaves.items():
            g = np.float64(gradient[name][leaf]) + 1e-2 * np.float64(before)
            after = np.float64(before) - 0.05 * g / (np.sqrt(g * g) + 1e-8)
            np.testing.assert_allclose(params[name][leaf], after, rtol=1e-5, atol=1e-7)


def test_pruned_weights_stay_exactly_0_under_adam_with_decay():
    params, _ = train(made=CUT, epochs=30, weight_decay=0.1, input_noise=0.1, batch_size=2)
    for mask, leaf in zip(jax.tree.leaves(CUT), jax.tree.leaves(params), strict=True):
        assert np.all(np.asarray(leaf)[~np.asarray(mask)] == 0.0)
        assert np.all(np.asarray(leaf)[np.asarray(mask)] != 0.0)


@pytest.mark.parametrize("batch_size", [3, 5])
def test_a_smaller_last_batch_is_used(batch_size):
    """7 rows: 3 + 3 + 1, 5 + 2. Each batch counts by the mean of its own rows."""
    rng = np.random.default_rng(0)
    source = task.ArraySource(
        rng.random((7, 2), np.float32), rng.integers(0, 2, (7, 2)).astype(np.float32)
    )
    params, _ = train(source=source, batch_size=batch_size)
    words = draws.bits(jax.random.fold_in(jax.random.key(0), 0), (1, 7))
    order = np.asarray(draws.permutation(words[0]))
    assert sorted(order) == list(range(7))
    optimiser = optax.chain(optax.add_decayed_weights(1e-4), optax.adam(0.05))
    expected, state = PARAMS, optimiser.init(PARAMS)
    for rows in (order[start : start + batch_size] for start in range(0, 7, batch_size)):

        def loss(params, rows=rows):
            logits = NETWORK.apply({"params": params, "masks": FULL}, source.x[rows])
            return optax.sigmoid_binary_cross_entropy(logits, source.y[rows]).mean()

        update, state = optimiser.update(jax.grad(loss)(expected), state, expected)
        expected = optax.apply_updates(expected, update)
    for found, wanted in zip(jax.tree.leaves(params), jax.tree.leaves(expected), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_kept_parameters_are_those_of_the_reported_epoch():
    params, report = train(epochs=25, learning_rate=0.3, input_noise=0.3, batch_size=2)
    wrong_bits, loss = training.evaluate(NETWORK, params, FULL, TABLE)
    assert int(wrong_bits) == int(report.wrong_bits)
    assert float(loss) == pytest.approx(float(report.loss), rel=1e-5)
    assert 1 <= int(report.best_epoch) <= 25
    # Fewer epochs draw the same numbers: to stop at the best one gives the very same network.
    again, _ = train(
        epochs=int(report.best_epoch), learning_rate=0.3, input_noise=0.3, batch_size=2
    )
    for found, wanted in zip(jax.tree.leaves(again), jax.tree.leaves(params), strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-6)


def test_wrong_bits_count_the_side_of_one_half():
    params = model.params_from(
        [jnp.zeros((2, 3)), jnp.zeros((3, 2))], [jnp.zeros(3), jnp.array([1.0, -1.0])]
    )
    wrong_bits, loss = training.evaluate(NETWORK, params, FULL, TABLE)
    # Output 0 says 1 on four rows, right on two; output 1 says 0, right on two.
    assert int(wrong_bits) == 4
    assert float(loss) == pytest.approx(np.mean([np.log1p(np.exp(-1)), np.log1p(np.exp(1))]))


def test_logits_that_are_not_finite_are_wrong():
    params = model.params_from(
        [jnp.zeros((2, 3)), jnp.zeros((3, 2))], [jnp.zeros(3), jnp.full(2, jnp.nan)]
    )
    assert int(training.evaluate(NETWORK, params, FULL, TABLE)[0]) == 8


def test_a_training_that_overflows_ends_and_is_wrong():
    _, report = train(learning_rate=1e30, epochs=5)
    assert int(report.wrong_bits) > 0
    assert not np.isnan(float(report.loss))
