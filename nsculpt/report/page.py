"""A page: panels side by side under a title, with captions, written as SVG and PNG."""

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
# Inches: around panels, above them for title and headings, and the most that a panel grows to.
_PAD, _TOP, _TALLEST = 0.2, 0.65, 40.0
# Points: of the title, of headings, of captions.
_TITLE, _HEADING, _CAPTION = 11.0, 9.0, 7.0


@dataclasses.dataclass(frozen=True)
class Panel:
    """One drawing of a page."""

    heading: str
    caption: str
    width: float  # inches
    height: float  # inches it would like; all panels of a page get the same
    draw: Callable[[Any], Any]  # fills the Axes it is given


def compose(panels: Sequence[Panel], title: str) -> figure.Figure:
    """The page as a figure that no window and no pyplot knows of.

    Args:
      panels: one or more, from left to right.
      title: one line, drawn character by character, cut in the middle where room is short.

    Returns:
      A matplotlib Figure with one Axes a panel.

    Example:
      >>> compose([Panel("Left", "Empty.", 4.0, 2.0, lambda axes: None)], "Page").get_size_inches()
      array([4.4       , 3.17638889])
    """
    # A letter of the font is about 0.56 of its size wide.
    captions = [
        textwrap.fill(panel.caption, int(72 * panel.width / (0.56 * _CAPTION))) for panel in panels
    ]
    foot = 1.3 * _CAPTION / 72 * max(1 + caption.count("\n") for caption in captions)
    height = min(max(panel.height for panel in panels), _TALLEST)
    page_width = sum(panel.width for panel in panels) + _PAD * (len(panels) + 1)
    page_height = _TOP + height + foot + 2 * _PAD
    page = figure.Figure(figsize=(page_width, page_height), dpi=_DPI)
    backend_agg.FigureCanvasAgg(page)

    def write(x: float, y: float, text: str, width: float, **style: Any) -> None:
        artist = shapes.write(
            page, x / page_width, y / page_height, text, color=shapes.DARK, va="top", **style
        )
        shapes.fit(artist, width * _DPI)

    bold = {"fontsize": _TITLE, "fontweight": "bold"}
    write(_PAD, page_height - 0.12, shapes.printable(title), page_width - 2 * _PAD, **bold)
    left = _PAD
    for panel, caption in zip(panels, captions, strict=True):
        write(left, page_height - _TOP + 0.2, panel.heading, panel.width, fontsize=_HEADING)
        write(left, foot + _PAD / 2, caption, panel.width, fontsize=_CAPTION)
        place = (
            left / page_width,
            (foot + _PAD) / page_height,
            panel.width / page_width,
            height / page_height,
        )
        panel.draw(page.add_axes(place))
        left += panel.width + _PAD
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
    with matplotlib.style.context(["default", {"svg.hashsalt": "nsculpt"}]):
        page = compose(panels, title)
        for ending, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
            target = path.with_name(f"{path.name}.{ending}")
            with atomic.replacing(target) as file:
                page.savefig(file, format=ending, dpi=_DPI, facecolor="white", metadata=metadata)
