"""The structures of the networks of a seed: counted by hand, and whatever their order."""

import itertools
import math

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

import nsculpt
from nsculpt import analysis
from nsculpt.scores import consensus, diversity, structure

SEPARABLE = nsculpt.load_task("input_separable")


def shown(*pairs):
    """Of 4-4-4: hidden unit h reads the inputs, and is read by the outputs, of its pair."""
    edges = [np.zeros((4, 4), bool), np.zeros((4, 4), bool)]
    for unit, (inputs, outputs) in enumerate(pairs):
        edges[0][list(inputs), unit] = True
        edges[1][unit, list(outputs)] = True
    return diversity.shown(analysis.analyze(edges, truth=SEPARABLE))


RIGHT = shown(((0, 1), (0, 1)), ((2, 3), (2, 3)))
LARGE = shown(((0, 1), (0, 1)), ((0, 1), (0, 1)), ((2, 3), (2, 3)))  # the same structure
MIXED = shown(((0, 1, 2, 3), (0, 1, 2, 3)))
CROSSED = shown(((0, 2), (0, 1)), ((1, 3), (2, 3)))  # other inputs together


def test_five_networks_of_three_structures():
    networks = {"a": MIXED, "b": RIGHT, "c": None, "d": CROSSED, "e": LARGE}
    found = diversity.diversity(networks, ["a", "b"])
    # Of equals the one whose network comes first: "a" before "d".
    assert [each.networks for each in found.structures] == [("b", "e"), ("a",), ("d",)]
    assert [each.num_sparsest for each in found.structures] == [1, 1, 0]
    assert [each.num_recovered for each in found.structures] == [2, 0, 0]
    assert found.structures[2].inputs == ((0, 2), (1, 3))
    assert found.structures[2].outputs == ((0, 1), (2, 3))
    assert (found.n, found.num_shown, found.modal_share, found.tied) == (5, 4, 0.4, False)
    # 1/2, 1/4, 1/4 of the four that show any: 1/2 x 1 + 2 x 1/4 x 2 bits.
    assert found.entropy == 1.5
    assert found.numbers == {"b": 0, "e": 0, "a": 1, "d": 2}
    assert found.agree is False


@pytest.mark.parametrize(
    ("sparsest", "agree"), [(["a"], True), (["b"], True), (["e"], False), (["c"], False)]
)
def test_a_tie_agrees_with_what_is_as_frequent(sparsest, agree):
    networks = {"a": RIGHT, "b": MIXED, "c": None, "d": LARGE, "e": CROSSED, "f": MIXED}
    found = diversity.diversity(networks, sparsest)
    assert [each.networks for each in found.structures] == [("a", "d"), ("b", "f"), ("e",)]
    assert found.tied
    assert found.agree is agree


def test_all_alike_have_no_entropy():
    found = diversity.diversity({0: RIGHT, 1: LARGE, 2: RIGHT}, [0, 2])
    assert (found.entropy, found.modal_share, found.tied, found.agree) == (0.0, 1.0, False, True)
    assert found.structures[0].num_sparsest == 2


@pytest.mark.parametrize("networks", [{}, {0: None, 1: None}])
def test_nothing_shown(networks):
    found = diversity.diversity(networks, [])
    assert (found.structures, found.n, found.num_shown) == ((), len(networks), 0)
    assert (found.entropy, found.modal_share, found.tied, found.agree) == (None, 0.0, False, None)
    assert found.numbers == {}


def test_depth_alone_makes_no_other_structure():
    shallow, deep = [[[1, 0], [0, 1]]], [[[1, 0], [0, 1]], [[1, 0], [0, 1]]]
    networks = {
        i: diversity.shown(analysis.analyze(each)) for i, each in enumerate((shallow, deep))
    }
    (found,) = diversity.diversity(networks, [0]).structures
    assert (found.networks, found.num_recovered) == ((0, 1), None)


def test_partitions_count_where_chains_unite_modules():
    """Input 0 has a module of its own in the second network; its only reader is the other one."""
    whole = [[[0, 1, 1], [1, 1, 0], [1, 1, 1]], [[1, 1], [0, 1], [0, 1]]]
    parted = [[[0, 1, 0], [1, 0, 1], [1, 0, 1]], [[1, 0], [1, 0], [1, 1]]]
    found = [analysis.analyze(each, merge_threshold=0.5) for each in (whole, parted)]
    seed = diversity.diversity({i: diversity.shown(each) for i, each in enumerate(found)}, [0])
    assert [each.inputs for each in seed.structures] == [((0, 1, 2),), ((0,), (1, 2))]
    assert seed.structures[0].graph == seed.structures[1].graph
    over_seeds = consensus.consensus(found)
    assert (over_seeds.inputs.count, over_seeds.graph.count) == (1, 2)


@st.composite
def analysed(draw):
    """Of two weight layers among 3 inputs, 2 to 4 hidden units and 2 outputs; or None."""
    width = draw(st.integers(2, 4))
    bits = draw(st.lists(st.booleans(), min_size=5 * width, max_size=5 * width))
    lower = np.array(bits[: 3 * width]).reshape(3, width)
    upper = np.array(bits[3 * width :]).reshape(width, 2)
    return analysis.analyze([lower, upper]) if (lower @ upper).any() else None


@hypothesis.given(st.lists(analysed(), min_size=1, max_size=8), st.randoms(use_true_random=False))
@hypothesis.settings(max_examples=60, deadline=None)
def test_classes_are_those_of_the_pairwise_test_in_every_order(found, rng):
    networks = {i: None if each is None else diversity.shown(each) for i, each in enumerate(found)}
    showing = [i for i, each in networks.items() if each is not None]
    first = diversity.diversity(networks, showing[:1])
    for i, j in itertools.combinations(showing, 2):
        same = structure.same_structure(found[i], found[j])
        assert same == (first.numbers[i] == first.numbers[j])
    assert sum(each.count for each in first.structures) + found.count(None) == first.n

    order = rng.sample(list(networks), len(networks))
    second = diversity.diversity({i: networks[i] for i in order}, showing[:1])
    assert {frozenset(each.networks) for each in first.structures} == {
        frozenset(each.networks) for each in second.structures
    }
    assert (first.agree, first.tied) == (second.agree, second.tied)
    assert (first.entropy, first.modal_share) == (second.entropy, second.modal_share)
    if first.structures:
        most = math.log2(len(first.structures))
        assert 0 <= first.entropy <= most + 1e-12
