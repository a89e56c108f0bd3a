"""A network narrow enough to draw: units of a wide layer stand in bundles, one a module."""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nsculpt.analysis import result

# A layer of more live units than this is folded, into at most half as many bundles.
MOST_UNITS = 60


class Bundle(NamedTuple):
    """Live units of one layer that are drawn as one; a single one where the layer is not folded."""

    units: tuple[int, ...]
    # One, save for the last bundle of a layer of very many modules, which holds the smallest.
    modules: tuple[int, ...]


@dataclasses.dataclass(frozen=True, eq=False)
class Folded:
    """A network with its wide layers folded, such as `layout.layered` reads."""

    edges: list[np.ndarray]  # boolean [places below, places above]
    counts: list[np.ndarray]  # int64, of the same shape: the network's edges that each stands for
    live_units: list[np.ndarray]  # of each layer, the places that are taken, rising
    # The strand of each. A strand is a module, or the part of one in layers that follow each other,
    # or a bundle of several modules.
    modules: list[np.ndarray]
    strands: tuple[tuple[int, ...], ...]  # the modules of each strand
    bundles: dict[tuple[int, int], Bundle]  # what is in each place, by (layer, place)
    is_folded: tuple[bool, ...]  # of each layer


def fold(
    analysis: result.Analysis, fold_inputs: bool = False, most_hidden: int = MOST_UNITS
) -> Folded:
    """Folds the layers of more than 60 live units.

    A folded layer has a bundle for each of its modules; where there are more than 30 modules, the
    smallest share the last bundle. Dead inputs have places of their own where there are at most 60
    inputs, and none otherwise.

    Args:
      analysis: what `nsculpt.analyze` returned.
      fold_inputs: whether to fold the inputs however few they are.
      most_hidden: live units, in place of 60, of a hidden layer that is not folded, at least 2; a
        folded one has at most half as many bundles.

    Returns:
      A `Folded`; where nothing is folded, strands are modules, and places are the live units.

    Source: the arrangement is this package's own.

    Example:
      Two modules of 40 inputs, each read by one unit:

      >>> from nsculpt import analysis
      >>> folded = fold(analysis.analyze([np.repeat(np.eye(2, dtype=bool), 40, axis=0)]))
      >>> folded.counts[0].tolist(), folded.strands, len(folded.bundles[0, 1].units)
      ([[40, 0], [0, 40]], ((0,), (1,)), 40)
    """
    num_layers = len(analysis.layer_sizes)
    most = [MOST_UNITS, *[most_hidden] * (num_layers - 2), MOST_UNITS]
    is_folded = [len(units) > n for units, n in zip(analysis.live_units, most, strict=True)]
    is_folded[0] |= fold_inputs
    layers: list[dict[int, Bundle]] = []  # by place
    place_of = []  # of each layer, the place of each live unit
    num_places = []
    for layer, (size, units, modules) in enumerate(
        zip(analysis.layer_sizes, analysis.live_units, analysis.modules, strict=True)
    ):
        place_of.append(np.zeros(size, np.int64))
        if is_folded[layer]:
            found = _bundled(units, modules, most[layer] // 2)
        else:
            pairs = zip(units.tolist(), modules.tolist(), strict=True)
            found = [Bundle((unit,), (module,)) for unit, module in pairs]
        has_rings = layer == 0 and not is_folded[0] and size <= MOST_UNITS
        places = units.tolist() if has_rings else list(range(len(found)))
        for place, bundle in zip(places, found, strict=True):
            place_of[layer][list(bundle.units)] = place
        layers.append(dict(zip(places, found, strict=True)))
        num_places.append(size if has_rings else len(found))
    counts = [np.zeros(shape, np.int64) for shape in itertools.pairwise(num_places)]
    for layer, (count, alive) in enumerate(zip(counts, analysis.edges, strict=True)):
        senders, receivers = np.nonzero(alive)
        np.add.at(count, (place_of[layer][senders], place_of[layer + 1][receivers]), 1)
    strands, of_place = _strands(layers)
    return Folded(
        edges=[count > 0 for count in counts],
        counts=counts,
        live_units=[np.array(list(of_layer)) for of_layer in layers],
        modules=of_place,
        strands=strands,
        bundles={(i, place): each for i, of in enumerate(layers) for place, each in of.items()},
        is_folded=tuple(is_folded),
    )


def _bundled(units: np.ndarray, modules: np.ndarray, most: int) -> list[Bundle]:
    numbers, sizes = np.unique(modules, return_counts=True)
    largest = numbers[np.argsort(-sizes, kind="stable")].tolist()
    alone = len(largest) if len(largest) <= most else most - 1
    groups = [(module,) for module in sorted(largest[:alone])]
    if largest[alone:]:
        groups.append(tuple(sorted(largest[alone:])))
    return [Bundle(tuple(units[np.isin(modules, group)].tolist()), group) for group in groups]


def _strands(
    layers: Sequence[dict[int, Bundle]],
) -> tuple[tuple[tuple[int, ...], ...], list[np.ndarray]]:
    """The modules of each strand; and for each layer the strand of each place that is taken."""
    # A strand: its modules, and the layer where it begins. Those of one module come first.
    begins: dict[tuple[int, ...], tuple[int, int]] = {}  # first and, so far, last layer
    keys = []
    for layer, of_layer in enumerate(layers):
        of_places = []
        for bundle in of_layer.values():
            first, last = begins.get(bundle.modules, (layer, layer))
            goes_on = last >= layer - 1 and (len(bundle.modules) == 1 or last == layer)
            begins[bundle.modules] = (first if goes_on else layer), layer
            of_places.append((len(bundle.modules) > 1, bundle.modules, begins[bundle.modules][0]))
        keys.append(of_places)
    numbers = {key: number for number, key in enumerate(sorted({*itertools.chain(*keys)}))}
    labels = [np.array([numbers[key] for key in of_places]) for of_places in keys]
    return tuple(modules for _, modules, _ in numbers), labels
