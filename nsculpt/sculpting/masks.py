"""Masks: which edges and units are alive. The only file that writes them (DESIGN 4.1)."""

from typing import Any

import jax
import jax.numpy as jnp

from nsculpt.sculpting import model as model_lib

PyTree = Any


def from_edges(edges: list[jax.Array]) -> PyTree:
    """Masks from the edges alone: a unit without incoming edges has no bias.

    Args:
      edges: one `[fan_in, fan_out]` boolean array a layer.

    Returns:
      {"layer_l": {"kernel": [fan_in, fan_out], "bias": [fan_out]}}, boolean.

    Example:
      >>> masks = from_edges([jnp.array([[True, False], [True, False]])])
      >>> masks["layer_0"]["bias"].tolist()
      [True, False]
    """
    return {
        f"layer_{index}": {"kernel": mask, "bias": jnp.any(mask, axis=0)}
        for index, mask in enumerate(edges)
    }


def edges_of(masks: PyTree) -> list[jax.Array]:
    """The `[fan_in, fan_out]` masks of the kernels, first layer first."""
    return [masks[name]["kernel"] for name in model_lib.layer_names(masks)]


def apply(masks: PyTree, params: PyTree) -> PyTree:
    """Parameters with exact zeros where the mask is False (`where`: 0 x inf would be nan)."""
    return jax.tree.map(lambda mask, leaf: jnp.where(mask, leaf, 0.0), masks, params)


def keep_edges(masks: PyTree, keep: list[jax.Array]) -> PyTree:
    """Masks without the edges where `keep` (one `[fan_in, fan_out]` a layer) is False."""
    return from_edges([mask & kept for mask, kept in zip(edges_of(masks), keep, strict=True)])


def keep_units(masks: PyTree, keep: list[jax.Array]) -> PyTree:
    """Masks without the hidden units where `keep` (one `[H_l]` a hidden layer) is False.

    A pruned unit loses its incoming edges, its outgoing edges and its bias.
    """
    edges = edges_of(masks)
    for index, kept in enumerate(keep):
        edges[index] = edges[index] & kept[None, :]
        edges[index + 1] = edges[index + 1] & kept[:, None]
    return from_edges(edges)


def num_alive_edges(masks: PyTree) -> jax.Array:
    """Edges in the mask, those of dead units included; int32, shape ()."""
    return sum(jnp.sum(mask, dtype=jnp.int32) for mask in edges_of(masks))


def num_live_hidden_units(masks: PyTree) -> jax.Array:
    """Hidden units on a path from an input to an output (DESIGN 5.1); int32, shape ()."""
    edges = edges_of(masks)
    reached = [jnp.ones(edges[0].shape[0], bool)]  # from the inputs
    for mask in edges:
        reached.append(jnp.any(mask & reached[-1][:, None], axis=0))
    reaches = [jnp.ones(edges[-1].shape[1], bool)]  # the outputs, last layer first
    for mask in reversed(edges):
        reaches.append(jnp.any(mask & reaches[-1][None, :], axis=1))
    hidden = zip(reached[1:-1], reaches[-2:0:-1], strict=True)
    return sum(jnp.sum(a & b, dtype=jnp.int32) for a, b in hidden)
