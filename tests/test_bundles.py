"""Folding of wide layers: what stands for what, and that no edge is lost."""

import itertools
import types

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import analysis
from nsculpt.report import bundles, layout
from tests import pixel_networks, test_layout


def check(found: analysis.Analysis, folded: bundles.Folded) -> None:
    """Every live unit in one place, every live edge counted once."""
    for layer, units in enumerate(found.live_units):
        taken = {place: each for (at, place), each in folded.bundles.items() if at == layer}
        assert list(taken) == sorted(taken) == folded.live_units[layer].tolist()
        assert sorted(unit for each in taken.values() for unit in each.units) == units.tolist()
        module_of = dict(zip(units.tolist(), found.modules[layer].tolist(), strict=True))
        for place, strand in zip(taken, folded.modules[layer].tolist(), strict=True):
            held = {module_of[unit] for unit in taken[place].units}
            assert held == set(taken[place].modules) == set(folded.strands[strand])
    for layer, (count, alive) in enumerate(zip(folded.counts, found.edges, strict=True)):
        assert count.sum() == alive.sum()
        assert np.array_equal(count > 0, folded.edges[layer])
        for sender, receiver in np.argwhere(count).tolist():
            rows, columns = (
                list(folded.bundles[place].units)
                for place in ((layer, sender), (layer + 1, receiver))
            )
            assert count[sender, receiver] == alive[np.ix_(rows, columns)].sum()
    for strand in range(len(folded.strands)):
        layers = [i for i, labels in enumerate(folded.modules) if strand in labels]
        assert layers == list(range(layers[0], layers[-1] + 1))


def test_nothing_is_folded_in_a_small_network() -> None:
    masks = [np.array([[1, 0], [0, 0], [1, 1]], bool), np.ones((2, 1), bool)]
    found = analysis.analyze(masks)
    folded = bundles.fold(found)
    check(found, folded)
    assert not any(folded.is_folded)
    for ours, theirs in zip(
        (*folded.edges, *folded.live_units, *folded.modules),
        (*found.edges, *found.live_units, *found.modules),
        strict=True,
    ):
        assert np.array_equal(ours, theirs)


@hypothesis.given(test_layout.networks(), st.booleans())
@hypothesis.settings(max_examples=50)
def test_small_networks_are_laid_out_as_before(found: analysis.Analysis, fold: bool) -> None:
    folded = bundles.fold(found, fold_inputs=fold)
    check(found, folded)
    if not fold:
        plain, plan = layout.layered(found), layout.layered(folded)
        units = {
            (layer, folded.bundles[layer, place].units[0]): at
            for (layer, place), at in plan.units.items()
        }
        assert (units, plan.dead_inputs, plan.boxes) == (
            plain.units,
            plain.dead_inputs,
            plain.boxes,
        )


def test_wide_layers_by_hand() -> None:
    # 61 inputs feed unit 0, 3 inputs feed units 1 and 2; two outputs, one for either.
    lower = np.zeros((70, 3), bool)
    lower[:61, 0] = True
    lower[61:64, 1:] = True
    upper = np.array([[1, 0], [0, 1], [0, 1]], bool)
    found = analysis.analyze([lower, upper])
    folded = bundles.fold(found)
    check(found, folded)
    assert folded.is_folded == (True, False, False)
    assert [len(folded.bundles[0, place].units) for place in (0, 1)] == [61, 3]
    assert folded.counts[0].tolist() == [[61, 0, 0], [0, 3, 3]]
    assert folded.counts[1].tolist() == upper.astype(int).tolist()
    assert folded.strands == ((0,), (1,))


@pytest.mark.parametrize("fold", [False, True])
def test_dead_inputs_of_many_have_no_place(fold: bool) -> None:
    mask = np.zeros((100, 2), bool)
    mask[[7, 50, 99], [0, 0, 1]] = True
    found = analysis.analyze([mask])
    folded = bundles.fold(found, fold_inputs=fold)
    check(found, folded)
    assert not layout.layered(folded).dead_inputs
    assert folded.counts[0].tolist() == ([[2, 0], [0, 1]] if fold else [[1, 0], [1, 0], [0, 1]])


def test_many_modules_share_the_last_bundle() -> None:
    # 100 modules of one input, unit and output each, save for the last, which has three inputs.
    lower = np.vstack([np.eye(100), *np.eye(100)[[99, 99]]]).astype(bool)
    found = analysis.analyze([lower, np.eye(100, dtype=bool)])
    folded = bundles.fold(found)
    check(found, folded)
    assert folded.is_folded == (True, True, True)
    of_inputs = [folded.bundles[0, place].modules for place in range(bundles.MOST_UNITS // 2)]
    assert of_inputs == [*((module,) for module in range(28)), (99,), tuple(range(28, 99))]
    # The layers' rests are not the same: above the inputs, module 99 is as small as any.
    assert folded.bundles[1, bundles.MOST_UNITS // 2 - 1].modules == tuple(range(29, 100))
    assert folded.counts[0][-1, -1] == 70
    assert folded.counts[0][28].tolist() == [0] * 29 + [3]
    assert len(folded.strands) == 29 + 1 + 3  # modules 0 to 28, 99, and the rest of each layer


def test_a_module_is_cut_where_it_shares_a_bundle() -> None:
    # Module 69 stands alone in the first and the last layer, and with others in between.
    size = 70
    first = np.vstack([np.eye(size), *[np.eye(size)[-1]] * 3]).astype(bool)
    numbers = [np.r_[np.arange(size), [size - 1] * 3], np.arange(size), np.r_[np.arange(size), 69]]
    last = np.hstack([np.eye(size), np.eye(size)[:, -1:]]).astype(bool)
    found = types.SimpleNamespace(
        layer_sizes=(73, 70, 71),
        edges=[first, last],
        live_units=[np.arange(73), np.arange(70), np.arange(71)],
        modules=numbers,
    )
    folded = bundles.fold(found)
    check(found, folded)
    assert folded.strands.count((69,)) == 2
    plan = layout.layered(folded)
    assert all(
        [box.layer for box in boxes] == list(range(boxes[0].layer, boxes[-1].layer + 1))
        for boxes in plan.boxes.values()
    )


def test_a_wide_network_is_folded_to_few_rows() -> None:
    masks = pixel_networks.two_sides((14, 28), 240, hidden=(100, 40))
    found = analysis.analyze(masks, merge_threshold=0.6, modularity_threshold=0.3)
    folded = bundles.fold(found)
    check(found, folded)
    assert folded.is_folded == (True, True, False, False)
    assert [len(places) for places in folded.live_units] == [2, 2, 40, 20]
    assert [sorted(each.units) for each in itertools.islice(folded.bundles.values(), 2)] == [
        [unit for unit in found.live_units[0] if pixel_networks.sides((14, 28))[unit] == side]
        for side in (0, 1)
    ]
