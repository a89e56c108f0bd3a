"""What the units of a layer are compared by: which units of other layers they are joined to."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from nsculpt import errors, registry
from nsculpt.analysis import connectivity
from nsculpt.tasks import plugins

# Name -> function (edges, weights, path_length) -> one array [units, N] a layer below the outputs.
FEATURES = registry.Registry("features")

_FAINTEST = 1e-100


def register_features(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator that adds features under a name, for `analyze(..., features=name)`.

    The function takes, of the live units, the edges of each weight layer, boolean `[units below,
    units above]`, their weights in the same form or None, and the path length. It returns a list
    with an array `[units, N]` for each layer below the outputs, inputs first: finite numbers of at
    least 0, and no row of zeros alone.

    Args:
      name: not taken yet.

    Example:
      >>> @register_features("next_layer")
      ... def next_layer(edges, weights, path_length):
      ...     return list(edges)
      >>> layer_features("next_layer", [np.ones((1, 2), bool)], None, 3)
      [array([[ True,  True]])]
    """
    return FEATURES.register(name)


def layer_features(
    name: str,
    edges: Sequence[np.ndarray],
    weights: Sequence[np.ndarray] | None,
    path_length: int,
) -> list[np.ndarray]:
    """Features of every layer below the outputs, by a registered function.

    Args:
      name: "outgoing" is the paper's.
      edges: boolean `[units below, units above]`, one for each weight layer, among live units.
      weights: the same in float64, 0 where there is no edge; None where only edges are known.
      path_length: longest path, in edges; at least 1.

    Returns:
      For each layer below the output, `[units, N]`.

    Raises:
      InputError: no features of that name; or a user's own that are no numbers, have another
        number of rows than units, or a row of zeros.

    Example:
      >>> [f.tolist() for f in layer_features("outgoing", [np.ones((1, 2), bool)], None, 1)]
      [[[True, True]]]
    """
    function = FEATURES[name]
    if name in _OWN:
        return function(edges, weights, path_length)
    shown = [_read_only(mask) for mask in edges]
    sizes = None if weights is None else [_read_only(layer) for layer in weights]
    found = plugins.called(lambda: function(shown, sizes, path_length), f"features {name!r}")
    _check(found, edges, name)
    return found


def _read_only(array: np.ndarray) -> np.ndarray:
    """A view that cannot be written through: the network is not the function's to change."""
    view = array.view()
    view.flags.writeable = False
    return view


def _check(found: Any, edges: Sequence[np.ndarray], name: str) -> None:
    if not isinstance(found, Sequence) or len(found) != len(edges):
        raise errors.InputError(
            f"features {name!r}: expected a list of {len(edges)} arrays, one for each layer below "
            "the outputs"
        )
    for layer, (rows, mask) in enumerate(zip(found, edges, strict=True)):
        good = type(rows) is np.ndarray and rows.ndim == 2 and rows.dtype.kind in "biuf"
        if not good or len(rows) != len(mask):
            raise errors.InputError(
                f"features {name!r}, layer {layer}: expected an array of numbers [{len(mask)}, N]"
            )
        with np.errstate(over="ignore", under="ignore"):
            lengths = np.square(rows.astype(np.float64)).sum(axis=1)
        if not (np.isfinite(lengths).all() and (rows >= 0).all() and lengths.all()):
            raise errors.InputError(
                f"features {name!r}, layer {layer}: expected finite numbers of at least 0, and not "
                "only zeros (or what is 0 when squared) in the row of a unit"
            )


@register_features("outgoing")
def outgoing(
    edges: Sequence[np.ndarray], weights: Sequence[np.ndarray] | None, path_length: int
) -> list[np.ndarray]:
    """Which units of the next layers a unit reaches by 1, 2, ... edges; the paper's.

    Args:
      edges: boolean `[units below, units above]`, one for each weight layer, among live units.
      weights: not used.
      path_length: number of layers to look up, cut at the output; at least 1.

    Returns:
      For each layer below the output, boolean `[units, sum of the widths looked at]`.

    Source: DESIGN 5.2.

    Example:
      >>> lower, upper = np.eye(2, dtype=bool), np.array([[True], [True]])
      >>> outgoing([lower, upper], None, path_length=2)[0].astype(int)
      array([[1, 0, 1],
             [0, 1, 1]])
    """
    del weights
    features: list[np.ndarray] = []
    reached: list[np.ndarray] = []  # by 1, 2, ... edges, from the layer last visited
    for mask in reversed(edges):
        reached = [mask] + [connectivity.composed(mask, r) for r in reached[: path_length - 1]]
        features.append(np.concatenate(reached, axis=1))
    return features[::-1]


@register_features("incoming")
def incoming(
    edges: Sequence[np.ndarray], weights: Sequence[np.ndarray] | None, path_length: int
) -> list[np.ndarray]:
    """Which units of the layers below reach a unit by 1, 2, ... edges; for inputs, `outgoing`.

    Args and Returns: as for `outgoing`, boolean `[units, sum of the widths looked at]`.

    Example:
      >>> lower, upper = np.array([[True, True]]), np.array([[True], [True]])
      >>> incoming([lower, upper], None, path_length=2)[1].astype(int)
      array([[1],
             [1]])
    """
    downwards = outgoing([mask.T for mask in reversed(edges)], None, path_length)
    # Nothing comes into an input.
    return [outgoing(edges, weights, path_length)[0], *downwards[:0:-1]]


@register_features("both")
def both(
    edges: Sequence[np.ndarray], weights: Sequence[np.ndarray] | None, path_length: int
) -> list[np.ndarray]:
    """`outgoing` and `incoming` side by side; for inputs, `outgoing`.

    Example:
      >>> lower, upper = np.array([[True, True]]), np.array([[True], [True]])
      >>> both([lower, upper], None, path_length=2)[1].astype(int)
      array([[1, 1],
             [1, 1]])
    """
    up, down = (find(edges, weights, path_length) for find in (outgoing, incoming))
    return [up[0], *(np.hstack(pair) for pair in zip(up[1:], down[1:], strict=True))]


@register_features("weighted")
def weighted(
    edges: Sequence[np.ndarray], weights: Sequence[np.ndarray] | None, path_length: int
) -> list[np.ndarray]:
    """How strongly a unit reaches the units of the next layers: |weights| along its paths.

    The feature is the sum, over the paths of j edges that lead to a unit, of the products of the
    |weights| on them, over the greatest such sum of its layer and j: near and far layers count
    alike, and none overflows.

    Returns:
      For each layer below the output, float64 `[units, sum of the widths looked at]`.

    Raises:
      InputError: no weights are known.

    Example:
      >>> edges = [np.array([[True, True]])]
      >>> weighted(edges, [np.array([[-1.0, 2.0]])], path_length=1)
      [array([[0.5, 1. ]])]
    """
    if weights is None:
        raise errors.InputError(
            "features='weighted': expected a network with weights; this one has masks alone"
        )
    if not all(np.isfinite(layer).all() for layer in weights):
        raise errors.InputError("features='weighted': expected finite weights")
    features: list[np.ndarray] = []
    reached: list[np.ndarray] = []
    for layer, mask in zip(reversed(weights), reversed(edges), strict=True):
        size = _scaled(np.abs(layer), mask)
        further = [size @ sums for sums in reached[: path_length - 1]]
        reached = [size] + [_scaled(sums, sums > 0) for sums in further]
        features.append(np.concatenate(reached, axis=1))
    return features[::-1]


def _scaled(sizes: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """Over their greatest; where units are joined, so far from 0 that not even squares vanish."""
    greatest = float(sizes.max()) or 1.0
    return np.where(joined, np.maximum(sizes / greatest, _FAINTEST), 0.0)


_OWN = frozenset(FEATURES)
