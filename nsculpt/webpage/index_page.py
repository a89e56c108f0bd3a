"""The page over the runs of a folder: a table of them, beside the paper where they are of it."""

import dataclasses
import logging
import os
import pathlib
import shlex
import urllib.parse
from collections.abc import Sequence
from typing import Any

from nsculpt import errors, text
from nsculpt.networks import files
from nsculpt.paper import alive_edges
from nsculpt.paper import cells as cells_lib
from nsculpt.report import reproduction_notes
from nsculpt.webpage import beside_paper, sweep_cells, sweep_experiment, sweep_grids

_log = logging.getLogger("nsculpt")

NAME = "index.html"
_MARK = b'<meta name="generator" content="nsculpt">'  # near the beginning of such a page
_MARK_WITHIN = 1000  # bytes
_SCORES = ("structure_recovered", "inputs_recovered", "outputs_recovered")  # come first
_STYLES = ("base.css", "index.css")
_SCRIPTS = (
    "dom.js",
    "download.js",
    "numbers.js",
    "sorted_table.js",
    "bar_chart.js",
    "heat_map.js",
    "index_head.js",
    "index_figures.js",
    "index_tables.js",
    "index.js",
)
_NOTES = (
    "Rates are shares of seeds. Of the networks that tie as a seed's sparsest, the first in the "
    "official order succeeds (first), the share that does (mean), at least one (any), every one "
    "(all). Intervals: Wilson, 95 percent; approximate for mean.",
    "Alive edges are those of the mask; the median is over the selected networks of a run's seeds.",
)
_BESIDE = (
    "In the table of cells the paper's rate is that of the bar that a cell belongs to, which is "
    "over several widths; p is Fisher's exact, two-sided, of the cell's own count against it. "
    "Published edges: of the networks of that task and these layers that the authors published."
)
# Versions that may change what a run finds.
_VERSIONS = ("nsculpt", "algorithm", "jax")


def is_sweep(folder: str | os.PathLike[str]) -> bool:
    """Whether a folder is no run itself and has finished runs directly below it.

    Example:
      >>> is_sweep("/nowhere")
      False
    """
    return sweep_cells.is_sweep(folder)


def may_write(folder: pathlib.Path) -> bool:
    """Whether the folder's index.html, if there is one, is empty or a page of this package.

    Example:
      >>> may_write(pathlib.Path("/nowhere"))
      True
    """
    path = folder / NAME
    try:
        if path.exists() and not path.is_file():  # a pipe would be waited for without end
            return False
        with path.open("rb") as file:
            begin = file.read(_MARK_WITHIN)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return not begin or _MARK in begin


def write(folder: str | os.PathLike[str]) -> pathlib.Path:
    """Writes `index.html` into a folder of runs, whole or not at all.

    Everything is read anew from the folder: `summary.json` of each run, and the tables that
    `launch.reproduce` left, if they are there. A damaged file costs its own part of the page, which
    says so, and so does the log.

    Args:
      folder: with run folders directly below it, of any tasks.

    Returns:
      The page's path. Equal content of an equally named folder gives an equal page.

    Raises:
      InputError: the folder holds no runs, or another index.html.
      OSError: the page cannot be written.
    """
    from nsculpt.webpage import page_file  # late, since the tables alone do without jinja2

    path = pathlib.Path(folder)
    content = form(path)
    if not may_write(path):
        raise errors.InputError(
            f"{files.place_of(path / NAME)}: is no page of nsculpt; expected such a page, or none: "
            "move it away"
        )
    for warning in content["warnings"]:
        _log.warning("%s", warning)
    page = page_file.render(
        "index.html.j2",
        content["title"],
        page_file.inlined(content),
        _STYLES,
        _SCRIPTS,
    )
    page_file.write(path / NAME, page)
    return path / NAME


def form(folder: pathlib.Path) -> dict[str, Any]:
    """What the page is drawn from.

    Args:
      folder: with run folders directly below it.

    Returns:
      `title`, `warnings`, `scores` (name and text of those that any run has a rate of), `cells`,
      `experiment` (None where the folder is of none), `grids` (then, as from
      `sweep_grids.of_cells`), `not_run` (task, and layer sizes of the cells
      that the folder has nothing of) and `notes` (paragraphs).

    Raises:
      InputError: the folder cannot be read, or holds no runs.
    """
    found = sweep_cells.find(folder)
    if not found:
        raise errors.InputError(
            f"{text.printable(folder)}: holds no runs; expected run folders directly below it"
        )
    warnings = [
        f"{cell.fault}; the page is made without it"
        for cell in found
        if cell.state == sweep_cells.DAMAGED
    ]
    experiment = None
    name = sweep_experiment.name_of(folder)
    if name is not None:
        try:
            experiment = sweep_experiment.read(folder, name)
        except errors.InputError as error:
            warnings.append(f"{error}; the page is made without it")
    found = _ordered(found, name)
    if experiment is not None:
        warnings += experiment.outdated(folder, found)
    return {
        "title": name or text.printable(folder.resolve().name or folder),
        "folder": text.printable(folder),
        "warnings": [text.printable(warning) for warning in warnings],
        "scores": _scores(found, experiment),
        "cells": [_cell(cell, name, experiment) for cell in found],
        "experiment": None if experiment is None else _experiment(experiment),
        "grids": sweep_grids.of_cells(found) if experiment is None else [],
        "not_run": [] if experiment is None else _not_run(found, experiment),
        "notes": [*(_NOTES if experiment is None else experiment.notes), *_sources(found)],
    }


def _ordered(found: Sequence[sweep_cells.Cell], experiment: str | None) -> list[sweep_cells.Cell]:
    """The cells of an experiment in its order, then the others as they are."""
    if experiment is None:
        return list(found)
    places = {cell.name: place for place, cell in enumerate(cells_lib.of(experiment))}
    return sorted(found, key=lambda cell: places.get(cell.path.name, len(places)))


def _scores(
    found: Sequence[sweep_cells.Cell], experiment: sweep_experiment.Experiment | None
) -> list[dict[str, str]]:
    """Scores to choose from, those that the paper has figures of first."""
    if experiment is None:
        first = [name for cell in found for name in beside_paper.rates(cell, None)]
    else:
        first = [bar["score"] for bar in experiment.bars]
    held = dict.fromkeys(name for cell in found for name in cell.rates)
    order = dict.fromkeys([*first, *_SCORES, *held])
    return [
        {"name": name, "text": text.printable(name).replace("_", " ")}
        for name in order
        if name in held
    ]


def _cell(
    cell: sweep_cells.Cell, name: str | None, experiment: sweep_experiment.Experiment | None
) -> dict[str, Any]:
    """A row of the table."""
    edges = [count for count in cell.alive_edges if count is not None]
    has_page = os.path.isfile(cell.path / "report.html")
    shown = text.printable(cell.path.name)
    at = urllib.parse.quote(os.fsencode(cell.path.name))
    published = beside_paper.published(cell)
    return {
        "folder": shown,
        "page": f"./{at}/report.html" if has_page else None,
        "command": f"python -m launch.report --run_dir={shlex.quote(text.printable(cell.path))}",
        "state": cell.state,
        "said": _said(cell, experiment),
        "task": None if cell.task is None else text.printable(cell.task),
        "layer_sizes": None if cell.layer_sizes is None else list(cell.layer_sizes),
        "hidden": None if cell.hidden is None else list(cell.hidden),
        "seeds": list(cell.seeds),
        "prunings": cell.num_prunings,
        "edges": None if not edges else dataclasses.asdict(alive_edges.of(edges)),
        "published": None if published is None else dataclasses.asdict(published),
        "rates": cell.rates,
        "paper": beside_paper.rates(cell, name),
    }


def _said(cell: sweep_cells.Cell, experiment: sweep_experiment.Experiment | None) -> list[str]:
    """What a reader has to know of a run, beyond its figures."""
    if cell.state == sweep_cells.UNFINISHED:
        jobs = text.counted(sweep_cells.num_jobs(cell.path), "finished job")
        return [f"{jobs}; the command that began it goes on"]
    if cell.state == sweep_cells.DAMAGED:
        return []
    said = []
    if experiment is None or cell.path.name not in experiment.by_seed:
        if experiment is not None:
            said.append(f"not in {experiment.file}")
        if differ := beside_paper.departures(cell):
            said.append(f"not the paper's setting: {', '.join(differ)}")
    if not cell.rates:
        said.append("no truth is known, so there are no rates")
    if missing := sum(count is None for count in cell.alive_edges):
        said.append(f"{text.counted(missing, 'seed')} without an accepted network")
    return said


def _experiment(found: sweep_experiment.Experiment) -> dict[str, Any]:
    return {
        "name": found.name,
        "file": found.file,
        "said": [*found.pools(), *reproduction_notes.departures(found.departures)],
        "has_departures": bool(found.departures),
        "panels": sweep_experiment.panels(found.name, found.bars),
        "bars": found.bars,
        "pooled": found.pooled,
        "alive_edges": found.alive_edges,
        "time": found.time,
    }


def _not_run(
    found: Sequence[sweep_cells.Cell], experiment: sweep_experiment.Experiment
) -> list[dict[str, Any]]:
    """By task, the layers of the cells that nothing is there of."""
    here = {cell.path.name for cell in found}
    layers: dict[str, list[str]] = {}
    for task, layer_sizes in experiment.unfinished:
        if cells_lib.Cell(task, layer_sizes[1:-1]).name not in here:
            layers.setdefault(text.printable(task), []).append("-".join(map(str, layer_sizes)))
    return [{"task": task, "layers": of_task} for task, of_task in layers.items()]


def _sources(found: Sequence[sweep_cells.Cell]) -> list[str]:
    """Where the figures are from: the paper's, if any of it stands beside the runs, and ours."""
    said = []
    if any(beside_paper.published(cell) or beside_paper.rates(cell, None) for cell in found):
        said += [_BESIDE, f"Paper: {sweep_experiment.source()}"]
    sets = (
        ", ".join(
            f"{name} {text.printable(cell.versions[name])}"
            for name in _VERSIONS
            if name in cell.versions
        )
        for cell in found
        if cell.versions
    )
    if versions := list(dict.fromkeys(sets)):
        said.append(f"Made with {'; and with '.join(versions)}.")
    return said
