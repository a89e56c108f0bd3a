"""A bar on a real pseudo-terminal of any width, and lines in a file."""

import datetime
import io
import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsculpt.report import screen
from tests import terminals

PARTS = [
    (0, "118/340 jobs"), (1, "0:12:34 left"), (2, "64/96 lanes"), (3, "sparsest 24"),
    (2, "64/96 lanes (unit, edge)"), (2, "64/96 lanes (3 unit, 61 edge)"), (3, "sparsest 24 edges"),
]  # fmt: skip
STATE = screen.State(34, PARTS, [(4, "1234 rounds")])

some_parts = st.lists(st.tuples(st.integers(0, 4), st.text("ab/ ", max_size=30)), max_size=8)


@given(some_parts, st.integers(0, 100))
def test_what_is_fitted_fits(parts, room):
    text = screen.fitted(parts, room)
    assert len(text) <= room
    if room >= sum(len(text) + 2 for _, text in parts):  # the last of each place, in their order
        last = dict(parts)
        assert text == ", ".join(last[place] for place in sorted(last))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (120, " 34% [###.......] 118/340 jobs, 0:12:34 left, 64/96 lanes (3 unit, 61 edge), "
              "sparsest 24 edges, 1234 rounds"),
        (80, " 34% 118/340 jobs, 0:12:34 left, 64/96 lanes (3 unit, 61 edge), sparsest 24"),
        (75, " 34% 118/340 jobs, 0:12:34 left, 64/96 lanes (unit, edge), sparsest 24"),
        (65, " 34% 118/340 jobs, 0:12:34 left, 64/96 lanes, sparsest 24 edges"),
        (50, " 34% 118/340 jobs, 0:12:34 left, 64/96 lanes"),
        (40, " 34% [#....] 118/340 jobs, 0:12:34 left"),
        (20, " 34% 118/340 jobs"),
        (10, " 34%"),
        (3, " 3"),
        (1, ""),
        # Nobody has said how wide it is.
        (0, " 34% 118/340 jobs, 0:12:34 left, 64/96 lanes (3 unit, 61 edge), sparsest 24"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["xterm-256color", "dumb"])
def test_a_bar_is_one_row_of_any_terminal(columns, expected, kind, monkeypatch):
    monkeypatch.setenv("TERM", kind)
    terminal = terminals.Terminal(columns)
    bar = screen.Bar(terminal.stream)
    bar.say(100.0, screen.State(33, [(0, "longer than what comes next" * 9), *PARTS], []))
    bar.say(100.0, STATE)
    assert terminal.seen() == [expected]
    bar.close(100.0, STATE)
    assert terminal.end() == [""]
    assert terminal.column == 0


def test_a_bar_grows_with_what_is_done():
    terminal = terminals.Terminal(80)
    bar = screen.Bar(terminal.stream)
    seen = []
    for percent in (0, 9, 10, 99, 100):
        bar.say(3.2, screen.State(percent, PARTS[:1], []))
        seen += terminal.seen()
    terminal.end()
    assert seen == [
        "  0% [..........] 118/340 jobs, 0:00:04 gone",
        "  9% [..........] 118/340 jobs, 0:00:04 gone",
        " 10% [#.........] 118/340 jobs, 0:00:04 gone",
        " 99% [#########.] 118/340 jobs, 0:00:04 gone",
        "100% [##########] 118/340 jobs, 0:00:04 gone",
    ]


def test_a_terminal_that_changes_its_width(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    terminal = terminals.Terminal(80)
    bar = screen.Bar(terminal.stream)
    for columns in (80, 20, 80):
        terminal.resize(columns)
        bar.say(100.0, STATE)
        seen = terminal.seen()
        bar.say(100.0, screen.State(35, [], []))
        assert terminal.seen()[0].startswith(" 35% [###.......]" if columns == 80 else " 35% [#")
    assert seen == [" 34% 118/340 jobs, 0:12:34 left, 64/96 lanes (3 unit, 61 edge), sparsest 24"]
    terminal.resize(40)
    terminal.resize(200)
    terminal.rows[-1] += " what it had cut before"  # tmux shows it again
    bar.say(100.0, STATE)
    assert terminal.end()[0].endswith("1234 rounds, 0:01:40 gone")


def test_other_lines_stand_above_the_bar():
    terminal = terminals.Terminal(40)
    bar = screen.Bar(terminal.stream)
    bar.say(1.0, STATE)
    with screen.cleared():
        print("a warning", file=terminal.stream, flush=True)
    bar.say(2.0, STATE)
    with screen.cleared():
        print("another", file=terminal.stream, flush=True)
    assert terminal.seen() == ["a warning", "another", ""]
    bar.say(3.0, STATE)
    assert terminal.seen()[2] == " 34% [#....] 118/340 jobs, 0:12:34 left"
    bar.close(3.0, STATE)
    assert terminal.end() == ["a warning", "another", ""]
    with screen.cleared():  # nothing of it is left to clear from a terminal that is gone
        pass


def test_lines_of_a_log_begin_with_the_time_here():
    stream = io.StringIO()
    lines = screen.Lines(stream, stamped=True)
    assert lines.is_due(0.1, news=False)
    lines.say(62.5, STATE)
    stamp, _, rest = stream.getvalue().partition(" ")
    time = datetime.datetime.fromisoformat(stamp)
    assert abs(datetime.datetime.now(datetime.UTC) - time) < datetime.timedelta(minutes=5)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", stamp)
    assert rest == (
        " 34% 118/340 jobs, 0:12:34 left, 64/96 lanes (3 unit, 61 edge), sparsest 24 edges, "
        "1234 rounds, 0:01:03 gone\n"
    )
    assert len(stream.getvalue()) <= 150


def test_other_lines_begin_with_the_time_gone():
    stream = io.StringIO()
    lines = screen.Lines(stream, stamped=False)
    lines.close(1.0, STATE)  # what takes a second needs no lines
    assert stream.getvalue() == ""
    lines.say(62.5, STATE)
    lines.close(200_000.0, screen.State(100, PARTS[:1], []))
    assert stream.getvalue() == (
        "  0:01:03   34% 118/340 jobs, 0:12:34 left, 64/96 lanes (unit, edge), sparsest 24\n"
        "  2 d 7:33:20  100% 118/340 jobs\n"
    )


@pytest.mark.parametrize(("news", "first"), [(True, 11.0), (False, 61.0)])
def test_lines_grow_rare(news, first):
    lines = screen.Lines(io.StringIO(), stamped=False)
    said = []
    for second in range(7 * 24 * 3600):
        if lines.is_due(float(second), news):
            lines.say(float(second), STATE)
            said.append(second)
    assert said[0] == first
    gaps = [after - before for before, after in itertools.pairwise(said)]
    assert min(gaps) == first
    assert len(said) < 1000  # in a week
