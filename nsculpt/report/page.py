"""A page: rows of panels under a title, with captions, written as SVG and PNG."""

import dataclasses
import os
import pathlib
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib.style
from matplotlib import figure
from matplotlib.backends import backend_agg

from nsculpt import atomic
from nsculpt.report import shapes

_DPI = 150
# Text is not fitted to dots, of which there are many, as that takes as long as drawing it.
_STYLE = {"svg.hashsalt": "nsculpt", "text.hinting": "none"}
# By ending: no dates or versions, so that files repeat; and PNG that is no larger for haste.
_OPTIONS: dict[str, dict[str, Any]] = {
    "svg": {"metadata": {"Date": None}},
    "png": {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": 3}},
}
# Inches: around panels, above them for the title and for headings, and the most that a panel grows
# to.
_PAD, _TOP, _HEAD, _TALLEST = 0.2, 0.4, 0.25, 40.0
# Points: of the title, of headings, of captions.
_TITLE, _HEADING, _CAPTION = 11.0, 9.0, 7.0


@dataclasses.dataclass(frozen=True)
class Panel:
    """One drawing of a page."""

    heading: str
    caption: str
    width: float  # inches
    height: float  # inches it would like; all panels of a row get the same
    draw: Callable[[Any], Any]  # fills the Axes it is given
    below: bool = False  # whether it begins a new row


def compose(panels: Sequence[Panel], title: str) -> figure.Figure:
    """The page as a figure that no window and no pyplot knows of.

    Args:
      panels: one or more, from left to right, row by row.
      title: one line, drawn character by character, cut in the middle where room is short.

    Returns:
      A matplotlib Figure with one Axes a panel.

    Example:
      >>> compose([Panel("Left", "Empty.", 4.0, 2.0, lambda axes: None)], "Page").get_size_inches()
      array([4.4       , 3.17638889])
    """
    rows: list[list[Panel]] = []
    for panel in panels:
        if panel.below or not rows:
            rows.append([])
        rows[-1].append(panel)
    # A letter of the font is about 0.56 of its size wide.
    captions = [
        [textwrap.fill(panel.caption, int(72 * panel.width / (0.56 * _CAPTION))) for panel in row]
        for row in rows
    ]
    feet = [
        1.3 * _CAPTION / 72 * max(1 + caption.count("\n") for caption in of_row)
        for of_row in captions
    ]
    heights = [min(max(panel.height for panel in row), _TALLEST) for row in rows]
    page_width = max(sum(panel.width for panel in row) + _PAD * (len(row) + 1) for row in rows)
    page_height = _TOP + sum(heights) + sum(feet) + len(rows) * (_HEAD + 2 * _PAD)
    page = figure.Figure(figsize=(page_width, page_height), dpi=_DPI)
    backend_agg.FigureCanvasAgg(page)

    def write(x: float, y: float, text: str, width: float, **style: Any) -> None:
        artist = shapes.write(
            page, x / page_width, y / page_height, text, color=shapes.DARK, va="top", **style
        )
        shapes.fit(artist, width * _DPI)

    bold = {"fontsize": _TITLE, "fontweight": "bold"}
    write(_PAD, page_height - 0.12, shapes.printable(title), page_width - 2 * _PAD, **bold)
    top = page_height - _TOP
    for row, of_row, foot, height in zip(rows, captions, feet, heights, strict=True):
        left, bottom = _PAD, top - _HEAD - _PAD - height
        for panel, caption in zip(row, of_row, strict=True):
            write(left, top - 0.05, panel.heading, panel.width, fontsize=_HEADING)
            write(left, bottom - _PAD / 2, caption, panel.width, fontsize=_CAPTION)
            place = (
                left / page_width,
                bottom / page_height,
                panel.width / page_width,
                height / page_height,
            )
            panel.draw(page.add_axes(place))
            left += panel.width + _PAD
        top = bottom - foot - _PAD
    return page


def save(path: str | os.PathLike[str], panels: Sequence[Panel], title: str) -> None:
    """Writes a page as `path.svg` and `path.png` (150 dots an inch, on white).

    Equal pages give equal files. Each file is written under another name and then renamed, so that
    nobody finds half of one. The user's matplotlib settings are neither used nor changed.

    Args:
      path: without an ending; its folder exists.
      panels: as for `compose`.
      title: as for `compose`.
    """
    path = pathlib.Path(path)
    with matplotlib.style.context(["default", _STYLE]):
        page = compose(panels, title)
        for ending, options in _OPTIONS.items():
            target = path.with_name(f"{path.name}.{ending}")
            with atomic.replacing(target) as file:
                page.savefig(file, format=ending, dpi=_DPI, facecolor="white", **options)
