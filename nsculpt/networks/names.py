"""What the name of an array says: its role, and which layer it is of.

A name is read in words and numbers: `masks/layer_10/kernel` holds masks, layer, 10, kernel. Words
that say what an array is (mask, weight, kernel, bias ...) are its role; what is left says of which
layer. So `fc1.weight_orig`, `fc1.weight_mask` and `fc1.bias` are of one layer, fc 1.
"""

import re
from collections.abc import Iterable

from nsculpt.networks import layer_order

_WORD = r"[^\W0-9_]+"
_MASK = {"mask", "masks"}
_WEIGHT = {"weight", "weights", "kernel", "kernels", "param", "params"}
_BIAS = {"bias", "biases"}
# Roles where no longer word gives one, as in W1 and b1, for arrays of so many axes.
_SHORT = {2: "w", 1: "b"}
# A collection of Flax variables. Beside it only their masks are layers: others are statistics.
_FLAX = ("params/", "params.")
_FLAX_MASKS = ("masks/", "masks.")
# What PyTorch calls arrays [fan_out, fan_in], and others those that are never so.
_TORCH = {"weight", "weights"}
_NEVER_TORCH = {"kernel", "kernels"}
# Arrays of strings, not of layers.
UNITS = ("input_names", "output_names")


def of_layers(names: Iterable[str]) -> list[str]:
    """The names, sorted, of what may be an array of a layer.

    Example:
      >>> of_layers(["params/fc/kernel", "batch_stats/fc/mean", "input_names"])
      ['params/fc/kernel']
    """
    known = sorted(name for name in names if name not in UNITS)
    if any(name.startswith(_FLAX) for name in known):
        return [name for name in known if name.startswith(_FLAX + _FLAX_MASKS)]
    return known


def is_torch_like(name: str) -> bool:
    """Whether an array may be `[fan_out, fan_in]`, since it is called a weight, as by PyTorch.

    Example:
      >>> [is_torch_like(name) for name in ("net.0.weight", "fc1_weight", "fc1.weight_mask")]
      [True, True, True]
      >>> [is_torch_like(name) for name in ("fc1/kernel", "mask_0", "W1", "arr_0")]
      [False, False, False, False]
    """
    words = _lowered(name)
    return bool(words & _TORCH) and not words & _NEVER_TORCH


def role(name: str, num_axes: int) -> str | None:
    """What an array is: "mask", "weight" or "bias"; None for a name that does not say.

    Example:
      >>> role("fc1.weight_mask", 2), role("W1", 2), role("arr_0", 2)
      ('mask', 'weight', None)
    """
    words = _lowered(name)
    # The parameters of a layer that is called after masks are no masks.
    in_params = name.startswith(_FLAX) and not _MASK & _lowered(re.split(r"[./]", name)[-1])
    if words & _BIAS:
        return "bias"
    if words & _MASK and not in_params:
        return "mask"
    if words & _WEIGHT:
        return "weight"
    if _SHORT.get(num_axes) in words:
        return "weight" if num_axes == 2 else "bias"
    return None


def layer(name: str, num_axes: int) -> str:
    """A name without the words of its role: the name of its layer.

    Example:
      >>> layer("fc1.weight_mask", 2), layer("masks/layer_0/kernel", 2), layer("W1", 2)
      ('fc1', 'layer_0', '1')
    """
    words = _lowered(name)
    dropped = _MASK | _WEIGHT | _BIAS
    if words & (_WEIGHT | _BIAS):
        dropped = dropped | {"orig"}
    if not words & dropped and num_axes in _SHORT:
        dropped = {_SHORT[num_axes]}
    kept = re.sub(_WORD, lambda word: "" if word[0].lower() in dropped else word[0], name)
    return re.sub(r"([\W_])[\W_]+", r"\1", kept).strip("/._-: ")


def key(layer_name: str) -> layer_order.Key:
    """The words and numbers of the name of a layer, by which its arrays find each other.

    Example:
      >>> key("fc1") == key("fc_01"), key("fc1") == key("fc2")
      (True, False)
    """
    words = re.findall(rf"{_WORD}|[0-9]+", layer_name)
    return tuple(layer_order.Number.of(word) if word[0] in "0123456789" else word for word in words)


def _lowered(name: str) -> set[str]:
    return {word.lower() for word in re.findall(_WORD, name)}
