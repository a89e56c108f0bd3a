"""What is said while a sweep runs."""

import io

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
    assert lines[0] == "  compiling"
    assert lines[2].startswith("  1 of 3 jobs, 2 rounds, about 0:00:0")
    assert "\r" not in "".join(lines)


def test_the_sparsest_accepted_network_is_told():
    stream = Terminal()
    with progress.Progress(stream) as watch:
        watch.planned(CHAIN, 32)
        watch.job_done(CHAIN[-1], test_experiment.record(test_experiment.RIGHT))
        watch.round_done(CHAIN[:1], 32)
    assert "sparsest 8 edges" in stream.getvalue()
