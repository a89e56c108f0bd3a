"""What summaries and reports say of how often networks are right."""

import dataclasses
import json

import numpy as np
import pytest

import nsculpt
from nsculpt import errors
from nsculpt import sculpture as sculpture_lib
from nsculpt import settings as settings_lib
from nsculpt.report import summary_file
from nsculpt.sculpting import jobs
from nsculpt.tasks import task as task_lib
from tests.test_accuracy import by_numpy


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (((0, 8),), r"classes\[0\]: output 8; expected indices from 0 to 7"),
        (((0, 1), (-1,)), r"classes\[1\]: output -1; expected indices from 0 to 7"),
        (((0, 1.5),), r"classes\[0\]: output 1.5; expected indices from 0 to 7"),
        (((0, 1), (2, 1)), r"classes\[1\]: output 1 stands twice; expected each in one group"),
        (((0, 1), ()), r"classes\[1\]: expected at least one output, got none"),
    ],
)
def test_groups_that_are_none_are_refused_before_any_training(task, classes, expected):
    with pytest.raises(errors.InputError, match=f"^task 'digits': {expected}"):
        nsculpt.sculpt(dataclasses.replace(task, classes=classes), (4,), seeds=[0])


def test_test_data_of_another_width_are_refused_before_any_training(task):
    narrow = task_lib.ArraySource(task.test.x[:, 1:], task.test.y)
    with pytest.raises(
        errors.InputError, match="test data of 59 inputs and 8 outputs; expected 60"
    ):
        nsculpt.sculpt(dataclasses.replace(task, test=narrow), (4,), seeds=[0])


def rows(rng, prototypes, number):
    """Two pictures of 30 pixels side by side, each of one of 4 kinds; outputs one-hot."""
    kinds = rng.integers(4, size=(number, 2))
    x = np.concatenate([prototypes[0][kinds[:, 0]], prototypes[1][kinds[:, 1]]], axis=1)
    x = 0.7 * x + 0.3 * rng.random(x.shape)
    return x.astype(np.float32), np.concatenate([np.eye(4)[k] for k in kinds.T], axis=1)


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    rng = np.random.default_rng(0)
    prototypes = (rng.random((2, 4, 30)) < 0.3).astype(np.float32)
    arrays = {}
    for part, number in (("train", 600), ("valid", 300), ("test", 200)):
        arrays[f"x_{part}"], arrays[f"y_{part}"] = rows(rng, prototypes, number)
    path = tmp_path_factory.mktemp("data") / "digits.npz"
    names = [f"{side}_{i}" for side in ("left", "right") for i in range(30)]
    sides = np.repeat([0, 1], 4)
    groups = {"input_groups": np.repeat([0, 1], 30), "output_groups": sides}
    np.savez(path, **arrays, **groups, output_classes=sides, input_names=np.array(names))
    return path


@pytest.fixture(scope="module")
def task(dataset):
    loaded = nsculpt.tasks.from_dataset(dataset)
    assert loaded.classes == ((0, 1, 2, 3), (4, 5, 6, 7))
    return loaded


GIVEN = {
    "hidden": (8,), "seeds": [0, 3], "unit_steps": [30], "edge_steps": [20], "epochs": 12,
    "learning_rate": 0.03, "batch_size": 50, "accuracy_tolerance": 1.0, "drawings": False,
}  # fmt: skip


@pytest.fixture(scope="module")
def found(task, tmp_path_factory):
    out_dir = tmp_path_factory.mktemp("runs") / "digits"
    return nsculpt.sculpt(task, out_dir=out_dir, **GIVEN), out_dir


def test_the_summary_has_the_accuracy_of_dense_and_selected_networks(task, found):
    sculpture, out_dir = found
    summary = json.loads((out_dir / "summary.json").read_text())
    assert [each["seed"] for each in summary["dense"]] == [0, 3]
    for place, seed in enumerate((0, 3)):
        chosen = sculpture.selections[place].first
        sculpted = sculpture.records[chosen]
        dense = next(
            record
            for record in map(read_job, (out_dir / "jobs").iterdir())
            if (record["phase"], record["seed"]) == ("dense", seed)
        )
        for network, row in (
            (dense, summary["dense"][place]),
            ({"kernels": sculpted.kernels, "biases": sculpted.biases}, summary["selected"][place]),
        ):
            for part, source in (("validation", task.valid), ("test", task.test)):
                wrong_bits, wrong_rows = by_numpy(
                    network["kernels"], network["biases"], source.x, source.y, task.classes
                )
                assert row[part] == {
                    "bits_right": 1 - wrong_bits / source.y.size,
                    "rows_right": 1 - wrong_rows / len(source.y),
                }
        # And what was counted in training, of the same networks on the same rows.
        counted = sculpture.accuracy[chosen].validation
        assert (counted.wrong_bits, counted.num_bits) == (sculpted.wrong_bits, sculpture.num_bits)
        counted = sculpture.accuracy[jobs.Job(seed)].validation
        assert counted.wrong_bits == sculpted.rounds["wrong_bits"][0] == dense["wrong_bits"]
        # It has learned: of 16 pairs of kinds, most are right.
        assert counted.rows_right > 0.8


def read_job(path):
    with np.load(path) as stored:
        identity = json.loads(str(stored["identity"]))
        layers = range(sum(name.startswith("kernel") for name in stored.files))
        return {
            "phase": identity["phase"],
            "seed": identity["seed"],
            "kernels": [stored[f"kernel_{layer}"] for layer in layers],
            "biases": [stored[f"bias_{layer}"] for layer in layers],
            "wrong_bits": stored["rounds"]["wrong_bits"][0],
        }


def test_the_report_shows_what_sculpting_cost(found):
    sculpture, _ = found
    lines = str(sculpture).splitlines()
    begin = lines.index(next(line for line in lines if line.startswith("Accuracy in percent")))
    table = lines[begin : lines.index("", begin)]
    assert [line[:12].strip() for line in table[2:8]] == [
        "validation", "seed 0", "seed 3", "test", "seed 0", "seed 3"
    ]  # fmt: skip
    for part, place in (("validation", 3), ("test", 6)):
        for seed_place, seed in enumerate((0, 3)):
            chosen = sculpture.selections[seed_place]
            dense, sculpted = (
                getattr(sculpture.accuracy[job], part) for job in (jobs.Job(seed), chosen.first)
            )
            expected = [chosen.alive_edges]
            for share in ("bits_right", "rows_right"):
                pair = [100 * getattr(each, share) for each in (dense, sculpted)]
                expected += [*pair, pair[0] - pair[1]]
            shown = [float(cell) for cell in table[place + seed_place].split()[2:]]
            assert shown == pytest.approx(expected, abs=0.00501)
    text = " ".join(" ".join(table).split())
    assert "in both groups of outputs the largest is the true one" in text
    # 1 percent of 300 x 8 bits, less what is no whole bit.
    for seed, chosen in zip((0, 3), sculpture.selections, strict=True):
        record = sculpture.records[chosen.first]
        allowed = record.rounds["wrong_bits"][0] + 24
        assert f"seed {seed} has {record.wrong_bits} wrong of {allowed} allowed" in text
    assert "accuracy tolerance 1 percent: 24 of 2400 validation bits more than in the dense" in text


def test_hundreds_of_inputs_are_counted_not_named(found):
    text = str(found[0])
    assert max(map(len, text.splitlines())) <= 80
    assert "left_" not in text
    assert "of 30 left" in text
    assert "inputs right: " in text


def test_a_finished_folder_says_the_same_again(task, found):
    sculpture, out_dir = found
    before = {name: (out_dir / name).read_bytes() for name in ("summary.json", "networks.npz")}
    # As in a folder of which parts were copied.
    for path in (out_dir / "jobs").iterdir():
        if read_job(path)["phase"] == "dense":
            path.unlink()
    again = nsculpt.sculpt(task, out_dir=out_dir, **GIVEN)
    assert str(again) == str(sculpture)
    assert before == {name: (out_dir / name).read_bytes() for name in before}


def concluded(task, status, **given):
    """Of one seed, without any training; the networks are all zeros, so that all logits are 0."""
    settings = settings_lib.resolve(
        task, (3,), seeds=[0], unit_steps=[50], edge_steps=[50], **given
    )
    rounds = np.zeros(2, jobs.ROUND)
    rounds["wrong_bits"] = 600
    rounds["accepted"] = status == jobs.ACCEPTED
    sizes = [(task.num_inputs, 3), (3, task.num_outputs)]
    record = jobs.Record(
        [np.zeros(size, np.float32) for size in sizes],
        [np.zeros(fan_out, np.float32) for _, fan_out in sizes],
        [np.zeros(size, np.int16) for size in sizes],
        rounds,
        status,
    )
    pruned = {jobs.Job(0, 50_000, 50_000): record}
    return sculpture_lib.conclude(task, settings, pruned, {jobs.Job(0): record})


def test_without_accepted_networks_or_test_data(task):
    sculpture = concluded(
        dataclasses.replace(task, test=None), jobs.NOTHING_ACCEPTED, accuracy_threshold=100
    )
    summary = summary_file.content(sculpture, {})
    assert (summary["selected"][0]["validation"], summary["selected"][0]["test"]) == (None, None)
    # Two of eight outputs are 1 in each row, and in no group is any logit the largest.
    assert summary["dense"] == [
        {"seed": 0, "validation": {"bits_right": 0.75, "rows_right": 0.0}, "test": None}
    ]
    text = str(sculpture)
    assert "\n  seed 0            -     75.00         -      -      0.00         -      -\n" in text
    assert "\n  test" not in text
    assert "(accuracy threshold 100 percent: 0 of 2400 validation bits may be wrong)" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_row_without_groups_is_right_with_all_its_outputs(task):
    alone = task_lib.ArraySource(task.valid.x, np.zeros((300, 8), np.float32))
    sculpture = concluded(dataclasses.replace(task, valid=alone, classes=()), jobs.ACCEPTED)
    assert summary_file.content(sculpture, {})["selected"][0]["validation"]["rows_right"] == 1.0
    text = " ".join(str(sculpture).split())
    assert "(a row is right when all its outputs are)" in text
    # Half a percent of 2400 bits is 12.
    assert "seed 0 has 600 wrong of 612 allowed" in text
    one = dataclasses.replace(task, classes=((0, 1),))
    assert "in its group of outputs the largest is the true one, and every other output" in (
        " ".join(str(concluded(one, jobs.ACCEPTED)).split())
    )


def test_exact_tasks_have_none_of_it(task):
    exact = concluded(dataclasses.replace(task, exact=True), jobs.ACCEPTED)
    summary = summary_file.content(exact, {})
    assert "dense" not in summary
    assert not {"validation", "test"} & set(summary["selected"][0])
    assert exact.accuracy == {}
    assert "Accuracy" not in str(exact)
