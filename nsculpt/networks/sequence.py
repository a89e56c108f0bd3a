"""A network as a sequence of arrays."""

from collections.abc import Iterable, Set
from typing import Any

from nsculpt import errors
from nsculpt.networks import arrays, network


def load(source: Any, tolerance: float = 0.0, orientation: str | None = None) -> network.Network:
    """A network from one 2-D array for each weight layer.

    Args:
      source: arrays `[fan_in, fan_out]`, from the inputs up; the fan-out of a layer is the fan-in
        of the next. Booleans and 0/1 are masks; of other numbers, |w| > `tolerance` is an edge.
      tolerance: finite, at least 0.
      orientation: "in_out", by default, or "out_in" where the arrays are `[fan_out, fan_in]`.

    Returns:
      The network; its weights are None where no array holds other values than 0 and 1.

    Raises:
      InputError: naming the layer.

    Example:
      >>> [mask.dtype.name for mask in load([[[1, 0], [0, 1]], [[1], [1]]]).edges]
      ['bool', 'bool']
    """
    expected = "masks: expected a sequence of 2-D arrays [fan_in, fan_out], one for a weight layer"
    num_axes = getattr(source, "ndim", None)
    if isinstance(num_axes, int) and num_axes != 3:
        shape = list(getattr(source, "shape", ()))
        hint = "; a network of one layer is [array]" if num_axes == 2 else ""
        raise errors.InputError(f"{expected}; got one array of shape {shape}{hint}")
    if isinstance(source, bytes | Set) or not isinstance(source, Iterable):
        raise errors.InputError(f"{expected}; got {type(source).__name__}")
    found = []
    size = 0
    for layer, given in enumerate(source):
        found.append(arrays.as_array(given, f"masks[{layer}]"))
        size += found[-1].size
        arrays.check_size(size, "masks")
    if not found:
        raise errors.InputError("masks: expected one array for each weight layer; got none")
    way = orientation or arrays.IN_OUT
    places = tuple(f"masks[{layer}]" for layer in range(len(found)))
    arrays.check_chain(
        [array.shape[:: -1 if way == arrays.OUT_IN else 1] for array in found], places, way
    )
    edges, weights = arrays.edges_and_weights(found, places, tolerance)
    return network.Network(
        arrays.oriented(edges, way),
        None if weights is None else arrays.oriented(weights, way),
        places=places,
    )
