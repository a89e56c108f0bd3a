"""The launcher as a process: what it prints, how it ends, what it leaves."""

import json
import pathlib
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from tests import launching

# Seconds of training, and two seeds, so that there is something to interrupt and to extend.
SMALL = [
    "--task=input_separable",
    "--hidden=8",
    "--seeds=0,1",
    "--unit_steps=20,40",
    "--edge_steps=4,8",
    "--epochs=12",
    "--learning_rate=0.1",
]


def command(*arguments):
    return launching.command("main", *arguments)


def launch(*arguments, cwd=launching.ROOT):
    return launching.launch("main", *arguments, cwd=cwd)


def contents(folder):
    """Name -> bytes of all that a run leaves but its times and its own place."""
    own = ("timings.json", "run.flags", ".lock")
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in own)
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small") / "run"
    done = launch(*SMALL, f"--out_dir={folder}")
    assert done.returncode == 0, done.stderr
    return folder, done


def test_a_run_writes_its_folder(small):
    folder, _ = small
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        ".lock", "drawings", "jobs", "networks.npz", "report.html", "run.flags", "summary.json",
        "timings.json", "trajectories.cache", "trajectories.npz",
    ]  # fmt: skip
    assert len(list((folder / "jobs").iterdir())) == 2 + 4 + 8
    drawings = sorted(path.name for path in (folder / "drawings").iterdir())
    assert drawings == ["seed_0.png", "seed_0.svg", "seed_1.png", "seed_1.svg"]


def test_summary_holds_what_others_rely_on(small):
    summary = json.loads((small[0] / "summary.json").read_text())
    assert summary["schema_version"] == 1
    assert (summary["task"], summary["layer_sizes"]) == ("input_separable", [4, 8, 4])
    assert summary["settings"]["unit_steps"] == [20, 40]
    grid = [(run["seed"], run["unit_step"], run["edge_step"]) for run in summary["runs"]]
    assert grid == [(s, u, e) for s in (0, 1) for u in (20, 40) for e in (4, 8)]
    for run in summary["runs"]:
        assert run["status"] == "accepted"
        assert run["accuracy"] == 1
        assert run["live_edges"] <= run["alive_edges"]
        assert run["pruned_percent"] == pytest.approx(100 - 100 * run["alive_edges"] / 64)
    for seed in (0, 1):
        mine = [run for run in summary["runs"] if run["seed"] == seed]
        fewest = min(run["alive_edges"] for run in mine)
        assert [run["alive_edges"] for run in mine if run["selected"]] == [fewest]
        assert all((run["alive_edges"] == fewest) == run["tied"] for run in mine)
    for name in (
        "structure_recovered",
        "inputs_recovered",
        "outputs_recovered",
        "hidden_separable",
    ):
        assert list(summary["rates"][name]) == ["first", "mean", "any", "all"]
        for reading in summary["rates"][name].values():
            assert reading["n"] == 2
            assert 0 <= reading["low"] <= reading["rate"] <= reading["high"] <= 1


def test_networks_compute_the_task(small):
    """By a second method: NumPy, from the exported weights and masks."""
    with np.load(small[0] / "networks.npz") as networks:
        arrays = dict(networks)
    x = np.array([[int(bit) for bit in f"{row:04b}"] for row in range(16)], np.float64)
    left, right = x[:, 0] != x[:, 1], x[:, 2] != x[:, 3]
    truth = np.stack([left, ~left, right, ~right], axis=1)
    for row in range(8):
        hidden = np.maximum(x @ arrays["kernel_0"][row] + arrays["bias_0"][row], 0)
        logits = hidden @ arrays["kernel_1"][row] + arrays["bias_1"][row]
        assert ((logits > 0) == truth).all()
        alive = 0
        for layer in (0, 1):
            mask = arrays[f"mask_{layer}"][row]
            assert (arrays[f"kernel_{layer}"][row][~mask] == 0).all()
            alive += mask.sum()
        assert alive == arrays["alive_edges"][row]


def test_it_prints_modules_hierarchy_and_comparison(small):
    text = small[1].stdout
    for part in ("The sparsest network of each seed", "Modules of seed", "Against the truth",
                 "inputs x0 x1: ", "structure recovered"):  # fmt: skip
        assert part in text
    assert max(map(len, text.splitlines()[:-1])) <= 80


def test_the_same_command_repeats_every_byte(small, tmp_path):
    again = tmp_path / "again"
    assert launch(*SMALL, f"--out_dir={again}", "--lanes=96").returncode == 0
    assert contents(again) == contents(small[0])


def test_the_folder_runs_itself_again(small):
    folder, first = small
    before = contents(folder)
    done = launch(f"--flagfile={folder}/run.flags")
    assert done.returncode == 0
    assert done.stdout == first.stdout
    assert contents(folder) == before


def test_sigterm_while_it_compiles_is_heard(tmp_path):
    arguments = command(*SMALL, f"--out_dir={tmp_path / 'run'}")
    with subprocess.Popen(
        arguments, cwd=launching.ROOT, env=launching.ENVIRONMENT, stderr=subprocess.PIPE
    ) as process:
        while process.poll() is None and not (tmp_path / "run" / "run.flags").exists():
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        message = process.stderr.read().decode()
    assert process.returncode == 130
    assert "the same command continues" in message


def test_a_closed_pipe_is_no_fault(small):
    arguments = command(*SMALL, f"--out_dir={small[0]}")
    with subprocess.Popen(
        arguments,
        cwd=launching.ROOT,
        env=launching.ENVIRONMENT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()
        message = process.stderr.read().decode()
    assert process.returncode == 0
    assert "Traceback" not in message


def test_more_seeds_extend_a_folder(small, tmp_path):
    folder = tmp_path / "grows"
    fewer = [flag for flag in SMALL if not flag.startswith("--seeds")]
    assert launch(*fewer, "--seeds=1", f"--out_dir={folder}").returncode == 0
    kept = {path: path.stat().st_mtime_ns for path in folder.glob("jobs/*.npz")}
    assert launch(*SMALL, f"--out_dir={folder}").returncode == 0
    assert all(path.stat().st_mtime_ns == at for path, at in kept.items())
    assert contents(folder) == contents(small[0])


def test_a_folder_in_use_is_status_3(small):
    hold = (
        "import sys, filelock\n"
        "with filelock.FileLock(sys.argv[1]):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    lock = str(small[0] / ".lock")
    with subprocess.Popen(
        [sys.executable, "-c", hold, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        done = launch(*SMALL, f"--out_dir={small[0]}")
        other.stdin.close()
    assert done.returncode == 3
    assert str(small[0]) in done.stderr
    assert "Traceback" not in done.stderr


def test_help_names_topics_units_and_ranges():
    done = launch("--help")
    assert done.returncode == 0
    for topic in ("Task", "Network and grid", "Training", "Pruning", "Analysis", "Running"):
        assert re.search(f"^{topic}", done.stdout, re.MULTILINE)
    for flag in ("task", "formulas", "truth_table", "function_graph", "dataset", "plugin",
                 "hidden", "seeds", "unit_steps", "edge_steps", "learning_rate", "batch_size",
                 "epochs", "input_noise", "accuracy_threshold", "accuracy_tolerance",
                 "path_length", "merge_threshold", "modularity_threshold", "lanes", "out_dir",
                 "shard", "no_compilation_cache", "dry_run", "version"):  # fmt: skip
        assert f"--{flag}" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 90


@pytest.mark.parametrize(
    "flagfile", sorted((launching.ROOT / "launch" / "flagfiles").glob("*.flags"))
)
def test_every_flagfile_can_be_planned(flagfile, tmp_path, request):
    given = [f"--flagfile={flagfile}", "--dry_run"]
    if "--task=mnist" in flagfile.read_text():
        given.append(f"--mnist_dir={request.getfixturevalue('mnist_dir')}")
    done = launch(*given, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "jobs:" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_share_can_be_planned(tmp_path):
    plans = [launch(*SMALL, f"--shard={i}/3", "--dry_run", cwd=tmp_path).stdout for i in (1, 2, 3)]
    for i, text in enumerate(plans, start=1):
        assert f"would write to runs/input_separable_8.share_{i}_of_3\n" in text
    found = [re.search(r"jobs of share . of 3: (.*) dense, (.*) unit, (.*) edge", p) for p in plans]
    counts = np.array([each.groups() for each in found], int)
    assert sorted(counts[:, 1]) == [1, 1, 2]  # four chains of two edge jobs each
    assert (counts[:, 2] == 2 * counts[:, 1]).all()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not pathlib.Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_behind_the_output_is_one_line():
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command("--help"), cwd=launching.ROOT, env=launching.ENVIRONMENT,
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("python -m launch.main: the output: No space left on device")
    assert len(done.stderr.splitlines()) == 1


def test_a_plugin_brings_a_task_and_a_saliency(tmp_path):
    plugin = tmp_path / "mine.py"
    plugin.write_text(
        "import jax.numpy as jnp\n"
        "import nsculpt\n"
        "@nsculpt.register_task('mine')\n"
        "def mine():\n"
        "    return nsculpt.FunctionGraph.from_formulas('y0 = a & b; y1 = c | d')\n"
        "@nsculpt.register_edge_saliency('square')\n"
        "def square(model, params, masks, source):\n"
        "    return [jnp.square(layer['kernel']) for _, layer in sorted(params.items())]\n"
    )
    arguments = [f"--plugin={plugin}", "--task=mine", "--hidden=6", "--edge_saliency=square"]
    grid = ["--seeds=0", "--unit_steps=40", "--edge_steps=8", "--epochs=20"]
    done = launch(*arguments, *grid, f"--out_dir={tmp_path / 'run'}")
    assert done.returncode == 0, done.stderr
    assert "inputs a b: " in done.stdout  # found or not: one pruning says little
    plugin.write_text(plugin.read_text() + "# changed\n")
    done = launch(*arguments, *grid, f"--out_dir={tmp_path / 'run'}")
    assert done.returncode == 2
    assert "plugin_sha256" in done.stderr
