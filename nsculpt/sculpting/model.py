"""The network: a multi-layer perceptron whose edges and units can be switched off (section 3)."""

from collections.abc import Sequence
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp

PyTree = Any

# Where `MaskedMLP` lets saliency read, and differentiate by, the activations of hidden layers.
ACTIVATIONS = "intermediates"
PERTURBATIONS = "perturbations"


class MaskedDense(nn.Module):
    """Affine map `[B, fan_in] -> [B, fan_out]` with masks beside its parameters.

    Masks are variables (collection "masks"), mirror the parameters, and are data: a kernel's mask
    is its edges, a bias's mask its units, True = alive.
    """

    features: int

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        shape = (x.shape[-1], self.features)
        # The official protocol draws from an untruncated normal of variance 2 / fan_in.
        kernel_init = nn.initializers.variance_scaling(2.0, "fan_in", "normal")
        kernel = self.param("kernel", kernel_init, shape)  # [fan_in, fan_out]
        bias = self.param("bias", nn.initializers.zeros_init(), (self.features,))
        edges = self.variable("masks", "kernel", jnp.ones, shape, bool).value
        units = self.variable("masks", "bias", jnp.ones, (self.features,), bool).value
        if edges.shape != shape or units.shape != shape[1:]:  # linen checks parameters only
            raise ValueError(f"masks {edges.shape}, {units.shape} do not fit a kernel {shape}")
        return x @ jnp.where(edges, kernel, 0.0) + jnp.where(units, bias, 0.0)[None, :]


class MaskedMLP(nn.Module):
    """ReLU network `[B, I] -> logits [B, O]`, its layers named layer_0 ... layer_D.

    Args:
      widths: `H_1 ... H_D, O`.

    Example:
      >>> model = MaskedMLP((3, 1))
      >>> variables = model.init(jax.random.key(0), jnp.zeros((1, 2)))
      >>> variables["masks"]["layer_0"]["kernel"].shape
      (2, 3)
    """

    widths: Sequence[int]

    @nn.compact
    def __call__(self, x: jax.Array) -> jax.Array:
        for index, width in enumerate(self.widths):
            x = MaskedDense(width, name=f"layer_{index}")(x)
            if index < len(self.widths) - 1:
                x = self.perturb(f"hidden_{index}", nn.relu(x), PERTURBATIONS)
                self.sow(ACTIVATIONS, f"hidden_{index}", x)
        return x


def layer_names(tree: PyTree) -> list[str]:
    """Names of the layers of params or masks in the order of the network (10 after 2).

    Example:
      >>> layer_names({"layer_10": 0, "layer_2": 0})
      ['layer_2', 'layer_10']
    """
    return sorted(tree, key=lambda name: int(name.removeprefix("layer_")))


def params_from(kernels: Sequence[Any], biases: Sequence[Any]) -> PyTree:
    """Parameters from one kernel and one bias a layer."""
    return {
        f"layer_{index}": {"kernel": kernel, "bias": bias}
        for index, (kernel, bias) in enumerate(zip(kernels, biases, strict=True))
    }


def kernels_and_biases(params: PyTree) -> tuple[list[Any], list[Any]]:
    """The inverse of `params_from`, in the order of the network."""
    layers = [params[name] for name in layer_names(params)]
    return [layer["kernel"] for layer in layers], [layer["bias"] for layer in layers]
