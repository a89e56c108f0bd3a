"""What a task declares about its structure, and which of it a network shows, as a drawing."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from nsculpt.analysis import result
from nsculpt.report import layout, network_drawing, shapes, truth_graph, truth_overlay
from nsculpt.tasks import task

# Inches: between the nodes of a column, and between columns.
_ROW, _COLUMN = 0.55, 1.9
_TEXT = 8.0  # points
_STATUS = {True: "#00664B", False: "#A33F00"}  # of what is found, and of what is not
# Half the width of a node, in columns, and half its height, in rows.
_NODE_WIDTH, _NODE_HEIGHT = 0.4, 0.6
_NOTE = 0.4  # rows a line below the nodes takes

_CAPTION = (
    "✓: the group is all that this module holds of the inputs (outputs). ✗: it is not, and why."
)
_GRAPH_CAPTION = (
    " Dashed: what the network lacks; nearest: no module holds what the sub-function asks for, and "
    "this one is the most like it."
)
_PARTIAL_CAPTION = " What the task does not label is left out."


def draw_truth(
    truth: task.Truth,
    axes: Any,
    input_names: Sequence[str],
    output_names: Sequence[str],
    analysis: result.Analysis,
) -> Any:
    """Draws what a task declares about itself, and which of its groups a network shows.

    Args:
      truth: the task's truth; without a hierarchy only its groups are drawn.
      axes: matplotlib Axes; their size decides that of the text.
      input_names: I names.
      output_names: O names.
      analysis: of the network to compare with.

    Returns:
      The axes.

    Raises:
      InputError: not as many names as inputs or outputs, or a truth that does not fit the network.

    Source: groups and sub-functions of section 3; a group is found when it is a block of the
    partition that section 5.5 compares.

    Example:
      >>> import numpy as np
      >>> from matplotlib import figure
      >>> from nsculpt import analysis
      >>> found = analysis.analyze([np.ones((2, 2), bool), np.ones((2, 1), bool)])
      >>> truth = task.Truth(((0,), (1,)), ((0,),), None)
      >>> axes = draw_truth(truth, figure.Figure().subplots(), "ab", ["f"], found)
      >>> [text.get_text() for text in axes.texts][:4]
      ['input groups', 'output groups', 'a', '✗ within module 0']
    """
    input_names, output_names = network_drawing.checked_names(analysis, input_names, output_names)
    overlay = truth_overlay.Overlay(truth, input_names, output_names, analysis)
    graph, notes = overlay.graph, overlay.notes()
    plan = layout.layered(graph)
    last = len(graph.live_units) - 1
    row = shapes.scale_rows(axes, plan.height, _margin(notes), most=_ROW)
    margin = _NODE_WIDTH + 0.04
    axes.set_xlim(-margin, last + margin)
    column = axes.bbox.width / (last + 2 * margin)
    points = min(_TEXT, 0.36 * row * 72 / axes.figure.dpi)
    for layer, heading in enumerate(truth_graph.headings(graph)):
        shapes.head(axes, layer, -_NODE_HEIGHT - 0.15, column, heading)

    def line(x: float, y: float, text: str, color: str) -> None:
        artist = shapes.write(
            axes, x, y, text, fontsize=points, color=color, ha="center", va="center", zorder=4
        )
        shapes.fit(artist, 1.9 * _NODE_WIDTH * column)

    for place, node in graph.nodes.items():
        if node.kind == "relay":
            continue
        x, y = plan.units[place]
        said = overlay.said(place)
        lines = [*said.lines, *([said.status] if said.status else [])]
        if node.kind == "unlabelled":
            line(x, y, lines[0], shapes.FAINT)
            continue
        box = layout.Box(
            place[0], x - _NODE_WIDTH, y - _NODE_HEIGHT, x + _NODE_WIDTH, y + _NODE_HEIGHT
        )
        radius = (0.0, 0.0) if node.kind == "function" else (0.2 * row / column, 0.2)
        module = None if said.module < 0 else said.module
        shapes.draw_box(axes, [box], radius, module, "--" if said.is_found is False else "-")
        step = 0.5 if len(lines) < 3 else 0.37
        for number, words in enumerate(lines):
            is_status = number == len(said.lines)
            shade = _STATUS[said.is_found is True] if is_status else shapes.DARK
            line(x, y + (number - (len(lines) - 1) / 2) * step, shapes.printable(words), shade)
    _draw_links(overlay, plan, axes)
    for number, note in enumerate(notes):
        y = plan.height + _NODE_HEIGHT + 0.15 + _NOTE * (number + 0.5)
        artist = shapes.write(
            axes, -_NODE_WIDTH, y, note, fontsize=points, color=shapes.DARK, va="center"
        )
        shapes.fit(artist, (last + 2 * _NODE_WIDTH) * column)
    return axes


def _margin(notes: Sequence[str]) -> float:
    """Rows to keep free above and below the nodes."""
    return _NODE_HEIGHT + 0.15 + _NOTE * len(notes)


def _draw_links(overlay: truth_overlay.Overlay, plan: layout.Layout, axes: Any) -> None:
    """What the network lacks is dashed."""
    links = overlay.graph.links.items()
    for is_missing in (False, True):
        edges = [np.zeros_like(alive) for alive in overlay.graph.edges]
        for _, way in (each for each in links if overlay.is_missing(*each[0]) == is_missing):
            for (layer, sender), (_, receiver) in itertools.pairwise(way):
                edges[layer][sender, receiver] = True
        shapes.draw_edges(
            axes, edges, plan.units, _NODE_WIDTH, lambda sender: shapes.FAINT,
            linewidths=0.9, zorder=1, linestyles="--" if is_missing else "-",
        )  # fmt: skip


def panel_size(truth: task.Truth, analysis: result.Analysis) -> tuple[float, float, str]:
    """Width and height in inches in which all is readable, and a caption.

    Args:
      truth: what the task declares.
      analysis: of the network to compare with.

    Example:
      >>> from nsculpt import analysis
      >>> found = analysis.analyze([[[1], [1]]])
      >>> round(panel_size(task.Truth(((0,), (1,)), ((0,),), None), found)[0], 2)
      3.8
    """
    graph = truth_graph.build(truth)
    notes = [] if truth.hierarchy is None else ["", ""]
    num_labelled = sum(map(len, (*truth.input_groups, *truth.output_groups)))
    num_ends = analysis.layer_sizes[0] + analysis.layer_sizes[-1]
    return (
        max(3.8, _COLUMN * len(graph.live_units)),
        _ROW * (layout.layered(graph).height + 2 + 2 * _NOTE * len(notes)) + shapes.HEADER / 72,
        _CAPTION
        + (_GRAPH_CAPTION if truth.hierarchy is not None else "")
        + (_PARTIAL_CAPTION if num_labelled < num_ends else ""),
    )
