"""The JSON form of an analysis: lossless, and strict about what it reads."""

import dataclasses
import json

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import analysis
from nsculpt.analysis import connectivity, hierarchy, result
from tests import bad_input, test_connectivity

# Inputs 0 and 1 lead to hidden 0, input 2 to hidden 1, input 3 to nothing; hidden 0 to both
# outputs, hidden 1 to the second. The hidden units are one cluster, of which no input cluster has
# 0.9 of the edges; so they begin a module, which both outputs join.
MASKS = [[[1, 0], [1, 0], [0, 1], [0, 0]], [[1, 1], [0, 1]]]


def small(**fields):
    return dataclasses.replace(analysis.analyze(MASKS), **fields)


def assert_same(found, expected):
    for field in dataclasses.fields(result.Analysis):
        mine, other = getattr(found, field.name), getattr(expected, field.name)
        if field.name == "hierarchy":
            assert list(mine.nodes.items()) == list(other.nodes.items())
            assert list(mine.edges.data()) == list(other.edges.data())
            assert mine.graph == other.graph
        elif field.name == "alternatives":
            assert [answer.share for answer in mine] == [answer.share for answer in other]
            for one, two in zip(mine, other, strict=True):
                same_arrays(one.clusters, two.clusters)
                same_arrays(one.modules, two.modules)
        elif isinstance(other, list):
            same_arrays(mine, other)
        else:
            assert mine == other
            assert type(mine) is type(other)


def same_arrays(mine, other):
    for one, two in zip(mine, other, strict=True):
        np.testing.assert_array_equal(one, two)
        assert one.dtype == two.dtype


scores = st.none() | st.dictionaries(
    st.text(),
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
)


@hypothesis.given(
    test_connectivity.layered_masks().filter(lambda masks: connectivity.live(masks)[0][0].size),
    scores,
    st.floats(0, 1),
    st.data(),
)
def test_round_trip(masks, scored, threshold, data):
    found = analysis.analyze(masks, merge_threshold=threshold, modularity_threshold=0.1)
    sizes = found.layer_sizes[0], found.layer_sizes[-1]
    names = [
        data.draw(st.none() | st.tuples(*[st.text(st.characters(codec=None))] * size))
        for size in sizes
    ]
    other = result.Alternative(found.clusters, found.modules, share=data.draw(st.floats(1e-9, 1)))
    found = dataclasses.replace(
        found,
        scores=scored,
        input_names=names[0],
        output_names=names[1],
        ambiguous=data.draw(st.booleans()),
        tied_layers=data.draw(st.sampled_from([(), (0,), (0, 1)])),
        alternatives=data.draw(st.sampled_from([[], [other], [other, other]])),
        num_permutations=data.draw(st.integers(0, 99)),
    )
    text = found.to_json()
    assert text.isascii()
    assert_same(analysis.Analysis.from_json(text), found)
    assert_same(analysis.Analysis.from_json(text.encode()), found)
    assert analysis.Analysis.from_json(text).to_json() == text


def test_the_form_by_hand():
    other = result.Alternative(
        *[[np.array([0, 0, 0]), np.array([0, 0]), np.array([0, 1])]] * 2, 0.25
    )
    found = small(
        scores={"inputs_ari": 0.1, "structure_recovered": np.bool_(True)},
        input_names=("a", "b", "é", '"'),
        tied_layers=(1,),
        ambiguous=True,
        alternatives=[other],
        num_permutations=4,
    )
    assert json.loads(found.to_json()) == {
        "kind": "nsculpt analysis",
        "schema_version": 1,
        "layer_sizes": [4, 2, 2],
        "edges": [[[0, 0], [1, 0], [2, 1]], [[0, 0], [0, 1], [1, 1]]],
        "live_units": [[0, 1, 2], [0, 1], [0, 1]],
        "clusters": [[0, 0, 1], [0, 0], [0, 1]],
        "modules": [[0, 0, 1], [2, 2], [2, 2]],
        "hierarchy": {
            "nodes": [
                {
                    "module": 0,
                    "kinds": ["input-separable"],
                    "level": 0,
                    "span": [0, 0],
                    "units": {"0": [0, 1]},
                    "inputs_seen": [0, 1],
                    "consumers": [2],
                },
                {
                    "module": 1,
                    "kinds": ["input-separable"],
                    "level": 0,
                    "span": [0, 0],
                    "units": {"0": [2]},
                    "inputs_seen": [2],
                    "consumers": [2],
                },
                {
                    "module": 2,
                    "kinds": ["output"],
                    "level": 1,
                    "span": [1, 2],
                    "units": {"1": [0, 1], "2": [0, 1]},
                    "inputs_seen": [0, 1, 2],
                    "consumers": [],
                },
            ],
            "edges": [{"from": 0, "to": 2, "weight": 2}, {"from": 1, "to": 2, "weight": 1}],
            "left_out": [],
        },
        "scores": {"inputs_ari": 0.1, "structure_recovered": True},
        "settings": {
            "path_length": 2,
            "merge_threshold": 0.9,
            "modularity_threshold": 0.2,
            "features": "outgoing",
            "clustering": "modularity",
        },
        "input_names": ["a", "b", "é", '"'],
        "output_names": None,
        "tied_layers": [1],
        "ambiguous": True,
        "alternatives": [
            {
                "clusters": [[0, 0, 0], [0, 0], [0, 1]],
                "modules": [[0, 0, 0], [0, 0], [0, 1]],
                "share": 0.25,
            }
        ],
        "num_permutations": 4,
    }


def test_edges_left_out_survive():
    # Two modules that send one edge each to the other.
    found = analysis.analyze([np.eye(4)[[0, 1, 0, 1]], np.eye(4)[:, [0, 1, 2, 3]]])
    labels = [np.array(row) for row in ([0, 1, 0, 1], [1, 0], [0, 1, 2, 3])]
    graph = hierarchy.module_graph(
        connectivity.between_live(found.live_units, found.edges), found.live_units, labels
    )
    assert graph.graph["left_out"]
    apart = [np.arange(len(units)) for units in found.live_units]
    changed = dataclasses.replace(found, clusters=apart, modules=labels, hierarchy=graph)
    assert_same(analysis.Analysis.from_json(changed.to_json()), changed)


def test_a_layer_or_a_module_stands_on_few_lines():
    wide = analysis.analyze([np.ones((300, 40)), np.ones((40, 3))])
    lines = wide.to_json().splitlines()
    assert len(lines) < 60
    assert sum(line.count("[0, 0]") for line in lines) == 2
    assert next(line for line in lines if "[299, 39]" in line).count("[") == 12001


@pytest.mark.parametrize(
    "score", [float("nan"), float("inf"), np.float64("nan"), [1], {"a": 1}, (1,), object()]
)
def test_scores_that_json_cannot_hold_are_refused(score):
    message = bad_input.message_of(small(scores={"x": score}).to_json)
    assert message.startswith("scores['x']: expected null, a boolean, a finite number or text; got")


GONE = object()


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (["kind"], "other", "kind: expected \"nsculpt analysis\", got 'other'"),
        (["schema_version"], 2, "schema_version: expected 1, got 2"),
        (["schema_version"], True, "schema_version: expected 1, got True"),
        (["schema_version"], 1.0, "schema_version: expected 1, got 1.0"),
        (["schema_version"], GONE, "expected a field 'schema_version', got none"),
        (["scores"], GONE, "expected a field 'scores', got none"),
        (["settings", "features"], GONE, "settings: expected a field 'features', got none"),
        (["more"], 1, "unknown field 'more'"),
        (["layer_sizes"], [4], "layer_sizes: expected at least 2 layers, got 1"),
        (["layer_sizes", 0], 0, "layer_sizes[0]: expected a whole number of at least 1, got 0"),
        (["layer_sizes", 1], True, "layer_sizes[1]: expected a whole number of at least 1, got Tr"),
        (["layer_sizes", 1], 2.0, "layer_sizes[1]: expected a whole number of at least 1, got 2.0"),
        (["layer_sizes", 1], 10**9, "layer_sizes: expected at most 1000000000 places for edges"),
        (["edges"], [], "edges: expected 2 layers, got 0"),
        (["edges", 0, 1], [9, 0], "edges[0][1]: expected a whole number from 0 to 3, got 9"),
        (["edges", 0, 1], [-1, 0], "edges[0][1]: expected a whole number from 0 to 3, got -1"),
        (["edges", 0, 1], [1], "edges[0][1]: expected [from, to], got [1]"),
        (["edges", 0, 1], [True, 0], "edges[0][1]: expected a whole number from 0 to 3, got True"),
        (["edges", 0, 1], [0, 0], "edges[0][1]: expected each edge once, got [0, 0]"),
        (["edges", 1], [[0, 0]], "edges[0]: expected edges between live units alone"),
        (["edges"], [[], []], "live_units[0]: expected [], by the edges; got [0, 1, 2]"),
        (["live_units", 0], [0, 1], "live_units[0]: expected [0, 1, 2], by the edges; got [0, 1]"),
        (["live_units", 0], [1, 0, 2], "live_units[0]: expected [0, 1, 2], by the edges; got [1,"),
        (["live_units", 1, 1], 2, "live_units[1][1]: expected a whole number from 0 to 1, got 2"),
        (["live_units", 1, 1], "1", "live_units[1][1]: expected a whole number from 0 to 1, got"),
        (["modules", 1], [0], "modules[1]: expected 2 labels, got 1"),
        (["modules", 1, 0], False, "modules[1][0]: expected a whole number of at least 0, got F"),
        (["modules", 2, 1], 10**30, "modules: expected numbers without gaps, 0 to 3; got no 3"),
        (["modules", 0, 0], 1, "modules[0]: expected one module for all units of a cluster"),
        (
            ["clusters", 0],
            [1, 1, 2],
            "clusters[0]: expected numbers without gaps, 0 to 1; got no 0",
        ),
        (["clusters", 0, 0], None, "clusters[0][0]: expected a whole number of at least 0, got N"),
        (["hierarchy", "nodes", 2, "level"], 0, "hierarchy.nodes[2].level: expected 1, by edges a"),
        (["hierarchy", "nodes", 0, "level"], False, "hierarchy.nodes[0].level: expected 0, by edg"),
        (["hierarchy", "nodes", 0, "level"], 0.0, "hierarchy.nodes[0].level: expected 0, by edges"),
        (["hierarchy", "nodes", 1], GONE, "hierarchy.nodes: expected 3 items, got 2"),
        (
            ["hierarchy", "nodes", 1, "units", "7"],
            [],
            "hierarchy.nodes[1].units: unknown field '7'",
        ),
        (["hierarchy", "edges", 0, "weight"], 3, "hierarchy.edges[0].weight: expected 2, by edges"),
        (["hierarchy", "left_out"], GONE, "hierarchy: expected a field 'left_out', got none"),
        (["scores"], [], "scores: expected an object, got []"),
        (["scores"], {"a": [1]}, "scores['a']: expected null, a boolean, a finite number or text"),
        (["settings", "path_length"], 0, "settings.path_length: expected a whole number of at l"),
        (["settings", "path_length"], True, "settings.path_length: expected a whole number of at"),
        (["settings", "merge_threshold"], 1.5, "settings.merge_threshold: expected a number from"),
        (["settings", "merge_threshold"], True, "settings.merge_threshold: expected a number fro"),
        (["settings", "clustering"], 3, "settings.clustering: expected text, got 3"),
        (["input_names"], ["a"], "input_names: expected 4 names, got 1"),
        (["output_names"], ["a", 1], "output_names[1]: expected text, got 1"),
        (["output_names"], "ab", "output_names: expected a list, got 'ab'"),
        (["tied_layers"], [1, 0], "tied_layers: expected layers that rise, got [1, 0]"),
        (["tied_layers"], [3], "tied_layers[0]: expected a whole number from 0 to 2, got 3"),
        (["ambiguous"], 0, "ambiguous: expected true or false, got 0"),
        (["alternatives"], {}, "alternatives: expected a list, got {}"),
        (["alternatives", 0, "share"], 0, "alternatives[0].share: expected more than 0, got 0"),
        (["alternatives", 0, "share"], 2, "alternatives[0].share: expected a number from 0 to 1"),
        (["alternatives", 0, "modules", 1], [0], "alternatives[0].modules[1]: expected 2 labels,"),
    ],
)
def test_what_is_wrong_is_named(path, value, message):
    found = small()
    other = result.Alternative(found.clusters, found.modules, share=0.5)
    form = json.loads(dataclasses.replace(found, alternatives=[other]).to_json())
    *way, last = path
    part = form
    for step in way:
        part = part[step]
    if value is GONE:
        del part[last]
    else:
        part[last] = value
    told = bad_input.message_of(analysis.Analysis.from_json, json.dumps(form))
    assert told.startswith(f"analysis JSON: {message}")
    assert len(told) < 200


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON: Expecting value at line 1, column 1"),
        (small().to_json()[:300], "not JSON: "),
        ("[1]", "expected an object, got [1]"),
        ("null", "expected an object, got None"),
        (b"\xff\xfe", "expected UTF-8, got byte 0xff at 0"),
        (None, "expected text, got NoneType"),
        ("[" * 100_000, "nested too deeply"),
        ('{"kind": ' + "9" * 5000 + "}", "a number has too many digits"),
        ('{"kind": NaN}', "expected finite numbers, got NaN"),
        ('{"kind": 1, "kind": 1}', "the name 'kind' stands twice in one object"),
        (small().to_json().replace(": 0.9", ": 1e999"), "settings.merge_threshold: expected a num"),
        (small(scores={"x": 0.5}).to_json().replace(": 0.5", ": -1e999"), "scores['x']: expected"),
        ('{"kind": "\\u0007\\n' + "x" * 200 + '"}', "expected a field 'schema_version'"),
    ],
)
def test_other_text_is_refused(text, message):
    told = bad_input.message_of(analysis.Analysis.from_json, text)
    assert told.startswith(f"analysis JSON: {message}")
