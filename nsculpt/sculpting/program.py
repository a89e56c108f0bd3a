"""The round program of a tile: the only `vmap`, and the only crossing of host and device.

A tile is the unit of compilation (DESIGN 4.6): XLA compiles each batch width differently, and the
last bits differ with it. So a lane's bits depend on the tile's width, which is a constant of the
backend and the network's shape, and on nothing that its neighbours do. Several devices work on one
tile each, with the same compiled program.
"""

import functools
import itertools
from collections.abc import Callable, Sequence
from typing import Any

import jax
import numpy as np
from jax.sharding import PartitionSpec

from nsculpt import compilation_cache
from nsculpt.sculpting import cell as cell_lib
from nsculpt.sculpting import jobs, pruning, saliency, training
from nsculpt.sculpting import model as model_lib
from nsculpt.tasks import plugins

# So that equal jobs give equal bits, run by run. Choosing kernels by trial (autotuning) may choose
# others the next time.
_COMPILER_OPTIONS = {
    "gpu": {"xla_gpu_deterministic_ops": True, "xla_gpu_autotune_level": 0},
}


class Program:
    """Rounds of a tile on each device, compiled; takes and gives host values.

    Args:
      cell: task, network and settings.
      layer_sizes: of the arrays, the network's or smaller; with `cell.compact_sizes` only edges are
        pruned.
      num_devices: local devices to spread over.
    """

    def __init__(self, cell: cell_lib.Cell, layer_sizes: tuple[int, ...], num_devices: int = 1):
        tile = cell.tile_of(layer_sizes)
        self.num_lanes = num_devices * tile
        problem = cell.training.on(cell.task.train, cell.task.valid)
        leaves, structure = jax.tree.flatten(problem)
        # What is no array (a source of a user's own) is a constant of the program.
        arrays = [leaf for leaf in leaves if isinstance(leaf, _ARRAYS)]
        self._compiled = _compiled(
            layer_sizes,
            num_devices,
            tile,
            structure,
            tuple(None if isinstance(leaf, _ARRAYS) else _Constant(leaf) for leaf in leaves),
            tuple((np.shape(leaf), str(leaf.dtype)) for leaf in arrays),
            {type(problem.train), type(problem.valid)} <= set(training.SOURCES),
            cell.training.batch_size,
            cell.training.weight_decay,
            cell.training.input_noise > 0,
            None if layer_sizes == cell.compact_sizes else cell.unit_saliency,
            cell.edge_saliency,
        )
        self._arrays = _on_devices(cell, num_devices)

    def __call__(self, rounds: Sequence[jobs.Round]) -> list[jobs.Reply]:
        """Does up to `num_lanes` rounds."""
        arguments = _to_device(rounds, self.num_lanes)
        found = jax.device_get(self._compiled(self._arrays, *arguments))
        return [_to_host(found, lane) for lane in range(len(rounds))]


@functools.lru_cache(maxsize=1)  # the programs of a cell share one copy
def _on_devices(cell: cell_lib.Cell, num_devices: int) -> list[jax.Array]:
    """The arrays of a cell's problem, on each device."""
    problem = cell.training.on(cell.task.train, cell.task.valid)
    arrays = [leaf for leaf in jax.tree.leaves(problem) if isinstance(leaf, _ARRAYS)]
    on_all = jax.sharding.NamedSharding(_mesh(num_devices), PartitionSpec())
    # Once, what is there twice: training and validation may draw from the same images.
    placed = jax.device_put({id(array): array for array in arrays}, on_all)
    return [placed[id(array)] for array in arrays]


def _mesh(num_devices: int) -> jax.sharding.Mesh:
    return jax.sharding.Mesh(np.array(jax.local_devices()[:num_devices]), ("tile",))


_ARRAYS = (np.ndarray, np.generic, jax.Array)


class _Constant:
    """Equal to itself alone, whatever the value says of equality."""

    def __init__(self, value: Any):
        self.value = value

    def __hash__(self) -> int:
        return id(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Constant) and self.value is other.value


def num_compiled() -> int:
    """How many round programs this process has made."""
    return _compiled.cache_info().misses


def forget() -> None:
    """Forgets the round programs of this process, so that they are compiled anew."""
    _compiled.cache_clear()


@functools.lru_cache(maxsize=64)
def _compiled(
    layer_sizes: tuple[int, ...],
    num_devices: int,
    tile: int,
    structure: Any,
    constants: tuple["_Constant | None", ...],
    shapes: tuple[tuple[tuple[int, ...], str], ...],
    known_sources: bool,
    batch_size: int,
    weight_decay: float,
    noisy: bool,
    unit_saliency: str | None,
    edge_saliency: str,
) -> Callable[..., Any]:
    one_lane = pruning.make_round(
        model_lib.MaskedMLP(layer_sizes[1:]),
        batch_size,
        weight_decay,
        noisy,
        unit_saliency,
        edge_saliency,
    )

    def one_tile(arrays: Any, order: Any, kernels: Any, biases: Any, edges: Any) -> Any:
        rest = iter(arrays)
        leaves = [next(rest) if constant is None else constant.value for constant in constants]
        problem = jax.tree.unflatten(structure, leaves)
        params = model_lib.params_from(kernels, biases)
        params, edges, outcome = jax.vmap(functools.partial(one_lane, problem))(
            pruning.Order(*order), params, edges
        )
        return (*model_lib.kernels_and_biases(params), edges, *outcome.fit, *outcome[1:])

    mesh = _mesh(num_devices)
    each, alike = PartitionSpec("tile"), PartitionSpec()
    on_all = jax.shard_map(
        one_tile, mesh=mesh, in_specs=(alike, *[each] * 4), out_specs=each, check_vma=False
    )
    sizes = list(itertools.pairwise(layer_sizes))
    example = jobs.Round(
        jobs.Job(0),
        0,
        pruning.NOTHING,
        [np.zeros(size, np.float32) for size in sizes],
        [np.zeros(width, np.float32) for width in layer_sizes[1:]],
        [np.zeros(size, np.bool_) for size in sizes],
    )
    arrays = [np.zeros(shape, dtype) for shape, dtype in shapes]
    # What code of a user's own does is not in this description.
    built_in = known_sources and saliency.are_built_in(unit_saliency, edge_saliency)
    ours = built_in and not plugins.any_loaded()
    described = {
        "program": "round",
        "layer_sizes": layer_sizes,
        "num_devices": num_devices,
        "batch_size": batch_size,
        "weight_decay": weight_decay,
        "noisy": noisy,
        "saliencies": [unit_saliency, edge_saliency],
    }
    # Without the shortened float32 products of some accelerators.
    with jax.default_matmul_precision("highest"):
        return compilation_cache.compiled(
            on_all,
            (arrays, *_to_device([example], num_devices * tile)),
            described if ours else None,
            tuple(jax.sharding.NamedSharding(mesh, spec) for spec in (alike, *[each] * 4)),
            _COMPILER_OPTIONS.get(jax.default_backend()),
            donated=(2, 3, 4),  # the network that comes in has the shapes of the one that goes out
        )


def _to_device(rounds: Sequence[jobs.Round], num_lanes: int) -> tuple[Any, ...]:
    lanes = [*rounds, *[rounds[0]] * (num_lanes - len(rounds))]  # fewer are padded to whole tiles
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
    return tuple(order), kernels, biases, edges


def _to_host(found: tuple[Any, ...], lane: int) -> jobs.Reply:
    kernels, biases, edges, wrong_bits, loss, best_epoch, live_hidden_units, alive_edges = found
    return jobs.Reply(
        # Copies, since a view of one lane would keep the whole tile in memory.
        kernels=[kernel[lane].copy() for kernel in kernels],
        biases=[bias[lane].copy() for bias in biases],
        edges=[mask[lane].copy() for mask in edges],
        wrong_bits=int(wrong_bits[lane]),
        loss=float(loss[lane]),
        best_epoch=int(best_epoch[lane]),
        live_hidden_units=int(live_hidden_units[lane]),
        alive_edges=int(alive_edges[lane]),
    )


def compile_initialise(
    layer_sizes: tuple[int, ...],
) -> Callable[[jobs.Job], tuple[list[np.ndarray], list[np.ndarray]]]:
    """Kernels and biases of a dense job before its round; one lane, whatever the tile."""
    network = model_lib.MaskedMLP(layer_sizes[1:])

    def initialise(seed: jax.Array) -> tuple[list[jax.Array], list[jax.Array]]:
        params = pruning.make_initialise(network, layer_sizes[0])(seed)
        return model_lib.kernels_and_biases(params)

    described = {"program": "initialise", "layer_sizes": layer_sizes}
    program = compilation_cache.compiled(initialise, (np.zeros((), np.int32),), described)

    def weights(job: jobs.Job) -> tuple[list[np.ndarray], list[np.ndarray]]:
        return jax.device_get(program(np.int32(job.seed)))

    return weights
