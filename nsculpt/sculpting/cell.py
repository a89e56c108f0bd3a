"""A cell: the task, the network and the settings that all jobs of a sweep have in common."""

import dataclasses
import functools

import jax

from nsculpt import layers
from nsculpt.sculpting import compaction, jobs, pruning, training
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
    # Whether edge rounds may run on smaller arrays; False only to compare.
    compaction: bool = True

    @functools.cached_property
    def compact_sizes(self) -> tuple[int, ...] | None:
        """Layer sizes of the smaller arrays of edge rounds; None where there are none."""
        # Of a saliency of a user's own nobody knows that units without edges do not matter to it.
        if not self.compaction or self.edge_saliency != "magnitude":
            return None
        num_rows, epochs = self.task.train.num_rows, self.training.epochs
        return compaction.compact_sizes(self.layer_sizes, num_rows, epochs)

    @functools.cached_property
    def tiles(self) -> dict[tuple[int, ...], int]:
        """Lanes of a tile, for the arrays of the whole network and then the smaller ones."""
        backend = jax.default_backend()
        all_sizes = (self.layer_sizes, self.compact_sizes)
        return {sizes: tile_lanes(backend, sizes) for sizes in all_sizes if sizes is not None}

    def identity(self, job: jobs.Job) -> dict[str, object]:
        """All that determines a job's bits; see `jobs.job_id`."""
        dense = {
            "task_sha256": self.task.sha256,
            "layer_sizes": list(self.layer_sizes),
            **dataclasses.asdict(self.training),
            "plugin_sha256": self.plugin_sha256,
            "tile": self.tiles[self.layer_sizes],
            "backend": jax.default_backend(),
            "jax_version": jax.__version__,
        }
        # Whether the dense network is accepted is recorded with it, so the rule matters there too.
        dense["accuracy_threshold"] = _text(self.acceptance.threshold)
        dense["accuracy_tolerance"] = _text(self.acceptance.tolerance)
        unit = {**dense, "unit_saliency": self.unit_saliency}
        compact = None if self.compact_sizes is None else list(self.compact_sizes)
        edge = {**unit, "edge_saliency": self.edge_saliency, "compact_sizes": compact}
        if self.compact_sizes is not None:
            edge["compact_tile"] = self.tiles[self.compact_sizes]
        settings = {pruning.DENSE: dense, pruning.UNIT: unit, pruning.EDGE: edge}
        return jobs.identity(job, settings)


def _text(number: object) -> str | None:
    return None if number is None else str(number)


def tile_lanes(backend: str, layer_sizes: tuple[int, ...]) -> int:
    """Lanes of a tile: a constant of backend and shape, measured (see BUILD_NOTES)."""
    num_edges = layers.num_edges(layer_sizes)
    if num_edges > 200_000:
        return 1
    if backend != "cpu":
        return 256 if num_edges <= 10_000 else 32
    return 32 if num_edges <= 500 else 8
