"""Planted networks: what the plan says, what the analysis finds, what damage does to the scores."""

import dataclasses
import itertools
import math

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import analysis
from nsculpt.analysis import connectivity, hierarchy
from nsculpt.planted import generator, study
from nsculpt.scores import partitions, scoring
from tests import bad_input

# Scores that say something about one part of the structure alone.
INPUTS = ("inputs_recovered", "inputs_ari", "inputs_nmi", "level_input")
OUTPUTS = ("outputs_recovered", "outputs_ari", "outputs_nmi", "level_output")
EDGES = ("module_edge_precision", "module_edge_recall", "module_edge_f1")
DISTANCE = "module_structural_distance"
NETWORK = ("live_inputs_share", "hidden_separable", "middle_separable")


NEW = 10**6  # a label that no module has


def is_possible(knobs):
    shallow = knobs["reuse"] > 1 and knobs["depth"] == 1
    return not shallow and (knobs["overlap"] == 0 or knobs["width"] <= 8 * knobs["overlap"])


KNOBS = st.fixed_dictionaries(
    {
        "num_functions": st.integers(2, 5),
        "depth": st.integers(1, 4),
        "width": st.integers(2, 7),
        "overlap": st.integers(0, 4),
        "reuse": st.integers(1, 3),
        "density": st.floats(0.1, 1.0),
    }
).filter(is_possible)


@hypothesis.given(st.integers(0, 10**6), KNOBS)
def test_any_knobs_give_a_network_that_follows_the_plan(seed, knobs):
    made = generator.generate(seed, **knobs)
    functions, reuse, width = knobs["num_functions"], knobs["reuse"], knobs["width"]
    assert len(made.masks) == knobs["depth"] + 1
    assert [labels.shape for labels in made.modules] == [
        (made.masks[0].shape[0],),
        *((mask.shape[1],) for mask in made.masks),
    ]
    for mask in made.masks:
        assert mask.dtype == bool
        assert mask.any(axis=0).all()
        assert mask.any(axis=1).all()
    sizes = [np.unique(labels, return_counts=True)[1].tolist() for labels in made.modules]
    assert sizes[0] == [width] * functions + [knobs["overlap"]] * (knobs["overlap"] > 0)
    num_top = functions if reuse == 1 else functions * (reuse - 1) + 1
    assert sizes[1] == [width] * functions
    assert sizes[-1] == [width] * num_top
    # Who reads whom: own and shared inputs, then each function's readers.
    read = {
        (int(lower[i]), int(upper[j]))
        for mask, lower, upper in zip(made.masks, made.modules[:-1], made.modules[1:], strict=True)
        for i, j in np.argwhere(mask)
        if lower[i] != upper[j]
    }
    by_inputs = 2 * functions if knobs["overlap"] else 0
    by_readers = functions * reuse if reuse > 1 else 0
    assert len(read) == by_inputs + by_readers
    assert made.truth.hierarchy.number_of_edges() == by_readers
    scoring.check_truth(
        made.truth, (made.masks[0].shape[0], *(mask.shape[1] for mask in made.masks))
    )


@hypothesis.given(st.integers(0, 10**6), KNOBS)
def test_truth_is_what_the_masks_say(seed, knobs):
    made = generator.generate(seed, **knobs)
    for groups, labels in (
        (made.truth.input_groups, made.modules[0]),
        (made.truth.output_groups, made.modules[-1]),
    ):
        assert {frozenset(group) for group in groups} == partitions.groups(
            labels, np.arange(len(labels))
        )
    # The inputs that a function reads, by the edges into its units in the first hidden layer.
    reading = {
        frozenset(np.flatnonzero(made.masks[0][:, made.modules[1] == module].any(axis=1)).tolist())
        for module in np.unique(made.modules[1])
    }
    declared = [node["inputs"] for _, node in made.truth.hierarchy.nodes.items() if node["inputs"]]
    assert {frozenset(inputs) for inputs in declared} == reading


@hypothesis.given(st.integers(0, 10**6), KNOBS)
def test_inputs_reach_the_outputs_of_the_functions_that_read_them(seed, knobs):
    made = generator.generate(seed, **(knobs | {"density": 1.0}))
    graph = made.truth.hierarchy
    for i, row in enumerate(connectivity.outputs_reached(made.masks)[0]):
        users = {name for name, node in graph.nodes.items() if i in node["inputs"]}
        users = users.union(*(nx.descendants(graph, name) for name in users))
        declared = {output for name in users for output in graph.nodes[name]["outputs"]}
        assert set(np.flatnonzero(row).tolist()) == declared


def test_a_plan_by_hand():
    made = generator.generate(3, num_functions=2, depth=2, width=2, overlap=1, reuse=2)
    # Two functions of 2 own inputs and 1 shared; above them a reader of each and one of both.
    assert [mask.shape for mask in made.masks] == [(5, 4), (4, 6), (6, 6)]
    # Own 2 x (2 x 2) and shared 1 x 4; readers 2 x (2 x 2) and 4 x 2; outputs 3 x (2 x 2).
    assert [int(mask.sum()) for mask in made.masks] == [12, 16, 12]
    assert [sorted(labels.tolist()) for labels in made.modules] == [
        [0, 0, 1, 1, 2],
        [3, 3, 4, 4],
        [5, 5, 6, 6, 7, 7],
        [5, 5, 6, 6, 7, 7],
    ]
    assert sorted(made.truth.hierarchy.edges) == [
        ("function 0", "reader 0 of function 0"),
        ("function 0", "reader of all"),
        ("function 1", "reader 0 of function 1"),
        ("function 1", "reader of all"),
    ]
    own = np.flatnonzero(made.modules[0] == 0)
    shared = np.flatnonzero(made.modules[0] == 2)
    read = made.truth.hierarchy.nodes["function 0"]["inputs"]
    assert read == tuple(sorted([*own, *shared]))


def test_density_is_the_share_of_links():
    made = generator.generate(0, num_functions=2, depth=1, width=7, density=0.5)
    rows = made.masks[1].sum(axis=1)
    assert rows.min() == math.ceil(0.5 * 7)
    assert set(generator.generate(0, width=7, depth=1).masks[1].sum(axis=1)) == {7}


def test_a_seed_gives_one_network():
    same = [generator.draw(7) for _ in range(2)]
    assert same[0].knobs == same[1].knobs
    assert all(map(np.array_equal, same[0].masks, same[1].masks))
    assert len({tuple(generator.draw(seed).knobs.values()) for seed in range(20)}) == 20


def test_draws_stay_in_their_ranges():
    knobs = [generator.draw(seed).knobs for seed in range(200)]
    for name, (low, high) in generator.RANGES.items():
        assert {knob[name] for knob in knobs} == set(range(low, high + 1))
    assert all(0.75 <= knob["density"] <= 1.0 for knob in knobs)
    assert all(knob["overlap"] == 0 for knob in knobs if knob["num_functions"] > 3)


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({"num_functions": 1}, "num_functions=1: expected at least 2"),
        ({"depth": 0}, "depth=0: expected at least 1"),
        ({"width": 1}, "width=1: expected at least 2"),
        ({"overlap": -1}, "overlap=-1: expected at least 0"),
        ({"reuse": 0}, "reuse=0: expected at least 1"),
        ({"reuse": 2, "depth": 1}, "depth=1: expected at least 2 hidden layers with reuse above 1"),
        ({"overlap": 1, "width": 9}, "overlap=1: expected 0 or at least width / 8; got width=9"),
        ({"density": 0.0}, "density=0.0: expected above 0 and up to 1"),
        ({"density": math.nan}, "density=nan: expected above 0 and up to 1"),
    ],
)
def test_bad_knobs(knobs, expected):
    assert bad_input.message_of(generator.generate, 0, **knobs) == expected


def misses(seeds):
    """Planted networks of which the default does not find everything."""
    missed = []
    for seed in seeds:
        made = generator.draw(seed)
        found = analysis.analyze(made.masks, truth=made.truth)
        whole = partitions.groups(
            np.concatenate(found.modules), np.arange(sum(map(len, found.modules)))
        ) == partitions.groups(np.concatenate(made.modules), np.arange(sum(map(len, made.modules))))
        if not (whole and found.scores["structure_recovered"]):
            missed.append(made.knobs)
    return missed


def test_the_default_finds_what_was_planted():
    assert misses(range(40)) == []


@pytest.mark.slow
def test_the_default_finds_what_was_planted_in_all_200():
    assert misses(range(40, 200)) == []


@hypothesis.given(st.integers(0, 10**6), st.integers(0, 30), st.floats(0.0, 100.0))
def test_rewiring_moves_edges_within_their_layer(seed, network, percent):
    masks = generator.draw(network).masks
    changed = generator.rewired(np.random.default_rng(seed), masks, percent)
    assert [mask.shape for mask in changed] == [mask.shape for mask in masks]
    assert [mask.sum() for mask in changed] == [mask.sum() for mask in masks]
    moved = sum(int((mask & ~new).sum()) for mask, new in zip(masks, changed, strict=True))
    asked = round(sum(int(mask.sum()) for mask in masks) * percent / 100)
    if all(mask.sum() <= (~mask).sum() for mask in masks):  # there is room for all
        assert moved == asked
    assert moved <= asked


def test_rewiring_without_room():
    full = np.ones((2, 3), bool)
    (same,) = generator.rewired(np.random.default_rng(0), [full], 50)
    assert same.all()
    before = [full, np.array([[True, False], [True, True], [True, True]])]
    after = generator.rewired(np.random.default_rng(0), before, 100)
    assert after[0].all()
    assert after[1].sum() == 5  # one edge moved into the one place
    assert after[1][0, 1]
    assert before[1].sum() == 5
    assert not before[1][0, 1]  # the masks given are left alone


def test_a_percent_out_of_range():
    rng = np.random.default_rng(0)
    for percent in (-1, 100.5, math.nan):
        message = bad_input.message_of(generator.rewired, rng, [np.eye(2, dtype=bool)], percent)
        assert message == f"percent={percent}: expected 0 to 100"


def with_modules(found, truth, labels):
    """Scores of an analysis whose modules are labelled anew."""
    _, numbers = np.unique(np.concatenate(labels), return_inverse=True)
    modules = np.split(numbers, np.cumsum([len(part) for part in labels])[:-1])
    edges = connectivity.between_live(found.live_units, found.edges)
    graph = hierarchy.module_graph(edges, found.live_units, modules)
    return scoring.score(dataclasses.replace(found, modules=modules, hierarchy=graph), truth)


@pytest.fixture(scope="module")
def thirty():
    """Planted networks, analysed, in which the modules of the inputs hold no outputs."""
    drawn = map(generator.draw, itertools.count())
    apart = (made for made in drawn if made.knobs["reuse"] > 1 or made.knobs["overlap"])
    return [
        (made, analysis.analyze(made.masks, truth=made.truth))
        for made in itertools.islice(apart, 30)
    ]


def check_fall(before, after, falling, staying):
    for name in falling:
        assert after[name] < before[name], name
    # A network that shows its plan is at distance 0: the graph is hit wherever an edge score is.
    assert before[DISTANCE] == 0
    assert (after[DISTANCE] > 0) == any(name in EDGES for name in falling)
    for name in staying:
        assert after[name] == before[name], name


def test_merged_input_modules_lower_what_is_said_of_inputs(thirty):
    rng = np.random.default_rng(0)
    for made, found in thirty:
        kept, lost = rng.permutation(np.unique(found.modules[0]))[:2]
        labels = [np.where(part == lost, kept, part) for part in found.modules]
        scores = with_modules(found, made.truth, labels)
        falling = [*INPUTS, "structure_recovered", "module_edge_recall", "module_edge_f1"]
        check_fall(found.scores, scores, falling, [*OUTPUTS, *NETWORK])


def test_split_input_modules_lower_what_is_said_of_inputs(thirty):
    rng = np.random.default_rng(0)
    for made, found in thirty:
        names, counts = np.unique(found.modules[0], return_counts=True)
        members = np.flatnonzero(found.modules[0] == rng.choice(names[counts > 1]))
        inputs = found.modules[0].copy()
        inputs[members[: len(members) // 2]] = NEW
        scores = with_modules(found, made.truth, [inputs, *found.modules[1:]])
        falling, staying = [*INPUTS, "structure_recovered"], [*OUTPUTS, *NETWORK]
        # Without overlap the parts are read by their own module alone: contracted, they are one.
        edges = falling if made.knobs["overlap"] else staying
        edges += ["module_edge_precision", "module_edge_f1"]
        check_fall(found.scores, scores, falling, staying)


def test_split_output_modules_lower_what_is_said_of_outputs(thirty):
    for made, found in thirty:
        outputs = found.modules[-1].copy()
        outputs[0] = NEW
        scores = with_modules(found, made.truth, [*found.modules[:-1], outputs])
        # The part reads its own module alone: contracted, they are one.
        check_fall(
            found.scores,
            scores,
            [*OUTPUTS, "structure_recovered"],
            [*INPUTS, *NETWORK, *EDGES],
        )


def test_a_rewired_module_edge_lowers_what_is_said_of_edges(thirty):
    rng = np.random.default_rng(0)
    for made, found in thirty:
        graph = found.hierarchy.copy()
        read = [module for module in graph if graph.in_degree(module)]
        moves = [
            (u, v, w)
            for (u, v), w in itertools.product(graph.edges, read)
            if w != u and not graph.has_edge(u, w) and not nx.has_path(graph, w, u)
        ]
        u, v, w = rng.permutation(moves)[0].tolist()
        graph.remove_edge(u, v)
        graph.add_edge(u, w, weight=1)
        scores = scoring.score(dataclasses.replace(found, hierarchy=graph), made.truth)
        falling = [*EDGES, "structure_recovered"]
        check_fall(found.scores, scores, falling, [*INPUTS, *OUTPUTS, *NETWORK])


def test_methods_are_compared_on_the_same_networks():
    methods = [("one", {}), ("the same", {"path_length": 10}), ("other", {"path_length": 1})]
    rows = study.compare(methods, num_networks=6, percents=[0, 10])
    assert [(row.method, row.percent) for row in rows] == [
        (name, percent) for name, _ in methods for percent in (0, 10)
    ]
    # Longer than any network is deep: paths of 10 edges are cut at the output.
    for first, second in zip(rows[:2], rows[2:4], strict=True):
        assert first == dataclasses.replace(second, method="one")
    assert [row.module_ari for row in rows if row.percent == 0] == [1.0] * 3
    assert rows[1].module_ari < 1
    assert rows[1].module_ari != rows[5].module_ari
    assert rows[0].rates["structure_recovered"]["n"] == 6


def test_rates_are_counts():
    (row,) = study.compare([("default", {})], num_networks=5, percents=[1])
    recovered, ari = [], []
    for seed in range(5):
        made = generator.draw(seed)
        masks = generator.rewired(np.random.default_rng([seed, 1000]), made.masks, 1)
        found = analysis.analyze(masks, truth=made.truth)
        recovered.append(found.scores["inputs_recovered"])
        units = zip(made.modules, found.live_units, strict=True)
        ari.append(
            partitions.adjusted_rand_index(
                np.concatenate([labels[live] for labels, live in units]),
                np.concatenate(found.modules),
            )
        )
    assert row.rates["inputs_recovered"]["rate"] == np.mean(recovered)
    assert row.module_ari == pytest.approx(np.mean(ari))


def test_table_fits_a_terminal():
    methods = [("outgoing, modularity", {}), ("paths of one edge", {"path_length": 1})]
    text = study.table(study.compare(methods, num_networks=2))
    assert max(map(len, text.splitlines())) <= 80
    assert "\noutgoing, modularity\n  structure          1.00 .34-1.00  " in text
    assert text.count("module ARI") == 2
