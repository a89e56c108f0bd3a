"""How much a unit or an edge matters (section 3): what pruning ranks by."""

import itertools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from nsculpt import errors, registry
from nsculpt.sculpting import chunks
from nsculpt.sculpting import masks as masks_lib
from nsculpt.sculpting import model as model_lib
from nsculpt.tasks import plugins
from nsculpt.tasks import task as task_lib

PyTree = Any

# Each: (model, params, masks, source) -> one non-negative `[H_l]` array a hidden layer.
UNIT_SALIENCIES = registry.Registry("unit saliency")
# Each: (model, params, masks, source) -> one non-negative `[fan_in, fan_out]` array a layer.
EDGE_SALIENCIES = registry.Registry("edge saliency")

register_unit_saliency = UNIT_SALIENCIES.register
register_edge_saliency = EDGE_SALIENCIES.register


def check(layer_sizes: Sequence[int], source: task_lib.Source, unit: str, edge: str) -> None:
    """Tries saliencies of a user's own on a fresh network, before anything is trained or written.

    Args:
      layer_sizes: `[I, H_1 ... H_D, O]`.
      source: the rows they will see.
      unit, edge: registered names.

    Raises:
      InputError: a saliency that fails, or does not give one non-negative number a unit or edge.
    """
    network = model_lib.MaskedMLP(tuple(layer_sizes[1:]))
    units = [(width,) for width in layer_sizes[1:-1]]
    for known, own, name, shapes in (
        (UNIT_SALIENCIES, gradient_activation, unit, units),
        (EDGE_SALIENCIES, magnitude, edge, list(itertools.pairwise(layer_sizes))),
    ):
        function = known[name]
        if function is own:
            continue

        def scores(function: Any = function) -> list[np.ndarray]:
            variables = network.init(jax.random.key(0), jnp.zeros((1, layer_sizes[0])))

            @jax.jit
            def score(params: PyTree, masks: PyTree) -> Any:
                return function(network, params, masks, source)

            return [np.asarray(each) for each in score(variables["params"], variables["masks"])]

        field = known.kind.replace(" ", "_")
        found = plugins.called(scores, f"{field}={name}")
        if [each.shape for each in found] != shapes:
            given = [each.shape for each in found]
            raise errors.InputError(
                f"{field}={name}: gave arrays of shapes {given}; expected {shapes}", field
            )
        if not all((each >= 0).all() and np.isfinite(each).all() for each in found):
            raise errors.InputError(
                f"{field}={name}: gave a number below 0, nan or inf; expected finite numbers of 0 "
                "or more",
                field,
            )


def are_built_in(unit: str | None, edge: str) -> bool:
    """Whether these names mean the saliencies of this file."""
    ours = (None, "gradient_activation")
    return unit in ours and edge == "magnitude"


@register_unit_saliency("gradient_activation")
def gradient_activation(
    model: model_lib.MaskedMLP, params: PyTree, masks: PyTree, source: task_lib.Source
) -> list[jax.Array]:
    """Mean over samples of |dL/da| x |a|, L the loss of that one sample (section 3).

    To first order this is how far the loss of a sample moves when the unit falls silent. A dead
    unit has activation 0 and so saliency 0.

    Args:
      model: the network; its hidden widths are `H_1 ... H_D`.
      params, masks: its variables.
      source: the rows that the mean runs over, as a rule the validation data.

    Returns:
      `[H_l]` float32, >= 0, for l = 1 ... D.
    """

    def of_rows(x: jax.Array, y: jax.Array) -> list[jax.Array]:
        """|dL/da| x |a| `[B, H_l]` of each row."""

        def summed_loss(perturbations: PyTree) -> tuple[jax.Array, PyTree]:
            variables = {"params": params, "masks": masks, model_lib.PERTURBATIONS: perturbations}
            logits, state = model.apply(variables, x, mutable=[model_lib.ACTIVATIONS])
            # Mean over the outputs, sum over the samples: row n of the gradient then belongs to the
            # loss of sample n alone.
            loss = optax.sigmoid_binary_cross_entropy(logits, y).mean(axis=1).sum()
            return loss, state[model_lib.ACTIVATIONS]

        zeros = {
            f"hidden_{index}": jnp.zeros((x.shape[0], width))
            for index, width in enumerate(model.widths[:-1])
        }
        gradients, activations = jax.grad(summed_loss, has_aux=True)(zeros)
        return [jnp.abs(gradients[name]) * jnp.abs(activations[name][0]) for name in zeros]

    def sums(x: jax.Array, y: jax.Array, real: jax.Array) -> list[jax.Array]:
        return [jnp.sum(jnp.where(real[:, None], each, 0.0), axis=0) for each in of_rows(x, y)]

    if chunks.fit_one(source):
        each_row = of_rows(*source.gather(jnp.arange(source.num_rows)))
        return [jnp.mean(each, axis=0) for each in each_row]
    return [each / source.num_rows for each in chunks.summed(source, sums)]


@register_edge_saliency("magnitude")
def magnitude(
    model: model_lib.MaskedMLP, params: PyTree, masks: PyTree, source: task_lib.Source
) -> list[jax.Array]:
    """|weight| of every edge, 0 where it is dead (section 3). `[fan_in, fan_out]` a layer."""
    del model, source
    return [
        jnp.where(mask, jnp.abs(params[f"layer_{index}"]["kernel"]), 0.0)
        for index, mask in enumerate(masks_lib.edges_of(masks))
    ]
