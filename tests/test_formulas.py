"""Formulas: precedence by hand, meaning against Python's own evaluation, errors by place."""

import itertools

import hypothesis
import pytest
from hypothesis import strategies as st

from nsculpt.tasks import formulas, function_graph
from tests import bad_input

FunctionGraph = function_graph.FunctionGraph


def column(text: str, output: int = 0) -> str:
    return "".join(str(bit) for bit in FunctionGraph.from_formulas(text).truth_table()[:, output])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # rows 00 01 10 11, or 000 ... 111
        ("y = a & b", "0001"),
        ("y = a | b", "0111"),
        ("y = a ^ b", "0110"),
        ("y = !a & b", "0100"),  # not !(a & b) = 1110
        ("y = ~a & b", "0100"),
        ("y = !!a & b", "0001"),
        ("y = !(a & b)", "1110"),
        ("y = !!!(a & b)", "1110"),
        ("y = a | b & c", "00011111"),  # not (a | b) & c = 00010101
        ("y = a ^ b & c", "00011110"),  # not (a ^ b) & c = 00010100
        ("y = a | b ^ c", "01101111"),  # not (a | b) ^ c = 01101010, here 011 0 1111
        ("y = (a | b) ^ c", "01101010"),
        ("y = a ^ b ^ c", "01101001"),
        ("y=a&1&b|0", "0001"),
        ("y = (((a)))&(b)", "0001"),
        ("y = a ^ a ^ b ^ a", "0110"),  # a ^ b: an operand may stand more than once
        ("inputs b, a; y = a & !b", "0100"),  # b comes first: a alone is row 01
    ],
)
def test_value(text, expected):
    assert column(text) == expected


def test_the_order_of_inputs_is_that_of_first_appearance():
    graph = FunctionGraph.from_formulas("s = c & a\ny0 = s ^ b ; y1 = s | a")
    assert graph.input_names == ("c", "a", "b")
    assert graph.output_names == ("y0", "y1")


def test_comments_blank_statements_and_line_ends():
    graph = FunctionGraph.from_formulas("# y9 = q; z\r\ny0 = a & b # and; c = d\n\n;;y1 = a ^ b;")
    assert graph.output_names == ("y0", "y1")
    assert graph.truth_table().tolist() == [[0, 0], [0, 1], [0, 1], [1, 0]]


def test_a_formula_may_be_used_before_it_is_defined():
    assert column("y = s ^ c; s = a & b") == column("inputs c, a, b; s = a & b; y = s ^ c")


def test_declared_outputs_may_be_read_and_have_their_own_order():
    graph = FunctionGraph.from_formulas("outputs y1, y0; y0 = a & b; y1 = y0 ^ c")
    assert graph.output_names == ("y1", "y0")
    assert list(graph.hierarchy.edges) == [("y0", "y1")]
    assert FunctionGraph.from_formulas("y0 = a & b; y1 = y0 ^ c").output_names == ("y1",)


def test_names_that_begin_like_a_declaration_are_names():
    graph = FunctionGraph.from_formulas("inputs_1 = a & b; outputs = a ^ b")
    assert graph.output_names == ("inputs_1", "outputs")


def test_each_formula_is_one_sub_function():
    graph = FunctionGraph.from_formulas("s = a & b | !a & c; y0 = s ^ d; y1 = s & d & !(a | b)")
    named = {name for _, name in graph.graph.nodes(data="sub_function")}
    assert named == {"s", "y0", "y1", None}  # None: inputs


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        # The place, then what was expected. Columns count from 1 at the formula's first character.
        ("y0 = a & b; y1 = a ^ y3", ["formula 2 ('y1')", "column 10", "'y3'", "inputs"]),
        ("s0 = a & b; y = s0 ^ s1", ["formula 2 ('y')", "column 10", "'s1'", "s0?"]),
        ("inputs a, carry\ny = a ^ cary", ["formula 1 ('y')", "column 9", "'cary'", "carry?"]),
        ("inputs a, b; y = a & b & q", ["formula 1 ('y')", "column 13", "unknown name 'q'"]),
        ("y = a & y", ["formula 1 ('y')", "column 9", "cycle"]),
        ("y = s & a; s = t | b; t = y ^ c", ["cycle: y -> t -> s -> y", "expected"]),
        ("y = a; z = s; s = t & a; t = s | b", ["cycle: s -> t -> s", "expected"]),
        ("y = a & b\ny = a | b", ["formula 2 ('y')", "column 1", "doubled", "formula 1"]),
        ("inputs a, b; a = b; y = a", ["formula 1 ('a')", "doubled", "input"]),
        ("inputs a, b; inputs c; y = a", ["'inputs'", "expected it once"]),
        ("inputs a, a; y = a", ["'inputs'", "doubled name 'a'"]),
        ("inputs a b; y = a", ["'inputs'", "'a b'", "separated by commas"]),
        ("inputs; y = a", ["'inputs'", "''", "expected names"]),
        ("inputs a, b; y = a", ["unused input 'b'", "expected"]),
        ("y = a | b & !b", ["unused input 'b'", "expected that some output changes"]),
        ("outputs y, z; y = a", ["'outputs'", "unknown name 'z'", "y"]),
        ("outputs y; s = a & b; y = a; t = s | b", ["formula 1 ('s')", "some output depends"]),
        ("y = a &", ["formula 1 ('y')", "column 8", "expected a name", "ends"]),
        ("y =", ["formula 1 ('y')", "column 4", "expected a name", "ends"]),
        ("y = a b", ["formula 1 ('y')", "column 7", "expected an operator", "'b'"]),
        ("y = a && b", ["formula 1 ('y')", "column 8", "expected a name", "'&'"]),
        ("y == a", ["formula 1 ('y')", "column 4", "expected a name", "'='"]),
        ("y = a and b", ["formula 1 ('y')", "column 7", "expected an operator", "'and'"]),
        ("y = (a & b", ["formula 1 ('y')", "column 11", "expected ')'", "column 5"]),
        ("y = a & b)", ["formula 1 ('y')", "column 10", "expected an operator", "')'"]),
        ("y = a & 2", ["formula 1 ('y')", "column 9", "0, 1", "'2'"]),
        ("y = a @ b", ["formula 1 ('y')", "column 7", "'@'"]),
        ("y = a & é", ["formula 1 ('y')", "column 9", "expected a name", "'é'"]),
        ("y = " + 90 * "(" + "a" + 90 * ")", ["formula 1 ('y')", "column 85", "at most 80"]),
        ("y0 = a & b; a ^ b", ["formula 2", "'a ^ b'", "name = expression"]),
        ("2y = a", ["formula 1", "'2y = a'", "name = expression"]),
        ("= a", ["formula 1", "'= a'", "name = expression"]),
        ("", ["no formula", "expected"]),
        (" # nothing\n;", ["no formula", "expected"]),
        ("y = 1", ["no inputs", "expected 1 to 20"]),
        ("y = " + "^".join(f"a{i}" for i in range(21)), ["21 inputs", "expected 1 to 20"]),
    ],
)
def test_bad_input(text, parts):
    message = bad_input.message_of(FunctionGraph.from_formulas, text)
    assert message.startswith("formulas: ")
    for part in parts:
        assert part in message


def test_the_place_is_the_callers():
    message = bad_input.message_of(FunctionGraph.from_formulas, "y = a &", where="task 'mine'")
    assert message.startswith("task 'mine': formula 1 ('y'), column 8: ")


def test_without_declaration_only_numbered_names_are_taken_for_misspelt():
    # y and y1 differ in more than digits: one has none.
    assert FunctionGraph.from_formulas("y = y1 & y2").input_names == ("y1", "y2")
    assert FunctionGraph.from_formulas("inputs y1; y0 = !y1").input_names == ("y1",)


def test_long_chains_need_no_recursion():
    text = "y = " + " ^ ".join(2000 * ["a", "b"] + ["a"]) + "; z = " + 3001 * "!" + "b"
    assert FunctionGraph.from_formulas(text).truth_table().tolist() == [
        [0, 1],
        [0, 0],
        [1, 1],
        [1, 0],
    ]


# A tree is a name, a constant, ("!", tree), or (sign, tree, tree, ...).
_NAMES = ("p", "q", "r", "x10")
_TREES = st.recursive(
    st.sampled_from([*_NAMES, "0", "1"]),
    lambda inner: st.one_of(
        st.tuples(st.just("!"), inner),
        st.tuples(st.sampled_from("&^|"), inner, inner),
        st.tuples(st.sampled_from("&^|"), inner, inner, inner),
    ),
    max_leaves=25,
)
_STRENGTH = {"|": 0, "^": 1, "&": 2, "!": 3}


def sparsely(tree) -> str:
    """The tree with parentheses only where precedence asks for them."""
    if isinstance(tree, str):
        return tree
    sign, *operands = tree
    printed = []
    for operand in operands:
        text = sparsely(operand)
        if not isinstance(operand, str) and _STRENGTH[operand[0]] < _STRENGTH[sign]:
            text = f"({text})"
        printed.append(text)
    return "!" + printed[0] if sign == "!" else f" {sign} ".join(printed)


def in_python(tree) -> str:
    """The tree with all parentheses, in Python's own signs."""
    if isinstance(tree, str):
        return tree
    sign, *operands = tree
    if sign == "!":
        return f"(1 ^ {in_python(operands[0])})"
    return "(" + f" {sign} ".join(in_python(operand) for operand in operands) + ")"


@hypothesis.given(_TREES)
@hypothesis.settings(max_examples=200, deadline=None)
def test_printed_trees_mean_what_python_says(tree):
    # Each input is an output too, so that none is unused.
    copies = "; ".join(f"copy_{name} = {name}" for name in _NAMES)
    text = f"inputs {', '.join(_NAMES)}; tree = {sparsely(tree)}; {copies}"
    table = FunctionGraph.from_formulas(text).truth_table()
    expected = [
        eval(in_python(tree), dict(zip(_NAMES, row, strict=True)))
        for row in itertools.product((0, 1), repeat=len(_NAMES))
    ]
    assert table[:, 0].tolist() == expected


@hypothesis.given(st.text(alphabet="ab01 !&^|()=;#\n,inputs", max_size=40))
@hypothesis.settings(max_examples=200, deadline=None)
def test_any_text_is_read_or_refused_in_one_line(text):
    try:
        described = formulas.parse(text)
    except ValueError:
        bad_input.message_of(formulas.parse, text)
    else:
        assert described["outputs"]
