"""The run folder: whole files, the same settings, damage noticed."""

import dataclasses
import json
import pathlib
import resource
import shutil
import subprocess
import sys
import threading

import numpy as np
import pytest

import nsculpt
from nsculpt import experiment, runs
from nsculpt import settings as settings_lib
from nsculpt.sculpting import cell as cell_lib
from nsculpt.sculpting import jobs
from tests import bad_input

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
        np.array([(0, -1, 0, 0, 0, 0.25, 1, 3, 24, True)], jobs.ROUND),
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


def checkpoint(value=1.0):
    """A dense round and one of units that was not accepted."""
    rounds = [(0, -1, 0, 0, 0, 0.25, 1, 3, 24, True), (1, 0, 5, 5, 2, 0.5, 1, 2, 17, False)]
    return jobs.Checkpoint(dataclasses.replace(record(value), rounds=np.array(rounds, jobs.ROUND)))


UNIT = jobs.Job(0, 5000)


def names(folder):
    return sorted(path.name for path in (folder / "jobs").iterdir())


def test_a_checkpoint_comes_back_and_goes_when_its_job_is_finished(tmp_path):
    job_id = jobs.job_id(cell().identity(UNIT))
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        assert folder.get_checkpoint(UNIT) is None
        for value in (2.5, 3.5):  # the later one takes the place of the first
            folder.put_checkpoint(UNIT, checkpoint(value))
        assert names(tmp_path) == [f"{job_id}.checkpoint"]
        assert folder.get(UNIT) is None
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        found = folder.get_checkpoint(UNIT)
        assert found.record.kernels[0][0, 0] == 3.5
        assert found.record.rounds.tobytes() == checkpoint().record.rounds.tobytes()
        assert (found.record.status, found.refit) == (jobs.ACCEPTED, None)
        folder.put(UNIT, record())
        assert names(tmp_path) == [f"{job_id}.npz"]
        assert folder.get_checkpoint(UNIT) is None


def test_a_checkpoint_beside_its_finished_job_is_removed(tmp_path):
    """A process was killed between the two; while the finished file is damaged it is of use."""
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        folder.put(UNIT, record())
        folder.put_checkpoint(UNIT, checkpoint())
        folder.put_checkpoint(jobs.Job(0, 10_000), checkpoint())
    of_unit, of_other = (
        tmp_path / "jobs" / f"{jobs.job_id(cell().identity(job))}.checkpoint"
        for job in (UNIT, jobs.Job(0, 10_000))
    )
    finished = of_unit.with_suffix(".npz")
    whole = finished.read_bytes()
    finished.write_bytes(whole[:-100])
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        assert folder.get(UNIT) is None
        assert folder.get_checkpoint(UNIT) is not None
    finished.write_bytes(whole)
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        assert not of_unit.exists()
        assert of_other.exists()
        assert folder.get(UNIT) is not None


def test_a_checkpoint_of_other_settings_is_not_used(tmp_path):
    with runs.open_folder(tmp_path, FLAGS, OtherCell(cell(), jax_version="0.9.1")) as folder:
        folder.put_checkpoint(UNIT, checkpoint(9.0))
    before = names(tmp_path)
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        assert folder.get_checkpoint(UNIT) is None
        folder.put_checkpoint(UNIT, checkpoint(1.0))
    assert len(set(names(tmp_path)) - set(before)) == 1
    # Put in the place of ours, theirs is noticed.
    theirs, ours = tmp_path / "jobs" / before[0], set(names(tmp_path)) - set(before)
    theirs.replace(tmp_path / "jobs" / ours.pop())
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        assert folder.get_checkpoint(UNIT) is None
    assert names(tmp_path) == ["damaged"]
    assert len(list((tmp_path / "jobs" / "damaged").iterdir())) == 1


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


def job_files(folder):
    return sorted(path.name for path in (folder / "jobs").glob("*.npz"))


def test_records_are_put_in_one_thread_while_others_are_got(tmp_path):
    wanted = [jobs.Job(seed, 5000, 500) for seed in range(30)]
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        thread = threading.Thread(
            target=lambda: [folder.put(job, record(job.seed)) for job in wanted]
        )
        thread.start()
        missing = list(wanted)
        while missing:
            found = [(job, folder.get(job)) for job in missing]
            for job, each in found:
                assert each is None or each.kernels[0][0, 0] == job.seed
            missing = [job for job, each in found if each is None]
        thread.join()
    assert len(job_files(tmp_path)) == 30
    assert not (tmp_path / "jobs" / "damaged").exists()


def test_what_a_killed_process_left_half_written_is_removed(tmp_path):
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        folder.put(JOB, record())
    (tmp_path / "drawings").mkdir()
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    halves = [".run.flags.17.tmp", f"jobs/.{job_files(tmp_path)[0]}.17.tmp",
              "drawings/.seed_0.png.9.tmp", ".networks.npz.123456.tmp"]  # fmt: skip
    mine = ["notes.tmp", ".hidden", "jobs/.x.tmp"]
    for name in [*halves, *mine]:
        (tmp_path / name).write_text("half")
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        assert folder.get(JOB) is not None
    after = {path for path in tmp_path.rglob("*") if path.is_file()}
    assert after == before | {tmp_path / name for name in mine}


def test_nothing_is_removed_while_another_process_writes(tmp_path):
    half = tmp_path / "jobs" / ".a.npz.17.tmp"
    with runs.open_folder(tmp_path, FLAGS, cell()):
        half.write_text("half")
        with pytest.raises(nsculpt.FolderInUseError), runs.open_folder(tmp_path, FLAGS, cell()):
            pass
        assert half.exists()


@pytest.mark.parametrize("left", [[], [".lock"], [".lock", "jobs/"], ["jobs/", ".run.flags.3.tmp"]])
def test_a_folder_that_was_only_just_begun_is_continued(tmp_path, left):
    for name in left:
        (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).write_text("")
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        folder.put(JOB, record())
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "jobs", "run.flags"]


@pytest.mark.parametrize("pattern", ["*.npz", "*"])
def test_jobs_alone_make_a_folder_to_continue(tmp_path, pattern):
    """Also where a checkpoint was copied with them."""
    with runs.open_folder(tmp_path / "share", FLAGS, cell()) as folder:
        folder.put(JOB, record(3.0))
        folder.put_checkpoint(UNIT, checkpoint())
    (tmp_path / "all" / "jobs").mkdir(parents=True)
    for file in (tmp_path / "share" / "jobs").glob(pattern):
        shutil.copy(file, tmp_path / "all" / "jobs")
    assert len(names(tmp_path / "all")) == (1 if pattern == "*.npz" else 2)
    with runs.open_folder(tmp_path / "all", FLAGS, cell()) as folder:
        found = folder.get(JOB)
    assert found is not None
    assert found.kernels[0][0, 0] == 3


@pytest.mark.parametrize(
    "name", ["jobs/cv.pdf", "jobs/a.npz", "jobs/a.checkpoint", "jobs/.checkpoint", "jobs.txt"]
)
def test_jobs_of_another_kind_are_not_taken_over(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("")
    with (
        pytest.raises(nsculpt.InputError, match="new or empty folder"),
        runs.open_folder(tmp_path, FLAGS, cell()),
    ):
        pass


class OtherCell(cell_lib.Cell):
    """A cell as another version of something would describe it."""

    def __init__(self, other, **identity):
        super().__init__(**{each.name: getattr(other, each.name)
                            for each in dataclasses.fields(other)})  # fmt: skip
        object.__setattr__(self, "other", identity)

    def identity(self, job):
        return super().identity(job) | self.other


@pytest.mark.parametrize(
    "version", [{"jax_version": "0.9.1"}, {"algorithm_version": 0, "learning_rate": 0.9}]
)
def test_jobs_of_other_versions_are_left_alone(tmp_path, version):
    with runs.open_folder(tmp_path, FLAGS, OtherCell(cell(), **version)) as folder:
        folder.put(JOB, record(9.0))
    (theirs,) = (tmp_path / "jobs").glob("*.npz")
    before = (theirs.read_bytes(), theirs.stat().st_mtime_ns)
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        assert folder.get(JOB) is None
        folder.put(JOB, record(1.0))
        assert folder.get(JOB).kernels[0][0, 0] == 1
    assert (theirs.read_bytes(), theirs.stat().st_mtime_ns) == before
    assert len(job_files(tmp_path)) == 2
    assert not (tmp_path / "jobs" / "damaged").exists()


def test_a_folder_in_which_nothing_was_done_takes_other_settings(tmp_path):
    for flags in (FLAGS, {**FLAGS, "batch_size": "8"}):
        with runs.open_folder(tmp_path / "run", flags, cell()):
            pass
    assert "--batch_size=8\n" in (tmp_path / "run" / "run.flags").read_text()


@pytest.mark.parametrize("value", ["a\nb", "a\u2028b", "a\udcffb", "a ", "\ta"])
def test_what_no_line_of_flags_can_hold_is_refused(tmp_path, value):
    message = bad_input.message_of(
        lambda: runs.open_folder(tmp_path / "run", {**FLAGS, "dataset": value}, cell()).__enter__()
    )
    assert message.startswith(f"dataset={value!r}: expected text that a line of run.flags can hold")
    assert not (tmp_path / "run").exists()


def test_other_settings_are_refused_and_the_first_is_named(tmp_path):
    with runs.open_folder(tmp_path / "run", FLAGS, cell()) as folder:
        folder.put(JOB, record())
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


def test_a_job_of_other_content_is_found_among_many(tmp_path):
    """Wherever it stands among them: folders are merged by copying."""
    with runs.open_folder(tmp_path / "b", FLAGS, cell(learning_rate=0.5)) as folder:
        folder.put(JOB, record())
    (foreign,) = (tmp_path / "b" / "jobs").glob("*.npz")
    with runs.open_folder(tmp_path / "a", FLAGS, cell()) as folder:
        for seed in range(8):
            folder.put(jobs.Job(seed), record())
    assert sorted([*job_files(tmp_path / "a"), foreign.name])[0] != foreign.name
    shutil.copy(foreign, tmp_path / "a" / "jobs")
    with (
        pytest.raises(nsculpt.InputError, match=rf"0\.5 there and 0\.05 here .jobs/{foreign.name}"),
        runs.open_folder(tmp_path / "a", FLAGS, cell()),
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


def test_a_write_that_fails_names_the_file_and_leaves_the_old_one(tmp_path):
    path = pathlib.Path(tmp_path, "a.json")
    path.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(OSError, match="File too large") as caught:
            runs.write_bytes(path, b"x" * 100_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert caught.value.filename == str(path)
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]
    assert path.read_text() == "old"
