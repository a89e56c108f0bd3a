"""Networks from named arrays in memory: roles, order, orientation, refusals."""

import collections
import itertools
import types

import flax
import hypothesis
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nsculpt import networks
from nsculpt.networks import arrays
from nsculpt.sculpting import model
from tests import bad_input


def ones(*shape):
    return np.ones(shape)


def sizes_of(source, **keywords):
    return networks.load_network(source, **keywords).layer_sizes


def places_of(source, **keywords):
    return networks.load_network(source, **keywords).places


def test_the_variables_of_this_package():
    variables = model.MaskedMLP((4, 5, 3)).init(jax.random.key(0), jnp.zeros((1, 2)))
    masks = jax.tree.map(np.array, variables["masks"])
    masks["layer_1"]["kernel"][0, 3] = False
    given = {"params": variables["params"], "masks": masks}
    found = networks.load_network(given)
    assert found.layer_sizes == (2, 4, 5, 3)
    assert found.places == tuple(f"masks/layer_{index}/kernel" for index in range(3))
    for index, (mask, weights) in enumerate(zip(found.edges, found.weights, strict=True)):
        kernel = np.asarray(variables["params"][f"layer_{index}"]["kernel"])
        assert (mask == masks[f"layer_{index}"]["kernel"]).all()
        assert (weights == np.where(mask, kernel, 0)).all()
    frozen = networks.load_network(flax.core.freeze(given))
    assert all((a == b).all() for a, b in zip(frozen.edges, found.edges, strict=True))


def flax_variables(num_layers=12):
    """Layers 2-3-4-...: layer_10 can only stand after layer_9."""
    shapes = {f"layer_{index}": (index + 2, index + 3) for index in range(num_layers)}
    tree = {
        name: {"kernel": ones(*shape), "bias": ones(shape[1])} for name, shape in shapes.items()
    }
    return dict(sorted(tree.items()))


def test_layers_stand_in_numeric_order():
    assert sizes_of({"masks": flax_variables()}) == tuple(range(2, 15))
    square = {f"arr_{index}": np.full((2, 2), index + 2.0) for index in (10, 2, 1, 0, 11, 9)}
    found = networks.load_network(square)
    assert [weights[0, 0] for weights in found.weights] == [2, 3, 4, 11, 12, 13]


def test_params_alone_decide_by_their_weights():
    kernel = np.array([[0.5, 0.0], [-0.1, 2.0]])
    for given in (
        {"params": {"net": {"Dense_0": {"kernel": kernel, "bias": ones(2)}}}},
        {"net": {"Dense_0": {"kernel": kernel}}},
        {"Dense_0": types.MappingProxyType({"kernel": kernel.tolist()})},
    ):
        found = networks.load_network(given, tolerance=0.1)
        assert found.edges[0].tolist() == [[True, False], [False, True]]
        assert found.weights[0].tolist() == [[0.5, 0.0], [0.0, 2.0]]


def test_masks_alone_have_no_weights():
    found = networks.load_network({"masks": {"d": {"kernel": [[1, 0]], "bias": [1, 0]}}})
    assert found.edges[0].tolist() == [[True, False]]
    assert found.weights is None


def test_other_collections_and_vectors_are_no_layers():
    given = {
        "params": {
            "Dense_0": {"kernel": ones(2, 3), "bias": ones(3)},
            "LayerNorm_0": {"scale": ones(3), "bias": ones(3)},
            "temperature": 1.0,
            "gain": ones(1, 1, 3),
        },
        "batch_stats": {"mean": ones(3, 3)},
        "step": np.int64(7),
    }
    assert places_of(given) == ("params/Dense_0/kernel",)


def test_a_layer_called_after_masks_is_none():
    given = {"params": {"mask_head": {"kernel": [[0.5, 2.0]]}}, "masks": {}}
    assert networks.load_network(given).weights[0].tolist() == [[0.5, 2.0]]


def torch_pruned():
    """3-4-2 as torch.nn.utils.prune leaves it, [fan_out, fan_in]."""
    mask = np.zeros((4, 3), np.float32)
    mask[0, 0] = mask[3, 2] = 1
    return {
        "fc1.bias": ones(4),
        "fc1.weight_orig": np.arange(12.0, dtype=np.float32).reshape(4, 3) - 1,
        "fc1.weight_mask": mask,
        "fc2.weight": np.array([[0.0, 1.5, 0.0, -2.0], [0.0, 0.0, 0.25, 0.0]]),
        "fc2.bias": ones(2),
    }


def test_a_pruned_pytorch_network():
    found = networks.load_network(collections.OrderedDict(torch_pruned()))
    assert found.places == ("fc1.weight_mask", "fc2.weight")
    assert np.argwhere(found.edges[0]).tolist() == [[0, 0], [2, 3]]
    assert np.argwhere(found.edges[1]).tolist() == [[1, 0], [2, 1], [3, 0]]
    assert found.weights[0][0, 0] == -1
    assert found.weights[0][2, 3] == 10
    assert np.count_nonzero(found.weights[0]) == 2
    assert found.weights[1].tolist() == [[0, 0], [1.5, 0], [0, 0.25], [-2, 0]]
    # Where masks decide, weights above the tolerance play no part.
    kept = networks.load_network(torch_pruned(), tolerance=1.75)
    assert (kept.edges[0] == found.edges[0]).all()
    assert np.argwhere(kept.edges[1]).tolist() == [[3, 0]]


def test_a_pytorch_network_without_biases_by_the_way_its_layers_chain():
    stored = {"0.weight": ones(4, 3), "2.weight": ones(5, 4), "10.weight": ones(2, 5)}
    assert sizes_of(stored) == (3, 4, 5, 2)
    assert sizes_of({name: array.T for name, array in stored.items()}) == (3, 4, 5, 2)
    # Numbers hold two of three, so that out can only come last, and only out_in chains.
    stored = {"fc1.weight": ones(4, 3), "fc2.weight": ones(5, 4), "out.weight": ones(2, 5)}
    assert sizes_of(stored) == (3, 4, 5, 2)


@pytest.mark.parametrize(
    "given",
    [
        {"fc1.weight": np.eye(3), "fc2.weight": np.eye(3)},
        {"fc1.weight": np.eye(3), "fc1.bias": ones(3)},
        {"fc.weight": ones(2, 3)},
        {"enc.weight": ones(4, 8), "dec.weight": ones(8, 2)},
        {"fc1.weight_mask": ones(2, 3)},
        {"fc1.weight": ones(2, 3), "fc1.mask": ones(2, 3)},
        {"fc1_weight": ones(8, 4), "fc2_weight": ones(4, 8)},
        {"fc1_weight": np.eye(3), "fc2_weight": np.eye(3)},
        {"fc1.Weights": ones(4, 8), "fc2.Weights": ones(8, 4)},
        {"weights": {"fc1": np.eye(3), "fc2": np.eye(3)}},
        {"fc1_weight_mask": ones(2, 3)},
        {"weight0": ones(2, 3)},
        {"params": {"layers": {"0": {"weight": np.eye(3)}}}},
        {"enc_weight": np.eye(3), "enc_bias": ones(3)},
    ],
)
def test_an_ambiguous_pytorch_network_is_refused(given):
    message = bad_input.message_of(networks.load_network, given)
    assert "could be [fan_in, fan_out] or PyTorch's [fan_out, fan_in]" in message
    assert message.endswith("expected orientation='in_out' or 'out_in'")
    way_in = networks.load_network(given, orientation="in_out")
    way_out = networks.load_network(given, orientation="out_in")
    assert sorted(mask.shape for mask in way_in.edges) == (
        sorted(mask.shape[::-1] for mask in way_out.edges)
    )


@pytest.mark.parametrize(
    "name", ["mask_{}", "masks/layer_{}/kernel", "kernel_{}", "arr_{}", "{}", "W{}", "w.{}",
             "params/weight_head_{}/kernel", "fc{}"],
)  # fmt: skip
def test_names_that_do_not_say_weight_are_in_out(name):
    shapes = [(8, 4), (4, 8)]
    given = {name.format(index): ones(*shape) for index, shape in enumerate(shapes)}
    assert sizes_of(given) == (8, 4, 8)
    square = np.array([[1, 1], [0, 1]])
    found = networks.load_network({name.format(index): square for index in range(2)})
    assert found.edges[1].tolist() == square.tolist()


def test_names_that_say_weight_in_any_way_are_turned_where_only_that_chains():
    for name in ("fc{}_weight", "weight{}", "net/weights/{}"):
        stored = {name.format(index): ones(*shape) for index, shape in enumerate([(4, 3), (2, 4)])}
        assert sizes_of(stored) == (3, 4, 2)
        assert sizes_of({name: array.T for name, array in stored.items()}) == (3, 4, 2)
    # A bias decides for all.
    assert sizes_of({"a1_weight": ones(8, 4), "a2_weight": ones(4, 8), "a1_bias": ones(8)}) == (
        4, 8, 4
    )  # fmt: skip


def test_biases_show_the_orientation():
    lower, upper = ones(5, 2), np.eye(5)
    by_name = {"h.weight": lower, "h.bias": ones(5), "out.weight": upper, "out.bias": ones(5)}
    assert sizes_of(by_name) == (2, 5, 5)
    assert sizes_of({"W0": lower, "b0": ones(5)}) == (2, 5)
    assert sizes_of({"W0": lower, "b0": ones(2)}) == (5, 2)
    assert sizes_of({"W0": lower, "bias0": ones(1, 2)}) == (5, 2)
    assert sizes_of({"W0": lower}) == (5, 2)  # no name of PyTorch: as this package has it
    assert sizes_of({"W0": lower, "b1": ones(5)}) == (5, 2)  # of another layer


def test_layers_without_numbers_stand_as_they_chain():
    given = {"out": ones(4, 2), "fc2": ones(3, 4), "fc1": ones(6, 3)}
    assert places_of(given) == ("fc1", "fc2", "out")
    squares = {f"h{index}": ones(3, 3) for index in (2, 10, 1)} | {"out": ones(3, 2)}
    assert places_of(squares | {"in": ones(5, 3)}) == ("in", "h1", "h2", "h10", "out")
    # A loop of widths: 3-4-3 can only be entered at 2 and left to 5.
    loop = {"a": ones(3, 4), "b": ones(4, 3), "c": ones(2, 3), "d": ones(3, 5)}
    assert places_of(loop) == ("c", "a", "b", "d")


def test_layers_may_be_named_in_their_order():
    given = {"b.mask": np.eye(2), "a.mask": np.eye(2), "conv.weight": ones(3, 3, 3, 3)}
    assert places_of(given, layers=["b", "a"]) == ("b.mask", "a.mask")
    assert places_of(given, layers=("a.mask",)) == ("a.mask",)
    torch = torch_pruned()
    assert places_of(torch, layers=["fc1", "fc2.weight"]) == ("fc1.weight_mask", "fc2.weight")
    assert sizes_of(torch, layers=["fc2"]) == (4, 2)
    variables = {"params": flax_variables(3)}
    assert sizes_of(variables, layers=["layer_1", "params/layer_2/kernel"]) == (3, 4, 5)


def test_three_hundred_layers_of_one_width_keep_to_their_numbers():
    rng = np.random.default_rng(0)
    names = [f"h{index}" for index in range(300)]
    rng.shuffle(names)
    given = {name: np.eye(2) for name in names} | {"in": ones(3, 2), "out": ones(2, 4)}
    order = places_of(given)
    assert order == ("in", *(f"h{index}" for index in range(300)), "out")


def test_names_may_come_along():
    given = {
        "fc1_mask": np.eye(2),
        "input_names": ["a", "b"],
        "output_names": np.array(["y", "z"]),
    }
    found = networks.load_network(given)
    assert (found.input_names, found.output_names) == (("a", "b"), ("y", "z"))
    assert networks.load_network(given, input_names=["p", "q"]).input_names == ("p", "q")


BAD = [
    ({}, "expected 2-D arrays of masks or weights, one or more; found no array"),
    ({"step": 3}, "one or more; found step"),
    ({"fc1.weight": None}, "one or more; found fc1.weight"),
    ({"a": [[1], [1, 2]]}, "a: expected a rectangular array, got list"),
    ({"a": [["x"]]}, "a: expected a rectangular array of 0 and 1 or booleans, or of real weights"),
    ({"a": np.ones((1, 1), complex)}, "a: expected a rectangular array of 0 and 1"),
    ({"a": ones(2, 0)}, "a: expected a 2-D array [fan_in, fan_out] without empty axes; got shape "
                        "[2, 0]"),
    ({"conv.weight": ones(8, 1, 3, 3), "fc.weight": np.eye(2)},
     "conv.weight: expected 2-D arrays, since only dense layers are analysed; got shape "
     "[8, 1, 3, 3]; layers=[names from the inputs up] chooses dense ones"),
    ({"fc_mask": [[1, 2]]}, "fc_mask: expected 0 or 1, got 2 at [0, 1]"),
    ({"fc_mask": [[1, np.nan]]}, "fc_mask: expected 0 or 1, got nan at [0, 1]"),
    ({"fc_mask": [[1, 1]], "fc_weight": [[1, np.inf]]},
     "fc_mask [1, 2]: could be [fan_in, fan_out] or PyTorch's [fan_out, fan_in]"),
    ({"fc_mask": [[1, 1]], "fc_kernel": [[1, np.inf]]},
     "fc_kernel: expected a finite weight, got inf at [0, 1]"),
    ({"fc": np.ma.array([[1, 0]])}, "fc: a masked array (numpy.ma), of which only the data"),
    ({"fc": np.eye(2), "bias": np.ma.array([1, 0])}, "bias: a masked array"),
    ({"fc": [np.ma.array([1, 0], mask=[0, 1])]}, "fc: a masked array"),
    ({"fc_mask": [[1, 1]], "fc_weight": [[1], [1]]},
     "fc_weight: expected the shape of fc_mask, [1, 2]; got [2, 1]"),
    ({"fc.weight": np.eye(2), "fc.kernel": np.eye(2)},
     "fc.weight: expected one array of weights for a layer; fc.kernel is another"),
    ({"fc1": np.eye(2), "fc_1": np.eye(2)},
     "fc_1: expected one array of weights for a layer; fc1 is another"),
    ({"layer_0": ones(4, 8), "layer_1": ones(3, 2)},
     "layer_1: expected fan_in 8, the fan_out of layer_0 [4, 8]; got shape [3, 2]"),
    ({"W0": ones(8, 4), "W1": ones(8, 8), "W2": ones(2, 8)},
     "W1: expected fan_in 4, the fan_out of W0 [8, 4]; got shape [8, 8]; all layers the other way "
     "round would fit: orientation='out_in'"),
    ({"fc1.weight": ones(7, 4), "fc2.weight": ones(5, 3)},
     "fc2.weight: expected fan_in 7, the fan_out of fc1.weight [4, 7]; got shape [3, 5], read as "
     "[fan_out, fan_in] and turned"),
    ({"a": ones(4, 8), "b": ones(3, 2)},
     "a [4, 8], b [3, 2]: no order lets the fan_out of each layer be the fan_in of the next; "
     "expected layers=[names from the inputs up]"),
    ({"a": ones(2, 2), "b": ones(3, 3)}, "a [2, 2], b [3, 3]: no order lets"),
    ({"h1": ones(4, 8), "h2": ones(3, 4), "out": ones(2, 3)},
     "expected layers=[names from the inputs up], or orientation='out_in', which fits"),
    ({"a": np.eye(2), "b": np.eye(2)}, "a [2, 2]: b [2, 2] can stand in its place, so that neither "
     "names nor shapes give one order of the layers; expected layers=[names from the inputs up]"),
    ({"fc1.weight": ones(2, 3), "fc1.bias": ones(4)},
     "fc1.bias: expected a bias for each unit of fc1.weight [2, 3], got 4; with "
     "orientation='in_out' or 'out_in' biases are not looked at"),
    ({"fc1.weight": ones(2, 3), "fc1.bias": ones(3), "fc2.weight": ones(4, 3),
      "fc2.bias": ones(4)},
     "fc1.weight is [fan_in, fan_out] by the size of its bias, and fc2.weight [fan_out, fan_in]; "
     "expected all one way round, or orientation='in_out' or 'out_in'"),
    ({1: {"a": np.eye(2)}, "1": {"a": np.eye(2)}}, "1/a: two arrays are called so"),
    ({"m": np.eye(2), "input_names": [1, 2]}, "input_names: expected strings, one for each unit; "
                                              "got shape [2]"),
    ({"m": np.eye(2), "input_names": "ab"}, "input_names: expected strings, one for each unit; got "
                                            "shape []"),
    ({"m": np.eye(2), "input_names": ["a"]}, "input_names: expected 2 names, one for each unit; "
                                             "got 1"),
    ({"m": np.eye(2), "output_names": ["a", "a"]}, "output_names[1]: doubled name 'a'"),
    ({"two\nlines": [[np.nan]]}, "'two\\nlines': expected a finite weight, got nan at [0, 0]"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "message"), BAD)
def test_bad_named_arrays(given, message):
    assert message in bad_input.message_of(networks.load_network, given)


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        (["fc3"], "layers[0]: no layer 'fc3'; did you mean fc2?"),
        (["fc1", "zzz"], "layers[1]: no layer 'zzz'; known: fc1, fc1.weight_mask"),
        (["fc1", "fc1.weight_orig"], "layers[1]: 'fc1.weight_orig' is layers[0] already"),
        (["fc1.bias"], "layers[0]: no layer 'fc1.bias'"),
        (["!"], "layers[0]: no layer '!'"),
        (["fc2", "fc1"], "fc1.weight_mask: expected fan_in 2, the fan_out of fc2.weight [4, 2]"),
    ],
)
def test_bad_layers(layers, message):
    given = torch_pruned()
    if layers == ["fc1.bias"]:
        # A bias of its layer would do as its name; one without a layer does not.
        given = {name: array for name, array in given.items() if "fc1.weight" not in name}
    found = bad_input.message_of(networks.load_network, given, layers=layers)
    assert found.startswith(message)


def test_hostile_mappings():
    endless = {}
    endless["again"] = endless
    message = bad_input.message_of(networks.load_network, endless)
    assert message.endswith("expected mappings in at most 100 levels")

    class Broken(dict):
        def __getitem__(self, key):
            raise OSError("gone\naway")

    message = bad_input.message_of(networks.load_network, Broken(a=1))
    assert message == "a: cannot be read: 'gone\\naway'"
    many = {f"{index:x}q{'a' * index}": np.eye(1) for index in range(60)}
    assert "layers=[names" in bad_input.message_of(networks.load_network, many)
    # Chains with twenty loops at one width: too many ways that all fail by one layer.
    loops = {}
    for index, letter in enumerate("abcdefghijklmnopqrstu"):
        loops[f"{letter}x"] = ones(1, index + 2)
        loops[f"{letter}y"] = ones(index + 2, 1)
    assert "layers=[names" in bad_input.message_of(networks.load_network, loops)


def test_too_many_edges_are_refused_before_they_are_read(monkeypatch):
    monkeypatch.setattr(arrays, "MOST_EDGES", 5)
    message = bad_input.message_of(networks.load_network, {"a1": np.eye(2), "a2": np.eye(2)})
    assert message == "layers: 8 edges, dead ones included; expected at most 5"


@st.composite
def networks_of_masks(draw, most_layers=4):
    sizes = draw(st.lists(st.integers(1, 5), min_size=2, max_size=most_layers + 1))
    return [draw(hnp.arrays(bool, shape)) for shape in itertools.pairwise(sizes)]


STYLES = {
    "flax": lambda i, mask: {f"masks/layer_{i}/kernel": mask, f"params/layer_{i}/kernel": mask * 2},
    "arr": lambda i, mask: {f"arr_{i}": mask},
    "haiku": lambda i, mask: {f"mlp/~/linear_{i}/w": mask * 0.5},
    "mask0": lambda i, mask: {f"mask{i}": mask.astype(np.float32), f"bias{i}": ones(mask.shape[1])},
}


@hypothesis.given(networks_of_masks(), st.sampled_from(sorted(STYLES)), st.randoms())
def test_the_order_of_insertion_means_nothing(masks, style, random):
    named = {}
    for index, mask in enumerate(masks):
        named.update(STYLES[style](index + 8, mask))  # across 9 and 10
    names = list(named)
    random.shuffle(names)
    found = networks.load_network({name: named[name] for name in names})
    assert len(found.edges) == len(masks)
    assert all((a == b).all() for a, b in zip(found.edges, masks, strict=True))


@hypothesis.given(networks_of_masks(), st.permutations("abcd"), st.sampled_from(["", "7"]))
def test_where_shapes_decide_the_answer_is_the_only_order(masks, letters, number):
    """Against all permutations, tried one by one."""
    named = {f"{letter}{number}": mask for letter, mask in zip(letters, masks, strict=False)}
    orders = [
        order
        for order in itertools.permutations(sorted(named))
        if all(named[a].shape[1] == named[b].shape[0] for a, b in itertools.pairwise(order))
    ]
    if len(orders) == 1:
        assert places_of(named) == orders[0]
    else:
        assert "can stand in its place" in bad_input.message_of(networks.load_network, named)
