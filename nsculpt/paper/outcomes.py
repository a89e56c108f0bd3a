"""What a finished cell of an experiment has found, from its run folder."""

import dataclasses
import logging
import pathlib
import statistics
from collections.abc import Iterable, Mapping
from typing import Any

from nsculpt import errors, timings
from nsculpt import settings as settings_lib
from nsculpt.analysis import pipeline, result
from nsculpt.networks import files, run_folder
from nsculpt.paper import cells, variants
from nsculpt.tasks import files as task_files

_log = logging.getLogger("nsculpt")

# What a summary that no run wrote was seen to raise.
_DAMAGE = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)
_LEAST_SECONDS = 1e-3  # of a time that is one
_STEPS = ("unit_steps", "edge_steps")


@dataclasses.dataclass(frozen=True)
class Accuracy:
    """How often a network is right on the validation data."""

    bits_right: float  # share of the output bits
    rows_right: float  # share of the rows that are right as a whole

    def __post_init__(self) -> None:
        if not (0 <= self.bits_right <= 1 and 0 <= self.rows_right <= 1):
            raise ValueError("accuracy out of range")


def mean(found: Iterable[Accuracy | None]) -> Accuracy | None:
    """Over the networks that are there; None without any.

    Example:
      >>> mean([Accuracy(0.75, 0.5), None, Accuracy(0.25, 0.0)])
      Accuracy(bits_right=0.5, rows_right=0.25)
    """
    known = [each for each in found if each is not None]
    if not known:
        return None
    return Accuracy(
        statistics.fmean(each.bits_right for each in known),
        statistics.fmean(each.rows_right for each in known),
    )


@dataclasses.dataclass(frozen=True, eq=False)
class Outcome:
    """The selected networks of a cell, a value for each of the seeds, and the time it took."""

    cell: cells.Cell
    settings: settings_lib.Settings
    # Scores of each of a seed's sparsest networks, in the official order; none without a network.
    scores: list[list[Mapping[str, Any]]]
    # Of the selected network; None without one.
    alive_edges: list[int | None]
    # Of the dense and of the selected network; None without one. Empty on exact tasks.
    dense_accuracy: list[Accuracy | None]
    accuracy: list[Accuracy | None]
    # Of the selected network; None without one, or where it has no path. None in all where inputs
    # are optional: networks that keep other pixels have no partition of them in common.
    analyses: list[result.Analysis | None] | None
    # Of all seeds in the folder.
    num_prunings: int
    # Of the folder; None where they are not recorded. The prunings are those of the commands whose
    # time it is: not those of one that was killed, or was run elsewhere.
    timed_prunings: float | None
    sculpting_seconds: float | None
    analysis_seconds: float | None
    versions: Mapping[str, str]

    @property
    def prunings_per_second(self) -> float | None:
        """None where no time is recorded."""
        seconds = self.sculpting_seconds or 0.0
        if not self.timed_prunings or seconds < _LEAST_SECONDS:
            return None
        return self.timed_prunings / seconds


def read(folder: pathlib.Path, cell: cells.Cell, variant: variants.Variant) -> Outcome | None:
    """What a cell has found, if it is finished.

    Args:
      folder: of its run.
      cell: task and network.
      variant: how it must have been run; of the seeds, the folder may hold more.

    Returns:
      The outcome; None where the folder is not there, holds less, or is of other settings. Where a
      file cannot be read, the log says so.

    Raises:
      InputError: a setting out of range.

    Source: DESIGN 4.5 for the order of tied networks.
    """
    settings = variant.settings(cell)
    if not (folder / "summary.json").exists():
        return None
    try:
        summary = files.read_json(folder / "summary.json")
        if not _fits(summary, cell, settings):
            return None
        if not _has_options(folder / "run.flags", variant.options(cell)):
            return None
        inputs_optional = variant.outline(cell).inputs_optional
        return _outcome(folder, summary, cell, settings, inputs_optional)
    except errors.InputError as error:
        _log.warning("counts as not finished: %s", error)
    except _DAMAGE as error:
        _log.warning(
            "counts as not finished: %s: expected the summary of a run; %s: %s",
            folder / "summary.json", type(error).__name__, error,
        )  # fmt: skip
    return None


def _has_options(path: pathlib.Path, options: Mapping[str, Any]) -> bool:
    """Whether a run's task was loaded with these options, by its run.flags."""
    if not options:
        return True
    lines = map(str.strip, task_files.read_text(path).splitlines())
    flags = dict(line[2:].split("=", 1) for line in lines if line.startswith("--") and "=" in line)
    return all(flags.get(name) == f"{value}" for name, value in options.items())


def _fits(summary: Any, cell: cells.Cell, settings: settings_lib.Settings) -> bool:
    if (summary["task"], tuple(summary["layer_sizes"])) != (cell.task, cell.layer_sizes):
        return False
    from nsculpt.sculpting import jobs  # late, since it loads jax

    if summary["versions"].get("algorithm") != jobs.ALGORITHM_VERSION:
        return False
    found = dict(summary["settings"])
    for name in _STEPS:
        found[name] = settings_lib.percents(name, found[name])
    for name, value in dataclasses.asdict(settings).items():
        if name == "seeds":
            if not set(value) <= set(found[name]):
                return False
        elif name in _STEPS:
            # Which network of a seed is the sparsest depends on all steps, in whatever order.
            if set(found[name]) != set(value):
                return False
        elif found[name] != (list(value) if isinstance(value, tuple) else value):
            return False
    return True


def _outcome(
    folder: pathlib.Path,
    summary: Mapping[str, Any],
    cell: cells.Cell,
    settings: settings_lib.Settings,
    inputs_optional: bool,
) -> Outcome:
    scores: list[list[Mapping[str, Any]]] = []
    alive_edges, analyses = [], []
    for seed in settings.seeds:
        tied = [run for run in summary["runs"] if run["seed"] == seed and run["tied"]]
        tied.sort(key=lambda run: (-run["edge_step"], -run["unit_step"]))
        # A network without any path has no scores: it fails in all.
        scores.append([_scores(run) for run in tied])
        alive_edges.append(int(tied[0]["alive_edges"]) if tied else None)
        has_path = bool(tied) and tied[0]["scores"] is not None and not inputs_optional
        analyses.append(_analyse(folder, tied[0], settings) if has_path else None)
    seconds = timings.read(folder / "timings.json")
    return Outcome(
        cell=cell,
        settings=settings,
        scores=scores,
        alive_edges=alive_edges,
        dense_accuracy=_accuracy(summary, "dense", settings),
        accuracy=_accuracy(summary, "selected", settings),
        analyses=None if inputs_optional else analyses,
        num_prunings=len(summary["runs"]),
        timed_prunings=seconds.get("prunings"),
        sculpting_seconds=seconds.get("sculpting_s") or None,
        analysis_seconds=seconds.get("analysis_s") or None,
        versions={name: str(value) for name, value in summary["versions"].items()},
    )


def _accuracy(
    summary: Mapping[str, Any], which: str, settings: settings_lib.Settings
) -> list[Accuracy | None]:
    """On validation data, of the networks that a list of the summary has one of for each seed."""
    if "dense" not in summary:  # an exact task
        return []
    found = {each["seed"]: each["validation"] for each in summary[which]}
    return [
        None
        if found[seed] is None
        else Accuracy(found[seed]["bits_right"], found[seed]["rows_right"])
        for seed in settings.seeds
    ]


def _scores(run: Mapping[str, Any]) -> dict[str, Any]:
    """All scores of a network with a path; none of one without."""
    if run["scores"] is not None and "structure_recovered" not in run["scores"]:
        raise KeyError("structure_recovered")
    if run["alive_edges"] < 0:
        raise ValueError("alive_edges below 0")
    return dict(run["scores"] or {})


def _analyse(
    folder: pathlib.Path, run: Mapping[str, Any], settings: settings_lib.Settings
) -> result.Analysis:
    choice = run_folder.Choice(run["seed"], run["unit_step"], run["edge_step"])
    return pipeline.analyze(
        run_folder.load(folder, choice),
        settings.path_length,
        settings.merge_threshold,
        settings.modularity_threshold,
    )
