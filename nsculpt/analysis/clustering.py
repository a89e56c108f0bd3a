"""Clusters of units within one layer, from the units that each of them reaches."""

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from scipy.spatial import distance

from nsculpt import errors, registry
from nsculpt.analysis import distances as distances_lib
from nsculpt.tasks import plugins

# Name -> function (units: Units) -> labels [n].
CLUSTERINGS = registry.Registry("clustering")
_OWN = ("louvain", "modularity", "silhouette")


def register_clustering(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator that adds a clustering under a name, for `analyze(..., clustering=name)`.

    The function takes the `Units` of one layer (`features` `[n, N]`, `distances` `[n (n - 1) / 2]`,
    `modularity_threshold`) and returns the cluster of each, `[n]` whole numbers.

    Args:
      name: not taken yet.

    Example:
      >>> @register_clustering("all_in_one")
      ... def all_in_one(units):
      ...     return np.zeros(len(units.features), int)
      >>> cluster(Units(np.eye(3, dtype=bool)), "all_in_one").tolist()
      [0, 0, 0]
    """
    return CLUSTERINGS.register(name)


@dataclasses.dataclass(frozen=True, eq=False)
class Units:
    """The units of one layer, as a clustering sees them.

    Example:
      >>> Units(np.array([[1, 0, 0], [1, 0, 0], [0, 0, 1]], bool)).distances
      array([0., 1., 1.])
    """

    # [n, N], a row for each unit, none of them 0: what the unit reaches (boolean), or how strongly.
    features: np.ndarray
    # In [0, 1]; see `modularity.by_modularity`.
    modularity_threshold: float = 0.2

    @functools.cached_property
    def distances(self) -> np.ndarray:
        """Cosine distance of each pair, `[n (n - 1) / 2]`, in the order of `pdist`."""
        return distances_lib.cosine(self.features)

    def in_order(self, order: np.ndarray) -> "Units":
        """The same units in another order, `[n]`."""
        moved = Units(self.features[order], self.modularity_threshold)
        # Of a table of thousands of rows, `take` moves rows and columns faster than indexing.
        table = distance.squareform(self.distances, checks=False).take(order, 0).take(order, 1)
        # Where a cached property keeps its value.
        moved.__dict__["distances"] = distance.squareform(table, checks=False)
        return moved


def cluster_layers(layers: Sequence[Units], num_outputs: int, name: str) -> list[np.ndarray]:
    """Clusters of every layer of a network; each output is a cluster of its own.

    Args:
      layers: the units of each layer below the outputs.
      num_outputs: at least 1.
      name: of a registered clustering.

    Returns:
      For each layer from inputs to outputs, the cluster of each unit, numbered by first appearance.

    Raises:
      InputError: no clustering of that name, or a user's own that gives anything else than a whole
        number for each unit.

    Source: DESIGN 5.2.

    Example:
      >>> two_pairs = Units(np.array([[1, 0], [1, 0], [0, 1], [0, 1]], bool))
      >>> [labels.tolist() for labels in cluster_layers([two_pairs], 2, "modularity")]
      [[0, 0, 1, 1], [0, 1]]
    """
    return [*(cluster(units, name) for units in layers), np.arange(num_outputs)]


def cluster(units: Units, name: str) -> np.ndarray:
    """Clusters of one layer by a registered clustering, `[n]`, numbered by first appearance.

    Raises:
      InputError: as for `cluster_layers`.

    Example:
      >>> cluster(Units(np.array([[1, 0], [0, 1]], bool)), "modularity").tolist()
      [0, 1]
    """
    function = CLUSTERINGS[name]
    found = (
        function(units)
        if name in _OWN
        else plugins.called(lambda: np.asarray(function(units)), f"clustering {name!r}")
    )
    labels = np.asarray(found)
    num_units = len(units.features)
    if labels.shape != (num_units,) or labels.dtype.kind not in "iu":
        raise errors.InputError(
            f"clustering {name!r}: expected a whole number for each of {num_units} units; "
            f"got {labels.dtype} of shape {list(labels.shape)}"
        )
    return renumbered(labels)


def renumbered(labels: np.ndarray) -> np.ndarray:
    """Labels `[n]` as numbers from 0, by first appearance.

    Example:
      >>> renumbered(np.array([7, 3, 7]))
      array([0, 1, 0])
    """
    numbers: dict[int, int] = {}
    return np.array(
        [numbers.setdefault(label, len(numbers)) for label in labels.tolist()], np.int64
    )
