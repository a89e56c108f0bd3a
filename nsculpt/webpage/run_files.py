"""The files of a finished run that its page is made of."""

import dataclasses
import hashlib
import itertools
import pathlib
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nsculpt import errors
from nsculpt.networks import entries, files, run_folder, summary
from nsculpt.scores import scoring
from nsculpt.tasks import task
from nsculpt.webpage import summary_checks

_GRID = ("seed", "unit_step", "edge_step")
# Flags that say where or how fast a run is done, not what it gives.
_LOCAL = ("out_dir", "lanes", "shard")


@dataclasses.dataclass(frozen=True, eq=False)
class Distinct:
    """The networks of a run, equal ones once."""

    shapes: list[tuple[int, int]]  # fan_in, fan_out of each weight layer
    # For each network and weight layer, the places of alive edges in the flattened mask, rising.
    alive: list[list[np.ndarray]]
    of_run: list[int]  # for each run, the position of its network in `alive`

    def edges(self, number: int) -> list[np.ndarray]:
        """The masks of a network, boolean [fan_in, fan_out]."""
        masks = [np.zeros(shape, bool) for shape in self.shapes]
        for mask, alive in zip(masks, self.alive[number], strict=True):
            mask.ravel()[alive] = True  # a view, as `mask` lies in one piece
        return masks


@dataclasses.dataclass(frozen=True, eq=False)
class RunFiles:
    """What a run folder says, checked."""

    path: pathlib.Path
    summary: dict[str, Any]  # summary.json, as it stands there
    truth: task.Truth | None
    settings: dict[str, Any]  # arguments of `analyze`
    image_shape: tuple[int, int] | None
    networks: Distinct
    command: str  # re-runs it; empty where run.flags holds none


def read(path: pathlib.Path) -> RunFiles:
    """Reads the exports of a finished run.

    Args:
      path: of the run folder.

    Raises:
      InputError: no folder, no run folder, a run that is not finished, damaged files.

    Source: `runs` says what a run folder holds, `summary_file` what its summary says.
    """
    place = files.place_of(path)
    if not files.existing(path).is_dir():
        raise errors.InputError(f"{place}: is no folder; expected a run folder")
    run_folder.check_finished(path)
    of_content = files.place_of(path / "summary.json")
    content = files.read_json(path / "summary.json")
    summary_checks.check(content, f"{of_content}: ")
    sizes = content["layer_sizes"]
    known = summary.Summary(content, of_content)
    known.names("input_names", sizes[0])
    known.names("output_names", sizes[-1])
    truth = known.truth()
    if truth is not None:
        try:
            scoring.check_truth(truth, tuple(sizes))
        except errors.InputError as error:
            raise errors.InputError(f"{of_content}: {error}") from error
    return RunFiles(
        path=path,
        summary=content,
        truth=truth,
        settings=known.settings(),
        image_shape=known.image_shape(sizes[0]),
        networks=_networks(path / "networks.npz", content),
        command=command(path / "run.flags"),
    )


def command(path: pathlib.Path) -> str:
    """The command that does a run again, in the shell's quotes, without the folder it was in.

    Args:
      path: of a run.flags; the answer is empty where there is none that can be read.

    Example:
      >>> import tempfile
      >>> with tempfile.TemporaryDirectory() as folder:
      ...     path = pathlib.Path(folder, "run.flags")
      ...     _ = path.write_text("# Settings.\\n--formulas=y = a & b\\n--out_dir=here\\n")
      ...     command(path)
      "python -m launch.main '--formulas=y = a & b'"
    """
    flags = run_folder.flag_lines(path)
    kept = [flag for flag in flags if flag[2:].partition("=")[0] not in _LOCAL]
    return shlex.join(["python", "-m", "launch.main", *kept]) if kept else ""


def _networks(path: pathlib.Path, content: Mapping[str, Any]) -> Distinct:
    place = files.place_of(path)
    runs, sizes = content["runs"], content["layer_sizes"]
    shapes = list(itertools.pairwise(sizes))
    with files.opened(path) as named:
        _check_grid(named, runs, place)
        layers = []
        for number, shape in enumerate(shapes):
            name = f"mask_{number}"
            if name not in named or named[name].shape != (len(runs), *shape):
                got = list(named[name].shape) if name in named else "none"
                raise errors.InputError(
                    f"{place}: {name}: expected shape {[len(runs), *shape]}, as summary.json has "
                    f"it; got {got}"
                )
            masks = np.asarray(named[name].read(None))
            if masks.dtype != np.bool_:
                raise errors.InputError(f"{place}: {name}: expected booleans")
            layers.append(_alive(masks))
    for place_of_run, (run, *of_layers) in enumerate(zip(runs, *layers, strict=True)):
        alive = sum(len(places) for _, places in of_layers)
        if alive != run["alive_edges"]:
            raise errors.InputError(
                f"{place}: mask_0 ...: expected {run['alive_edges']} alive edges in run "
                f"{place_of_run}, as summary.json has it; got {alive}"
            )
    return _distinct(shapes, list(zip(*layers, strict=True)))


def _alive(masks: np.ndarray) -> list[tuple[bytes, np.ndarray]]:
    """Digest and places of the alive edges of each mask; equal ones are kept once."""
    kept: dict[bytes, np.ndarray] = {}
    found = []
    for mask in masks:
        alive = np.flatnonzero(mask).astype(np.int32)
        digest = hashlib.sha256(alive.tobytes()).digest()
        found.append((digest, kept.setdefault(digest, alive)))
    return found


def _check_grid(
    named: Mapping[str, entries.Entry], runs: Sequence[Mapping[str, Any]], place: str
) -> None:
    """Refuses networks of other runs than those of summary.json."""
    for name in _GRID:
        expected = [run[name] for run in runs]
        column = np.asarray(named[name].read(None)) if name in named else np.empty(0)
        is_column = column.shape == (len(runs),) and column.dtype.kind in "iuf"
        # Steps have three decimals at most.
        if not is_column or not np.allclose(column, expected, rtol=0, atol=5e-4):
            raise errors.InputError(
                f"{place}: {name}: expected those of the runs in summary.json, in their order"
            )


def _distinct(
    shapes: list[tuple[int, int]], networks: Sequence[Sequence[tuple[bytes, np.ndarray]]]
) -> Distinct:
    numbers: dict[tuple[bytes, ...], int] = {}
    alive: list[list[np.ndarray]] = []
    of_run = []
    for layers in networks:
        number = numbers.setdefault(tuple(digest for digest, _ in layers), len(numbers))
        if number == len(alive):
            alive.append([places for _, places in layers])
        of_run.append(number)
    return Distinct(shapes, alive, of_run)
