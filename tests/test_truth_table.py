"""Truth tables as CSV: values by hand, order of rows, errors by file and line."""

import itertools

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import tasks
from nsculpt.tasks import truth_table
from tests import bad_input

XOR_AND = "a,b,->,y0,y1\n0,0,->,0,0\n0,1,->,1,0\n1,0,->,1,0\n1,1,->,0,1\n"


@pytest.fixture
def write(tmp_path):
    def write_file(content, name="mine.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write_file


@pytest.mark.parametrize(
    "text",
    [
        XOR_AND,
        "a,b,->,y0,y1\n1,1,->,0,1\n0,1,->,1,0\n1,0,->,1,0\n0,0,->,0,0",  # another order
        "\n a , b , -> , y0 , y1 \n\n0,0,,0,0\r\n 0, 1, , 1, 0\n,,,,\n1,0,->,1,0\n\n1,1,,0,1\n\n",
        '"a","b","->","y0","y1"\n"0","0","->","0","0"\n0,1,,1,0\n1,0,,1,0\n1,1,,0,1\n',
        "\ufeff" + XOR_AND,  # as spreadsheets write it
    ],
)
def test_a_table(write, text):
    task = tasks.from_truth_table(write(text))
    assert task.name == "mine"
    assert (task.input_names, task.output_names) == (("a", "b"), ("y0", "y1"))
    assert task.x_train.tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert task.y_train.tolist() == [[0, 0], [1, 0], [1, 0], [0, 1]]
    assert task.y_valid.tolist() == task.y_train.tolist()
    assert task.x_train.dtype == task.y_train.dtype == np.float32
    assert task.truth is None
    assert task.success_rule is None
    assert task.exact
    assert not task.inputs_optional


def test_the_path_may_be_a_string(write):
    assert tasks.from_truth_table(str(write(XOR_AND))).num_outputs == 2


HEADER = "a,b,->,y\n"
ALL = "0,0,,0\n0,1,,1\n1,0,,1\n1,1,,0\n"


@pytest.mark.parametrize(
    ("content", "place", "parts"),
    [
        (HEADER + "0,0,,0\n1,0,,1\n1,1,,0\n", "", ["missing row 0,1;", "expected all 4 rows"]),
        (HEADER + "1,1,,0\n", "", ["missing row 0,0 and 2 others", "expected all 4 rows"]),
        (HEADER, "", ["missing row 0,0 and 3 others"]),
        (HEADER + "0,0,,0\n\n0,1,,1\n0,0,,0\n", ", line 5", ["doubled row 0,0", "line 2", "once"]),
        (HEADER + "0,0,,0\n0,2,,1\n", ", line 3, column 'b'", ["'2'", "expected 0 or 1"]),
        (HEADER + "0,0,,0\n0,1,,\n", ", line 3, column 'y'", ["''", "expected 0 or 1"]),
        (HEADER + "0,0,,1.0\n", ", line 2, column 'y'", ["'1.0'", "expected 0 or 1"]),
        (HEADER + "0,0,=,1\n", ", line 2, column '->'", ["'='", "expected -> or nothing"]),
        (HEADER + "0,0,,0\n0,1,1\n", ", line 3", ["3 values", "expected 4"]),
        (HEADER + "0,0,,0,1\n", ", line 2", ["5 values", "expected 4"]),
        ("a,b,y\n" + ALL, ", line 1", ["no columns '->'", "expected one"]),
        ("\na,->,b,->,y\n" + ALL, ", line 2", ["2 columns '->'", "expected one"]),
        ("->,y\n,0\n", ", line 1", ["no inputs", "expected at least one"]),
        ("a,b,->\n0,0,\n", ", line 1", ["no outputs", "expected at least one"]),
        ("a,a,->,y\n" + ALL, ", line 1", ["doubled input name 'a'"]),
        ("a,b,->,y,y\n", ", line 1", ["doubled output name 'y'"]),
        ("a,,->,y\n" + ALL, ", line 1", ["input 2 has no name"]),
        ("a,b,->,y,\n", ", line 1", ["output 2 has no name"]),
        (",".join(f"a{i}" for i in range(21)) + ",->,y\n", ", line 1", ["21 inputs", "1 to 20"]),
        ("", "", ["empty", "expected a header"]),
        ("\n \n", "", ["empty", "expected a header"]),
        (HEADER.encode() + b"0,0,,\xff\n", ", line 2", ["not UTF-8"]),
        (HEADER + '0,0,,"0\n', ", line 2", ["not comma-separated values"]),
    ],
)
def test_bad_tables(write, content, place, parts):
    path = write(content)
    message = bad_input.message_of(tasks.from_truth_table, path)
    assert message.startswith(f"{path}{place}: ")
    for part in parts:
        assert part in message


def test_a_file_that_cannot_be_read(tmp_path):
    absent = tmp_path / "absent.csv"
    assert bad_input.message_of(tasks.from_truth_table, absent) == (
        f"{absent}: cannot be read: No such file or directory"
    )
    message = bad_input.message_of(tasks.from_truth_table, tmp_path)
    assert message == f"{tmp_path}: cannot be read: Is a directory"


def test_twenty_inputs_have_an_order_too():
    rows = truth_table.counting_order(20)
    assert rows.shape == (2**20, 20)
    assert rows[1].tolist() == [0] * 19 + [1]
    assert rows[2**19].tolist() == [1] + [0] * 19


@hypothesis.given(
    st.integers(1, 4).flatmap(
        lambda num_inputs: st.tuples(
            st.permutations(list(itertools.product("01", repeat=num_inputs))),
            st.lists(
                st.lists(st.sampled_from("01"), min_size=2, max_size=2),
                min_size=2**num_inputs,
                max_size=2**num_inputs,
            ),
        )
    )
)
@hypothesis.settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)
def test_rows_come_into_counting_order(tmp_path, table):
    inputs, outputs = table
    path = tmp_path / "any.csv"
    lines = [",".join([*row, "->", *out]) for row, out in zip(inputs, outputs, strict=True)]
    header = ",".join([*(f"a{i}" for i in range(len(inputs[0]))), "->", "p", "q"])
    path.write_text("\n".join([header, *lines]))
    task = tasks.from_truth_table(path)
    expected = sorted(zip(inputs, outputs, strict=True))
    assert task.x_train.tolist() == [[float(bit) for bit in row] for row, _ in expected]
    assert task.y_train.tolist() == [[float(bit) for bit in row] for _, row in expected]
