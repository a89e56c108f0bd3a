"""Sub-functions of function graphs: defaults, merging and hierarchy by hand."""

from nsculpt.tasks import function_graph
from tests import bad_input

FunctionGraph = function_graph.FunctionGraph


def graph_of(inputs, outputs, **described):
    """A graph from `gate=("xor", "a", "b")` or, with a sub-function, `gate=(("xor", "s"), "a")`."""
    parts = {"inputs": list(inputs), "gates": {}, "outputs": outputs}
    for name, (gate, *operands) in described.items():
        kind, *sub_function = [gate] if isinstance(gate, str) else gate
        parts["gates"][name] = {"gate": kind, "of": operands}
        if sub_function:
            parts["gates"][name]["sub_function"] = sub_function[0]
    return FunctionGraph.from_json(parts)


def nodes_and_edges(graph):
    nodes = {n: (a["inputs"], a["outputs"]) for n, a in graph.hierarchy.nodes.items()}
    return nodes, sorted(graph.hierarchy.edges)


def test_default_sub_functions():
    # n has one reader, which has one reader, which is an output; s has two readers.
    graph = graph_of(
        "abcd",
        {"y": "p", "z": "q"},
        n=("not", "a"),
        m=("and", "n", "b"),
        s=("xor", "b", "c"),
        p=("or", "m", "s"),
        q=("and", "s", "d"),
    )
    assert dict(graph.graph.nodes(data="sub_function")) == {
        **dict.fromkeys("abcd"),
        "n": "p",
        "m": "p",
        "s": "s",
        "p": "p",
        "q": "q",
    }
    assert nodes_and_edges(graph) == (
        {"s": ((1, 2), ()), "p": ((0, 1), (0,)), "q": ((3,), (1,))},
        [("s", "p"), ("s", "q")],
    )
    # a: {p}; b: {s, p}; c: {s}; d: {q}
    assert graph.truth().input_groups == ((0,), (1,), (2,), (3,))


def test_equal_and_opposite_sub_functions_are_one():
    # s has two readers, so it is a sub-function; r = !s has one, so it belongs to u.
    graph = graph_of(
        "abc",
        {"y0": "t", "y1": "u", "y2": "v"},
        s=("xor", "a", "b"),
        r=("xnor", "a", "b"),
        t=("and", "s", "c"),
        u=("or", "r", "c"),
        v=("nand", "s", "c"),
    )
    assert nodes_and_edges(graph) == (
        {"s": ((0, 1), ()), "t": ((2,), (0, 2)), "u": ((0, 1, 2), (1,))},
        [("s", "t")],
    )
    # Named as a sub-function, r is s, and u comes to read s.
    named = graph_of(
        "abc",
        {"y0": "t", "y1": "u", "y2": "v"},
        s=("xor", "a", "b"),
        r=(("xnor", "r"), "a", "b"),
        t=("and", "s", "c"),
        u=("or", "r", "c"),
        v=("nand", "s", "c"),
    )
    assert nodes_and_edges(named) == (
        {"s": ((0, 1), ()), "t": ((2,), (0, 2)), "u": ((2,), (1,))},
        [("s", "t"), ("s", "u")],
    )
    truth = named.truth()
    assert truth.input_groups == ((0, 1), (2,))
    assert truth.output_groups == ((0, 2), (1,))


def test_the_first_in_topological_order_names_the_merged_ones_and_counts():
    # t = s & (s | c) = s, though it comes first in the text and reads c too.
    graph = FunctionGraph.from_formulas(
        "inputs a, b, c, d; y1 = t ^ c; y0 = t | d; t = s & (s | c); s = a & b"
    )
    assert nodes_and_edges(graph) == (
        {"s": ((0, 1), ()), "y1": ((2,), (0,)), "y0": ((3,), (1,))},
        [("s", "y0"), ("s", "y1")],
    )


def test_a_merged_sub_function_takes_along_what_only_it_read():
    # z = (s ^ c) ^ c = s: after merging nobody needs t = s ^ c, and no output does.
    graph = FunctionGraph.from_formulas(
        "inputs a, b, c; s = a ^ b; t = s ^ c; z = t ^ c; y0 = s & c; y1 = z"
    )
    assert nodes_and_edges(graph) == ({"s": ((0, 1), (1,)), "y0": ((2,), (0,))}, [("s", "y0")])


def test_a_negated_input_and_a_constant_are_no_sub_functions():
    graph = FunctionGraph.from_formulas(
        "inputs a, b, c; n = !a; k = b | 1; y0 = n & b; y1 = n ^ c & k"
    )
    assert nodes_and_edges(graph) == ({"y0": ((0, 1), (0,)), "y1": ((0, 2), (1,))}, [])
    assert graph.truth().input_groups == ((0,), (1,), (2,))


def test_a_constant_reads_nothing():
    graph = FunctionGraph.from_formulas("y0 = a & b; k = a & !a; l = b | 1")
    assert nodes_and_edges(graph) == ({"y0": ((0, 1), (0,)), "k": ((), (1, 2))}, [])


def test_outputs_that_copy_an_input_or_a_constant():
    graph = FunctionGraph.from_formulas(
        "inputs a, b; outputs p, q, r, k; p = a; q = !a; r = q & b; k = 0"
    )
    assert nodes_and_edges(graph) == (
        {"p": ((0,), (0, 1)), "k": ((), (3,)), "r": ((0, 1), (2,))},
        [],
    )
    assert graph.truth().output_groups == ((0, 1), (2,), (3,))


def test_a_sub_function_may_have_several_gates_with_one_result_up_to_negation():
    graph = graph_of(
        "abc",
        {"y0": "s", "y1": "n", "y2": "t"},
        s=(("xor", "both"), "a", "b"),
        n=(("not", "both"), "s"),
        t=("and", "n", "c"),
    )
    assert nodes_and_edges(graph) == (
        {"both": ((0, 1), (0, 1)), "t": ((2,), (2,))},
        [("both", "t")],
    )


def test_a_sub_function_has_one_result():
    message = bad_input.message_of(
        graph_of,
        "ab",
        {"y0": "s", "y1": "c"},
        s=(("xor", "h"), "a", "b"),
        c=(("and", "h"), "a", "b"),
    )
    assert "sub_function 'h': gates 's' and 'c'" in message
    assert "expected one result" in message


def test_sub_functions_may_not_read_each_other():
    # p and r are one sub-function, q reads p, r reads q.
    message = bad_input.message_of(
        graph_of,
        "ab",
        {"y0": "r"},
        p=(("and", "f"), "a", "b"),
        q=(("not", "g"), "p"),
        r=(("not", "f"), "q"),
    )
    assert "sub-functions in a cycle: f -> g -> f; expected" in message
