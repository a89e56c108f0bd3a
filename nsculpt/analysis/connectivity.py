"""Which units and edges of a layered network carry anything from an input to an output."""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from nsculpt import errors

# Multiplications from which a product of sparse matrices may beat a dense one, and how sparse.
_MANY, _SPARSE_SHARE = 10**8, 0.05


def live(edges: Sequence[np.ndarray]) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Live units and live edges.

    An input is live when it has a live outgoing edge, a hidden unit when it has a live incoming and
    a live outgoing edge, an output always; an edge is live when both its units are. In a layered
    network the fixed point of that rule is "lies on a path from an input to an output", which one
    sweep up and one sweep down find.

    Args:
      edges: boolean `[fan_in, fan_out]`, one for each weight layer.

    Returns:
      For each layer from inputs to outputs, the sorted indices of its live units; and for each
      weight layer, its live edges, boolean `[fan_in, fan_out]`.

    Source: DESIGN 5.1.

    Example:
      >>> mask = np.array([[1, 0], [0, 1]], bool)
      >>> units, _ = live([mask, np.array([[1], [0]], bool)])
      >>> [u.tolist() for u in units]
      [[0], [0], [0]]
    """
    reached: list[np.ndarray] = [np.ones(edges[0].shape[0], bool)]
    for mask in edges:
        reached.append(mask[reached[-1]].any(axis=0))
    reaching: list[np.ndarray] = [np.ones(edges[-1].shape[1], bool)]
    for mask in reversed(edges):
        reaching.append(mask[:, reaching[-1]].any(axis=1))
    on_path = [up & down for up, down in zip(reached, reversed(reaching), strict=True)]
    live_edges = [
        mask & lower[:, None] & upper
        for mask, lower, upper in zip(edges, on_path[:-1], on_path[1:], strict=True)
    ]
    on_path[-1] = np.ones_like(on_path[-1])
    return [np.flatnonzero(units) for units in on_path], live_edges


def check_path(edges: Sequence[np.ndarray], places: Sequence[str] = ()) -> None:
    """Refuses a network without any path from an input to an output.

    Args:
      edges: boolean `[fan_in, fan_out]`, one for each weight layer.
      places: what messages call each of them; by default masks[0], masks[1] ...

    Raises:
      InputError: naming the first layer none of whose units an input reaches.

    Example:
      >>> check_path([np.ones((2, 2), bool), np.zeros((2, 1), bool)])
      Traceback (most recent call last):
      nsculpt.errors.InputError: masks[1]: no path runs from any input to any output; the first \
layer without live units above the inputs is the output layer
    """
    layer = first_unreached(edges)
    if layer is not None:
        place = "the output layer" if layer == len(edges) else f"hidden layer {layer}"
        name = places[layer - 1] if places else f"masks[{layer - 1}]"
        raise errors.InputError(
            f"{name}: no path runs from any input to any output; the first layer "
            f"without live units above the inputs is {place}"
        )


def first_unreached(edges: Sequence[np.ndarray]) -> int | None:
    """The first layer of which no input reaches a unit; None where a path reaches the outputs.

    Args:
      edges: boolean `[fan_in, fan_out]`, one for each weight layer.

    Returns:
      Its number, the inputs being 0.

    Example:
      >>> first_unreached([np.ones((2, 2), bool), np.zeros((2, 1), bool)])
      2
    """
    reached: np.ndarray = np.ones(edges[0].shape[0], bool)
    for layer, mask in enumerate(edges, start=1):
        reached = mask[reached].any(axis=0)
        if not reached.any():
            return layer
    return None


def between_live(live_units: Sequence[np.ndarray], edges: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Edges among live units alone.

    Args:
      live_units: as from `live`.
      edges: boolean `[fan_in, fan_out]`, one for each weight layer.

    Returns:
      For each weight layer, boolean `[live units below, live units above]`.

    Example:
      >>> mask = np.array([[0, 1], [0, 0], [0, 1]], bool)
      >>> between_live([np.array([0, 2]), np.array([1])], [mask])
      [array([[ True],
             [ True]])]
    """
    return [
        mask[lower][:, upper]
        for mask, lower, upper in zip(edges, live_units[:-1], live_units[1:], strict=True)
    ]


def composed(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Which units two layers apart are joined by a path, from the edges of the two layers.

    Args:
      lower: boolean `[A, B]`.
      upper: boolean `[B, C]`.

    Returns:
      Boolean `[A, C]`.

    Example:
      >>> composed(np.array([[True, True]]), np.array([[False, True], [False, True]]))
      array([[False,  True]])
    """
    # Floating point for the sake of BLAS; counts of paths only ever add up, so > 0 is exact.
    if lower.size * upper.shape[1] > _MANY and lower.mean() * upper.mean() < _SPARSE_SHARE**2:
        paths = sparse.csr_array(lower, dtype=np.float32) @ sparse.csr_array(upper)
        return paths.toarray() > 0
    return lower.astype(np.float32) @ upper.astype(np.float32) > 0


def inputs_reaching(edges: Sequence[np.ndarray]) -> list[np.ndarray]:
    """For each layer, which inputs reach each of its units.

    Args:
      edges: boolean `[units below, units above]`, one for each weight layer.

    Returns:
      For each layer, boolean `[units, inputs]`; an input reaches itself.

    Example:
      >>> inputs_reaching([np.array([[1, 0], [1, 0]], bool)])[1]
      array([[ True,  True],
             [False, False]])
    """
    reaching = [np.eye(edges[0].shape[0], dtype=bool)]
    for mask in edges:
        reaching.append(composed(mask.T, reaching[-1]))
    return reaching


def outputs_reached(edges: Sequence[np.ndarray]) -> list[np.ndarray]:
    """For each layer, which outputs each of its units reaches.

    Args:
      edges: boolean `[units below, units above]`, one for each weight layer.

    Returns:
      For each layer, boolean `[units, outputs]`; an output reaches itself.

    Example:
      >>> outputs_reached([np.array([[1, 0], [1, 0]], bool)])[0]
      array([[ True, False],
             [ True, False]])
    """
    reached = [np.eye(edges[-1].shape[1], dtype=bool)]
    for mask in reversed(edges):
        reached.append(composed(mask, reached[-1]))
    return reached[::-1]
