"""What layer sizes say of a network before pruning."""

import itertools
from collections.abc import Sequence


def num_edges(layer_sizes: Sequence[int]) -> int:
    """Edges between `[I, H_1 ... H_D, O]` units.

    Example:
      >>> num_edges((4, 24, 4))
      192
    """
    return sum(fan_in * fan_out for fan_in, fan_out in itertools.pairwise(layer_sizes))
