"""trajectories.npz and what is kept of its analyses: written whole, read with care."""

import dataclasses
import itertools
import json
import os
import shutil
import tracemalloc
import zlib

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

import nsculpt
from nsculpt import analysis, errors, networks, runs, trajectory
from nsculpt.report import trajectories, trajectory_cache, trajectory_file
from nsculpt.sculpting import jobs
from tests import bad_input, finished_cell

SIZES = st.lists(st.integers(1, 4), min_size=2, max_size=4)


@st.composite
def histories(draw, seed, sizes):
    """What may come of a pruning; some rounds take no edge."""
    rounds = np.zeros(draw(st.integers(1, 6)), jobs.ROUND)
    rounds["phase"][1:] = sorted(draw(st.integers(1, 2)) for _ in rounds[1:])
    rounds["accepted"] = [draw(st.booleans()) for _ in rounds]
    rounds["wrong_bits"] = [draw(st.integers(0, 40)) for _ in rounds]
    rounds["target"] = draw(st.floats(0, 100))
    taking = [0, *np.flatnonzero(rounds["accepted"][1:]) + 1]
    removed_at = [
        np.array([[draw(st.sampled_from(taking)) for _ in range(out)] for _ in range(into)], "i2")
        for into, out in itertools.pairwise(sizes)
    ]
    found = trajectory.History(seed, 5.0, 0.5, 40, removed_at, rounds)
    for row in range(len(rounds)):
        # Of a rejected round the pruned network, which is not kept, has any number.
        rounds["alive_edges"][row] = sum(int(mask.sum()) for mask in found.edges(row))
    return found


def same(found, expected):
    for one, other in zip(found, expected, strict=True):
        for name in ("seed", "unit_step", "edge_step", "num_bits"):
            assert getattr(one, name) == getattr(other, name)
        assert one.rounds.dtype == other.rounds.dtype
        assert one.rounds.tobytes() == other.rounds.tobytes()
        for found_array, array in zip(one.removed_at, other.removed_at, strict=True):
            assert found_array.dtype == array.dtype
            assert found_array.tolist() == array.tolist()


@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(st.data())
def test_nothing_is_lost(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("file") / "trajectories.npz"
    seeds = data.draw(st.lists(st.integers(0, 2**31 - 1), max_size=3, unique=True))
    sizes = data.draw(SIZES)
    given = [data.draw(histories(seed, sizes)) for seed in seeds]
    trajectory_file.write(path, given)
    same(trajectory_file.read(path), given)
    written = path.read_bytes()
    trajectory_file.write(path, iter(given))
    assert path.read_bytes() == written
    with np.load(path) as found:  # as anybody reads it
        assert found["seed"].tolist() == seeds
        for each in given:
            assert found[f"seed_{each.seed}_removed_at_0"].tolist() == each.removed_at[0].tolist()


def history(seed=0):
    """2 inputs, 2 hidden units, 1 output: row 2 takes what row 1 was refused."""
    rounds = np.zeros(3, jobs.ROUND)
    rounds["phase"], rounds["accepted"] = [0, 1, 2], [True, False, True]
    rounds["alive_edges"], rounds["wrong_bits"] = [6, 3, 4], [0, 2, 0]
    removed_at = [np.array([[0, 2], [0, 0]], np.int16), np.array([[0], [2]], np.int16)]
    return trajectory.History(seed, 5.0, 2.5, 4, removed_at, rounds)


def arrays_of(*given):
    columns = {name: [getattr(each, name) for each in given] for name in
               ("seed", "unit_step", "edge_step", "num_bits")}  # fmt: skip
    found = {name: np.array(column) for name, column in columns.items()}
    for each in given:
        found[f"seed_{each.seed}_rounds"] = each.rounds
        for layer, removed in enumerate(each.removed_at):
            found[f"seed_{each.seed}_removed_at_{layer}"] = removed
    return found


def rounds_with(**fields):
    rounds = history().rounds.copy()
    for name, values in fields.items():
        rounds[name] = values
    return rounds


def without(name):
    rounds = history().rounds
    return rounds[[field for field in rounds.dtype.names if field != name]]


LOWER = history().removed_at[0]


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("seed", None, "no array seed"),
        ("num_bits", None, "no array num_bits"),
        ("seed_0_rounds", None, "no array seed_0_rounds"),
        ("seed_0_removed_at_0", None, "no array seed_0_removed_at_0"),
        ("seed", [0, 0], "seed, unit_step, edge_step, num_bits: expected as many values in each"),
        ("seed", [7], "no array seed_7_rounds"),
        ("seed", [-1], "expected a seed, two percents above 0, a number; got (-1, 5.0, 2.5, 4)"),
        ("seed", [0.5], "seed: expected one number a seed; got float64 [1]"),
        ("seed", 0, "seed: expected one number a seed; got int64 []"),
        ("unit_step", [np.nan], "expected a seed, two percents above 0, a number; got (0, nan,"),
        ("edge_step", [0.0], "expected a seed, two percents above 0, a number"),
        ("num_bits", [0], "expected a seed, two percents above 0, a number"),
        ("num_bits", [1], "seed_0_rounds: wrong_bits: expected 0 to 1; got 0 to 2"),
        ("seed_0_removed_at_0", LOWER.astype("i4"), "seed_0_removed_at_0: expected int16; got int"),
        ("seed_0_removed_at_0", LOWER[0], "seed_0_removed_at_0: expected a 2-D array [fan_in, fan"),
        ("seed_0_removed_at_0", LOWER[:0], "without empty axes; got shape [0, 2]"),
        ("seed_0_removed_at_0", LOWER + np.int16(2), "seed_0_rounds, 0 to 2; got 2 to 4"),
        ("seed_0_removed_at_0", -LOWER, "seed_0_rounds, 0 to 2; got -2 to 0"),
        ("seed_0_removed_at_0", LOWER // np.int16(2), "[1]: expected a round that takes edges to"),
        ("seed_0_removed_at_0", LOWER * 0, "[2]: alive_edges: expected 5, by removed_at; got 4"),
        ("seed_0_removed_at_1", LOWER[:1].copy(), "removed_at_1: expected fan_in 2, the fan_out"),
        ("seed_0_rounds", np.zeros(3), "seed_0_rounds: expected rounds with the fields phase, "),
        ("seed_0_rounds", history().rounds[:0], "expected rounds with the fields phase, target"),
        ("seed_0_rounds", history().rounds[None], "expected rounds with the fields phase, target"),
        ("seed_0_rounds", without("accepted"), "expected rounds with the fields phase, target"),
        ("seed_0_rounds", history().rounds.astype([(n, "f8") for n in jobs.ROUND.names]),
         "seed_0_rounds: phase: expected one number a round; got float64"),
        ("seed_0_rounds", rounds_with(phase=[1, 1, 2]), "phase: expected one dense round (0), the"),
        ("seed_0_rounds", rounds_with(phase=[0, 0, 2]), "phase: expected one dense round (0), the"),
        ("seed_0_rounds", rounds_with(phase=[0, 2, 1]), "phase: expected one dense round (0), the"),
        ("seed_0_rounds", rounds_with(phase=[0, 1, 3]), "phase: expected one dense round (0), the"),
        ("seed_0_rounds", rounds_with(wrong_bits=-1), "wrong_bits: expected 0 to 4; got -1 to -1"),
        ("seed_0_rounds", rounds_with(target=np.inf), "target: expected finite percents"),
        ("seed_0_rounds", rounds_with(alive_edges=[5, 3, 4]), "[0]: alive_edges: expected 6, by r"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_refused(tmp_path, name, value, expected):
    path = tmp_path / "trajectories.npz"
    found = arrays_of(history())
    if value is None:
        del found[name]
    else:
        found[name] = np.asarray(value)
    runs.write_bytes(path, runs.npz_bytes(found))
    message = bad_input.message_of(trajectory_file.read, path)
    assert message.startswith(f"{path}: ")
    assert expected in message


def test_each_seed_stands_once(tmp_path):
    path = tmp_path / "trajectories.npz"
    found = arrays_of(history(), history())
    runs.write_bytes(path, runs.npz_bytes(found))
    assert "seed: expected each seed once; got [0, 0]" in bad_input.message_of(
        trajectory_file.read, path
    )


def test_networks_of_one_shape(tmp_path):
    path = tmp_path / "trajectories.npz"
    other = dataclasses.replace(history(1), removed_at=[np.zeros((3, 2), np.int16)])
    other.rounds["alive_edges"] = 6
    trajectory_file.write(path, [history(), other])
    message = bad_input.message_of(trajectory_file.read, path)
    assert message == (
        f"{path}: seed_1_removed_at_0: expected layers of the sizes of seed 0, [2, 2], [2, 1]; "
        "got [3, 2]"
    )


def test_no_damage_goes_unseen(tmp_path):
    """A changed byte is noticed, or is one of those that say nothing, such as a date."""
    path = tmp_path / "trajectories.npz"
    trajectory_file.write(path, [history(), history(1)])
    whole, expected = path.read_bytes(), trajectory_file.read(path)
    messages = []
    for place in range(0, len(whole), 7):
        changed = bytearray(whole)
        changed[place] ^= 0x41
        path.write_bytes(changed)
        try:
            found = trajectory_file.read(path)
        except errors.InputError as error:
            messages.append(str(error))
        else:
            same(found, expected)
    assert len(messages) > len(whole) / 10
    assert all(text.isprintable() and text.startswith(f"{path}: ") for text in messages)
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        assert "expected trajectories.npz as a run writes it" in bad_input.message_of(
            trajectory_file.read, path
        )


def test_what_is_no_such_file_is_refused(tmp_path):
    def message(content=None):
        path = tmp_path / "trajectories.npz"
        if content is not None:
            path.write_bytes(content)
        return bad_input.message_of(trajectory_file.read, path)

    assert "cannot be read: No such file" in message()
    expected = "expected trajectories.npz as a run writes it"
    assert f"is empty; {expected}" in message(b"")
    assert f"unknown kind of file; {expected}" in message(b"some text, no archive")
    assert f"no array seed; {expected}" in message(runs.npz_bytes({"mask_0": np.eye(2)}))
    pickled = np.array([{}], dtype=object)
    assert "is a pickle, which can run code" in message(runs.npz_bytes({"seed": pickled}))
    (tmp_path / "trajectories.npz").unlink()
    os.mkfifo(tmp_path / "trajectories.npz")
    assert f"is no regular file; {expected}" in message()


def test_it_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "trajectories.npz"
    path.write_bytes(b"before")

    def given():
        yield history()
        raise RuntimeError("the record is lost")

    with pytest.raises(RuntimeError, match="lost"):
        trajectory_file.write(path, given())
    assert path.read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["trajectories.npz"]


def test_memory_holds_one_history_at_a_time(tmp_path):
    rounds = np.zeros(2, jobs.ROUND)

    def large(seed):
        removed_at = [np.zeros((500, 500), np.int16), np.zeros((500, 1), np.int16)]  # 0.5 MB
        return trajectory.History(seed, 5.0, 2.5, 4, removed_at, rounds)

    tracemalloc.start()
    trajectory_file.write(tmp_path / "trajectories.npz", map(large, range(20)))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 3e6


def test_it_is_not_taken_for_networks(tmp_path):
    path = tmp_path / "trajectories.npz"
    trajectory_file.write(path, [history()])
    message = bad_input.message_of(networks.load_network, path)
    assert message == (
        f"{path}: says when edges went, and holds no networks; expected the run folder or its "
        "networks.npz"
    )
    assert "says when edges went" in bad_input.message_of(nsculpt.analyze, path)


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
    sizes = data.draw(SIZES)
    found = data.draw(histories(0, sizes))
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
