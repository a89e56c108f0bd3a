"""trajectories.npz: written whole, read with care."""

import dataclasses
import itertools
import os
import tracemalloc

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

import nsculpt
from nsculpt import errors, networks, runs, trajectory
from nsculpt.report import trajectory_file
from nsculpt.sculpting import jobs
from tests import bad_input

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
