"""Passes over many rows, some at a time, against the same in one piece by hand."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from nsculpt.sculpting import chunks, masks, model, saliency, training
from nsculpt.tasks import task

NUM_ROWS = 2501  # three chunks of 834, the last with a row that is none


@pytest.fixture(scope="module")
def network():
    rng = np.random.default_rng(0)
    sizes = [(3, 6), (6, 4), (4, 2)]
    kernels = [rng.normal(size=size).astype(np.float32) for size in sizes]
    biases = [rng.normal(size=fan_out).astype(np.float32) for _, fan_out in sizes]
    every = [np.ones(size, bool) for size in sizes]
    x = rng.normal(size=(NUM_ROWS, 3)).astype(np.float32)
    y = rng.integers(0, 2, (NUM_ROWS, 2)).astype(np.float32)
    params = model.params_from(kernels, biases)
    return model.MaskedMLP((6, 4, 2)), params, masks.from_edges(every), task.ArraySource(x, y)


def test_each_row_counts_once(network):
    *_, source = network
    assert not chunks.fit_one(source)
    sums = chunks.summed(
        source,
        lambda x, y, real: (jnp.sum(jnp.where(real[:, None], x, 0), axis=0), jnp.sum(real)),
    )
    np.testing.assert_allclose(sums[0], source.x.sum(axis=0), rtol=1e-4)
    assert int(sums[1]) == NUM_ROWS


def test_wrong_bits_and_loss(network):
    made, params, masks, source = network
    wrong_bits, loss = training.evaluate(made, params, masks, source)
    logits = np.asarray(made.apply({"params": params, "masks": masks}, source.x), np.float64)
    assert int(wrong_bits) == ((logits > 0) != (source.y > 0.5)).sum()
    losses = np.log1p(np.exp(np.where(source.y > 0.5, -logits, logits)))
    np.testing.assert_allclose(loss, losses.mean(), rtol=1e-5)


def test_unit_saliency(network):
    made, params, masks, source = network
    found = saliency.gradient_activation(made, params, masks, source)
    kernels, biases = model.kernels_and_biases(jax.tree.map(np.float64, params))
    a1 = np.maximum(source.x @ kernels[0] + biases[0], 0)
    a2 = np.maximum(a1 @ kernels[1] + biases[1], 0)
    output = (1 / (1 + np.exp(-(a2 @ kernels[2] + biases[2]))) - source.y) / 2
    da2 = output @ kernels[2].T
    da1 = (da2 * (a2 > 0)) @ kernels[1].T
    np.testing.assert_allclose(found[0], np.abs(da1 * a1).mean(axis=0), rtol=1e-4)
    np.testing.assert_allclose(found[1], np.abs(da2 * a2).mean(axis=0), rtol=1e-4)
