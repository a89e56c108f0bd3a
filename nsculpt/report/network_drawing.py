"""A network drawn from left to right, its modules as numbered boxes."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nsculpt import errors, text
from nsculpt.analysis import result
from nsculpt.report import bundles, colours, layout, pixel_views, shapes

# Inches: between units and between layers; what many rows are kept to, as long as they are no
# closer than this.
_ROW, _COLUMN = 0.27, 1.35
_HIGH, _CLOSEST_ROW = 8.0, 0.17
# Points: of text, of a line for one edge, of what each further edge adds at most, and of the
# thickest line.
_TEXT, _THINNEST, _STEP, _THICKEST = 8.0, 0.88, 0.5, 6.0
# Names take at most this share of the width of the axes on either side, numbers of folded layers
# this; and inches a letter of these.
_NAMES, _NUMBERS, _LETTER = 0.22, 0.3, 0.066

_CAPTION = (
    "Dots are live units, lines live edges, in the colour of the module they leave. Each box is a "
    "module with its number."
)
_DEAD_CAPTION = " Grey rings are inputs that the network does not use."
_BUNDLE_CAPTION = (
    " A square, or a number in a box, stands for so many units; the thicker a line, the more edges "
    "it stands for, up to {}."
)


class _Plan:
    """What is drawn of a network, and where."""

    def __init__(
        self,
        analysis: result.Analysis,
        input_names: Sequence[str],
        output_names: Sequence[str],
        image_shape: Sequence[int] | None,
    ):
        self.names = checked_names(analysis, input_names, output_names)
        if image_shape is not None:
            pixel_views.check_shape(image_shape, analysis.layer_sizes[0])
        self.folded = bundles.fold(analysis, fold_inputs=image_shape is not None)
        self.layout = layout.layered(self.folded)
        self.last = len(analysis.layer_sizes) - 1
        self.inputs = "input" if image_shape is None else "pixel"

    @property
    def share(self) -> float:
        """Of the width, what texts on either side may take."""
        has_numbers = self.folded.is_folded[0] or self.folded.is_folded[-1]
        return _NUMBERS if has_numbers else _NAMES

    def is_square(self, place: tuple[int, int]) -> bool:
        """Whether a bundle stands there whose number and module are written beside it."""
        return self.folded.is_folded[place[0]] and place[0] in (0, self.last)

    def label(self, place: tuple[int, int]) -> str:
        """What stands beside a place of the first or the last layer."""
        side = 0 if place[0] == 0 else 1
        if place not in self.folded.bundles:  # a dead input
            return self.names[side][place[1]]
        bundle = self.folded.bundles[place]
        if not self.folded.is_folded[place[0]]:
            return self.names[side][bundle.units[0]]
        count = text.counted(len(bundle.units), "output" if side else self.inputs)
        if len(bundle.modules) > 1:
            return f"{len(bundle.modules)} further modules: {count}"
        return f"module {bundle.modules[0]}: {count}"

    def shade(self, place: tuple[int, int]) -> str:
        modules = self.folded.bundles[place].modules
        return colours.colour(modules[0] if len(modules) == 1 else -1)

    def side(self, layer: int) -> list[tuple[tuple[int, int], tuple[float, float]]]:
        """The places of a layer with their positions, dead inputs included."""
        taken = [each for each in self.layout.units.items() if each[0][0] == layer]
        if layer == 0:
            taken += [((0, place), at) for place, at in self.layout.dead_inputs.items()]
        return sorted(taken)


def draw_network(
    analysis: result.Analysis,
    axes: Any,
    input_names: Sequence[str],
    output_names: Sequence[str],
    image_shape: Sequence[int] | None = None,
) -> Any:
    """Draws a network from left to right, its modules as numbered boxes.

    Of a layer of more than 60 live units, and of the pixels of an image, only the number is drawn
    for each module, and lines to and from it are the thicker the more edges they stand for.

    Args:
      analysis: what `nsculpt.analyze` returned.
      axes: matplotlib Axes; their size decides that of the text.
      input_names: I names, drawn character by character, cut in the middle where room is short.
      output_names: O names.
      image_shape: rows and columns where the inputs are the pixels of an image.

    Returns:
      The axes.

    Raises:
      InputError: not as many names or pixels as inputs, or names as outputs.

    Source: modules of section 5.3; `layout.layered` says where things stand.

    Example:
      >>> from matplotlib import figure
      >>> from nsculpt import analysis
      >>> found = analysis.analyze([np.ones((2, 2), bool), np.ones((2, 1), bool)])
      >>> axes = draw_network(found, figure.Figure().subplots(), ["a", "$b"], ["a xor b"])
      >>> [text.get_text() for text in axes.texts][:3]
      ['a', '$b', 'a xor b']
    """
    plan = _Plan(analysis, input_names, output_names, image_shape)
    row = shapes.scale_rows(axes, plan.layout.height, layout.MARGIN + 0.3, most=1.6 * _ROW)
    points = min(_TEXT, 0.62 * row * 72 / axes.figure.dpi)
    sides = [
        [
            shapes.write(
                axes, *at, plan.label(place), fontsize=points, ha=align, va="center",
                color=shapes.DARK if place in plan.folded.bundles else shapes.FAINT,
            )
            for place, at in plan.side(layer)
        ]
        for layer, align in ((0, "right"), (plan.last, "left"))
    ]  # fmt: skip
    column = shapes.scale_columns(axes, plan.last, sides[0], sides[1], share=plan.share)
    for layer, (size, units) in enumerate(
        zip(analysis.layer_sizes, analysis.live_units, strict=True)
    ):
        name = {0: f"{plan.inputs}s", plan.last: "outputs"}.get(layer, f"hidden {layer}")
        shapes.head(axes, layer, -layout.MARGIN - 0.3, column, f"{name}\n{len(units)} of {size}")
    _draw_boxes(plan, axes, (0.3 * row / column, 0.3), points)
    shapes.draw_edges(
        axes, plan.folded.edges, plan.layout.units, layout.HALF_WIDTH, plan.shade,
        linewidths=_line_widths(plan.folded, points), zorder=2.5,
    )  # fmt: skip
    _draw_places(plan, axes, points)
    return axes


def _draw_boxes(plan: _Plan, axes: Any, radius: tuple[float, float], points: float) -> None:
    for strand, boxes in plan.layout.boxes.items():
        modules = plan.folded.strands[strand]
        if len(modules) > 1:
            shapes.draw_box(axes, boxes, radius, None, "--")
            continue
        shapes.draw_box(axes, boxes, radius, modules[0])
        if not plan.is_square((boxes[0].layer, 0)):
            shapes.write_module(axes, boxes[0].left, boxes[0].top, modules[0], 0.8 * points, "left")


def _draw_places(plan: _Plan, axes: Any, points: float) -> None:
    """Dots, rings, squares, and numbers in boxes."""
    size = (0.75 * points) ** 2
    single = [place for place in plan.layout.units if not plan.folded.is_folded[place[0]]]
    squares = [place for place in plan.layout.units if plan.is_square(place)]
    for places, marker in ((single, "o"), (squares, "s")):
        if places:
            at = np.array([plan.layout.units[place] for place in places])
            axes.scatter(
                *at.T, s=size, c=[plan.shade(place) for place in places], marker=marker,
                edgecolors="white", linewidths=0.06 * points, zorder=3,
            )  # fmt: skip
    for place, position in plan.layout.units.items():
        if plan.folded.is_folded[place[0]] and not plan.is_square(place):
            shapes.write(
                axes, *position, str(len(plan.folded.bundles[place].units)), ha="center",
                va="center", zorder=3, fontsize=0.9 * points, color=shapes.DARK,
                bbox={"boxstyle": "square,pad=0.2", "facecolor": "white", "linewidth": 0.9,
                      "edgecolor": plan.shade(place)},
            )  # fmt: skip
    if plan.layout.dead_inputs:
        at = np.array(list(plan.layout.dead_inputs.values()))
        axes.scatter(
            *at.T, s=size, c="none", edgecolors=shapes.FAINT, linewidths=0.08 * points, zorder=3
        )


def _line_widths(folded: bundles.Folded, points: float) -> list[float]:
    """Of all lines, as `shapes.draw_edges` draws them: even steps from one edge to the most."""
    counts = np.concatenate([count[count > 0] for count in folded.counts])
    step = min(_STEP, (_THICKEST - _THINNEST) / max(int(counts.max()) - 1, 1))
    return ((_THINNEST + step * (counts - 1)) * points / _TEXT).tolist()


def panel_size(
    analysis: result.Analysis,
    input_names: Sequence[str],
    output_names: Sequence[str],
    image_shape: Sequence[int] | None,
) -> tuple[float, float, str]:
    """Width and height in inches in which all is readable, and a caption.

    Args and Raises: as for `draw_network`.

    Example:
      >>> from nsculpt import analysis
      >>> found = analysis.analyze([np.ones((2, 1), bool)])
      >>> panel_size(found, "ab", "y", None)[0]
      4.5
    """
    plan = _Plan(analysis, input_names, output_names, image_shape)
    longest = [
        max(len(plan.label(place)) for place, _ in plan.side(layer)) for layer in (0, plan.last)
    ]
    names = sum(min(max(0.08 * length, 0.4), 1.6) for length in longest)
    numbers = max(n * plan.folded.is_folded[end] for n, end in zip(longest, (0, -1), strict=True))
    rows = plan.layout.height + 2
    caption = _CAPTION + (_DEAD_CAPTION if plan.layout.dead_inputs else "")
    if any(plan.folded.is_folded):
        caption += _BUNDLE_CAPTION.format(max(int(count.max()) for count in plan.folded.counts))
    return (
        max(4.5, 0.3 + names + _COLUMN * plan.last, (0.2 + _LETTER * numbers) / _NUMBERS),
        min(_ROW * rows, max(_HIGH, _CLOSEST_ROW * rows)) + shapes.HEADER / 72,
        caption,
    )


def checked_names(analysis: result.Analysis, *names: Sequence[str]) -> list[list[str]]:
    """Input and output names in a form that can be drawn.

    Raises:
      InputError: not as many as there are inputs or outputs.

    Example:
      >>> from nsculpt import analysis
      >>> checked_names(analysis.analyze([np.ones((2, 1), bool)]), ["a", "b"], ["c\td"])
      [['a', 'b'], ['c d']]
    """
    sizes = analysis.layer_sizes[0], analysis.layer_sizes[-1]
    for kind, of_kind, size in zip(("input", "output"), names, sizes, strict=True):
        if len(of_kind) != size:
            raise errors.InputError(
                f"{kind}_names: {len(of_kind)} names for {size} {kind}s; expected one each"
            )
    return [[shapes.printable(name) for name in of_kind] for of_kind in names]
