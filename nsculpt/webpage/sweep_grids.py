"""Heat maps of runs that belong to a figure of the paper that has two axes, as overlap by use."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from nsculpt.paper import cells, figures, reproduction
from nsculpt.scores import readings
from nsculpt.webpage import sweep_cells, sweep_experiment


def of_cells(found: Sequence[sweep_cells.Cell]) -> list[dict[str, Any]]:
    """Of each figure the panels with runs in two rows and two columns or more.

    Args:
      found: the runs of a folder.

    Returns:
      For each such panel `panel` (as from `sweep_experiment.panels`) and `bars`: `row`, `column`,
      `score`, `folders` (of the runs), `rates` by reading over the seeds of all of them, with
      Wilson 95 percent intervals, `paper` (`rate`, `successes`, `n`; None where it gives none) and
      `fisher_p` of `first`, as in the tables of `launch.reproduce`.

    Example:
      >>> of_cells([])
      []
    """
    by_network: dict[tuple[str, tuple[int, ...]], list[sweep_cells.Cell]] = {}
    for cell in found:
        if cell.task is not None and cell.hidden is not None and cell.rates:
            others = by_network.setdefault((cell.task, cell.hidden), [])
            # A seed counts once: the same run in another folder is no other network.
            if all(set(cell.seeds).isdisjoint(other.seeds) for other in others):
                others.append(cell)
    if not by_network:
        return []
    grids = []
    for name in cells.EXPERIMENTS:
        bars = []
        for bar in cells.bars(name):
            runs = [run for hidden in bar.hidden for run in by_network.get((bar.task, hidden), ())]
            if (made := _bar(bar, runs)) is not None:
                bars.append(made)
        for title in dict.fromkeys(bar["panel"] for bar in bars):
            mine = [bar for bar in bars if bar["panel"] == title]
            sides = [len({bar[side] for bar in mine}) for side in ("row", "column")]
            every = sweep_experiment.panels(name, mine)
            (panel,) = (panel for panel in every if panel["name"] == title)
            if panel["is_grid"] and min(sides) > 1:
                grids.append({"panel": panel, "bars": mine})
    return grids


def _bar(bar: figures.Bar, runs: Sequence[sweep_cells.Cell]) -> dict[str, Any] | None:
    """What the runs of a bar of the paper have found; None without any that has a rate."""
    known = [
        cell
        for cell in runs
        if bar.score in cell.rates
        and all(each["rate"] is not None and each["n"] for each in cell.rates[bar.score].values())
    ]
    if not known:
        return None
    rates = {
        name: _pooled([cell.rates[bar.score][name] for cell in known])
        for name in sweep_cells.READINGS
    }
    rate = figures.read_rates().get(bar)
    paper = None if rate is None else reproduction.paper_count(bar, rate)
    first = rates["first"]
    ours = reproduction.Count(round(first["rate"] * first["n"]), first["n"])
    return {
        "panel": bar.panel,
        "row": bar.row,
        "column": bar.column,
        "score": bar.score,
        "folders": [cell.path.name for cell in known],
        "rates": rates,
        "paper": None if paper is None else {"rate": rate, **dataclasses.asdict(paper)},
        "fisher_p": {"first": None if paper is None else reproduction.fisher(ours, paper)},
    }


def _pooled(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One rate over the seeds of several runs."""
    n = sum(each["n"] for each in found)
    successes = sum(each["rate"] * each["n"] for each in found)
    low, high = readings.wilson(min(successes, n), n)
    return {"rate": successes / n, "n": n, "low": low, "high": high}
