"""`python -m launch.reproduce --experiment=mnist`: without digits, on some, and in error."""

import json

import pytest

from launch import reproduce
from nsculpt.paper import cells, running, variants
from nsculpt.report import reproduction_files, reproduction_plan
from tests import bad_input, launching, mnist_cell


def plan(capsys, *arguments):
    assert reproduce.main(["--experiment=mnist", *arguments, "--dry_run"]) == 0
    text = capsys.readouterr().out
    assert max(map(len, text.splitlines())) <= 80
    return " ".join(text.split())


def test_a_dry_run_needs_no_digits(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NSCULPT_MNIST_DIR", str(tmp_path / "nowhere"))
    monkeypatch.chdir(tmp_path)
    out_dir = "--out_dir=out"  # a long path would make a long line
    text = plan(capsys, out_dir)
    assert text.startswith("mnist: 21 of 21 cells (task and layer sizes); 0 finished in ")
    assert "84 dense, 1,176 unit, 5,880 edge (5,880 prunings)" in text
    assert "days, by" in text
    assert "the shortest cell, mnist_two_digits 1568-392-392-20: " in text
    assert "its 280 prunings are 4 with --unit_steps=40 --edge_steps=2.5" in text
    fewer = ["--tasks=mnist_xor", "--widths=392", "--depths=2,5", "--seeds=0"]
    text = plan(capsys, out_dir, *fewer, "--unit_steps=40", "--edge_steps=2.5", "--image_size=14")
    assert "2 of 21 cells" in text
    assert "2 dense, 2 unit, 2 edge (2 prunings)" in text
    assert "shortest" not in text
    assert not list(tmp_path.iterdir())


def test_durations():
    assert [reproduction_plan._duration(hours * 3600) for hours in (9.9, 30.4, 80)] == [
        "9 h 54 min", "30 h", "3 days"
    ]  # fmt: skip


def test_tables_of_finished_cells_need_no_digits(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NSCULPT_MNIST_DIR", str(tmp_path / "nowhere"))
    variant = variants.of("mnist", mnist_cell.SMALL | {"seeds": [0]})
    for cell in cells.of("mnist", image_size=7)[::7]:
        mnist_cell.write(tmp_path / "out" / cell.name, variant, cell)
    flags = ["--experiment=mnist", f"--out_dir={tmp_path / 'out'}", "--report_only", "--seeds=0"]
    steps = ["--unit_steps=40", "--edge_steps=2.5"]
    small = ["--image_size=7", "--samples_per_pair=5"]
    assert reproduce.main([*flags, *steps, *small]) == 0
    text = capsys.readouterr().out
    assert text.startswith("mnist: 3 of 21 cells (task and layer sizes), 3 networks selected from")
    for name in reproduction_files.names("mnist"):
        assert (tmp_path / "out" / name).stat().st_size
    # They are no cells of the full setting.
    assert reproduce.main([*flags, *steps]) == 2
    assert "holds no finished cell of mnist with these settings" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--image_size=13"], "--image_size=13: expected one of 28, 14, 7"),
        (["--samples_per_pair=4"], "--samples_per_pair=4: expected a whole number from 5 to "),
        (["--unit_steps=40,40"], "--unit_steps: 40 stands twice"),
        (["--edge_steps=0"], "--edge_steps: 0: expected a percent above 0, up to 100"),
        (["--depths=1"], "--depths=1: no network of mnist; expected 2,3,4,5"),
        (
            ["--tasks=mnist_two_digits", "--depths=5"],
            "no network of mnist has all that --tasks --depths ask for",
        ),
    ],
)
def test_bad_input(tmp_path, monkeypatch, capsys, arguments, expected):
    monkeypatch.chdir(tmp_path)
    assert reproduce.main(["--experiment=mnist", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(f"python -m launch.reproduce: {expected}")
    assert captured.err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_images_are_of_one_experiment(capsys):
    for flag in ("image_size=7", "samples_per_pair=5", "mnist_dir=a"):
        assert reproduce.main(["--experiment=reuse", f"--{flag}", "--dry_run"]) == 2
        name = flag.partition("=")[0]
        assert f"--{name}: expected --experiment=mnist with it" in capsys.readouterr().err
    assert bad_input.message_of(variants.of, "mnist", {"samples_per_pair": 7.5}).startswith(
        "samples_per_pair=7.5: expected a whole number"
    )


def test_digits_that_are_not_there(tmp_path, capsys):
    flags = ["--experiment=mnist", "--no_compilation_cache", f"--out_dir={tmp_path / 'out'}"]
    assert reproduce.main([*flags, f"--mnist_dir={tmp_path / 'nowhere'}"]) == 2
    message = capsys.readouterr().err.splitlines()[-1]
    assert message.startswith(f"python -m launch.reproduce: --mnist_dir: {tmp_path / 'nowhere'}: ")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow  # a minute, most of it compilation
def test_a_small_experiment_on_digits(mnist_dir, tmp_path):
    flags = ["--experiment=mnist", "--tasks=mnist_two_digits", "--hidden=392,392", "--seeds=0"]
    flags += ["--unit_steps=70", "--edge_steps=2.5", "--image_size=7", "--samples_per_pair=5"]
    flags += [f"--mnist_dir={mnist_dir}", f"--out_dir={tmp_path}"]
    done = launching.launch("reproduce", *flags)
    assert done.returncode == 0, done.stderr
    assert "cell 1 of 1: mnist_two_digits 98-392-392-20\n" in done.stderr
    folder = tmp_path / "mnist_two_digits_392_392"
    summary = json.loads((folder / "summary.json").read_text())
    form = json.loads((tmp_path / "mnist.json").read_text())
    for bar in form["bars"]:
        assert bar["rates"] == summary["rates"][bar["score"]]
    (run,) = summary["runs"]
    (cell,) = form["cells"]
    assert cell["alive_edges"]["by_seed"] == [run["alive_edges"]]
    assert cell["accuracy"]["selected"][0]["bits_right"] == run["accuracy"]
    assert "--protocol=paper\n" in (folder / "run.flags").read_text()
    again = launching.launch("reproduce", *flags)
    assert "finished before: 1 of 1 cells" in again.stderr
    assert again.stdout == done.stdout
    variant = variants.of("mnist", {"image_size": 7, "samples_per_pair": 5})
    assert running.finished("mnist", tmp_path, variant) == []  # other steps
