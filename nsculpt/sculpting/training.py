"""One training round: retrain from the current weights, keep the best epoch (DESIGN 4.2)."""

import dataclasses
from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax

from nsculpt.sculpting import chunks, draws
from nsculpt.sculpting import masks as masks_lib
from nsculpt.sculpting import model as model_lib
from nsculpt.tasks import image_pairs
from nsculpt.tasks import task as task_lib

PyTree = Any

# Sources whose data are arguments of a program, which tasks of one shape then share.
SOURCES = (task_lib.ArraySource, image_pairs.PairSource)
for _source in SOURCES:
    _arrays = [field.name for field in dataclasses.fields(_source)]
    jax.tree_util.register_dataclass(_source, _arrays, [])


@dataclasses.dataclass(frozen=True)
class Training:
    """What a round is made of; each field is a flag of the same name."""

    learning_rate: float  # of Adam, constant
    batch_size: int  # rows; a smaller last batch is used too
    epochs: int
    input_noise: float  # standard deviation of the Gaussian noise on training inputs
    weight_decay: float = 1e-4  # L2, added to the gradient before Adam (coupled)

    def on(self, train: task_lib.Source, valid: task_lib.Source) -> "Problem":
        """These settings with data."""
        return Problem(
            train,
            valid,
            np.float32(self.learning_rate),
            np.int32(self.epochs),
            np.float32(self.input_noise),
        )


class Problem(NamedTuple):
    """What a round works on. Data, not structure: another value needs no other program."""

    train: task_lib.Source
    valid: task_lib.Source
    learning_rate: np.float32
    epochs: np.int32
    input_noise: np.float32


class Fit(NamedTuple):
    """What a round reports about the parameters it kept."""

    wrong_bits: jax.Array  # int32, (): validation output bits on the wrong side of 0.5
    loss: jax.Array  # float32, (): mean cross-entropy in nats
    best_epoch: jax.Array  # int32, (): counted from 1


def evaluate(
    model: model_lib.MaskedMLP, params: PyTree, masks: PyTree, source: task_lib.Source
) -> tuple[jax.Array, jax.Array]:
    """Wrong bits (int32) and mean loss (nats) over all rows of `source`, without noise."""

    def of_rows(x: jax.Array, y: jax.Array) -> tuple[jax.Array, jax.Array]:
        logits = model.apply({"params": params, "masks": masks}, x)
        right = ((logits > 0) == (y > 0.5)) & jnp.isfinite(logits)
        return ~right, optax.sigmoid_binary_cross_entropy(logits, y)

    def sums(x: jax.Array, y: jax.Array, real: jax.Array) -> tuple[jax.Array, jax.Array]:
        wrong, losses = of_rows(x, y)
        losses = jnp.where(real, losses.mean(axis=1), 0.0)
        return jnp.sum(wrong & real[:, None], dtype=jnp.int32), jnp.sum(losses)

    if chunks.fit_one(source):
        wrong, losses = of_rows(*source.gather(jnp.arange(source.num_rows)))
        return jnp.sum(wrong, dtype=jnp.int32), losses.mean()
    wrong_bits, loss = chunks.summed(source, sums)
    return wrong_bits, loss / source.num_rows


def better(fit: Fit, best: Fit) -> jax.Array:
    """Higher accuracy, then lower loss, then the later one (`fit` is the later)."""
    tied = (fit.wrong_bits == best.wrong_bits) & (fit.loss <= best.loss)
    return (fit.wrong_bits < best.wrong_bits) | tied


def make_train(
    model: model_lib.MaskedMLP, batch_size: int, weight_decay: float, noisy: bool
) -> Callable[..., tuple[PyTree, Fit]]:
    """Binds what is static.

    Args:
      model: the network.
      batch_size: rows; more than there are means all.
      weight_decay: L2, added to the gradient before Adam.
      noisy: False where the problem's input noise is 0: then none is drawn.

    Returns:
      `train(problem, key, params, masks) -> (params, fit)`, for one lane. `params` must be zero
      where `masks` is False, and stays so. Epoch e draws from `fold_in(key, e)`, so another number
      of epochs does not shift the draws of those before.
    """

    def loss_of(
        params: PyTree, masks: PyTree, x: jax.Array, y: jax.Array, weight: jax.Array
    ) -> jax.Array:
        logits = model.apply({"params": params, "masks": masks}, x)
        losses = optax.sigmoid_binary_cross_entropy(logits, y).mean(axis=1)  # [B]
        return jnp.sum(losses * weight)

    def run(problem: Problem, key: jax.Array, params: PyTree, masks: PyTree) -> tuple[PyTree, Fit]:
        train = problem.train
        rows_a_batch = min(batch_size, train.num_rows)
        num_steps = -(-train.num_rows // rows_a_batch)
        num_padded = num_steps * rows_a_batch - train.num_rows
        # Weights of the rows of each batch: they sum to 1, and are 0 on rows that fill up the last.
        real = np.arange(num_steps * rows_a_batch).reshape(num_steps, -1) < train.num_rows
        weights = jnp.asarray(real / real.sum(axis=1, keepdims=True), jnp.float32)
        optimiser = optax.chain(
            optax.add_decayed_weights(weight_decay),
            optax.adam(problem.learning_rate, b1=0.9, b2=0.999, eps=1e-8),
        )

        def batched(per_row: jax.Array) -> jax.Array:
            padding = [(0, num_padded)] + [(0, 0)] * (per_row.ndim - 1)
            return jnp.pad(per_row, padding).reshape(num_steps, -1, *per_row.shape[1:])

        def step(carry: PyTree, batch: PyTree) -> tuple[PyTree, None]:
            params, state = carry
            rows, noise, weight = batch
            x, y = train.gather(rows)
            if noisy:
                x = x + problem.input_noise * noise
            gradient = jax.grad(loss_of)(params, masks, x, y, weight)
            update, state = optimiser.update(gradient, state, params)
            # Masked once more, so that no optimiser's momentum or decay can revive an edge.
            params = masks_lib.apply(masks, optax.apply_updates(params, update))
            return (params, state), None

        def epoch(index: jax.Array, carry: PyTree) -> PyTree:
            params, state, kept, best = carry
            order, noise = draws.epoch(
                jax.random.fold_in(key, index), train.num_rows, train.num_inputs if noisy else 0
            )
            batches = (batched(order), batched(noise) if noisy else None, weights)
            (params, state), _ = jax.lax.scan(step, (params, state), batches)
            wrong_bits, loss = evaluate(model, params, masks, problem.valid)
            # A loss that overflowed loses every comparison, as nan would not.
            loss = jnp.where(jnp.isfinite(loss), loss, jnp.inf)
            fit = Fit(wrong_bits, loss, index + 1)
            take = better(fit, best)
            kept, best = jax.tree.map(
                lambda new, old: jnp.where(take, new, old), (params, fit), (kept, best)
            )
            return params, state, kept, best

        none_yet = Fit(jnp.int32(jnp.iinfo(jnp.int32).max), jnp.float32(jnp.inf), jnp.int32(0))
        carry = (params, optimiser.init(params), params, none_yet)
        _, _, kept, best = jax.lax.fori_loop(0, problem.epochs, epoch, carry)
        return kept, best

    return run
