"""The run folders directly below a folder, and what the summary of each says."""

import dataclasses
import os
import pathlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from nsculpt import errors
from nsculpt.networks import files, run_folder
from nsculpt.webpage import json_kinds
from nsculpt.webpage.json_kinds import Every, Nullable, Optional

FINISHED, UNFINISHED, DAMAGED = "finished", "not finished", "damaged"
READINGS = ("first", "mean", "any", "all")
_RATE = dict.fromkeys(("rate", "low", "high"), Nullable("share")) | {"n": "count"}
# What the page relies on in a summary.json.
_SUMMARY = {
    "task": "text",
    "layer_sizes": ["size"],
    "settings": {"seeds": ["count"]},
    "versions": Every("scalar"),
    "runs": [{}],
    "selected": [{"alive_edges": Nullable("count")}],
    "rates": Optional(Every(dict.fromkeys(READINGS, _RATE))),
}
# Without its summary, a folder that holds one of these is a run that is not finished.
_OF_A_RUN = ("run.flags", "jobs")


@dataclasses.dataclass(frozen=True, eq=False)
class Cell:
    """A run folder. What is not known of it is None or empty."""

    path: pathlib.Path
    state: str  # one of the three above
    fault: str = ""  # of a damaged one: a line that names the file
    task: str | None = None
    layer_sizes: tuple[int, ...] | None = None  # [I, H_1 ... H_D, O]
    hidden: tuple[int, ...] | None = None
    seeds: tuple[int, ...] = ()
    num_prunings: int | None = None
    # Of the selected network of each seed; None where there is none.
    alive_edges: Sequence[int | None] = ()
    # Score -> reading -> {"rate", "n", "low", "high"}; all but n are None where it is not known.
    rates: Mapping[str, Mapping[str, Mapping[str, Any]]] = dataclasses.field(default_factory=dict)
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    flags: Mapping[str, str] = dataclasses.field(default_factory=dict)
    versions: Mapping[str, str] = dataclasses.field(default_factory=dict)


def is_sweep(folder: str | os.PathLike[str]) -> bool:
    """Whether a folder is no run itself and has finished runs directly below it.

    Example:
      >>> is_sweep("/nowhere")
      False
    """
    path = pathlib.Path(folder)
    if _holds(path, "summary.json", *_OF_A_RUN):
        return False
    try:
        return any(_holds(each, "summary.json") for each in _below(path))
    except (OSError, ValueError):  # no folder; ValueError: a NUL byte
        return False


def find(folder: pathlib.Path) -> list[Cell]:
    """All runs directly below a folder, in natural order of their names.

    Raises:
      InputError: the folder cannot be read.
    """
    try:
        held = _below(folder)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise errors.InputError(f"{files.place_of(folder)}: cannot be read: {reason}") from error
    return [
        _finished(path) if _holds(path, "summary.json") else _unfinished(path)
        for path in held
        if _holds(path, "summary.json", *_OF_A_RUN)
    ]


def _below(folder: pathlib.Path) -> list[pathlib.Path]:
    """What a folder holds, but for hidden files, in natural order."""
    names = [name for name in os.listdir(folder) if not name.startswith(".")]
    return [folder / name for name in sorted(names, key=_natural)]


def _holds(folder: pathlib.Path, *names: str) -> bool:
    """Whether a folder, if it is one, holds any of these."""
    return any(os.path.exists(folder / name) for name in names)


def _natural(name: str) -> list[Any]:
    """Sorts a_9 before a_10."""
    parts = re.split(r"([0-9]+)", name)
    return [int(part) if i % 2 else part for i, part in enumerate(parts)]


def _finished(path: pathlib.Path) -> Cell:
    place = f"{files.place_of(path / 'summary.json')}: "
    try:
        summary = files.read_json(path / "summary.json")
        json_kinds.check(summary, _SUMMARY, place)
        layer_sizes = tuple(summary["layer_sizes"])
        if len(layer_sizes) < 2:
            raise json_kinds.fault(layer_sizes, "two layers or more", place, "layer_sizes")
    except errors.InputError as error:
        return Cell(path=path, state=DAMAGED, fault=str(error))
    return Cell(
        path=path,
        state=FINISHED,
        task=summary["task"],
        layer_sizes=layer_sizes,
        hidden=layer_sizes[1:-1],
        seeds=tuple(summary["settings"]["seeds"]),
        num_prunings=len(summary["runs"]),
        alive_edges=[each["alive_edges"] for each in summary["selected"]],
        rates={
            score: {name: reading(of_score[name]) for name in READINGS}
            for score, of_score in (summary.get("rates") or {}).items()
        },
        settings=summary["settings"],
        flags=_flags(path),
        versions={
            name: version
            for name, version in summary["versions"].items()
            if isinstance(version, str)
        },
    )


def reading(found: Mapping[str, Any]) -> dict[str, Any]:
    """A rate with its interval, as `readings.readings` makes it; without what else stands there."""
    return {name: found[name] for name in ("n", "rate", "low", "high")}


def _flags(path: pathlib.Path) -> dict[str, str]:
    """The flags of a run; none where they cannot be read."""
    pairs = (line[2:].partition("=") for line in run_folder.flag_lines(path / "run.flags"))
    return {name: value for name, _, value in pairs}


def _unfinished(path: pathlib.Path) -> Cell:
    flags = _flags(path)
    sizes = flags.get("hidden", "").split(",")
    known = all(size.isascii() and size.isdigit() and len(size) < 9 for size in sizes)
    return Cell(
        path=path,
        state=UNFINISHED,
        task=flags.get("task"),
        hidden=tuple(map(int, sizes)) if known else None,
        flags=flags,
    )


def num_jobs(path: pathlib.Path) -> int:
    """How many jobs of a run are finished."""
    try:
        return sum(name.endswith(".npz") for name in os.listdir(path / "jobs"))
    except OSError:
        return 0
