"""What a notebook shows: whole, escaped, readable."""

import dataclasses
import html.parser
import itertools
import pathlib
import re
import subprocess
import sys
from xml.etree import ElementTree

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import analysis, text
from nsculpt.analysis import connectivity, result
from nsculpt.report import colours, module_picture
from tests import test_connectivity, test_graph_files

# Two inputs to a hidden unit that two outputs read, each a module of its own at this threshold.
SMALL = analysis.analyze([[[1], [1]], [[1, 1]]], merge_threshold=1.0)


class Page(html.parser.HTMLParser):
    """Elements, the text of table cells, and a check that tags are closed in turn."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.rows, self.open = [], [], []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "br" and self.rows and {"td", "th"} & set(self.open):
            self.rows[-1][-1] += "\n"
        if tag != "br":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def page(network):
    return Page(network._repr_html_())


def picture(graph):
    """Boxes (left, top, width, height) and the texts of the SVG."""
    root = ElementTree.fromstring(module_picture.svg(graph))
    tag = "{http://www.w3.org/2000/svg}"
    sides = ("x", "y", "width", "height")
    boxes = [tuple(float(e.get(side)) for side in sides) for e in root.iter(f"{tag}rect")]
    size = tuple(float(root.get(side)) for side in ("width", "height"))
    return boxes, [e.text for e in root.iter(f"{tag}text")], size


def test_by_hand():
    named = dataclasses.replace(SMALL, input_names=("p", "q"), output_names=("y", "z"))
    shown = page(named)
    assert shown.text.startswith("2-1-2 network: 4 live edges, 4 modules")
    assert shown.rows == [
        ["module", "kinds", "inputs", "hidden units", "outputs", "read by"],
        ["0", "input-separable", "p, q", "", "", "1 (2 edges)"],
        ["1", "reused, intermediate", "", "layer 1: 0", "", "2 (1 edge), 3 (1 edge)"],
        ["2", "output", "", "", "y", ""],
        ["3", "output", "", "", "z", ""],
    ]
    boxes, texts, _ = picture(named.hierarchy)
    assert [text for text in texts if text.isdigit()] == ["2", "1", "1"]
    assert [text for text in texts if not text.isdigit()] == [
        *("module 0", "input-separable", "2 inputs"),
        *("module 1", "reused, intermediate", "1 hidden"),
        *("module 2", "output", "1 output"),
        *("module 3", "output", "1 output"),
    ]
    lefts = [left for left, *_ in boxes]
    assert lefts[0] < lefts[1] < lefts[2] == lefts[3]


def test_the_whole_is_said_and_scored():
    alternative = result.Alternative(SMALL.clusters, SMALL.modules, share=0.25)
    scores = {"structure_recovered": True, "inputs_ari": 0.1239, "module_edge_f1": None, "n": 3}
    tied = dataclasses.replace(
        SMALL, ambiguous=True, tied_layers=(1,), alternatives=[alternative], num_permutations=8
    )
    shown = page(dataclasses.replace(tied, scores=scores))
    assert "ambiguous: ties in hidden 1" in shown.text
    assert "2 of 8 permutations gave 1 other answer" in shown.text
    assert "against the truth: structure recovered" in shown.text
    assert shown.rows[-5:] == [
        ["score", "value"],
        ["structure recovered", "yes"],
        ["inputs ari", "0.124"],
        ["module edge f1", "unknown"],
        ["n", "3"],
    ]


def test_it_leaves_the_page_around_it_alone():
    shown = page(dataclasses.replace(SMALL, scores={"structure_recovered": True}))
    assert not {"style", "script", "link", "img", "marker"} & {tag for tag, _ in shown.elements}
    names = {name for _, attributes in shown.elements for name in attributes}
    assert not names & {"id", "class", "href", "src"}
    assert not any(name.startswith("on") for name in names)


def test_it_can_be_heard():
    shown = page(SMALL)
    heads = [attributes["scope"] for tag, attributes in shown.elements if tag == "th"]
    assert heads == ["col"] * 6 + ["row"] * 4
    drawing = dict(shown.elements)["svg"]
    assert drawing["role"] == "img"
    assert drawing["aria-label"].startswith("Graph of 4 modules in 3 levels, with 3 edges")


@pytest.mark.parametrize("name", [*test_graph_files.NASTY, "</td><script>x", "&lt;", "x" * 200])
def test_names_are_only_text(name):
    named = dataclasses.replace(
        SMALL, input_names=(name, "q"), output_names=("y", name), features=name, scores={name: name}
    )
    plain = page(dataclasses.replace(SMALL, features="f", scores={"n": 1}))
    shown = page(named)
    assert [tag for tag, _ in shown.elements] == [tag for tag, _ in plain.elements]
    assert shown.rows[1][2] == f"{text.printable(name)}, q"
    assert shown.rows[4][4] == text.printable(name)
    named._repr_html_().encode()


def luminance(colour):
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_modules_that_share_a_box_are_grey_and_dashed():
    wide = module_picture.svg(analysis.analyze([np.eye(60)]).hierarchy)
    boxes = re.findall(r'<rect[^>]* fill="(#\w+)"[^>]* stroke="(#\w+)"[^>]*?(dash)?array', wide)
    assert [fill for fill, *_ in boxes] == [colours.GREY]
    inks = set(re.findall(r'<text[^>]*fill="(\S+)"', wide))
    assert inks == {"currentColor"}


def test_many_modules_fold():
    wide = analysis.analyze([np.eye(60)])
    boxes, texts, (_, height) = picture(wide.hierarchy)
    assert len(boxes) == 12
    assert texts[-3:] == ["49 further modules", "input-separable, output", "49 inputs, 49 outputs"]
    assert height < 800
    assert len(page(wide).rows) == 41
    assert "and 20 further modules" in page(wide).text


def test_folded_modules_share_their_edges():
    # One input, read by 14 outputs: 11 stand alone, 3 share a box that 3 edges lead to.
    fan = analysis.analyze([np.ones((1, 14))], merge_threshold=1.0)
    boxes, texts, _ = picture(fan.hierarchy)
    assert len(boxes) == 13
    assert "3 further modules" in texts
    assert sorted(text for text in texts if text.isdigit()) == ["1"] * 11 + ["3"]


def test_long_chains_are_not_drawn():
    chain = analysis.analyze([np.eye(1)] * 70, merge_threshold=1.0)
    assert module_picture.svg(chain.hierarchy) == ""
    assert "Too many levels to be drawn here." in page(chain).text
    drawn = analysis.analyze([np.eye(1)] * 20, merge_threshold=1.0)
    assert len(picture(drawn.hierarchy)[0]) == 21


def test_an_edge_past_a_level_goes_round_its_boxes():
    # Module 0 feeds 1 and, at level 2, module 2, which module 1 feeds too.
    masks = [[[0, 0], [1, 1], [1, 0]], [[1, 0], [0, 1]], [[0, 1], [1, 1]]]
    network = analysis.analyze(masks, merge_threshold=0.5)
    assert sorted(network.hierarchy.edges) == [(0, 1), (0, 2), (1, 2)]
    text = module_picture.svg(network.hierarchy)
    ways = [tuple(map(float, at)) for at in re.findall(r" ([\d.]+) ([\d.]+)H", text)]
    assert ways
    for left, top, width, height in picture(network.hierarchy)[0]:
        for x, y in ways:
            assert not (left <= x <= left + width and top <= y <= top + height)


@hypothesis.given(
    test_connectivity.layered_masks().filter(lambda masks: connectivity.live(masks)[0][0].size),
    st.sampled_from([0.0, 0.9, 1.0]),
)
@hypothesis.settings(max_examples=50)
def test_any_network_is_shown_with_boxes_apart(masks, threshold):
    network = analysis.analyze(masks, merge_threshold=threshold)
    shown = page(network)
    assert len(shown.rows) == 1 + len(network.hierarchy)
    listed = [int(reader) for row in shown.rows for reader in re.findall(r"(\d+) \(", row[-1])]
    assert sorted(listed) == sorted(v for _, v in network.hierarchy.edges)
    boxes, _, (wide, high) = picture(network.hierarchy)
    assert all(x >= 0 and y >= 0 and x + w <= wide and y + h <= high for x, y, w, h in boxes)
    for (x, y, w, h), (other_x, other_y, _, _) in itertools.combinations(boxes, 2):
        assert abs(x - other_x) >= w or abs(y - other_y) >= h


def test_neither_jax_nor_matplotlib_is_loaded():
    code = (
        "import sys; from nsculpt import analysis; analysis.analyze([[[1]]])._repr_html_(); "
        "print(sorted({'jax', 'matplotlib'} & set(sys.modules)))"
    )
    checkout = pathlib.Path(__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
