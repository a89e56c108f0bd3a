"""GraphML, GEXF and DOT of the hierarchy, read by others and by its own reader."""

import dataclasses
import io
import json
import re
from xml.etree import ElementTree

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import analysis
from nsculpt.analysis import connectivity, hierarchy
from nsculpt.exchange import graph_files, graphml_reader
from tests import bad_input, test_connectivity

# Two inputs to a hidden unit that two outputs read, each a module of its own at this threshold.
MASKS = [[[1], [1]], [[1, 1]]]
NASTY = [
    '"]; evil [label="x',
    "<b>&amp;</b>]]>",
    "a\\",
    "\\N",
    "\x00\n\r\x1b\ufffe",
    "\ud800",
    "é中",
    " ",
]


def found(**fields):
    return dataclasses.replace(analysis.analyze(MASKS, merge_threshold=1.0), **fields)


def assert_same_graph(one, other):
    assert list(one.nodes.items()) == list(other.nodes.items())
    assert list(one.edges.data()) == list(other.edges.data())
    assert one.graph == other.graph
    assert all(type(module) is int for module in one)


@hypothesis.given(
    test_connectivity.layered_masks().filter(lambda masks: connectivity.live(masks)[0][0].size),
    st.sampled_from([0.0, 0.5, 0.9]),
    st.text(st.characters(codec=None)),
)
def test_graphml_round_trip(masks, threshold, name):
    network = analysis.analyze(masks, merge_threshold=threshold)
    sizes = network.layer_sizes
    named = dataclasses.replace(
        network, input_names=(name,) * sizes[0], output_names=(name,) * sizes[-1]
    )
    text = named.to_graphml()
    assert_same_graph(graphml_reader.read(text), network.hierarchy)
    assert_same_graph(graphml_reader.read(text.encode()), network.hierarchy)


def test_graphml_of_edges_left_out():
    labels = [np.array([0, 1]), np.array([0, 1])]
    units = [np.arange(2), np.arange(2)]
    graph = hierarchy.module_graph([np.ones((2, 2), bool)], units, labels)
    assert graph.graph["left_out"] == ((0, 1, 1), (1, 0, 1))
    assert_same_graph(graphml_reader.read(graph_files.graphml(graph)), graph)


EXPECTED = {
    0: {
        "kinds": "input-separable",
        "level": 0,
        "span": "[0, 0]",
        "num_inputs": 2,
        "inputs": "p, q",
    },
    1: {"kinds": "reused, intermediate", "level": 1, "span": "[1, 1]", "num_hidden": 1},
    2: {"kinds": "output", "level": 2, "span": "[2, 2]", "num_outputs": 1, "outputs": "y"},
    3: {"kinds": "output", "level": 2, "span": "[2, 2]", "num_outputs": 1, "outputs": "z"},
}


def assert_attributes(nodes):
    for module, expected in EXPECTED.items():
        counts = {"num_inputs": 0, "num_hidden": 0, "num_outputs": 0}
        for name, value in (counts | expected).items():
            assert nodes[module][name] == value
        assert ("inputs" in nodes[module], "outputs" in nodes[module]) == (module == 0, module > 1)
        assert json.loads(nodes[module]["inputs_seen"]) == [0, 1]
    assert json.loads(nodes[0]["units"]) == {"0": [0, 1]}


def test_networkx_reads_the_graphml():
    text = found(input_names=("p", "q"), output_names=("y", "z")).to_graphml()
    graph = nx.parse_graphml(text, node_type=int)
    assert [label for _, label in graph.nodes.data("label")] == [f"module {i}" for i in range(4)]
    assert_attributes(graph.nodes)
    assert list(graph.edges.data("weight")) == [(0, 1, 2), (1, 2, 1), (1, 3, 1)]
    assert graph.graph["output_layer"] == 2


def test_networkx_reads_the_gexf():
    text = found(input_names=("p", "q"), output_names=("y", "z")).to_gexf()
    graph = nx.read_gexf(io.BytesIO(text.encode()), node_type=int)
    assert [label for _, label in graph.nodes.data("label")] == [f"module {i}" for i in range(4)]
    assert_attributes(graph.nodes)
    assert list(graph.edges.data("weight")) == [(0, 1, 2), (1, 2, 1), (1, 3, 1)]
    assert re.search("20[0-9][0-9]", text) is None  # no date


TOKEN = re.compile(r'\s*("(?:[^"\\]|\\.)*"|->|[\[\]{};=,]|[A-Za-z0-9_]+)', re.DOTALL)


def tokens(text):
    """The tokens of DOT; every character belongs to one."""
    read, at = [], 0
    while text[at:].strip():
        token = TOKEN.match(text, at)
        assert token, text[at : at + 20]
        read.append(token[1])
        at = token.end()
    return read


def attributes(read):
    """What stands between the brackets: tokens [ name = value , ... ] ;."""
    assert (read[0], read[-2:]) == ("[", ["]", ";"])
    values = {}
    for i in range(1, len(read) - 2, 4):
        name, equals, value = read[i : i + 3]
        assert equals == "="
        escaped = value.removeprefix('"').removesuffix('"')
        lines = re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), escaped)
        values[name] = lines.replace("&amp;", "&")
    return values


def parsed_dot(text):
    """Statements of the DOT that this package writes: nodes, edges and ranks."""
    lines = text.splitlines()
    assert lines[:3] == ["digraph modules {", "  rankdir=LR;", "  node [shape=box];"]
    assert lines[-1] == "}"
    nodes, edges, ranks = {}, {}, []
    for line in lines[3:-1]:
        read = tokens(line)
        if read[0] == "{":
            assert read[1:5] == ["rank", "=", "same", ";"]
            assert read[6::2] == [";"] * ((len(read) - 6) // 2)
            ranks.append([int(module) for module in read[5:-1:2]])
        elif read[1] == "->":
            edges[int(read[0]), int(read[2])] = attributes(read[3:])
        else:
            nodes[int(read[0])] = attributes(read[1:])
    return nodes, edges, ranks


def test_dot_by_hand():
    nodes, edges, ranks = parsed_dot(found().to_dot())
    assert nodes == {
        0: {"label": "module 0\ninput-separable\n2 inputs"},
        1: {"label": "module 1\nreused, intermediate\n1 hidden"},
        2: {"label": "module 2\noutput\n1 output"},
        3: {"label": "module 3\noutput\n1 output"},
    }
    assert edges == {(0, 1): {"label": "2"}, (1, 2): {"label": "1"}, (1, 3): {"label": "1"}}
    assert ranks == [[0], [1], [2, 3]]


@pytest.mark.parametrize("name", [*NASTY, "x" * 200])
def test_names_neither_break_nor_inject(name):
    network = found(input_names=(name, "q"), output_names=("y", name))
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    nodes, edges, _ = parsed_dot(network.to_dot())
    assert list(nodes) == list(network.hierarchy)
    assert nodes[0]["tooltip"] == f"inputs: {shown}, q"
    assert nodes[3]["tooltip"] == f"outputs: {shown}"
    assert "tooltip" not in nodes[1]
    assert list(edges) == list(network.hierarchy.edges)
    for text in (network.to_graphml(), network.to_gexf()):
        text.encode()
        values = [e.text or e.get("value") for e in ElementTree.fromstring(text).iter()]
        assert f"{shown}, q" in values
        assert shown in values
    assert_same_graph(graphml_reader.read(network.to_graphml()), network.hierarchy)


def test_long_lists_of_names_are_cut_in_tooltips_alone():
    names = tuple(f"x{i}" for i in range(60))
    network = dataclasses.replace(analysis.analyze([np.ones((60, 1))]), input_names=names)
    assert parsed_dot(network.to_dot())[0][0]["tooltip"] == "inputs: 60 units, x0 to x59"
    assert ", ".join(names) in network.to_graphml()


def replaced(old, new):
    text = found().to_graphml()
    assert old in text
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not XML: no element found"),
        (found().to_graphml()[:-30], "not XML: "),
        (None, "expected text, got NoneType"),
        ("<graphml/>", "expected <graphml> with one <graph>"),
        ("<x\ud800/>", "not XML: unknown encoding, or unpaired surrogates"),
        (b'<?xml version="1.0" encoding="none"?><a/>', "not XML: "),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "expected no DOCTYPE"),
        ('<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', "expected no DOCTYPE"),
        (replaced('<node id="1">', '<node id="n1">'), "node: id: expected a whole number"),
        (replaced('<node id="1">', '<node id="0">'), "node 0: expected each node once"),
        (replaced("<node ", "<other "), "not XML: "),
        (replaced('key="units"', 'key="label"'), "node 0: expected the attribute 'units'"),
        (replaced('{"0": [0, 1]}', "{}"), "node 0: units: expected a JSON object with lists"),
        (replaced('{"0": [0, 1]}', '{"0": [1, 1]}'), "node 0: units: layer 0: expected"),
        (replaced('{"0": [0, 1]}', '{"0": [true]}'), "node 0: units: layer 0: expected"),
        (replaced('{"0": [0, 1]}', '{"7": [0]}'), "node 0: units: expected layers from 0 to 2"),
        (replaced('{"0": [0, 1]}', '{"-1": [0]}'), "node 0: units: layer: expected a whole number"),
        (replaced('{"0": [0, 1]}', "[" * 9999), "node 0: units: expected a JSON object"),
        (replaced('"inputs_seen">[0, 1]', '"inputs_seen">[1, 0]'), "node 0: inputs_seen: expected"),
        (replaced('"level">0', '"level">1'), "node 0: level: expected 0, by units"),
        (replaced(">reused, inter", ">inter"), "node 1: kinds: expected reused, intermediate, by"),
        (replaced('target="1"', 'target="9"'), "edge 0 to 9: expected each edge once"),
        (replaced('target="3"', 'target="2"'), "edge 1 to 2: expected each edge once"),
        (replaced('target="3"', 'target="0"'), "expected at least one node, and no cycle"),
        (replaced('"edge_weight">2', '"edge_weight">-2'), "edge 0 to 1: weight: expected a whole"),
        (replaced('"edge_weight">2', '"edge_weight">0'), "edge 0 to 1: weight: expected at least"),
        (replaced('"graph_left_out">[]', '"graph_left_out">[[1, 9, 1]]'), "graph: left_out"),
        (replaced('"graph_left_out">[]', '"graph_left_out">x'), "graph: left_out: expected a JSON"),
        (replaced('key="graph_output_layer"', 'key="x"'), "graph: expected the attr"),
    ],
)  # fmt: skip
def test_other_text_is_refused(text, message):
    told = bad_input.message_of(graphml_reader.read, text)
    assert told.startswith(f"GraphML: {message}")
    assert len(told) < 200
