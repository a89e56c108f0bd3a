"""The round program of a tile: the only `vmap`, and the only crossing of host and device.

A tile is the unit of compilation (DESIGN 4.6): XLA compiles each batch width differently, and the
last bits differ with it. So a lane's bits depend on the tile's width, which is a constant of the
backend and the network's shape, and on nothing that its neighbours do.
"""

import dataclasses
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np

from nsculpt.sculpting import jobs, pruning, training
from nsculpt.sculpting import model as model_lib
from nsculpt.tasks import task as task_lib


@dataclasses.dataclass(frozen=True)
class Cell:
    """What all jobs of a sweep have in common."""

    task: task_lib.Task
    layer_sizes: tuple[int, ...]  # [I, H_1 ... H_D, O]
    training: training.Training
    acceptance: jobs.Acceptance
    unit_saliency: str
    edge_saliency: str
    plugin_sha256: str | None = None

    @property
    def num_edges(self) -> int:
        return sum(fan_in * fan_out for fan_in, fan_out in itertools.pairwise(self.layer_sizes))

    @property
    def tile(self) -> int:
        return tile_lanes(jax.default_backend(), self.num_edges)

    def identity(self, job: jobs.Job) -> dict[str, object]:
        """All that determines a job's bits; see `jobs.job_id`."""
        dense = {
            "task_sha256": self.task.sha256,
            "layer_sizes": list(self.layer_sizes),
            **dataclasses.asdict(self.training),
            "plugin_sha256": self.plugin_sha256,
            "tile": self.tile,
            "backend": jax.default_backend(),
            "jax_version": jax.__version__,
        }
        # Whether the dense network is accepted is recorded with it, so the rule matters there too.
        dense["accuracy_threshold"] = _text(self.acceptance.threshold)
        dense["accuracy_tolerance"] = _text(self.acceptance.tolerance)
        unit = {**dense, "unit_saliency": self.unit_saliency}
        edge = {**unit, "edge_saliency": self.edge_saliency}
        settings = {pruning.DENSE: dense, pruning.UNIT: unit, pruning.EDGE: edge}
        return jobs.identity(job, settings)


def _text(number: object) -> str | None:
    return None if number is None else str(number)


def tile_lanes(backend: str, num_edges: int) -> int:
    """Lanes of a tile: a constant of backend and shape, measured (see BUILD_NOTES)."""
    del backend
    if num_edges <= 10_000:
        return 32
    return 8 if num_edges <= 200_000 else 1


def compile_round(cell: Cell) -> Callable[[Sequence[jobs.Round]], list[jobs.Reply]]:
    """The round program of a tile, compiled; takes and gives host values, one a busy lane."""
    network = model_lib.MaskedMLP(cell.layer_sizes[1:])
    one_lane = pruning.make_round(
        network,
        cell.task.train,
        cell.task.valid,
        cell.training,
        cell.unit_saliency,
        cell.edge_saliency,
    )

    def to_device(rounds: Sequence[jobs.Round]) -> tuple[pruning.Order, Any, list[np.ndarray]]:
        lanes = [*rounds, *[rounds[0]] * (cell.tile - len(rounds))]  # fewer are padded to a tile
        order = pruning.Order(
            seed=np.array([each.job.seed for each in lanes], np.int32),
            unit_step=np.array([each.job.unit_step for each in lanes], np.int32),
            edge_step=np.array([each.job.edge_step for each in lanes], np.int32),
            phase=np.array([each.job.phase for each in lanes], np.int32),
            round=np.array([each.index for each in lanes], np.int32),
            k=np.array([each.k for each in lanes], np.int32),
        )
        kernels = [np.stack(layer) for layer in zip(*(each.kernels for each in lanes), strict=True)]
        biases = [np.stack(layer) for layer in zip(*(each.biases for each in lanes), strict=True)]
        edges = [np.stack(layer) for layer in zip(*(each.edges for each in lanes), strict=True)]
        return order, model_lib.params_from(kernels, biases), edges

    def to_host(params: Any, edges: list[np.ndarray], outcome: Any, lane: int) -> jobs.Reply:
        # Copies, since a view of one lane would keep the whole tile in memory.
        kernels, biases = model_lib.kernels_and_biases(params)
        return jobs.Reply(
            kernels=[kernel[lane].copy() for kernel in kernels],
            biases=[bias[lane].copy() for bias in biases],
            edges=[mask[lane].copy() for mask in edges],
            wrong_bits=int(outcome.fit.wrong_bits[lane]),
            loss=float(outcome.fit.loss[lane]),
            best_epoch=int(outcome.fit.best_epoch[lane]),
            live_hidden_units=int(outcome.live_hidden_units[lane]),
            alive_edges=int(outcome.alive_edges[lane]),
        )

    batched = jax.jit(jax.vmap(one_lane))
    shapes = list(itertools.pairwise(cell.layer_sizes))
    example = jobs.Round(
        jobs.Job(0),
        0,
        pruning.NOTHING,
        [np.zeros(shape, np.float32) for shape in shapes],
        [np.zeros(width, np.float32) for width in cell.layer_sizes[1:]],
        [np.zeros(shape, np.bool_) for shape in shapes],
    )
    # Ahead of time, so that tiles which start at once do not each compile it; and without the
    # shortened float32 products of some accelerators.
    with jax.default_matmul_precision("highest"):
        compiled = batched.lower(*to_device([example])).compile()

    def program(rounds: Sequence[jobs.Round]) -> list[jobs.Reply]:
        params, edges, outcome = jax.device_get(compiled(*to_device(rounds)))
        return [to_host(params, edges, outcome, lane) for lane in range(len(rounds))]

    return program


def compile_initialise(
    cell: Cell,
) -> Callable[[jobs.Job], tuple[list[np.ndarray], list[np.ndarray]]]:
    """Kernels and biases of a dense job before its round; one lane, whatever the tile."""
    network = model_lib.MaskedMLP(cell.layer_sizes[1:])
    initialise = jax.jit(pruning.make_initialise(network, cell.layer_sizes[0]))

    def weights(job: jobs.Job) -> tuple[list[np.ndarray], list[np.ndarray]]:
        return model_lib.kernels_and_biases(jax.device_get(initialise(np.int32(job.seed))))

    return weights
