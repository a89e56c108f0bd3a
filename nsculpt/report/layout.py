"""Layered layout of a sculpted network: where its units, modules and unused inputs stand."""

import bisect
import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np

from nsculpt.report import lanes as lanes_lib

# Half the width of a box, in layers, and its margin beyond the outermost units, in rows.
HALF_WIDTH = 0.13
MARGIN = 0.48
# Rows between the last unit of a module and the first of the next.
_MODULE_STEP = 1.6
_SWEEPS = 8


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
    lane[lanes_lib.module_order(edges, labels, len(numbers))] = np.arange(len(numbers))
    order, crossings = _unit_order(edges, [lane[label] for label in labels])

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
        for (unit, _), row in zip(column, rows[layer], strict=True)
    }
    return Layout(
        units={key: at for key, at in positions.items() if key[0] or key[1] not in dead},
        dead_inputs={unit: positions[0, unit] for unit in sorted(dead)},
        boxes=_boxes(columns, rows),
        height=max(row for _, row in positions.values()),
        crossings=crossings,
    )


def _sorted(matrix: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    return matrix[np.ix_(rows, columns)]


def _unit_order(edges: list[np.ndarray], lanes: list[np.ndarray]) -> tuple[list[np.ndarray], int]:
    """For each layer the places in `live_units`, in drawing order, lane by lane; and crossings."""
    size = max(map(len, lanes))
    stacked = np.zeros((len(edges), size, size), np.int64)
    for layer, links in enumerate(edges):
        stacked[layer, : links.shape[0], : links.shape[1]] = links
    gaps = np.arange(len(edges))[:, None, None]
    # What lies beyond the units of a layer has no edges and stays where it is.
    padded = np.tile(np.arange(size), (len(lanes), 1))

    def crossings_of(order: list[np.ndarray]) -> int:
        for row, of_layer in zip(padded, order, strict=True):
            row[: len(of_layer)] = of_layer
        return lanes_lib.crossings(stacked[gaps, padded[:-1, :, None], padded[1:, None, :]])

    last = len(lanes) - 1
    links_to = [
        [links.T.astype(float) for links in edges],
        [links.astype(float) for links in edges],
    ]
    degrees = [[links.sum(axis=1) for links in of_side] for of_side in links_to]
    best = order = [np.argsort(lane, kind="stable") for lane in lanes]
    fewest = crossings_of(best)
    tried = set()
    for sweep in range(_SWEEPS):
        backward = sweep % 2
        state = (backward, *(of_layer.tobytes() for of_layer in order))
        if not fewest or state in tried:
            break
        tried.add(state)
        order = list(order)
        for layer in range(last) if not backward else reversed(range(last)):
            # Between `layer` and the next one: the sweep orders the further one of the two.
            here, fixed = (layer, layer + 1) if backward else (layer + 1, layer)
            place = np.empty(len(order[fixed]))
            place[order[fixed]] = np.arange(len(place))
            degree = degrees[backward][layer]
            mean = links_to[backward][layer] @ place / np.maximum(degree, 1)
            # What has no neighbour on this side stays about where it is.
            at = np.empty(len(order[here]))
            at[order[here]] = np.arange(len(at))
            key = np.where(degree > 0, mean, at)[order[here]]
            order[here] = order[here][np.lexsort((key, lanes[here][order[here]]))]
        crossings = crossings_of(order)
        if crossings < fewest:
            best, fewest = order, crossings
    return best, fewest


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
) -> list[list[float]]:
    """The row of each unit, in the order of the columns."""
    offsets = []
    for column in columns:
        steps = [
            1.0 if above[1] == below[1] else _MODULE_STEP
            for above, below in itertools.pairwise(column)
        ]
        offsets.append([*itertools.accumulate(steps, initial=0.0)])
    height = max(of_column[-1] for of_column in offsets)
    rows = [[offset + (height - of[-1]) / 2 for offset in of] for of in offsets]

    neighbours = _neighbours(columns, edges)
    for sweep in range(2 * _SWEEPS):
        layers = range(len(columns))
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            below = rows[layer - 1] if layer else []
            above = rows[layer + 1] if layer + 1 < len(columns) else []
            slack, weights = [], []
            for row, offset, (senders, receivers) in zip(
                rows[layer], offsets[layer], neighbours[layer], strict=True
            ):
                degree = len(senders) + len(receivers)
                total = sum([below[i] for i in senders]) + sum([above[i] for i in receivers])
                slack.append((total / degree if degree else row) - offset)
                weights.append(degree or 0.1)
            # In the given order, the given steps apart, and as near to the wanted rows as can be:
            # with the steps taken off that is an isotonic regression, and its solution, cut off
            # at the ends of the canvas, is the best one within them.
            most = height - offsets[layer][-1]
            rows[layer] = [
                min(max(value, 0.0), most) + offset
                for value, offset in zip(_rising(slack, weights), offsets[layer], strict=True)
            ]
    return rows


def _neighbours(
    columns: Sequence[Sequence[tuple[int, int | None]]], edges: Sequence[np.ndarray]
) -> list[list[tuple[list[int], list[int]]]]:
    """For each unit of each column the places of its neighbours in the columns beside it."""
    found: list[list[tuple[list[int], list[int]]]] = [[([], []) for _ in of] for of in columns]
    units = [np.array([unit for unit, _ in column], np.intp) for column in columns]
    for layer, links in enumerate(edges):
        senders, receivers = np.nonzero(_sorted(links, units[layer], units[layer + 1]))
        for i, j in zip(senders.tolist(), receivers.tolist(), strict=True):
            found[layer][i][1].append(j)
            found[layer + 1][j][0].append(i)
    return found


def _rising(values: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rising values that are nearest by weighted squares: neighbours that fall are pooled."""
    pools: list[tuple[float, float, int]] = []  # mean, weight, number
    for value, weight in zip(values, weights, strict=True):
        mean, total, number = value, weight, 1
        while pools and pools[-1][0] >= mean:
            other, other_weight, other_number = pools.pop()
            mean = (mean * total + other * other_weight) / (total + other_weight)
            total += other_weight
            number += other_number
        pools.append((mean, total, number))
    return [mean for mean, _, number in pools for _ in range(number)]


def _boxes(
    columns: Sequence[Sequence[tuple[int, int | None]]], rows: Sequence[Sequence[float]]
) -> dict[int, tuple[Box, ...]]:
    boxes: dict[int, list[Box]] = {}
    for layer, column in enumerate(columns):
        spans: dict[int, list[float]] = {}
        for (_, module), row in zip(column, rows[layer], strict=True):
            if module is not None:
                spans.setdefault(module, []).append(row)
        for module, taken in spans.items():
            box = Box(
                layer, layer - HALF_WIDTH, taken[0] - MARGIN, layer + HALF_WIDTH, taken[-1] + MARGIN
            )
            boxes.setdefault(module, []).append(box)
    return {module: tuple(boxes[module]) for module in sorted(boxes)}
