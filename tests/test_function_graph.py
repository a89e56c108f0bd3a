"""Function graphs: tables by hand and by a second method, truth, tasks, errors."""

import itertools

import hypothesis
import networkx as nx
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt.tasks import function_graph, gates
from tests import bad_input

FunctionGraph = function_graph.FunctionGraph


def gates_of(inputs, **described):
    """A graph from `gate=("xor", "a", "b")`, each gate an output."""
    parts = {
        "inputs": list(inputs),
        "gates": {name: {"gate": kind, "of": of} for name, (kind, *of) in described.items()},
        "outputs": {f"out_{name}": name for name in described},
    }
    return FunctionGraph.from_json(parts)


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        ("and", "0001"),
        ("or", "0111"),
        ("xor", "0110"),
        ("nand", "1110"),
        ("nor", "1000"),
        ("xnor", "1001"),
    ],
)
def test_gates_of_two(gate, expected):
    table = gates_of("ab", g=(gate, "a", "b")).truth_table()
    assert "".join(map(str, table[:, 0])) == expected


@pytest.mark.parametrize(
    ("gate", "expected"),
    [
        ("and", "00000001"),
        ("or", "01111111"),
        ("xor", "01101001"),
        ("nand", "11111110"),
        ("nor", "10000000"),
        ("xnor", "10010110"),
    ],
)
def test_gates_of_three_negate_the_whole(gate, expected):
    table = gates_of("abc", g=(gate, "a", "b", "c")).truth_table()
    assert "".join(map(str, table[:, 0])) == expected


def test_gates_of_one_and_none_and_the_type_of_a_table():
    graph = gates_of("a", n=("not", "a"), i=("buf", "a"), zero=("const0",), one=("const1",))
    table = graph.truth_table()
    assert table.tolist() == [[1, 0, 0, 1], [0, 1, 0, 1]]
    assert table.dtype == np.uint8


def test_operands_may_be_defined_later():
    table = gates_of("abc", g=("or", "h", "c"), h=("and", "a", "b")).truth_table()
    assert table[:, 0].tolist() == [0, 1, 0, 1, 0, 1, 1, 1]


def test_truth_and_task():
    graph = FunctionGraph.from_formulas("s = a ^ b; y0 = s & c; y1 = s | c", success_rule="reuse")
    assert graph.truth().success_rule == "reuse"
    truth = graph.truth(success_rule="partition")
    assert (truth.success_rule, truth.inputs_optional) == ("partition", False)
    assert truth.input_groups == ((0, 1), (2,))
    assert truth.output_groups == ((0,), (1,))
    task = graph.to_task("adder")
    assert (task.name, task.input_names, task.output_names) == (
        "adder",
        ("a", "b", "c"),
        ("y0", "y1"),
    )
    assert task.exact
    assert not task.inputs_optional
    assert task.test is None
    assert task.success_rule == "reuse"
    for x, y in ((task.x_train, task.y_train), (task.x_valid, task.y_valid)):
        assert x.dtype == y.dtype == np.float32
        assert x.tolist() == [list(map(float, row)) for row in itertools.product((0, 1), repeat=3)]
        assert y.tolist() == graph.truth_table().astype(float).tolist()


def test_graph_cannot_be_changed_and_does_not_hang_on_the_callers():
    own = nx.DiGraph()
    own.add_node("a", gate="input")
    own.add_node("y", gate="not")
    own.add_edge("a", "y")
    outputs = {"out": "y"}
    graph = FunctionGraph(own, outputs)
    own.remove_node("y")
    outputs.clear()
    assert graph.truth_table().tolist() == [[1], [0]]
    with pytest.raises(nx.NetworkXError, match="Frozen graph"):
        graph.graph.remove_node("y")
    with pytest.raises(TypeError):
        graph.outputs["out"] = "a"


def test_repr_says_what_there_is():
    graph = FunctionGraph.from_formulas("s = a ^ b; y0 = s & c; y1 = s | c", "demo")
    assert repr(graph) == (
        "FunctionGraph demo: inputs a, b, c; outputs y0, y1; "
        "sub-functions s(a, b), y0(c, s), y1(c, s)"
    )


def test_most_inputs():
    names = [f"a{i}" for i in range(20)]
    described = {
        "inputs": names,
        "gates": {"g": {"gate": "and", "of": names}},
        "outputs": {"y": "g"},
    }
    table = FunctionGraph.from_json(described).truth_table()
    assert table.shape == (2**20, 1)
    assert np.flatnonzero(table).tolist() == [2**20 - 1]


def digraph(*nodes, edges=()):
    graph = nx.DiGraph()
    for name, gate in nodes:
        graph.add_node(name, **({} if gate is None else {"gate": gate}))
    graph.add_edges_from(edges)
    return graph


@pytest.mark.parametrize(
    ("graph", "parts"),
    [
        (digraph(("a", "input"), ("y", None), edges=[("a", "y")]), ["gate 'y'", "None", "known"]),
        (digraph(("a", "input"), (1, "not"), edges=[("a", 1)]), ["node 1", "expected a string"]),
        (
            digraph(("a", "input"), ("b", "input"), ("y", "not"), edges=[("a", "b"), ("b", "y")]),
            ["input 'b'", "expected no operands"],
        ),
        (digraph(("y", "const0")), ["no inputs", "expected 1 to 20"]),
    ],
)
def test_bad_networkx_graphs(graph, parts):
    message = bad_input.message_of(FunctionGraph, graph, {"out": "y"})
    for part in parts:
        assert part in message


@st.composite
def circuits(draw):
    """Four inputs and up to twelve gates, each of them an output of its own."""
    nodes = ["a", "b", "c", "d"]
    described = {f"copy_{name}": {"gate": "buf", "of": [name]} for name in nodes}
    for index in range(draw(st.integers(1, 12))):
        gate = draw(st.sampled_from(sorted(gates.GATES)))
        least, most = gates.GATES[gate].least, gates.GATES[gate].most
        size = st.integers(least, 3 if most is None else most)
        operands = draw(st.permutations(nodes))[: draw(size)]
        described[f"g{index}"] = {"gate": gate, "of": operands}
        nodes.append(f"g{index}")
    outputs = {f"out_{name}": name for name in described}
    return {"inputs": ["a", "b", "c", "d"], "gates": described, "outputs": outputs}


_IN_PYTHON = {
    "and": all,
    "or": any,
    "xor": lambda bits: sum(bits) % 2 == 1,
    "nand": lambda bits: not all(bits),
    "nor": lambda bits: not any(bits),
    "xnor": lambda bits: sum(bits) % 2 == 0,
    "not": lambda bits: not bits[0],
    "buf": lambda bits: bits[0],
    "const0": lambda bits: False,
    "const1": lambda bits: True,
}


def row_by_row(described):
    """The truth table by a second method: one row, one gate at a time."""
    table = []
    for row in itertools.product((False, True), repeat=4):
        values = dict(zip("abcd", row, strict=True))
        for name, gate in described["gates"].items():
            values[name] = _IN_PYTHON[gate["gate"]]([values[operand] for operand in gate["of"]])
        table.append([int(values[node]) for node in described["outputs"].values()])
    return table


@hypothesis.given(circuits())
@hypothesis.settings(max_examples=100, deadline=None)
def test_any_circuit(described):
    graph = FunctionGraph.from_json(described)
    table = graph.truth_table()
    assert table.tolist() == row_by_row(described)
    assert FunctionGraph.from_json(graph.to_json()).to_json() == graph.to_json()

    truth = graph.truth()
    assert sorted(itertools.chain(*truth.input_groups)) == list(range(4))
    assert [group[0] for group in truth.input_groups] == sorted(g[0] for g in truth.input_groups)
    # Outputs belong together exactly where their columns are equal up to negation.
    group_of = {i: group for group in truth.output_groups for i in group}
    for i, j in itertools.combinations(range(table.shape[1]), 2):
        same = len(set((table[:, i] ^ table[:, j]).tolist())) == 1
        assert (group_of[i] == group_of[j]) == same
    assert nx.is_directed_acyclic_graph(truth.hierarchy)
    # What an output's sub-function depends on is read by it or by those before it.
    rows = table.reshape(2, 2, 2, 2, -1)
    for node, attributes in truth.hierarchy.nodes.items():
        reads = set(attributes["inputs"])
        for before in nx.ancestors(truth.hierarchy, node):
            reads |= set(truth.hierarchy.nodes[before]["inputs"])
        column = rows[..., attributes["outputs"][0]]
        depends = {i for i in range(4) if (column != np.flip(column, axis=i)).any()}
        assert depends <= reads
