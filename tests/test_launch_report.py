"""The launcher of pages as a process: what it makes, how it refuses, what it leaves."""

import os
import shutil

import filelock
import pytest

from tests import finished_cell, launching, run_pages


def launch(*arguments, **given):
    return launching.launch("report", *arguments, **given)


def line(ran):
    """What a refused call said, without the program's name: one line."""
    assert ran.stdout == ""
    (text,) = ran.stderr.splitlines()
    assert text.startswith("python -m launch.report: ")
    return text.removeprefix("python -m launch.report: ")


def test_a_page_is_made_again(folder):
    ran = launch("--run_dir=run", cwd=folder.parent)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == "Written to run/report.html: open it in a browser\n"
    page = folder / "report.html"
    first = page.read_bytes()
    assert run_pages.data_of(page)["summary"] == run_pages.summary_of(folder)
    page.write_text("an earlier one")
    assert launch(f"--run_dir={folder}").returncode == 0
    assert page.read_bytes() == first
    assert not list(folder.glob("*.tmp"))


def test_a_folder_of_runs(tmp_path):
    finished_cell.write_two(tmp_path / "sweep")
    ran = launch(f"--run_dir={tmp_path / 'sweep'}")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == f"Written to {tmp_path / 'sweep' / 'index.html'}: open it in a browser\n"
    # A run in it gets a page of its own.
    ran = launch(f"--run_dir={tmp_path / 'sweep' / 'input_separable_24'}")
    assert ran.stdout.endswith("input_separable_24/report.html: open it in a browser\n")


def cut_off(folder):
    content = (folder / "summary.json").read_bytes()
    (folder / "summary.json").write_bytes(content[:-40])


def in_the_way(folder):
    (folder / "report.html").mkdir()


@pytest.mark.parametrize(
    ("prepare", "expected"),
    [
        (shutil.rmtree, "--run_dir: run: cannot be read: No such file or directory"),
        (lambda run: shutil.rmtree(run) or run.write_text(""), "--run_dir: run: is no folder; "),
        (
            lambda run: shutil.rmtree(run) or run.mkdir(),
            "--run_dir: run: is a folder without run.flags; expected a run folder",
        ),
        (lambda run: (run / "summary.json").unlink(), "--run_dir: run: no summary.json yet, which"),
        (lambda run: (run / "networks.npz").write_bytes(b"PK\3\4"), "run/networks.npz: damaged"),
        (lambda run: (run / "trajectories.npz").write_bytes(b""), "run/trajectories.npz: is empty"),
        (cut_off, "run/summary.json, line "),
        (in_the_way, "run/report.html: Is a directory; expected a file or folder of nsculpt's own"),
    ],
)
def test_refusals(prepare, expected, folder):
    prepare(folder)
    before = sorted(os.listdir(folder)) if folder.is_dir() else []
    ran = launch("--run_dir=run", cwd=folder.parent)
    assert ran.returncode == 2
    assert expected in line(ran)
    after = sorted(os.listdir(folder)) if folder.is_dir() else []
    assert set(after) - set(before) <= {".lock", "trajectories.cache"}


def test_other_refusals(tmp_path):
    ran = launch()
    assert (ran.returncode, line(ran)) == (2, "expected --run_dir=DIR (see --help)")
    ran = launch("--run_dir=a\nb")
    assert ran.returncode == 2
    assert "cannot be read" in line(ran)


def test_a_folder_in_use(folder):
    with filelock.FileLock(folder / ".lock"):
        ran = launch(f"--run_dir={folder}")
    assert (ran.returncode, line(ran)) == (
        3, f"run_dir={folder}: another process works in this folder",
    )  # fmt: skip
    assert not (folder / "report.html").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_to(folder):
    folder.chmod(0o500)
    try:
        ran = launch(f"--run_dir={folder}")
    finally:
        folder.chmod(0o700)
    assert ran.returncode == 2
    assert "expected a folder to write to" in line(ran)
