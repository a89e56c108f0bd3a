"""Arrays of layers: what is an edge, which fit together; checks that all networks pass."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from scipy import sparse

from nsculpt import errors

MOST_EDGES = 10**8

IN_OUT = "in_out"
OUT_IN = "out_in"
ORIENTATIONS = (IN_OUT, OUT_IN)

# Messages are one line, and no name in a hostile file may make it a long one.
_LONGEST_NAME = 100
# What NumPy and the tensors of other libraries were seen to raise where no array can be made.
NO_ARRAY = (ValueError, TypeError, RuntimeError, OverflowError, MemoryError)


def as_array(given: Any, place: str) -> np.ndarray:
    """Anything that stands for a 2-D array of numbers or booleans, as one.

    Raises:
      InputError: naming the place, for other numbers of axes, empty axes, and other content.

    Example:
      >>> as_array([[1, 0]], "masks[0]").shape
      (1, 2)
    """
    check_unmasked(given, place)
    if sparse.issparse(given):
        check_shape(given.shape, place)
        check_size(int(np.prod(given.shape, dtype=object)), place)
        given = given.toarray()
    try:
        array = np.asarray(given)
    except NO_ARRAY:  # rows of different lengths, or a tensor of a device
        array = np.empty(0, object)
    array = plain(array)
    if array.dtype.kind not in "biuf":
        raise errors.InputError(
            f"{place}: expected a rectangular array of 0 and 1 or booleans, or of real weights"
        )
    check_shape(array.shape, place)
    return array


def check_unmasked(given: Any, place: str) -> None:
    """Raises InputError for masked arrays, whose mask would be lost, and sequences of them."""
    rows = given if isinstance(given, list | tuple) else ()
    if any(isinstance(each, np.ma.MaskedArray) for each in (given, *rows)):
        raise errors.InputError(
            f"{place}: a masked array (numpy.ma), of which only the data would be read; expected a "
            "plain one, such as its .filled(0)"
        )


def plain(array: np.ndarray) -> np.ndarray:
    """The array itself, but short floating point that NumPy has no type for as float32.

    Example:
      >>> plain(np.array([0.5], np.float16)).dtype.name
      'float16'
    """
    # bfloat16 and the kinds of float8 come as types that NumPy counts among the unknown.
    if array.dtype.kind == "V" and array.dtype.name.startswith(("bfloat", "float")):
        return array.astype(np.float32)
    return array


def check_shape(shape: Sequence[int], place: str) -> None:
    """Raises InputError for other shapes than `[fan_in, fan_out]`, each at least 1."""
    if len(shape) != 2 or 0 in shape:
        raise errors.InputError(
            f"{place}: expected a 2-D array [fan_in, fan_out] without empty axes; "
            f"got shape {list(shape)}"
        )


def check_size(num_edges: int, place: str) -> None:
    """Raises InputError for a network that is larger than what is analysed."""
    if num_edges > MOST_EDGES:
        raise errors.InputError(
            f"{place}: {num_edges} edges, dead ones included; expected at most {MOST_EDGES}"
        )


def chains(shapes: Sequence[Sequence[int]]) -> bool:
    """Whether the fan-out of each layer is the fan-in of the next.

    Example:
      >>> chains([(4, 8), (8, 2)]), chains([(8, 4), (8, 2)])
      (True, False)
    """
    return all(lower[1] == upper[0] for lower, upper in itertools.pairwise(shapes))


def check_chain(shapes: Sequence[Sequence[int]], places: Sequence[str], orientation: str) -> None:
    """Refuses layers of which one does not fit the one before it.

    Args:
      shapes: `[fan_in, fan_out]` of each layer.
      places: what messages call the layers.
      orientation: how the shapes were read: "in_out", or "out_in" where they have been swapped.

    Raises:
      InputError: naming the two layers, and the turned layer where that is the reason.

    Example:
      >>> check_chain([(4, 8), (2, 8)], ["masks[0]", "masks[1]"], "in_out")
      Traceback (most recent call last):
      nsculpt.errors.InputError: masks[1]: expected fan_in 8, the fan_out of masks[0] [4, 8]; got \
shape [2, 8]; its transpose would fit
    """
    for layer, (lower, upper) in enumerate(itertools.pairwise(shapes), start=1):
        if lower[1] == upper[0]:
            continue
        hint = ""
        if chains(_turned(shapes, [layer])):
            hint = "; its transpose would fit"
        elif chains(_turned(shapes, [layer - 1])):
            hint = f"; the transpose of {places[layer - 1]} would fit"
        elif chains(_turned(shapes, range(len(shapes)))):
            other = IN_OUT if orientation == OUT_IN else OUT_IN
            hint = f"; all layers the other way round would fit: orientation={other!r}"
        elif lower[1] == upper[1]:
            hint = "; its transpose would fit"
        read = "" if orientation == IN_OUT else ", read as [fan_out, fan_in] and turned"
        raise errors.InputError(
            f"{places[layer]}: expected fan_in {lower[1]}, the fan_out of {places[layer - 1]} "
            f"{list(lower)}; got shape {list(upper)}{read}{hint}"
        )


def _turned(shapes: Sequence[Sequence[int]], layers: Iterable[int]) -> list[Sequence[int]]:
    turned = list(shapes)
    for layer in layers:
        turned[layer] = turned[layer][::-1]
    return turned


def oriented(found: Sequence[np.ndarray], orientation: str) -> list[np.ndarray]:
    """The arrays as [fan_in, fan_out]; one that is turned is copied."""
    if orientation == IN_OUT:
        return list(found)
    return [np.ascontiguousarray(array.T) for array in found]


def mask_edges(mask: np.ndarray, place: str) -> np.ndarray:
    """The edges that a mask of 0/1 or booleans shows, as a new boolean array.

    Raises:
      InputError: naming the place, row and column of any other value.

    Example:
      >>> mask_edges(np.array([[1.0, 0.0]]), "masks[0]")
      array([[ True, False]])
    """
    wrong = (mask != 0) & (mask != 1)
    if wrong.any():
        row, column = np.argwhere(wrong)[0].tolist()
        raise errors.InputError(
            f"{place}: expected 0 or 1, got {mask[row, column]} at [{row}, {column}]"
        )
    return mask.astype(bool)


def edges_and_weights(
    found: Sequence[np.ndarray], places: Sequence[str], tolerance: float
) -> tuple[list[np.ndarray], list[np.ndarray] | None]:
    """Edges, and weights where there are any, of arrays that hold the one or the other.

    Args:
      found: `[fan_in, fan_out]` of each layer, booleans or numbers.
      places: what messages call the layers.
      tolerance: of numbers, |w| > tolerance is an edge.

    Returns:
      For each layer, edges, boolean; and weights, float64, 0 where no edge is, or None where no
      array holds other values than 0 and 1.

    Raises:
      InputError: naming the place, row and column of a value that is not finite.

    Example:
      >>> edges, weights = edges_and_weights([np.array([[0.5, 0.1]])], ["w"], 0.2)
      >>> edges[0].tolist(), weights[0].tolist()
      ([[True, False]], [[0.5, 0.0]])
    """
    named = list(zip(found, places, strict=True))
    edges = [weight_edges(array, place, tolerance) for array, place in named]
    if all(_is_mask(array) for array in found):
        return edges, None
    values = [as_weights(array, place) for array, place in named]
    return edges, [np.where(mask, w, 0.0) for mask, w in zip(edges, values, strict=True)]


def weight_edges(array: np.ndarray, place: str, tolerance: float) -> np.ndarray:
    """The edges that weights show, |w| > tolerance, or booleans, as a new boolean array.

    Raises:
      InputError: naming the place, row and column of a value that is not finite.

    Example:
      >>> weight_edges(np.array([[-0.5, 0.1]]), "fc1.weight", 0.2)
      array([[ True, False]])
    """
    if array.dtype == bool:
        return array.copy()
    return np.abs(as_weights(array, place)) > tolerance


def as_weights(array: np.ndarray, place: str) -> np.ndarray:
    """The array as float64; InputError names place, row and column of what is not finite."""
    with np.errstate(over="ignore"):  # what float64 cannot hold becomes inf and is refused below
        weights = array.astype(np.float64)
    wrong = ~np.isfinite(weights)
    if wrong.any():
        row, column = np.argwhere(wrong)[0].tolist()
        raise errors.InputError(
            f"{place}: expected a finite weight, got {array[row, column]} at [{row}, {column}]"
        )
    return weights


def _is_mask(array: np.ndarray) -> bool:
    return array.dtype == bool or bool(((array == 0) | (array == 1)).all())


def shown(name: Any) -> str:
    """A name from a file as it can stand in a message: on one line, and not too long.

    Example:
      >>> shown("fc1.weight"), shown("two\\nlines")
      ('fc1.weight', "'two\\\\nlines'")
    """
    text = str(name)
    if len(text) > _LONGEST_NAME:
        text = f"{text[: _LONGEST_NAME - 3]}..."
    return text if text.isprintable() else repr(text)
