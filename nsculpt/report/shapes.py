"""Parts that drawings are made of: colours, outlines, curves and text that stays in its place."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib import collections, font_manager, patches
from matplotlib import path as mpath

from nsculpt import text as text_lib
from nsculpt.report import colours, layout

# It comes with matplotlib, so drawings are the same on every machine.
FONT = "DejaVu Sans"
# Points, of the words above a column and of the room for two lines of them.
HEADING, HEADER = 8.0, 22.0
FAINT, DARK = colours.GREY, "#333333"
# No text is looked at beyond this length; the longest that fits any canvas is far shorter.
_LONGEST = 400


def curve(start: tuple[float, float], end: tuple[float, float], half_width: float) -> mpath.Path:
    """An edge from one column to the next: level inside the boxes, an S between them.

    All curves of one gap rise by the same law, so two of them cross at most once, and a curve
    whose ends lie inside a band (see `outline`) lies inside it all the way.
    """
    left, right = start[0] + half_width, end[0] - half_width
    middle = (left + right) / 2
    level, new_level = start[1], end[1]
    return mpath.Path(
        [start, (left, level), (middle, level), (middle, new_level), (right, new_level), end],
        [mpath.Path.MOVETO, mpath.Path.LINETO, *[mpath.Path.CURVE4] * 3, mpath.Path.LINETO],
    )


def outline(boxes: Sequence[layout.Box], radius: tuple[float, float]) -> mpath.Path:
    """The closed outline of one module: its boxes and the bands between them, corners rounded.

    Args:
      boxes: the boxes of consecutive layers.
      radius: of the corners, in data units along x and y.
    """
    first, last = boxes[0], boxes[-1]
    rx = min(radius[0], (first.right - first.left) / 2)
    start_ry, end_ry = (min(radius[1], (box.bottom - box.top) / 2) for box in (first, last))
    points = [(first.left + rx, first.top)]
    codes = [mpath.Path.MOVETO]

    def along(level: Callable[[layout.Box], float], walk: Sequence[layout.Box]) -> None:
        for box, following in itertools.pairwise(walk):
            forward = following.layer > box.layer
            here = box.right if forward else box.left
            there = following.left if forward else following.right
            middle = (here + there) / 2
            points.extend([(here, level(box)), (middle, level(box)), (middle, level(following))])
            points.append((there, level(following)))
            codes.extend([mpath.Path.LINETO, *[mpath.Path.CURVE4] * 3])

    def corner(before: tuple[float, float], at: tuple[float, float], after: tuple) -> None:
        points.extend([before, at, after])
        codes.extend([mpath.Path.LINETO, *[mpath.Path.CURVE3] * 2])

    along(lambda box: box.top, boxes)
    corner((last.right - rx, last.top), (last.right, last.top), (last.right, last.top + end_ry))
    corner(
        (last.right, last.bottom - end_ry),
        (last.right, last.bottom),
        (last.right - rx, last.bottom),
    )
    along(lambda box: box.bottom, boxes[::-1])
    corner(
        (first.left + rx, first.bottom),
        (first.left, first.bottom),
        (first.left, first.bottom - start_ry),
    )
    corner((first.left, first.top + start_ry), (first.left, first.top), points[0])
    return mpath.Path([*points, points[0]], [*codes, mpath.Path.CLOSEPOLY])


def printable(text: str) -> str:
    r"""The text in one line, with characters that the font lacks written as escapes.

    Example:
      >>> printable("tab\there, not \u4e2d")
      'tab here, not \\u4e2d'
    """
    text = text_lib.shortened(" ".join(text.split()), _LONGEST)
    if text.isascii() and text.isprintable():
        return text  # thousands of names of pixels are such
    glyphs = font_manager.get_font(font_manager.findfont(FONT))
    return "".join(
        c
        if c.isprintable() and glyphs.get_char_index(ord(c))
        else c.encode("unicode_escape").decode()
        for c in text
    )


def write(axes: Any, x: float, y: float, text: str, **style: Any) -> Any:
    """Adds text at a place in data units, character by character: no `$` is taken for TeX."""
    return axes.text(x, y, text, parse_math=False, fontfamily=FONT, **style)


def write_module(axes: Any, x: float, y: float, module: int, points: float, align: str) -> None:
    """Writes the number of a module in a white frame of its colour."""
    write(
        axes, x, y, str(module), ha=align, va="center", zorder=4, fontsize=points, color=DARK,
        bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0.7,
              "edgecolor": colours.colour(module)},
    )  # fmt: skip


def fit(artist: Any, width: float) -> float:
    """Shortens a text until it is at most `width` pixels wide; returns its width then."""
    text = artist.get_text()
    taken = artist.get_window_extent().width
    if taken <= width:
        return taken
    low, high = 0, len(text)  # the longest length that fits lies in low .. high - 1
    while high - low > 1:
        length = (low + high) // 2
        artist.set_text(text_lib.shortened(text, length))
        if artist.get_window_extent().width <= width:
            low = length
        else:
            high = length
    artist.set_text(text_lib.shortened(text, low) if low else "")
    return artist.get_window_extent().width if low else 0.0


def scale_rows(axes: Any, height: float, margin: float, most: float) -> float:
    """Hides ticks and frame and sets the limits along y, downwards, with room for headings.

    Args:
      axes: matplotlib Axes.
      height: the last row; the first is 0.
      margin: rows to keep free above and below.
      most: inches a row takes at most; what is left is shared out above and below.

    Returns:
      Pixels a row.
    """
    axes.set_axis_off()
    dpi, pixels = axes.figure.dpi, axes.bbox.height
    header = HEADER * dpi / 72
    row = min(max(pixels - header, 1.0) / (height + 2 * margin), most * dpi)
    spare = (pixels - header) / row - height - 2 * margin
    bottom = height + margin + max(spare, 0) / 2
    axes.set_ylim(bottom, bottom - pixels / row)
    return row


def scale_columns(
    axes: Any, last: int, left: Sequence[Any], right: Sequence[Any], share: float
) -> float:
    """Sets the limits along x and puts the names on both sides, shortened where they must be.

    Args:
      axes: matplotlib Axes.
      last: the last column; the first is 0.
      left: texts beside column 0.
      right: texts beside the last column.
      share: of the width, for the names on either side, 0 to 0.3.

    Returns:
      Pixels a column.
    """
    width, gap = axes.bbox.width, HEADING / 2 * axes.figure.dpi / 72
    # Headings of the outer columns reach over the names: they get some room in any case.
    room = [
        max([3 * gap, *(fit(name, share * width) for name in side)]) + 1.5 * gap
        for side in (left, right)
    ]
    half = layout.HALF_WIDTH
    column = (width - sum(room)) / (last + 2 * half)
    axes.set_xlim(-half - room[0] / column, last + half + room[1] / column)
    for side, x in ((left, -half - gap / column), (right, last + half + gap / column)):
        for name in side:
            name.set_x(x)
    return column


def head(axes: Any, x: float, y: float, column: float, text: str) -> None:
    """Writes a heading of one or two lines, at most 0.95 columns (of so many pixels) wide."""
    artist = write(axes, x, y, text, fontsize=HEADING, color=FAINT, ha="center", va="bottom")
    artist.set_fontsize(HEADING * min(1.0, 0.95 * column / artist.get_window_extent().width))


def draw_box(
    axes: Any,
    boxes: Sequence[layout.Box],
    radius: tuple[float, float],
    module: int | None,
    line: str = "-",
) -> None:
    """Draws an outline, filled, in the colour of a module or in grey."""
    number = -1 if module is None else module
    axes.add_patch(
        patches.PathPatch(
            outline(boxes, radius), linewidth=0.9, linestyle=line, zorder=2,
            edgecolor=colours.colour(number),
            facecolor=colours.light(number),  # opaque, since lines may pass below
        )
    )  # fmt: skip


def draw_edges(
    axes: Any,
    edges: Sequence[np.ndarray],
    places: Mapping[tuple[int, int], tuple[float, float]],
    half_width: float,
    colour_of: Callable[[tuple[int, int]], str],
    **style: Any,
) -> None:
    """Draws each edge once, as a `curve` from place to place, in the colour of its sender."""
    paths, shades = [], []
    for layer, alive in enumerate(edges):
        for sender, receiver in np.argwhere(alive).tolist():
            start, end = places[layer, sender], places[layer + 1, receiver]
            paths.append(curve(start, end, half_width))
            shades.append(colour_of((layer, sender)))
    axes.add_collection(
        collections.PathCollection(paths, facecolors="none", edgecolors=shades, **style),
        autolim=False,
    )
