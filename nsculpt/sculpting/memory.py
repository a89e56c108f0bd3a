"""How much memory a sculpting takes, and whether there is so much, before anything is trained.

What a network takes was measured with XLA's own account of the round program (BUILD_NOTES); the
sums here are above it by a tenth or so, and are no promise.
"""

import dataclasses
import math
import pathlib

import jax
import psutil

from nsculpt import errors, layers
from nsculpt.sculpting import cell as cell_lib
from nsculpt.sculpting import chunks

# Bytes for each edge. On the device: the network that comes in and goes out, masks with them, and
# in between weights, gradients and the optimiser's two moments, the kept epoch and a ranking.
_ON_DEVICE = 10 + 28
# On the host: the base, the round, its reply, and the record that grows from them.
_ON_HOST = 20
# Arrays of all units that a batch, or a pass over other rows, has at once.
_ACTIVATIONS = 2
# Arrays of an epoch's noise on all training rows: as it is drawn, and in batches.
_NOISE = 2
_PROGRAM = 700 * 10**6  # Python, jax and what it compiled
_CGROUP = pathlib.Path("/sys/fs/cgroup")


@dataclasses.dataclass(frozen=True)
class Needs:
    """Bytes that a sculpting takes.

    Example:
      >>> str(Needs(network=42_000_000, data=112_000_000))
      'memory: about 42 MB a network in training, 112 MB of data, 0.7 GB for the program'
    """

    network: int  # for each one in training
    data: int

    def of(self, num_networks: int) -> int:
        """Bytes with so many networks in training at once."""
        return _PROGRAM + self.data + num_networks * self.network

    def __str__(self) -> str:
        return (
            f"memory: about {_text(self.network)} a network in training, {_text(self.data)} of "
            f"data, {_text(_PROGRAM)} for the program"
        )


def needs(cell: cell_lib.Cell) -> Needs:
    """What the jobs of a cell need."""
    sources = (cell.task.train, cell.task.valid)
    rows = max(cell.training.batch_size, min(cell.task.valid.num_rows, chunks.MOST_ROWS))
    activations = 4 * _ACTIVATIONS * rows * sum(cell.layer_sizes)
    train, noisy = cell.task.train, cell.training.input_noise > 0
    noise = 4 * _NOISE * train.num_rows * train.num_inputs * noisy
    arrays = {id(leaf): leaf for leaf in jax.tree.leaves(sources) if hasattr(leaf, "nbytes")}
    return Needs(
        network=(_ON_DEVICE + _ON_HOST) * layers.num_edges(cell.layer_sizes) + activations + noise,
        data=2 * sum(leaf.nbytes for leaf in arrays.values()),  # on the host, and on the device
    )


def available() -> int:
    """Bytes that may still be taken, of the machine, its container or a device, the least."""
    free = [psutil.virtual_memory().available]
    try:
        limit = (_CGROUP / "memory.max").read_text().strip()
        if limit != "max":
            used = int((_CGROUP / "memory.current").read_text())
            parts = dict(map(str.split, (_CGROUP / "memory.stat").read_text().splitlines()))
            # Files that were read or written count as used until the memory is asked for.
            cached = int(parts["active_file"]) + int(parts["inactive_file"])
            free.append(int(limit) - used + cached)
    except (OSError, ValueError, KeyError):
        pass  # no container that says so
    for device in jax.local_devices():
        stats = device.memory_stats() or {}  # a CPU has none
        if "bytes_limit" in stats:
            free.append(stats["bytes_limit"] - stats.get("bytes_in_use", 0))
    return min(free)


def lanes_that_fit(cell: cell_lib.Cell, tile: int, wanted: int, asked: bool) -> int:
    """How many networks can be in training at once, in whole tiles.

    Args:
      cell: task, network and settings.
      tile: lanes of a tile.
      wanted: how many would be.
      asked: whether a user asked for them; then fewer are not taken without a word.

    Raises:
      InputError: not even a tile of them fits, or not as many as were asked for.
    """
    need, free = needs(cell), available()
    fit = (free - need.of(0)) // need.network
    if fit >= wanted:
        return wanted
    whole = fit // tile * tile
    if whole < tile:
        sizes = "-".join(map(str, cell.layer_sizes))
        raise errors.InputError(
            f"hidden={','.join(map(str, cell.layer_sizes[1:-1]))}: {sizes} needs about "
            f"{_text(need.of(tile))} of memory to train {tile} at once, and "
            f"{_text(free)} are free; expected fewer or narrower hidden layers, fewer inputs or a "
            f"smaller batch_size (now {cell.training.batch_size})",
            "hidden",
        )
    if asked:
        raise errors.InputError(
            f"lanes={wanted}: so many networks at once need about {_text(need.of(wanted))} of "
            f"memory, and {_text(free)} are free; expected lanes={whole} or less",
            "lanes",
        )
    return whole


def _text(num_bytes: int) -> str:
    if num_bytes >= 5 * 10**8:
        return f"{num_bytes / 1e9:.1f} GB"
    return f"{math.ceil(num_bytes / 1e6)} MB"
