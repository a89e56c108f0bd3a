"""Pictures of a sculpted network, of its modules, and of the structure that its task declares."""

import os
from collections.abc import Sequence

from nsculpt import text
from nsculpt.analysis import result
from nsculpt.report import (
    hierarchy_drawing,
    network_drawing,
    page,
    pixel_frames,
    pixel_views,
    truth_drawing,
)
from nsculpt.tasks import task

# Inches that the frames of an image may take side by side, however narrow the other panels are; and
# the graph of the modules.
_FRAMES, _GRAPH = 8.5, 12.0


def save(
    path: str | os.PathLike[str],
    analysis: result.Analysis,
    truth: task.Truth | None,
    input_names: Sequence[str],
    output_names: Sequence[str],
    title: str,
    image_shape: Sequence[int] | None = None,
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
      image_shape: rows and columns where the inputs are the pixels of an image, row by row.

    Raises:
      InputError: not as many names or pixels as inputs, or names as outputs.

    Source: the arrangement is this package's own.
    """
    page.save(path, panels(analysis, truth, input_names, output_names, image_shape), title)


def panels(
    analysis: result.Analysis,
    truth: task.Truth | None,
    input_names: Sequence[str],
    output_names: Sequence[str],
    image_shape: Sequence[int] | None = None,
) -> list[page.Panel]:
    """The panels of the picture that `save` writes, sized so that text is readable.

    Args:
      analysis: what `nsculpt.analyze` returned.
      truth: what the task declares, or None: then it has no panel.
      input_names: I names.
      output_names: O names.
      image_shape: rows and columns where the inputs are the pixels of an image, row by row; then
        there is a panel of which pixels each module sees.

    Returns:
      One to four panels, for `page.compose`.

    Raises:
      InputError: not as many names or pixels as inputs, or names as outputs.

    Source: the arrangement is this package's own.
    """
    width, height, caption = network_drawing.panel_size(
        analysis, input_names, output_names, image_shape
    )
    shown = [
        page.Panel(
            f"The network: {text.counted(len(analysis.hierarchy), 'module')}",
            caption,
            width,
            height,
            lambda axes: network_drawing.draw_network(
                analysis, axes, input_names, output_names, image_shape
            ),
        )
    ]
    if truth is not None:
        width, height, caption = truth_drawing.panel_size(truth, analysis)
        shown.append(
            page.Panel(
                "What the task declares",
                _scored(analysis) + caption,
                width,
                height,
                lambda axes: truth_drawing.draw_truth(
                    truth, axes, input_names, output_names, analysis
                ),
            )
        )
    above = sum(panel.width for panel in shown)
    if analysis.hierarchy.number_of_edges():
        width, height, caption = hierarchy_drawing.panel_size(analysis.hierarchy)
        share = min(max(above, _GRAPH) / width, 1.0)
        shown.append(
            page.Panel(
                "The modules and who reads whom",
                caption,
                width * share,
                height * share,
                lambda axes: hierarchy_drawing.draw_hierarchy(analysis.hierarchy, axes),
                below=True,
            )
        )
    if image_shape is not None:
        groups = () if truth is None else truth.input_groups
        seen = pixel_views.views(analysis, image_shape, groups)
        width, height = pixel_frames.size(seen, max(above, _FRAMES))
        shown.append(
            page.Panel(
                "Pixels that each module sees",
                pixel_frames.caption(seen),
                width,
                height,
                lambda axes: pixel_frames.draw(seen, axes),
                below=True,
            )
        )
    return shown


def _scored(analysis: result.Analysis) -> str:
    scores = analysis.scores or {}
    marks = [
        f"{part} " + ("✓" if scores[f"{part}_recovered"] else "✗")
        for part in ("inputs", "outputs", "structure")
        if scores.get(f"{part}_recovered") is not None
    ]
    return f"Found: {', '.join(marks)}. " if marks else ""
