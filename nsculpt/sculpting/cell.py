"""A cell: the task, the network and the settings that all jobs of a sweep have in common."""

import dataclasses
import functools

import jax

from nsculpt import layers
from nsculpt.sculpting import chunks, jobs, pruning, saliency, training
from nsculpt.sculpting import compaction as compaction_lib
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
    def tile(self) -> int:
        """Lanes of a tile, for the arrays of the whole network."""
        return tile_lanes(jax.default_backend(), self.layer_sizes, self.training.batch_size)

    @functools.cached_property
    def compact_sizes(self) -> tuple[int, ...] | None:
        """Layer sizes of the smaller arrays of all edge rounds; None where there are none."""
        # Of a saliency of a user's own nobody knows that units without edges do not matter to it.
        if not self.compaction or self.edge_saliency != "magnitude" or self.fits_each_round:
            return None
        # What bounds an accelerator there is the number of kernels, not their size (BUILD_NOTES).
        if jax.default_backend() != "cpu" and self.tile > 1:
            return None
        num_rows, epochs = self.task.train.num_rows, self.training.epochs
        return compaction_lib.compact_sizes(self.layer_sizes, num_rows, epochs)

    @property
    def fits_each_round(self) -> bool:
        """Whether each round has arrays that fit its network."""
        built_in = saliency.are_built_in(self.unit_saliency, self.edge_saliency)
        return self.compaction and built_in and self.tile == 1

    def tile_of(self, sizes: tuple[int, ...]) -> int:
        """Lanes of a tile for arrays of these sizes, the network's or smaller."""
        if self.fits_each_round:
            return 1
        return tile_lanes(jax.default_backend(), sizes, self.training.batch_size)

    def compacted(self, asked: jobs.Round) -> compaction_lib.Compacted | None:
        """The round on smaller arrays; None where those of the whole network are used."""
        if self.fits_each_round:
            return compaction_lib.compacted(asked, compaction_lib.fitted_sizes(asked.edges))
        if self.compact_sizes is None or asked.job.phase != pruning.EDGE:
            return None
        return compaction_lib.compacted(asked, self.compact_sizes)

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
        if not chunks.fit_one(self.task.valid):
            dense["rows_a_pass"] = chunks.MOST_ROWS
        unit: dict[str, object] = {**dense, "unit_saliency": self.unit_saliency}
        compact = None if self.compact_sizes is None else list(self.compact_sizes)
        edge = {**unit, "edge_saliency": self.edge_saliency, "compact_sizes": compact}
        if self.compact_sizes is not None:
            edge["compact_tile"] = self.tile_of(self.compact_sizes)
        if self.fits_each_round:
            unit["compact_sizes"] = edge["compact_sizes"] = "fitted"
        settings = {pruning.DENSE: dense, pruning.UNIT: unit, pruning.EDGE: edge}
        return jobs.identity(job, settings)


def _text(number: object) -> str | None:
    return None if number is None else str(number)


def tile_lanes(backend: str, layer_sizes: tuple[int, ...], batch_size: int) -> int:
    """Lanes of a tile: a constant of backend and shapes, measured (see BUILD_NOTES)."""
    num_edges = layers.num_edges(layer_sizes)
    # The products of one lane keep the cores busy.
    if num_edges > 200_000 or (backend == "cpu" and num_edges * batch_size > 2_000_000):
        return 1
    if backend != "cpu":
        if num_edges <= 500:
            return 256
        return 64 if num_edges <= 10_000 else 32
    return 32 if num_edges <= 500 else 8
