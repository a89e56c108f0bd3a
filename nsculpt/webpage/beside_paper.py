"""What the paper says of a run's task and layers, and where the run's setting is another."""

import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from nsculpt import errors
from nsculpt import settings as settings_lib
from nsculpt.paper import alive_edges, cells, figures, reproduction, variants
from nsculpt.webpage import sweep_cells


@functools.cache
def _bars(experiment: str | None) -> dict[tuple[str, tuple[int, ...]], list[figures.Bar]]:
    """Bars that the paper gives a rate of, by task and hidden layer sizes."""
    found: dict[tuple[str, tuple[int, ...]], list[figures.Bar]] = {}
    for bar in figures.BARS:
        if experiment in (None, bar.figure):
            for hidden in bar.hidden:
                found.setdefault((bar.task, hidden), []).append(bar)
    return found


@functools.cache
def _rates() -> dict[figures.Bar, float]:
    return figures.read_rates()


@functools.cache
def _fisher(ours: reproduction.Count, paper: reproduction.Count) -> float:
    return reproduction.fisher(ours, paper)


def rates(cell: sweep_cells.Cell, experiment: str | None) -> dict[str, dict[str, Any]]:
    """The paper's rates beside a finished run's, by score.

    Args:
      cell: a run.
      experiment: whose figure is meant; None takes the first figure that shows the networks.

    Returns:
      `figure`, `panel`, `rate`, `successes` and `n` of the bar that the run's networks belong to,
      which is over more than one width; `p`: Fisher's exact p, two-sided, of the run's own count
      against the bar's, by reading of `reproduction.TESTED`; None where the run has no rate.
    """
    found: dict[str, dict[str, Any]] = {}
    if cell.task is None or cell.hidden is None:
        return found
    for bar in _bars(experiment).get((cell.task, cell.hidden), ()):
        if bar.score in found:
            continue
        paper = reproduction.paper_count(bar, _rates()[bar])
        found[bar.score] = {
            "figure": bar.figure,
            "panel": bar.panel,
            "rate": _rates()[bar],
            **dataclasses.asdict(paper),
            "p": _p_values(cell.rates.get(bar.score), paper),
        }
    return found


def _p_values(
    ours: Mapping[str, Mapping[str, Any]] | None, paper: reproduction.Count
) -> dict[str, float] | None:
    if ours is None or any(ours[name]["rate"] is None for name in reproduction.TESTED):
        return None
    counts = {
        name: reproduction.Count(round(ours[name]["rate"] * ours[name]["n"]), ours[name]["n"])
        for name in reproduction.TESTED
    }
    return {name: _fisher(count, paper) for name, count in counts.items()}


def published(cell: sweep_cells.Cell) -> alive_edges.AliveEdges | None:
    """Alive edges of the published networks of the run's task and layers; None without any."""
    if cell.task is None or cell.layer_sizes is None:
        return None
    return alive_edges.published().get((cell.task, cell.layer_sizes))


def departures(cell: sweep_cells.Cell) -> list[str]:
    """Names of settings of a finished run that are not the paper's; seeds do not count.

    Args:
      cell: any run; one that is not of the paper has none.
    """
    if cell.task is None or cell.hidden is None or (cell.task, cell.hidden) not in _bars(None):
        return []
    of_paper = cells.Cell(cell.task, cell.hidden)
    variant = variants.Variant()
    differ = [] if cell.layer_sizes == of_paper.layer_sizes else ["layer_sizes"]
    for name, value in dataclasses.asdict(variant.settings(of_paper)).items():
        if name != "seeds" and _exact(name, cell.settings.get(name)) != _exact(name, value):
            differ.append(name)
    options = variant.options(of_paper)
    return differ + [name for name, value in options.items() if cell.flags.get(name) != f"{value}"]


def _exact(name: str, value: Any) -> Any:
    """A setting as it can be compared: in which order steps stand says nothing."""
    if name not in ("unit_steps", "edge_steps"):
        return list(value) if isinstance(value, tuple) else value
    if isinstance(value, tuple):
        return set(value)
    try:
        return set(settings_lib.percents(name, value))
    except errors.InputError:
        return None
