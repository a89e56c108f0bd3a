"""Heat maps: what is counted for each pixel, which cell has which colour, what fits in."""

import itertools

import numpy as np
import pytest
from matplotlib import colors, figure
from matplotlib import text as mtext

from nsculpt import analysis
from nsculpt.report import colours, pixel_frames, pixel_views, pixels
from tests import bad_input, pixel_networks

WHITE, GREY = (1.0, 1.0, 1.0), colors.to_rgb("#EBEBEB")


def axes_of(width: float = 4.0, height: float = 3.0):
    return figure.Figure(figsize=(width, height), dpi=150).add_axes((0, 0, 1, 1))


@pytest.fixture
def by_hand() -> analysis.Analysis:
    """Modules 0 and 1 of a frame of 2 x 4 pixels, of which pixel 2 is dead, and module 2 above.

    Pixels 0, 1, 4, 5 feed hidden units 0, 1; pixels 3, 6, 7 feed units 2, 3; pixel 7 also feeds
    unit 1. Of the second hidden layer, unit 0 reads units 0, 1, and unit 1 reads units 2, 3; the
    output reads both.
    """
    first = np.zeros((8, 4), bool)
    first[[0, 0, 1, 1, 4, 4, 5, 5], [0, 1] * 4] = True
    first[[3, 3, 6, 6, 7, 7], [2, 3] * 3] = True
    first[7, 1] = True
    second = np.repeat(np.eye(2, dtype=bool), 2, axis=0)
    found = analysis.analyze(
        [first, second, np.ones((2, 1), bool)], merge_threshold=0.6, modularity_threshold=0.3
    )
    assert [labels.tolist() for labels in found.modules] == [
        [0, 0, 1, 0, 0, 1, 1],
        [0, 0, 1, 1],
        [2, 2],
        [2],
    ]
    return found


def test_views_by_hand(by_hand: analysis.Analysis) -> None:
    seen = pixel_views.views(by_hand, (2, 4), groups=[(0, 1, 4, 5), (2, 3, 6, 7)])
    assert seen.modules.tolist() == [[0, 0, -1, 1], [0, 0, 1, 1]]
    # Edges that leave the pixels of modules 0 and 1; units of module 2, of three, that are reached.
    assert seen.counts.tolist() == [
        [[2, 2, 0, 0], [2, 2, 0, 0]],
        [[0, 0, 0, 2], [0, 0, 2, 3]],
        [[2, 2, 0, 2], [2, 2, 2, 3]],
    ]
    assert np.argwhere(seen.foreign).tolist() == [[0, 1, 3]]
    assert seen.titles == (
        "module 0: input-separable\n4 pixels (dots: 1 of others), 2 units",
        "module 1: input-separable, reused\n3 pixels, 2 units",
        "module 2: output\n3 units, reached from 7 pixels",
    )
    assert seen.by_size == (0, 1, 2)  # 6, 5 and 3 units
    assert (seen.columns, seen.rows) == ((2,), ())


@pytest.mark.parametrize(
    ("groups", "columns", "rows"),
    [
        ([], (), ()),
        ([(0, 4)], (), ()),  # one group alone has no border
        ([(0, 1, 4), (3, 7)], (3,), ()),
        ([(7, 3), (0, 4), (1, 2)], (1, 3), ()),
        ([(0, 1, 2, 3), (4, 5)], (), (1,)),
        ([(0,), (7,)], (3,), (1,)),
        ([(0, 5), (1, 4)], (), ()),
        ([(), (0, 4), (1, 5)], (1,), ()),
    ],
)
def test_borders_between_groups(groups, columns, rows, by_hand) -> None:
    seen = pixel_views.views(by_hand, (2, 4), groups)
    assert (seen.columns, seen.rows) == (columns, rows)


def test_bad_shapes(by_hand: analysis.Analysis) -> None:
    for shape, expected in [
        ((4, 4), "image_shape: 4 x 4 is 16 pixels; expected 8, one for each input"),
        ((-2, -4), "image_shape: expected two whole numbers, rows and columns; got (-2, -4)"),
        ((8,), "image_shape: expected two whole numbers, rows and columns; got (8,)"),
        ((2, 4.0), "image_shape: expected two whole numbers, rows and columns; got (2, 4.0)"),
        ((True, 8), "image_shape: expected two whole numbers, rows and columns; got (True, 8)"),
        ("24", "image_shape: expected two whole numbers, rows and columns; got '24'"),
        (8, "image_shape: expected two whole numbers, rows and columns; got 8"),
    ]:
        assert bad_input.message_of(pixel_views.views, by_hand, shape) == expected


def test_cells_of_a_module(by_hand: analysis.Analysis) -> None:
    seen = pixel_views.views(by_hand, (2, 4))
    axes = axes_of()
    assert pixels.draw_module(seen, 1, axes) is axes
    low, high = pixels.ramp(colours.colour(1), 2)
    shown = axes.images[0].get_array()
    expected = [[GREY, GREY, WHITE, low], [GREY, GREY, low, high]]
    assert np.allclose(shown, expected)
    assert np.allclose(axes.images[0].get_extent(), (-0.5, 3.5, 1.5, -0.5))
    # The scale below: from 2 edges to 3.
    assert np.allclose(axes.images[1].get_array(), [[low, high]])
    assert [text.get_text() for text in axes.texts] == [
        "module 1: input-separable, reused", "3 pixels, 2 units", "edges a pixel: 2", "3",
    ]  # fmt: skip
    assert not axes.collections


def test_one_value_has_the_colour_itself(by_hand: analysis.Analysis) -> None:
    seen = pixel_views.views(by_hand, (2, 4))
    axes = pixels.draw_module(seen, 0, axes_of())
    colour = colors.to_rgb(colours.colour(0))
    assert np.allclose(axes.images[0].get_array()[seen.modules == 0], colour)
    assert [text.get_text() for text in axes.texts][2:] == ["edges a pixel: 2"]


def test_dots_on_pixels_of_others(by_hand: analysis.Analysis) -> None:
    axes = pixels.draw_module(pixel_views.views(by_hand, (2, 4)), 0, axes_of())
    (dots,) = axes.collections
    assert dots.get_offsets().tolist() == [[3, 1]]  # column, row of pixel 7
    assert np.allclose(axes.images[0].get_array()[1, 3], GREY)


def test_a_module_that_no_pixel_reaches() -> None:
    found = analysis.analyze([np.array([[1, 0], [0, 0]], bool)])
    seen = pixel_views.views(found, (1, 2))
    assert seen.titles[1] == "module 1: output\n1 unit, reached from 0 pixels"
    axes = pixels.draw_module(seen, 1, axes_of())
    assert np.allclose(axes.images[0].get_array(), [[GREY, WHITE]])
    assert len(axes.images) == 1


def test_pixels_by_module(by_hand: analysis.Analysis) -> None:
    axes = pixels.draw_inputs(pixel_views.views(by_hand, (2, 4)), axes_of())
    zero, one = (colors.to_rgb(colours.colour(module)) for module in (0, 1))
    assert np.allclose(
        axes.images[0].get_array(), [[zero, zero, WHITE, one], [zero, zero, one, one]]
    )
    assert [text.get_text() for text in axes.texts] == [
        "pixels by module", "7 of 8 pixels live, in 2 modules",
    ]  # fmt: skip


def test_numbers_stand_on_their_own_pixels() -> None:
    # Eight columns of 8 pixels, a module each; and a ninth module of 2 pixels without a number.
    mask = np.zeros((66, 9), bool)
    mask[np.arange(66), np.minimum(np.arange(66) % 8, 7)] = True
    mask[64:] = np.eye(9)[8]
    found = analysis.analyze([mask])
    seen = pixel_views.views(found, (11, 6))
    axes = pixels.draw_inputs(seen, axes_of(2.62, 5.0))
    numbers = axes.texts[2:]
    assert 4 <= len(numbers) <= 8
    for text in numbers:
        x, y = text.get_position()
        assert seen.modules[int(y), int(x)] == int(text.get_text()) < 8
    for one, other in itertools.combinations(numbers, 2):
        assert not one.get_window_extent().overlaps(other.get_window_extent())


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 30])
def test_shades_darken_step_by_step(steps: int) -> None:
    for module in range(6):
        shades = pixels.ramp(colours.colour(module), steps)
        assert shades.shape == (steps, 3)
        assert (shades >= 0).all()
        assert (shades <= 1).all()
        luminance = shades @ (0.2126, 0.7152, 0.0722)
        assert (np.diff(luminance) < 0).all()
        # In shades of grey, no seen pixel passes for one that is not seen.
        assert luminance[0] < np.dot(GREY, (0.2126, 0.7152, 0.0722)) - 0.05
    at = {1: 0, 2: 1, 5: 2}
    if steps in at:
        assert np.allclose(shades[at[steps]], colors.to_rgb(colours.colour(5)))


def inside(whole: figure.Figure) -> None:
    for text in whole.findobj(mtext.Text):
        if text.get_text() and (text.axes is None or text in text.axes.texts):
            box = text.get_window_extent()
            assert 0 <= box.x0 <= box.x1 <= whole.bbox.width, text
            assert 0 <= box.y0 <= box.y1 <= whole.bbox.height, text


@pytest.mark.parametrize("shape", [(28, 56), (14, 28), (7, 14)])
def test_frames_are_apart_and_inside(shape: tuple[int, int]) -> None:
    masks = pixel_networks.two_sides(shape, 60)
    found = analysis.analyze(masks, merge_threshold=0.6, modularity_threshold=0.3)
    seen = pixel_views.views(found, shape, pixel_networks.truth(shape).input_groups)
    assert seen.columns == (shape[1] // 2,)
    for width in (2.7, 6.0, 9.0):
        size = pixel_frames.size(seen, width)
        assert size[0] <= width
        axes = pixel_frames.draw(seen, axes_of(*size))
        assert len(axes.child_axes) == 3
        inside(axes.figure)
        for one, other in itertools.combinations(axes.child_axes, 2):
            assert not one.bbox.overlaps(other.bbox)
        for frame in axes.child_axes:
            left, right = frame.get_xlim()
            bottom, top = frame.get_ylim()
            assert left <= -0.5
            assert shape[1] - 0.5 <= right + 1e-9
            assert top < -0.5
            assert shape[0] - 0.5 < bottom
            # Pixels are squares.
            across, down = frame.bbox.width / (right - left), frame.bbox.height / (bottom - top)
            assert across == pytest.approx(down, rel=1e-6)


@pytest.mark.parametrize("shape", [(1, 90), (90, 1), (10, 9)])
def test_frames_of_other_shapes(shape: tuple[int, int]) -> None:
    found = analysis.analyze([np.repeat(np.eye(2, dtype=bool), 45, axis=0)])
    seen = pixel_views.views(found, shape)
    axes = pixel_frames.draw(seen, axes_of(*pixel_frames.size(seen, 9.0)))
    inside(axes.figure)
    assert len(axes.child_axes) == 3
    inside(pixel_frames.draw(seen, axes_of(1.5, 1.0)).figure)  # too small, and still inside


def test_of_many_modules_the_largest_are_drawn() -> None:
    # 40 modules, of 2, 2, ..., 2, 3, ..., 7 pixels; an output of its own for each.
    sizes = np.r_[np.full(35, 2), 3, 4, 5, 6, 7]
    mask = np.repeat(np.eye(40, dtype=bool), sizes, axis=0)
    seen = pixel_views.views(analysis.analyze([mask]), (5, 19))
    assert pixel_frames.shown(seen) == [0, 1, 2, 3, 4, 5, 35, 36, 37, 38, 39]
    axes = pixel_frames.draw(seen, axes_of(*pixel_frames.size(seen, 9.0)))
    titles = [frame.texts[0].get_text() for frame in axes.child_axes]
    assert titles[0] == "pixels by module"
    assert [title.split(":")[0] for title in titles[1:]] == [
        f"module {module}" for module in pixel_frames.shown(seen)
    ]
    assert [text.get_text() for text in axes.texts] == ["and 29 smaller modules, not drawn"]
    inside(axes.figure)


def test_the_caption_names_what_is_there(by_hand: analysis.Analysis) -> None:
    groups = [(0, 1, 4, 5), (2, 3, 6, 7)]
    for given, borders in ((groups, True), ((), False)):
        words = pixel_frames.caption(pixel_views.views(by_hand, (2, 4), given))
        assert ("Dashed lines" in words) == borders
        assert "A dot marks" in words
    apart = analysis.analyze([np.eye(2, dtype=bool)])
    assert "A dot marks" not in pixel_frames.caption(pixel_views.views(apart, (1, 2)))
