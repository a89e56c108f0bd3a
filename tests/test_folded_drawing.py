"""Drawings of wide networks: bundles and their lines, heat maps below, all of it readable."""

import itertools
import pathlib

import numpy as np
import pytest

import nsculpt
from nsculpt import analysis, errors
from nsculpt.report import bundles, drawing, layout, network_drawing, page, truth_drawing
from tests import pixel_networks, test_drawing


def by_hand() -> analysis.Analysis:
    """61 of 70 inputs feed unit 0, three feed units 1 and 2; two outputs, one for either."""
    lower = np.zeros((70, 3), bool)
    lower[:61, 0] = True
    lower[61:64, 1:] = True
    return analysis.analyze([lower, np.array([[1, 0], [0, 1], [0, 1]], bool)])


def shown(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("shape", [None, (7, 10)])
def test_bundles_by_hand(shape: tuple[int, int] | None) -> None:
    found = by_hand()
    axes = test_drawing.axes_of()
    network_drawing.draw_network(found, axes, *test_drawing.names(found), shape)
    kind = "inputs" if shape is None else "pixels"
    assert shown(axes) == [
        f"module 0: 61 {kind}", f"module 1: 3 {kind}", "y0", "y1",
        f"{kind}\n64 of 70", "hidden 1\n3 of 3", "outputs\n2 of 2",
    ]  # fmt: skip
    lines, dots, squares = axes.collections
    # 61 edges are 6 points, one is 0.88, and the others lie between in even steps.
    step = (6.0 - 0.88) / 60
    widths = [0.88 + step * (count - 1) for count in (61, 3, 3, 1, 1, 1)]
    assert np.allclose(lines.get_linewidths(), widths)
    assert len(dots.get_offsets()) == 5
    assert squares.get_offsets()[:, 0].tolist() == [0, 0]


def test_few_edges_are_drawn_thin() -> None:
    found = analysis.analyze([np.repeat(np.eye(2, dtype=bool), [2, 3], axis=0)])
    axes = test_drawing.axes_of()
    network_drawing.draw_network(found, axes, *test_drawing.names(found), (1, 5))
    assert np.allclose(axes.collections[0].get_linewidths(), [0.88 + 0.5, 0.88 + 1.0])


def test_a_folded_hidden_layer_shows_numbers() -> None:
    # 90 inputs, 66 units, 64 outputs, in two modules of 2/3 and of 1/3.
    sides = [np.arange(size) >= 2 * size // 3 for size in (90, 66, 64)]
    masks = [below[:, None] == above for below, above in itertools.pairwise(sides)]
    axes = test_drawing.axes_of()
    found = analysis.analyze(masks)
    network_drawing.draw_network(found, axes, *test_drawing.names(found))
    assert shown(axes)[:4] == [
        "module 0: 60 inputs", "module 1: 30 inputs", "module 0: 42 outputs",
        "module 1: 22 outputs",
    ]  # fmt: skip
    assert shown(axes)[7:] == ["44", "22"]
    # Edges: 60 x 44, 30 x 22, 44 x 42, 22 x 22.
    counts = np.array([2640, 660, 1848, 484])
    widths = 0.88 + (6.0 - 0.88) * (counts - 1) / 2639
    assert np.allclose(axes.collections[0].get_linewidths(), widths)


def test_many_small_modules_share_a_bundle() -> None:
    found = analysis.analyze([np.eye(70, dtype=bool)])
    axes = test_drawing.axes_of()
    network_drawing.draw_network(found, axes, *test_drawing.names(found))
    assert shown(axes)[28:30] == ["module 28: 1 input", "41 further modules: 41 inputs"]
    assert shown(axes)[59] == "41 further modules: 41 outputs"
    width, height, caption = network_drawing.panel_size(found, *test_drawing.names(found), None)
    assert height == pytest.approx(0.27 * (29 * 1.6 + 2), rel=0.5)
    assert "up to 41" in caption
    axes = test_drawing.axes_of(width, height)
    network_drawing.draw_network(found, axes, *test_drawing.names(found))
    assert "41 further modules: 41 outputs" in shown(axes)  # nothing is cut off
    test_drawing.check_inside(axes.figure)


def test_hundreds_of_units_stand_in_their_modules_boxes() -> None:
    generator = np.random.default_rng(2)
    sizes = (400, 300, 90, 40, 12)
    blocks = [np.arange(size) * 4 // size for size in sizes]
    masks = [
        (below[:, None] == above) & (generator.random((len(below), len(above))) < 0.4)
        for below, above in itertools.pairwise(blocks)
    ]
    found = analysis.analyze(masks)
    axes = test_drawing.axes_of()
    network_drawing.draw_network(found, axes, *test_drawing.names(found))
    folded = bundles.fold(found)
    plan = layout.layered(folded)
    place_at = {at: place for place, at in plan.units.items()}
    lines = axes.collections[0]
    drawn = [
        (place_at[tuple(path.vertices[0])], place_at[tuple(path.vertices[-1])])
        for path in lines.get_paths()
    ]
    assert len(set(drawn)) == len(drawn)
    assert sum(folded.counts[at][i, j] for (at, i), (_, j) in drawn) == sum(
        int(alive.sum()) for alive in found.edges
    )
    outlines = [patch.get_path() for patch in axes.patches]
    assert len(outlines) == len(plan.boxes)
    strand_of = {
        (layer, int(place)): int(strand)
        for layer, (places, strands) in enumerate(
            zip(folded.live_units, folded.modules, strict=True)
        )
        for place, strand in zip(places, strands, strict=True)
    }
    for strand, outline in zip(plan.boxes, outlines, strict=True):
        for place, at in plan.units.items():
            assert outline.contains_point(at) == (strand_of[place] == strand)
    for one, other in itertools.combinations(outlines, 2):
        assert not one.intersects_path(other, filled=True)
    test_drawing.check_inside(axes.figure)


def scored(shape: tuple[int, int], num_live: int, **sizes) -> analysis.Analysis:
    return analysis.analyze(
        pixel_networks.two_sides(shape, num_live, **sizes),
        merge_threshold=0.6, modularity_threshold=0.3, truth=pixel_networks.truth(shape),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "num_live", "hidden"),
    [((28, 56), 900, (60, 30)), ((14, 28), 200, (24, 80)), ((7, 14), 60, (8, 8))],
)
def test_pages_of_images_are_readable(shape, num_live, hidden) -> None:
    found, truth = scored(shape, num_live, hidden=hidden), pixel_networks.truth(shape)
    outputs = [f"{side}_is_{digit}" for side in ("left", "right") for digit in range(10)]
    panels = drawing.panels(found, truth, pixel_networks.names(shape), outputs, shape)
    assert [panel.below for panel in panels] == [False, False, True]
    whole = page.compose(panels, "title")
    network, declared, frames = whole.axes[:3]
    assert len(frames.child_axes) == 3
    assert shown(network)[:2] == [f"module {side}: {num_live // 2} pixels" for side in (0, 1)]
    size, half = shape[0] * shape[1] // 2, shape[1] // 2
    last = f"{shape[0] - 1}_{half - 1}"
    for side, module in (("left", 0), ("right", 1)):
        lines = [f"{size} inputs, {num_live // 2} live", f"{side}_0_0 … {side}_{last}"]
        at = shown(declared).index(lines[0], 4 if module else 0)
        assert shown(declared)[at : at + 3] == [*lines, f"✓ module {module}"]
        assert f"{side}_is_0 … {side}_is_9" in shown(declared)
    test_drawing.check_inside(whole)
    for (one, box), (other, next_box) in itertools.combinations(test_drawing.extents(whole), 2):
        assert not box.overlaps(next_box), (one, other)
    boxes = [axes.bbox for axes in (network, declared, *frames.child_axes)]
    for box, other in itertools.combinations(boxes, 2):
        assert not box.overlaps(other)
    for box in boxes:
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= whole.bbox.width
        assert box.y1 <= whole.bbox.height


def test_without_a_shape_nothing_stands_below() -> None:
    shape = (7, 14)
    found = scored(shape, 60)
    ends = pixel_networks.names(shape), [f"y{i}" for i in range(20)]
    assert len(drawing.panels(found, pixel_networks.truth(shape), *ends)) == 2
    assert len(drawing.panels(found, None, *ends)) == 1
    assert len(drawing.panels(found, None, *ends, shape)) == 2


def test_files_of_images_repeat(tmp_path: pathlib.Path) -> None:
    shape = (7, 14)
    found, truth = scored(shape, 60), pixel_networks.truth(shape)
    ends = pixel_networks.names(shape), [f"y{i}" for i in range(20)]
    for name in ("one", "other"):
        drawing.save(tmp_path / name, found, truth, *ends, "title", image_shape=shape)
    for ending in ("svg", "png"):
        one, other = ((tmp_path / f"{name}.{ending}").read_bytes() for name in ("one", "other"))
        assert one == other
    # Pixels stay sharp at any size.
    assert (tmp_path / "one.svg").read_text().count("image-rendering:pixelated") == 5


def test_a_shape_that_does_not_fit(tmp_path: pathlib.Path) -> None:
    found = by_hand()
    with pytest.raises(errors.InputError, match=r"^image_shape: 7 x 7 is 49 pixels; expected 70"):
        drawing.save(
            tmp_path / "x", found, None, *test_drawing.names(found), "title", image_shape=(7, 7)
        )
    assert not list(tmp_path.iterdir())


def test_a_long_group_is_counted() -> None:
    found = by_hand()
    truth = nsculpt.tasks.task.Truth((tuple(range(61)), (61, 62)), ((0,), (1,)), None)
    axes = test_drawing.axes_of()
    truth_drawing.draw_truth(truth, axes, *test_drawing.names(found), found)
    assert shown(axes)[2:7] == ["61 inputs", "x0 … x60", "✓ module 0", "x61, x62", "✓ module 1"]


def test_rows_of_a_page() -> None:
    panels = [
        page.Panel("a", "One.", 4.0, 2.0, lambda axes: None),
        page.Panel("b", "Two.", 2.0, 1.0, lambda axes: None),
        page.Panel("c", "Three.", 5.0, 3.0, lambda axes: None, below=True),
    ]
    whole = page.compose(panels, "title")
    inches = [axes.bbox.size / 150 for axes in whole.axes]
    assert np.allclose(inches, [(4.0, 2.0), (2.0, 2.0), (5.0, 3.0)])
    first, second, third = (axes.bbox for axes in whole.axes)
    assert (first.y0, first.y1) == (second.y0, second.y1)
    assert first.x1 < second.x0
    assert third.y1 < first.y0
    assert third.x0 == first.x0
    test_drawing.check_inside(whole)
