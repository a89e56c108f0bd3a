"""The run folders directly below a folder, and what the summary of each says."""

import dataclasses
import os
import pathlib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from nsculpt import errors
from nsculpt.networks import files
from nsculpt.tasks import files as task_files
from nsculpt.webpage import checked_json

FINISHED, UNFINISHED, DAMAGED = "finished", "not finished", "damaged"
_READINGS = ("first", "mean", "any", "all")
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
    try:
        summary = checked_json.read(path / "summary.json")
        layer_sizes = tuple(size.whole(1) for size in summary["layer_sizes"].each())
        if len(layer_sizes) < 2:
            raise summary["layer_sizes"].fault("two layers or more")
        return Cell(
            path=path,
            state=FINISHED,
            task=summary["task"].text(),
            layer_sizes=layer_sizes,
            hidden=layer_sizes[1:-1],
            seeds=tuple(seed.whole() for seed in summary["settings"]["seeds"].each()),
            num_prunings=len(summary["runs"].each()),
            alive_edges=[
                None if each["alive_edges"].value is None else each["alive_edges"].whole()
                for each in summary["selected"].each()
            ],
            rates=_rates(summary["rates"]),
            settings=summary["settings"].value,
            flags=_flags(path),
            versions={
                name: version.text()
                for name, version in summary["versions"].fields().items()
                if isinstance(version.value, str)
            },
        )
    except errors.InputError as error:
        return Cell(path=path, state=DAMAGED, fault=str(error))


def _rates(found: checked_json.Value) -> dict[str, dict[str, dict[str, Any]]]:
    """None where nothing is known that they could be rates of."""
    if found.value is None:
        return {}
    return {
        score: {name: reading(each[name]) for name in _READINGS}
        for score, each in found.fields().items()
    }


def reading(found: checked_json.Value) -> dict[str, Any]:
    """A rate with its interval, as `readings.readings` makes it.

    Raises:
      InputError: it is none.
    """
    ends = {
        name: None if found["rate"].value is None else found[name].share()
        for name in ("rate", "low", "high")
    }
    return {"n": found["n"].whole(), **ends}


def _flags(path: pathlib.Path) -> dict[str, str]:
    """The flags of a run; none where they cannot be read."""
    try:
        lines = map(str.strip, task_files.read_text(path / "run.flags").splitlines())
    except errors.InputError:
        return {}
    pairs = (line[2:].partition("=") for line in lines if line.startswith("--"))
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
