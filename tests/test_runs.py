"""The run folder: whole files, the same settings, damage noticed."""

import json
import pathlib
import subprocess
import sys

import numpy as np
import pytest

import nsculpt
from nsculpt import experiment, runs
from nsculpt import settings as settings_lib
from nsculpt.sculpting import jobs

TASK = nsculpt.load_task("input_separable")
FLAGS = {"task": "input_separable", "hidden": "3", "seeds": "0", "learning_rate": "0.05"}


def cell(**changed):
    return experiment.make_cell(TASK, settings_lib.resolve(TASK, (3,), **changed))


def record(value=1.0):
    shapes = [(4, 3), (3, 4)]
    return jobs.Record(
        [np.full(shape, value, np.float32) for shape in shapes],
        [np.zeros(shape[1], np.float32) for shape in shapes],
        [np.zeros(shape, np.int16) for shape in shapes],
        np.zeros(2, jobs.ROUND),
        jobs.ACCEPTED,
    )


JOB = jobs.Job(0, 5000, 500)


def test_a_record_comes_back_as_it_was_put(tmp_path):
    with runs.open_folder(tmp_path / "run", FLAGS, cell()) as folder:
        assert folder.get(JOB) is None
        folder.put(JOB, record(2.5))
    with runs.open_folder(tmp_path / "run", FLAGS, cell()) as folder:
        found = folder.get(JOB)
    assert found is not None
    for name in ("kernels", "biases", "removed_at"):
        for a, b in zip(getattr(found, name), getattr(record(2.5), name), strict=True):
            np.testing.assert_array_equal(a, b)
            assert a.dtype == b.dtype
    assert found.rounds.tobytes() == record().rounds.tobytes()
    assert found.status == jobs.ACCEPTED


def test_equal_records_make_equal_files(tmp_path):
    contents = []
    for name in "ab":
        with runs.open_folder(tmp_path / name, FLAGS, cell()) as folder:
            folder.put(JOB, record())
        (file,) = (tmp_path / name / "jobs").iterdir()
        contents.append((file.name, file.read_bytes()))
    assert contents[0] == contents[1]


def test_the_file_is_named_by_what_determines_the_job(tmp_path):
    with runs.open_folder(tmp_path / "run", FLAGS, cell()) as folder:
        folder.put(JOB, record())
    (file,) = (tmp_path / "run" / "jobs").glob("*.npz")
    with np.load(file) as arrays:
        identity = json.loads(str(arrays["identity"]))
    assert jobs.job_id(identity) == file.stem
    assert (identity["phase"], identity["unit_step"], identity["edge_step"]) == ("edge", 5000, 500)
    assert identity["task_sha256"] == TASK.sha256
    assert identity["learning_rate"] == 0.05


@pytest.mark.parametrize("damage", ["truncated", "flipped", "foreign", "empty"])
def test_a_damaged_job_is_missing_not_wrong(tmp_path, damage):
    with runs.open_folder(tmp_path / "run", FLAGS, cell()) as folder:
        folder.put(JOB, record())
        (file,) = (tmp_path / "run" / "jobs").glob("*.npz")
        content = bytearray(file.read_bytes())
        if damage == "truncated":
            file.write_bytes(content[: len(content) // 2])
        elif damage == "flipped":
            content[content.index(np.float32(1.0).tobytes() * 4) + 2] ^= 1
            file.write_bytes(content)
        elif damage == "empty":
            file.write_bytes(b"")
        else:
            folder.put(jobs.Job(1, 5000, 500), record(9.0))
            (other,) = set((tmp_path / "run" / "jobs").glob("*.npz")) - {file}
            other.replace(file)
        assert folder.get(JOB) is None


def test_other_settings_are_refused_and_the_first_is_named(tmp_path):
    with runs.open_folder(tmp_path / "run", FLAGS, cell()):
        pass
    before = (tmp_path / "run" / "run.flags").read_bytes()
    other = {**FLAGS, "learning_rate": "0.1", "hidden": "4"}
    with (
        pytest.raises(nsculpt.InputError, match="--hidden is 3 there and 4 here"),
        runs.open_folder(tmp_path / "run", other, cell()),
    ):
        pass
    assert (tmp_path / "run" / "run.flags").read_bytes() == before


def test_more_seeds_and_steps_extend_a_folder(tmp_path):
    for seeds in ("0", "0,1"):
        flags = {**FLAGS, "seeds": seeds, "unit_steps": seeds, "edge_steps": seeds}
        with runs.open_folder(tmp_path / "run", flags, cell()):
            pass
    assert "--seeds=0,1\n" in (tmp_path / "run" / "run.flags").read_text()


def test_other_content_behind_the_same_flags_is_refused(tmp_path):
    with runs.open_folder(tmp_path / "run", FLAGS, cell()) as folder:
        folder.put(JOB, record())
    with (
        pytest.raises(nsculpt.InputError, match=r"learning_rate is 0\.05 there and 0\.5 here"),
        runs.open_folder(tmp_path / "run", FLAGS, cell(learning_rate=0.5)),
    ):
        pass


def test_a_folder_of_something_else_is_refused(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with (
        pytest.raises(nsculpt.InputError, match="new or empty folder"),
        runs.open_folder(tmp_path, FLAGS, cell()),
    ):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path):
    (tmp_path / "run").write_text("")
    with (
        pytest.raises(nsculpt.InputError, match="is no folder"),
        runs.open_folder(tmp_path / "run", FLAGS, cell()),
    ):
        pass


HOLD = """
import sys, filelock
with filelock.FileLock(sys.argv[1]):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused(tmp_path):
    with runs.open_folder(tmp_path / "run", FLAGS, cell()):
        pass
    lock = str(tmp_path / "run" / ".lock")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout.readline() == b"held\n"
        with (
            pytest.raises(nsculpt.FolderInUseError),
            runs.open_folder(tmp_path / "run", FLAGS, cell()),
        ):
            pass
        other.stdin.close()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = pathlib.Path(tmp_path, "a.json")
    runs.write_json(path, {"a": 1})
    with pytest.raises(ValueError, match="JSON compliant"):
        runs.write_json(path, {"a": float("nan")})
    with pytest.raises(TypeError):
        runs.write_bytes(path, "text")
    assert json.loads(path.read_text()) == {"a": 1}
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]
