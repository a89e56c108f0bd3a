"""Networks as data for a page: all that is live is in them, where the drawings have it."""

import itertools
import json
import pathlib
import subprocess
import sys

import hypothesis
import numpy as np
import pytest

from nsculpt import analysis, errors
from nsculpt.report import layout
from nsculpt.webpage import views
from tests import pixel_networks, test_layout


def names(found: analysis.Analysis) -> tuple[list[str], list[str]]:
    sizes = found.layer_sizes[0], found.layer_sizes[-1]
    return tuple([f"{letter}{i}" for i in range(n)] for letter, n in zip("xy", sizes, strict=True))


def check(found: analysis.Analysis, shown: dict) -> None:
    """What holds of any network: counts, places within boxes, edges from column to column."""
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown
    places = shown["places"]
    assert shown["live"] == [len(units) for units in found.live_units]
    for layer, live in enumerate(shown["live"]):
        assert sum(count for at, _, _, count, _ in places if at == layer) == live
    for layer, edges in enumerate(shown["edges"]):
        assert sum(count for *_, count in edges) == found.edges[layer].sum()
        assert len({(start, end) for start, end, _ in edges}) == len(edges)
        for start, end, _ in edges:
            assert (places[start][0], places[end][0]) == (layer, layer + 1)
    tops = {}
    for modules, boxes in shown["boxes"]:
        layers = [layer for layer, *_ in boxes]
        assert layers == list(range(layers[0], layers[0] + len(layers)))
        for layer, top, bottom in boxes:
            inside = [place for place in places if place[0] == layer and top < place[1] < bottom]
            assert {place[2] for place in inside} == {modules[0] if len(modules) == 1 else -1}
            tops.setdefault(layer, []).append((top, bottom))
    for spans in tops.values():
        for (_, above), (below, _) in itertools.pairwise(sorted(spans)):
            assert above < below
    assert shown["num_modules"] == len(found.hierarchy)
    for (number, kinds, _, readers, units), (module, node) in zip(
        shown["modules"], found.hierarchy.nodes.items(), strict=False
    ):
        assert (number, tuple(kinds)) == (module, node["kinds"])
        assert readers == {
            str(reader): found.hierarchy.edges[module, reader]["weight"]
            for reader in node["consumers"]
        }
        assert [layer for layer, _ in units] == list(node["units"])


@hypothesis.given(test_layout.networks())
@hypothesis.settings(deadline=None, max_examples=50)
def test_any_network(found: analysis.Analysis) -> None:
    shown = views.network(found, *names(found))
    check(found, shown)
    plan = layout.layered(found)
    assert {(layer, unit): row for layer, row, _, _, unit in shown["places"]} == {
        place: round(row, 2) for place, (_, row) in plan.units.items()
    }
    assert dict(shown["dead"]) == {unit: round(at[1], 2) for unit, at in plan.dead_inputs.items()}
    assert shown["crossings"] == plan.crossings


def test_by_hand() -> None:
    # Inputs 0 and 1 to unit 0 and output 0; input 3 to unit 2 and output 1; input 2 is dead.
    found = analysis.analyze(
        [[[1, 0, 0], [1, 0, 0], [0, 0, 0], [0, 0, 1]], [[1, 0], [0, 0], [0, 1]]]
    )
    shown = views.network(found, ["a", "b", "c", "d" * 100], ["y", "<z>"], with_graph=True)
    assert shown["sizes"] == [4, 3, 2]
    assert shown["live"] == [3, 2, 2]
    assert shown["folded"] == [False] * 3
    assert [place[::2] for place in shown["places"]] == [
        [0, 0, 0], [0, 0, 1], [0, 1, 3], [1, 0, 0], [1, 1, 2], [2, 0, 0], [2, 1, 1],
    ]  # fmt: skip
    assert shown["edges"] == [[[0, 3, 1], [1, 3, 1], [2, 4, 1]], [[3, 5, 1], [4, 6, 1]]]
    assert [unit for unit, _ in shown["dead"]] == [2]
    assert [modules for modules, _ in shown["boxes"]] == [[0], [1]]
    kinds = ["input-separable", "output"]
    assert shown["modules"] == [
        [0, kinds, "2 inputs, 1 hidden, 1 output", {}, [[0, "a, b"], [1, "0"], [2, "y"]]],
        [1, kinds, "1 input, 1 hidden, 1 output", {},
         [[0, "d" * 20 + "…" + "d" * 19], [1, "2"], [2, "<z>"]]],
    ]  # fmt: skip
    assert shown["pixels"] is None
    assert shown["graph"].startswith("<svg")


def test_a_dense_network_is_folded_until_few_lines_are_left() -> None:
    # 8-48-48-48-4: 5,184 edges. Its first layers are a module each, or more; whatever they are, a
    # layer of 48 is drawn as bundles, and inputs and outputs one by one.
    generator = np.random.default_rng(0)
    sizes = (8, 48, 48, 48, 4)
    for density in (1.0, 0.3):
        masks = [generator.random(shape) < density for shape in itertools.pairwise(sizes)]
        found = analysis.analyze(masks)
        shown = views.network(found, *names(found))
        check(found, shown)
        assert shown["folded"] == [False, True, True, True, False]
        assert len(json.dumps(shown, separators=(",", ":"))) < 15_000


def test_pixels_are_runs() -> None:
    shape = (7, 14)
    found = analysis.analyze(
        pixel_networks.two_sides(shape, 60), merge_threshold=0.6, modularity_threshold=0.3
    )
    groups = pixel_networks.truth(shape).input_groups
    shown = views.network(found, *names(found), shape, groups)
    check(found, shown)
    seen = shown["pixels"]
    assert (seen["shape"], seen["columns"], seen["rows"]) == ([7, 14], [7], [])

    def unrolled(runs: list[int]) -> list[int]:
        return [v for value, n in zip(runs[::2], runs[1::2], strict=True) for v in [value] * n]

    of = np.full(98, -1)
    of[found.live_units[0]] = found.modules[0]
    assert unrolled(seen["of"]) == of.tolist()
    leaving = found.edges[0].sum(axis=1)
    for module in np.unique(found.modules[0]).tolist():
        assert unrolled(seen["counts"][str(module)]) == np.where(of == module, leaving, 0).tolist()


def test_a_shape_that_does_not_fit() -> None:
    with pytest.raises(errors.InputError, match=r"^image_shape: 2 x 2 is 4 pixels; expected 1"):
        views.network(analysis.analyze([[[1]]]), ["a"], ["b"], (2, 2))


def test_neither_jax_nor_matplotlib_is_loaded() -> None:
    code = (
        "import sys; from nsculpt import analysis; from nsculpt.webpage import views; "
        "views.network(analysis.analyze([[[1]]]), 'a', 'b', (1, 1), with_graph=True); "
        "print(sorted({'jax', 'matplotlib'} & set(sys.modules)))"
    )
    checkout = pathlib.Path(__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=checkout, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
