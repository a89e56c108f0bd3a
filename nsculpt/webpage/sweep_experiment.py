"""The tables that `launch.reproduce` left in a folder, as the index page shows them."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from nsculpt import text
from nsculpt.paper import cells, figures, shipped, variants
from nsculpt.webpage import checked_json, sweep_cells

_READINGS = ("first", "mean", "any", "all")
_TESTED = ("first", "any")
_EDGES = ("networks", "least", "median", "greatest")


@dataclasses.dataclass(frozen=True, eq=False)
class Experiment:
    """An experiment of the paper, as far as its tables say."""

    name: str
    file: str  # the name of the JSON file
    departures: list[variants.Departure]
    # As in the file, in its order; see `reproduction_data.form`.
    bars: list[dict[str, Any]]
    pooled: list[dict[str, Any]]
    alive_edges: dict[str, Any]
    # Of each cell: its folder, and the alive edges of its seeds.
    by_seed: dict[str, dict[int, int | None]]
    finished: list[cells.Cell]
    unfinished: list[tuple[str, tuple[int, ...]]]  # task and layer sizes
    time: dict[str, Any]
    notes: list[str]

    def pools(self) -> list[str]:
        """What a bar of the paper is over, and how much of that is here; a sentence each."""
        every = cells.bars(self.name)
        of_bar = {len(bar.hidden): bar for bar in every}
        (bar,) = of_bar.values()  # the bars of a figure are over equally many networks
        depths = f" and {_listed(bar.depths)} hidden layers" if len(bar.depths) > 1 else ""
        total = len(self.finished) + len(self.unfinished)
        widths = sorted({width for cell in self.finished for width in cell.hidden})
        layers = sorted({len(cell.hidden) for cell in self.finished})
        said = [
            f"A bar of the paper is over {bar.num_networks} networks: widths "
            f"{_listed(_widths(every))}{depths}, {len(bar.hidden)} cells with 4 seeds each.",
            f"Finished here: {len(self.finished)} of {text.counted(total, 'cell')}, of "
            f"{'width' if len(widths) == 1 else 'widths'} {_listed(widths)} and "
            f"{_listed(layers)} hidden {'layer' if layers == [1] else 'layers'}; n says over how "
            "many networks a rate is.",
        ]
        return said


def panels(name: str, found_bars: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The panels of a figure of the paper, all of it, whether or not there are runs of it.

    Args:
      name: of the experiment.
      found_bars: what was found, each with its `panel`, `row` and `column`.

    Returns:
      For each `name`, `rows` and `columns` (`axis`), `is_grid`: whether both count something,
      and `bars[row][column]`: the `paper`'s rate and the position `found` in `found_bars`; each
      None where there is none, and so is what the figure has no bar of.
    """
    rates = figures.read_rates()
    found = {(bar["panel"], bar["row"], bar["column"]): at for at, bar in enumerate(found_bars)}
    made = []
    every = cells.bars(name)
    for panel in dict.fromkeys(bar.panel for bar in every):
        of_panel = {(bar.row, bar.column): bar for bar in every if bar.panel == panel}
        rows, columns = (list(dict.fromkeys(side)) for side in zip(*of_panel, strict=True))
        made.append(
            {
                "name": panel,
                "rows": axis(rows),
                "columns": axis(columns),
                "is_grid": all(any(map(str.isdigit, side)) for side in (*rows, *columns)),
                "bars": [
                    [
                        None
                        if (bar := of_panel.get((row, column))) is None
                        else {
                            "paper": rates.get(bar),
                            "found": found.get((panel, row, column)),
                        }
                        for column in columns
                    ]
                    for row in rows
                ],
            }
        )
    return made


def axis(names: Sequence[str]) -> dict[str, Any]:
    """What the names of rows or columns have in common, as a title, and what is left of each.

    Example:
      >>> axis(["use 1", "use 2"])
      {'title': 'times used', 'names': ['1', '2']}
      >>> axis(["reused", "non_modular"])
      {'title': '', 'names': ['reused', 'non_modular']}
    """
    for shared, title in (
        ("use ", "times used"),
        (" hidden", "hidden layers"),
        ("overlap ", "overlapping inputs"),
    ):
        if all(shared in name for name in names):
            return {"title": title, "names": [name.replace(shared, "") for name in names]}
    return {"title": "", "names": list(names)}


def _widths(bars: Sequence[figures.Bar]) -> list[int]:
    return sorted({width for bar in bars for width in bar.widths})


def _listed(values: Sequence[int]) -> str:
    """Numbers in a sentence: 1, 2 and 3."""
    *most, last = map(str, values)
    return f"{', '.join(most)} and {last}" if most else last


def name_of(folder: pathlib.Path) -> str | None:
    """The experiment whose tables a folder holds; None where it holds none.

    Example:
      >>> name_of(pathlib.Path("/nowhere"))
    """
    for name in cells.EXPERIMENTS:
        if os.path.isfile(folder / f"{name}.json"):
            return name
    return None


def read(folder: pathlib.Path, name: str) -> Experiment:
    """The tables of an experiment.

    Args:
      folder: with `name`.json.
      name: one of `cells.EXPERIMENTS`.

    Raises:
      InputError: naming the file, and the place in it that `reproduction_data.form` does not make.
    """
    path = folder / f"{name}.json"
    content = checked_json.read(path)
    if content["experiment"].value != name:
        raise content["experiment"].fault(f"{name!r}")
    known = {(bar.panel, bar.row, bar.column): bar for bar in cells.bars(name)}
    departures = content["departures"]
    folders = {each["folder"].text(): each for each in content["cells"].each()}
    unfinished = content["unfinished"].each()
    time = content["time"]
    rate = time["prunings_per_second"]
    return Experiment(
        name=name,
        file=path.name,
        departures=[
            variants.Departure(*(each[field].text() for field in ("name", "here", "paper")))
            for each in ([] if departures.value is None else departures.each())
        ],
        bars=[_bar(each, known) for each in content["bars"].each()],
        pooled=[_pooled(each) for each in content["pooled"].each()],
        alive_edges=_edges(content["alive_edges"]),
        by_seed={folder: _by_seed(each) for folder, each in folders.items()},
        finished=[
            cells.Cell(each["task"].text(), _layer_sizes(each)[1:-1]) for each in folders.values()
        ],
        unfinished=[(each["task"].text(), _layer_sizes(each)) for each in unfinished],
        time={
            "cells": time["cells"].whole(),
            "sculpting_seconds": time["sculpting_seconds"].number(),
            "prunings_per_second": None if rate.value is None else rate.number(),
        },
        notes=[each.text() for each in content["notes"].each()]
        if content["notes"].value is not None
        else [],
    )


def _bar(
    found: checked_json.Value, known: dict[tuple[str, str, str], figures.Bar]
) -> dict[str, Any]:
    place = tuple(found[name].text() for name in ("panel", "row", "column"))
    bar = known.get((place[0], place[1], place[2]))
    if bar is None:
        raise found.fault("a bar of the experiment")
    paper = found["paper"]
    return {
        "panel": bar.panel,
        "row": bar.row,
        "column": bar.column,
        "task": bar.task,
        "score": bar.score,
        "cells": len(bar.hidden),
        "finished_cells": found["finished_cells"].whole(),
        "paper": None if paper.value is None else {"rate": paper["rate"].share()} | _count(paper),
        "rates": {name: _known(found["rates"][name]) for name in _READINGS},
        "fisher_p": {
            name: None if (p := found["fisher_p"][name]).value is None else p.share()
            for name in _TESTED
        },
        "alive_edges": _edges(found["alive_edges"]),
    }


def _known(found: checked_json.Value) -> dict[str, Any]:
    found["rate"].share()  # of a run it may be null
    return sweep_cells.reading(found)


def _pooled(found: checked_json.Value) -> dict[str, Any]:
    return {
        "panel": found["panel"].text(),
        "bars": found["bars"].whole(),
        "paper": _count(found["paper"]),
        "counts": {name: _count(found["counts"][name]) for name in _TESTED},
        "fisher_p": {name: found["fisher_p"][name].share() for name in _TESTED},
    }


def _count(found: checked_json.Value) -> dict[str, int]:
    return {name: found[name].whole() for name in ("successes", "n")}


def _edges(found: checked_json.Value) -> dict[str, Any]:
    sides = {
        side: None
        if side == "published" and found[side].value is None
        else {name: found[side][name].number() for name in _EDGES}
        for side in ("found", "published")
    }
    return {"cells": found["cells"].whole(), **sides}


def _layer_sizes(found: checked_json.Value) -> tuple[int, ...]:
    return tuple(size.whole(1) for size in found["layer_sizes"].each())


def _by_seed(found: checked_json.Value) -> dict[int, int | None]:
    counts = found["alive_edges"]["by_seed"].each()
    seeds = found["seeds"].each()
    if len(counts) != len(seeds):
        raise found["seeds"].fault("one for each of alive_edges.by_seed")
    return {
        seed.whole(): None if count.value is None else count.whole()
        for seed, count in zip(seeds, counts, strict=True)
    }


def source() -> str:
    """Where the paper's figures come from."""
    said: str = shipped.load()["source"]
    return said
