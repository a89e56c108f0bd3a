"""Drawings: what is on them, that it is readable, and that the files repeat."""

import collections
import itertools
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import hypothesis
import matplotlib
import matplotlib.image
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st
from matplotlib import colors, figure
from matplotlib import text as mtext

import nsculpt
from nsculpt import analysis, errors
from nsculpt import text as text_lib
from nsculpt.report import (
    colours,
    drawing,
    layout,
    network_drawing,
    page,
    shapes,
    truth_drawing,
    truth_graph,
)
from nsculpt.tasks import task
from tests import test_layout

ODD = ["$x_{$", "<b>&amp;", "n" * 200, "αβγ", "中文", "a\tb\nc", "-->", "\x00", "", "W" * 50]


def names(found: analysis.Analysis) -> tuple[list[str], list[str]]:
    sizes = found.layer_sizes[0], found.layer_sizes[-1]
    return tuple([f"{letter}{i}" for i in range(n)] for letter, n in zip("xy", sizes, strict=True))


def axes_of(width: float = 9.0, height: float = 6.0):
    return figure.Figure(figsize=(width, height), dpi=150).add_axes((0, 0, 1, 1))


def check_network(found: analysis.Analysis) -> None:
    axes = axes_of()
    assert network_drawing.draw_network(found, axes, *names(found)) is axes
    plan = layout.layered(found)
    unit_at = {at: key for key, at in plan.units.items()}
    module_of = {
        (layer, unit): module
        for layer, units in enumerate(found.live_units)
        for unit, module in zip(units.tolist(), found.modules[layer].tolist(), strict=True)
    }

    # Every live edge once, in the colour of the module it starts from.
    lines, dots = axes.collections[:2]
    drawn = collections.Counter(
        (unit_at[tuple(path.vertices[0])], unit_at[tuple(path.vertices[-1])])
        for path in lines.get_paths()
    )
    edges = [
        ((layer, i), (layer + 1, j))
        for layer, alive in enumerate(found.edges)
        for i, j in np.argwhere(alive).tolist()
    ]
    assert drawn == collections.Counter(edges)
    for path, shade in zip(lines.get_paths(), lines.get_edgecolors(), strict=True):
        start = unit_at[tuple(path.vertices[0])]
        assert colors.same_color(shade, colours.colour(module_of[start]))
    assert {tuple(at) for at in dots.get_offsets()} == unit_at.keys()

    # One outline a module: its units and the edges among them inside, all else outside.
    outlines = [patch.get_path() for patch in axes.patches]
    for module, outline in zip(plan.boxes, outlines, strict=True):
        for key, at in plan.units.items():
            assert outline.contains_point(at) == (module_of[key] == module)
        for at in plan.dead_inputs.values():
            assert not outline.contains_point(at)
        for path in lines.get_paths():
            ends = [unit_at[tuple(path.vertices[end])] for end in (0, -1)]
            if all(module_of[end] == module for end in ends):
                points = path.to_polygons(closed_only=False)[0]
                assert outline.contains_points(points).all()
    for one, other in itertools.combinations(outlines, 2):
        assert not one.intersects_path(other, filled=True)

    numbers = [text for text in axes.texts if text.get_bbox_patch() is not None]
    assert [text.get_text() for text in numbers] == [str(module) for module in plan.boxes]


@hypothesis.given(test_layout.networks())
@hypothesis.settings(deadline=None, max_examples=25)
def test_network_on_random_networks(found: analysis.Analysis) -> None:
    check_network(found)


@pytest.mark.slow
def test_network_on_published_networks(published: pathlib.Path) -> None:
    for _, found in test_layout.published_networks(published, 67):
        check_network(found)


@pytest.mark.parametrize("depth", [8, 12])
def test_network_of_many_layers(depth: int) -> None:
    generator = np.random.default_rng(depth)
    sizes = (6, *[7] * (depth - 1), 5)
    found = analysis.analyze([generator.random(s) < 0.3 for s in itertools.pairwise(sizes)])
    check_network(found)
    whole = page.compose(drawing.panels(found, None, *names(found)), "deep")
    check_inside(whole)
    headings = [text.get_text().split("\n")[0] for text in whole.axes[0].texts]
    assert [f"hidden {layer}" for layer in range(1, depth)] == [
        each for each in headings if each.startswith("hidden")
    ]


def extents(whole: figure.Figure) -> list[tuple[str, object]]:
    texts = [text for text in whole.findobj(mtext.Text) if text.get_text() and text.get_visible()]
    return [
        (text.get_text(), text.get_window_extent())
        for text in texts
        if text.axes is None or text in text.axes.texts
    ]


def check_inside(whole: figure.Figure) -> None:
    width, height = whole.bbox.width, whole.bbox.height
    for text, box in extents(whole):
        assert 0 <= box.x0 <= box.x1 <= width, text
        assert 0 <= box.y0 <= box.y1 <= height, text


@hypothesis.given(
    test_layout.networks(), st.lists(st.sampled_from(ODD) | st.text(max_size=30), min_size=12,
                                     max_size=12), st.text()
)  # fmt: skip
@hypothesis.settings(deadline=None, max_examples=8)
def test_labels_are_inside_the_canvas(found: analysis.Analysis, odd: list[str], title: str) -> None:
    sizes = found.layer_sizes
    inputs, outputs = odd[: sizes[0]], odd[-sizes[-1] :]
    groups = tuple(zip(range(sizes[0]))), (tuple(range(sizes[-1])),)
    functions = nx.DiGraph()
    functions.add_node(title or "f", inputs=(0,), outputs=(0,))
    for hierarchy in (None, functions):
        truth = task.Truth(*groups, hierarchy)
        whole = page.compose(drawing.panels(found, truth, inputs, outputs), title * 20)
        check_inside(whole)


def test_labels_are_apart_and_inside_on_published_networks(published: pathlib.Path) -> None:
    for name, found in test_layout.published_networks(published, 101):
        truth = nsculpt.load_task(name).truth
        whole = page.compose(drawing.panels(found, truth, *names(found)), name)
        check_inside(whole)
        for (one, box), (other, next_box) in itertools.combinations(extents(whole), 2):
            assert not box.overlaps(next_box), (one, other)


@pytest.mark.parametrize("size", [(1.0, 1.0), (3.0, 20.0), (20.0, 2.0)])
def test_network_fits_into_any_axes(size: tuple[float, float]) -> None:
    found = analysis.analyze([np.ones((10, 30), bool), np.ones((30, 16), bool)])
    axes = axes_of(*size)
    network_drawing.draw_network(found, axes, ODD, [f"output {i}" for i in range(16)])
    low, high = sorted(axes.get_ylim())
    for x, y in layout.layered(found).units.values():
        assert low < y < high
        assert axes.get_xlim()[0] < x < axes.get_xlim()[1]
    check_inside(axes.figure)


def test_many_units_are_drawn(tmp_path: pathlib.Path) -> None:
    generator = np.random.default_rng(0)
    masks = [generator.random(shape) < 0.02 for shape in ((300, 80), (80, 20))]
    found = analysis.analyze(masks)
    drawing.save(tmp_path / "many", found, None, *names(found), "many")
    assert (tmp_path / "many.png").stat().st_size > 10_000


def test_names_are_drawn_as_they_are() -> None:
    mask = np.ones((len(ODD), 1), bool)
    axes = axes_of(20, 10)
    found = analysis.analyze([mask])
    network_drawing.draw_network(found, axes, ODD, ["$y^2$"])
    shown = [text.get_text() for text in axes.texts]
    assert {"$x_{$", "<b>&amp;", "αβγ", r"\u4e2d\u6587", "a b c", "-->", r"\x00"} <= set(shown)
    assert "$y^2$" in shown
    assert any(re.fullmatch("n+…n+", text) for text in shown)
    axes.figure.canvas.draw()  # TeX is refused here: "$x_{$" has none


def test_a_text_is_cut_no_more_than_needed() -> None:
    axes = axes_of()
    artist = shapes.write(axes, 0, 0, "abcdefghijklmnopqrstuvwxyz")
    whole = artist.get_window_extent().width
    for width in np.linspace(0, whole, 20):
        artist.set_text("abcdefghijklmnopqrstuvwxyz")
        assert shapes.fit(artist, width) <= width
        cut = artist.get_text()
        if len(cut) < 26:
            artist.set_text(text_lib.shortened("abcdefghijklmnopqrstuvwxyz", len(cut) + 1))
            assert artist.get_window_extent().width > width


def test_wrong_number_of_names() -> None:
    found = analysis.analyze([np.ones((2, 1), bool)])
    with pytest.raises(errors.InputError, match=r"^input_names: 3 names for 2 inputs"):
        network_drawing.draw_network(found, axes_of(), "abc", "y")
    with pytest.raises(errors.InputError, match=r"^output_names: 2 names for 1 output"):
        truth_drawing.draw_truth(task.Truth(((0, 1),), ((0,),), None), axes_of(), "ab", "yz", found)


def test_marks_agree_with_the_scores(published: pathlib.Path) -> None:
    seen = set()
    for name, found in test_layout.published_networks(published, 60):
        truth = nsculpt.load_task(name).truth
        scored = analysis.analyze(found.edges, truth=truth)
        axes = truth_drawing.draw_truth(truth, axes_of(), *names(found), scored)
        marks = [text.get_text()[0] for text in axes.texts if text.get_text()[0] in "✓✗"]
        inputs = marks[: len(truth.input_groups)]
        outputs = marks[len(truth.input_groups) :]
        assert len(outputs) == len(truth.output_groups)
        for part, of_part in (("inputs", inputs), ("outputs", outputs)):
            recovered = scored.scores[f"{part}_recovered"]
            assert (set(of_part) == {"✓"}) == recovered
            seen.add((part, recovered))
    assert len(seen) == 4


def test_truth_graph_by_hand() -> None:
    # f reads {0, 1}; g reads f and, past the first level, {2}; outputs 0 is f, 1 is g.
    functions = nx.DiGraph([("f", "g")])
    functions.add_node("f", inputs=(0, 1), outputs=(0,))
    functions.add_node("g", inputs=(2,), outputs=(1,))
    graph = truth_graph.build(task.Truth(((0, 1), (2,)), ((0,), (1,)), functions))
    columns = [[node for (c, _), node in graph.nodes.items() if c == column] for column in range(4)]
    assert columns[0] == [("inputs", (0, 1), ""), ("inputs", (2,), "")]
    assert [(node.kind, node.name) for node in columns[1]] == [("function", "f"), ("relay", "")]
    assert [(node.kind, node.name) for node in columns[2]] == [("function", "g"), ("relay", "")]
    assert columns[3] == [("outputs", (0,), ""), ("outputs", (1,), "")]
    links = [np.argwhere(alive).tolist() for alive in graph.edges]
    assert links == [[[0, 0], [1, 1]], [[0, 0], [0, 1], [1, 0]], [[0, 1], [1, 0]]]


def test_truth_without_hierarchy_has_groups_alone() -> None:
    found = analysis.analyze([np.eye(2, dtype=bool)])
    truth = task.Truth(((0,), (1,)), ((0, 1),), None)
    axes = truth_drawing.draw_truth(truth, axes_of(), "ab", "yz", found)
    assert [text.get_text() for text in axes.texts] == [
        "input groups", "output groups",
        "a", "✓ module 0", "b", "✓ module 1", "y, z", "✗ split: modules 0, 1",
    ]  # fmt: skip
    assert len(drawing.panels(found, truth, "ab", "yz")) == 2
    assert len(drawing.panels(found, None, "ab", "yz")) == 1


@pytest.mark.parametrize(
    ("masks", "said", "num_dashed"),
    [
        # Inputs 2 and 3 are not read together: module 2 is more than the truth has.
        (
            [[[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], [[1, 1], [1, 0], [0, 1]]],
            ["a, b", "✓ module 0", "c, d", "✗ split: modules 1, 2", "g", "as module 0",
             "f", "as module 3", "y, z", "✓ module 3",
             "Extra in the network: module 2", "Extra edges between modules: 2→3"],
            0,
        ),
        # Two networks side by side: nothing reads both, and no module is `f`; that of a and b holds
        # an output too, which `g` does not. So none of the links is there.
        (
            [[[1, 0], [1, 0], [0, 1], [0, 1]], [[1, 0], [0, 1]]],
            ["a, b", "✓ module 0", "c, d", "✓ module 1", "g", "nearest: module 0",
             "f", "missing", "y, z", "✗ split: modules 0, 1",
             "Nothing extra in the network."],
            5,
        ),
    ],
)  # fmt: skip
def test_truth_with_a_hierarchy_shows_what_is_missing_and_extra(
    masks: list, said: list[str], num_dashed: int
) -> None:
    functions = nx.DiGraph([("g", "f")])
    functions.add_node("g", inputs=(0, 1), outputs=())
    functions.add_node("f", inputs=(2, 3), outputs=(0, 1))
    truth = task.Truth(((0, 1), (2, 3)), ((0, 1),), functions)
    found = analysis.analyze(masks)
    axes = truth_drawing.draw_truth(truth, axes_of(), "abcd", "yz", found)
    assert [text.get_text() for text in axes.texts][4:] == said
    # Each link once, of those that the network lacks dashed: group to g, g to f, f to outputs are
    # one line each, and the other group's to f two, past the column of g.
    solid, dashed = (lines.get_paths() for lines in axes.collections)
    assert (len(solid), len(dashed)) == (5 - num_dashed, num_dashed)
    check_inside(axes.figure)


def test_a_truth_that_labels_a_part() -> None:
    # Modules: inputs 0 and 1 with output 0, input 2 with output 1. Labelled: input 1, output 1.
    found = analysis.analyze([[[1, 0], [1, 0], [0, 1]], np.eye(2)])
    truth = task.Truth(((1,),), ((1,),), None)
    axes = truth_drawing.draw_truth(truth, axes_of(), "abc", "yz", found)
    shown = [text.get_text() for text in axes.texts]
    assert shown[2:] == ["b", "✓ module 0", "z", "✓ module 1"]
    captions = [panel.caption for panel in drawing.panels(found, truth, "abc", "yz")]
    assert captions[1].endswith("What the task does not label is left out.")
    for one_side, wanted in (
        (task.Truth(((0, 1, 2),), (), None), ["a, b, c", "not known"]),
        (task.Truth((), ((0, 1),), None), ["y, z", "not known"]),
    ):
        whole = page.compose(drawing.panels(found, one_side, "abc", "yz"), "title")
        texts = [text for text, _ in extents(whole)]
        assert set(wanted) < set(texts)
        check_inside(whole)


SCRIPT = """
import sys
import numpy as np
from nsculpt import analysis
from nsculpt.report import drawing
from nsculpt.tasks import task

mask = np.random.default_rng(1).random((6, 9)) < 0.4
found = analysis.analyze([mask, mask.T[:, :5]])
truth = task.Truth(((0, 1, 2), (3, 4, 5)), ((0, 1, 2, 3, 4),), None)
inputs = ["$x_{", "<b>", "n" * 200, "\\u03b1", "--", "x5"]
drawing.save(sys.argv[1], found, truth, inputs, list("abcde"), "T $x_{ <b>")
assert "matplotlib.pyplot" not in sys.modules
"""


def test_files_repeat(tmp_path: pathlib.Path) -> None:
    contents = []
    for seed in ("0", "1"):
        folder = tmp_path / seed
        folder.mkdir()
        environment = os.environ | {"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": seed}
        subprocess.run(
            [sys.executable, "-W", "error::UserWarning", "-c", SCRIPT, str(folder / "net.work")],
            check=True, env=environment, cwd=pathlib.Path(__file__).parents[1],
        )  # fmt: skip
        assert sorted(path.name for path in folder.iterdir()) == ["net.work.png", "net.work.svg"]
        contents.append([(folder / f"net.work.{ending}").read_bytes() for ending in ("svg", "png")])
    assert contents[0] == contents[1]
    assert ET.fromstring(contents[0][0]).tag == "{http://www.w3.org/2000/svg}svg"


def test_settings_of_the_user_do_not_matter(tmp_path: pathlib.Path) -> None:
    found = analysis.analyze([np.ones((2, 3), bool), np.ones((3, 1), bool)])
    for path, settings in (
        ("plain", {}),
        ("other", {"font.size": 30.0, "svg.fonttype": "none", "svg.hashsalt": "mine"}),
    ):
        with matplotlib.rc_context(settings):
            before = dict(matplotlib.rcParams)
            for _ in range(2):  # a second time over the files of the first
                drawing.save(tmp_path / path, found, None, *names(found), "title")
            assert dict(matplotlib.rcParams) == before
    for ending in ("svg", "png"):
        plain = (tmp_path / f"plain.{ending}").read_bytes()
        assert plain == (tmp_path / f"other.{ending}").read_bytes()
    corner = matplotlib.image.imread(tmp_path / "plain.png")[0, 0]
    assert corner.tolist() == [1, 1, 1, 1]
