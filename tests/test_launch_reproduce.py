"""`python -m launch.reproduce`: what it prints, writes, continues and refuses."""

import json
import shutil

import pytest

from launch import reproduce
from nsculpt.report import reproduction_files
from tests import finished_cell, launching

# 70 prunings, seconds of training.
SMALLEST = ["--experiment=exemplars", "--tasks=input_separable", "--hidden=24", "--seeds=0"]


def launch(*arguments):
    return launching.launch("reproduce", *arguments)


def jobs_of(folder):
    """Name, bytes and age of each finished job."""
    return {
        path.name: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in (folder / "jobs").glob("*.npz")
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "out"
    done = launch(*SMALLEST, f"--out_dir={folder}")
    assert done.returncode == 0, done.stderr
    return folder, done


def test_a_subset_is_run_and_put_beside_the_paper(small):
    folder, done = small
    cell = folder / "input_separable_24"
    names = {*reproduction_files.names("exemplars"), "input_separable_24", ".lock"}
    assert {path.name for path in folder.iterdir()} == names
    assert not (cell / "drawings").exists()
    assert len(jobs_of(cell)) == 1 + 14 + 70
    assert "cell 1 of 1: input_separable 4-24-4\n" in done.stderr
    assert "exemplars: 1 of 36 cells (task and layer sizes), 1 network selected" in done.stdout
    assert max(map(len, done.stdout.splitlines()[:-2])) <= 80
    form = json.loads((folder / "exemplars.json").read_text())
    summary = json.loads((cell / "summary.json").read_text())
    (bar,) = form["bars"]
    assert bar["rates"] == summary["rates"]["structure_recovered"]
    chosen = next(run for run in summary["runs"] if run["selected"])
    assert form["cells"][0]["alive_edges"]["by_seed"] == [chosen["alive_edges"]]
    assert form["cells"][0]["prunings"] == 70
    seconds = json.loads((cell / "timings.json").read_text())["sculpting_s"]
    assert form["time"]["prunings_per_second"] == pytest.approx(70 / seconds)
    assert "4-24-4 | 1 |" in (folder / "exemplars.md").read_text()


def test_the_same_command_passes_what_is_finished(small, tmp_path, capsys):
    folder = tmp_path / "copied"
    shutil.copytree(small[0], folder)
    cell = folder / "input_separable_24"
    before = jobs_of(cell)
    (cell / "summary.json").unlink()  # as if it was interrupted just before the end
    done = launch(*SMALLEST, f"--out_dir={folder}")
    assert done.returncode == 0, done.stderr
    assert "cell 1 of 1: input_separable 4-24-4\n" in done.stderr
    assert jobs_of(cell) == before
    names = ("exemplars_bars.csv", "exemplars.svg", "input_separable_24/summary.json")
    for name in names:
        assert (folder / name).read_bytes() == (small[0] / name).read_bytes()
    times = (cell / "timings.json").read_bytes()
    assert reproduce.main([*SMALLEST, f"--out_dir={folder}"]) == 0
    captured = capsys.readouterr()
    assert "finished before: 1 of 1 cells" in captured.err
    assert captured.out == done.stdout
    assert (cell / "timings.json").read_bytes() == times


def test_tables_of_what_is_finished(tmp_path, capsys):
    finished_cell.write(tmp_path / "input_separable_24", {})
    before = {
        path.name: path.stat().st_mtime_ns for path in (tmp_path / "input_separable_24").iterdir()
    }
    assert reproduce.main(["--experiment=exemplars", f"--out_dir={tmp_path}", "--report_only"]) == 0
    text = capsys.readouterr().out
    assert "exemplars: 1 of 36 cells (task and layer sizes), 4 networks selected from" in text
    assert "35 not finished are left out" in " ".join(text.split())
    for name in reproduction_files.names("exemplars"):
        assert (tmp_path / name).stat().st_size
        assert name in text
    after = {
        path.name: path.stat().st_mtime_ns for path in (tmp_path / "input_separable_24").iterdir()
    }
    assert after == before


def plan(capsys, *arguments):
    assert reproduce.main([*arguments, "--dry_run"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    return " ".join(text.split())


def test_a_dry_run_writes_nothing(tmp_path, capsys):
    out_dir = tmp_path / "out"
    text = plan(capsys, "--experiment=exemplars", f"--out_dir={out_dir}")
    assert not out_dir.exists()
    assert text.startswith(
        f"exemplars: 36 of 36 cells (task and layer sizes); 0 finished in {out_dir}"
    )
    assert "jobs to do: 144 dense, 2,016 unit, 10,080 edge (10,080 prunings)" in text
    for part in ("compiles of the round program: at most ", "memory: about 0.", "time: "):
        assert part in text


def test_a_dry_run_says_what_is_done(tmp_path, capsys):
    finished_cell.write(tmp_path / "input_separable_24", {}, seconds=12)
    (tmp_path / "input_separable_36" / "jobs").mkdir(parents=True)
    (tmp_path / "input_separable_36" / "jobs" / "a.npz").touch()
    asked = ["--experiment=exemplars", "--tasks=input_separable", "--depths=1"]
    text = plan(capsys, *asked, f"--out_dir={tmp_path}")
    assert text.startswith("exemplars: 3 of 36 cells (task and layer sizes); 1 finished in ")
    assert (
        "input_separable: 24 finished; 36 begun, 1 job; 48 jobs to do: 8 dense, 112 unit, " in text
    )
    assert "rests on the time of 1 finished cell" in text
    text = plan(capsys, *asked, "--widths=24", f"--out_dir={tmp_path}")
    assert "jobs to do" not in text
    assert "nothing is left to do" in text


def test_shares_are_planned_apart(tmp_path, capsys):
    asked = ["--experiment=reuse", "--tasks=reuse_4", "--depths=1", f"--out_dir={tmp_path}"]
    texts = [plan(capsys, *asked, f"--shard={i}/4") for i in (1, 2, 3, 4)]
    assert [f"share {i} of 4; 0 finished" in text for i, text in enumerate(texts, 1)] == [True] * 4
    found = sorted(text.partition("reuse_4: ")[2].split()[0] for text in texts[:3])
    assert found == ["24", "36", "48"]
    assert texts[3].startswith("reuse: 0 of 45 cells")


def test_help(capsys):
    assert reproduce.main(["--help"]) == 0
    text = capsys.readouterr().out
    assert "--experiment=exemplars" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            [],
            "expected --experiment=NAME, one of exemplars, reuse, overlap, hierarchy, mnist (see ",
        ),
        (["mnist"], "unexpected argument 'mnist'; expected --flag=value"),
        (["--experiment=mnist_xor"], "--experiment=mnist_xor: did you mean mnist?"),
        (["--experiment=Reuse"], "--experiment=Reuse: did you mean reuse?"),
        (["--experiment=reuse", "--hidden=24;36"], "--hidden=24;36: cannot read '24;36'; expected"),
        (["--experiment=reuse", "--hidden=24/"], "--hidden=24/: cannot read ''; expected whole "),
        (["--experiment=reuse", "--hidden=24,25"], "--hidden=24,25: no network of reuse; expected"),
        (
            ["--experiment=reuse", "--widths=20"],
            "--widths=20: no network of reuse; expected 24,36,",
        ),
        (["--experiment=reuse", "--tasks=reuse_3"], "--tasks: 'reuse_3' is no task of reuse; did "),
        (["--experiment=reuse", "--seeds=-1"], "--seeds=-1: expected one or more seeds from 0 to "),
        (["--experiment=reuse", "--seeds=1,1"], "--seeds: 1 stands twice"),
        (["--experiment=reuse", "--shard=3/2"], "--shard=3/2: expected i/n, whole numbers with 1"),
        (
            ["--experiment=reuse", "--report_only", "--tasks=reuse_2"],
            "--tasks: says nothing with --report_only",
        ),
        (
            ["--experiment=reuse", "--report_only", "--dry_run"],
            "--dry_run: says nothing with --report_only",
        ),
    ],
)
def test_bad_input(tmp_path, monkeypatch, capsys, arguments, expected):
    monkeypatch.chdir(tmp_path)
    assert reproduce.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"python -m launch.reproduce: {expected}")
    assert captured.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_folders_that_cannot_be_used(tmp_path, capsys):
    flags = ["--experiment=exemplars", "--tasks=input_separable", "--hidden=24"]

    def refused(*arguments):
        assert reproduce.main([*flags, *arguments]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        return captured.err.splitlines()[-1]

    other = tmp_path / "other"
    other.mkdir()
    (other / "notes.txt").touch()
    assert f"--out_dir={other}: holds other files (notes.txt); " in refused(f"--out_dir={other}")
    assert [path.name for path in other.iterdir()] == ["notes.txt"]
    file = other / "notes.txt"
    assert f"--out_dir='{file}': is no folder; " in refused(f"--out_dir={file}")
    # A cell that was run with other settings.
    cell = tmp_path / "out" / "input_separable_24"
    finished_cell.write(cell, {}, epochs=3)
    (cell / "run.flags").write_text("--task=input_separable\n--hidden=24\n--epochs=3\n")
    message = refused(f"--out_dir={cell.parent}")
    assert f"--out_dir={cell}: is a run of other settings: --" in message
    flags = ["--experiment=exemplars", "--report_only"]
    expected = f"--out_dir={cell.parent}: holds no finished cell of exemplars with these settings"
    assert expected in refused(f"--out_dir={cell.parent}")
    assert sorted(path.name for path in cell.parent.iterdir()) == ["input_separable_24"]
