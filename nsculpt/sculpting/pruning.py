"""One round of sculpting for one lane: rank, prune, retrain (section 3, DESIGN 4.3 to 4.6)."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from nsculpt.sculpting import masks as masks_lib
from nsculpt.sculpting import model as model_lib
from nsculpt.sculpting import saliency as saliency_lib
from nsculpt.sculpting import training

PyTree = Any

# Phases of a job chain. The numbers enter the keys of random draws: never renumber them.
DENSE, UNIT, EDGE = 0, 1, 2
_INITIALISE, _ROUND = 0, 1

NOTHING = -1  # a rank that prunes nothing


class Order(NamedTuple):
    """What the host tells one lane to do next. All int32, shape ()."""

    seed: jax.Array
    unit_step: jax.Array  # 1000 x percent; 0 before unit pruning
    edge_step: jax.Array  # 1000 x percent; 0 before edge pruning
    phase: jax.Array  # DENSE, UNIT or EDGE
    round: jax.Array  # counted from 0 within the phase
    k: jax.Array  # prune all saliencies up to the k-th smallest, counted from 0; or NOTHING


class Outcome(NamedTuple):
    """What a lane tells the host after a round."""

    fit: training.Fit
    live_hidden_units: jax.Array  # int32, ()
    alive_edges: jax.Array  # int32, ()


def at_or_below_rank(saliencies: list[jax.Array], k: jax.Array) -> list[jax.Array]:
    """Which entries are at or below the k-th smallest of them all, counted from 0.

    Entries that tie with the k-th fall together with it, as they do at a percentile.

    Args:
      saliencies: arrays of any shapes, ranked together.
      k: int32, shape (), below the number of entries; `NOTHING` selects none.

    Returns:
      Boolean arrays of the same shapes.

    Example:
      >>> at_or_below_rank([jnp.array([3.0, 1.0]), jnp.array([1.0])], 0)[0].tolist()
      [False, True]
    """
    flat = jnp.concatenate([jnp.ravel(saliency) for saliency in saliencies])
    threshold = jnp.where(k < 0, -jnp.inf, jnp.sort(flat)[jnp.maximum(k, 0)])
    return [saliency <= threshold for saliency in saliencies]


def _key(seed: jax.Array, *coordinates: jax.Array | int) -> jax.Array:
    """A key from a job's own coordinates, never from its place in a list or a batch."""
    # As `jax.random.key` makes it, without the offset that jax can be told to add to all seeds.
    words = jnp.stack([jnp.zeros((), jnp.uint32), jnp.asarray(seed, jnp.uint32)])
    key = jax.random.wrap_key_data(words, impl="threefry2x32")
    for coordinate in coordinates:
        key = jax.random.fold_in(key, coordinate)
    return key


def make_initialise(model: model_lib.MaskedMLP, num_inputs: int) -> Callable[[jax.Array], PyTree]:
    """Returns `initialise(seed) -> params`: the network before its dense round."""

    def initialise(seed: jax.Array) -> PyTree:
        key = _key(seed, _INITIALISE)
        return model.init(key, jnp.zeros((1, num_inputs)))["params"]

    return initialise


def make_round(
    model: model_lib.MaskedMLP,
    batch_size: int,
    weight_decay: float,
    noisy: bool,
    unit_saliency: str | None,
    edge_saliency: str,
) -> Callable[..., tuple[PyTree, list[jax.Array], Outcome]]:
    """Returns a round for one lane; see `training.make_train` for what is bound here.

    The round is `round(problem, order, params, edges) -> (params, edges, outcome)`. `params` and
    `edges` (one `[fan_in, fan_out]` mask a layer) are the base: the last accepted network. The host
    decides from the outcome whether what comes back is the next base.
    Without a `unit_saliency` only edges can be pruned.
    """
    fit = training.make_train(model, batch_size, weight_decay, noisy)
    score_units = unit_saliency and saliency_lib.UNIT_SALIENCIES[unit_saliency]
    score_edges = saliency_lib.EDGE_SALIENCIES[edge_saliency]

    def run(
        problem: training.Problem, order: Order, params: PyTree, edges: list[jax.Array]
    ) -> tuple[PyTree, list[jax.Array], Outcome]:
        masks = masks_lib.from_edges(edges)
        # Both are worked out and one is taken: the lanes of a tile are in different phases.
        of_units = order.phase == UNIT
        if score_units:
            rank = jnp.where(of_units, order.k, NOTHING)
            fall = at_or_below_rank(score_units(model, params, masks, problem.valid), rank)
            masks = masks_lib.keep_units(masks, [~fallen for fallen in fall])
        rank = jnp.where(of_units, NOTHING, order.k)
        fall = at_or_below_rank(score_edges(model, params, masks, problem.valid), rank)
        masks = masks_lib.keep_edges(masks, [~fallen for fallen in fall])
        key = _key(order.seed, _ROUND, order.unit_step, order.edge_step, order.phase, order.round)
        params, report = fit(problem, key, masks_lib.apply(masks, params), masks)
        outcome = Outcome(
            report, masks_lib.num_live_hidden_units(masks), masks_lib.num_alive_edges(masks)
        )
        return params, masks_lib.edges_of(masks), outcome

    return run
