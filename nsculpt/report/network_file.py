"""networks.npz of a run folder, written array by array and network by network."""

import itertools
import pathlib
import zipfile
from collections.abc import Iterable, Mapping

import numpy as np

from nsculpt import atomic
from nsculpt.packed import Packed
from nsculpt.sculpting import jobs


def write(
    path: pathlib.Path,
    networks: Mapping[jobs.Job, Packed],
    selected: set[jobs.Job | None],
    layer_sizes: tuple[int, ...],
) -> None:
    """Writes every network of a grid, one row each; equal networks give equal bytes.

    Memory holds one array of one network at a time: a grid of large networks has more than fits.

    Args:
      path: of the file, which is written whole or not at all.
      networks: R of them, at least one.
      selected: jobs of those that are selected.
      layer_sizes: [I, H_1 ... H_D, O].

    The file is an npz with `seed` [R], `unit_step` [R] and `edge_step` [R] (percent), `alive_edges`
    [R], `selected` [R], and for each weight layer l `kernel_l` [R, fan_in, fan_out], `bias_l`
    [R, fan_out] (float32) and `mask_l` [R, fan_in, fan_out] (boolean, True = alive).
    """
    every = list(networks.values())
    columns = {
        "seed": np.array([job.seed for job in networks]),
        "unit_step": np.array([job.unit_step / 1000 for job in networks]),
        "edge_step": np.array([job.edge_step / 1000 for job in networks]),
        "alive_edges": np.array([network.alive_edges for network in every]),
        "selected": np.array([job in selected for job in networks]),
    }
    with (
        atomic.replacing(path) as file,
        # NumPy's own writer takes whole arrays; the members are as it writes them, dated 1980.
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):

        def add(name: str, array_shape: tuple[int, ...], rows: Iterable[np.ndarray]) -> None:
            rows = iter(rows)
            first = next(rows)
            header = {
                "descr": np.lib.format.dtype_to_descr(first.dtype),
                "fortran_order": False,
                "shape": (len(every), *array_shape),
            }
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                np.lib.format.write_array_header_1_0(member, header)
                for row in itertools.chain([first], rows):
                    member.write(row.tobytes())

        for name, column in columns.items():
            add(name, (), column)
        for layer, shape in enumerate(itertools.pairwise(layer_sizes)):
            add(f"kernel_{layer}", shape, (each.kernel(layer) for each in every))
            add(f"bias_{layer}", shape[1:], (each.biases[layer] for each in every))
            add(f"mask_{layer}", shape, (each.edges(layer) for each in every))
