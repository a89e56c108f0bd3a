"""What is printed at the end: no line beyond 80 columns, and columns that stay in line."""

import dataclasses
import re

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsculpt
from nsculpt import sculpture as sculpture_lib
from nsculpt import settings as settings_lib
from nsculpt import text as text_lib
from nsculpt.sculpting import jobs
from tests import terminals, test_experiment, test_wide_report

SEPARABLE = nsculpt.load_task("input_separable")
LARGEST = 2**31 - 1

# Letters of one column and of two, marks on letters, emoji, what would disturb a terminal, and
# what lines are broken at.
letters = st.sampled_from("aé-_ .x漢字カナ한글\uff21😀e\u0301\u202e\n\x1b")
names = st.text(letters, min_size=1, max_size=200)


def concluded(task, found, seeds, unit_steps=("5",), edge_steps=("0.5",)):
    """Of `input_separable` 4-4-4: each seed has the networks of `found` in turn."""
    settings = settings_lib.resolve(
        task, (4,), seeds=seeds, unit_steps=unit_steps, edge_steps=edge_steps
    )
    grid = jobs.grid(settings.seeds, settings.unit_steps, settings.edge_steps)
    return sculpture_lib.conclude(
        task, settings, {job: found[place % len(found)] for place, job in enumerate(grid)}
    )


def lines_of(sculpture):
    lines = str(sculpture).splitlines()
    assert max(map(terminals.width, lines)) <= 80
    assert all(line.isprintable() and line == line.rstrip() for line in lines)
    return lines


def named(task, title, given_names):
    """A task with these names of inputs and outputs."""
    return dataclasses.replace(
        task, name=title, input_names=tuple(given_names[:4]), output_names=tuple(given_names[4:])
    )


RIGHT = test_experiment.record(test_experiment.RIGHT)
MIXED = test_experiment.record(test_experiment.MIXED)
FAILED = test_experiment.record(test_experiment.RIGHT, jobs.NOTHING_ACCEPTED, 3)


@hypothesis.settings(max_examples=40)
@given(
    names,
    st.lists(names, min_size=8, max_size=8, unique=True),
    st.lists(st.sampled_from([RIGHT, MIXED, FAILED]), min_size=1, max_size=5),
    st.lists(st.integers(0, LARGEST), min_size=1, max_size=5, unique=True),
    st.booleans(),
)
def test_names_of_any_letters(title, given_names, found, seeds, has_truth):
    task = named(SEPARABLE, title, given_names)
    if not has_truth:
        task = dataclasses.replace(task, truth=None)
    lines_of(concluded(task, found, seeds))


@given(names, st.integers(0, 10), st.integers(20, 100))
def test_filled_lines_are_as_wide_as_they_may_be(line, num_spaces, width):
    line, indent = text_lib.printable(line), " " * num_spaces
    broken = text_lib.filled(line, indent=indent, width=width).splitlines()
    assert max(map(terminals.width, broken), default=0) <= width
    # Nothing but white space is lost.
    assert "".join("".join(broken).split()) == "".join(line.split())
    if " " not in line and "-" not in line:  # one word, which is broken where the line is full
        assert all(terminals.width(part) >= width - 3 for part in broken[:-1])


def test_letters_of_two_columns_are_broken_by_hand():
    # 3 + 6 columns, then 4 + 4, since a third letter would be one too many.
    assert text_lib.filled("x: 漢字漢字漢", width=9).splitlines() == ["x: 漢字漢", "    字漢"]
    assert text_lib.filled("x: abcdefghijk", width=9).splitlines() == ["x: abcdef", "    ghijk"]


def table(lines, head):
    """The rows of the table whose first line this is, its heading the first."""
    first = next(place for place, line in enumerate(lines) if line.startswith(head))
    rows = lines[first + 1 :]
    return rows[: rows.index("")]


def ends(row):
    return [match.end() for match in re.finditer(r"\S+", row)]


@pytest.mark.parametrize(
    "seeds", [list(range(64)), [0, 7, LARGEST], [LARGEST - i for i in range(64)]]
)
def test_tables_of_many_seeds_stay_in_line(seeds):
    sculpture = concluded(
        SEPARABLE, [RIGHT, MIXED], seeds, ["100", "33.333"], ["100", "66.667", "0.125"]
    )
    lines = lines_of(sculpture)
    heading, *rows = table(lines, "The sparsest network of each seed")
    assert [int(row.split()[0]) for row in rows] == seeds
    # Each number ends below the last letter of its column's name.
    names_end = [
        heading.index(name) + len(name)
        for name in ("seed", "step", "edges", "tied", "modules", "inputs", "outputs", "structure")
    ]
    assert all(ends(row) == names_end for row in rows)
    heading, *rows = table(lines, "Structures of all prunings")
    assert [int(row.split()[0]) for row in rows] == seeds
    names_end = [
        heading.index(name) + len(name) for name in ("seed", "prunings", "structures", "entropy")
    ]
    assert all(ends(row)[:4] == names_end for row in rows)


def test_where_nothing_was_accepted():
    for seeds in ([0], [0, LARGEST]):
        text = "\n".join(lines_of(concluded(SEPARABLE, [FAILED], seeds)))
        said = " ".join(text.split())
        assert "no network reached the accuracy asked for" in said
        assert "3 of 64 bits wrong" in said
        assert "Modules of seed" not in text


@pytest.mark.parametrize("letter", ["漢", "a"])
@pytest.mark.parametrize("has_truth", [True, False])
def test_hundreds_of_inputs_with_long_names(letter, has_truth):
    task = test_wide_report.wide_task(
        names=tuple(f"{letter * 190}_{i // 100}_{i % 100}" for i in range(200))
    )
    if not has_truth:
        task = dataclasses.replace(task, truth=None)
    units = [(range(70), [0]), ([*range(90, 150)], [1])]
    lines = lines_of(test_wide_report.concluded(task, *units))
    assert len(lines) < 120


def test_accuracy_of_seeds_of_any_size():
    task = test_wide_report.wide_task()
    for seeds in ([0, 1], [7, LARGEST]):
        found = test_wide_report.concluded(
            task, (range(70), [0]), (range(70, 99), [1]), seeds=seeds
        )
        _, heading, *rows = table(lines_of(found), "Accuracy in percent")
        assert [row.split()[:2] for row in rows[:2]] == [["seed", str(seed)] for seed in seeds]
        assert [ends(row)[2:] for row in rows[:2]] == [ends(heading)[1:]] * 2
