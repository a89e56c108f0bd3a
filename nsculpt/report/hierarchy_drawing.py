"""The module graph as a drawing: boxes by level, inputs on the left, edges with their counts."""

import math
from typing import Any

import networkx as nx
from matplotlib import collections, patches
from matplotlib import path as mpath

from nsculpt.report import box_graph, colours, module_picture, shapes

# Pixels of a plan that are an inch; and of the size of text in a plan, since the font of drawings
# is that much wider.
_INCH, _SHRINK = 88.0, 0.86
_LEAST = 4.5  # inches
_CAPTION = (
    "Each box is a module, with what it is and holds; a line leads to one that reads it, with the "
    "number of edges."
)


def draw_hierarchy(graph: nx.DiGraph, axes: Any) -> Any:
    """Draws the module graph from left to right, each module in its colour.

    Of a level with many modules the last share a box.

    Args:
      graph: as from `hierarchy.module_graph`.
      axes: matplotlib Axes; their size decides that of the text.

    Returns:
      The axes; empty, with a line that says so, where there are too many levels.

    Source: DESIGN 5.4; `box_graph.plan` says where boxes stand.

    Example:
      >>> from matplotlib import figure
      >>> from nsculpt import analysis
      >>> found = analysis.analyze([[[1, 1]]], merge_threshold=1.0)
      >>> axes = draw_hierarchy(found.hierarchy, figure.Figure().subplots())
      >>> [text.get_text() for text in axes.texts][:3]
      ['1', '1', 'module 0']
    """
    axes.set_axis_off()
    plan = module_picture.plan(graph)
    if plan is None:
        axes.set_xlim(0, 1)
        axes.set_ylim(0, 1)
        words = "Too many levels to be drawn here."
        shapes.write(axes, 0.5, 0.5, words, fontsize=8, ha="center", color=shapes.DARK)
        return axes
    width, height = axes.bbox.size
    # Of the axes, for one of the plan; no larger than is easy to read.
    pixels = min(width / plan.width, height / plan.height, 1.3 * axes.figure.dpi / _INCH)
    axes.set_xlim(0, width / pixels)
    spare = (height / pixels - plan.height) / 2
    axes.set_ylim(plan.height + spare, -spare)
    points = pixels * 72 / axes.figure.dpi  # a pixel of the plan
    _draw_lines(plan, axes, points)
    room = (plan.box_width - 2 * box_graph.PADDING) * pixels
    for place, box in plan.boxes.items():
        x, y = plan.positions[place]
        axes.add_patch(
            patches.FancyBboxPatch(
                (x, y - box_graph.HEIGHT / 2), plan.box_width, box_graph.HEIGHT,
                boxstyle="round,pad=0,rounding_size=5", linewidth=1.5 * points, zorder=2,
                linestyle="--" if box.is_dashed else "-", facecolor=colours.light(box.module),
                edgecolor=colours.colour(box.module),
            )
        )  # fmt: skip
        for number, line in enumerate(box.lines):
            artist = shapes.write(
                axes, x + box_graph.PADDING, y + 15 * (number + 0.5 - len(box.lines) / 2),
                shapes.printable(line), va="center", color=shapes.DARK, zorder=3,
                fontsize=_SHRINK * points * box_graph.TEXT,
                fontweight="normal" if number else "bold",
            )  # fmt: skip
            shapes.fit(artist, room)
    return axes


def _draw_lines(plan: box_graph.Plan, axes: Any, points: float) -> None:
    """Lines, arrow heads and counts."""
    paths, heads, widths = [], [], []
    for way in plan.ways():
        edge, bend = way.segment.edge, way.bend
        (x, y), (swung_x, _), (end_x, end_y) = way.start, way.swung, way.end
        stop = end_x
        if edge is not None:
            stop -= box_graph.HEAD - 2
            back = end_x - box_graph.HEAD
            heads.append([(end_x, end_y), (back, end_y - 3.5), (back, end_y + 3.5)])
            if way.count_at:
                shapes.write(
                    axes, *way.count_at, str(edge.num_edges), fontsize=_SHRINK * 10 * points,
                    color=shapes.DARK, ha={"start": "left", "end": "right"}[way.count_align],
                    va="baseline",
                )  # fmt: skip
        paths.append(
            mpath.Path(
                [(x, y), (x + bend, y), (swung_x - bend, end_y), (swung_x, end_y), (stop, end_y)],
                [mpath.Path.MOVETO, *[mpath.Path.CURVE4] * 3, mpath.Path.LINETO],
            )
        )
        count = 1 if edge is None else edge.num_edges
        widths.append(min(1.2 + 0.35 * math.log2(count), 4.0) * points)
    axes.add_collection(
        collections.PathCollection(
            paths, facecolors="none", edgecolors=shapes.FAINT, linewidths=widths, zorder=1
        ),
        autolim=False,
    )
    axes.add_collection(
        collections.PolyCollection(heads, facecolors=shapes.FAINT, linewidths=0, zorder=1),
        autolim=False,
    )


def panel_size(graph: nx.DiGraph) -> tuple[float, float, str]:
    """Width and height in inches in which all is readable, and a caption.

    Example:
      >>> from nsculpt import analysis
      >>> panel_size(analysis.analyze([[[1]]]).hierarchy)[0]
      4.5
    """
    plan = module_picture.plan(graph)
    if plan is None:
        return _LEAST, 0.5, _CAPTION
    return max(plan.width / _INCH, _LEAST), plan.height / _INCH, _CAPTION
