"""Networks in little memory, and the file that is written of them."""

import dataclasses
import tracemalloc

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nsculpt import networks, packed
from nsculpt.report import network_file
from nsculpt.sculpting import jobs

SHAPES = ((3, 4), (4, 2))


@st.composite
def records(draw):
    """A record; edges that are alive may have the weight 0."""
    masks = [draw(hnp.arrays(bool, shape)) for shape in SHAPES]
    weights = st.sampled_from([0.0, -0.0, 1.5, -2.25])
    rounds = np.zeros(draw(st.integers(1, 3)), jobs.ROUND)
    rounds["wrong_bits"] = np.arange(5, 5 + len(rounds))
    rounds["accepted"] = draw(st.booleans())
    return jobs.Record(
        [np.where(mask, draw(hnp.arrays("f4", mask.shape, elements=weights)), 0) for mask in masks],
        [draw(hnp.arrays("f4", shape[1], elements=weights)) for shape in SHAPES],
        [np.where(mask, 0, 1).astype(np.int16) for mask in masks],
        rounds,
        draw(st.sampled_from([jobs.ACCEPTED, jobs.NOTHING_ACCEPTED])),
    )


def assert_same(found, expected):
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == other.dtype
        assert one.tobytes() == other.tobytes()  # the sign of zero too


@hypothesis.settings(max_examples=50, deadline=None)
@hypothesis.given(st.lists(records(), min_size=1, max_size=3))
def test_nothing_is_lost(given):
    by_job = {jobs.Job(seed): record for seed, record in enumerate(given)}
    found = packed.pack(by_job)
    assert list(found) == list(by_job)
    for job, record in by_job.items():
        network = found[job]
        assert_same(network.masks, record.edges)
        assert_same(network.kernels, record.kernels)
        assert_same(network.biases, record.biases)
        assert (network.status, network.num_rounds) == (record.status, len(record.rounds))
        assert (network.alive_edges, network.wrong_bits) == (record.alive_edges, record.wrong_bits)
        assert network.dense_wrong_bits == 5


def whole(num_alive, rng, width=100, seed_bias=0.0):
    masks = [np.zeros((width, width), bool) for _ in range(2)]
    for mask in masks:
        mask.ravel()[rng.choice(width * width, num_alive, replace=False)] = True
    rounds = np.zeros(1, jobs.ROUND)
    rounds["accepted"] = True
    return jobs.Record(
        [np.where(mask, rng.normal(size=mask.shape), 0).astype(np.float32) for mask in masks],
        [np.full(width, seed_bias, np.float32) for _ in masks],
        [np.where(mask, 0, 1).astype(np.int16) for mask in masks],
        rounds,
        jobs.ACCEPTED,
    )


def test_equal_layers_are_kept_once():
    rng = np.random.default_rng(0)
    one, other = whole(10, rng), whole(10, rng)
    mixed = jobs.Record(
        [one.kernels[0].copy(), other.kernels[1]], one.biases, [one.removed_at[0],
        other.removed_at[1]], one.rounds, one.status,
    )  # fmt: skip
    found = list(packed.pack(dict(zip(map(jobs.Job, range(3)), (one, other, mixed), strict=True)))
                 .values())  # fmt: skip
    assert found[2].layers[0] is found[0].layers[0]
    assert found[2].layers[1] is found[1].layers[1]
    assert found[0].layers[0] is not found[1].layers[0]


@pytest.fixture
def grid():
    rng = np.random.default_rng(1)
    wanted = jobs.grid([0, 1], [5000], [500, 2500, 1000])
    return {job: whole(10 + place, rng) for place, job in enumerate(wanted)}


def test_the_file_is_what_numpy_reads(grid, tmp_path):
    selected = {jobs.Job(0, 5000, 2500), None}
    network_file.write(tmp_path / "networks.npz", packed.pack(grid), selected, (100, 100, 100))
    expected = {
        "seed": np.array([0, 0, 0, 1, 1, 1]),
        "unit_step": np.full(6, 5.0),
        "edge_step": np.array([0.5, 2.5, 1.0, 0.5, 2.5, 1.0]),
        "alive_edges": np.array([20, 22, 24, 26, 28, 30]),
        "selected": np.array([False, True, False, False, False, False]),
    }
    for layer in range(2):
        every = list(grid.values())
        expected[f"kernel_{layer}"] = np.stack([each.kernels[layer] for each in every])
        expected[f"bias_{layer}"] = np.stack([each.biases[layer] for each in every])
        expected[f"mask_{layer}"] = np.stack([each.edges[layer] for each in every])
    with np.load(tmp_path / "networks.npz") as found:
        assert found.files == list(expected)
        for name, array in expected.items():
            assert found[name].dtype == array.dtype
            assert np.array_equal(found[name], array)
    again = tmp_path / "again.npz"
    network_file.write(again, packed.pack(dict(grid)), selected, (100, 100, 100))
    assert again.read_bytes() == (tmp_path / "networks.npz").read_bytes()


def test_memory_holds_one_network_at_a_time(tmp_path):
    rng = np.random.default_rng(2)
    wanted = jobs.grid(range(60), [5000], [500])
    small = packed.pack({job: whole(20, rng, width=200) for job in wanted})
    path = tmp_path / "networks.npz"
    tracemalloc.start()
    network_file.write(path, small, set(wanted), (200, 200, 200))
    _, written = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    found = networks.load_network(path, seed=31)
    _, read = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert_same(found.edges, small[wanted[31]].masks)
    # A kernel is 160 kB and a mask 40 kB; all of them are 24 MB. Reading is a megabyte at a time.
    assert written < 1.5e6
    assert read < 6e6


def test_what_fails_in_the_midst_leaves_the_file_that_was_there(grid, tmp_path):
    path = tmp_path / "networks.npz"
    path.write_bytes(b"before")
    found = packed.pack(grid)
    *_, last = found
    found[last] = dataclasses.replace(found[last], layers=())
    with pytest.raises(IndexError):
        network_file.write(path, found, set(), (100, 100, 100))
    assert path.read_bytes() == b"before"
    assert [each.name for each in tmp_path.iterdir()] == ["networks.npz"]
