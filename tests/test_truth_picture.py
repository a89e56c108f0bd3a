"""The truth beside a network, as SVG: what is found, what is wrong and why, what is missing."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest

from nsculpt import analysis, errors, text
from nsculpt.report import colours, truth_picture
from nsculpt.tasks import task
from tests import test_drawing, test_graph_files

_SVG = "{http://www.w3.org/2000/svg}"


def two_functions() -> task.Truth:
    """`left` reads inputs 0 and 1, `right` inputs 2 and 3; `both` reads the two of them."""
    functions = nx.DiGraph([("left", "both"), ("right", "both")])
    functions.add_node("left", inputs=(0, 1), outputs=(0,))
    functions.add_node("right", inputs=(2, 3), outputs=(1,))
    functions.add_node("both", inputs=(), outputs=(2,))
    return task.Truth(((0, 1), (2, 3)), ((0,), (1,), (2,)), functions)


def boxes(picture: str) -> list[tuple[str, str, bool]]:
    """Text, colour and whether it is dashed, of each box from left to right and down."""
    root = ElementTree.fromstring(picture)
    found = []
    for part in root:
        if part.tag == f"{_SVG}rect":
            place = float(part.get("x")), float(part.get("y"))
            found.append((place, part.get("stroke"), "stroke-dasharray" in part.attrib, []))
        elif part.tag == f"{_SVG}text" and found:
            found[-1][-1].append(part.text or "")
    for _, _, _, texts in found:
        texts[:] = [each for each in texts if not each.startswith(("Extra", "Nothing"))]
    return [
        ("|".join(texts), colour, dashed)
        for _, colour, dashed, texts in sorted(found, key=lambda each: each[0])
    ]


def lines(picture: str) -> list[str]:
    return re.findall(r">([^<]*)</text>", picture)


def test_a_truth_alone() -> None:
    picture = truth_picture.svg(two_functions(), "abcd", "xyz")
    grey = colours.GREY
    assert sorted(boxes(picture)) == sorted(
        (name, grey, False) for name in ("a, b", "c, d", "left", "right", "both", "x", "y", "z")
    )
    assert "stroke-dasharray" not in picture
    headings = ["input groups", "sub-functions, level 1", "sub-functions, level 2", "output groups"]
    assert lines(picture)[:4] == headings
    # Groups to functions 2, functions to `both` 2, functions to outputs 3, each with one head.
    assert picture.count("v7z") == 7
    assert not re.search(r">\d+</text>", picture)


def test_all_is_found() -> None:
    # Hidden unit 0 for `left`, 1 for `right`; each is read by an output of its own and by the last.
    found = analysis.analyze([[[1, 0], [1, 0], [0, 1], [0, 1]], [[1, 0, 1], [0, 1, 1]]])
    picture = truth_picture.svg(two_functions(), "abcd", "xyz", found)
    assert "✗" not in picture
    assert "stroke-dasharray" not in picture
    assert "Nothing extra in the network." in lines(picture)
    assert "5 of 5 groups found" in picture
    for words, colour, _ in boxes(picture):
        module = int(re.search(r"module (\d+)", words).group(1))
        assert colour == colours.colour(module)
        assert words.split("|")[1] in (f"✓ module {module}", f"as module {module}")


def test_what_is_missing_and_what_is_wrong() -> None:
    # One unit for all: no module of the network is what any group asks for.
    found = analysis.analyze([[[1]] * 4, [[1, 1, 1]]])
    picture = truth_picture.svg(two_functions(), "abcd", "xyz", found)
    split = [(*words.split("|"), dashed) for words, _, dashed in boxes(picture)]
    shown = {name: (status, dashed) for name, status, dashed in split}
    for name in ("a, b", "c, d", "x", "y", "z"):
        assert shown[name] == ("✗ within module 0", True)
    status = sorted(shown[name] for name in ("left", "right", "both"))
    # One module holds all: it is the most like one of the three, and is none of them.
    assert status == [("missing", True), ("missing", True), ("nearest: module 0", True)]
    assert 'stroke-dasharray="4 4"' in picture  # an edge
    assert "0 of 5 groups found" in picture


def test_what_is_extra_is_listed() -> None:
    # Output 0 through two units that are modules of their own, which the truth does not know.
    masks = [[[1, 1], [1, 1]], [[1, 0], [0, 1]], [[1], [1]]]
    functions = nx.DiGraph()
    functions.add_node("f", inputs=(0, 1), outputs=(0,))
    truth = task.Truth(((0, 1),), ((0,),), functions)
    found = analysis.analyze(masks, merge_threshold=1.0)
    modules = len(found.hierarchy)
    assert modules > 1
    notes = [line for line in lines(truth_picture.svg(truth, "ab", "y", found)) if "xtra" in line]
    assert notes[0].startswith("Extra in the network: module")
    assert notes[1].startswith("Extra edges between modules: ")
    for pair in notes[1].removeprefix("Extra edges between modules: ").split(", "):
        assert tuple(map(int, pair.split("→"))) in found.hierarchy.edges


@pytest.mark.parametrize("name", [*test_graph_files.NASTY, *test_drawing.ODD, "x" * 200, "\ud800"])
def test_names_are_only_text(name: str) -> None:
    functions = nx.DiGraph()
    functions.add_node(name, inputs=(0, 1), outputs=(0,))
    truth = task.Truth(((0, 1),), ((0,),), functions)
    found = analysis.analyze([[[1], [1]]])
    picture = truth_picture.svg(truth, [name, "b"], [name], found)
    plain = truth_picture.svg(truth, ["a", "b"], ["y"], found)

    def tags(of: str) -> list[str]:
        return [part.tag for part in ElementTree.fromstring(of).iter()]

    assert tags(picture) == tags(plain)
    assert not re.search(r"\s(id|class|href|on\w+)=", re.sub(r">[^<]*<", "><", picture))
    picture.encode()
    shown = text.printable(name)
    if len(shown) <= 12:
        assert shown in [words.split("|")[0] for words, *_ in boxes(picture)]
    root = ElementTree.fromstring(picture)
    ends = [float(box.get("x")) + float(box.get("width")) for box in root.iter(f"{_SVG}rect")]
    assert max(ends) <= float(root.get("width"))


def test_many_groups_share_a_box() -> None:
    truth = task.Truth(tuple((i,) for i in range(30)), ((0,),), None)
    found = analysis.analyze([np.eye(30)[:, :2] + np.eye(30, 2, -2)])
    truth = task.Truth(truth.input_groups, ((0,), (1,)), None)
    shown = boxes(truth_picture.svg(truth, names(30), names(2), found))
    assert len(shown) == 12 + 2
    # Inputs 0 and 2 go to output 0, 1 and 3 to output 1; all others are dead.
    assert ("19 further|0 found, 19 not", colours.GREY, True) in shown


def names(count: int) -> Sequence[str]:
    return [f"x{i}" for i in range(count)]


def test_sides_that_are_not_known() -> None:
    found = analysis.analyze([[[1], [1]]])
    shown = boxes(truth_picture.svg(task.Truth(((0, 1),), (), None), "ab", "y", found))
    assert [words for words, *_ in shown] == ["a, b|✓ module 0", "not known"]


def test_wrong_number_of_names() -> None:
    truth = task.Truth(((0, 1),), ((0,),), None)
    with pytest.raises(errors.InputError, match=r"^input_names: 1 names; the truth has 2 inputs$"):
        truth_picture.svg(truth, "a", "y")


def test_too_many_levels_are_not_drawn() -> None:
    functions = nx.path_graph(70, create_using=nx.DiGraph)
    nx.set_node_attributes(functions, (), "inputs")
    nx.set_node_attributes(functions, (), "outputs")
    functions.nodes[0]["inputs"] = functions.nodes[69]["outputs"] = (0,)
    assert truth_picture.svg(task.Truth(((0,),), ((0,),), functions), "a", "y") == ""
