"""One round of sculpting for one lane: rank, prune, retrain (section 3, DESIGN 4.3 to 4.6)."""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from nsculpt.sculpting import masks as masks_lib
from nsculpt.sculpting import model as model_lib
from nsculpt.sculpting import saliency as saliency_lib
from nsculpt.sculpting import training
from nsculpt.tasks import task as task_lib

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
    key = jax.random.key(seed, impl="threefry2x32")
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
    train: task_lib.Source,
    valid: task_lib.Source,
    settings: training.Training,
    unit_saliency: str,
    edge_saliency: str,
) -> Callable[[Order, PyTree, list[jax.Array]], tuple[PyTree, list[jax.Array], Outcome]]:
    """Returns `round(order, params, edges) -> (params, edges, outcome)` for one lane.

    `params` and `edges` (one `[fan_in, fan_out]` mask a layer) are the base: the last accepted
    network. The host decides from the outcome whether what comes back is the next base.
    """
    fit = training.make_train(model, train, valid, settings)
    score_units = saliency_lib.UNIT_SALIENCIES[unit_saliency]
    score_edges = saliency_lib.EDGE_SALIENCIES[edge_saliency]

    def prune_units(params: PyTree, masks: PyTree, k: jax.Array) -> PyTree:
        fall = at_or_below_rank(score_units(model, params, masks, valid), k)
        return masks_lib.keep_units(masks, [~fallen for fallen in fall])

    def prune_edges(params: PyTree, masks: PyTree, k: jax.Array) -> PyTree:
        fall = at_or_below_rank(score_edges(model, params, masks, valid), k)
        return masks_lib.keep_edges(masks, [~fallen for fallen in fall])

    def run(
        order: Order, params: PyTree, edges: list[jax.Array]
    ) -> tuple[PyTree, list[jax.Array], Outcome]:
        # Both are worked out and one is taken: the lanes of a tile are in different phases.
        of_units = order.phase == UNIT
        masks = masks_lib.from_edges(edges)
        masks = prune_units(params, masks, jnp.where(of_units, order.k, NOTHING))
        masks = prune_edges(params, masks, jnp.where(of_units, NOTHING, order.k))
        key = _key(order.seed, _ROUND, order.unit_step, order.edge_step, order.phase, order.round)
        params, report = fit(key, masks_lib.apply(masks, params), masks)
        outcome = Outcome(
            report, masks_lib.num_live_hidden_units(masks), masks_lib.num_alive_edges(masks)
        )
        return params, masks_lib.edges_of(masks), outcome

    return run
