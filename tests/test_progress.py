"""What is said while a sweep runs."""

import io
import time
import types

from nsculpt.report import progress
from nsculpt.sculpting import jobs, queue
from tests import test_experiment

CHAIN = [jobs.Job(0), jobs.Job(0, 50_000), jobs.Job(0, 50_000, 2500)]


class Terminal(io.StringIO):
    def isatty(self):
        return True


def watched(stream, rounds):
    with progress.Progress(stream) as watch:
        watch.planned(CHAIN, 32)
        for job in CHAIN:
            for _ in range(rounds):
                watch.round_done([job], 32)
            watch.job_done(job, test_experiment.record(test_experiment.RIGHT))
    return stream.getvalue()


def test_a_bar_on_a_terminal_never_runs_over_whatever_a_job_takes():
    total = sum(queue.expected_rounds(job) for job in CHAIN)
    assert total == 1 + (5 + 2) + (8 + 4)
    for rounds in (1, 50):
        shown = watched(Terminal(), rounds).split("\r")
        percents = [int(line.split("%")[0]) for line in shown if "%" in line]
        assert percents == sorted(percents)
        assert 40 <= percents[-1] <= 100  # two of three jobs at least, and never over
        assert any("2 of 3 jobs" in line for line in shown)


def test_plain_lines_elsewhere(monkeypatch):
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", -1)
    lines = watched(io.StringIO(), 1).splitlines()
    assert lines[0].startswith("  compiling, then the first round, 0:00:0")
    assert lines[2].startswith("  1 of 3 jobs, 2 rounds in 0:00:0")
    assert "\r" not in "".join(lines)


def test_the_time_left_goes_by_the_rounds_of_each_phase(monkeypatch):
    seconds = 0.0
    monkeypatch.setattr(progress, "time", types.SimpleNamespace(monotonic=lambda: seconds))
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", -1)
    stream = io.StringIO()
    with progress.Progress(stream) as watch:
        watch.planned(CHAIN, 1)
        for job, at in (
            (CHAIN[0], 100), (CHAIN[1], 110), (CHAIN[1], 120), (CHAIN[2], 130), (CHAIN[2], 132),
        ):  # fmt: skip
            seconds = float(at)
            watch.round_done([job], 1)
            if job != CHAIN[2]:
                said = stream.getvalue().splitlines()[-1]
            if at in (100, 120):
                watch.job_done(job, test_experiment.record(test_experiment.RIGHT))
    lines = stream.getvalue().splitlines()
    # The first rounds of jobs tell nothing, since nobody knows when they began.
    assert not any("left" in line for line in lines[:3])
    # 5 rounds of units to come and, as long as nobody knows better, 12 of edges: 10 seconds each.
    assert said == "  1 of 3 jobs, 3 rounds in 0:02:00, about 0:02:50 left"
    # 10 rounds of edges, 2 seconds each.
    assert lines[-1] == "  2 of 3 jobs, 5 rounds in 0:02:12, about 0:00:20 left"


def test_jobs_at_once_share_the_time_left(monkeypatch):
    seconds = 0.0
    monkeypatch.setattr(progress, "time", types.SimpleNamespace(monotonic=lambda: seconds))
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", -1)
    stream = io.StringIO()
    wanted = [jobs.Job(seed, 50_000) for seed in range(3)]  # 7 rounds each
    with progress.Progress(stream) as watch:
        watch.planned(wanted, 2)
        for at in (60, 120):
            for job in wanted[:2]:
                seconds = float(at)
                watch.round_done([job], 1)
    # 5, 5 and 7 rounds of a minute, two at once.
    assert stream.getvalue().endswith("4 rounds in 0:02:00, about 0:08:30 left\n")


def test_nobody_guesses_once_a_job_has_outlasted_its_estimate(monkeypatch):
    monkeypatch.setattr(progress, "_SECONDS_BETWEEN_LINES", -1)
    stream = io.StringIO()
    with progress.Progress(stream) as watch:
        watch.planned(CHAIN[1:2], 1)
        for _ in range(20):  # 7 are expected
            watch.round_done(CHAIN[1:2], 1)
    lines = stream.getvalue().splitlines()
    assert " left" in lines[6]
    assert lines[-1].startswith("  0 of 1 jobs, 20 rounds in ")
    assert " left" not in lines[-1]


def test_the_time_goes_on_within_a_round():
    stream = Terminal()
    with progress.Progress(stream) as watch:
        watch.planned(CHAIN, 1)
        for _ in range(100):
            time.sleep(0.1)
            if stream.getvalue().count("compiling") > 1:
                break
    assert stream.getvalue().count("compiling") > 1


def test_the_sparsest_accepted_network_is_told():
    stream = Terminal()
    with progress.Progress(stream) as watch:
        watch.planned(CHAIN, 32)
        watch.job_done(CHAIN[-1], test_experiment.record(test_experiment.RIGHT))
        watch.round_done(CHAIN[:1], 32)
    assert "sparsest 8 edges" in stream.getvalue()
