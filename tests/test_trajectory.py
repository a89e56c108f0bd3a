"""How a network came to be: the accepted rounds, their networks and modules."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest

import nsculpt
from nsculpt import sculpture, trajectory
from nsculpt import settings as settings_lib
from nsculpt.report import export, trajectories
from nsculpt.sculpting import jobs
from tests import bad_input

# Row, and what came of it: phase, wrong bits of 32, live hidden units, alive edges, accepted.
ROUNDS = [
    (0, 3, 4, 24, False),
    (1, 0, 3, 18, True),
    (1, 5, 2, 12, False),
    (2, 0, 3, 18, True),  # training after the units: no edge goes
    (2, 1, 2, 6, False),
    (2, 0, 2, 8, True),
]


def rounds(rows=ROUNDS):
    found = np.zeros(len(rows), jobs.ROUND)
    names = ("phase", "wrong_bits", "live_hidden_units", "alive_edges", "accepted")
    for name, column in zip(names, zip(*rows, strict=True), strict=True):
        found[name] = column
    return found


def history(**changed):
    """4 inputs, 4 hidden units, 2 outputs: row 1 takes unit 3, row 5 takes what joins two pairs.

    Inputs 0 and 1 are then read by unit 0, 2 and 3 by unit 1, and the outputs by one each; the
    edges into unit 2 stay, which nothing reads.
    """
    lower, upper = np.full((4, 4), 5, np.int16), np.full((4, 2), 5, np.int16)
    lower[:, 3], upper[3] = 1, 1
    lower[[0, 1], 0], lower[[2, 3], 1] = 0, 0
    lower[[0, 1], 2] = 0
    upper[0, 0], upper[1, 1] = 0, 0
    given = {"removed_at": [lower, upper], "rounds": rounds()} | changed
    return trajectory.History(seed=3, unit_step=25.0, edge_step=2.5, num_bits=32, **given)


def test_the_networks_are_those_of_the_accepted_rounds():
    found = history()
    assert found.rows == [0, 1, 3, 5]
    assert [sum(int(mask.sum()) for mask in found.edges(row)) for row in found.rows] == [
        24, 18, 18, 8,
    ]  # fmt: skip
    lower, upper = found.edges(1)
    assert lower.all(axis=0).tolist() == [True, True, True, False]
    assert upper.all(axis=1).tolist() == [True, True, True, False]
    assert found.edges(5)[1].tolist() == [[1, 0], [0, 1], [0, 0], [0, 0]]


def test_the_dense_network_is_a_step_though_not_accepted():
    found = trajectory.trace(history(), trajectory.analyser(2))
    assert [(step.row, step.accepted) for step in found.steps] == [
        (0, False), (1, True), (3, True), (5, True),
    ]  # fmt: skip
    accepted = rounds([(0, 0, 4, 24, True), *ROUNDS[1:]])
    found = trajectory.trace(history(rounds=accepted), trajectory.analyser(2))
    assert [step.accepted for step in found.steps] == [True] * 4


def test_modules_step_by_step():
    found = trajectory.trace(history(), trajectory.analyser(2, input_names=tuple("abcd")))
    assert [step.num_modules for step in found.steps] == [1, 1, 1, 2]
    units = [[u.tolist() for u in step.analysis.live_units] for step in found.steps]
    assert units == [
        [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1]],
        *[[[0, 1, 2, 3], [0, 1, 2], [0, 1]]] * 2,
        [[0, 1, 2, 3], [0, 1], [0, 1]],
    ]
    # Both parts have four units of the one module, so the lower number is kept.
    assert [step.numbers for step in found.steps] == [(0,), (0,), (0,), (0, 1)]
    assert [[str(event) for event in step.events] for step in found.steps] == [
        [], [], [], ["module 0 splits into 0 and 1"],
    ]  # fmt: skip
    assert [(each.text, each.row) for each in found.since] == [
        ("inputs {a b}", 5),
        ("inputs {c d}", 5),
        ("outputs {0}", 5),
        ("outputs {1}", 5),
        ("partition of the inputs", 5),
        ("partition of the outputs", 5),
        ("module graph", 5),
    ]
    assert found.accuracy.tolist() == [1 - wrong / 32 for wrong in (3, 0, 5, 0, 1, 0)]
    assert found.rounds["live_hidden_units"].tolist() == [4, 3, 2, 3, 2, 2]
    assert repr(found) == "<Trajectory of seed 3: 6 rounds, 8 alive edges>"
    assert str(found) == (
        "seed 3, unit step 25, edge step 2.5: 6 rounds, 3 accepted\n"
        "round  phase  accuracy  hidden units    edges  modules\n"
        "    0  dense    0.9062             4       24  1, not accepted\n"
        "       2 further accepted rounds without an event\n"
        "    5  edge     1.0000             2        8  2\n"
        "              module 0 splits into 0 and 1\n"
        "since round 5: inputs {a b}\n"
        "since round 5: inputs {c d}\n"
        "since round 5: outputs {0}\n"
        "since round 5: outputs {1}\n"
        "since round 5: partition of the inputs\n"
        "since round 5: partition of the outputs\n"
        "since round 5: module graph"
    )


def test_equal_networks_are_analysed_once():
    asked = []

    def analyse(edges):
        asked.append(sum(int(mask.sum()) for mask in edges))
        return trajectory.analyser(2)(edges)

    found = trajectory.trace(history(), analyse)
    assert asked == [24, 18, 8]
    assert found.steps[1].analysis is found.steps[2].analysis


def test_numbers_over_all_steps_are_those_of_the_drawing():
    """Of three pairs, two are one module first: its number comes after the last network's."""
    lower = np.full((6, 3), 1, np.int16)
    upper = np.full((3, 3), 2, np.int16)
    for pair in range(3):
        lower[[2 * pair, 2 * pair + 1], pair] = 0
        upper[pair, pair] = 0
    lower[[0, 1], 1] = lower[[2, 3], 0] = 2
    upper[2, :2] = upper[:2, 2] = 1
    rows = rounds([(0, 0, 3, 27, True), (2, 0, 3, 15, True), (2, 0, 3, 9, True)])
    given = trajectory.History(0, 5.0, 0.5, 8, [lower, upper], rows)
    found = trajectory.trace(given, trajectory.analyser(2))
    assert [step.numbers for step in found.steps] == [(0,), (0, 2), (0, 1, 2)]
    middle = found.steps[1]
    assert middle.analysis.modules[0].tolist() == [0, 0, 0, 0, 1, 1]
    assert [labels.tolist() for labels in middle.numbered.modules] == [
        [0, 0, 0, 0, 2, 2], [0, 0, 2], [0, 0, 2],
    ]  # fmt: skip
    assert list(middle.numbered.hierarchy) == [0, 2]
    assert [str(event) for event in middle.events] == ["module 0 splits into 0 and 2"]


def test_a_network_without_a_path_has_no_modules():
    removed = [np.array([[1], [1]], np.int16), np.array([[0]], np.int16)]
    rows = rounds([(0, 0, 1, 3, True), (2, 0, 0, 1, True)])
    found = trajectory.trace(
        trajectory.History(0, 5.0, 0.5, 8, removed, rows), trajectory.analyser()
    )
    assert [step.analysis is None for step in found.steps] == [False, True]
    assert found.steps[1].numbered is None
    assert (found.steps[1].num_modules, found.since) == (0, ())
    assert [str(event) for event in found.steps[1].events] == [
        "module 0 disappears: all its units died"
    ]
    assert "no path" in str(found)


@pytest.fixture(scope="module")
def sculpted(tmp_path_factory):
    """A real one, and its folder."""
    path = tmp_path_factory.mktemp("sculpted") / "run"
    options = {"unit_steps": [50], "edge_steps": [2.5], "path_length": 1, "drawings": False}
    return nsculpt.sculpt("input_separable", (12,), seeds=[0], **options, out_dir=path), path


def test_a_sculpting_gives_its_trajectories(sculpted):
    found, _ = sculpted
    for chosen in found.selections:
        own, record = found.trajectory(chosen.seed), found.records[chosen.first]
        assert own.rounds.tobytes() == record.rounds.tobytes()
        assert (own.seed, own.unit_step, own.edge_step) == (chosen.seed, 50, 2.5)
        assert [step.row for step in own.steps if step.accepted] == np.flatnonzero(
            record.rounds["accepted"]
        ).tolist()
        assert (1 - own.accuracy == record.rounds["wrong_bits"] / 64).all()
        for step in own.steps:
            edges = found.history(chosen.first).edges(step.row)
            if step.accepted:
                alive = sum(int(mask.sum()) for mask in edges)
                assert alive == own.rounds["alive_edges"][step.row]
            analysis = nsculpt.analyze(edges, 1)
            for part in ("live_units", "modules"):
                for one, other in zip(
                    getattr(step.analysis, part), getattr(analysis, part), strict=True
                ):
                    assert one.tolist() == other.tolist()
        last, selected = own.steps[-1].analysis, found.analyses[chosen.first]
        assert [m.tolist() for m in last.modules] == [m.tolist() for m in selected.modules]
        assert (last.path_length, last.input_names) == (1, found.task.input_names)
        assert own.steps[-1].numbers == tuple(range(len(selected.hierarchy)))


def test_the_folder_gives_the_same_trajectories(sculpted):
    found, path = sculpted
    (path / "trajectories.cache").unlink(missing_ok=True)
    for _ in range(2):  # the second time from the cache
        kept = trajectories.of_run(path)
        assert list(kept) == [0]
        for seed, other in kept.items():
            own = found.trajectory(seed)
            assert str(other) == str(own)
            assert other.since == own.since
            assert other.accuracy.tolist() == own.accuracy.tolist()
            assert other.rounds.tobytes() == own.rounds.tobytes()
            assert other.rounds.dtype == own.rounds.dtype
            for one, two in zip(other.steps, own.steps, strict=True):
                assert one.analysis.to_json() == two.analysis.to_json()
                assert (one.row, one.accepted, one.numbers) == (two.row, two.accepted, two.numbers)
                assert one.events == two.events
        assert (path / "trajectories.cache").exists()


def test_the_folder_is_read_without_jax(sculpted):
    script = (
        "import pathlib, sys\n"
        "from nsculpt.report import trajectories\n"
        f"print(sorted(trajectories.of_run(pathlib.Path({str(sculpted[1])!r}))))\n"
        "print([name for name in ('jax', 'flax', 'optax', 'matplotlib') if name in sys.modules])"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["[0]", "[]"], done.stderr


def test_a_seed_that_was_not_sculpted_is_refused(sculpted):
    message = bad_input.message_of(sculpted[0].trajectory, 7)
    assert message == "seed=7: expected one of 0"


def test_each_seed_with_an_accepted_network_has_a_trajectory(tmp_path):
    task = nsculpt.load_task("input_separable")  # 16 rows of 4 outputs
    seeds = {"seeds": [4, 2, 0], "unit_steps": [25], "edge_steps": [0.5, 2.5]}
    settings = settings_lib.resolve(task, (4,), **seeds)
    records = {}
    for job in jobs.grid(settings.seeds, settings.unit_steps, settings.edge_steps):
        accepted = job.seed != 2
        removed = [np.zeros(shape, np.int16) for shape in ((4, 4), (4, 4))]
        removed[1][0, : 1 + (job.edge_step == 2500)] = accepted
        alive = 32 - sum(int(each.sum()) for each in removed)
        records[job] = jobs.Record(
            [(each == 0).astype(np.float32) for each in removed],
            [np.zeros(4, np.float32)] * 2,
            removed,
            rounds([(0, 1, 4, 32, False), (2, 1 - accepted, 4, alive, accepted)]),
            jobs.ACCEPTED if accepted else jobs.NOTHING_ACCEPTED,
        )
    found = sculpture.conclude(task, settings, records)
    export.write(tmp_path, found)
    told = [
        each["trajectory"]
        for each in json.loads((tmp_path / "summary.json").read_text())["selected"]
    ]
    assert told[1] is None
    assert told[0] == told[2]
    assert told[0]["rounds"] == {
        "phase": ["dense", "edge"], "accuracy": [1 - 1 / 64, 1.0], "accepted": [False, True],
        "wrong_bits": [1, 0], "live_hidden_units": [4, 4], "alive_edges": [32, 30],
        "target": [0.0, 0.0], "step": [0.0, 0.0],
    }  # fmt: skip
    assert [step["row"] for step in told[0]["steps"]] == [0, 1]
    assert told[0]["since"][-1] == {"text": "module graph", "row": 0}
    assert found.trajectory(2) is None
    assert list(trajectories.of_run(tmp_path)) == [4, 0]
    for own in (found.trajectory(4), trajectories.of_run(tmp_path)[4]):
        assert (own.unit_step, own.edge_step) == (25, 2.5)  # the sparsest
        assert [step.row for step in own.steps] == [0, 1]
        assert own.accuracy.tolist() == [1 - 1 / 64, 1]
    nothing = {job: record for job, record in records.items() if job.seed == 2}
    settings = dataclasses.replace(settings, seeds=(2,))
    export.write(tmp_path, sculpture.conclude(task, settings, nothing))
    assert trajectories.of_run(tmp_path) == {}
    (tmp_path / "trajectories.npz").unlink()
    assert trajectories.of_run(tmp_path) is None
