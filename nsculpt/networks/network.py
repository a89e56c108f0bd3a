"""A layered network as the analysis takes it, wherever it came from."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from nsculpt import errors
from nsculpt.networks import arrays
from nsculpt.tasks import task

# Other subclasses, such as np.matrix, compute otherwise.
_PLAIN = (np.ndarray, np.memmap)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Network:
    """Edges of a layered network, with what is known about them.

    `load_network` makes one of anything that stands for a network; made directly, it takes arrays
    as they are declared here, and copies none.

    Raises:
      InputError: naming the field that is something else. Values of weights are not looked at.

    Example:
      >>> Network([np.ones((2, 3), bool), np.eye(3, dtype=bool)])
      <Network 2-3-3, 9 edges>
    """

    # Which edges are alive, boolean [fan_in, fan_out], for each weight layer from the inputs up.
    edges: list[np.ndarray]
    # Weights [fan_in, fan_out] float64, 0 where no edge is; None where only masks are known.
    weights: list[np.ndarray] | None = None
    # Names of all inputs and all outputs.
    input_names: tuple[str, ...] | None = None
    output_names: tuple[str, ...] | None = None
    # What messages call each weight layer, such as "masks[0]" or "net.npz: fc1.weight".
    places: tuple[str, ...] = ()
    # What its task declares about itself, and the arguments of `analyze` that it was analysed with,
    # where a run folder says so.
    truth: task.Truth | None = None
    settings: dict[str, Any] = dataclasses.field(default_factory=dict)
    # Rows and columns where the inputs are the pixels of an image, row by row.
    image_shape: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        # Cheap, since sweeps make many: of arrays, only what their headers say.
        _check_arrays("edges", self.edges, "b", "boolean")
        shapes = [mask.shape for mask in self.edges]
        names = [f"edges[{layer}]" for layer in range(len(shapes))]
        arrays.check_chain(shapes, names, arrays.IN_OUT)
        if self.weights is not None:
            _check_arrays("weights", self.weights, "biuf", "real")
            found = [array.shape for array in self.weights]
            if found != shapes:
                got = _listed(found)
                raise errors.InputError(
                    f"weights: expected shapes {_listed(shapes)}, as edges has; got {got}"
                )
        if not isinstance(self.places, list | tuple) or len(self.places) not in (0, len(shapes)):
            raise errors.InputError(
                f"places: expected {len(shapes)} names, one for each weight layer, or none"
            )
        if self.input_names is not None:
            check_names(self.input_names, "input_names", shapes[0][0])
        if self.output_names is not None:
            check_names(self.output_names, "output_names", shapes[-1][1])
        if self.truth is not None and not isinstance(self.truth, task.Truth):
            raise errors.InputError(f"truth: expected a Truth, got {type(self.truth).__name__}")

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """[I, H_1 ... H_D, O], dead units included."""
        return (self.edges[0].shape[0], *(mask.shape[1] for mask in self.edges))

    def __repr__(self) -> str:
        num_edges = sum(int(mask.sum()) for mask in self.edges)
        return f"<Network {'-'.join(map(str, self.layer_sizes))}, {num_edges} edges>"


def check_names(names: Any, place: str, num_units: int) -> None:
    """Refuses what are not as many names as there are units, each another.

    Raises:
      InputError: naming the place, and the first name at fault.

    Example:
      >>> check_names(["a", "a"], "input_names", 2)
      Traceback (most recent call last):
      nsculpt.errors.InputError: input_names[1]: doubled name 'a'
    """
    if not isinstance(names, list | tuple):
        raise errors.InputError(f"{place}: expected a tuple of names, got {type(names).__name__}")
    if len(names) != num_units:
        raise errors.InputError(
            f"{place}: expected {num_units} names, one for each unit; got {len(names)}"
        )
    if {*map(type, names)} == {str} and len({*names}) == num_units:
        return  # without a loop, which is slow over thousands of inputs
    seen = set()
    for index, name in enumerate(names):
        if not isinstance(name, str):
            shown = arrays.shown(repr(name))
            raise errors.InputError(f"{place}[{index}]: expected a name, got {shown}")
        if name in seen:
            raise errors.InputError(f"{place}[{index}]: doubled name {arrays.shown(repr(name))}")
        seen.add(name)


def _check_arrays(field: str, found: Any, kinds: str, expected: str) -> None:
    way_out = "load_network takes other kinds of networks"
    if not isinstance(found, list | tuple) or not found:
        got = "none" if isinstance(found, list | tuple) else type(found).__name__
        raise errors.InputError(
            f"{field}: expected a list of {expected} NumPy arrays, one for each weight layer; got "
            f"{got}; {way_out}"
        )
    for layer, array in enumerate(found):
        place = f"{field}[{layer}]"
        is_plain = type(array) in _PLAIN
        if not is_plain:
            arrays.check_unmasked(array, place)
        if not is_plain or array.dtype.kind not in kinds:
            got = f"one of {array.dtype.name}" if is_plain else type(array).__name__
            raise errors.InputError(
                f"{place}: expected a {expected} NumPy array, got {got}; {way_out}"
            )
        arrays.check_shape(array.shape, place)


def _listed(shapes: Sequence[Sequence[int]]) -> str:
    return ", ".join(str(list(shape)) for shape in shapes)
