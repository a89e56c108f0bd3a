"""What a task declares about its structure, and which of it a network shows, as a drawing."""

from collections.abc import Sequence
from typing import Any

from nsculpt.analysis import result
from nsculpt.report import layout, network_drawing, shapes, truth_graph
from nsculpt.scores import difference as difference_lib
from nsculpt.tasks import task

# Inches: between the nodes of a column, and between columns.
_ROW, _COLUMN = 0.55, 1.9
_TEXT = 8.0  # points
_FOUND, _MISSED = "#00664B", "#A33F00"
# Half the width of a node, in columns, and half its height, in rows.
_NODE_WIDTH, _NODE_HEIGHT = 0.4, 0.6
# Names of a group that are written out, else three of them if they are short enough; and the size
# from which a group is counted as well.
_MOST_NAMES, _MOST_LETTERS, _MANY = 5, 18, 20

_CAPTION = (
    "✓ and a module's colour: the group is all that this module holds of the inputs (outputs). "
    "✗: it is not, with the reason."
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
    difference = difference_lib.difference(analysis, truth)
    graph = truth_graph.build(truth)
    plan = layout.layered(graph)
    last = len(graph.live_units) - 1
    row = shapes.scale_rows(axes, plan.height, _NODE_HEIGHT + 0.15, most=_ROW)
    margin = _NODE_WIDTH + 0.04
    axes.set_xlim(-margin, last + margin)
    column = axes.bbox.width / (last + 2 * margin)
    points = min(_TEXT, 0.36 * row * 72 / axes.figure.dpi)
    for layer in range(last + 1):
        level = f"sub-functions\nlevel {layer}" if last > 2 else "sub-functions"
        name = {0: "input groups", last: "output groups"}.get(layer, level)
        shapes.head(axes, layer, -_NODE_HEIGHT - 0.15, column, name)

    def line(x: float, y: float, text: str, color: str) -> None:
        artist = shapes.write(
            axes, x, y, text, fontsize=points, color=color, ha="center", va="center", zorder=4
        )
        shapes.fit(artist, 1.9 * _NODE_WIDTH * column)

    for place, node in graph.nodes.items():
        x, y = plan.units[place]
        box = layout.Box(
            place[0], x - _NODE_WIDTH, y - _NODE_HEIGHT, x + _NODE_WIDTH, y + _NODE_HEIGHT
        )
        if node.kind == "function":
            shapes.draw_box(axes, [box], (0.0, 0.0), None)
            line(x, y, shapes.printable(node.name), shapes.DARK)
        elif node.kind == "unlabelled":
            line(x, y, "not known", shapes.FAINT)
        elif node.kind != "relay":
            names, groups = (
                (input_names, difference.input_groups)
                if node.kind == "inputs"
                else (output_names, difference.output_groups)
            )
            group = groups[place[1]]
            module, line_style = (group.modules[0], "-") if group.found else (None, "--")
            radius = 0.2 * row / column, 0.2
            shapes.draw_box(axes, [box], radius, module, line_style)
            mark, color = ("✓ ", _FOUND) if group.found else ("✗ ", _MISSED)
            lines = _listed([names[unit] for unit in node.members], node.kind, len(group.dead))
            step = 0.5 if len(lines) == 1 else 0.37
            for number, words in enumerate([*lines, mark + group.text]):
                shade = shapes.DARK if number < len(lines) else color
                line(x, y + (number - len(lines) / 2) * step, words, shade)
    shapes.draw_edges(
        axes, graph.edges, plan.units, _NODE_WIDTH,
        lambda sender: shapes.FAINT, linewidths=0.9, zorder=1,
    )  # fmt: skip
    return axes


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
    num_labelled = sum(map(len, (*truth.input_groups, *truth.output_groups)))
    num_ends = analysis.layer_sizes[0] + analysis.layer_sizes[-1]
    return (
        max(3.8, _COLUMN * len(graph.live_units)),
        _ROW * (layout.layered(graph).height + 2) + shapes.HEADER / 72,
        _CAPTION + (_PARTIAL_CAPTION if num_labelled < num_ends else ""),
    )


def _listed(names: list[str], kind: str, num_dead: int) -> list[str]:
    """The members of a group in one line, or in two."""
    if len(names) > _MANY:
        live = f", {len(names) - num_dead} live" if num_dead else ""
        return [f"{len(names)} {kind}{live}", f"{names[0]} … {names[-1]}"]
    if len(names) > _MOST_NAMES:
        first = ", ".join(names[:3])
        return [f"{first if len(first) < _MOST_LETTERS else names[0]} … {names[-1]}"]
    return [", ".join(names)]
