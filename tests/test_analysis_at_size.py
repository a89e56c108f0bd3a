"""Analyses with hundreds of live inputs: scores where inputs are optional, and how much is said."""

import numpy as np
import pytest
from scipy.spatial import distance

from nsculpt import analysis
from nsculpt.analysis import clustering, ties
from nsculpt.scores import difference
from tests import pixel_networks

SHAPE = (28, 56)
OUTPUTS = [f"{side}_is_{digit}" for side in ("left", "right") for digit in range(10)]


@pytest.fixture(scope="module")
def found() -> analysis.Analysis:
    """Of 1568 pixels 940 are live, half of them on either side."""
    return analysis.analyze(
        pixel_networks.two_sides(SHAPE, 940, hidden=(30, 30)),
        merge_threshold=0.6, modularity_threshold=0.3, truth=pixel_networks.truth(SHAPE),
        input_names=pixel_networks.names(SHAPE), output_names=OUTPUTS,
    )  # fmt: skip


def test_dead_pixels_are_no_fault(found: analysis.Analysis) -> None:
    sides = pixel_networks.sides(SHAPE)
    assert np.array_equal(found.modules[0], sides[found.live_units[0]])
    assert found.scores is not None
    assert found.scores["live_inputs_share"] == 940 / 1568
    for score in ("inputs_recovered", "outputs_recovered", "structure_recovered"):
        assert found.scores[score] is True
    assert (found.scores["inputs_ari"], found.scores["inputs_nmi"]) == (1.0, 1.0)


def test_one_pixel_on_the_wrong_side_is_a_fault() -> None:
    masks = pixel_networks.two_sides(SHAPE, 940, hidden=(30, 30))
    masks[0][0] = np.arange(30) >= 15  # pixel 0 is on the left
    found = analysis.analyze(masks, merge_threshold=0.6, truth=pixel_networks.truth(SHAPE))
    assert found.scores is not None
    assert found.scores["inputs_recovered"] is False
    assert found.scores["outputs_recovered"] is True
    assert 0.9 < found.scores["inputs_ari"] < 1


def test_what_is_printed_is_short(found: analysis.Analysis) -> None:
    lines = str(found).splitlines()
    assert len(lines) < 25
    assert "against the truth: structure recovered, inputs found (60% of them live)," in lines
    first, last = (found.input_names[found.live_units[0][i]] for i in (0, 939))
    assert f"  inputs: 470 units, {first} to" in str(found)
    assert last in str(found)
    assert len(found._repr_html_()) < 20_000
    said = str(difference.difference(found, pixel_networks.truth(SHAPE)))
    assert said.startswith("inputs 784 of them, left_0_0 to left_27_27: found (module 0)\n")
    assert len(said.splitlines()) < 10
    assert len(found.to_dot()) < 3000


def test_long_names_are_counted_before_short_ones() -> None:
    mask = np.ones((32, 1), bool)
    short = analysis.analyze([mask], input_names=[f"x{i}" for i in range(32)])
    assert "x0 x1 x2" in str(short)
    long = analysis.analyze([mask], input_names=[f"left_12_{i}" for i in range(32)])
    assert "inputs: 32 units, left_12_0 to left_12_31" in str(long)


@pytest.mark.parametrize("seed", range(3))
def test_distances_move_with_the_units(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features = rng.random((150, 60)) < 0.1
    features[~features.any(axis=1), 0] = True
    order = rng.permutation(150)
    moved = clustering.Units(features).in_order(order)
    assert np.array_equal(moved.features, features[order])
    expected = distance.squareform(clustering.Units(features).distances)[np.ix_(order, order)]
    assert np.array_equal(distance.squareform(moved.distances), expected)


@pytest.mark.parametrize("seed", range(1, 5))  # without tied distances
def test_a_promise_holds_in_every_order_that_is_tried(seed: int) -> None:
    # Layers so large that empty rows are taken out on the way, more than once.
    rng = np.random.default_rng(seed)
    own_columns = np.arange(90)[:, None] % 4 == np.arange(600) % 4
    features = rng.random((90, 600)) < np.where(own_columns, 0.6, 0.01)
    units = clustering.Units(features)
    own = clustering.cluster(units, "modularity")
    assert own.max() == 3
    assert not ties.order_decides(units)
    for _ in range(3):
        order = rng.permutation(len(features))
        labels = np.empty(len(order), np.int64)
        labels[order] = clustering.cluster(units.in_order(order), "modularity")
        assert np.array_equal(clustering.renumbered(labels), own)
