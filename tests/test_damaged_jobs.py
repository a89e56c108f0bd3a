"""Damaged job files in a run folder: named, set aside, never overwritten, and missing then."""

import os
import zipfile

import pytest

from nsculpt import runs
from nsculpt.sculpting import jobs
from tests.test_runs import FLAGS, JOB, UNIT, cell, checkpoint, job_files, record


def damaged(folder):
    """What was set aside: name -> content."""
    return {path.name: path.read_bytes() for path in (folder / "jobs" / "damaged").iterdir()}


def truncate(file):
    file.write_bytes(file.read_bytes()[:-700])


def flip(file):
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def empty(file):
    file.write_bytes(b"")


def replace_by_folder(file):
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [truncate, flip, empty])
def test_a_damaged_job_is_named_set_aside_and_done_again(tmp_path, caplog, damage):
    run = tmp_path / "run"
    with runs.open_folder(run, FLAGS, cell()) as folder:
        for _ in range(3):  # none takes the place of an earlier one
            folder.put(JOB, record())
            (file,) = (run / "jobs").glob("*.npz")
            damage(file)
            assert folder.get(JOB) is None
        folder.put(JOB, record())
        assert folder.get(JOB) is not None
    names = [f"{file.stem}.npz", f"{file.stem}.2.npz", f"{file.stem}.3.npz"]
    assert sorted(damaged(run)) == sorted(names)
    assert len(set(damaged(run).values())) == 1
    assert job_files(run) == [file.name]
    lines = [entry.getMessage() for entry in caplog.records]
    assert len(lines) == 3
    for line, name in zip(lines, names, strict=True):
        assert line.startswith(f"{file}: damaged (")
        assert f"moved to {run}/jobs/damaged/{name}," in line
        assert line.isprintable()


@pytest.mark.parametrize("damage", [truncate, flip, empty, replace_by_folder])
def test_a_damaged_checkpoint_is_named_and_set_aside(tmp_path, caplog, damage):
    run = tmp_path / "run"
    with runs.open_folder(run, FLAGS, cell()) as folder:
        for _ in range(2):
            folder.put_checkpoint(UNIT, checkpoint())
            (file,) = (run / "jobs").glob("*.checkpoint")
            damage(file)
            assert folder.get_checkpoint(UNIT) is None
        folder.put_checkpoint(UNIT, checkpoint())
        assert folder.get_checkpoint(UNIT) is not None
    aside = sorted(path.name for path in (run / "jobs" / "damaged").iterdir())
    assert aside == [f"{file.stem}.2.checkpoint", file.name]
    lines = [entry.getMessage() for entry in caplog.records]
    assert len(lines) == 2
    assert all(line.startswith(f"{file}: damaged (") and line.isprintable() for line in lines)


def test_the_file_of_another_job_is_set_aside(tmp_path):
    other = jobs.Job(1, 5000, 500)
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        folder.put(JOB, record())
        (mine,) = (tmp_path / "jobs").glob("*.npz")
        folder.put(other, record(9.0))
        (its,) = set((tmp_path / "jobs").glob("*.npz")) - {mine}
        content = its.read_bytes()
        its.replace(mine)
        assert folder.get(JOB) is None
        assert folder.get(other) is None  # it lies there no more
    assert damaged(tmp_path) == {mine.name: content}


def test_a_folder_in_the_place_of_a_job_is_set_aside(tmp_path):
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        folder.put(JOB, record())
        (file,) = (tmp_path / "jobs").glob("*.npz")
        replace_by_folder(file)
        assert folder.get(JOB) is None
        folder.put(JOB, record())
        assert folder.get(JOB) is not None
    assert (tmp_path / "jobs" / "damaged" / file.name).is_dir()


def test_a_pipe_in_the_place_of_a_job_is_not_waited_for(tmp_path):
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        folder.put(JOB, record())
    (file,) = (tmp_path / "jobs").glob("*.npz")
    file.unlink()
    os.mkfifo(file)
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        assert folder.get(JOB) is None


def test_a_damaged_identity_refuses_nothing(tmp_path):
    """A flipped digit of a setting is damage, not another setting."""
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        folder.put(JOB, record())
    (file,) = (tmp_path / "jobs").glob("*.npz")
    rate = '"learning_rate": 0.05'.encode("utf-32-le")
    content = file.read_bytes()
    assert content.count(rate) == 1
    members = {}
    with zipfile.ZipFile(file) as before:
        members = {name: before.read(name) for name in before.namelist()}
    with zipfile.ZipFile(file, "w") as after:  # so that its CRC is right
        for name, member in members.items():
            after.writestr(name, member.replace(rate, rate.replace(b"5", b"7")))
    with runs.open_folder(tmp_path, FLAGS, cell()) as folder:
        assert folder.get(JOB) is None
    assert list(damaged(tmp_path)) == [file.name]
