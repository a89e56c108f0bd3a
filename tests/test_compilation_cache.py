"""Compiled programs on disk: kept, used, and no trouble where that cannot be."""

import os
import sys
import time

import pytest

from nsculpt import compilation_cache
from tests import launching

# Says how many programs were loaded and how many compiled and kept, and a number they give.
CODE = """
import logging, sys
logging.basicConfig(format="%(message)s", level=logging.INFO)
logging.getLogger("jax").setLevel(logging.WARNING)
from nsculpt import compilation_cache
compilation_cache.turn_on(*sys.argv[1:])
import jax
from jax import monitoring
hits = []
monitoring.register_event_listener(lambda name, **_: hits.append(name))
print(float(jax.jit(lambda x: x * 3 + 1)(2.0)))
print(sum(name.endswith("/cache_hits") for name in hits))
"""


def run(folder, **environment):
    done = launching.python(CODE, folder, **environment)
    assert done.returncode == 0, done.stderr
    number, hits = done.stdout.split()
    assert float(number) == 7
    return int(hits), done.stderr


def test_a_second_process_uses_what_the_first_compiled(tmp_path):
    assert run(tmp_path / "new" / "folder")[0] == 0
    assert run(tmp_path / "new" / "folder")[0] >= 1


@pytest.mark.parametrize(
    "damage",
    ["flipped", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("truncated", "empty"))],
)
def test_a_damaged_cache_is_compiled_anew(tmp_path, damage):
    run(tmp_path)
    for file in tmp_path.glob("*-cache"):
        content = bytearray(file.read_bytes())
        if damage == "flipped":
            content[len(content) // 2] ^= 1
        file.write_bytes(
            {"truncated": content[: len(content) // 2], "flipped": content, "empty": b""}[damage]
        )
    hits, said = run(tmp_path)
    assert hits == 0
    assert "Traceback" not in said


def test_a_folder_that_cannot_be_is_no_fault(tmp_path):
    (tmp_path / "file").write_text("")
    hits, said = run(tmp_path / "file" / "programs")
    assert hits == 0
    assert "compiled programs are not kept" in said
    assert str(tmp_path / "file") in said


def test_a_cache_that_jax_was_told_of_stays(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "jit_of_mine-cache").write_bytes(
        b"without a time, as jax itself leaves it"
    )
    run(tmp_path / "ours", JAX_COMPILATION_CACHE_DIR=str(tmp_path / "theirs"))
    assert not (tmp_path / "ours").exists()
    assert (tmp_path / "theirs" / "jit_of_mine-cache").exists()


def test_an_entry_that_was_cut_off_is_removed(tmp_path):
    """Jax writes it in place, then a file with its time; a process may be killed in between."""
    names = ["jit_f-0123-cache", ".a.traced.17.tmp", "b.traced"]
    for name in names:
        (tmp_path / name).write_bytes(b"half of")
    run(tmp_path)
    assert all((tmp_path / name).exists() for name in names)  # somebody may be writing it now
    for name in names:
        os.utime(tmp_path / name, (1, time.time() - 7200))
    _, said = run(tmp_path)
    # A traced program is whole or damaged, and stays until it was not used for a month.
    assert [name for name in names if (tmp_path / name).exists()] == ["b.traced"]
    assert "rror" not in said
    os.utime(tmp_path / "b.traced", (1, time.time() - 31 * 86400))
    run(tmp_path)
    assert not (tmp_path / "b.traced").exists()


TRACED = """
import sys, numpy as np, jax
from nsculpt import compilation_cache
compilation_cache.turn_on(sys.argv[1])
traces = []
def function(x, pair):
    traces.append(1)
    return {"sum": x + pair[0] * int(sys.argv[2])}, [pair[1]]
arguments = (np.float32(1), [np.float32(2), np.arange(3)])
described = {"factor": int(sys.argv[2])} if sys.argv[2] != "5" else None
program = compilation_cache.compiled(function, arguments, described)
found, (same,) = program(*arguments)
print(len(traces), float(found["sum"]), same.tolist())
"""


def traced(folder, factor):
    done = launching.python(TRACED, folder, factor)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_what_was_traced_is_not_traced_again(tmp_path):
    assert traced(tmp_path, 3) == "1 7.0 [0, 1, 2]"
    assert traced(tmp_path, 3) == "0 7.0 [0, 1, 2]"
    assert traced(tmp_path, 4) == "1 9.0 [0, 1, 2]"  # something else
    (first, *_) = files = sorted(tmp_path.glob("*.traced"))
    assert len(files) == 2
    for file in files:
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    assert traced(tmp_path, 3) == "1 7.0 [0, 1, 2]"  # damaged: traced and written anew
    assert traced(tmp_path, 3) == "0 7.0 [0, 1, 2]"
    assert first.exists()


def test_what_cannot_be_described_is_always_traced(tmp_path):
    assert traced(tmp_path, 5) == traced(tmp_path, 5) == "1 11.0 [0, 1, 2]"
    assert not list(tmp_path.glob("*.traced"))


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the variable is not heard")
def test_it_lies_in_the_users_cache_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", os.fspath(tmp_path))
    folder = compilation_cache.default_folder()
    assert folder.is_relative_to(tmp_path / "nsculpt")
    assert folder == compilation_cache.default_folder()
