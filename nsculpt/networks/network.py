"""A layered network as the analysis takes it, wherever it came from."""

import dataclasses
from typing import Any

import numpy as np

from nsculpt.tasks import task


@dataclasses.dataclass(frozen=True, eq=False)
class Network:
    """Edges of a layered network, with what is known about them."""

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

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """[I, H_1 ... H_D, O], dead units included."""
        return (self.edges[0].shape[0], *(mask.shape[1] for mask in self.edges))
