"""Answers that hang on the order of units: said so, with the others that orders give."""

import itertools

import numpy as np
import pytest

from nsculpt import analysis
from nsculpt.analysis import ambiguity, clustering
from tests.test_analyze import parts
from tests.test_clustering import as_parts, rows

# Three units of which the middle one is as near to the first as to the last, told apart by what
# they lead to, five units of which each leads to an output of its own. Whichever pair is merged
# first, the tests leave two clusters standing (tests/test_ties.py).
CHAIN = rows("11000", "01100", "00110")


def test_a_tie_in_a_hidden_layer_is_ambiguous():
    # An input for each unit, so that the inputs' clusters are the same question.
    found = analysis.analyze([np.eye(3), CHAIN], path_length=1)
    assert found.tied_layers == (1,)
    assert found.ambiguous
    assert as_parts(found.clusters[1]) == [[0, 1], [2]]
    [other] = found.alternatives
    assert as_parts(other.clusters[1]) == [[0], [1, 2]]
    assert 0 < other.share < 1


def test_a_tie_among_inputs_is_said_and_not_ambiguous():
    # Inputs have an order of their own; hidden units do not.
    found = analysis.analyze([CHAIN])
    assert found.tied_layers == (0,)
    assert not found.ambiguous
    assert found.alternatives


def test_alternatives_are_what_the_permuted_network_gives():
    found = analysis.analyze([np.eye(3), CHAIN], path_length=1)
    answers = set()
    for order in itertools.permutations(range(3)):
        moved = analysis.analyze([np.eye(3)[:, order], CHAIN[list(order)]], path_length=1)
        # Place i of the moved layer holds unit order[i].
        labels = np.empty(3, int)
        labels[list(order)] = moved.clusters[1]
        answers.add((parts(labels), parts(np.concatenate([moved.modules[0], moved.modules[2]]))))

    def told(one):
        return parts(one.clusters[1]), parts(np.concatenate([one.modules[0], one.modules[2]]))

    assert {told(found), *map(told, found.alternatives)} == answers
    assert len(answers) == 2


def test_shares_add_up_and_no_answer_comes_twice():
    rng = np.random.default_rng(3)
    seen = 0
    for _ in range(60):
        masks = [rng.random((6, 7)) < 0.4, rng.random((7, 5)) < 0.4]
        if not (masks[0] @ masks[1]).any():
            continue
        found = analysis.analyze(masks)
        keys = [
            (tuple(map(parts, one.clusters)), parts(np.concatenate(one.modules)))
            for one in (found, *found.alternatives)
        ]
        assert len(set(keys)) == len(keys)
        shares = [one.share for one in found.alternatives]
        assert shares == sorted(shares, reverse=True)
        assert sum(shares) <= 1
        assert bool(found.tied_layers) or not found.alternatives
        seen += len(shares)
    assert seen > 10


def test_modules_that_tie_for_a_cluster():
    # Two inputs that lead to one output each, and to one together: with a threshold below a half
    # either may be joined.
    mask = rows("110", "011")
    found = analysis.analyze([mask], merge_threshold=0.3)
    assert found.clusters[0].tolist() == [0, 1]
    assert found.modules[1].tolist() == [0, 0, 1]
    assert found.tied_layers == (1,)
    [other] = found.alternatives
    assert other.modules[1].tolist() == [0, 1, 1]
    assert analysis.analyze([mask]).tied_layers == ()


@pytest.mark.parametrize("name", ["silhouette", "louvain"])
def test_other_clusterings_are_tried_in_a_few_orders(name):
    layers = [clustering.Units(CHAIN)]
    labels = clustering.cluster_layers(layers, 5, name)
    tied = ambiguity.examine(layers, [CHAIN], labels, name, 0.9).tied_layers
    answers = set()
    for order in itertools.permutations(range(3)):
        moved = clustering.cluster(clustering.Units(CHAIN[list(order)]), name)
        own = np.empty(3, int)
        own[list(order)] = moved
        answers.add(parts(own))
    assert (tied == (0,)) == (len(answers) > 1)


def test_published_networks_that_are_ambiguous(published):
    from nsculpt.paper import published as networks

    found = networks.analyse(networks.read(published / "networks.jsonl.gz"))
    assert len(found) == 1002
    assert sum(each.ambiguous for each in found) == 3
    tied = [each for each in found if each.tied_layers]
    assert len(tied) == 11
    # No false alarm: a few permutations do give something else.
    assert all(each.alternatives for each in tied)


def test_sums_of_weights_that_differ_by_rounding_tie():
    """A chain of three inputs with two equal distances, summed in one order or another."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        first, second = (rng.permutation([0.1, 0.2, 0.3, 0.7]) for _ in range(2))
        lower = np.zeros((4, 20))
        lower[0, :8] = *first, *second
        lower[1, 4:12] = *second, *second[::-1]
        lower[2, 8:16] = *second[::-1], *first[::-1]
        lower[3, 16:] = 1
        upper = np.ones((20, 1))
        found = analysis.analyze([lower, upper], features="weighted", path_length=1)
        assert found.tied_layers == (0,)
        assert found.ambiguous  # a sum may still round otherwise in another order
        order = rng.permutation(20)
        moved = analysis.analyze([lower[:, order], upper], features="weighted", path_length=1)
        assert parts(found.clusters[0]) == parts(moved.clusters[0])
