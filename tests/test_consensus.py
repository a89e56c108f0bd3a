"""What most networks agree on: counted by hand, and whatever their order."""

import json

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

import nsculpt
from nsculpt import analysis
from nsculpt.scores import consensus, isomorphism_classes, structure
from nsculpt.tasks import task

SEPARABLE = nsculpt.load_task("input_separable")


def layered(*pairs, width=4):
    """4-width-4: hidden unit h reads the inputs, and is read by the outputs, of its pair."""
    edges = [np.zeros((4, width), bool), np.zeros((width, 4), bool)]
    for unit, (inputs, outputs) in enumerate(pairs):
        edges[0][list(inputs), unit] = True
        edges[1][unit, list(outputs)] = True
    return edges


def analysed(edges, truth=SEPARABLE):
    return analysis.analyze(edges, truth=truth)


# 8 edges, inputs and outputs in pairs; the same with a unit more, 12 edges, in a wider layer.
RIGHT = layered(((0, 1), (0, 1)), ((2, 3), (2, 3)))
WIDER = layered(((0, 1), (0, 1)), ((0, 1), (0, 1)), ((2, 3), (2, 3)), width=6)
# 8 edges, one module; the same with twice as many.
MIXED = layered(((0, 1, 2, 3), (0, 1, 2, 3)))
DOUBLE = layered(((0, 1, 2, 3), (0, 1, 2, 3)), ((0, 1, 2, 3), (0, 1, 2, 3)))
# As RIGHT, without input 3: 7 edges.
DEAD = layered(((0, 1), (0, 1)), ((2,), (2, 3)))

PAIRS = ((0, 1), (2, 3))
ALL = ((0, 1, 2, 3),)


def test_three_of_five_agree():
    found = consensus.consensus([analysed(e) for e in (MIXED, RIGHT, WIDER)] + [None, None])
    for part in (found.inputs, found.outputs):
        assert part.value == PAIRS
        assert (part.networks, part.count, part.n, part.share) == ((1, 2), 2, 5, 0.4)
        assert (part.num_distinct, part.tied, part.is_true) == (2, False, True)
    assert found.graph.value == isomorphism_classes.ModuleGraph(PAIRS, PAIRS, ())
    assert (found.graph.networks, found.graph.tied, found.graph.is_true) == ((1, 2), False, True)
    assert found.num_recovered == 2


def test_what_is_most_frequent_may_be_wrong():
    found = consensus.consensus([analysed(e) for e in (MIXED, RIGHT, DOUBLE)])
    assert (found.inputs.value, found.inputs.is_true) == (ALL, False)
    assert found.graph.value == isomorphism_classes.ModuleGraph(ALL, ALL, ())
    assert (found.graph.is_true, found.num_recovered) == (False, 0)


def test_parts_are_counted_each_for_itself():
    found = consensus.consensus([analysed(e) for e in (RIGHT, DEAD, DEAD)])
    # The outputs of DEAD are parted as those of RIGHT; its inputs lack one.
    assert (found.outputs.value, found.outputs.count, found.outputs.is_true) == (PAIRS, 3, True)
    assert (found.inputs.value, found.inputs.count) == (((0, 1), (2,)), 2)
    assert found.inputs.is_true is False
    assert (found.graph.count, found.graph.is_true, found.num_recovered) == (2, False, 0)


def test_ties_go_to_the_fewest_edges():
    # 12 against 8 edges, one network each; then two each, where one of 8 edges decides.
    for edges, value in (((WIDER, MIXED), ALL), ((MIXED, DOUBLE, WIDER, WIDER), ALL)):
        found = consensus.consensus([analysed(e) for e in edges])
        assert found.inputs.tied
        assert found.graph.tied
        assert found.inputs.value == value
        assert found.graph.value.inputs == value


def test_equal_edges_go_by_sorted_order():
    # Both have 8 edges; ((0, 1), (2, 3)) stands before ((0, 1, 2, 3),).
    for edges in ((RIGHT, MIXED), (MIXED, RIGHT)):
        found = consensus.consensus([analysed(e) for e in edges])
        assert (found.inputs.value, found.inputs.tied) == (PAIRS, True)
        assert found.graph.value.inputs == PAIRS


@pytest.mark.parametrize("num_networks", [0, 3])
def test_nothing_shown(num_networks):
    found = consensus.consensus([None] * num_networks)
    for part in (found.inputs, found.outputs, found.graph):
        assert (part.value, part.is_true, part.count, part.tied) == (None, None, 0, False)
        assert (part.n, part.share) == (num_networks, 0.0 if num_networks else None)
    assert found.num_recovered is None
    json.dumps(found.to_dict(), allow_nan=False)


def test_without_a_truth_nothing_is_true_or_false():
    found = consensus.consensus([analysed(RIGHT, truth=None)])
    assert found.inputs.value == PAIRS
    assert [p.is_true for p in (found.inputs, found.outputs, found.graph)] == [None] * 3
    assert found.num_recovered is None


def test_labels_of_one_side_say_nothing_of_the_other():
    found = consensus.consensus([analysed(RIGHT, truth=task.Truth(PAIRS, (), None))])
    assert found.inputs.is_true is True
    assert (found.outputs.is_true, found.graph.is_true) == (None, None)
    assert found.num_recovered == 1


def test_an_unused_optional_input_is_no_fault():
    truth = task.Truth(PAIRS, PAIRS, None, "partition", inputs_optional=True)
    found = consensus.consensus([analysed(DEAD, truth=truth)])
    assert (found.inputs.value, found.inputs.is_true) == (((0, 1), (2,)), True)


def test_the_rule_may_ask_for_less_than_the_declared_graph():
    """One hidden layer has no room for the intermediate pair; the paper's rule asks for none."""
    hierarchy = nsculpt.load_task("hierarchy_use1")
    lower = np.zeros((8, 2), bool)
    lower[:4, 0] = lower[4:, 1] = True
    found = consensus.consensus([analysis.analyze([lower, np.ones((2, 2), bool)], truth=hierarchy)])
    assert found.inputs.value == ((0, 1, 2, 3), (4, 5, 6, 7))
    assert (found.graph.is_true, found.num_recovered) == (False, 1)


def test_to_dict_is_json():
    found = consensus.consensus([analysed(RIGHT), None])
    listed = json.loads(json.dumps(found.to_dict()))
    assert listed["inputs"] == {
        "value": [[0, 1], [2, 3]], "is_true": True, "networks": [0], "n": 2, "num_distinct": 1,
        "tied": False, "count": 1, "share": 0.5,
    }  # fmt: skip
    assert listed["graph"]["value"] == {
        "inputs": [[0, 1], [2, 3]], "outputs": [[0, 1], [2, 3]], "edges": []
    }  # fmt: skip
    assert listed["num_recovered"] == 1


def test_many_groups_are_counted():
    assert consensus.partition_text(tuple((i,) for i in range(41))) == "41 groups"
    assert consensus.partition_text((tuple(range(50)),)) == "{50 units, 0 to 49}"
    assert consensus.partition_text(PAIRS, ["a", "b\n", "c", "d"]) == "{a b\\n} {c d}"


def rings(*members):
    """Nodes 0 to 5 below 6 to 11; each is read by its own and by the next one in its ring."""
    graph = nx.DiGraph()
    graph.add_nodes_from(range(12), inputs=frozenset(), outputs=frozenset())
    for ring in members:
        for node, following in zip(ring, (*ring[1:], ring[0]), strict=True):
            graph.add_edges_from([(node, 6 + node), (node, 6 + following)])
    return graph


def test_graphs_that_look_alike_from_every_node_are_told_apart():
    one, two = rings((0, 1, 2, 3, 4, 5)), rings((0, 1, 2), (3, 4, 5))
    renamed = nx.relabel_nodes(two, {node: 11 - node for node in two})
    assert isomorphism_classes.classes([one, two, one, renamed]) == [0, 1, 0, 1]


@st.composite
def networks(draw):
    """Two weight layers among 3 inputs, 2 to 5 hidden units and 2 outputs, with a path."""
    width = draw(st.integers(2, 5))
    bits = draw(st.lists(st.booleans(), min_size=5 * width, max_size=5 * width))
    lower = np.array(bits[: 3 * width]).reshape(3, width)
    upper = np.array(bits[3 * width :]).reshape(width, 2)
    lower[0, 0] = upper[0, 0] = True
    return [lower, upper]


@hypothesis.given(st.lists(networks(), max_size=8), st.randoms(use_true_random=False))
@hypothesis.settings(max_examples=60, deadline=None)
def test_neither_order_of_networks_nor_of_hidden_units_decides(drawn, rng):
    before = [analysis.analyze(edges) for edges in drawn]
    kept = [i for i, found in enumerate(before) if not found.ambiguous]
    places = rng.sample(kept, len(kept))
    after = []
    for i in places:
        order = rng.sample(range(drawn[i][1].shape[0]), drawn[i][1].shape[0])
        after.append(analysis.analyze([drawn[i][0][:, order], drawn[i][1][order]]))
    first = consensus.consensus([before[i] for i in kept])
    second = consensus.consensus(after)
    for part in ("inputs", "outputs", "graph"):
        one, other = getattr(first, part), getattr(second, part)
        assert (one.value, one.n, one.num_distinct, one.tied) == (
            other.value, other.n, other.num_distinct, other.tied
        )  # fmt: skip
        assert {kept[i] for i in one.networks} == {places[i] for i in other.networks}


@hypothesis.given(st.lists(networks(), min_size=1, max_size=8))
@hypothesis.settings(max_examples=60, deadline=None)
def test_classes_are_those_of_the_pairwise_test(drawn):
    graphs = [structure.found_graph(analysis.analyze(edges).hierarchy) for edges in drawn]
    numbers = isomorphism_classes.classes(graphs)
    for i, one in enumerate(graphs):
        for j, other in enumerate(graphs):
            same = structure.isomorphic(one, other)
            assert same == (numbers[i] == numbers[j])
            # The plain values agree with it too, and so does the count of the most frequent.
            canonical = isomorphism_classes.canonical
            assert same == (canonical(one) == canonical(other))
    assert all(u < v for graph in graphs for u, v in isomorphism_classes.canonical(graph).edges)
    found = consensus.consensus([analysis.analyze(edges) for edges in drawn])
    assert found.graph.count == max(map(numbers.count, numbers))


def test_optional_inputs_are_compared_where_all_networks_use_them():
    """DEAD leaves input 3 out, and parts the other three as RIGHT does."""
    networks = [analysed(edges) for edges in (RIGHT, DEAD, MIXED)]
    strict = consensus.consensus(networks)
    assert (strict.inputs.count, strict.inputs.num_distinct) == (1, 3)
    found = consensus.consensus(networks, inputs_optional=True)
    assert (found.inputs.networks, found.inputs.num_distinct) == ((0, 1), 2)
    assert found.inputs.value == ((0, 1), (2,))  # of the sparser of the two
    assert (found.graph.networks, found.graph.num_distinct) == ((0, 1), 2)
    assert found.outputs == strict.outputs


def test_optional_inputs_that_no_two_networks_share():
    one, other = (layered(((pair), (0, 1, 2, 3))) for pair in ((0, 1), (2, 3)))
    found = consensus.consensus([analysed(one), analysed(other)], inputs_optional=True)
    assert (found.inputs.count, found.inputs.num_distinct, found.inputs.tied) == (1, 2, True)
