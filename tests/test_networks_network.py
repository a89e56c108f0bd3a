"""A Network made directly: what it takes, and what it refuses in one line."""

import itertools

import hypothesis
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import strategies as st

import nsculpt
from nsculpt import errors, networks
from tests import bad_input

LOWER, UPPER = np.ones((2, 3), bool), np.ones((3, 1), bool)
EDGES = [LOWER, UPPER]
WEIGHTS = [np.full((2, 3), 0.5), np.full((3, 1), -2.0)]


def test_arrays_are_taken_as_they_are(tmp_path):
    found = networks.Network(
        EDGES, WEIGHTS, ("a", "b"), ("y",), ("lower", "upper"), nsculpt.Truth(((0,),), (), None)
    )
    assert (found.edges, found.weights) == (EDGES, WEIGHTS)
    assert found.edges[0] is LOWER
    assert found.layer_sizes == (2, 3, 1)
    assert repr(found) == "<Network 2-3-1, 9 edges>"
    assert networks.Network(tuple(EDGES), input_names=["a", "b"]).layer_sizes == (2, 3, 1)
    np.save(tmp_path / "lower.npy", LOWER)
    mapped = np.load(tmp_path / "lower.npy", mmap_mode="r")
    analysis = nsculpt.analyze(networks.Network([mapped, UPPER]))
    assert [units.tolist() for units in analysis.live_units] == [[0, 1], [0, 1, 2], [0]]


WAY_OUT = "; load_network takes other kinds of networks"
BAD_EDGES = [
    (None, f"edges: expected a list of boolean NumPy arrays, one for each weight layer; got "
           f"NoneType{WAY_OUT}"),
    ([], f"got none{WAY_OUT}"),
    ((), f"got none{WAY_OUT}"),
    (np.ones((1, 2, 2), bool), f"got ndarray{WAY_OUT}"),
    ("ab", f"got str{WAY_OUT}"),
    ({0: LOWER}, f"got dict{WAY_OUT}"),
    (iter(EDGES), f"iterator{WAY_OUT}"),
    ([[[True]]], f"edges[0]: expected a boolean NumPy array, got list{WAY_OUT}"),
    ([LOWER, None], f"edges[1]: expected a boolean NumPy array, got NoneType{WAY_OUT}"),
    ([LOWER * 1.0, UPPER], f"edges[0]: expected a boolean NumPy array, got one of float64"
                           f"{WAY_OUT}"),
    ([LOWER, UPPER.astype(object)], f"edges[1]: expected a boolean NumPy array, got one of object"
                                    f"{WAY_OUT}"),
    ([jnp.array(LOWER)], f"edges[0]: expected a boolean NumPy array, got ArrayImpl{WAY_OUT}"),
    ([LOWER.view(np.matrix)], "edges[0]: expected a boolean NumPy array, got matrix"),
    ([np.ma.array(LOWER, mask=LOWER)], "edges[0]: a masked array (numpy.ma), of which only the"),
    ([LOWER[0]], "edges[0]: expected a 2-D array [fan_in, fan_out] without empty axes; got shape "
                 "[3]"),
    ([np.ones((2, 0), bool)], "got shape [2, 0]"),
    ([np.array(True)], "got shape []"),
    ([LOWER, UPPER.T], "edges[1]: expected fan_in 3, the fan_out of edges[0] [2, 3]; got shape "
                       "[1, 3]; its transpose would fit"),
]  # fmt: skip


@pytest.mark.parametrize(("edges", "message"), BAD_EDGES)
def test_bad_edges(edges, message):
    assert message in bad_input.message_of(networks.Network, edges)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"weights": []}, f"weights: expected a list of real NumPy arrays, one for each weight "
                          f"layer; got none{WAY_OUT}"),
        ({"weights": WEIGHTS[0]}, f"got ndarray{WAY_OUT}"),
        ({"weights": WEIGHTS[:1]}, "weights: expected shapes [2, 3], [3, 1], as edges has; got "
                                   "[2, 3]"),
        ({"weights": [WEIGHTS[0], WEIGHTS[1].T]}, "as edges has; got [2, 3], [1, 3]"),
        ({"weights": [WEIGHTS[0], WEIGHTS[1] * 1j]},
         f"weights[1]: expected a real NumPy array, got one of complex128{WAY_OUT}"),
        ({"weights": [WEIGHTS[0].tolist(), WEIGHTS[1]]}, "weights[0]: expected a real NumPy array"),
        ({"weights": [np.ma.array(w) for w in WEIGHTS]}, "weights[0]: a masked array"),
        ({"input_names": ("a",)}, "input_names: expected 2 names, one for each unit; got 1"),
        ({"input_names": "ab"}, "input_names: expected a tuple of names, got str"),
        ({"input_names": 7}, "input_names: expected a tuple of names, got int"),
        ({"input_names": ("a", 1)}, "input_names[1]: expected a name, got 1"),
        ({"input_names": ("a", [])}, "input_names[1]: expected a name, got []"),
        ({"input_names": ("a", "a")}, "input_names[1]: doubled name 'a'"),
        ({"output_names": ("a", "b")}, "output_names: expected 1 names, one for each unit; got 2"),
        ({"output_names": ()}, "output_names: expected 1 names, one for each unit; got 0"),
        ({"places": ("one",)}, "places: expected 2 names, one for each weight layer, or none"),
        ({"places": None}, "places: expected 2 names"),
        ({"truth": "reused"}, "truth: expected a Truth, got str"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_edges(fields, message):
    assert message in bad_input.message_of(networks.Network, EDGES, **fields)


@st.composite
def whole(draw, kind=bool):
    sizes = draw(st.lists(st.integers(1, 2), min_size=2, max_size=4))
    return [np.zeros(shape, kind) for shape in itertools.pairwise(sizes)]


KINDS = st.sampled_from([bool, bool, np.int8, np.float32, object, complex, "U1", "M8[s]"])
LAYERS = st.builds(np.zeros, st.lists(st.integers(0, 2), max_size=3), KINDS)
ODD = st.one_of(
    st.none(), st.integers(), st.text(), st.lists(st.text()), st.lists(LAYERS | st.none())
)
NAMES = st.lists(st.sampled_from("abc"), max_size=2) | ODD


@hypothesis.given(whole() | ODD, st.fixed_dictionaries({}, optional={
    "weights": whole(float) | ODD, "input_names": NAMES, "output_names": NAMES, "places": NAMES,
}))  # fmt: skip
def test_a_network_is_whole_or_refused(edges, others):
    try:
        found = networks.Network(edges, **others)
    except errors.InputError:
        assert bad_input.message_of(networks.Network, edges, **others)
        return
    assert all(mask.dtype == bool and mask.ndim == 2 and mask.size for mask in found.edges)
    pairs = itertools.pairwise(found.layer_sizes)
    assert [mask.shape for mask in found.edges] == list(pairs)
    for names, num_units in (
        (found.input_names, found.layer_sizes[0]), (found.output_names, found.layer_sizes[-1])
    ):  # fmt: skip
        assert names is None or len(names) == len(set(names)) == num_units
    if found.weights is not None:
        assert [w.shape for w in found.weights] == [mask.shape for mask in found.edges]
