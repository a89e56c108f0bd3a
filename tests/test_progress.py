"""What is said while a sweep runs."""

import io
import os
import time
import types

import pytest

from nsculpt.report import progress, screen, waiting
from nsculpt.sculpting import jobs
from tests import bad_input, terminals, test_experiment

CHAIN = [jobs.Job(0), jobs.Job(0, 50_000), jobs.Job(0, 50_000, 2500)]


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is set; every news is said."""
    clock = types.SimpleNamespace(seconds=0.0)
    clock.monotonic = lambda: clock.seconds
    monkeypatch.setattr(progress, "time", clock)
    monkeypatch.setattr(waiting, "time", clock)
    for name in ("_NEWS_S", "_FRAME_S", "_LONGER"):
        monkeypatch.setattr(screen, name, -1.0)
    return clock


def record(job, num_rounds, edges=test_experiment.RIGHT, *given):
    made = test_experiment.record(edges, *given)
    made.rounds.resize(1 + num_rounds, refcheck=False)  # the first one is of the dense network
    made.rounds["phase"][1:] = job.phase
    return made


def sweep_chain(watch, clock, num_rounds=2):
    """A sweep of three jobs one after the other, each of so many rounds of 10 seconds."""
    watch.planned(CHAIN, 32)
    for job in CHAIN:
        for had in range(num_rounds):
            watch.in_training({job: had})
            clock.seconds += 10.0
            watch.round_done([job], 32)
        made = record(job, num_rounds) if job.parent else test_experiment.record([])
        watch.job_done(job, made)
    watch.in_training({})


def test_plain_lines_elsewhere(clock):
    stream = io.StringIO()
    with progress.watch(True, stream) as watch:
        clock.seconds = 1.0
        sweep_chain(watch, clock)
    lines = stream.getvalue().splitlines()
    assert lines[0] == "  0:00:01    0% 0/3 jobs, compiling, then the first round"
    assert lines[-1] == "  0:01:01  100% 3/3 jobs, sparsest 8 edges, 6 rounds"
    # Rounds of 10 seconds: 6 of units, and 12 of edges.
    assert "  0:00:31   14% 1/3 jobs, 0:03:00 left, 1/32 lanes (unit), 3 rounds" in lines
    assert max(map(len, lines)) <= 80


def test_lines_of_a_log_have_a_time_stamp_on_a_terminal_too(clock):
    terminal = terminals.Terminal(40)
    with progress.watch("log", terminal.stream) as watch:
        sweep_chain(watch, clock)
    text = "".join(terminal.end())
    assert text.count("% ") == text.count("T") >= 8
    assert "100% 3/3 jobs, sparsest 8 edges, 6 rounds, 0:01:00 gone" in text


@pytest.mark.parametrize("mode", [True, "auto", "bar"])
@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_bar_on_a_terminal(clock, mode, columns):
    terminal = terminals.Terminal(columns)
    seen = []
    with progress.watch(mode, terminal.stream) as watch:
        say = watch._say

        def say_and_see(news):
            say(news)
            seen.extend(terminal.seen())

        watch._say = say_and_see
        sweep_chain(watch, clock, num_rounds=40)
    assert terminal.end() == [""]
    assert max(map(len, seen)) < columns
    percents = [int(line.split("%")[0]) for line in seen]
    assert percents == sorted(percents)  # whatever jobs take
    assert (percents[0], percents[-1]) == (0, 100)
    assert any("2/3 jobs" in line for line in seen)
    if columns >= 80:
        assert any("1/32 lanes (edge)" in line for line in seen)


def test_a_bar_in_a_pipe_where_it_is_asked_for(clock):
    stream = io.StringIO()
    with progress.watch("bar", stream) as watch:
        sweep_chain(watch, clock)
    assert "\n" not in stream.getvalue()
    assert stream.getvalue().count("\r") > 8


def test_networks_of_one_edge_and_of_none(clock):
    stream = io.StringIO()
    made = [jobs.Job(0, 50_000, step) for step in (500, 1000, 1500)]
    with progress.watch(True, stream) as watch:
        watch.planned(made, 32)
        for job, edges in zip(made, (1, 0, 8), strict=True):
            watch.in_training({job: 0})
            clock.seconds += 10.0
            watch.round_done([job], 32)
            finished = record(job, 1)
            for removed in finished.removed_at:
                removed[:] = 1
            finished.removed_at[0].flat[:edges] = 0
            assert finished.alive_edges == edges
            watch.job_done(job, finished)
            watch.in_training({})
    said = [line.partition("sparsest ")[2] for line in stream.getvalue().splitlines()]
    edges = [each.partition(",")[0] for each in said if each]
    assert edges == ["1 edge", "1 edge", "0 edges", "0 edges", "0 edges", "0 edges"]


def test_lanes_by_phase_and_the_sparsest_network(clock):
    stream = io.StringIO()
    wanted = jobs.grid([0, 1], [50_000], [1000, 2500])
    units = [job.parent for job in wanted[::2]]
    with progress.watch(True, stream) as watch:
        clock.seconds = 1.0
        watch.planned([*units, *wanted], 8)
        watch.in_training({units[0]: 0, **dict.fromkeys(wanted[2:], 3)})
        watch.round_done([units[0], *wanted[2:]], 8)
        watch.in_training({units[0]: 1, **dict.fromkeys(wanted[2:], 4)})
        lanes = stream.getvalue().splitlines()[-1]
        watch.job_done(wanted[2], record(wanted[2], 4, test_experiment.LARGE))
        watch.job_done(wanted[3], record(wanted[3], 4, test_experiment.RIGHT, "nothing accepted"))
        watch.in_training({units[0]: 1})
        sparsest = stream.getvalue().splitlines()[-1]
    assert "0/6 jobs, 3/8 lanes (1 unit, 2 edge), 3 rounds" in lanes
    assert "2/6 jobs, 1/8 lanes (unit), sparsest 12 edges, 3 rounds" in sparsest


def test_the_time_goes_on_within_a_round():
    terminal = terminals.Terminal()
    with progress.watch(True, terminal.stream) as watch:
        watch.planned(CHAIN, 1)
        for _ in range(100):
            time.sleep(0.1)
            if "0:00:02 gone" in terminal.seen()[0]:
                break
    assert terminal.end() == [""]


@pytest.mark.parametrize("mode", [False, "quiet"])
def test_nothing_is_said(mode, clock):
    stream = io.StringIO()
    with progress.watch(mode, stream) as watch:
        sweep_chain(watch, clock)
    assert stream.getvalue() == ""


def test_what_is_no_mode_is_refused():
    message = bad_input.message_of(progress.watch, "loud")
    assert message == "show_progress='loud': expected auto, bar, log or quiet, True or False"


@pytest.mark.parametrize("mode", ["auto", "bar", "log"])
def test_nobody_needs_to_listen(clock, mode, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("sys.stderr", None)  # closed from the beginning
        with progress.watch(mode) as watch:
            sweep_chain(watch, clock)
    reads, writes = os.pipe()
    stream = os.fdopen(writes, "w")
    with progress.watch(mode, stream) as watch:
        os.close(reads)
        sweep_chain(watch, clock)
    with pytest.raises(BrokenPipeError):  # of what was said, which nobody has read
        stream.close()
    with progress.watch(mode, stream) as watch:
        sweep_chain(watch, clock)


@pytest.mark.parametrize("mode", ["auto", "log"])
def test_a_terminal_that_goes_away(clock, mode):
    terminal = terminals.Terminal()
    with progress.watch(mode, terminal.stream) as watch:
        watch.planned(CHAIN, 32)
        terminal.hang_up()
        watch.in_training({CHAIN[0]: 0})
        watch.round_done(CHAIN[:1], 32)
        watch.in_training({CHAIN[0]: 1})
