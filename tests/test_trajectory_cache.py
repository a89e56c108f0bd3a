"""Trajectories of a run folder, and analyses that are kept: used only where they are theirs."""

import json
import os
import shutil
import zlib

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from nsculpt import analysis, networks, runs, trajectory
from nsculpt.report import trajectories, trajectory_cache
from tests import bad_input, finished_cell, test_trajectory_file


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    found = {0: finished_cell.RIGHT, 1: finished_cell.MIXED, 2: None, 5: finished_cell.NO_PATH}
    path = tmp_path_factory.mktemp("finished") / "run"
    return finished_cell.write(path, found, unit_steps=[5], edge_steps=[0.5])


@pytest.fixture
def folder(finished, tmp_path):
    return shutil.copytree(finished, tmp_path / "run")


def test_the_trajectories_of_a_folder(folder):
    found = trajectories.of_run(folder)
    assert list(found) == [0, 1, 5]  # nothing was accepted of seed 2
    assert [each.steps[-1].num_modules for each in found.values()] == [2, 1, 0]
    assert [each.steps[0].num_modules for each in found.values()] == [1, 1, 1]
    assert networks.load_network(folder).edges[0].sum() == 4  # a run folder as before


def test_a_folder_of_two_runs_is_refused(folder):
    summary = json.loads((folder / "summary.json").read_text())
    for name, value in (("edge_step", 2.5), ("alive_edges", 7), ("unit_step", [])):
        changed = json.loads(json.dumps(summary))
        changed["selected"][0][name] = value
        runs.write_json(folder / "summary.json", changed)
        message = bad_input.message_of(trajectories.of_run, folder)
        assert message.startswith(f"{folder / 'trajectories.npz'}: is not of the networks that sum")
    for selected in (None, {}, [], ["x"]):
        runs.write_json(folder / "summary.json", summary | {"selected": selected})
        assert "is not of the networks" in bad_input.message_of(trajectories.of_run, folder)
    runs.write_json(folder / "summary.json", summary | {"input_names": ["a"]})
    assert "summary.json: input_names: expected 4 diff" in bad_input.message_of(
        trajectories.of_run, folder
    )


def resigned(path, change):
    """Writes the cache anew with one field of every analysis changed, as if kept so."""
    kept = json.loads(zlib.decompress(path.read_bytes()[64:]))
    for each in kept.values():
        each.update(change)
    path.write_bytes(trajectory_cache.encode(kept))


def permutations(folder):
    found = trajectories.of_run(folder).values()
    return {step.analysis.num_permutations for each in found for step in each.steps
            if step.analysis}  # fmt: skip


def test_what_is_kept_is_used(folder):
    cache = folder / "trajectories.cache"
    assert 99 not in permutations(folder)
    content = cache.read_bytes()
    permutations(folder)
    assert cache.read_bytes() == content
    resigned(cache, {"num_permutations": 99})
    assert permutations(folder) == {99}


def test_what_is_kept_of_other_settings_is_not_used(folder):
    cache = folder / "trajectories.cache"
    permutations(folder)
    resigned(cache, {"num_permutations": 99})
    summary = json.loads((folder / "summary.json").read_text())
    for name, value in (("path_length", 1), ("merge_threshold", 0.8), ("modularity_threshold", 0)):
        changed = {**summary, "settings": {**summary["settings"], name: value}}
        runs.write_json(folder / "summary.json", changed)
        assert 99 not in permutations(folder)
        found = next(iter(trajectories.of_run(folder).values()))
        assert getattr(found.steps[0].analysis, name) == value


def test_what_another_version_kept_is_not_used(folder, tmp_path, monkeypatch):
    permutations(folder)
    resigned(folder / "trajectories.cache", {"num_permutations": 99})
    # A package of another text: a folder with the same files and one more.
    other = tmp_path / "analysis"
    shutil.copytree(analysis.__path__[0], other)
    (other / "more.py").write_text("# More.\n")
    monkeypatch.setattr(analysis, "__path__", [str(other)])
    assert 99 not in permutations(folder)


def test_what_is_kept_of_other_edges_is_not_used(tmp_path):
    given = {"path_length": 1}
    joined, apart = [np.ones((2, 2), bool)], [np.eye(2, dtype=bool)]
    cache = trajectory_cache.Cache(tmp_path / "kept", {}, given)
    assert len(cache.analyse(joined).hierarchy) == 1
    cache.save()
    again = trajectory_cache.Cache(tmp_path / "kept", {}, given)
    assert len(again.analyse(apart).hierarchy) == 2
    # Edges that lead nowhere are no difference.
    deep = [np.ones((2, 3), bool), np.array([[1], [1], [0]], bool)]
    first = again.analyse(deep)
    deep[0][:, 2] = False
    second = again.analyse(deep)
    assert second.to_json() == first.to_json()
    again.save()  # and lets go of what was not asked for
    kept = json.loads(zlib.decompress((tmp_path / "kept").read_bytes()[64:]))
    assert len(kept) == 2
    assert again.analyse([np.zeros((2, 2), bool)]) is None


def test_a_damaged_cache_is_made_anew(folder):
    cache = folder / "trajectories.cache"
    before = permutations(folder)
    whole = cache.read_bytes()
    for place in (0, 63, 64, 70, len(whole) // 2, len(whole) - 1):
        changed = bytearray(whole)
        changed[place] ^= 1
        cache.write_bytes(changed)
        assert permutations(folder) == before
        assert cache.read_bytes() == whole
    for content in (b"", b"x", whole[:64], whole[:100], trajectory_cache.encode([1])):
        cache.write_bytes(content)
        assert permutations(folder) == before
        assert cache.read_bytes() == whole


def test_analyses_of_another_form_are_made_anew(folder):
    """As nobody writes them, though signed as they ought to be."""
    cache = folder / "trajectories.cache"
    before = permutations(folder)
    whole = cache.read_bytes()
    for change in (
        {"modules": [[0]]}, {"modules": None}, {"clusters": "x"}, {"settings": {}},
        {"alternatives": [{}]}, {"tied_layers": None}, {"modules": [["a"]]},
        {"num_permutations": "x"},
    ):  # fmt: skip
        resigned(cache, change)
        assert permutations(folder) == before, change
        assert cache.read_bytes() == whole


def test_a_cache_that_cannot_be_read_or_written_is_no_fault(folder):
    cache = folder / "trajectories.cache"
    cache.unlink()
    cache.mkdir()
    before = permutations(folder)
    assert list(cache.iterdir()) == []
    cache.rmdir()
    os.mkfifo(cache)
    assert permutations(folder) == before
    assert cache.is_file()  # a pipe gives way
    names = {each.name for each in folder.iterdir()}
    assert not any(name.endswith(".tmp") for name in names)


@hypothesis.settings(max_examples=40, deadline=None)
@hypothesis.given(st.data())
def test_an_analysis_comes_back_as_it_was(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("kept") / "kept"
    sizes = data.draw(test_trajectory_file.SIZES)
    found = data.draw(test_trajectory_file.histories(0, sizes))
    names = {"input_names": tuple("abcd")[: sizes[0]], "output_names": tuple("wxyz")[: sizes[-1]]}
    settings = {"path_length": data.draw(st.integers(1, 4)), "merge_threshold": 0.4}
    direct = trajectory.trace(found, trajectory.analyser(**settings, **names))
    for _ in range(2):
        cache = trajectory_cache.Cache(path, names, settings)
        kept = trajectory.trace(found, cache.analyse)
        cache.save()
        for one, other in zip(kept.steps, direct.steps, strict=True):
            assert (one.analysis is None) == (other.analysis is None)
            if one.analysis is not None:
                assert one.analysis.to_json() == other.analysis.to_json()
            assert (one.numbers, one.events) == (other.numbers, other.events)
