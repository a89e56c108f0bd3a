"""What a sculpting is said to need, against XLA's own account; and plans that do not fit."""

import dataclasses
import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

import nsculpt
from nsculpt import experiment, settings
from nsculpt.sculpting import memory, model, pruning, sweep
from nsculpt.tasks import task
from tests import bad_input


def cell_of(hidden, num_rows=4000, num_inputs=1568, input_noise=0.0):
    x, y = np.zeros((num_rows, num_inputs), np.float32), np.zeros((num_rows, 20), np.float32)
    source = task.ArraySource(x, y)
    names = [
        tuple(f"{letter}{i}" for i in range(n)) for letter, n in (("x", num_inputs), ("y", 20))
    ]
    made = task.Task("wide", source, source, *names, exact=False)
    given = {"batch_size": 512, "input_noise": input_noise}
    return experiment.make_cell(made, settings.resolve(made, hidden, **given))


@pytest.mark.parametrize(
    ("hidden", "input_noise"),
    [
        ((392, 392), 0),
        pytest.param((1568, 1568), 0, marks=pytest.mark.slow),
        pytest.param((64,), 0.1, marks=pytest.mark.slow),
    ],
)
def test_a_network_takes_about_what_is_said(hidden, input_noise):
    """XLA's figures for one lane, without what the host keeps beside it."""
    cell = cell_of(hidden, input_noise=input_noise)
    one_lane = pruning.make_round(
        model.MaskedMLP(cell.layer_sizes[1:]), 512, 1e-4, input_noise > 0, "gradient_activation",
        "magnitude",
    )  # fmt: skip
    shapes = list(itertools.pairwise(cell.layer_sizes))
    params = model.params_from(
        [jnp.zeros(shape) for shape in shapes], [jnp.zeros(width) for width in cell.layer_sizes[1:]]
    )
    order = pruning.Order(*[jnp.int32(0)] * 6)
    problem = cell.training.on(cell.task.train, cell.task.valid)
    found = (
        jax.jit(one_lane)
        .lower(problem, order, params, [jnp.ones(shape, bool) for shape in shapes])
        .compile()
        .memory_analysis()
    )
    data = sum(leaf.nbytes for leaf in jax.tree.leaves(problem))
    used = found.temp_size_in_bytes + found.output_size_in_bytes
    used += found.argument_size_in_bytes - data
    num_edges = sum(fan_in * fan_out for fan_in, fan_out in shapes)
    said = memory.needs(cell).network - 20 * num_edges
    assert used < said < 2 * used


def test_data_counts_once_on_either_side():
    cell = cell_of((8,), num_rows=1000, num_inputs=100)  # training and validation are one source
    assert memory.needs(cell).data == 2 * 1000 * (100 + 20) * 4


def test_noise_is_drawn_for_all_rows_of_an_epoch():
    still, noisy = (memory.needs(cell_of((8,), input_noise=noise)) for noise in (0, 0.1))
    assert noisy.network - still.network == 2 * 4000 * 1568 * 4
    assert noisy.data == still.data


def test_a_plan_that_cannot_fit(monkeypatch):
    cell = cell_of((392, 392))
    one = memory.needs(cell)
    free = one.of(3)
    monkeypatch.setattr(memory, "available", lambda: free)
    assert memory.lanes_that_fit(cell, 1, 3, asked=True) == 3
    assert memory.lanes_that_fit(cell, 1, 9, asked=False) == 3
    assert sweep.layout(cell, 100, None).num_lanes <= 3
    line = bad_input.message_of(memory.lanes_that_fit, cell, 1, 9, asked=True)
    assert line.startswith("lanes=9: so many networks at once need about ")
    assert line.endswith("expected lanes=3 or less")
    free = one.of(1) - 1
    line = bad_input.message_of(memory.lanes_that_fit, cell, 1, 9, asked=False)
    assert line.startswith(
        "hidden=392,392: 1568-392-392-20 needs about 0.8 GB of memory to train 1"
    )
    assert "expected fewer or narrower hidden layers" in line


def test_tiles_are_whole(monkeypatch):
    cell = experiment.make_cell(
        nsculpt.load_task("reused"), settings.resolve(nsculpt.load_task("reused"), (24, 24))
    )
    need = memory.needs(cell)
    monkeypatch.setattr(memory, "available", lambda: need.of(40))
    assert memory.lanes_that_fit(cell, 32, 96, asked=False) == 32


def test_there_is_some_memory():
    assert memory.available() > 10**7


def test_a_container_has_its_own_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    of_machine = memory.available()
    assert of_machine > 10**7
    (tmp_path / "memory.current").write_text("9000\n")
    (tmp_path / "memory.stat").write_text("anon 5000\ninactive_file 3000\nactive_file 500\n")
    (tmp_path / "memory.max").write_text("10000\n")
    assert memory.available() == 10_000 - 9000 + 3500
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.available() > 10**7


def test_a_text_in_fit_units():
    needs = memory.Needs(network=1, data=999_000_000)
    assert "1 MB a network" in str(needs)
    assert "1.0 GB of data" in str(needs)
    assert dataclasses.astuple(needs) == (1, 999_000_000)
