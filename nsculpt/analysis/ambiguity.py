"""Which layers' clusters hang on the order of their units, and what other orders would give."""

import collections
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from nsculpt.analysis import clustering, modules, result, ties

# Permutations tried with the paper's clustering on up to so many units in all, and otherwise.
_FEW, _FEWER, _NARROW = 16, 4, 400


class Ambiguity(NamedTuple):
    """How far the order of units decides; fields as in `result.Analysis`."""

    tied_layers: tuple[int, ...]
    ambiguous: bool
    alternatives: list[result.Alternative]
    num_permutations: int


def examine(
    layers: Sequence[clustering.Units],
    edges: Sequence[np.ndarray],
    clusters: Sequence[np.ndarray],
    name: str,
    merge_threshold: float,
) -> Ambiguity:
    """Looks for layers in which another order of the units gives other clusters, or other modules.

    For the paper's clustering, a layer that is not named stays the same in every order (see
    `ties.order_decides`). Of other clusterings only a few permutations are tried, the same ones
    each time.

    Args:
      layers: the units of each layer below the outputs.
      edges: boolean `[units below, units above]`, one for each weight layer, among live units.
      clusters: for each layer, the cluster `[units]` of each unit.
      name: of the clustering that gave them.
      merge_threshold: in [0, 1].

    Source: DESIGN 5.2, "another order changes some published answers".

    Example:
      A unit as near to the one before it as to the one after:

      >>> middle = np.array([[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0]], bool)
      >>> layers = [clustering.Units(middle)]
      >>> labels = clustering.cluster_layers(layers, 5, "modularity")
      >>> found = examine(layers, [middle], labels, "modularity", 0.9)
      >>> labels[0].tolist(), [other.clusters[0].tolist() for other in found.alternatives]
      ([0, 0, 1], [[0, 1, 1]])
    """
    tied = set(modules.tied_layers(edges, clusters, merge_threshold))
    orders: dict[int, list[np.ndarray]] = {}
    few = _FEWER
    if name == "modularity":
        tied.update(layer for layer, units in enumerate(layers) if ties.order_decides(units))
        if sum(len(units.features) for units in layers) <= _NARROW:
            few = _FEW
    else:
        for layer, units in enumerate(layers):
            orders[layer] = list(_other_orders(units, name, few))
            own = clusters[layer].tolist()
            if any(clustering.renumbered(each).tolist() != own for each in orders[layer]):
                tied.add(layer)
    if not tied:
        return Ambiguity((), False, [], 0)
    for layer, units in enumerate(layers):
        # Modules that tie are told apart by their numbers, which go by the order of units below.
        if layer not in orders and (layer in tied or max(tied) > layer):
            orders[layer] = list(_other_orders(units, name, few))
    # Inputs have an order of their own; but sums of floats go by the order of hidden units as well.
    floats = any(units.features.dtype.kind == "f" for units in layers)
    return Ambiguity(
        tied_layers=tuple(sorted(tied)),
        ambiguous=floats or max(tied) > 0,
        alternatives=_alternatives(orders, edges, clusters, few, merge_threshold),
        num_permutations=few,
    )


def _alternatives(
    orders: dict[int, list[np.ndarray]],
    edges: Sequence[np.ndarray],
    clusters: Sequence[np.ndarray],
    few: int,
    merge_threshold: float,
) -> list[result.Alternative]:
    """Other answers than the published one, most frequent first."""
    own = _key(clusters, modules.merge_clusters(edges, clusters, merge_threshold))
    times: collections.Counter[tuple] = collections.Counter()
    answers = {}
    for trial in range(few):
        labels = [orders[i][trial] if i in orders else each for i, each in enumerate(clusters)]
        merged = modules.merge_clusters(edges, labels, merge_threshold)
        clusters_now = [clustering.renumbered(each) for each in labels]
        ends = np.cumsum([len(each) for each in merged])[:-1]
        modules_now = np.split(clustering.renumbered(np.concatenate(merged)), ends)
        key = _key(clusters_now, modules_now)
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


def _key(clusters: Sequence[np.ndarray], found: Sequence[np.ndarray]) -> tuple:
    """The same for equal answers, in which all is numbered by first appearance."""
    return tuple(tuple(each.tolist()) for each in (*clusters, *found))
