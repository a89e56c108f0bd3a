"""The tables that `launch.reproduce` left in a folder, as the index page shows them."""

import dataclasses
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from nsculpt import text
from nsculpt.networks import files
from nsculpt.paper import cells, figures, shipped, variants
from nsculpt.webpage import json_kinds, sweep_cells
from nsculpt.webpage.json_kinds import Nullable, Optional

_TESTED = ("first", "any")
_COUNT = {"successes": "count", "n": "count"}
_SIDE = dict.fromkeys(("networks", "least", "median", "greatest"), "amount")
_EDGES = {"cells": "count", "found": _SIDE, "published": Nullable(_SIDE)}
_NETWORK = {"task": "text", "layer_sizes": ["size"]}
# What the page relies on in the JSON of an experiment; see `reproduction_data.form`.
_TABLES = {
    "experiment": "text",
    "departures": Optional([dict.fromkeys(("name", "here", "paper"), "text")]),
    "bars": [
        {
            **dict.fromkeys(("panel", "row", "column"), "text"),
            "finished_cells": "count",
            "paper": Nullable({"rate": "share", **_COUNT}),
            "rates": {
                name: {"rate": "share", "n": "count", "low": "share", "high": "share"}
                for name in sweep_cells.READINGS
            },
            "fisher_p": dict.fromkeys(_TESTED, Nullable("share")),
            "alive_edges": _EDGES,
        }
    ],
    "pooled": [
        {
            "panel": "text",
            "bars": "count",
            "paper": _COUNT,
            "counts": dict.fromkeys(_TESTED, _COUNT),
            "fisher_p": dict.fromkeys(_TESTED, "share"),
        }
    ],
    "alive_edges": _EDGES,
    "cells": [
        {
            **_NETWORK,
            "folder": "text",
            "seeds": ["count"],
            "alive_edges": {"by_seed": [Nullable("count")]},
        }
    ],
    "unfinished": [_NETWORK],
    "time": {
        "cells": "count",
        "sculpting_seconds": "amount",
        "prunings_per_second": Nullable("amount"),
    },
    "notes": Optional(["text"]),
}


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
        if not self.finished:
            return ["None of its cells is finished here."]
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

    def outdated(self, folder: pathlib.Path, found: Sequence[sweep_cells.Cell]) -> list[str]:
        """Where the tables are of other runs than those that are there, a sentence each."""
        finished = {cell.path.name: cell for cell in found if cell.state == sweep_cells.FINISHED}
        here = {cell.path.name for cell in found}
        gone = [name for name in self.by_seed if name not in here]
        others = []
        for name, of_table in self.by_seed.items():
            if name in finished:
                cell = finished[name]
                now = dict(zip(cell.seeds, cell.alive_edges, strict=False))
                if any(now.get(seed, -1) != count for seed, count in of_table.items()):
                    others.append(name)
        pairs = ((gone, "holds cells that are not here"), (others, "holds other edges"))
        return [
            f"{folder / self.file}: {what} ({text.listed(names, noun='cells')}); "
            f"launch.reproduce --report_only makes it anew"
            for names, what in pairs
            if names
        ]


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
    place = f"{files.place_of(path)}: "
    content = files.read_json(path)
    json_kinds.check(content, _TABLES, place)
    if content["experiment"] != name:
        raise json_kinds.fault(content["experiment"], repr(name), place, "experiment")
    known = {(bar.panel, bar.row, bar.column): bar for bar in cells.bars(name)}
    bars = []
    for at, each in enumerate(content["bars"]):
        bar = known.get((each["panel"], each["row"], each["column"]))
        if bar is None:
            raise json_kinds.fault(each["row"], "a bar of the experiment", place, f"bars[{at}]")
        bars.append(_bar(each, bar))
    for at, each in enumerate(content["cells"]):
        if len(each["seeds"]) != len(each["alive_edges"]["by_seed"]):
            expected = "one for each of alive_edges.by_seed"
            raise json_kinds.fault(each["seeds"], expected, place, f"cells[{at}].seeds")
    return Experiment(
        name=name,
        file=path.name,
        departures=[
            variants.Departure(each["name"], each["here"], each["paper"])
            for each in content.get("departures") or []
        ],
        bars=bars,
        pooled=content["pooled"],
        alive_edges=content["alive_edges"],
        by_seed={
            each["folder"]: dict(zip(each["seeds"], each["alive_edges"]["by_seed"], strict=True))
            for each in content["cells"]
        },
        finished=[
            cells.Cell(each["task"], tuple(each["layer_sizes"][1:-1])) for each in content["cells"]
        ],
        unfinished=[(each["task"], tuple(each["layer_sizes"])) for each in content["unfinished"]],
        time=content["time"],
        notes=content.get("notes") or [],
    )


def _bar(found: Mapping[str, Any], bar: figures.Bar) -> dict[str, Any]:
    """What the page shows of a bar."""
    told = ("panel", "row", "column", "finished_cells", "paper", "fisher_p", "alive_edges")
    return {
        **{name: found[name] for name in told},
        "task": bar.task,
        "score": bar.score,
        "cells": len(bar.hidden),
        "rates": {name: sweep_cells.reading(found["rates"][name]) for name in sweep_cells.READINGS},
    }


def source() -> str:
    """Where the paper's figures come from."""
    said: str = shipped.load()["source"]
    return said
