"""Networks from sequences of arrays: what is an edge, what chains, what is refused."""

import itertools

import hypothesis
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

import nsculpt
from nsculpt import networks
from nsculpt.networks import arrays
from tests import bad_input

# 2-3-1: input 0 to hidden 0 and 2, input 1 to hidden 1; hidden 0 and 1 to the output.
LOWER = [[1, 0, 1], [0, 1, 0]]
UPPER = [[1], [1], [0]]
WEIGHTS = [[0.5, 0.0, -2.0], [0.0, 1e-3, 0.0]]


def edges_of(*given, **keywords):
    return [mask.tolist() for mask in networks.load_network(*given, **keywords).edges]


EXPECTED = [np.array(LOWER, bool).tolist(), np.array(UPPER, bool).tolist()]


@pytest.mark.parametrize(
    "kind",
    [
        lambda rows: rows,
        np.array,
        lambda rows: np.array(rows, bool),
        lambda rows: np.array(rows, np.float16),
        np.asfortranarray,
        lambda rows: jnp.array(rows, bool),
        lambda rows: jnp.array(rows, jnp.bfloat16),
        sparse.csr_matrix,
        sparse.coo_array,
    ],
    ids=["lists", "int", "bool", "half", "columns", "jax", "bfloat16", "csr", "coo"],
)
def test_masks_of_many_kinds(kind):
    found = networks.load_network([kind(LOWER), kind(UPPER)])
    assert [mask.tolist() for mask in found.edges] == EXPECTED
    assert all(mask.dtype == bool for mask in found.edges)
    assert found.weights is None
    assert found.layer_sizes == (2, 3, 1)
    assert found.places == ("masks[0]", "masks[1]")
    assert (found.truth, found.settings, found.input_names) == (None, {}, None)


def test_a_generator_and_one_array_of_masks():
    assert edges_of(mask for mask in (LOWER, UPPER)) == EXPECTED
    assert edges_of(np.eye(2, dtype=int)[None]) == [[[True, False], [False, True]]]


def test_weights_above_the_tolerance_are_edges():
    found = networks.load_network([np.array(WEIGHTS, np.float32), UPPER])
    assert [mask.tolist() for mask in found.edges] == EXPECTED
    assert found.weights[0] == pytest.approx(np.array(WEIGHTS))
    assert found.weights[1].tolist() == UPPER
    assert {w.dtype for w in found.weights} == {np.dtype(np.float64)}


@pytest.mark.parametrize(("tolerance", "kept"), [(0, 3), (1e-3, 2), (0.5, 1), (1.999, 1), (2, 0)])
def test_a_weight_as_large_as_the_tolerance_is_no_edge(tolerance, kept):
    # Booleans are masks, whatever the tolerance.
    mask = np.array(UPPER, bool)
    found = networks.load_network([np.array(WEIGHTS), mask], tolerance=tolerance)
    assert found.edges[0].sum() == kept
    assert (found.edges[1] == mask).all()
    assert not found.weights[0][~found.edges[0]].any()


def test_the_least_integer_is_an_edge():
    # The absolute value of -128 is no int8.
    assert edges_of([np.array([[-128, 0]], np.int8)]) == [[[True, False]]]


def test_masks_are_copied():
    for given in (np.ones((1, 1), bool), np.ones((1, 1)), np.full((1, 1), 0.5)):
        found = networks.load_network([given])
        turned = networks.load_network([given], orientation="out_in")
        given[0, 0] = 0
        assert found.edges[0][0, 0]
        assert turned.edges[0][0, 0]
        if found.weights is not None:
            assert found.weights[0][0, 0] == 0.5


def test_the_other_orientation_turns_all():
    stored = [np.array(WEIGHTS).T, np.array(UPPER).T]
    found = networks.load_network(stored, orientation="out_in")
    assert [mask.tolist() for mask in found.edges] == EXPECTED
    assert found.weights[0].tolist() == WEIGHTS
    assert edges_of([LOWER, UPPER], orientation="in_out") == EXPECTED


def test_names_are_kept():
    found = networks.load_network([LOWER, UPPER], input_names=["a", "b"], output_names=("y",))
    assert (found.input_names, found.output_names) == (("a", "b"), ("y",))
    again = networks.load_network(found, output_names=[np.str_("z")])
    assert (again.input_names, again.output_names) == (("a", "b"), ("z",))
    assert type(again.output_names[0]) is str
    assert again.edges is found.edges


ONES = np.ones((2, 2), bool)
NAN = np.array([[0.5, 1.0], [np.nan, 0.0]])


@pytest.mark.parametrize(
    ("masks", "message"),
    [
        ([], "masks: expected one array for each weight layer; got none"),
        (7, "masks: expected a sequence of 2-D arrays [fan_in, fan_out], one for a weight layer; "
            "got int"),
        (None, "got NoneType"),
        (b"01", "got bytes"),
        ({((1,),)}, "got set"),
        (ONES, "got one array of shape [2, 2]; a network of one layer is [array]"),
        (sparse.csr_array(ONES), "got one array of shape [2, 2]"),
        (jnp.ones((2, 2)), "got one array of shape [2, 2]"),
        (np.ones(3), "got one array of shape [3]"),
        (np.array(1), "got one array of shape []"),
        (np.ones((1, 1, 1, 1)), "got one array of shape [1, 1, 1, 1]"),
        ([ONES[0]], "masks[0]: expected a 2-D array [fan_in, fan_out] without empty axes; got "
                    "shape [2]"),
        ([ONES, ONES[None]], "masks[1]: expected a 2-D array [fan_in, fan_out] without empty axes; "
                             "got shape [1, 2, 2]"),
        ([np.ones((2, 0))], "masks[0]: expected a 2-D array [fan_in, fan_out] without empty axes; "
                            "got shape [2, 0]"),
        ([sparse.csr_array((2, 0))], "got shape [2, 0]"),
        ([[[1, 0], [1]]], "masks[0]: expected a rectangular array of 0 and 1 or booleans, or of "
                          "real weights"),
        ([[["1"]]], "masks[0]: expected a rectangular array of 0 and 1"),
        ([ONES, ONES * 1j], "masks[1]: expected a rectangular array of 0 and 1"),
        ([ONES.astype(object)], "masks[0]: expected a rectangular array of 0 and 1"),
        ([{"a": 1}], "masks[0]: expected a rectangular array of 0 and 1"),
        ([np.zeros((2, 2), "V2")], "masks[0]: expected a rectangular array of 0 and 1"),
        ([ONES, NAN], "masks[1]: expected a finite weight, got nan at [1, 0]"),
        ([np.array([[0, -np.inf]])], "masks[0]: expected a finite weight, got -inf at [0, 1]"),
    ],
)  # fmt: skip
def test_bad_masks_are_named(masks, message):
    assert message in bad_input.message_of(networks.load_network, masks)


def test_a_bad_value_is_named_where_it_is_stored():
    message = bad_input.message_of(networks.load_network, [NAN], orientation="out_in")
    assert message == "masks[0]: expected a finite weight, got nan at [1, 0]"


@pytest.mark.parametrize(
    ("shapes", "orientation", "message"),
    [
        ([(4, 8), (3, 2)], None,
         "masks[1]: expected fan_in 8, the fan_out of masks[0] [4, 8]; got shape [3, 2]"),
        ([(4, 8), (2, 8)], None, "got shape [2, 8]; its transpose would fit"),
        ([(8, 4), (8, 2)], None, "got shape [8, 2]; the transpose of masks[0] would fit"),
        ([(4, 8), (6, 8), (6, 2)], None, "masks[1]: expected fan_in 8, the fan_out of masks[0] "
                                         "[4, 8]; got shape [6, 8]; its transpose would fit"),
        ([(8, 4), (6, 8), (2, 6)], None, "masks[1]: expected fan_in 4, the fan_out of masks[0] "
         "[8, 4]; got shape [6, 8]; all layers the other way round would fit: "
         "orientation='out_in'"),
        ([(4, 8), (8, 2), (2, 3)], "out_in", "masks[1]: expected fan_in 4, the fan_out of "
         "masks[0] [8, 4]; got shape [2, 8], read as [fan_out, fan_in] and turned; all layers the "
         "other way round would fit: orientation='in_out'"),
        ([(4, 8), (2, 8), (3, 3)], None, "got shape [2, 8]; its transpose would fit"),
    ],
)  # fmt: skip
def test_masks_that_do_not_chain(shapes, orientation, message):
    masks = [np.ones(shape) for shape in shapes]
    found = bad_input.message_of(networks.load_network, masks, orientation=orientation)
    assert found.endswith(message)


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"tolerance": -0.1}, "tolerance: expected a finite number of at least 0, got -0.1"),
        ({"tolerance": float("nan")}, "tolerance: expected a finite number of at least 0, got nan"),
        ({"tolerance": float("inf")}, "tolerance: expected a finite number of at least 0, got inf"),
        ({"tolerance": "0"}, "tolerance: expected a finite number of at least 0, got '0'"),
        ({"tolerance": True}, "tolerance: expected a finite number of at least 0, got True"),
        ({"tolerance": 10**400}, "tolerance: expected a finite number"),
        ({"tolerance": None}, "tolerance: expected a finite number"),
        ({"orientation": "up"}, "orientation: expected 'in_out' or 'out_in', got 'up'"),
        ({"orientation": 1}, "orientation: expected 'in_out' or 'out_in', got 1"),
        ({"layers": ["fc1"]}, "layers: got ('fc1',), which says nothing of a sequence of arrays"),
        ({"layers": "fc1"}, "layers: expected a sequence of names, got 'fc1'"),
        ({"layers": []}, "layers: expected at least one name, got none"),
        ({"layers": [1]}, "layers[0]: expected a name, got 1"),
        ({"seed": 0}, "seed: got 0, which says nothing of one network; expected it to be left out"),
        ({"seed": "0"}, "seed: expected a whole number, got '0'"),
        ({"seed": True}, "seed: expected a whole number, got True"),
        ({"unit_step": "5"}, "unit_step: expected a number of percent, got '5'"),
        ({"edge_step": 0.5}, "edge_step: got 0.5, which says nothing of one network"),
        ({"input_names": "ab"}, "input_names: expected a sequence of names, got 'ab'"),
        ({"input_names": ["a", 1]}, "input_names[1]: expected a name, got 1"),
        ({"input_names": ["a"]}, "input_names: expected 2 names, one for each unit; got 1"),
        ({"input_names": ["a", "a"]}, "input_names[1]: doubled name 'a'"),
        ({"output_names": ["a", "b"]}, "output_names: expected 1 names, one for each unit; got 2"),
    ],
)
def test_bad_arguments_are_named(keywords, message):
    found = bad_input.message_of(networks.load_network, [LOWER, UPPER], **keywords)
    assert found.startswith(message)


def test_what_says_nothing_of_a_loaded_network_is_refused():
    found = networks.load_network([LOWER, UPPER])
    message = bad_input.message_of(networks.load_network, found, orientation="out_in")
    assert message.startswith("orientation: got 'out_in', which says nothing of a network that is")
    for call in (networks.load_network, nsculpt.analyze):
        assert bad_input.message_of(call, found, tolerance=0.5) == (
            "tolerance: got 0.5, which says nothing of a network that is loaded already; expected "
            "it to be left out"
        )
    assert networks.load_network(found, tolerance=0).edges is found.edges


def test_masked_arrays_are_refused():
    message = (
        "masks[0]: a masked array (numpy.ma), of which only the data would be read; expected a "
        "plain one, such as its .filled(0)"
    )
    hidden = np.ma.array(LOWER, mask=np.eye(2, 3))
    for given in ([hidden, UPPER], [list(hidden), UPPER], hidden[None], [np.ma.array(LOWER)]):
        assert bad_input.message_of(networks.load_network, given) == message
    assert edges_of([hidden.filled(0), UPPER])[0] == [[False, False, True], [False, False, False]]


def test_too_many_edges_are_refused(monkeypatch):
    monkeypatch.setattr(arrays, "MOST_EDGES", 8)
    message = bad_input.message_of(networks.load_network, [LOWER, UPPER])
    assert message == "masks: 9 edges, dead ones included; expected at most 8"
    wide = sparse.csr_array((10**6, 10**6))
    assert "masks[0]: 1000000000000 edges" in bad_input.message_of(networks.load_network, [wide])


@st.composite
def weighted_layers(draw):
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=5))
    values = st.floats(-4, 4, width=32)
    return [
        draw(hnp.arrays(np.float32, shape, elements=values)) for shape in itertools.pairwise(sizes)
    ]


@hypothesis.given(weighted_layers(), st.sampled_from([0.0, 0.5, 1.0]))
def test_edges_and_weights_agree(given, tolerance):
    found = networks.load_network(given, tolerance=tolerance)
    for array, mask in zip(given, found.edges, strict=True):
        assert (mask == (np.abs(array.astype(float)) > tolerance)).all()
    if found.weights is None:
        assert set(np.concatenate([array.ravel() for array in given]).tolist()) <= {0, 1}
    else:
        for array, mask, weights in zip(given, found.edges, found.weights, strict=True):
            assert (weights == np.where(mask, array.astype(float), 0)).all()
    turned = networks.load_network(
        [array.T for array in given], tolerance=tolerance, orientation="out_in"
    )
    assert all((a == b).all() for a, b in zip(found.edges, turned.edges, strict=True))
