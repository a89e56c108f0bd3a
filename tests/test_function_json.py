"""The JSON form of function graphs: round trip, and errors by place."""

import json

import pytest

from nsculpt.tasks import function_graph
from tests import bad_input

FunctionGraph = function_graph.FunctionGraph

HALF_ADDER = {
    "inputs": ["a", "b"],
    "gates": {"s": {"gate": "xor", "of": ["a", "b"]}, "c": {"gate": "and", "of": ["a", "b"]}},
    "outputs": {"y0": "s", "y1": "c"},
}


def test_json_round_trip():
    text = json.dumps({**HALF_ADDER, "name": "half_adder", "success_rule": "reuse"})
    graph = FunctionGraph.from_json(text)
    again = FunctionGraph.from_json(graph.to_json())
    assert again.to_json() == graph.to_json()
    assert (again.name, again.success_rule) == ("half_adder", "reuse")
    assert again.truth_table().tolist() == [[0, 0], [1, 0], [1, 0], [0, 1]]
    assert json.loads(graph.to_json())["gates"]["s"] == {
        "gate": "xor",
        "of": ["a", "b"],
        "sub_function": "s",
    }
    assert "name" not in json.loads(FunctionGraph.from_json(HALF_ADDER).to_json())


def changed(**parts):
    return {**HALF_ADDER, **parts}


def with_gate(name, gate, of, **more):
    return changed(gates={**HALF_ADDER["gates"], name: {"gate": gate, "of": of, **more}})


@pytest.mark.parametrize(
    ("described", "parts"),
    [
        (
            changed(
                gates={
                    "s": {"gate": "xor", "of": ["a", "u"]},
                    "t": {"gate": "not", "of": ["s"]},
                    "u": {"gate": "and", "of": ["t", "b"]},
                    "c": {"gate": "or", "of": ["u", "a"]},
                }
            ),
            ["cycle: s -> t -> u -> s", "expected"],
        ),
        (with_gate("c", "xro", ["a", "b"]), ["gate 'c'", "unknown gate 'xro'", "xor?"]),
        (with_gate("c", "and", ["a", "bb"]), ["gates.c.of", "unknown operand 'bb'", "b?"]),
        (with_gate("d", "or", ["a", "b"]), ["gate 'd'", "expected that some output depends"]),
        (with_gate("c", "not", ["a", "b"]), ["gate 'c'", "not of 2", "expected 1 operand"]),
        (with_gate("c", "and", ["a"]), ["gate 'c'", "and of 1", "expected 2 or more operands"]),
        (with_gate("c", "const1", ["a"]), ["gate 'c'", "const1 of 1", "expected 0 operands"]),
        (with_gate("c", "and", ["a", "a"]), ["gates.c.of[1]", "doubled name 'a'", "expected"]),
        (with_gate("c", "input", []), ["gates.c", "expected a gate", "'inputs'"]),
        (with_gate("a", "and", ["s", "b"]), ["gates.a", "doubled name 'a'", "input"]),
        (with_gate("c", "and", "ab"), ["gates.c.of", "expected a list", "a string"]),
        (with_gate("c", 3, ["a", "b"]), ["gates.c.gate", "expected a string", "a number"]),
        (with_gate("c", "and", ["a", None]), ["gates.c.of[1]", "expected a string", "null"]),
        (with_gate("c", "and", ["a", "b"], sub=1), ["gates.c", "unknown key 'sub'", "sub_f"]),
        (with_gate("c\n", "and", ["a", "b"]), ["gates", "expected a printable string"]),
        (changed(gates={"s": {"gate": "xor"}}), ["gates.s", "no 'of'", "expected gate, of"]),
        (changed(gates={"s": ["xor"]}), ["gates.s", "expected an object", "a list"]),
        (changed(gates=[]), ["gates", "expected an object", "a list"]),
        (changed(inputs=["a", "b", "c"]), ["gates.c", "doubled name 'c'"]),
        (changed(inputs=["a", "b", "z"]), ["unused input 'z'", "expected"]),
        (changed(inputs=["a", "b", "a"]), ["inputs[2]", "doubled name 'a'"]),
        (changed(inputs={"a": 1}), ["inputs", "expected a list", "an object"]),
        (changed(inputs=[]), ["gates.s.of", "unknown operand 'a'"]),
        (changed(outputs={}), ["no outputs", "expected"]),
        (changed(outputs={"y0": "s", "y1": "d"}), ["output 'y1'", "unknown gate 'd'", "known"]),
        (changed(outputs={"y0": "s", "y1": "a"}), ["output 'y1'", "'a' is an input", "buf"]),
        (changed(outputs={"a": "s", "y1": "c"}), ["doubled name 'a'", "expected"]),
        (changed(outputs={"y0": "s", "y1": ["c"]}), ["outputs.y1", "expected a string"]),
        (changed(output={}), ["top level", "unknown key 'output'", "outputs?"]),
        (changed(success_rule="all"), ["success_rule 'all'", "expected one of general"]),
        (changed(success_rule=None), ["success_rule", "expected a string", "null"]),
        (changed(name=True), ["name", "expected a string", "a boolean"]),
        ({"inputs": ["a"]}, ["top level", "no 'gates'", "expected inputs, gates, outputs"]),
        ({**HALF_ADDER, "inputs": [f"a{i}" for i in range(21)], "gates": {}}, ["21 inputs"]),
    ],
)
def test_bad_graphs(described, parts):
    for form in (described, json.dumps(described)):
        message = bad_input.message_of(FunctionGraph.from_json, form, where="mine.json")
        assert message.startswith("mine.json: ")
        for part in parts:
            assert part in message


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('{"inputs": ["a",\n  "b"', ["line 2, column 6", "not JSON"]),
        ("", ["line 1, column 1", "not JSON"]),
        ("[1]", ["top level", "expected an object", "a list"]),
        ('{"inputs": ["a"], "inputs": []}', ["doubled name 'inputs'", "expected once"]),
        ('{"gates": {"s": {}, "s": {}}}', ["doubled name 's'", "expected once"]),
        (100_000 * "[", ["nested too deeply", "expected a function graph"]),
        ('{"inputs": ' + 5000 * "1" + "}", ["top level", "no 'gates'"]),
    ],
)
def test_bad_json(text, parts):
    message = bad_input.message_of(FunctionGraph.from_json, text, where="mine.json")
    assert message.startswith("mine.json: ")
    for part in parts:
        assert part in message
