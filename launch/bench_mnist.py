"""How fast a vision network of the paper's size is trained: `python -m launch.bench mnist`."""

import dataclasses
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

import nsculpt
from nsculpt import experiment, layers, text
from nsculpt import settings as settings_lib
from nsculpt.sculpting import cell as cell_lib
from nsculpt.sculpting import effort, jobs, masks, model, program, pruning, training

_TASK, _HIDDEN = "mnist_two_digits", (392, 392)
_REPEATS = 5
_EPOCHS = 2  # that one measured round has more than another
# What a sculpting of this network left (BUILD_NOTES): edges of the first layer, share of the inputs
# that have any.
_NUM_EDGES, _LIVE_INPUTS = 3_500, 0.64
# Arrays that fit what unit pruning left, 23 and 25 of 392 units a layer (BUILD_NOTES).
_KEPT = 32


def measure(mnist_dir: str | None, hidden: Sequence[int] | None) -> dict[str, Any]:
    """Times the round program, evaluation and large products, in turns.

    All at the precision of the round program, which some devices would lower for products alone.

    Args:
      mnist_dir: where MNIST's files are.
      hidden: units of each hidden layer, by default 392,392.

    Returns:
      Seconds, floating point operations, and the largest resident memory of the process so far.

    Raises:
      InputError: as `load_task` and `settings.resolve`.
    """
    with jax.default_matmul_precision("highest"):
        return _measure(mnist_dir, hidden)


def _measure(mnist_dir: str | None, hidden: Sequence[int] | None) -> dict[str, Any]:
    task = nsculpt.load_task(_TASK, **({} if mnist_dir is None else {"mnist_dir": mnist_dir}))
    settings = settings_lib.resolve(task, hidden or _HIDDEN)
    cell = experiment.make_cell(task, settings)
    small = (min(width, _KEPT) for width in settings.hidden)
    small_sizes = (task.num_inputs, *small, task.num_outputs)
    dense, edge = _epoch(cell, cell.layer_sizes), _epoch(cell, small_sizes)
    evaluate = _evaluation(cell)
    a = jax.device_put(jnp.ones((2048, 2048)) / 2048)
    product = jax.jit(jnp.matmul)
    first_layer = _first_layer(small_sizes, cell.training.batch_size)
    names = ("product", "dense", "edge", "evaluation", *first_layer)
    measured: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(_REPEATS):  # in turns, so that what else the machine does falls on all alike
        measured["product"].append(_seconds(lambda: product(a, a).block_until_ready(), 4))
        measured["dense"].append(dense())
        measured["evaluation"].append(_seconds(evaluate, 1))
        measured["edge"].append(edge())
        for name, work in first_layer.items():
            measured[name].append(_seconds(work, 10))
    seconds = {name: statistics.median(values) for name, values in measured.items()}
    unit = 1 if sys.platform == "darwin" else 1024
    return {
        "layer_sizes": list(cell.layer_sizes),
        "edge_sizes": list(small_sizes),
        "batch_size": cell.training.batch_size,
        "num_steps": -(-task.train.num_rows // cell.training.batch_size),
        "valid_rows": task.valid.num_rows,
        "product_flop_per_s": 2 * 2048**3 / seconds["product"],
        "epoch_s": seconds["dense"],
        "edge_epoch_s": seconds["edge"],
        "evaluation_s": seconds["evaluation"],
        "epoch_flop": effort.round_flop(cell, cell.layer_sizes) / cell.training.epochs,
        "edge_epoch_flop": effort.round_flop(cell, small_sizes) / cell.training.epochs,
        "evaluation_flop": 2.0 * task.valid.num_rows * layers.num_edges(cell.layer_sizes),
        "first_layer_s": {name: seconds[name] for name in first_layer},
        "all_seconds": measured,
        "resident_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
        "device": jax.devices()[0].device_kind,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None,
    }


def _seconds(work: Callable[[], Any], times: int) -> float:
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times


def _round(sizes: tuple[int, ...]) -> jobs.Round:
    """A dense round from initialisation."""
    kernels, biases = program.compile_initialise(sizes)(jobs.Job(0))
    edges = [np.ones(kernel.shape, bool) for kernel in kernels]
    return jobs.Round(jobs.Job(0), 0, pruning.NOTHING, kernels, biases, edges)


def _epoch(cell: cell_lib.Cell, sizes: tuple[int, ...]) -> Callable[[], float]:
    """What measures the seconds of an epoch on arrays of these sizes.

    It is what a round of three epochs takes longer than one of one, so that what there is once in a
    round is left out.
    """

    def rounds(epochs: int) -> program.Program:
        shortened = dataclasses.replace(cell.training, epochs=epochs)
        return program.Program(dataclasses.replace(cell, training=shortened), sizes)

    one, more, asked = rounds(1), rounds(1 + _EPOCHS), _round(sizes)
    one([asked])  # once before it counts

    def seconds() -> float:
        longer = _seconds(lambda: more([asked]), 1)
        return (longer - _seconds(lambda: one([asked]), 1)) / _EPOCHS

    return seconds


def _evaluation(cell: cell_lib.Cell) -> Callable[[], Any]:
    """What evaluates the network on all validation rows."""
    asked = _round(cell.layer_sizes)
    params = model.params_from(asked.kernels, asked.biases)
    alive = masks.from_edges([jnp.asarray(each) for each in asked.edges])
    network = model.MaskedMLP(cell.layer_sizes[1:])
    run = jax.jit(lambda *arguments: training.evaluate(network, *arguments))
    arguments = jax.device_put((params, alive, cell.task.valid))
    jax.block_until_ready(run(*arguments))
    return lambda: jax.block_until_ready(run(*arguments))


def _first_layer(sizes: tuple[int, ...], batch_size: int) -> dict[str, Callable[[], Any]]:
    """The first layer of a sparse network, forward and back to its weights, in three ways."""
    rng = np.random.default_rng(0)
    x = jnp.asarray(rng.random((batch_size, sizes[0]), np.float32))
    back = jnp.asarray(rng.random((batch_size, sizes[1]), np.float32))
    live = jnp.asarray(np.sort(rng.choice(sizes[0], int(_LIVE_INPUTS * sizes[0]), replace=False)))
    below = jnp.asarray(rng.choice(live, _NUM_EDGES))
    above = jnp.asarray(rng.integers(0, sizes[1], _NUM_EDGES))

    def whole(x: jax.Array, weights: jax.Array) -> jax.Array:
        return x @ weights

    def shrunken(x: jax.Array, weights: jax.Array) -> jax.Array:
        return x[:, live] @ weights

    def sparse(x: jax.Array, weights: jax.Array) -> jax.Array:
        return jax.ops.segment_sum((x[:, below] * weights).T, above, sizes[1]).T

    def run(forward: Callable[..., jax.Array], shape: tuple[int, ...]) -> Callable[[], Any]:
        def both(x: jax.Array, weights: jax.Array, back: jax.Array) -> Any:
            out, transpose = jax.vjp(lambda weights: forward(x, weights), weights)
            return out, transpose(back)

        compiled, weights = jax.jit(both), jnp.ones(shape)
        jax.block_until_ready(compiled(x, weights, back))
        return lambda: jax.block_until_ready(compiled(x, weights, back))

    return {
        "all inputs": run(whole, (sizes[0], sizes[1])),
        "live inputs gathered": run(shrunken, (len(live), sizes[1])),
        "alive edges alone": run(sparse, (_NUM_EDGES,)),
    }


def table(measured: Mapping[str, Any]) -> str:
    """What was measured, as text in 80 columns."""
    peak, steps = measured["product_flop_per_s"], measured["num_steps"]
    sizes, small = ("-".join(map(str, measured[name])) for name in ("layer_sizes", "edge_sizes"))
    train_s = measured["epoch_s"] - measured["evaluation_s"]
    train_flop = measured["epoch_flop"] - measured["evaluation_flop"]
    evaluation = measured["evaluation_s"] / measured["epoch_s"]
    of_arithmetic = measured["evaluation_flop"] / measured["epoch_flop"]
    rows = (
        ("products of 2048 x 2048", f"{peak / 1e9:.0f} GFLOP/s"),
        (f"training step of {measured['batch_size']}, dense", f"{1e3 * train_s / steps:.2f} ms"),
        ("  its products at that rate", f"{1e3 * train_flop / steps / peak:.2f} ms"),
        ("  share of that rate", f"{100 * train_flop / train_s / peak:.0f} percent"),
        (f"evaluation of {measured['valid_rows']:,} rows", f"{measured['evaluation_s']:.3f} s"),
        ("  share of an epoch's time", f"{100 * evaluation:.1f} percent"),
        ("  share of its arithmetic", f"{100 * of_arithmetic:.1f} percent"),
        ("  ratio of the two", f"{evaluation / of_arithmetic:.2f}"),
        ("epoch, dense", f"{measured['epoch_s']:.3f} s"),
        (f"epoch on {small}", f"{measured['edge_epoch_s']:.3f} s"),
        ("  times as fast", f"{measured['epoch_s'] / measured['edge_epoch_s']:.1f}"),
        (f"first layer with {_NUM_EDGES:,} edges, a step of", ""),
        *(
            (f"  {name}", f"{1e3 * seconds:.2f} ms")
            for name, seconds in measured["first_layer_s"].items()
        ),
        ("most memory so far", f"{measured['resident_bytes'] / 1e9:.2f} GB"),
    )
    head = f"mnist_two_digits {sizes}, {measured['device']}, {measured['cores']} cores"
    lines = [text.filled(head, indent="")]
    lines += [f"  {name:<42}{value:>20}" for name, value in rows]
    return "\n".join(lines)
