"""Masks: unit masks follow from edges, masks only shrink."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nsculpt.analysis import connectivity
from nsculpt.sculpting import masks, model

FIRST = np.array([[1, 0, 1], [1, 0, 0]], bool)  # 2 inputs -> 3 hidden units; unit 1 is dead
SECOND = np.array([[1, 1], [1, 0], [0, 0]], bool)  # -> 2 outputs; unit 2 leads nowhere


def test_a_unit_without_incoming_edges_has_no_bias():
    made = masks.from_edges([jnp.asarray(FIRST), jnp.asarray(SECOND)])
    assert made["layer_0"]["bias"].tolist() == [True, False, True]
    assert made["layer_1"]["bias"].tolist() == [True, True]


def test_masks_mirror_the_parameters_of_the_model():
    variables = model.MaskedMLP((3, 2)).init(jax.random.key(0), jnp.zeros((1, 2)))
    assert jax.tree.structure(variables["params"]) == jax.tree.structure(variables["masks"])
    assert all(leaf.dtype == bool for leaf in jax.tree.leaves(variables["masks"]))


def test_model_refuses_masks_of_another_shape():
    network = model.MaskedMLP((3, 2))
    variables = network.init(jax.random.key(0), jnp.zeros((1, 2)))
    variables["masks"]["layer_0"]["kernel"] = jnp.ones((2, 1), bool)
    with pytest.raises(ValueError, match="do not fit"):
        network.apply(variables, jnp.zeros((1, 2)))


def test_apply_gives_exact_zeros_even_for_inf():
    made = masks.from_edges([jnp.array([[True], [False]])])
    params = {"layer_0": {"kernel": jnp.array([[2.0], [jnp.inf]]), "bias": jnp.array([3.0])}}
    applied = masks.apply(made, params)
    assert applied["layer_0"]["kernel"].tolist() == [[2.0], [0.0]]
    assert applied["layer_0"]["bias"].tolist() == [3.0]


def test_pruned_unit_loses_edges_on_both_sides_and_its_bias():
    full = masks.from_edges([jnp.ones((2, 3), bool), jnp.ones((3, 2), bool)])
    cut = masks.keep_units(full, [jnp.array([True, False, True])])
    assert cut["layer_0"]["kernel"].tolist() == [[True, False, True]] * 2
    assert cut["layer_0"]["bias"].tolist() == [True, False, True]
    assert cut["layer_1"]["kernel"].tolist() == [[True, True], [False, False], [True, True]]


def test_edges_left_at_a_unit_that_died_stay_in_the_mask():
    # Unit 1 has no incoming edge, yet its outgoing edge counts as alive; it is not live.
    made = masks.from_edges([jnp.asarray(FIRST), jnp.asarray(SECOND)])
    assert int(masks.num_alive_edges(made)) == 3 + 3
    assert int(masks.num_live_hidden_units(made)) == 1


layers = st.lists(st.integers(1, 5), min_size=3, max_size=6).flatmap(
    lambda sizes: st.tuples(*(hnp.arrays(bool, pair) for pair in itertools.pairwise(sizes)))
)


@given(layers)
def test_live_hidden_units_on_the_device_are_those_of_the_analysis(edges):
    units, _ = connectivity.live(list(edges))
    expected = sum(len(layer) for layer in units[1:-1])
    made = masks.from_edges([jnp.asarray(mask) for mask in edges])
    assert int(masks.num_live_hidden_units(made)) == expected


@given(layers, st.data())
def test_masks_only_shrink(edges, data):
    made = masks.from_edges([jnp.asarray(mask) for mask in edges])
    keep = [jnp.asarray(data.draw(hnp.arrays(bool, mask.shape))) for mask in edges]
    kept = masks.keep_edges(made, keep)
    units = [jnp.asarray(data.draw(hnp.arrays(bool, mask.shape[1]))) for mask in edges[:-1]]
    for cut in (kept, masks.keep_units(made, units)):
        before, after = jax.tree.leaves(made), jax.tree.leaves(cut)
        assert not any(np.any(b & ~a) for a, b in zip(before, after, strict=True))
