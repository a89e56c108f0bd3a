"""Which pixels of an image each module sees: frames side by side."""

from typing import Any

from nsculpt import text
from nsculpt.report import pixel_views, pixels, shapes

# Inches: what a frame takes with its lines of text, and between two; the tallest image.
_WIDTH, _GAP, _TALLEST = 2.62, 0.25, 2.2

_CAPTION = (
    "Each frame is the input image; dead pixels are white. First, every live pixel has the colour "
    "of its module. Then, for a module that holds pixels, the darker a pixel, the more live edges "
    "leave it; for another, the more of its units the pixel reaches. Live pixels that are not the "
    "module's, or do not reach it, are light grey."
)
_FOREIGN_CAPTION = " A dot marks a pixel of another module with an edge to a unit of this one."
_BORDER_CAPTION = " Dashed lines part the groups that the task declares."


def draw(seen: pixel_views.Views, axes: Any) -> Any:
    """Draws the pixels by module and then what the modules see, each in a frame of its own.

    Of more than 11 modules only the largest are drawn, and a line says how many are left out.

    Args:
      seen: as from `pixel_views.views`.
      axes: matplotlib Axes; their width says how many frames stand side by side.

    Returns:
      The axes; the frames are `axes.child_axes`.

    Source: the arrangement is this package's own.

    Example:
      >>> from matplotlib import figure
      >>> import numpy as np
      >>> from nsculpt import analysis
      >>> found = analysis.analyze([np.eye(2, dtype=bool)])
      >>> axes = draw(pixel_views.views(found, (1, 2)), figure.Figure().subplots())
      >>> len(axes.child_axes)
      3
    """
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    width, height = (side / axes.figure.dpi for side in axes.bbox.size)
    columns = _columns(seen, width)
    rows = -(-_num_frames(seen) // columns)
    left_out = len(seen.titles) - len(shown(seen))
    foot = 1.5 * pixels.LINE / 72 if left_out else 0.0
    step = (width + _GAP) / columns, min((height - foot + _GAP) / rows, _frame_height(seen) + _GAP)
    for number, module in enumerate([None, *shown(seen)]):
        row, column = divmod(number, columns)
        top = 1 - row * step[1] / height
        sides = (step[0] - _GAP) / width, max(step[1] - _GAP, 0.1) / height
        frame = axes.inset_axes((column * step[0] / width, top - sides[1], *sides))
        if module is None:
            pixels.draw_inputs(seen, frame)
        else:
            pixels.draw_module(seen, module, frame)
    if left_out:
        shapes.write(
            axes, 0.0, 0.0, f"and {text.counted(left_out, 'smaller module')}, not drawn",
            fontsize=pixels.TEXT * pixels.LINE, color=shapes.DARK, va="bottom",
        )  # fmt: skip
    return axes


def shown(seen: pixel_views.Views) -> list[int]:
    """Modules that `draw` has room for: the largest, in rising order.

    Example:
      >>> import numpy as np
      >>> from nsculpt import analysis
      >>> shown(pixel_views.views(analysis.analyze([np.eye(2, dtype=bool)]), (1, 2)))
      [0, 1]
    """
    return sorted(seen.by_size[: pixels.MOST_MODULES])


def size(seen: pixel_views.Views, width: float) -> tuple[float, float]:
    """Width and height in inches of all frames, in rows of at most that width.

    Example:
      >>> import numpy as np
      >>> from nsculpt import analysis
      >>> seen = pixel_views.views(analysis.analyze([np.eye(2, dtype=bool)]), (1, 2))
      >>> round(size(seen, 100.0)[0], 2)  # three frames in a row
      8.36
    """
    columns = _columns(seen, width)
    rows = -(-_num_frames(seen) // columns)
    foot = 1.5 * pixels.LINE / 72 if len(seen.titles) > len(shown(seen)) else 0.0
    return (
        columns * (_WIDTH + _GAP) - _GAP,
        rows * (_frame_height(seen) + _GAP) - _GAP + foot,
    )


def caption(seen: pixel_views.Views) -> str:
    """What the frames show, in words.

    Example:
      >>> import numpy as np
      >>> from nsculpt import analysis
      >>> caption(pixel_views.views(analysis.analyze([np.eye(2, dtype=bool)]), (1, 2)))[:29]
      'Each frame is the input image'
    """
    return (
        _CAPTION
        + (_FOREIGN_CAPTION if seen.foreign[shown(seen)].any() else "")
        + (_BORDER_CAPTION if seen.columns or seen.rows else "")
    )


def _num_frames(seen: pixel_views.Views) -> int:
    return 1 + len(shown(seen))


def _columns(seen: pixel_views.Views, width: float) -> int:
    """As many frames side by side as there is room for, in rows that are about as long."""
    most = min(max(int((width + _GAP + 1e-6) / (_WIDTH + _GAP)), 1), _num_frames(seen))
    return -(-_num_frames(seen) // -(-_num_frames(seen) // most))


def _frame_height(seen: pixel_views.Views) -> float:
    rows, columns = seen.modules.shape
    return min(_WIDTH * rows / columns, _TALLEST) + (pixels.ABOVE + pixels.BELOW) * pixels.LINE / 72
