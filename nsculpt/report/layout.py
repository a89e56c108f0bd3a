"""Layered layout of a sculpted network: where its units, modules and unused inputs stand."""

import bisect
import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from scipy import optimize

# Half the width of a box, in layers, and its margin beyond the outermost units, in rows.
HALF_WIDTH = 0.13
MARGIN = 0.48
# Rows between the last unit of a module and the first of the next.
_MODULE_STEP = 1.6
_SWEEPS = 8
# Sifting tries n places for each of n modules on n x n matrices: worth its time up to here.
_MOST_SIFTED = 32


class LayeredGraph(Protocol):
    """What a layout needs to know of an `Analysis` (or of a truth)."""

    @property
    def edges(self) -> Sequence[np.ndarray]:
        """Live edges, for each weight layer bool `[fan_in, fan_out]`."""

    @property
    def live_units(self) -> Sequence[np.ndarray]:
        """For each layer, the ascending indices of its live units."""

    @property
    def modules(self) -> Sequence[np.ndarray]:
        """For each layer, the module numbers of its live units."""


class Box(NamedTuple):
    """What a module takes of one layer; rows grow downwards, so `top` is the smaller number."""

    layer: int
    left: float
    top: float
    right: float
    bottom: float


@dataclasses.dataclass(frozen=True, eq=False)
class Layout:
    """Positions (x, y): x in layers from the inputs (0) on, y in rows, downwards from 0."""

    units: dict[tuple[int, int], tuple[float, float]]  # live units, by (layer, unit)
    dead_inputs: dict[int, tuple[float, float]]
    boxes: dict[int, tuple[Box, ...]]  # by module, one box a layer, ascending
    height: float  # rows: the position of the lowest unit
    crossings: int  # pairs of edges that cross


def layered(graph: LayeredGraph) -> Layout:
    """Places the units of a network so that modules stay apart and few edges cross.

    Layers are columns. One order of all modules holds in every column ("lanes"): it is found by
    barycentre sweeps over the graph of modules, to and fro, each module going to the mean place
    of those that feed it (then: that it feeds), and by sifting, which moves one module at a time
    to where the fewest edges cross. Then barycentre sweeps order the units inside each module.
    The order that starts from the indices stays unless another has fewer crossings. Last, the
    rows: each unit goes as near to the mean of its neighbours as order and distances allow.

    Guaranteed: a unit lies inside its module's box of its layer; boxes of different modules never
    overlap; and since all modules keep one order, neither do the bands that join the boxes of a
    module in neighbouring layers, nor do they touch another module's box. A dead input stands
    outside all boxes, behind the module of the live input that comes before it.

    Args:
      graph: an `Analysis`, or anything with `edges`, `live_units` and `modules`. A module has
        units in consecutive layers.

    Returns:
      A `Layout`, equal for equal graphs.

    Source: barycentre method of Sugiyama, Tagawa and Toda (1981), sifting of Rudell (1993), with
    the modules of section 5.3 as units that must stay whole.

    Example:
      >>> import types
      >>> crossed = types.SimpleNamespace(
      ...     edges=[np.array([[False, True], [True, False]])],
      ...     live_units=[np.array([0, 1]), np.array([0, 1])],
      ...     modules=[np.array([0, 1]), np.array([1, 0])])
      >>> result = layered(crossed)
      >>> result.crossings, result.units[1, 1]
      (0, (1.0, 0.0))
    """
    edges = [
        layer_edges[np.ix_(senders, receivers)]
        for layer_edges, senders, receivers in zip(
            graph.edges, graph.live_units[:-1], graph.live_units[1:], strict=True
        )
    ]
    numbers, flat = np.unique(np.concatenate(graph.modules), return_inverse=True)
    labels = np.split(flat, np.cumsum([len(units) for units in graph.live_units])[:-1])
    lane = np.empty(len(numbers), np.intp)
    lane[_module_order(edges, labels, len(numbers))] = np.arange(len(numbers))
    order = _unit_order(edges, [lane[label] for label in labels])

    live = [
        [(int(units[i]), int(numbers[label[i]])) for i in places]
        for units, label, places in zip(graph.live_units, labels, order, strict=True)
    ]
    dead = set(range(graph.edges[0].shape[0])) - {unit for unit, _ in live[0]}
    columns: list[Sequence[tuple[int, int | None]]] = [_with_dead_inputs(live[0], dead), *live[1:]]
    rows = _rows(columns, graph.edges)

    positions = {
        (layer, unit): (float(layer), row)
        for layer, column in enumerate(columns)
        for (unit, _), row in zip(column, rows[layer].tolist(), strict=True)
    }
    return Layout(
        units={key: at for key, at in positions.items() if key[0] or key[1] not in dead},
        dead_inputs={unit: positions[0, unit] for unit in sorted(dead)},
        boxes=_boxes(columns, rows),
        height=max(row for _, row in positions.values()),
        crossings=_all_crossings(edges, order),
    )


def _sorted(matrix: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return matrix[np.ix_(rows, columns)]


def _crossings(counts: np.ndarray) -> np.ndarray:
    """Crossing pairs, `[...]`; `counts` `[..., n, m]` edges between the i-th and the j-th place."""
    # An edge (i, j) is crossed by those that start below i and end above j.
    counts = counts.astype(np.int64, copy=False)
    below = counts[..., ::-1, :].cumsum(axis=-2)[..., ::-1, :] - counts
    crossed_by = below.cumsum(axis=-1) - below
    return (counts * crossed_by).sum(axis=(-2, -1))


def _all_crossings(edges: Sequence[np.ndarray], order: Sequence[np.ndarray]) -> int:
    return sum(
        int(_crossings(_sorted(layer_edges, senders, receivers)))
        for layer_edges, senders, receivers in zip(edges, order[:-1], order[1:], strict=True)
    )


def _module_order(edges: list[np.ndarray], labels: list[np.ndarray], size: int) -> np.ndarray:
    """The lanes: a permutation of 0 .. size-1."""
    counts = np.zeros((len(edges), size, size), np.int64)
    for count, layer_edges, senders, receivers in zip(
        counts, edges, labels[:-1], labels[1:], strict=True
    ):
        i, j = np.nonzero(layer_edges)
        np.add.at(count, (senders[i], receivers[j]), 1)
    feeds = counts.sum(axis=0) * ~np.eye(size, dtype=bool)

    best = order = np.arange(size)
    fewest = _crossings(counts).sum()
    for sweep in range(_SWEEPS):
        # Modules are numbered from the inputs on, so this visits feeders first, readers last.
        forward = sweep % 2 == 0
        weights = feeds.T if forward else feeds
        place = np.empty(size)
        place[order] = np.arange(size)
        for module in range(size) if forward else reversed(range(size)):
            total = weights[module].sum()
            if total:
                place[module] = weights[module] @ place / total
        order = order[np.argsort(place[order], kind="stable")]
        crossings = _crossings(_permuted(counts, order)).sum()
        if crossings < fewest:
            best, fewest = order, crossings
    return _sifted(counts, best) if size <= _MOST_SIFTED else best


def _permuted(counts: np.ndarray, orders: np.ndarray) -> np.ndarray:
    """`[layers, n, n]` seen in orders `[..., n]` -> `[..., layers, n, n]`."""
    return np.moveaxis(counts[:, orders[..., :, None], orders[..., None, :]], 0, -3)


def _sifted(counts: np.ndarray, order: np.ndarray) -> np.ndarray:
    fewest = _crossings(_permuted(counts, order)).sum()
    for _ in range(_SWEEPS):
        before = fewest
        for module in range(len(order)):
            others = order[order != module]
            trials = np.stack([np.insert(others, at, module) for at in range(len(order))])
            crossings = _crossings(_permuted(counts, trials)).sum(axis=-1)
            if crossings.min() < fewest:
                order, fewest = trials[crossings.argmin()], crossings.min()
        if fewest == before:
            break
    return order


def _unit_order(edges: list[np.ndarray], lanes: list[np.ndarray]) -> list[np.ndarray]:
    """For each layer the places in `live_units`, in drawing order, lane by lane."""
    best = order = [np.argsort(lane, kind="stable") for lane in lanes]
    fewest = _all_crossings(edges, best)
    for sweep in range(_SWEEPS):
        order = list(order)
        last = len(order) - 1
        if sweep % 2 == 0:
            steps = [(layer, layer - 1, edges[layer - 1].T) for layer in range(1, last + 1)]
        else:
            steps = [(layer, layer + 1, edges[layer]) for layer in reversed(range(last))]
        for layer, fixed, links in steps:
            place = np.empty(len(order[fixed]))
            place[order[fixed]] = np.arange(len(place))
            degree = links.sum(axis=1)
            mean = links @ place / np.maximum(degree, 1)
            # What has no neighbour on this side stays about where it is.
            here = np.empty(len(order[layer]))
            here[order[layer]] = np.arange(len(here))
            key = np.where(degree > 0, mean, here)[order[layer]]
            order[layer] = order[layer][np.lexsort((key, lanes[layer][order[layer]]))]
        crossings = _all_crossings(edges, order)
        if crossings < fewest:
            best, fewest = order, crossings
    return best


def _with_dead_inputs(
    column: list[tuple[int, int]], dead: Iterable[int]
) -> list[tuple[int, int | None]]:
    """Puts each dead input behind the module of the live input before it."""
    live = sorted(column)
    behind: dict[int | None, list[tuple[int, int | None]]] = {}
    for unit in sorted(dead):
        before = bisect.bisect(live, (unit,))
        module = live[before - 1][1] if before else None
        behind.setdefault(module, []).append((unit, None))
    result = behind.pop(None, [])
    for _, group in itertools.groupby(column, key=lambda place: place[1]):
        result.extend(group)
        result.extend(behind.get(result[-1][1], []))
    return result


def _rows(
    columns: Sequence[Sequence[tuple[int, int | None]]], edges: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """The row of each unit, in the order of the columns."""
    offsets = []
    for column in columns:
        steps = [
            1.0 if above[1] == below[1] else _MODULE_STEP
            for above, below in itertools.pairwise(column)
        ]
        offsets.append(np.cumsum([0.0, *steps]))
    height = max(offset[-1] for offset in offsets)
    rows = [offset + (height - offset[-1]) / 2 for offset in offsets]

    units = [np.array([unit for unit, _ in column], np.intp) for column in columns]
    links = [
        _sorted(layer_edges, senders, receivers).astype(float)
        for layer_edges, senders, receivers in zip(edges, units[:-1], units[1:], strict=True)
    ]
    for sweep in range(2 * _SWEEPS):
        layers = range(len(columns))
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            degree, total = np.zeros((2, len(rows[layer])))
            if layer > 0:
                degree += links[layer - 1].sum(axis=0)
                total += rows[layer - 1] @ links[layer - 1]
            if layer + 1 < len(columns):
                degree += links[layer].sum(axis=1)
                total += links[layer] @ rows[layer + 1]
            wanted = np.where(degree > 0, total / np.maximum(degree, 1), rows[layer])
            # In the given order, the given steps apart, and as near to the wanted rows as can be:
            # with the steps taken off that is an isotonic regression, and its solution, cut off
            # at the ends of the canvas, is the best one within them.
            slack = optimize.isotonic_regression(
                wanted - offsets[layer], weights=np.maximum(degree, 0.1)
            ).x
            rows[layer] = np.clip(slack, 0, height - offsets[layer][-1]) + offsets[layer]
    return rows


def _boxes(
    columns: Sequence[Sequence[tuple[int, int | None]]], rows: Sequence[np.ndarray]
) -> dict[int, tuple[Box, ...]]:
    boxes: dict[int, list[Box]] = {}
    for layer, column in enumerate(columns):
        spans: dict[int, list[float]] = {}
        for (_, module), row in zip(column, rows[layer].tolist(), strict=True):
            if module is not None:
                spans.setdefault(module, []).append(row)
        for module, taken in spans.items():
            box = Box(
                layer, layer - HALF_WIDTH, taken[0] - MARGIN, layer + HALF_WIDTH, taken[-1] + MARGIN
            )
            boxes.setdefault(module, []).append(box)
    return {module: tuple(boxes[module]) for module in sorted(boxes)}
