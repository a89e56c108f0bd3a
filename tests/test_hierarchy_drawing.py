"""The module graph drawn into Axes: each module and each edge once, apart, within the canvas."""

import itertools
import re

import hypothesis
import numpy as np
import pytest
from matplotlib import colors

from nsculpt import analysis
from nsculpt.report import colours, drawing, hierarchy_drawing, page
from tests import test_drawing, test_layout


def drawn(found: analysis.Analysis):
    width, height, _ = hierarchy_drawing.panel_size(found.hierarchy)
    axes = test_drawing.axes_of(width, height)
    assert hierarchy_drawing.draw_hierarchy(found.hierarchy, axes) is axes
    return axes


def check(found: analysis.Analysis) -> None:
    graph = found.hierarchy
    axes = drawn(found)
    shown = [text.get_text() for text in axes.texts]
    heads = [line for line in shown if line.startswith("module ")]
    assert sorted(heads) == sorted(f"module {module}" for module in graph)
    for module, node in graph.nodes.items():
        assert shown[shown.index(f"module {module}") + 1] == ", ".join(node["kinds"])
    # Lines and heads: an edge ends once, in an arrow head.
    lines, heads = axes.collections
    assert len(heads.get_paths()) == graph.number_of_edges()
    assert len(lines.get_paths()) >= graph.number_of_edges()
    counts = sorted(int(line) for line in shown if line.isdigit())
    assert not set(counts) - {weight for *_, weight in graph.edges.data("weight")}

    boxes = [patch.get_extents() for patch in axes.patches]
    assert len(boxes) == len(graph)
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    test_drawing.check_inside(axes.figure)
    for text in axes.texts:
        if not text.get_text().isdigit():
            extent = text.get_window_extent()
            holders = [box for box in boxes if box.x0 <= extent.x0 <= extent.x1 <= box.x1
                       and box.y0 <= extent.y0 <= extent.y1 <= box.y1]  # fmt: skip
            assert len(holders) == 1, text.get_text()


@hypothesis.given(test_layout.networks().filter(lambda found: len(found.hierarchy) < 12))
@hypothesis.settings(deadline=None, max_examples=15)
def test_any_hierarchy(found: analysis.Analysis) -> None:
    check(found)


def test_by_hand() -> None:
    # Two inputs to a hidden unit that two outputs read, each a module of its own.
    found = analysis.analyze([[[1], [1]], [[1, 1]]], merge_threshold=1.0)
    check(found)
    axes = drawn(found)
    assert [text.get_text() for text in axes.texts] == [
        "2", "1", "1",
        "module 0", "input-separable", "2 inputs",
        "module 1", "reused, intermediate", "1 hidden",
        "module 2", "output", "1 output",
        "module 3", "output", "1 output",
    ]  # fmt: skip
    lefts = [patch.get_extents().x0 for patch in axes.patches]
    assert lefts[0] < lefts[1] < lefts[2] == lefts[3]
    for module, patch in enumerate(axes.patches):
        assert colors.same_color(patch.get_edgecolor(), colours.colour(module))


def test_many_modules_share_a_box_and_many_levels_a_line() -> None:
    wide = drawn(analysis.analyze([np.eye(60)]))
    assert len(wide.patches) == 12
    assert "49 further modules" in [text.get_text() for text in wide.texts]
    chain = drawn(analysis.analyze([np.eye(1)] * 70, merge_threshold=1.0))
    assert [text.get_text() for text in chain.texts] == ["Too many levels to be drawn here."]
    test_drawing.check_inside(chain.figure)


@pytest.mark.parametrize("levels", [2, 9, 20])
def test_it_is_a_panel_of_the_page_where_modules_read_modules(levels: int) -> None:
    found = analysis.analyze([np.eye(1)] * levels, merge_threshold=1.0)
    panels = drawing.panels(found, None, "a", "y")
    assert [panel.below for panel in panels] == [False, True]
    whole = page.compose(panels, "title")
    test_drawing.check_inside(whole)
    shown = [text.get_text() for text in whole.axes[1].texts]
    assert [line for line in shown if re.fullmatch(r"module \d+", line)] == [
        f"module {module}" for module in range(levels + 1)
    ]
    assert whole.axes[1].bbox.width / 150 <= max(12.0, panels[0].width)
    apart = analysis.analyze([np.eye(2)])
    assert len(drawing.panels(apart, None, "ab", "yz")) == 1
