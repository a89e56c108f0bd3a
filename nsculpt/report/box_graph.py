"""Boxes of text in columns, joined by lines: where they stand, so that few lines cross."""

import dataclasses
import itertools
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

from nsculpt import text as text_lib
from nsculpt.report import layout

# Pixels: size of the text, and of the first line of a box; least and greatest width of a box, and
# beside the text in it; height of a box; between columns; around the whole.
TEXT, FIRST = 10.5, 12.0
_NARROW, WIDE, PADDING = 110.0, 200.0, 8.0
HEIGHT, GAP, MARGIN = 50.0, 76.0, 6.0
# Pixels of an arrow head, and of the level part of a line before it, over which its count stands.
HEAD, LEVEL = 8.0, 32.0
# Pixels from row to row of a layout, which keeps boxes more than a row apart.
_ROW = 38.0
# Boxes of a picture and of a column before some share a box; and most boxes of all.
_FEW, _FEW_IN_COLUMN, _MOST = 40, 12, 60
# Lines that one side of a box has room to label, in one row and in two.
ROOM = 3
# Widths of letters, in sizes of the text, in Helvetica and Arial.
_NARROW_LETTERS, _WIDE_LETTERS = frozenset("fijlrtI.,:;'|!()[]/ -"), frozenset("mwMW@%—…✓✗")
_Member = TypeVar("_Member")


class Box(NamedTuple):
    """A box with up to three lines of text, the first in bold."""

    column: int
    lines: tuple[str, ...]
    module: int  # whose colour it has; -1 for none
    is_dashed: bool = False


class Edge(NamedTuple):
    """A line from a box to one in a column further right, by their indices."""

    start: int
    end: int
    num_edges: int = 1  # that it stands for
    is_dashed: bool = False


class Segment(NamedTuple):
    """A part of an edge, from one column to the next."""

    start: tuple[int, int]  # column, place in it
    end: tuple[int, int]
    edge: Edge | None  # that ends here; None where several may go on
    is_dashed: bool


class Way(NamedTuple):
    """Where a segment runs, in pixels, and where its count goes.

    From the start it swings to the height of the end, in the S of a cubic curve, and goes on level:
    to an arrow head, or through the column of boxes that it passes.
    """

    start: tuple[float, float]
    swung: tuple[float, float]  # where the curve ends
    end: tuple[float, float]  # of the whole, the tip of the arrow head included
    segment: Segment
    count_at: tuple[float, float] | None  # baseline
    count_align: str  # "start" or "end": the side of the text that is there

    @property
    def bend(self) -> float:
        """How far from either end of the curve, along x, its control points are."""
        return (self.swung[0] - self.start[0]) / 2


@dataclasses.dataclass(frozen=True, eq=False)
class Plan:
    """Boxes by column and place, lines, and where each place stands, in pixels."""

    box_width: float
    boxes: dict[tuple[int, int], Box]
    segments: list[Segment]
    positions: dict[tuple[int, int], tuple[float, float]]  # left side, middle
    width: float  # of all, with a margin
    height: float

    def ways(self) -> list[Way]:
        """Where the lines run: apart at the sides of boxes, and round those that they pass."""
        leaving: dict[tuple[int, int], list[Segment]] = {}
        arriving: dict[tuple[int, int], list[Segment]] = {}
        for segment in sorted(self.segments, key=lambda part: self.positions[part.end][1]):
            leaving.setdefault(segment.start, []).append(segment)
        for segment in sorted(self.segments, key=lambda part: self.positions[part.start][1]):
            arriving.setdefault(segment.end, []).append(segment)
        return [
            self._way(segment, leaving[segment.start], arriving[segment.end])
            for segment in self.segments
        ]

    def _way(self, segment: Segment, out: list[Segment], into: list[Segment]) -> Way:
        left, y = self.positions[segment.start]
        x = left + self.box_width
        if segment.start in self.boxes:
            y += _port(out.index(segment), len(out))
        end_x, end_y = self.positions[segment.end]
        if segment.edge is None:
            passed = end_x + self.box_width, end_y
            return Way((x, y), (end_x, end_y), passed, segment, None, "")
        number = into.index(segment)
        end_y += _port(number, len(into))
        count_at, align = None, ""
        if len(into) <= 2 * ROOM:
            step = 20 * (number % 2) if len(into) > ROOM else 0
            count_at, align = (end_x - 10 - step, end_y - 3), "end"
        elif len(out) <= ROOM and segment.start in self.boxes:
            count_at, align = (x + 4, y - 3), "start"
        return Way((x, y), (end_x - LEVEL, end_y), (end_x, end_y), segment, count_at, align)


@dataclasses.dataclass(frozen=True)
class _Lanes:
    """What `layout.layered` reads."""

    edges: list[np.ndarray]
    live_units: list[np.ndarray]
    modules: list[np.ndarray]


def shared(columns: Mapping[int, Sequence[_Member]]) -> list[tuple[int, tuple[_Member, ...]]]:
    """What shares a box: of a column with many members the last do.

    Args:
      columns: members of each column, by number.

    Returns:
      Column and members of each box, column by column; mostly one member a box.

    Example:
      >>> shared({0: "ab", 1: "c" * 20})[-1]
      (1, ('c', 'c', 'c', 'c', 'c', 'c', 'c', 'c', 'c'))
    """
    total = sum(map(len, columns.values()))
    room = _FEW_IN_COLUMN if total <= _FEW else min(_FEW_IN_COLUMN, _FEW // len(columns))
    boxes = []
    for column, members in sorted(columns.items()):
        alone = len(members) if len(members) <= room else max(room - 1, 1)
        groups = [*((member,) for member in members[:alone]), tuple(members[alone:])]
        boxes += [(column, group) for group in groups if group]
    return boxes


def plan(boxes: Sequence[Box], edges: Sequence[Edge]) -> Plan | None:
    """Where boxes stand, and the ways of edges: round the boxes of the columns they pass.

    Args:
      boxes: one or more; every column up to the last has one.
      edges: between them, no two with the same ends.

    Returns:
      The plan, with texts cut to fit their boxes; None for more than 60 boxes.

    Source: `layout.layered` orders the boxes of each column.

    Example:
      >>> placed = plan([Box(0, ("a",), 0), Box(1, ("b",), 1)], [Edge(0, 1)])
      >>> placed.positions[1, 0], placed.width
      ((192.0, 31.0), 308.0)
    """
    if len(boxes) > _MOST:
        return None
    columns: list[list[int]] = [[] for _ in range(1 + max(box.column for box in boxes))]
    # Each column's places, by the number of the lane they are in: a box has one, and so has the
    # way of all edges of a box that go further than to the next column.
    at = {}
    for i, box in enumerate(boxes):
        at[i] = box.column, len(columns[box.column])
        columns[box.column].append(i)
    segments = []
    for i, box in enumerate(boxes):
        leaving = [edge for edge in edges if edge.start == i]
        here = at[i]
        last = max((boxes[edge.end].column for edge in leaving), default=0)
        for column in range(box.column + 1, last + 1):
            arriving = [edge for edge in leaving if boxes[edge.end].column == column]
            segments += [Segment(here, at[edge.end], edge, edge.is_dashed) for edge in arriving]
            onward = [edge for edge in leaving if boxes[edge.end].column > column]
            if onward:
                relay = column, len(columns[column])
                columns[column].append(len(boxes) + i)
                is_dashed = all(edge.is_dashed for edge in onward)
                segments.append(Segment(here, relay, None, is_dashed))
                here = relay
    longest = max(text_width(box.lines[n], n == 0) for box in boxes for n in range(len(box.lines)))
    box_width = min(max(longest + 2 * PADDING, _NARROW), WIDE)
    room = box_width - 2 * PADDING
    positions = {
        (column, place): (MARGIN + column * (box_width + GAP), MARGIN + HEIGHT / 2 + row)
        for (column, place), row in _rows(columns, segments).items()
    }
    return Plan(
        box_width=box_width,
        boxes={
            at[i]: box._replace(
                lines=tuple(cut(line, room, n == 0) for n, line in enumerate(box.lines))
            )
            for i, box in enumerate(boxes)
        },
        segments=segments,
        positions=positions,
        width=max(x for x, _ in positions.values()) + box_width + MARGIN,
        height=max(y for _, y in positions.values()) + HEIGHT / 2 + MARGIN,
    )


def text_width(line: str, is_first: bool = False) -> float:
    """About how many pixels a line of a box takes, rather more than less.

    Args:
      line: its text.
      is_first: whether it is the first in its box: larger, and bold.

    Example:
      >>> text_width("mill"), text_width("\u4e2d")
      (20.58, 10.5)
    """
    return round((1.06 * FIRST if is_first else TEXT) * sum(map(_letter_width, line)), 2)


def cut(line: str, room: float, is_first: bool = False) -> str:
    """A line that takes at most about so many pixels, cut in its middle where it is longer.

    Args:
      line: its text.
      room: in pixels.
      is_first: as for `text_width`.

    Example:
      >>> cut("a" * 100, 60.0)
      'aaaa…aaaa'
    """
    length = min(len(line), int(room / (0.25 * TEXT)))
    while length > 1 and text_width(text_lib.shortened(line, length), is_first) > room:
        length -= 1
    return text_lib.shortened(line, max(length, 1))


def _letter_width(letter: str) -> float:
    if letter in _NARROW_LETTERS:
        return 0.32
    if letter in _WIDE_LETTERS or unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if unicodedata.combining(letter):
        return 0.0
    return 0.74 if letter.isupper() else 0.57


def _rows(columns: list[list[int]], segments: Sequence[Segment]) -> dict[tuple[int, int], float]:
    """How far down the middle of each place is, in pixels, by column and place."""
    if len(columns) == 1:
        return {(0, place): place * (HEIGHT + 12) for place in range(len(columns[0]))}
    edges = [np.zeros((len(a), len(b)), bool) for a, b in itertools.pairwise(columns)]
    for segment in segments:
        edges[segment.start[0]][segment.start[1], segment.end[1]] = True
    units = [np.arange(len(column)) for column in columns]
    placed = layout.layered(_Lanes(edges, units, [np.array(column) for column in columns]))
    return {place: row * _ROW for place, (_, row) in placed.units.items()}


def _port(number: int, count: int) -> float:
    """How far below a box's middle the line of this number meets its side."""
    return ((number + 0.5) / count - 0.5) * 0.9 * HEIGHT
