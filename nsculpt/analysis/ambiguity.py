"""Which layers' clusters hang on the order of their units, and what other orders would give."""

import collections
from collections.abc import Iterator, Sequence

import numpy as np

from nsculpt.analysis import clustering, modules, result, ties

# Permutations tried with the paper's clustering on up to so many units in all, and otherwise.
_FEW, _FEWER, _NARROW = 16, 4, 400


def tied_layers(
    layers: Sequence[clustering.Units],
    edges: Sequence[np.ndarray],
    clusters: Sequence[np.ndarray],
    name: str,
    merge_threshold: float,
) -> tuple[int, ...]:
    """Layers in which another order of the units may give other clusters, or other modules.

    For the paper's clustering this holds for every order (see `ties.order_decides`). Of others only
    a few permutations can tell.

    Args:
      layers: the units of each layer below the outputs.
      edges: boolean `[units below, units above]`, one for each weight layer, among live units.
      clusters: for each layer, the cluster `[units]` of each unit.
      name: of the clustering that gave them.
      merge_threshold: in [0, 1].

    Returns:
      Their numbers, 0 for the inputs, rising.

    Source: DESIGN 5.2, "another order changes some published answers".

    Example:
      A unit as near to the one before it as to the one after:

      >>> middle = np.array([[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0]], bool)
      >>> layers = [clustering.Units(middle)]
      >>> labels = clustering.cluster_layers(layers, 5, "modularity")
      >>> tied_layers(layers, [middle], labels, "modularity", 0.9)
      (0,)
    """
    if name == "modularity":
        tied = [layer for layer, units in enumerate(layers) if ties.order_decides(units)]
    else:
        tied = [
            layer
            for layer, units in enumerate(layers)
            if any(
                not np.array_equal(clustering.renumbered(labels), clusters[layer])
                for labels in _other_orders(units, name, _FEWER)
            )
        ]
    merging = modules.tied_layers(edges, clusters, merge_threshold)
    return tuple(sorted({*tied, *merging}))


def alternatives(
    layers: Sequence[clustering.Units],
    edges: Sequence[np.ndarray],
    clusters: Sequence[np.ndarray],
    tied: Sequence[int],
    name: str,
    merge_threshold: float,
) -> list[result.Alternative]:
    """Other answers that a few permutations of the units of tied layers give, most frequent first.

    The permutations are the same each time.

    Args: as for `tied_layers`, and what it returned.

    Example:
      >>> middle = np.array([[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0]], bool)
      >>> layers = [clustering.Units(middle)]
      >>> labels = clustering.cluster_layers(layers, 5, "modularity")
      >>> others = alternatives(layers, [middle], labels, (0,), "modularity", 0.9)
      >>> labels[0].tolist(), [other.clusters[0].tolist() for other in others]
      ([0, 0, 1], [[0, 1, 1]])
    """
    narrow = sum(len(units.features) for units in layers) <= _NARROW
    few = _FEW if narrow and name == "modularity" else _FEWER
    # Modules that tie are told apart by their numbers, which go by the order of the units below.
    moved = range(len(layers)) if any(layer > 0 for layer in tied) else tied
    orders = {layer: list(_other_orders(layers[layer], name, few)) for layer in moved}
    own = _parted(clusters, modules.merge_clusters(edges, clusters, merge_threshold))
    times: collections.Counter[tuple] = collections.Counter()
    answers = {}
    for trial in range(few):
        labels = [orders[i][trial] if i in orders else each for i, each in enumerate(clusters)]
        merged = modules.merge_clusters(edges, labels, merge_threshold)
        clusters_now = [clustering.renumbered(each) for each in labels]
        ends = np.cumsum([len(each) for each in merged])[:-1]
        modules_now = np.split(clustering.renumbered(np.concatenate(merged)), ends)
        key = _parted(clusters_now, modules_now)
        times[key] += 1
        answers[key] = clusters_now, modules_now
    del times[own]
    return [
        result.Alternative(*answers[key], share=count / few) for key, count in times.most_common()
    ]


def _other_orders(units: clustering.Units, name: str, few: int) -> Iterator[np.ndarray]:
    """Clusters of the units in their own order, numbered and found in another."""
    rng = np.random.default_rng(0)
    for _ in range(few):
        order = rng.permutation(len(units.features))
        labels = np.empty(len(order), np.int64)
        labels[order] = clustering.cluster(units.in_order(order), name)
        yield labels


def _parted(clusters: Sequence[np.ndarray], found: Sequence[np.ndarray]) -> tuple:
    """The same for two answers that differ in the numbers of clusters and modules alone."""
    labels = [*clusters, np.concatenate(found)]
    return tuple(tuple(clustering.renumbered(each).tolist()) for each in labels)
