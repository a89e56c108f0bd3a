"""Whatever ends a run, the same command goes on to the same bytes, and nothing is done twice.

Real processes, real signals, real limits; each test compares with one unbroken run.
"""

import contextlib
import hashlib
import json
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from nsculpt import timings
from nsculpt.sculpting import jobs, pruning
from tests import launching
from tests.test_launch import contents

# Long enough between its first and its last job to be killed there.
SWEEP = [
    "--task=input_separable",
    "--hidden=8",
    "--seeds=0,1",
    "--unit_steps=20,40",
    "--edge_steps=4,8",
    "--epochs=200",
    "--learning_rate=0.1",
]
NUM_JOBS = 2 + 4 + 8
KEPT = "finished jobs are kept, and the same command continues"
# Runs what follows its first argument, a limit in bytes, with no file allowed to be larger.
LIMITED = (
    "import os, resource, sys\n"
    "limit = int(sys.argv[1])\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))\n"
    "os.execv(sys.executable, [sys.executable, *sys.argv[2:]])\n"
)


def start(*arguments):
    return subprocess.Popen(
        launching.command("main", *arguments),
        cwd=launching.ROOT, env=launching.ENVIRONMENT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def launch(folder, *arguments):
    done = launching.launch("main", *SWEEP, f"--out_dir={folder}", *arguments)
    assert done.returncode == 0, done.stderr
    return done


def job_files(folder):
    return sorted((folder / "jobs").glob("*.npz"))


def states(folder):
    """Finished jobs: which file it is, when it was written, what it holds."""
    return {
        path: (path.stat().st_ino, path.stat().st_mtime_ns, path.read_bytes())
        for path in job_files(folder)
    }


def check_continues(folder, unbroken):
    """The same command does what is missing, nothing else, and ends as the unbroken run did."""
    before = states(folder)
    launch(folder)
    after = states(folder)
    assert {path: after[path] for path in before} == before
    assert contents(folder) == contents(unbroken)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("unbroken") / "run"
    launch(folder)
    assert len(job_files(folder)) == NUM_JOBS
    return folder


def stop(folder, fraction, unbroken, signum=signal.SIGKILL):
    """Runs the sweep, stops it between its first new job and its last; returns how it ended."""
    times = sorted(path.stat().st_mtime for path in job_files(unbroken))
    before = states(folder)
    with start(*SWEEP, f"--out_dir={folder}") as process:
        while len(job_files(folder)) == len(before):
            assert process.poll() is None, process.stderr.read()
            time.sleep(0.002)
        time.sleep(fraction * (times[-1] - times[0]))
        process.send_signal(signum)
        _, err = process.communicate()
    after = states(folder)
    assert {path: after[path] for path in before} == before
    return process.returncode, err


def kill_in_the_midst(folder, fraction, unbroken):
    stop(folder, fraction, unbroken)
    while len(job_files(folder)) == NUM_JOBS:  # it was faster than the unbroken run
        shutil.rmtree(folder)
        fraction *= 0.7
        stop(folder, fraction, unbroken)
    assert not (folder / "summary.json").exists()


def test_killed_and_interrupted_and_killed_it_is_the_unbroken_run(unbroken, tmp_path):
    folder = tmp_path / "run"
    kill_in_the_midst(folder, 0.1, unbroken)
    status, err = stop(folder, 0.1, unbroken, signal.SIGINT)
    assert "Traceback" not in err
    if not (folder / "summary.json").exists():  # else it was done before it heard
        assert status == 130
        assert err.endswith(f"python -m launch.main: interrupted; {KEPT}\n")
    if len(job_files(folder)) < NUM_JOBS:
        stop(folder, 0.05, unbroken)
    check_continues(folder, unbroken)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(20))
def test_killed_and_continued_it_is_the_unbroken_run(unbroken, tmp_path, number):
    kill_in_the_midst(tmp_path / "run", random.Random(number).random(), unbroken)
    check_continues(tmp_path / "run", unbroken)


def wait_for_handlers(process):
    """Until the launcher, which is still importing, hears SIGTERM (Python alone does not)."""
    status = pathlib.Path(f"/proc/{process.pid}/status")
    while True:
        caught = next(line for line in status.read_text().splitlines() if "SigCgt" in line)
        if int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        assert process.poll() is None


@pytest.mark.skipif(not pathlib.Path("/proc/self/status").exists(), reason="no /proc here")
@pytest.mark.parametrize(
    ("signum", "seconds"),
    [(signal.SIGINT, 0), (signal.SIGTERM, 0.05), (signal.SIGINT, 0.3), (signal.SIGINT, 0.8)],
)
def test_an_interruption_during_imports_is_one_line(tmp_path, signum, seconds):
    """Of numpy and networkx first, then of jax."""
    with start("--task=input_separable", f"--out_dir={tmp_path / 'run'}") as process:
        wait_for_handlers(process)
        time.sleep(seconds)
        process.send_signal(signum)
        out, err = process.communicate()
    assert process.returncode == 130
    assert out == ""
    assert err == f"python -m launch.main: interrupted; {KEPT}\n"


# One chain of some 15 rounds of tenths of a second.
CHAIN = [
    "--task=input_separable",
    "--hidden=8",
    "--seeds=0",
    "--unit_steps=40",
    "--edge_steps=8",
    "--epochs=1500",
    "--learning_rate=0.1",
]
# The launcher, with a checkpoint after each round.
EACH_ROUND = (
    "import functools, sys\n"
    "from launch import main\n"
    "from nsculpt.sculpting import sweep\n"
    "sweep.run = functools.partial(sweep.run, checkpoint_s=0)\n"
    "main.main(sys.argv[1:])\n"
)


def checkpoint(folder):
    """The rounds of the only checkpoint of a folder; none while there is no such file."""
    for path in (folder / "jobs").glob("*.checkpoint"):
        with contextlib.suppress(FileNotFoundError), np.load(path) as arrays:  # it may go meanwhile
            return arrays["rounds"]
    return np.zeros(0, jobs.ROUND)


def kill_in_a_round(folder, arguments, num_rounds):
    """Kills a run within a round, once its edge job has a checkpoint of so many."""
    command = [sys.executable, "-c", EACH_ROUND, *arguments, f"--out_dir={folder}"]
    with subprocess.Popen(command, cwd=launching.ROOT, env=launching.ENVIRONMENT) as process:
        while (checkpoint(folder)["phase"] == pruning.EDGE).sum() < num_rounds:
            assert process.poll() is None
            time.sleep(0.002)
        time.sleep(0.02)  # into the next round
        process.kill()
    assert not (folder / "summary.json").exists()


def check_goes_on_within_a_job(folder, arguments, unbroken):
    """Kills it twice in its edge job; then it does what is left of that job, and no more."""
    for num_rounds in (1, 4):
        kill_in_a_round(folder, arguments, num_rounds)
    left = checkpoint(folder)
    (unfinished,) = {path.stem for path in job_files(unbroken)} - {
        path.stem for path in job_files(folder)
    }
    assert [path.stem for path in (folder / "jobs").glob("*.checkpoint")] == [unfinished]
    done = launching.launch("main", *arguments, f"--out_dir={folder}")
    assert done.returncode == 0, done.stderr
    assert not list((folder / "jobs").glob("*.checkpoint"))
    with np.load(unbroken / "jobs" / f"{unfinished}.npz") as arrays:
        rounds = arrays["rounds"]
    assert left.tobytes() == rounds[: len(left)].tobytes()
    assert timings.read(folder / "timings.json")["rounds"] == len(rounds) - len(left)
    assert timings.read(unbroken / "timings.json")["rounds"] == len(rounds)


@pytest.mark.slow
def test_killed_in_a_round_it_goes_on_from_the_round_before(tmp_path):
    done = launching.launch("main", *CHAIN, f"--out_dir={tmp_path / 'unbroken'}")
    assert done.returncode == 0, done.stderr
    check_goes_on_within_a_job(tmp_path / "run", CHAIN, tmp_path / "unbroken")
    assert contents(tmp_path / "run") == contents(tmp_path / "unbroken")


DIGITS = launching.ROOT / "launch" / "flagfiles" / "mnist_two_digits_small.flags"


@pytest.mark.slow
def test_digits_killed_in_a_round_go_on_from_the_round_before(mnist_dir, tmp_path):
    arguments = [
        f"--flagfile={DIGITS}",
        f"--mnist_dir={mnist_dir}",
        "--seeds=0",
        "--unit_steps=20",
        "--edge_steps=5",
        "--samples_per_pair=20",
        "--batch_size=64",  # small, and a high rate, so that little training does
        "--learning_rate=0.002",
        "--epochs=12",
    ]
    done = launching.launch("main", *arguments, f"--out_dir={tmp_path / 'unbroken'}")
    assert done.returncode == 0, done.stderr
    check_goes_on_within_a_job(tmp_path / "run", arguments, tmp_path / "unbroken")
    for name in ("summary.json", "networks.npz"):
        digests = [
            hashlib.sha256((tmp_path / run / name).read_bytes()).hexdigest()
            for run in ("unbroken", "run")
        ]
        assert digests[0] == digests[1]


def identity(path):
    with np.load(path) as arrays:
        return json.loads(str(arrays["identity"]))


def test_damaged_jobs_are_named_set_aside_and_done_again(unbroken, tmp_path):
    folder = tmp_path / "run"
    shutil.copytree(unbroken, folder)
    found = {path: identity(path) for path in job_files(folder)}
    edges = [path for path, each in found.items() if each["phase"] == "edge"]
    truncated, flipped, empty, foreign = edges[:4]
    parent = next(
        path for path, each in found.items()
        if each["phase"] == "unit"
        and all(each[name] == found[flipped][name] for name in ("seed", "unit_step"))
    )  # fmt: skip
    content = bytearray(flipped.read_bytes())
    content[1000] ^= 4
    for path, damage in (
        (truncated, truncated.read_bytes()[:1500]),
        (flipped, bytes(content)),
        (empty, b""),
        (foreign, edges[4].read_bytes()),
        (parent, parent.read_bytes() + b"\n"),
    ):
        path.write_bytes(damage)
    damaged = {path: path.read_bytes() for path in (truncated, flipped, empty, foreign, parent)}
    good = {path: state for path, state in states(folder).items() if path not in damaged}
    said = " ".join(launch(folder).stderr.split())
    for path, why in (
        (truncated, "not as it was written"),
        (flipped, "not as it was written"),
        (empty, "empty"),
        (foreign, "of another job"),
        (parent, "not as it was written"),
    ):
        aside = path.parent / "damaged" / path.name
        line = f"{path}: damaged ({why}): moved to {aside}, and its job is done again"
        assert said.count(line) == 1
        assert aside.read_bytes() == damaged[path]
    assert said.count("damaged (") == len(damaged)
    after = states(folder)
    assert {path: after[path] for path in good} == good
    shutil.rmtree(folder / "jobs" / "damaged")
    assert contents(folder) == contents(unbroken)


def check_full(done, folder, reason, unbroken):
    """One line that names the file; what was finished is there, and nothing half written."""
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    line = done.stderr.splitlines()[-1]
    name = line.removeprefix(f"python -m launch.main: {folder}/jobs/").partition(".npz: ")[0]
    assert line == f"python -m launch.main: {folder}/jobs/{name}.npz: {reason}; {KEPT}"
    assert len(name) == 64
    assert not (folder / "jobs" / f"{name}.npz").exists()
    assert 0 < len(job_files(folder)) < NUM_JOBS
    for path in job_files(folder):
        assert path.read_bytes() == (unbroken / "jobs" / path.name).read_bytes()
    left = {path.name for path in folder.rglob("*") if path.is_file()} - {"timings.json"}
    assert left == {".lock", "run.flags", *(path.name for path in job_files(folder))}


def test_a_file_that_may_not_grow_loses_nothing_finished(unbroken, tmp_path):
    folder = tmp_path / "run"
    limit = max(path.stat().st_size for path in job_files(unbroken)) - 1
    arguments = launching.command("main", *SWEEP, f"--out_dir={folder}")[1:]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), *arguments],
        cwd=launching.ROOT, env=launching.ENVIRONMENT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    check_full(done, folder, "File too large", unbroken)


@pytest.mark.slow
def test_a_full_disk_loses_nothing_finished(unbroken, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "nsculpt_test", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no small disk: this user may not mount a tmpfs")
    try:
        folder = disk / "run"
        done = launching.launch("main", *SWEEP, f"--out_dir={folder}")
        check_full(done, folder, "No space left on device", unbroken)
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        check_continues(folder, unbroken)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_shares_merge_into_the_unbroken_run(unbroken, tmp_path):
    folders = [tmp_path / "one", tmp_path / "two"]
    shares = [
        start(*SWEEP, f"--shard={i}/2", f"--out_dir={folder}")
        for i, folder in enumerate(folders, start=1)
    ]
    for i, (share, folder) in enumerate(zip(shares, folders, strict=True), start=1):
        said, err = share.communicate()
        assert share.returncode == 0, err
        assert said.startswith(f"Share {i} of 2 is done (4 of 8 prunings): {folder}/jobs/\n")
        assert f"cp -n OTHER_SHARE/jobs/*.npz {folder}/jobs/\n" in said
        assert f"--shard={i}/2\n" in (folder / "run.flags").read_text()
        names = sorted(path.name for path in folder.iterdir())
        assert names == [".lock", "jobs", "run.flags", "timings.json"]
    one, two = ({path.name: identity(path) for path in job_files(folder)} for folder in folders)
    assert all(one[name]["phase"] == "dense" for name in one.keys() & two.keys())
    assert len(one.keys() | two.keys()) == NUM_JOBS
    # As it was printed. Some versions of cp count a file that is there already as a failure.
    copy = f"cp -n {folders[1]}/jobs/*.npz {folders[0]}/jobs/"
    subprocess.run(copy, shell=True, check=False)
    check_continues(folders[0], unbroken)
    assert "--shard" not in (folders[0] / "run.flags").read_text()
