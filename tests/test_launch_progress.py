"""How the launchers say how far they are: on real terminals, in files, to nobody."""

import json
import re
import signal
import subprocess
import time

import pytest

from launch import main, reproduce
from tests import launching, terminals

SMALL = [
    "--task=input_separable", "--hidden=8", "--seeds=0,1", "--unit_steps=20,40",
    "--edge_steps=4,8", "--epochs=12", "--learning_rate=0.1",
]  # fmt: skip
STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d"


def start(*arguments, launcher="main", **streams):
    return subprocess.Popen(
        launching.command(launcher, *SMALL, *arguments), cwd=launching.ROOT,
        env=launching.ENVIRONMENT, text=True, **{"stdout": subprocess.PIPE, **streams},
    )  # fmt: skip


def finished(folder):
    summary = json.loads((folder / "summary.json").read_text())
    return [run["status"] for run in summary["runs"]] == ["accepted"] * 8


@pytest.mark.slow
def test_a_terminal_that_changes_its_width_while_it_works(tmp_path):
    terminal = terminals.Terminal(80)
    states, columns = [], [40, 80]
    with start(f"--out_dir={tmp_path}", stderr=terminal.number) as process:
        while process.poll() is None:
            time.sleep(0.02)
            state = terminal.seen()
            if state != states[-1:]:
                states.append(state)
            if "%" in state[-1] and columns:
                terminal.resize(columns.pop())
                process.send_signal(signal.SIGWINCH)
        text = process.stdout.read()
    assert process.returncode == 0
    assert finished(tmp_path)
    assert "Against the truth" in text
    *said, last = terminal.end()
    assert last == ""
    bars = [state[-1] for state in states if "%" in state[-1]]
    assert any("compiling" in bar for bar in bars)
    percents = [int(bar.partition("%")[0]) for bar in bars]
    assert percents == sorted(percents)
    # Above the bar stands what is logged, and at most one state of the bar that was cut.
    assert sum("%" in line for line in said) <= 1
    assert said[0] == "no preset for input_separable 4-8-4: tra"  # cut by the terminal
    assert len(bars[0]) > 40 > len(bars[-1])


def test_a_log(tmp_path):
    with open(tmp_path / "log", "w") as log:
        process = start(f"--out_dir={tmp_path / 'run'}", "--progress=log", stderr=log)
        text = process.communicate()[0]
    assert process.returncode == 0
    assert finished(tmp_path / "run")
    assert "Against the truth" in text
    lines = (tmp_path / "log").read_text().splitlines()
    assert all(re.match(STAMP + " ", line) for line in lines)
    said = [re.sub(STAMP, "", line) for line in lines]
    assert said[0] == (
        " no preset for input_separable 4-8-4: training as for the nearest, input_separable 4-24-4"
    )
    assert said[1].startswith("   0% 0/14 jobs, compiling, then the first round, 0:00:0")
    assert re.fullmatch(r" 100% 14/14 jobs, sparsest \d+ edges, \d+ rounds, 0:0.:.. gone", said[-1])


def test_an_error_in_a_log_has_a_time_too(capsys):
    assert main.main([*SMALL, "--hidden=0", "--progress=log"]) == 2
    said = capsys.readouterr().err
    assert re.fullmatch(STAMP + r" python -m launch.main: --hidden=0: .*\n", said)


@pytest.mark.slow
def test_quiet_and_nobody_there(tmp_path):
    """On a terminal; with standard error closed; with nobody at the other end of the pipe."""
    terminal = terminals.Terminal(80)
    flags = [f"--out_dir={tmp_path / name}" for name in "abc"]
    closed = " ".join(launching.command("main", *SMALL, flags[1]))
    with (
        start(flags[0], "--progress=quiet", stderr=terminal.number) as quiet,
        subprocess.Popen(
            f"{closed} 2>&-", shell=True, cwd=launching.ROOT, env=launching.ENVIRONMENT,
            stdout=subprocess.PIPE, text=True,
        ) as without,
        start(flags[2], "--progress=log", stderr=subprocess.PIPE) as left,
    ):  # fmt: skip
        left.stderr.close()
        texts = [process.stdout.read() for process in (quiet, without, left)]
    assert terminal.end() == [""]
    assert [quiet.returncode, without.returncode, left.returncode] == [0, 0, 0]
    assert all(finished(tmp_path / name) for name in "abc")
    # But for the folder's name, the same is on standard output.
    assert "Against the truth" in texts[0]
    assert {text.partition("Written to")[0] for text in texts} == {texts[0].partition("Written")[0]}


@pytest.mark.parametrize("launcher", [main, reproduce])
def test_what_is_no_mode_is_refused(launcher, capsys):
    assert launcher.main(["--progress=loud"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"python -m {launcher.__name__}: --progress=loud: expected auto, bar, log or quiet\n"
    )
    assert launcher.main(["--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for mode in (
        "bar (one line",
        "log (lines with date",
        "quiet (nothing but",
        "auto, the default",
    ):
        assert mode in said
