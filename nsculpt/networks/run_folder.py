"""Networks of a run: from its folder, its networks.npz, or one of its jobs."""

import dataclasses
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from nsculpt import errors, numeric
from nsculpt.networks import arrays, entries, files, named_layers, network, summary

_GRID = ("seed", "unit_step", "edge_step", "alive_edges", "selected")
_JOB = ("identity", "rounds", "status")
_HISTORIES = ("seed", "unit_step", "edge_step", "num_bits")  # of trajectories.npz
_MOST_LISTED = 20


@dataclasses.dataclass(frozen=True)
class Choice:
    """Which network of a run is wanted; steps in percent. None: any."""

    seed: int | None = None
    unit_step: float | None = None
    edge_step: float | None = None

    def __post_init__(self) -> None:
        for name, value in self.given().items():
            is_number = numeric.is_whole if name == "seed" else numeric.is_real
            if not is_number(value) or not abs(value) < 2**53:  # NaN fails the comparison too
                expected = "a whole number" if name == "seed" else "a number of percent"
                raise errors.InputError(
                    f"{name}: expected {expected}, got {arrays.shown(repr(value))}"
                )

    def given(self) -> dict[str, Any]:
        """What is not left open."""
        every = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return {name: value for name, value in every.items() if value is not None}


def flag_lines(path: pathlib.Path) -> list[str]:
    """The flags in a run.flags, one a line; none where it cannot be read."""
    if not path.is_file():  # a pipe would be waited for without end
        return []
    try:
        lines = map(str.strip, path.read_text("utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError):
        return []
    return [line for line in lines if line.startswith("--")]


def load(path: pathlib.Path, choice: Choice) -> network.Network:
    """A network of a run folder, with the names and the truth of its task.

    Args:
      path: the folder.
      choice: which of its networks.

    Raises:
      InputError: no run folder, a run that is not finished, damaged files, no such network.
    """
    check_finished(path, or_else=" or a file", or_unfinished=", or a file of its jobs/")
    place = files.place_of(path)
    known = summary.read(path / "summary.json")
    with files.opened(path / "networks.npz") as named:
        if not set(_GRID) <= set(named):
            raise errors.InputError(f"{place}: networks.npz: expected arrays {', '.join(_GRID)}")
        found = _chosen(named, f"{files.place_of(path / 'networks.npz')}: ", choice)
    return dataclasses.replace(
        found,
        input_names=known.names("input_names", found.layer_sizes[0]),
        output_names=known.names("output_names", found.layer_sizes[-1]),
        truth=known.truth(),
        settings=known.settings(),
        image_shape=known.image_shape(found.layer_sizes[0]),
    )


def is_run(path: pathlib.Path) -> bool:
    """Whether a folder is of a run, finished or not."""
    return any((path / name).exists() for name in ("run.flags", "jobs", "summary.json"))


def check_finished(path: pathlib.Path, or_else: str = "", or_unfinished: str = "") -> None:
    """Refuses what is no folder of a finished run.

    Args:
      path: of a folder.
      or_else, or_unfinished: what would do as well, in place of a run folder or a finished run.

    Raises:
      InputError: no run folder, or one without the exports that a finished run has.
    """
    place = files.place_of(path)
    if not is_run(path):
        raise errors.InputError(
            f"{place}: is a folder without run.flags; expected a run folder{or_else}"
        )
    for name in ("summary.json", "networks.npz"):
        if not (path / name).is_file():
            raise errors.InputError(
                f"{place}: no {name} yet, which a run writes when it is done; expected a finished "
                f"run (the command that began it goes on){or_unfinished}"
            )


def is_finished(path: pathlib.Path) -> bool:
    """Whether a folder is of a run that has written what its networks are named by."""
    return all((path / name).is_file() for name in ("run.flags", "summary.json"))


def from_entries(
    named: Mapping[str, entries.Entry],
    place: str,
    reading: named_layers.Reading,
    choice: Choice,
) -> network.Network:
    """A network from named arrays, those of a run among them.

    Args:
      named: arrays by name.
      place: what stands before a name in messages.
      reading: what the caller says about them.
      choice: which network, where they are of a run.

    Raises:
      InputError: as from `named_layers.load`, or where there is nothing to choose from.
    """
    is_grid, is_job, is_histories = (
        set(expected) <= set(named) for expected in (_GRID, _JOB, _HISTORIES)
    )
    if is_histories:  # which would be taken for weights
        raise errors.InputError(
            f"{place}says when edges went, and holds no networks; expected the run folder or its "
            "networks.npz"
        )
    if is_grid or is_job:
        for option in reading.given():
            kind = "these are networks" if is_grid else "this is a job"
            raise errors.InputError(f"{option}: {place}{kind} of a run; expected it to be left out")
    if is_grid:
        return _chosen(named, place, choice)
    for name, value in choice.given().items():
        raise errors.InputError(
            f"{name}: got {arrays.shown(repr(value))}, but {place}is one network; expected it to "
            "be left out"
        )
    return named_layers.load(_job(named) if is_job else named, place, reading)


def _job(named: Mapping[str, entries.Entry]) -> dict[str, entries.Entry]:
    """Entries of a job, with masks in place of the rounds at which edges went."""
    found = {}
    for name, entry in named.items():
        if not name.startswith("removed_at_"):
            found[name] = entry
            continue

        def alive(row: int | None, entry: entries.Entry = entry) -> np.ndarray:
            return np.asarray(entry.read(row) == 0)

        found[f"mask_{name.removeprefix('removed_at_')}"] = entries.Entry(entry.shape, alive)
    return found


def _chosen(named: Mapping[str, entries.Entry], place: str, choice: Choice) -> network.Network:
    columns = {name: _column(named, name, place) for name in _GRID}
    num_rows = len(columns["seed"])
    if not num_rows or any(len(column) != num_rows for column in columns.values()):
        sizes = ", ".join(f"{name} {len(column)}" for name, column in columns.items())
        raise errors.InputError(f"{place}expected one value for each network, got {sizes}")
    fits = np.ones(num_rows, bool)
    for name, value in choice.given().items():
        fits &= np.isclose(columns[name], float(value), rtol=0, atol=5e-4)  # steps: 3 decimals
    if not fits.any():
        raise errors.InputError(
            f"{place}no network of {_described(choice)}; there are {_listed(columns)}"
        )
    selected = fits & (columns["selected"] != 0)
    if not selected.any() and not choice.given():
        raise errors.InputError(
            f"{place}no network of this run was accepted; expected seed, unit_step or edge_step to "
            f"choose one that was not; there are {_listed(columns)}"
        )
    rows = np.flatnonzero(selected if selected.any() else fits)
    row = int(rows[np.argmin(columns["alive_edges"][rows])])
    parts = {}
    for name, entry in named.items():
        kind, _, layer = name.rpartition("_")
        if kind not in ("mask", "kernel", "bias") or not layer.isdigit():
            continue
        if not entry.shape or entry.shape[0] != num_rows:
            raise errors.InputError(
                f"{place}{name}: expected a row for each of {num_rows} networks, got shape "
                f"{list(entry.shape)}"
            )

        def read(_: int | None, entry: entries.Entry = entry) -> np.ndarray:
            return entry.read(row)

        parts[name] = entries.Entry(entry.shape[1:], read)
    return named_layers.load(parts, place, named_layers.Reading(orientation=arrays.IN_OUT))


def _column(named: Mapping[str, entries.Entry], name: str, place: str) -> np.ndarray:
    column = np.asarray(named[name].read(None)) if len(named[name].shape) == 1 else None
    if column is None or column.dtype.kind not in "biuf":
        raise errors.InputError(
            f"{place}{name}: expected a number for each network, got shape "
            f"{list(named[name].shape)}"
        )
    return column


def _described(choice: Choice) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {v}" for name, v in choice.given().items())


def _listed(columns: Mapping[str, np.ndarray]) -> str:
    parts = []
    for name in ("seed", "unit_step", "edge_step"):
        values = [f"{value:g}" for value in np.unique(columns[name]).tolist()]
        cut = ["..."] if len(values) > _MOST_LISTED else []
        parts.append(f"{name.replace('_', ' ')}s {', '.join([*values[:_MOST_LISTED], *cut])}")
    return "; ".join(parts)
