"""Pictures of a sculpted network and, beside it, of the structure that its task declares."""

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from nsculpt import errors
from nsculpt.analysis import result
from nsculpt.report import layout, page, shapes, truth_graph
from nsculpt.scores import difference as difference_lib
from nsculpt.tasks import task

# Inches: between units and between layers; the same for the truth.
_ROW, _COLUMN, _TRUTH_ROW, _TRUTH_COLUMN = 0.27, 1.35, 0.55, 1.7
_TEXT = 8.0  # points
_FOUND, _MISSED = "#00664B", "#A33F00"
# Names take at most this share of the width of the axes on either side.
_NAMES = 0.22
# Half the width of a node of the truth, in columns, and half its height, in rows.
_NODE_WIDTH, _NODE_HEIGHT = 0.38, 0.6

_CAPTION = (
    "Dots are live units, lines are live edges, from the inputs on the left to the outputs on the "
    "right. Each box is a module with its number; a line has the colour of the module it leaves."
)
_DEAD_CAPTION = " Grey rings are inputs that the network does not use."
_TRUTH_CAPTION = (
    "✓ and a module's colour: the group is all that this module holds of the inputs (outputs). "
    "✗: it is not, with the reason."
)
_PARTIAL_CAPTION = " What the task does not label is left out."


def draw_network(
    analysis: result.Analysis, axes: Any, input_names: Sequence[str], output_names: Sequence[str]
) -> Any:
    """Draws a network from left to right, its modules as numbered boxes.

    Args:
      analysis: what `nsculpt.analyze` returned.
      axes: matplotlib Axes; their size decides that of the text.
      input_names: I names, drawn character by character, cut in the middle where room is short.
      output_names: O names.

    Returns:
      The axes.

    Raises:
      InputError: not as many names as inputs or outputs.

    Source: modules of section 5.3; `layout.layered` says where things stand.

    Example:
      >>> from matplotlib import figure
      >>> from nsculpt import analysis
      >>> found = analysis.analyze([np.ones((2, 2), bool), np.ones((2, 1), bool)])
      >>> axes = draw_network(found, figure.Figure().subplots(), ["a", "$b"], ["a xor b"])
      >>> [text.get_text() for text in axes.texts][:3]
      ['a', '$b', 'a xor b']
    """
    input_names, output_names = _checked(analysis, input_names, output_names)
    plan = layout.layered(analysis)
    last = len(analysis.layer_sizes) - 1
    row = shapes.scale_rows(axes, plan.height, layout.MARGIN + 0.3, most=1.6 * _ROW)
    points = min(_TEXT, 0.62 * row * 72 / axes.figure.dpi)

    sides: list[list[Any]] = []
    for layer, align, names in ((0, "right", input_names), (last, "left", output_names)):
        live = {unit: at for (i, unit), at in plan.units.items() if i == layer}
        dead = {} if layer else plan.dead_inputs
        style = {"fontsize": points, "ha": align, "va": "center"}
        sides.append(
            [
                shapes.write(
                    axes,
                    *at,
                    names[unit],
                    color=shapes.FAINT if unit in dead else shapes.DARK,
                    **style,
                )
                for unit, at in sorted((live | dead).items())
            ]
        )
    column = shapes.scale_columns(axes, last, sides[0], sides[1], share=_NAMES)
    for layer, (size, units) in enumerate(
        zip(analysis.layer_sizes, analysis.live_units, strict=True)
    ):
        name = {0: "inputs", last: "outputs"}.get(layer, f"hidden {layer}")
        shapes.head(axes, layer, -layout.MARGIN - 0.3, column, f"{name}\n{len(units)} of {size}")

    for module, boxes in plan.boxes.items():
        shapes.draw_box(axes, boxes, (0.3 * row / column, 0.3), module)
        shapes.write(
            axes, boxes[0].left, boxes[0].top, str(module), ha="left", va="center", zorder=4,
            fontsize=0.8 * points, color=shapes.DARK,
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "linewidth": 0.7,
                  "edgecolor": shapes.colour(module)},
        )  # fmt: skip
    module_of = {
        (layer, int(unit)): int(module)
        for layer, units in enumerate(analysis.live_units)
        for unit, module in zip(units, analysis.modules[layer], strict=True)
    }
    shapes.draw_edges(
        axes, analysis.edges, plan.units, layout.HALF_WIDTH,
        lambda sender: shapes.colour(module_of[sender]), linewidths=0.11 * points, zorder=2.5,
    )  # fmt: skip
    dot = {"s": (0.75 * points) ** 2, "zorder": 3}
    at = np.array(list(plan.units.values()))
    shade = [shapes.colour(module_of[unit]) for unit in plan.units]
    axes.scatter(*at.T, c=shade, edgecolors="white", linewidths=0.06 * points, **dot)
    if plan.dead_inputs:
        at = np.array(list(plan.dead_inputs.values()))
        axes.scatter(*at.T, c="none", edgecolors=shapes.FAINT, linewidths=0.08 * points, **dot)
    return axes


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
      >>> from matplotlib import figure
      >>> from nsculpt import analysis
      >>> found = analysis.analyze([np.ones((2, 2), bool), np.ones((2, 1), bool)])
      >>> truth = task.Truth(((0,), (1,)), ((0,),), None)
      >>> axes = draw_truth(truth, figure.Figure().subplots(), "ab", ["f"], found)
      >>> [text.get_text() for text in axes.texts][:4]
      ['input groups', 'output groups', 'a', '✗ within module 0']
    """
    input_names, output_names = _checked(analysis, input_names, output_names)
    difference = difference_lib.difference(analysis, truth)
    graph = truth_graph.build(truth)
    plan = layout.layered(graph)
    last = len(graph.live_units) - 1
    row = shapes.scale_rows(axes, plan.height, _NODE_HEIGHT + 0.15, most=_TRUTH_ROW)
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
            line(x, y - 0.25, _listed([names[unit] for unit in node.members]), shapes.DARK)
            mark, color = ("✓ ", _FOUND) if group.found else ("✗ ", _MISSED)
            line(x, y + 0.25, mark + group.text, color)
    shapes.draw_edges(
        axes, graph.edges, plan.units, _NODE_WIDTH,
        lambda sender: shapes.FAINT, linewidths=0.9, zorder=1,
    )  # fmt: skip
    return axes


def save(
    path: str | os.PathLike[str],
    analysis: result.Analysis,
    truth: task.Truth | None,
    input_names: Sequence[str],
    output_names: Sequence[str],
    title: str,
) -> None:
    """Writes the picture of a network, and of the truth where there is one, as SVG and PNG.

    Equal arguments give equal files; see `page.save`.

    Args:
      path: of the files, without their endings `.svg` and `.png`; the folder exists.
      analysis: what `nsculpt.analyze` returned.
      truth: what the task declares, or None: then the network stands alone.
      input_names: I names.
      output_names: O names.
      title: one line, drawn character by character.

    Raises:
      InputError: not as many names as inputs or outputs.

    Source: the arrangement is this package's own.
    """
    page.save(path, panels(analysis, truth, input_names, output_names), title)


def panels(
    analysis: result.Analysis,
    truth: task.Truth | None,
    input_names: Sequence[str],
    output_names: Sequence[str],
) -> list[page.Panel]:
    """The panels of the picture that `save` writes, sized so that text is readable.

    Args:
      analysis: what `nsculpt.analyze` returned.
      truth: what the task declares, or None: then there is but one panel.
      input_names: I names.
      output_names: O names.

    Returns:
      One or two panels, for `page.compose`.

    Source: the arrangement is this package's own.
    """
    plan = layout.layered(analysis)
    names = sum(min(max(0.08 * max(map(len, n)), 0.4), 1.6) for n in (input_names, output_names))
    network = page.Panel(
        f"The network: {len(plan.boxes)} module" + ("s" if len(plan.boxes) > 1 else ""),
        _CAPTION + (_DEAD_CAPTION if plan.dead_inputs else ""),
        max(4.5, 0.3 + names + _COLUMN * (len(analysis.layer_sizes) - 1)),
        _ROW * (plan.height + 2) + shapes.HEADER / 72,
        lambda axes: draw_network(analysis, axes, input_names, output_names),
    )
    if truth is None:
        return [network]
    graph = truth_graph.build(truth)
    num_labelled = sum(map(len, (*truth.input_groups, *truth.output_groups)))
    num_ends = analysis.layer_sizes[0] + analysis.layer_sizes[-1]
    declared = page.Panel(
        "What the task declares" + _scored(analysis),
        _TRUTH_CAPTION + (_PARTIAL_CAPTION if num_labelled < num_ends else ""),
        max(3.8, _TRUTH_COLUMN * len(graph.live_units)),
        _TRUTH_ROW * (layout.layered(graph).height + 2) + shapes.HEADER / 72,
        lambda axes: draw_truth(truth, axes, input_names, output_names, analysis),
    )
    return [network, declared]


def _scored(analysis: result.Analysis) -> str:
    scores = analysis.scores or {}
    marks = [
        f"{part} " + ("✓" if scores[f"{part}_recovered"] else "✗")
        for part in ("inputs", "outputs", "structure")
        if scores.get(f"{part}_recovered") is not None
    ]
    return f"   (found: {', '.join(marks)})" if marks else ""


def _checked(analysis: result.Analysis, *names: Sequence[str]) -> list[list[str]]:
    """Input and output names, as many as there are, in a form that can be drawn."""
    sizes = analysis.layer_sizes[0], analysis.layer_sizes[-1]
    for kind, of_kind, size in zip(("input", "output"), names, sizes, strict=True):
        if len(of_kind) != size:
            raise errors.InputError(
                f"{kind}_names: {len(of_kind)} names for {size} {kind}s; expected one each"
            )
    return [[shapes.printable(name) for name in of_kind] for of_kind in names]


def _listed(names: list[str]) -> str:
    if len(names) > 5:
        return ", ".join(names[:3]) + f" … {names[-1]}"
    return ", ".join(names)
