"""Colours of modules: told apart, seen on any page, the same wherever a module is drawn."""

import re

import pytest
from matplotlib import colors

from nsculpt import analysis
from nsculpt.report import colours, module_picture, network_drawing
from tests import test_drawing, test_notebook


def test_six_colours_take_turns_and_grey_stands_for_no_module() -> None:
    shades = {colours.colour(module) for module in range(6)}
    assert len(shades) == 6
    assert colours.colour(-1) == colours.GREY not in shades
    assert [colours.colour(module) for module in range(6, 12)] == [
        colours.colour(module) for module in range(6)
    ]


@pytest.mark.parametrize("module", range(-1, 6))
def test_text_stands_out_from_a_box(module: int) -> None:
    # Black on the filling, on paper; and on pages, where the filling is a thin veil over them.
    assert test_notebook.contrast("#333333", colours.light(module)) > 9
    for page, ink in (("#FFFFFF", "#1A1A1A"), ("#1E1E1E", "#E8E8E8")):
        parts = zip(colors.to_rgb(page), colors.to_rgb(colours.colour(module)), strict=True)
        mixed = [(1 - colours.FILL) * ground + colours.FILL * veil for ground, veil in parts]
        assert test_notebook.contrast(ink, colors.to_hex(mixed)) > 9


@pytest.mark.parametrize("module", range(-1, 6))
def test_lines_are_seen_on_light_and_on_dark_pages(module: int) -> None:
    assert test_notebook.contrast(colours.colour(module), "#FFFFFF") > 2.2
    assert test_notebook.contrast(colours.colour(module), "#1E1E1E") > 3


def test_the_light_colour_is_what_the_veil_gives_on_white() -> None:
    # 0.13 of #D55E00, the rest white: 255 - 0.13 (255 - 213), ... = 249.54, 234.07, 221.85.
    assert colours.light(1) == "#FAEADE"


def test_a_module_has_one_colour_in_all_pictures() -> None:
    found = analysis.analyze([[[1, 0], [1, 0], [0, 1], [0, 1]], [[1, 0], [0, 1]]])
    axes = test_drawing.axes_of()
    network_drawing.draw_network(found, axes, "abcd", "yz")
    outlines = [colors.to_hex(patch.get_edgecolor()).upper() for patch in axes.patches]
    boxes = re.findall(r'<rect[^>]*stroke="(#\w+)"', module_picture.svg(found.hierarchy))
    chips = re.findall(r"background:(#\w+)", found._repr_html_())
    assert outlines == boxes == chips == [colours.colour(0), colours.colour(1)]
