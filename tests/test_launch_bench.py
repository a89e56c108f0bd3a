"""The benchmarks' launcher: what it measures, prints and refuses. No time is asserted."""

import json

import pytest

from launch import bench_analysis, bench_sweep
from nsculpt.analysis import connectivity
from tests import launching, published_folder


def launch(cwd, *arguments):
    return launching.launch("bench", *arguments, cwd=cwd)


def test_the_wide_masks_are_what_they_say():
    live, _ = connectivity.live(bench_analysis.wide_masks(1))
    assert [len(units) for units in live] == [620, 26, 18, 3]


def test_the_deep_masks_are_what_they_say():
    masks = bench_analysis.deep_masks(1)
    assert [mask.shape for mask in masks] == [(1568, 1568)] * 4 + [(1568, 3)]
    share = sum(mask.sum() for mask in masks) / sum(mask.size for mask in masks)
    assert 0.0019 < share < 0.0021


@pytest.mark.slow
def test_analyses_are_timed(tmp_path):
    published_folder.write(tmp_path, published_folder.six()[:1])
    ran = launch(tmp_path, "analysis", f"--folder={tmp_path}", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    measured = json.loads(ran.stdout)
    assert {name: case["runs"] for name, case in measured["cases"].items()} == {
        "published": 1,
        "wide": 5,
        "deep": 5,
    }
    for case in measured["cases"].values():
        assert 0 < case["least"] <= case["median"] <= case["greatest"]
        assert case["peak_bytes"] > 10**7
    text = bench_analysis.table(measured)
    assert all(len(line) <= 80 for line in text.splitlines())


@pytest.mark.slow
def test_sweeps_are_timed(tmp_path):
    small = ["--task=input_separable", "--hidden=8", "--seeds=0", "--unit_steps=40"]
    ran = launch(tmp_path, "sweep", *small, "--edge_steps=4,8", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    measured = json.loads(ran.stdout)
    (case,) = measured["cases"]
    assert (case["layer_sizes"], case["prunings"]) == ([4, 8, 4], 2)
    for name in ("cold", "warm"):
        found = case[name]
        assert 0 < found["exported_s"] <= found["ended_s"]
        assert 0 < found["compile_s"] < found["sculpting_s"] < found["exported_s"]
        assert found["compiles"] == 1
        assert 0 < found["lane_use"] <= 1
        assert 0 < found["share_of_peak"] < 1
    assert case["cold"]["rounds"] == case["warm"]["rounds"]
    text = bench_sweep.table(measured)
    assert all(len(line) <= 80 for line in text.splitlines())
    assert list(tmp_path.iterdir()) == []


def test_planted_networks_are_compared(tmp_path):
    ran = launch(tmp_path, "planted", "--num_networks=1")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "clustering louvain" in ran.stdout
    assert all(len(line) <= 80 for line in ran.stdout.splitlines())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            [],
            "expected a benchmark first: analysis, planted, compaction, mnist, sweep (see --help)",
        ),
        (["plantd"], "unknown benchmark 'plantd'; did you mean planted?"),
        (["planted", "--num_networks=0"], "--num_networks=0: expected at least 1"),
        pytest.param(
            ["sweep", "--task=reusd"],
            "--task: unknown task 'reusd'; did you mean reused?",
            marks=pytest.mark.slow,
        ),
        (["compaction", "--hidden=24,x"], "--hidden=24,x: cannot read 'x'"),
        (["sweep", "--num_networks=0"], "--num_networks: says nothing of sweep"),
        (["planted", "--json"], "--json: says nothing of planted"),
        (["analysis", "--num_networks=3"], "--num_networks: says nothing of analysis"),
        pytest.param(
            ["analysis", "--folder=none"],
            "none/networks.jsonl.gz: cannot be read: ",
            marks=pytest.mark.slow,
        ),
    ],
)
def test_bad_input_is_one_line(arguments, message, tmp_path):
    ran = launch(tmp_path, *arguments)
    assert ran.returncode == 2
    assert ran.stderr.startswith(f"python -m launch.bench NAME: {message}")
    assert ran.stderr.count("\n") == 1
