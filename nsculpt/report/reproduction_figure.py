"""The figure of a reproduced experiment: rates and alive edges, ours beside the paper's."""

import itertools
import os
import pathlib
import textwrap
from collections.abc import Sequence
from typing import Any

import matplotlib.style
from matplotlib import figure, lines, patches, ticker
from matplotlib.backends import backend_agg

from nsculpt import atomic
from nsculpt.paper import figures, reproduction
from nsculpt.report import reproduction_notes

_DPI = 200
# Inches: a page of a journal is about 7 wide; the most for one group; the least for the legend.
_WIDTH, _ROW_HEIGHT, _HEAD, _SIDE, _GAP = 7.2, 1.35, 0.85, 0.55, 0.12
_WIDEST, _HEAD_WIDTH = 2.2, 5.0
_LABELS = 0.45  # inches below a row of axes
_LINE, _LINE_WIDTH = 0.12, 21  # inches from line to line of small text; letters an inch, about
_SMALL, _TEXT, _TITLE = 6.5, 7.5, 9.0  # points
_PAPER, _PAPER_LINE, _DARK = "#DDDDDD", "#555555", "#222222"
# Colours of Okabe and Ito, for every kind of colour vision; the markers say the same.
_READINGS = {
    "first": ("#0072B2", "o"),
    "mean": ("#009E73", "s"),
    "any": ("#D55E00", "^"),
    "all": ("#CC79A7", "v"),
}
_OFFSETS = (-0.27, -0.09, 0.09, 0.27)  # of the readings, in bars
_HALF = 0.4  # of a bar


def save(path: str | os.PathLike[str], found: reproduction.Reproduction) -> None:
    """Writes the figure as `path.svg` and `path.png` (200 dots an inch, on white).

    Equal results give equal files, each whole or not at all. The user's matplotlib settings are
    neither used nor changed.

    Args:
      path: without an ending; its folder exists.
      found: with one bar or more.
    """
    path = pathlib.Path(path)
    style = {"svg.hashsalt": "nsculpt", "font.size": _TEXT, "axes.linewidth": 0.6}
    with matplotlib.style.context(["default", style]):
        page = draw(found)
        for ending, metadata in (("svg", {"Date": None}), ("png", {"Software": None})):
            with atomic.replacing(path.with_name(f"{path.name}.{ending}")) as file:
                page.savefig(
                    file,
                    format=ending,
                    dpi=_DPI,
                    facecolor="white",
                    metadata=metadata,
                    bbox_inches="tight",
                )


def draw(found: reproduction.Reproduction) -> figure.Figure:
    """The figure: a row of axes for each panel and one for alive edges, a column for each group.

    Args:
      found: with one bar or more.

    Returns:
      A matplotlib Figure that no window and no pyplot knows of.
    """
    panels = {
        panel: list(group)
        for panel, group in itertools.groupby(found.bars, key=lambda each: each.bar.panel)
    }
    groups = list(dict.fromkeys(each.bar.row for bars in panels.values() for each in bars))
    num_rows = len(panels) + 1
    width = min((_WIDTH - _SIDE) / len(groups) - _GAP, _WIDEST)
    page_width = max(_SIDE + len(groups) * (width + _GAP), _HEAD_WIDTH)
    warning = [
        line
        for text in reproduction_notes.departures(found.departures)
        for line in textwrap.wrap(text, int(_LINE_WIDTH * (page_width - _SIDE)))
    ]
    head = _HEAD + _LINE * len(warning)
    height = head + num_rows * (_ROW_HEIGHT + _LABELS)
    page = figure.Figure(figsize=(page_width, height), dpi=_DPI)
    backend_agg.FigureCanvasAgg(page)
    _head(page, found, warning)

    def axes_at(row: int, column: int) -> Any:
        left = _SIDE + column * (width + _GAP)
        bottom = height - head - row * (_ROW_HEIGHT + _LABELS) - _ROW_HEIGHT
        place = (left / page_width, bottom / height, width / page_width, _ROW_HEIGHT / height)
        axes = page.add_axes(place)
        axes.tick_params(labelsize=_SMALL, width=0.6, length=2.5, labelleft=column == 0)
        axes.spines[["top", "right"]].set_visible(False)
        return axes

    for row, (panel, bars) in enumerate(panels.items()):
        for column, group in enumerate(groups):
            mine = [each for each in bars if each.bar.row == group]
            axes = axes_at(row, column)
            _draw_rates(axes, mine)
            if row == 0:
                axes.set_title(_title(mine), fontsize=_TEXT)
            if column == 0:
                axes.set_ylabel(f"share of networks:\n{panel}", fontsize=_TEXT)
    first_panel = next(iter(panels.values()))
    most = max(map(_most_edges, first_panel))
    for column, group in enumerate(groups):
        axes = axes_at(len(panels), column)
        _draw_edges(axes, [each for each in first_panel if each.bar.row == group])
        axes.set_ylim(0, 1.05 * max(most, 1))
        axes.yaxis.set_major_locator(ticker.MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        if column == 0:
            axes.set_ylabel("alive edges,\nleast to greatest", fontsize=_TEXT)
    return page


def _head(page: figure.Figure, found: reproduction.Reproduction, warning: Sequence[str]) -> None:
    """Title, legend and the lines of a warning."""
    page_width, height = page.get_size_inches()
    sizes = sorted({each.comparison.rates["first"]["n"] for each in found.bars})
    papers = sorted({each.paper.n for each in found.bars if each.paper is not None})
    left = _SIDE / page_width
    page.text(
        left, 1 - 0.08 / height, f"{found.experiment}: nsculpt beside the paper", va="top",
        fontsize=_TITLE, fontweight="bold", color=_DARK,
    )  # fmt: skip
    paper = lines.Line2D([], [], color=_PAPER_LINE, linewidth=1.5)
    handles: list[Any] = [
        lines.Line2D([], [], color=colour, marker=marker, markersize=3.5, linewidth=0.7)
        for colour, marker in _READINGS.values()
    ]
    labels = list(_READINGS)
    labels[0] = f"nsculpt (n = {_range(sizes)}, Wilson 95 %): first"
    if papers:
        handles.insert(0, (patches.Patch(facecolor=_PAPER), paper))
        labels.insert(0, f"paper (n = {_range(papers)})")
    page.legend(
        handles, labels, loc="upper left", bbox_to_anchor=(left - 0.008, 1 - 0.24 / height),
        ncols=len(labels), fontsize=_SMALL, frameon=False, handlelength=1.4, columnspacing=1.2,
    )  # fmt: skip
    page.text(left, 1 - 0.5 / height, "\n".join(warning), va="top", fontsize=_SMALL, color=_DARK)


def _title(bars: Sequence[reproduction.BarFound]) -> str:
    """Of a column: what its bars have in common."""
    name = bars[0].bar.row
    title = f"{name} layers" if name.endswith(" hidden") else name.replace("_", " ")
    unpublished = all(each.comparison.paper is None for each in bars)
    return textwrap.fill(title, 18) + ("\n(no rates in the paper)" if unpublished else "")


def _range(sizes: Sequence[int]) -> str:
    return f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"


def _draw_rates(axes: Any, bars: Sequence[reproduction.BarFound]) -> None:
    for x, each in enumerate(bars):
        paper = each.comparison.paper
        if paper is not None:
            axes.bar(x, paper, width=2 * _HALF, color=_PAPER, zorder=1)
            _draw_line(axes, x, paper)
        for offset, (name, (colour, marker)) in zip(_OFFSETS, _READINGS.items(), strict=True):
            rate = each.comparison.rates[name]
            style = {"color": colour, "clip_on": False, "zorder": 3}
            axes.vlines(x + offset, rate["low"], rate["high"], linewidth=0.7, **style)
            axes.plot(x + offset, rate["rate"], marker=marker, markersize=3.0, **style)
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
    _label(axes, [each.bar for each in bars])


def _draw_line(axes: Any, x: int, value: float) -> None:
    """The paper's value across a bar."""
    style = {"color": _PAPER_LINE, "linewidth": 1.5, "clip_on": False, "zorder": 2}
    axes.hlines(value, x - _HALF, x + _HALF, **style)


def _most_edges(found: reproduction.BarFound) -> float:
    edges = found.edges
    published = 0 if edges.published is None else edges.published.greatest
    return max(edges.ours.greatest, published) / max(edges.cells, 1)


def _draw_edges(axes: Any, bars: Sequence[reproduction.BarFound]) -> None:
    colour, marker = _READINGS["first"]
    for x, each in enumerate(bars):
        cells, ours, published = each.edges.cells, each.edges.ours, each.edges.published
        if not cells:
            continue
        if published is not None:
            low, middle, high = (
                value / cells for value in (published.least, published.median, published.greatest)
            )
            axes.bar(x, high - low, bottom=low, width=2 * _HALF, color=_PAPER, zorder=1)
            _draw_line(axes, x, middle)
        axes.vlines(x, ours.least / cells, ours.greatest / cells, color=colour, linewidth=0.7)
        axes.plot(x, ours.median / cells, color=colour, marker=marker, markersize=3.0, zorder=3)
    _label(axes, [each.bar for each in bars])


def _label(axes: Any, bars: Sequence[figures.Bar]) -> None:
    """Names of the bars below the axes; what they share goes below the names."""
    names = [bar.column for bar in bars]
    for shared, title in (("use ", "times used"), (" hidden", "hidden layers")):
        if all(shared in name for name in names):
            names = [name.replace(shared, "") for name in names]
            axes.set_xlabel(title, fontsize=_SMALL, labelpad=1)
    axes.set_xticks(range(len(names)), [name.replace(" ", "\n") for name in names])
    axes.set_xlim(-0.6, len(names) - 0.4)
