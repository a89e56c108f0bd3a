"""Modules followed from network to network: numbers, events, and since when things are there."""

import itertools

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import analysis as analysis_lib
from nsculpt.analysis import hierarchy, result
from nsculpt.scores import lineage, persistence


def network(*groups, size=12):
    """An analysis in which the inputs of each group are a module; the others are dead."""
    units = sorted(unit for group in groups for unit in group)
    of = {unit: module for module, group in enumerate(groups) for unit in group}
    live = [np.array(units), np.arange(1)]
    # The output is the last module's, so that all numbers have units.
    modules = [np.array([of[unit] for unit in units]), np.array([len(groups) - 1])]
    edges = [np.ones((len(units), 1), bool)]
    return result.Analysis(
        layer_sizes=(size, 1),
        edges=[np.isin(np.arange(size), units)[:, None]],
        live_units=live,
        clusters=modules,
        modules=modules,
        hierarchy=hierarchy.module_graph(edges, live, modules),
        scores=None,
        path_length=1,
        merge_threshold=0.9,
        modularity_threshold=0.2,
    )


def told(*networks):
    """What `events` says between each two."""
    numbers = lineage.follow(networks)
    return [
        [str(event) for event in lineage.events(*pair, *own)]
        for pair, own in zip(itertools.pairwise(networks), itertools.pairwise(numbers), strict=True)
    ]


# Units are inputs 0 to 11. The output, a unit too, is in the module that stands last.


def test_the_larger_part_keeps_the_number():
    """Of A = {0..5} four units and the output go to {2..5}, and two to {0 1}."""
    before, after = network(range(6)), network((0, 1), (2, 3, 4, 5))
    assert lineage.follow([before, after]) == [(1,), (0, 1)]
    assert told(before, after) == [["module 1 splits into 0 and 1"]]


def test_of_equal_parts_the_lower_number_is_kept():
    """{0..4} with the output are 6 units: three to each of two parts."""
    before, after = network(range(5)), network((0, 1, 2), (3, 4))
    assert lineage.follow([before, after]) == [(0,), (0, 1)]
    # Turned round, so that the part with the output is first by its units, and second by number.
    assert lineage.follow([before, network((2, 3, 4), (0, 1))]) == [(0,), (0, 1)]


def test_a_merged_module_has_the_number_that_most_of_it_had():
    before, after = network((0, 1), (2, 3, 4), (5,)), network((0, 1, 2, 3, 4), (5,))
    assert lineage.follow([before, after]) == [(2, 0, 1), (0, 1)]
    assert told(before, after) == [["modules 0 and 2 merge into 0"]]


def test_of_equal_pairs_the_more_alike_are_the_same():
    """Both sources have two units in common with {0..3}; {2 3 4} has another one as well."""
    before = network((2, 3, 4), (0, 1), (5, 6, 7))
    after = network((0, 1, 2, 3), (4, 5, 6, 7))
    assert lineage.follow([before, after]) == [(2, 0, 1), (0, 1)]
    assert told(before, after) == [["modules 0 and 2 merge into 0"]]


def test_a_module_that_takes_no_majority_and_is_none_forms():
    """{3 7} has half, so not more, of its units from each of two modules."""
    before = network((0, 1, 2, 3), (4, 5, 6, 7))
    after = network((0, 1, 2), (3, 7), (4, 5, 6))
    assert lineage.follow([before, after]) == [(0, 2), (0, 1, 2)]
    assert told(before, after) == [["module 1 forms from parts of 0 and 2"]]
    # The other way round it dissolves, and its number is the first after the last network's.
    assert lineage.follow([after, before]) == [(0, 2, 1), (0, 1)]
    assert told(after, before) == [["module 2 dissolves into parts of 0 and 1"]]


def test_only_units_that_stay_live_count():
    """Of ten units one is left, and it is the same module; a module without any disappears."""
    before, after = network(range(10), (10, 11)), network((3,), (11,))
    assert lineage.follow([before, after]) == [(0, 1), (0, 1)]
    assert told(before, after) == [[]]
    before = network((0, 1), (2, 3), (4,))
    assert told(before, network((0, 1), (4,))) == [["module 2 disappears: all its units died"]]


def test_to_pass_on_a_minor_part_is_no_event():
    before, after = network((0, 1, 2, 3, 4), (5, 6, 7)), network((0, 1, 2, 3), (4, 5, 6, 7))
    assert lineage.follow([before, after]) == [(0, 1), (0, 1)]
    assert told(before, after) == [[]]


def test_a_module_may_split_and_its_part_merge():
    """{0 1 2 3} gives {0}, all of which was its own, and the rest, which joins {4..8}."""
    before, after = network((0, 1, 2, 3), (4, 5, 6, 7, 8)), network((0,), (1, 2, 3, 4, 5, 6, 7, 8))
    assert lineage.follow([before, after]) == [(0, 1), (0, 1)]
    assert told(before, after) == [["module 0 splits into 0 and 1", "modules 0 and 1 merge into 1"]]


def test_a_number_lasts_over_several_networks_and_is_never_used_again():
    networks = [
        network(range(8)),  # with the output 9 units: 4 to {0..3}, 5 to the others
        network((0, 1, 2, 3), (4, 5), (6, 7)),
        network((0, 1, 2, 3), (4, 5, 6, 7)),
        network((0, 1, 2, 3), (4, 5), (6, 7)),  # what had gone is not known again
        network((0, 1, 2, 3, 4, 5, 6, 7)),
    ]
    # Of nine units in the end, four come from {0..3}, more than from {4 5} and from {6 7}, that
    # has the output. {4..7} gives two to {4 5} and three to {6 7}, and takes as many; {0..7} gives
    # four to {0..3}.
    assert lineage.follow(networks) == [(0,), (0, 3, 2), (0, 2), (0, 1, 2), (0,)]


def test_networks_without_a_path_have_no_modules():
    networks = [network((0, 1), (2, 3)), network((0,), (2,)), None, None]
    assert lineage.follow(networks) == [(0, 1), (0, 1), (), ()]
    assert told(*networks) == [
        [],
        ["module 0 disappears: all its units died", "module 1 disappears: all its units died"],
        [],
    ]
    assert persistence.since(networks, range(4)) == ()
    assert lineage.follow([None]) == [()]
    assert lineage.follow([]) == []


def test_many_modules_are_counted_in_a_sentence():
    every = tuple(range(13))
    assert str(lineage.Event(lineage.SPLITS, (0,), every)) == "module 0 splits into 13 modules"
    assert str(lineage.Event(lineage.MERGES, every, (0,))) == "13 modules merge into 0"
    assert (
        str(lineage.Event(lineage.FORMS, every, (3,))) == "module 3 forms from parts of 13 modules"
    )
    assert str(lineage.Event(lineage.MERGES, every[:3], (0,))) == "modules 0, 1 and 2 merge into 0"


@st.composite
def prunings(draw):
    """Networks whose live units only become fewer, in any modules."""
    live = list(range(12))
    found = []
    for _ in range(draw(st.integers(2, 5))):
        live = [unit for unit in live if draw(st.integers(0, 4))] or live[:1]
        labels = [draw(st.integers(0, 3)) for _ in live]
        groups = [
            [unit for unit, label in zip(live, labels, strict=True) if label == each]
            for each in dict.fromkeys(labels)
        ]
        found.append(network(*groups))
    return found


def members(analysis, numbers):
    """Units of each module by its number."""
    held = {number: set() for number in numbers}
    for layer, labels in enumerate(analysis.modules):
        for unit, module in zip(analysis.live_units[layer], labels, strict=True):
            held[numbers[module]].add((layer, int(unit)))
    return held


@hypothesis.settings(max_examples=200, deadline=None)
@hypothesis.given(prunings())
def test_numbers_and_events_tell_one_story(networks):
    """What is new has come by an event, what is gone has gone by one; by sets, a second method."""
    numbers = lineage.follow(networks)
    assert numbers[-1] == tuple(range(len(networks[-1].hierarchy)))
    in_use = set().union(*numbers)
    assert in_use == set(range(len(in_use)))
    for place, own in enumerate(numbers):
        assert len(set(own)) == len(own) == len(networks[place].hierarchy)
    for (before, after), (old, new) in zip(
        itertools.pairwise(networks), itertools.pairwise(numbers), strict=True
    ):
        found = lineage.events(before, after, old, new)
        was, now = members(before, old), members(after, new)
        alive = set().union(*now.values())
        left = {number: units & alive for number, units in was.items()}

        def goes_into(source, target, left=left, now=now):
            common = len(left[source] & now[target])
            return common > len(left[source]) / 2 or common > len(now[target]) / 2

        expected = set()
        for source in was:
            targets = tuple(sorted(t for t in now if goes_into(source, t)))
            if not left[source]:
                expected.add((lineage.DISAPPEARS, (source,), ()))
            elif not targets:
                touched = tuple(sorted(t for t in now if left[source] & now[t]))
                expected.add((lineage.DISSOLVES, (source,), touched))
            elif len(targets) > 1:
                expected.add((lineage.SPLITS, (source,), targets))
        for target in now:
            sources = tuple(sorted(s for s in was if goes_into(s, target)))
            if not sources:
                touched = tuple(sorted(s for s in was if left[s] & now[target]))
                expected.add((lineage.FORMS, touched, (target,)))
            elif len(sources) > 1:
                expected.add((lineage.MERGES, sources, (target,)))
        assert {(each.kind, each.before, each.after) for each in found} == expected
        assert len(found) == len(expected)
        came = {n for e in found if e.kind in (lineage.SPLITS, lineage.FORMS) for n in e.after}
        went = {n for e in found if e.kind not in (lineage.SPLITS, lineage.FORMS) for n in e.before}
        assert set(new) - set(old) <= came
        assert set(old) - set(new) <= went
        for number in set(old) & set(new):
            assert goes_into(number, number)


@hypothesis.settings(max_examples=50, deadline=None)
@hypothesis.given(prunings())
def test_equal_networks_have_equal_numbers_and_no_event(networks):
    doubled = [each for each in networks for _ in range(2)]
    numbers = lineage.follow(doubled)
    assert numbers[::2] == numbers[1::2] == lineage.follow(networks)
    assert told(*doubled)[::2] == [[]] * len(networks)


# Two pairs of inputs, each read by a hidden unit of its own and an output of its own.
APART = [np.repeat(np.eye(2, dtype=bool), 2, axis=0), np.eye(2, dtype=bool)]


def with_edges(*extra):
    """APART, and further edges (weight layer, from, to)."""
    edges = [mask.copy() for mask in APART]
    for layer, source, target in extra:
        edges[layer][source, target] = True
    return analysis_lib.analyze(edges, input_names=list("abcd"), output_names=["y", "z"])


def modules(analysis):
    return [labels.tolist() for labels in analysis.modules]


def test_since_when_the_last_structure_is_there():
    everything = [(0, unit, h) for unit in range(4) for h in (0, 1)]
    crossing = [(1, h, out) for h in (0, 1) for out in (0, 1)]
    joined, apart = with_edges(*everything, *crossing), with_edges()
    crossed = with_edges(*crossing)  # one module of hidden units and outputs reads both pairs
    leaning = with_edges((0, 0, 1))  # input a is read by both hidden units
    assert modules(joined) == [[0] * 4, [0] * 2, [0] * 2]
    assert modules(crossed) == [[0, 0, 1, 1], [2, 2], [2, 2]]
    assert modules(leaning) == [[0, 0, 0, 0], [1, 2], [1, 2]]
    assert modules(apart) == [[0, 0, 1, 1], [0, 1], [0, 1]]
    found = persistence.since([joined, crossed, apart, apart], [0, 3, 7, 9])
    assert [(each.text, each.row) for each in found] == [
        ("inputs {a b}", 3),
        ("inputs {c d}", 3),
        ("outputs {y}", 7),
        ("outputs {z}", 7),
        ("partition of the inputs", 3),
        ("partition of the outputs", 7),
        ("module graph", 7),
    ]
    assert [(each.what, each.members) for each in found] == [
        ("inputs", (0, 1)),
        ("inputs", (2, 3)),
        ("outputs", (0,)),
        ("outputs", (1,)),
        ("input partition", ()),
        ("output partition", ()),
        ("module graph", ()),
    ]
    found = persistence.since([leaning, apart], [0, 3])
    assert [each.row for each in found] == [3, 3, 0, 0, 3, 0, 3]


def test_chains_are_one_node_of_the_module_graph():
    """The inputs of a pair as one module or with their hidden unit: the same graph."""
    apart = analysis_lib.analyze(APART)
    chained = analysis_lib.analyze(APART, merge_threshold=1.0)  # no cluster joins another
    assert modules(chained) == [[0, 0, 1, 1], [2, 3], [4, 5]]
    assert [each.row for each in persistence.since([chained, apart], [0, 4])] == [0] * 7


def test_a_break_begins_anew():
    joined, apart = network(range(4)), network((0, 1), (2, 3))
    found = persistence.since([apart, joined, apart, apart], [0, 2, 5, 6])
    rows = {(each.what, each.members): each.row for each in found}
    assert rows[("inputs", (0, 1))] == rows[("input partition", ())] == 5
    assert rows[("outputs", (0,))] == rows[("output partition", ())] == 0


def test_inputs_that_the_last_network_does_not_use_do_not_count():
    """Input 4 was with {0 1} until it died; 2 and 3 were together, but 5 never counts either."""
    steps = [network((0, 1, 2, 3)), network((0, 1, 4), (2, 3, 5)), network((0, 1), (2, 3))]
    rows = {each.members: each.row for each in persistence.since(steps, [0, 1, 2]) if each.members}
    assert rows[(0, 1)] == rows[(2, 3)] == 1
    # {0 1} is one module's in the first network below, but not all that the module holds.
    steps[0] = network((0, 1, 2), (3,))
    rows = {each.members: each.row for each in persistence.since(steps, [0, 1, 2]) if each.members}
    assert rows[(0, 1)] == rows[(2, 3)] == 1


@hypothesis.settings(max_examples=100, deadline=None)
@hypothesis.given(prunings())
def test_a_group_is_there_as_long_as_every_pair_says_so(networks):
    """By pairs of inputs, a second method."""
    rows = list(range(10, 10 + len(networks)))
    used = networks[-1].live_units[0].tolist()

    def together(analysis):
        of = dict(zip(analysis.live_units[0].tolist(), analysis.modules[0].tolist(), strict=True))
        return {(u, v) for u in used for v in used if of[u] == of[v]}

    pairs = [together(each) for each in networks]
    for each in persistence.since(networks, rows):
        if each.what == "inputs":
            own = [{pair for pair in step if pair[0] in each.members} for step in pairs]
        elif each.what == "input partition":
            own = pairs
        else:
            continue
        place = rows.index(each.row)
        assert all(step == own[-1] for step in own[place:])
        assert place == 0 or own[place - 1] != own[-1]


def test_other_numbers_leave_all_else_as_it_is():
    analysis = with_edges((1, 0, 1), (1, 1, 0))
    numbers = [7, 3, 5, 4][: len(analysis.hierarchy)]
    found = lineage.numbered(analysis, numbers)
    assert [labels.tolist() for labels in found.modules] == [
        [numbers[module] for module in labels] for labels in analysis.modules
    ]
    assert list(found.hierarchy) == sorted(numbers)
    given = analysis.hierarchy
    expected = nx.relabel_nodes(given, dict(enumerate(numbers)))
    assert set(found.hierarchy.edges.data("weight")) == set(expected.edges.data("weight"))
    for module, node in given.nodes.items():
        other = dict(found.hierarchy.nodes[numbers[module]])
        readers = other.pop("consumers")
        assert readers == tuple(sorted(found.hierarchy.successors(numbers[module])))
        assert other == {name: value for name, value in node.items() if name != "consumers"}
    assert found.hierarchy.graph["output_layer"] == 2
    same = lineage.numbered(analysis, range(len(given)))
    assert same.to_json() == analysis.to_json()
    assert "module 7" in str(found)


@pytest.mark.parametrize("numbers", [(4, 2, 9), (0, 1, 2)])
def test_edges_left_out_of_the_hierarchy_have_the_numbers_too(numbers):
    """Modules 0 and 1 read each other: one edge is left out."""
    live = [np.arange(2), np.arange(2), np.arange(2), np.arange(1)]
    modules = [np.array([0, 1]), np.array([0, 1]), np.array([0, 1]), np.array([2])]
    edges = [
        np.array([[1, 1], [0, 1]], bool),  # 0 -> 1
        np.array([[1, 0], [1, 1]], bool),  # 1 -> 0
        np.ones((2, 1), bool),
    ]
    graph = hierarchy.module_graph(edges, live, modules)
    assert graph.graph["left_out"] == ((0, 1, 1), (1, 0, 1))
    analysis = result.Analysis(
        (2, 2, 2, 1), edges, live, modules, modules, graph, None, 3, 0.9, 0.2
    )
    left_out = lineage.numbered(analysis, numbers).hierarchy.graph["left_out"]
    low, high = sorted(numbers[:2])
    assert left_out == ((low, high, 1), (high, low, 1))
