"""One training round: retrain from the current weights, keep the best epoch (DESIGN 4.2)."""

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from nsculpt.sculpting import masks as masks_lib
from nsculpt.sculpting import model as model_lib
from nsculpt.tasks import task as task_lib

PyTree = Any


@dataclasses.dataclass(frozen=True)
class Training:
    """What a round is made of; each field is a flag of the same name."""

    learning_rate: float  # of Adam, constant
    batch_size: int  # rows; a smaller last batch is used too
    epochs: int
    input_noise: float  # standard deviation of the Gaussian noise on training inputs
    weight_decay: float = 1e-4  # L2, added to the gradient before Adam (coupled)


class Fit(NamedTuple):
    """What a round reports about the parameters it kept."""

    wrong_bits: jax.Array  # int32, (): validation output bits on the wrong side of 0.5
    loss: jax.Array  # float32, (): mean cross-entropy in nats
    best_epoch: jax.Array  # int32, (): counted from 1


def evaluate(
    model: model_lib.MaskedMLP, params: PyTree, masks: PyTree, source: task_lib.Source
) -> tuple[jax.Array, jax.Array]:
    """Wrong bits (int32) and mean loss (nats) over all rows of `source`, without noise."""
    x, y = source.gather(jnp.arange(source.num_rows))
    logits = model.apply({"params": params, "masks": masks}, x)
    right = ((logits > 0) == (y > 0.5)) & jnp.isfinite(logits)
    return jnp.sum(~right, dtype=jnp.int32), optax.sigmoid_binary_cross_entropy(logits, y).mean()


def better(fit: Fit, best: Fit) -> jax.Array:
    """Higher accuracy, then lower loss, then the later one (`fit` is the later)."""
    tied = (fit.wrong_bits == best.wrong_bits) & (fit.loss <= best.loss)
    return (fit.wrong_bits < best.wrong_bits) | tied


def make_train(
    model: model_lib.MaskedMLP, train: task_lib.Source, valid: task_lib.Source, settings: Training
) -> Callable[[jax.Array, PyTree, PyTree], tuple[PyTree, Fit]]:
    """Binds what is static.

    Returns:
      `train(key, params, masks) -> (params, fit)`, for one lane. `params` must be zero where
      `masks` is False, and stays so. Epoch e draws from `fold_in(key, e)`, so another number of
      epochs does not shift the draws of those before.
    """
    batch_size = min(settings.batch_size, train.num_rows)
    num_steps = -(-train.num_rows // batch_size)
    num_padded = num_steps * batch_size - train.num_rows
    optimiser = optax.chain(
        optax.add_decayed_weights(settings.weight_decay),
        optax.adam(settings.learning_rate, b1=0.9, b2=0.999, eps=1e-8),
    )

    def loss_of(
        params: PyTree, masks: PyTree, x: jax.Array, y: jax.Array, weight: jax.Array
    ) -> jax.Array:
        logits = model.apply({"params": params, "masks": masks}, x)
        losses = optax.sigmoid_binary_cross_entropy(logits, y).mean(axis=1)  # [B]
        return jnp.sum(losses * weight)

    def draw_epoch(key: jax.Array) -> tuple[jax.Array, jax.Array, jax.Array]:
        """Rows `[S, B]`, noise `[S, B, I]` (or 0) and weights `[S, B]` of an epoch's batches.

        The weights of a batch sum to 1; they are 0 on the rows that fill up the last batch.
        """
        order_key, noise_key = jax.random.split(key)
        order = jax.random.permutation(order_key, train.num_rows)
        rows = jnp.pad(order, (0, num_padded)).reshape(num_steps, batch_size)
        shape = (num_steps, batch_size, train.num_inputs)
        noise = (
            settings.input_noise * jax.random.normal(noise_key, shape)
            if settings.input_noise
            else jnp.zeros((num_steps, 1, 1))
        )
        real = jnp.arange(num_steps * batch_size).reshape(num_steps, batch_size) < train.num_rows
        return rows, noise, real / jnp.sum(real, axis=1, keepdims=True)

    def run(key: jax.Array, params: PyTree, masks: PyTree) -> tuple[PyTree, Fit]:
        def step(carry: PyTree, batch: PyTree) -> tuple[PyTree, None]:
            params, state = carry
            rows, noise, weight = batch
            x, y = train.gather(rows)
            gradient = jax.grad(loss_of)(params, masks, x + noise, y, weight)
            update, state = optimiser.update(gradient, state, params)
            # Masked once more, so that no optimiser's momentum or decay can revive an edge.
            params = masks_lib.apply(masks, optax.apply_updates(params, update))
            return (params, state), None

        def epoch(carry: PyTree, index: jax.Array) -> tuple[PyTree, None]:
            params, state, kept, best = carry
            batches = draw_epoch(jax.random.fold_in(key, index))
            (params, state), _ = jax.lax.scan(step, (params, state), batches)
            wrong_bits, loss = evaluate(model, params, masks, valid)
            # A loss that overflowed loses every comparison, as nan would not.
            loss = jnp.where(jnp.isfinite(loss), loss, jnp.inf)
            fit = Fit(wrong_bits, loss, index + 1)
            take = better(fit, best)
            kept, best = jax.tree.map(
                lambda new, old: jnp.where(take, new, old), (params, fit), (kept, best)
            )
            return (params, state, kept, best), None

        none_yet = Fit(jnp.iinfo(jnp.int32).max, jnp.float32(jnp.inf), jnp.int32(0))
        carry = (params, optimiser.init(params), params, none_yet)
        (_, _, kept, best), _ = jax.lax.scan(
            epoch, carry, jnp.arange(settings.epochs, dtype=jnp.int32)
        )
        return kept, best

    return run
