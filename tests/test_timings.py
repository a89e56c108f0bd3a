"""Times of a run folder: they add up, and damage loses no more than the times."""

import json

import pytest

from nsculpt import timings


def test_times_add_up_over_commands(tmp_path):
    path = tmp_path / "timings.json"
    timings.add(path, {"sculpting_s": 2.0, "rounds": 10})
    timings.add(path, {"sculpting_s": 0.5, "rounds": 5, "drawings_s": 1.0})
    assert json.loads(path.read_text()) == {"sculpting_s": 2.5, "rounds": 15, "drawings_s": 1.0}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b'{"sculpting_s": "long"}'])
def test_damaged_times_begin_anew(tmp_path, content):
    path = tmp_path / "timings.json"
    path.write_bytes(content)
    assert timings.read(path) == {}
    timings.add(path, {"sculpting_s": 2.0})
    assert timings.read(path) == {"sculpting_s": 2.0}
