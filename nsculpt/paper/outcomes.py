"""What a finished cell of an experiment has found, from its run folder."""

import dataclasses
import logging
import pathlib
from collections.abc import Mapping
from typing import Any

import nsculpt.tasks as tasks_lib
from nsculpt import errors, timings
from nsculpt import settings as settings_lib
from nsculpt.analysis import pipeline, result
from nsculpt.networks import files, run_folder
from nsculpt.paper import cells

_log = logging.getLogger("nsculpt")

# What a summary that no run wrote was seen to raise.
_DAMAGE = (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError)
_LEAST_SECONDS = 1e-3  # of a time that is one
_STEPS = ("unit_steps", "edge_steps")


@dataclasses.dataclass(frozen=True, eq=False)
class Outcome:
    """The selected networks of a cell, a value for each of the seeds, and the time it took."""

    cell: cells.Cell
    settings: settings_lib.Settings
    # Scores of each of a seed's sparsest networks, in the official order; none without a network.
    scores: list[list[Mapping[str, Any]]]
    # Of the selected network; None without one.
    alive_edges: list[int | None]
    # Of the selected network; None without one, or where it has no path.
    analyses: list[result.Analysis | None]
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


def expected(cell: cells.Cell, given: Mapping[str, Any]) -> settings_lib.Settings:
    """The settings that a cell is run with.

    Args:
      cell: of an experiment.
      given: what differs from the paper's, as for `settings.resolve`.

    Raises:
      InputError: a value out of range.
    """
    return settings_lib.resolve(tasks_lib.load_task(cell.task), cell.hidden, **given)


def read(folder: pathlib.Path, cell: cells.Cell, settings: settings_lib.Settings) -> Outcome | None:
    """What a cell has found, if it is finished.

    Args:
      folder: of its run.
      cell: task and network.
      settings: those it must have; of the seeds, the folder may hold more.

    Returns:
      The outcome; None where the folder is not there, holds less, or is of other settings. Where a
      file cannot be read, the log says so.

    Source: DESIGN 4.5 for the order of tied networks.
    """
    if not (folder / "summary.json").exists():
        return None
    try:
        summary = files.read_json(folder / "summary.json")
        if not _fits(summary, cell, settings):
            return None
        return _outcome(folder, summary, cell, settings)
    except errors.InputError as error:
        _log.warning("counts as not finished: %s", error)
    except _DAMAGE as error:
        _log.warning(
            "counts as not finished: %s: expected the summary of a run; %s: %s",
            folder / "summary.json", type(error).__name__, error,
        )  # fmt: skip
    return None


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
) -> Outcome:
    scores: list[list[Mapping[str, Any]]] = []
    alive_edges, analyses = [], []
    for seed in settings.seeds:
        tied = [run for run in summary["runs"] if run["seed"] == seed and run["tied"]]
        tied.sort(key=lambda run: (-run["edge_step"], -run["unit_step"]))
        # A network without any path has no scores: it fails in all.
        scores.append([_scores(run) for run in tied])
        alive_edges.append(int(tied[0]["alive_edges"]) if tied else None)
        has_path = bool(tied) and tied[0]["scores"] is not None
        analyses.append(_analyse(folder, tied[0], settings) if has_path else None)
    seconds = timings.read(folder / "timings.json")
    return Outcome(
        cell=cell,
        settings=settings,
        scores=scores,
        alive_edges=alive_edges,
        analyses=analyses,
        num_prunings=len(summary["runs"]),
        timed_prunings=seconds.get("prunings"),
        sculpting_seconds=seconds.get("sculpting_s") or None,
        analysis_seconds=seconds.get("analysis_s") or None,
        versions={name: str(value) for name, value in summary["versions"].items()},
    )


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
