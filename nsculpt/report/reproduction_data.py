"""A reproduced experiment as data: one JSON with all of it, tables of bars and of cells as CSV."""

import csv
import dataclasses
import io
from collections.abc import Mapping, Sequence
from typing import Any

from nsculpt.paper import alive_edges, outcomes, reproduction, shipped
from nsculpt.report import reproduction_notes

SCHEMA_VERSION = 1
_READINGS = ("first", "mean", "any", "all")


def form(found: reproduction.Reproduction) -> dict[str, Any]:
    """The content of the JSON file.

    Args:
      found: as from `reproduction.collate`.

    Returns:
      `paper` (where its figures come from), `departures` (settings that are not the paper's),
      `bars`, `pooled` (all bars of a panel that the paper gives a rate of), `cells`, `alive_edges`
      (summed over cells), `time`, `unfinished` cells, and `notes` on all these. A rate is
      `{"rate", "n", "low", "high"}` with a Wilson 95 percent interval; p values are Fisher's, exact
      and two-sided, of our count against the paper's. What the paper, or its published networks,
      say nothing of is null, and so is the consensus where inputs are optional.
    """
    source = shipped.load()
    return {
        "schema_version": SCHEMA_VERSION,
        "experiment": found.experiment,
        "paper": {name: text for name, text in source.items() if isinstance(text, str)},
        "departures": [dataclasses.asdict(each) for each in found.departures],
        "bars": [_bar(each) for each in found.bars],
        "pooled": [_pooled(each) for each in found.pooled],
        "alive_edges": _edges(found.edges),
        "cells": [_cell(each) for each in found.cells],
        "time": {
            **dataclasses.asdict(found.time),
            "prunings_per_second": found.time.prunings_per_second,
        },
        "unfinished": [
            {"task": cell.task, "layer_sizes": list(cell.layer_sizes)} for cell in found.unfinished
        ],
        "notes": reproduction_notes.notes(found),
    }


def _bar(found: reproduction.BarFound) -> dict[str, Any]:
    bar = found.bar
    return {
        "panel": bar.panel,
        "row": bar.row,
        "column": bar.column,
        "task": bar.task,
        "hidden": [list(hidden) for hidden in bar.hidden],
        "finished_cells": found.num_cells,
        "score": bar.score,
        "paper": None
        if found.paper is None
        else {"rate": found.comparison.paper, **dataclasses.asdict(found.paper)},
        "rates": found.comparison.rates,
        "fisher_p": dict(found.p_values),
        "alive_edges": _edges(found.edges),
        "consensus": None if found.consensus is None else found.consensus.to_dict(),
    }


def _pooled(found: reproduction.Pooled) -> dict[str, Any]:
    return {
        "panel": found.panel,
        "bars": found.bars,
        "paper": dataclasses.asdict(found.paper),
        "counts": {name: dataclasses.asdict(count) for name, count in found.counts.items()},
        "fisher_p": dict(found.p_values),
    }


def _edges(found: reproduction.Edges) -> dict[str, Any]:
    return {
        "cells": found.cells,
        "found": dataclasses.asdict(found.ours),
        "published": _form(found.published),
    }


def _form(found: alive_edges.AliveEdges | outcomes.Accuracy | None) -> dict[str, Any] | None:
    return None if found is None else dataclasses.asdict(found)


def _cell(found: reproduction.CellFound) -> dict[str, Any]:
    outcome = found.outcome
    return {
        "task": outcome.cell.task,
        "layer_sizes": list(outcome.cell.layer_sizes),
        "folder": outcome.cell.name,
        "seeds": list(outcome.settings.seeds),
        "accuracy": {
            "dense": [_form(each) for each in outcome.dense_accuracy],
            "selected": [_form(each) for each in outcome.accuracy],
        }
        if outcome.accuracy
        else None,
        "alive_edges": {
            "by_seed": outcome.alive_edges,
            "found": _form(found.ours),
            "published": _form(found.published),
        },
        "prunings": outcome.num_prunings,
        "sculpting_seconds": outcome.sculpting_seconds,
        "analysis_seconds": outcome.analysis_seconds,
        "prunings_per_second": outcome.prunings_per_second,
        "versions": dict(outcome.versions),
    }


def bars_csv(found: reproduction.Reproduction) -> str:
    """The bars as CSV: a header and a line for each; empty is what nothing is known of."""
    rows = []
    for bar in found.bars:
        row: dict[str, Any] = {
            "panel": bar.bar.panel,
            "row": bar.bar.row,
            "column": bar.bar.column,
            "task": bar.bar.task,
            "score": bar.bar.score,
            "cells": bar.num_cells,
            "n": bar.counts["first"].n,
            "paper_rate": bar.comparison.paper,
            "paper_n": None if bar.paper is None else bar.paper.n,
        }
        for reading in _READINGS:
            rate = bar.comparison.rates[reading]
            row |= {reading: rate["rate"]}
            row |= {f"{reading}_{end}": rate[end] for end in ("low", "high")}
        row |= {f"fisher_p_{reading}": p for reading, p in bar.p_values.items()}
        row |= {
            "edge_cells": bar.edges.cells,
            "sum_of_median_edges": bar.edges.ours.median,
            "sum_of_published_median_edges": getattr(bar.edges.published, "median", None),
        }
        for part in ("inputs", "outputs", "graph"):
            mode = getattr(bar.consensus, part, None)
            for name, value in (("share", "share"), ("true", "is_true")):
                row[f"consensus_{part}_{name}"] = getattr(mode, value, None)
        rows.append(row | _departures(found))
    return _csv(rows)


def cells_csv(found: reproduction.Reproduction) -> str:
    """The cells as CSV: a header and a line for each."""
    rows = []
    for cell in found.cells:
        outcome = cell.outcome
        row: dict[str, Any] = {
            "task": outcome.cell.task,
            "layer_sizes": "-".join(map(str, outcome.cell.layer_sizes)),
            "seeds": len(outcome.settings.seeds),
        }
        for whose, accuracy in (("dense_", outcome.dense_accuracy), ("", outcome.accuracy)):
            mean = outcomes.mean(accuracy)
            row[f"{whose}bits_right"] = None if mean is None else mean.bits_right
            row[f"{whose}rows_right"] = None if mean is None else mean.rows_right
        for whose, edges in (("", cell.ours), ("published_", cell.published)):
            for name in ("networks", "least", "median", "greatest"):
                row[f"{whose}edges_{name}"] = None if edges is None else getattr(edges, name)
        row |= {
            "prunings": outcome.num_prunings,
            "sculpting_seconds": outcome.sculpting_seconds,
            "prunings_per_second": outcome.prunings_per_second,
        }
        rows.append(row | _departures(found))
    return _csv(rows)


def _departures(found: reproduction.Reproduction) -> dict[str, str]:
    """The column that says whether the setting is the paper's: then it is empty."""
    return {"departures": "; ".join(f"{each.name}={each.here}" for each in found.departures)}


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Every row has the same columns; None is an empty field."""
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return text.getvalue()
