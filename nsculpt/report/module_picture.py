"""The module graph as a small SVG: boxes by level, inputs on the left, edges with their counts."""

import dataclasses
import html
import itertools
import math
from collections.abc import Sequence
from typing import NamedTuple

import networkx as nx
import numpy as np

from nsculpt import text
from nsculpt.exchange import graph_files
from nsculpt.report import layout

# Pixels: least and greatest width of a box, of a letter and beside the text in it; height of a box;
# between columns; around the whole.
_NARROW, _WIDE, _LETTER, _PADDING = 110.0, 200.0, 5.6, 8.0
_HEIGHT, _GAP, _MARGIN = 50.0, 70.0, 6.0
# Pixels from row to row of a layout, which keeps modules more than a row apart.
_ROW = 38.0
# Boxes of a picture and of a level before modules share a box; and most boxes of all.
_FEW, _FEW_IN_LEVEL, _MOST = 40, 12, 60
# Edges that one side of a box has room to label, in one row and in two.
_ROOM = 3
# Fill and border by what a module holds: inputs, outputs. Okabe and Ito's colours, for every kind
# of colour vision; #1A1A1A on each of the fills has a contrast of at least 12 to 1.
_COLOURS = {
    (True, False): ("#D3E8F6", "#0072B2"),
    (False, False): ("#FBE6C2", "#B87A00"),
    (False, True): ("#CDEBE0", "#007A5A"),
    (True, True): ("#EFDDE8", "#A8517F"),
}
_SHARED = ("#EDEDED", "#6B6B6B")
_TEXT = "#1A1A1A"


class _Box(NamedTuple):
    """One module, or those of a level that share a box."""

    modules: tuple[int, ...]
    level: int
    lines: tuple[str, ...]  # the number, the kinds, the size


class _Segment(NamedTuple):
    """A part of an edge, from one column to the next."""

    start: tuple[int, int]  # column, place in it
    end: tuple[int, int]
    weight: int | None  # of the edge that ends here; None where it goes on


class _Plan(NamedTuple):
    """Boxes by column and place, segments, and where each place stands: (x of the left, y)."""

    width: float  # of all boxes
    boxes: dict[tuple[int, int], _Box]
    segments: list[_Segment]
    positions: dict[tuple[int, int], tuple[float, float]]


@dataclasses.dataclass(frozen=True)
class _Lanes:
    """What `layout.layered` reads."""

    edges: list[np.ndarray]
    live_units: list[np.ndarray]
    modules: list[np.ndarray]


def svg(graph: nx.DiGraph) -> str:
    """A picture of the module graph, for a page of light or of dark background.

    Each box says the number, the kinds and the size of a module; beside an edge stands the number
    of network edges it stands for, where there is room. Of a level with many modules the last share
    a box. Text and lines outside the boxes have the colour of the text around the picture.

    Args:
      graph: as from `hierarchy.module_graph`.

    Returns:
      One `<svg>` element without identifiers or style sheets; nothing where the graph has too many
      levels to be drawn.

    Example:
      >>> from nsculpt import analysis
      >>> text = svg(analysis.analyze([[[1, 1]]], merge_threshold=1.0).hierarchy)
      >>> text.count("<rect"), text.count("<path")
      (3, 4)
    """
    boxes = _boxes(graph)
    if len(boxes) > _MOST:
        return ""
    plan = _planned(boxes, _weights(graph, boxes))
    body = _edges(plan)
    body += [_drawn(graph, box, *plan.positions[at], plan.width) for at, box in plan.boxes.items()]
    width = max(x for x, _ in plan.positions.values()) + plan.width + _MARGIN
    height = max(y for _, y in plan.positions.values()) + _HEIGHT / 2 + _MARGIN
    levels = 1 + max(box.level for box in boxes)
    what = (
        f"Graph of {text.counted(len(graph), 'module')} in {text.counted(levels, 'level')}, "
        f"with {text.counted(graph.number_of_edges(), 'edge')}; the table below lists them"
    )
    return (
        f'<svg role="img" aria-label="{what}" xmlns="http://www.w3.org/2000/svg" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="10.5" '
        f'style="display:block;max-width:none"><title>{what}</title>{"".join(body)}</svg>'
    )


def colours(graph: nx.DiGraph, module: int) -> tuple[str, str]:
    """Fill and border of a module's box.

    Example:
      >>> from nsculpt import analysis
      >>> colours(analysis.analyze([[[1]]]).hierarchy, 0)
      ('#EFDDE8', '#A8517F')
    """
    kinds = graph.nodes[module]["kinds"]
    return _COLOURS["input-separable" in kinds, "output" in kinds]


def _boxes(graph: nx.DiGraph) -> list[_Box]:
    levels: dict[int, list[int]] = {}
    for module, level in graph.nodes.data("level"):
        levels.setdefault(level, []).append(module)
    room = _FEW_IN_LEVEL if len(graph) <= _FEW else min(_FEW_IN_LEVEL, _FEW // len(levels))
    boxes = []
    for level, modules in sorted(levels.items()):
        alone = len(modules) if len(modules) <= room else max(room - 1, 1)
        groups = [*((module,) for module in modules[:alone]), tuple(modules[alone:])]
        boxes += [_Box(group, level, _lines(graph, group)) for group in groups if group]
    return boxes


def _lines(graph: nx.DiGraph, modules: tuple[int, ...]) -> tuple[str, ...]:
    one = len(modules) == 1
    number = f"module {modules[0]}" if one else f"{len(modules)} further modules"
    kinds = dict.fromkeys(kind for module in modules for kind in graph.nodes[module]["kinds"])
    return number, ", ".join(kinds), graph_files.sizes_line(graph, modules)


def _weights(graph: nx.DiGraph, boxes: Sequence[_Box]) -> dict[tuple[int, int], int]:
    """Network edges between boxes, by their numbers."""
    box_of = {module: i for i, box in enumerate(boxes) for module in box.modules}
    weights: dict[tuple[int, int], int] = {}
    for u, v, weight in graph.edges.data("weight"):
        ends = box_of[u], box_of[v]
        weights[ends] = weights.get(ends, 0) + weight
    return weights


def _planned(boxes: Sequence[_Box], weights: dict[tuple[int, int], int]) -> _Plan:
    """Where boxes stand, and the ways of edges: round the boxes of the columns they pass."""
    # Each column's places, by the number of the lane they are in: a box has one, and so has the
    # way of all edges of a box that go further than to the next column.
    columns: list[list[int]] = [[] for _ in range(1 + max(box.level for box in boxes))]
    at = {}
    for i, box in enumerate(boxes):
        at[i] = box.level, len(columns[box.level])
        columns[box.level].append(i)
    segments = []
    for i, box in enumerate(boxes):
        targets = {j: weight for (source, j), weight in weights.items() if source == i}
        here = at[i]
        for level in range(box.level + 1, 1 + max((boxes[j].level for j in targets), default=0)):
            arriving = [j for j in targets if boxes[j].level == level]
            segments += [_Segment(here, at[j], targets[j]) for j in arriving]
            if any(boxes[j].level > level for j in targets):
                relay = level, len(columns[level])
                columns[level].append(len(boxes) + i)
                segments.append(_Segment(here, relay, None))
                here = relay
    rows = _rows(columns, segments)
    longest = max(len(line) for box in boxes for line in box.lines)
    width = min(max(longest * _LETTER + 2 * _PADDING, _NARROW), _WIDE)
    return _Plan(
        width=width,
        boxes={at[i]: box for i, box in enumerate(boxes)},
        segments=segments,
        positions={
            (column, place): (_MARGIN + column * (width + _GAP), _MARGIN + _HEIGHT / 2 + row)
            for (column, place), row in rows.items()
        },
    )


def _rows(columns: list[list[int]], segments: Sequence[_Segment]) -> dict[tuple[int, int], float]:
    """How far down the middle of each place is, in pixels, by column and place."""
    if len(columns) == 1:
        return {(0, place): place * (_HEIGHT + 12) for place in range(len(columns[0]))}
    edges = [np.zeros((len(a), len(b)), bool) for a, b in itertools.pairwise(columns)]
    for (column, sender), (_, receiver), _ in segments:
        edges[column][sender, receiver] = True
    units = [np.arange(len(column)) for column in columns]
    plan = layout.layered(_Lanes(edges, units, [np.array(column) for column in columns]))
    return {place: row * _ROW for place, (_, row) in plan.units.items()}


def _edges(plan: _Plan) -> list[str]:
    """Lines, arrow heads and counts."""
    leaving: dict[tuple[int, int], list[_Segment]] = {}
    arriving: dict[tuple[int, int], list[_Segment]] = {}
    for segment in sorted(plan.segments, key=lambda part: plan.positions[part.end][1]):
        leaving.setdefault(segment.start, []).append(segment)
    for segment in sorted(plan.segments, key=lambda part: plan.positions[part.start][1]):
        arriving.setdefault(segment.end, []).append(segment)
    drawn = []
    for segment in plan.segments:
        out, into = leaving[segment.start], arriving[segment.end]
        x, y = plan.positions[segment.start]
        x += plan.width
        if segment.start in plan.boxes:
            y += _port(out.index(segment), len(out))
        end_x, end_y = plan.positions[segment.end]
        if segment.weight is None:  # the way goes on through this column
            drawn.append(_curve(x, y, end_x, end_y, f"H{end_x + plan.width:.1f}", 1))
            continue
        number = into.index(segment)
        end_y += _port(number, len(into))
        drawn.append(_curve(x, y, end_x - 6, end_y, "", segment.weight))
        head = f"M{end_x:.1f} {end_y:.1f}l-8 -3.5v7z"
        drawn.append(f'<path d="{head}" fill="currentColor" fill-opacity="0.75"/>')
        if len(into) <= 2 * _ROOM:
            step = 20 * (number % 2) if len(into) > _ROOM else 0
            # On the side that the lines do not come from, if there is one.
            descending = all(plan.positions[part.start][1] < end_y - _HEIGHT for part in into)
            count_y = end_y + (11 if descending else -3)
            drawn.append(_count(end_x - 10 - step, count_y, "end", segment.weight))
        elif len(out) <= _ROOM and segment.start in plan.boxes:
            drawn.append(_count(x + 4, y - 3, "start", segment.weight))
    return drawn


def _port(number: int, count: int) -> float:
    """How far below a box's middle the line of this number meets its side."""
    return ((number + 0.5) / count - 0.5) * 0.9 * _HEIGHT


def _curve(x: float, y: float, end_x: float, end_y: float, onward: str, weight: int) -> str:
    bend = (end_x - x) / 2
    width = min(1.2 + 0.35 * math.log2(weight), 4.0)
    return (
        f'<path d="M{x:.1f} {y:.1f}C{x + bend:.1f} {y:.1f} {end_x - bend:.1f} {end_y:.1f} '
        f'{end_x:.1f} {end_y:.1f}{onward}" fill="none" stroke="currentColor" '
        f'stroke-opacity="0.55" stroke-width="{width:.1f}"/>'
    )


def _count(x: float, y: float, anchor: str, weight: int) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="currentColor" '
        f'font-size="10">{weight}</text>'
    )


def _drawn(graph: nx.DiGraph, box: _Box, x: float, y: float, width: float) -> str:
    shared = len(box.modules) > 1
    fill, border = _SHARED if shared else colours(graph, box.modules[0])
    dashes = ' stroke-dasharray="5 3"' if shared else ""
    top, room = y - _HEIGHT / 2, width - 2 * _PADDING
    # A long line is kept within its box, whatever the font.
    fitted = f' textLength="{room:.0f}" lengthAdjust="spacingAndGlyphs"'
    texts = "".join(
        f'<text x="{x + _PADDING:.1f}" y="{top + 15 + 14 * i:.1f}" fill="{_TEXT}"'
        + (' font-weight="bold" font-size="12"' if i == 0 else "")
        + (fitted if len(line) * _LETTER > room else "")
        + f">{html.escape(line)}</text>"
        for i, line in enumerate(box.lines)
    )
    return (
        f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.0f}" height="{_HEIGHT:.0f}" rx="5" '
        f'fill="{fill}" stroke="{border}" stroke-width="2"{dashes}/>{texts}'
    )
