"""The layout of a network: what it promises, on published and on random networks."""

import gzip
import itertools
import json
import pathlib
import types

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nsculpt import analysis
from nsculpt.report import layout


@st.composite
def networks(draw: st.DrawFn) -> analysis.Analysis:
    sizes = draw(st.lists(st.integers(1, 6), min_size=2, max_size=5))
    masks = [draw(hnp.arrays(bool, shape)) for shape in itertools.pairwise(sizes)]
    for mask in masks:
        mask[0, 0] = True  # a network without any path is refused by the analysis
    return analysis.analyze(masks)


def published_networks(folder: pathlib.Path, step: int) -> list[tuple[str, analysis.Analysis]]:
    """Task and analysis of every step-th published network."""
    with gzip.open(folder / "networks.jsonl.gz", "rt") as lines:
        records = [json.loads(line) for line in itertools.islice(lines, 0, None, step)]
    return [(record["task"], analysis.analyze(_masks(record))) for record in records]


def _masks(record: dict) -> list[np.ndarray]:
    masks = [np.zeros(shape, bool) for shape in itertools.pairwise(record["layer_sizes"])]
    for mask, pairs in zip(masks, record["edges"], strict=True):
        for sender, receiver in pairs:
            mask[sender, receiver] = True
    return masks


def check(found: analysis.Analysis) -> None:
    plan = layout.layered(found)
    module_of = {
        (layer, unit): module
        for layer, units in enumerate(found.live_units)
        for unit, module in zip(units.tolist(), found.modules[layer].tolist(), strict=True)
    }
    assert plan.units.keys() == module_of.keys()
    assert set(plan.dead_inputs) == set(range(found.layer_sizes[0])) - set(
        found.live_units[0].tolist()
    )

    places = [(key[0], *at, module_of[key]) for key, at in plan.units.items()]
    places += [(0, *at, None) for at in plan.dead_inputs.values()]
    for layer, x, y, _ in places:
        assert x == layer
        assert -1e-9 <= y <= plan.height + 1e-9
    for (layer, _, y, _), (other_layer, _, other_y, _) in itertools.combinations(places, 2):
        assert layer != other_layer or abs(y - other_y) > 1 - 1e-9

    assert list(plan.boxes) == sorted(found.hierarchy.nodes)
    for module, boxes in plan.boxes.items():
        first, last = found.hierarchy.nodes[module]["span"]
        assert [box.layer for box in boxes] == list(range(first, last + 1))
        for box, (layer, x, y, owner) in itertools.product(boxes, places):
            if box.layer == layer:
                inside = box.left < x < box.right and box.top < y < box.bottom
                assert inside == (owner == module)

    for one, other in itertools.combinations(plan.boxes.values(), 2):
        shared = [pair for pair in itertools.product(one, other) if pair[0].layer == pair[1].layer]
        for a, b in shared:
            assert a.bottom < b.top or b.bottom < a.top
        # Bands: between two layers, top and bottom go from one box's to the next one's.
        for (a, b), (next_a, next_b) in itertools.pairwise(shared):
            for part in np.linspace(0, 1, 5):
                spans = sorted(
                    (here.top + part * (there.top - here.top),
                     here.bottom + part * (there.bottom - here.bottom))
                    for here, there in ((a, next_a), (b, next_b))
                )  # fmt: skip
                assert spans[0][1] < spans[1][0]

    assert plan.crossings == crossings(found, {key: at[1] for key, at in plan.units.items()})


def crossings(found: analysis.Analysis, row: dict[tuple[int, int], float]) -> int:
    """Pair by pair: the plain definition."""
    count = 0
    for layer, edges in enumerate(found.edges):
        lines = [(row[layer, i], row[layer + 1, j]) for i, j in np.argwhere(edges).tolist()]
        count += sum((a[0] - b[0]) * (a[1] - b[1]) < 0 for a, b in itertools.combinations(lines, 2))
    return count


@hypothesis.given(networks())
@hypothesis.settings(deadline=None, max_examples=150)
def test_promises_on_random_networks(found: analysis.Analysis) -> None:
    check(found)


def test_promises_on_published_networks(published: pathlib.Path) -> None:
    for _, found in published_networks(published, 20):
        check(found)


@pytest.mark.parametrize(
    "sizes",
    [(12, 24, 24, 16), (8, 60, 60, 60, 16), (40, 5)],
)
def test_promises_on_larger_networks(sizes: tuple[int, ...]) -> None:
    generator = np.random.default_rng(0)
    masks = [generator.random(shape) < 1.5 / shape[0] for shape in itertools.pairwise(sizes)]
    check(analysis.analyze(masks))


def test_fewer_crossings_than_in_index_order(published: pathlib.Path) -> None:
    drawn = plain = 0
    for _, found in published_networks(published, 15):
        drawn += layout.layered(found).crossings
        plain += crossings(found, {key: key[1] for key in layout.layered(found).units})
    assert drawn < 0.6 * plain


def graph(edges: list, modules: list) -> types.SimpleNamespace:
    """A network without dead units."""
    return types.SimpleNamespace(
        edges=[np.array(layer, bool) for layer in edges],
        live_units=[np.arange(len(layer)) for layer in modules],
        modules=[np.array(layer) for layer in modules],
    )


def test_one_module_by_hand() -> None:
    plan = layout.layered(graph([[[1], [1]]], [[0, 0], [0]]))
    assert plan.units == {(0, 0): (0.0, 0.0), (0, 1): (0.0, 1.0), (1, 0): (1.0, 0.5)}
    half, margin = layout.HALF_WIDTH, layout.MARGIN
    assert plan.boxes == {
        0: (
            layout.Box(0, -half, -margin, half, 1 + margin),
            layout.Box(1, 1 - half, 0.5 - margin, 1 + half, 0.5 + margin),
        )
    }
    assert (plan.height, plan.crossings) == (1.0, 0)


def test_crossings_that_no_order_avoids() -> None:
    assert layout.layered(graph([[[1, 1], [1, 1]]], [[0, 0], [1, 1]])).crossings == 1
    assert layout.layered(graph([np.ones((3, 3))], [[0, 0, 0], [1, 1, 1]])).crossings == 9


def test_whole_modules_change_lanes() -> None:
    # Module 0 runs through all layers, 1 and 2 end in the middle and feed 4 and 3: 3 and 4 must
    # change places, and nothing else.
    first = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    second = [[1, 0, 0], [0, 0, 1], [0, 1, 0]]
    plan = layout.layered(graph([first, second], [[0, 1, 2], [0, 1, 2], [0, 3, 4]]))
    assert plan.crossings == 0
    assert [plan.units[2, unit][1] for unit in (0, 2, 1)] == sorted(
        plan.units[2, unit][1] for unit in range(3)
    )


def test_units_change_places_inside_a_module() -> None:
    plan = layout.layered(graph([[[0, 0, 1], [0, 1, 0], [1, 0, 0]]], [[0, 0, 0], [0, 0, 0]]))
    assert plan.crossings == 0
    assert plan.units[0, 0][1] == plan.units[1, 2][1]


def test_order_of_indices_stays_where_it_is_as_good() -> None:
    plan = layout.layered(graph([np.ones((4, 2))], [[0, 0, 1, 1], [2, 3]]))
    assert [plan.units[0, unit][1] for unit in range(4)] == [0.0, 1.0, 2.6, 3.6]


def test_dead_inputs_stand_behind_the_module_of_the_one_before() -> None:
    # Live inputs 1, 2, 4 in modules 0, 1, 0; dead 0, 3, 5: 0 comes first, 3 behind module 1 and
    # 5 behind module 0.
    mask = np.zeros((6, 2), bool)
    mask[[1, 4], 0] = mask[2, 1] = True
    plan = layout.layered(
        types.SimpleNamespace(
            edges=[mask],
            live_units=[np.array([1, 2, 4]), np.array([0, 1])],
            modules=[np.array([0, 1, 0]), np.array([2, 3])],
        )
    )
    rows = {unit: y for (layer, unit), (_, y) in plan.units.items() if layer == 0}
    rows |= {unit: y for unit, (_, y) in plan.dead_inputs.items()}
    assert sorted(rows, key=rows.__getitem__) == [0, 1, 4, 5, 2, 3]


def test_equal_graphs_equal_layouts(published: pathlib.Path) -> None:
    (_, found), (_, again) = (published_networks(published, 997)[0] for _ in range(2))
    one, other = layout.layered(found), layout.layered(again)
    assert (one.units, one.boxes, one.crossings) == (other.units, other.boxes, other.crossings)
