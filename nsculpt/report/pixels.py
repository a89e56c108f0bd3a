"""Which pixels of an image a module sees: a heat map over the frame."""

from typing import Any

import numpy as np
from matplotlib import colors, patches

from nsculpt import text
from nsculpt.report import colours, pixel_views, shapes

# Modules that have a number, and a frame of their own: the largest, if there are more.
MOST_MODULES = 11
# Points: a line of text; of that the text, and in lines what stands above the image and below.
LINE = 10.0
TEXT, ABOVE, BELOW = 0.75, 2.4, 1.6
# A pixel that is live, but not of the module; one that is dead.
_LIVE, _DEAD = "#EBEBEB", "#FFFFFF"
# Fewer pixels than this have no room for a number.
_FEW = 6
# Dots on a screen from which pixels are made whole dots wide; steps of the scale below a frame.
_WHOLE, _MOST_SHADES = 3.0, 8


def draw_module(seen: pixel_views.Views, module: int, axes: Any) -> Any:
    """Draws the pixels that one module sees, the darker the more edges or units, as in `Views`.

    Live pixels that it does not see are light grey, dead ones white; a dot marks a pixel of another
    module with an edge to this one.

    Args:
      seen: as from `pixel_views.views`.
      module: its number.
      axes: matplotlib Axes; pixels are squares in them.

    Returns:
      The axes; the only image in the frame is `axes.images[0]`, `[R, C, 3]`.

    Source: the arrangement is this package's own.

    Example:
      >>> from matplotlib import figure
      >>> from nsculpt import analysis
      >>> found = analysis.analyze([np.eye(2, dtype=bool), np.ones((2, 1), bool)])
      >>> axes = draw_module(pixel_views.views(found, (1, 2)), 0, figure.Figure().subplots())
      >>> [text.get_text() for text in axes.texts][1]
      '1 pixel, 0 units'
    """
    counts = seen.counts[module]
    is_seen = counts > 0
    least, most = (counts[is_seen].min(), counts[is_seen].max()) if is_seen.any() else (0, 0)
    shades = ramp(colours.colour(module), int(most - least) + 1)
    cells = _blank(seen)
    cells[is_seen] = shades[counts[is_seen] - least]
    line = _line_height(axes)
    side = _frame(seen, axes, cells, seen.titles[module], line)
    rows, columns = np.nonzero(seen.foreign[module])
    if len(rows):
        axes.scatter(columns, rows, s=(0.5 * side) ** 2, c=shapes.DARK, linewidths=0, zorder=3)
    what = "edges a pixel" if (seen.modules == module).any() else "units reached"
    if most:
        _scale(axes, len(seen.modules), shades, (f"{what}: {least}", f"{most}"), line / side, line)
    return axes


def draw_inputs(seen: pixel_views.Views, axes: Any) -> Any:
    """Draws each pixel in the colour of the module that holds it; dead pixels are white.

    Colours take turns, so the largest modules have their numbers on one of their pixels.

    Args:
      seen: as from `pixel_views.views`.
      axes: matplotlib Axes.

    Returns:
      The axes; the image is `axes.images[0]`, `[R, C, 3]`.

    Source: the arrangement is this package's own.

    Example:
      >>> from matplotlib import figure
      >>> from nsculpt import analysis
      >>> found = analysis.analyze([np.eye(2, dtype=bool)])
      >>> axes = draw_inputs(pixel_views.views(found, (1, 2)), figure.Figure().subplots())
      >>> axes.texts[1].get_text()
      '2 of 2 pixels live, in 2 modules'
    """
    cells = _blank(seen)
    held = np.unique(seen.modules[seen.modules >= 0]).tolist()
    for module in held:
        cells[seen.modules == module] = colors.to_rgb(colours.colour(module))
    live = int((seen.modules >= 0).sum())
    modules = text.counted(len(held), "module")
    title = f"pixels by module\n{live} of {seen.modules.size} pixels live, in {modules}"
    line = _line_height(axes)
    _number(seen, axes, line, line / _frame(seen, axes, cells, title, line))
    return axes


def ramp(colour: str, steps: int) -> np.ndarray:
    """Shades of a colour, each darker than the one before.

    Returns:
      `[steps, 3]` in [0, 1]: for one step the colour itself; else from a tint of it, for two steps
      to the colour and for five or more through it to a dark shade.

    Example:
      >>> ramp("#0000ff", 5).round(2).tolist()[::2]
      [[0.5, 0.5, 1.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.45]]
    """
    middle = np.array(colors.to_rgb(colour))
    ends = np.stack([0.5 + 0.5 * middle, middle, 0.45 * middle])
    # As dark as tells the steps apart, since the darkest shades have little of the colour.
    at = np.linspace(0.0, min(1.0 + (steps - 2) / 3, 2.0), steps) if steps > 1 else np.ones(1)
    return np.stack([np.interp(at, range(3), channel) for channel in ends.T], axis=-1)


def _blank(seen: pixel_views.Views) -> np.ndarray:
    """An image `[R, C, 3]` of live and dead pixels alone."""
    is_live = (seen.modules >= 0)[..., None]
    return np.where(is_live, colors.to_rgb(_LIVE), colors.to_rgb(_DEAD))


def _line_height(axes: Any) -> float:
    """Points of a line of text in a frame: text takes at most half of the height."""
    height = axes.bbox.height * 72 / axes.figure.dpi
    return min(LINE, 0.5 * height / (ABOVE + BELOW))


def _frame(seen: pixel_views.Views, axes: Any, cells: np.ndarray, title: str, line: float) -> float:
    """Draws the image, its border and its title; returns how many points a pixel takes."""
    axes.set_axis_off()
    (rows, columns), dpi = seen.modules.shape, axes.figure.dpi
    above, below = ABOVE * line * dpi / 72, BELOW * line * dpi / 72
    width, height = axes.bbox.size
    side = max(min(width / columns, (height - above - below) / rows), 0.1)
    if side > _WHOLE:
        side = float(int(side))  # all pixels of one size on a screen
    axes.imshow(
        cells, extent=(-0.5, columns - 0.5, rows - 0.5, -0.5), aspect="auto", interpolation="none"
    )
    top = -0.5 - above / side
    axes.set_xlim(-0.5, width / side - 0.5)
    axes.set_ylim(top + height / side, top)
    axes.add_patch(
        patches.Rectangle(
            (-0.5, -0.5), columns, rows, edgecolor=shapes.DARK, facecolor="none", linewidth=0.7,
            zorder=3, clip_on=False,
        )
    )  # fmt: skip
    for borders, draw, end in (
        (seen.columns, axes.vlines, rows),
        (seen.rows, axes.hlines, columns),
    ):
        if borders:
            draw(
                [at - 0.5 for at in borders], -0.5, end - 0.5, colors=shapes.DARK, linewidth=0.7,
                linestyle=(0, (4, 3)), zorder=3,
            )  # fmt: skip
    for number, words in enumerate(title.split("\n")):
        y = -0.5 - (2.1 - number) * line * dpi / 72 / side
        artist = shapes.write(
            axes, -0.5, y, words, fontsize=TEXT * line, color=shapes.DARK, va="top",
            fontweight="normal" if number else "bold",
        )  # fmt: skip
        shapes.fit(artist, width)
    return side * 72 / dpi


def _scale(
    axes: Any, rows: int, shades: np.ndarray, ends: tuple[str, str], line: float, points: float
) -> None:
    """Says below the image what the shades stand for, in a line of so many pixels, or points."""
    y = rows - 0.5 + 0.75 * line
    style = {"fontsize": TEXT * points, "color": shapes.DARK, "va": "center_baseline"}
    artist = shapes.write(axes, -0.5, y, ends[0], **style)
    x = axes.transData.inverted().transform((artist.get_window_extent().x1, 0))[0] + 0.4 * line
    end = x + min(len(shades), _MOST_SHADES) * 0.7 * line
    axes.imshow(
        shades[None], extent=(x, end, y + 0.35 * line, y - 0.35 * line), aspect="auto",
        interpolation="none", zorder=3,
    )  # fmt: skip
    if len(shades) > 1:
        shapes.write(axes, end + 0.4 * line, y, ends[1], **style)


def _number(seen: pixel_views.Views, axes: Any, points: float, line: float) -> None:
    """Writes numbers on the largest modules, each on a pixel of its own, where there is room.

    A line of text takes so many points, or pixels of the image.
    """
    rows, columns = seen.modules.shape
    taken = np.empty((0, 4))
    for module in seen.by_size[:MOST_MODULES]:
        at = np.argwhere(seen.modules == module).astype(float)
        if len(at) < _FEW:
            continue
        half = np.array([0.65, 0.35 * len(str(module)) + 0.25]) * TEXT * line
        distance = np.abs(at - np.median(at, axis=0)).sum(axis=1)
        for y, x in at[np.argsort(distance, kind="stable")].tolist():
            box = np.array([y - half[0], y + half[0], x - half[1], x + half[1]])
            inside = min(box[0], box[2]) > -0.5 and max(box[1] - rows, box[3] - columns) < -0.5
            apart = (taken[:, 0] > box[1]) | (taken[:, 1] < box[0])
            apart |= (taken[:, 2] > box[3]) | (taken[:, 3] < box[2])
            if inside and apart.all():
                taken = np.vstack([taken, box])
                shapes.write_module(axes, x, y, module, TEXT * points, "center")
                break
