"""A reproduced experiment as tables to read: Markdown, and text for a terminal of 80 columns."""

import itertools
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

from nsculpt import text
from nsculpt.paper import alive_edges, outcomes, reproduction, shipped
from nsculpt.report import reproduction_notes, reproduction_totals
from nsculpt.scores import consensus as consensus_lib

_READINGS = ("first", "mean", "any", "all")
_HEADING = (
    f"{'':<23}{'n':>3}{'paper':>7}{'first':>7} {'interval':<9}"
    f"{'p':>5}{'any':>7}{'p':>6}{'edges':>12}"
)


def terminal(found: reproduction.Reproduction) -> str:
    """The bars, then sums over them, in 80 columns.

    Args:
      found: as from `reproduction.collate`.
    """
    blocks = [
        "\n".join(
            map(text.filled, [_counts(found), *reproduction_notes.departures(found.departures)])
        )
    ]
    for panel, bars in itertools.groupby(found.bars, key=lambda each: each.bar.panel):
        lines = [f"{found.experiment}, {panel}", _HEADING]
        for row, group in itertools.groupby(bars, key=lambda each: each.bar.row):
            lines.append(f"  {row}")
            lines += map(_terminal_bar, group)
        blocks.append("\n".join(lines))
    if found.bars:
        published = "" if found.edges.published is None else ", found/published"
        legend = (
            "interval: Wilson, 95 percent, of first; p: Fisher's exact, two-sided, against the "
            f"paper's count; edges: medians summed over the bar's cells{published}"
        )
        blocks.append(textwrap.fill(legend, 80))
        blocks.append("\n".join(map(text.filled, reproduction_totals.lines(found))))
    return "\n\n".join(blocks)


def _terminal_bar(found: reproduction.BarFound) -> str:
    first, any_one = (found.comparison.rates[name] for name in reproduction.TESTED)
    p_values = [reproduction_totals.p_value(found.p_values[name]) for name in reproduction.TESTED]
    return (
        f"    {found.bar.column:<19}{first['n']:>3}{_paper(found):>7}"
        f"{first['rate']:>7.2f} {text.interval(first):<9}{p_values[0]:>5}"
        f"{any_one['rate']:>7.2f}{p_values[1]:>6}{_edges(found.edges):>12}"
    )


def _paper(found: reproduction.BarFound) -> str:
    return "-" if found.comparison.paper is None else f"{found.comparison.paper:.2f}"


def _edges(found: reproduction.Edges) -> str:
    ours, published = reproduction_totals.medians(found)
    return ours if ours == "-" or found.published is None else f"{ours}/{published}"


def _counts(found: reproduction.Reproduction) -> str:
    """How much of the experiment is finished."""
    num_all = len(found.cells) + len(found.unfinished)
    networks = text.counted(
        sum(len(each.outcome.settings.seeds) for each in found.cells), "network"
    )
    prunings = sum(each.outcome.num_prunings for each in found.cells)
    line = (
        f"{found.experiment}: {len(found.cells)} of {num_all} cells (task and layer sizes), "
        f"{networks} selected from {prunings:,} {'pruning' if prunings == 1 else 'prunings'}"
    )
    if found.unfinished:
        line += f"; {len(found.unfinished)} not finished are left out, and can be resumed"
    return line


def markdown(found: reproduction.Reproduction) -> str:
    """All tables, with what their columns mean.

    Args:
      found: as from `reproduction.collate`.
    """
    blocks = [
        f"# {found.experiment}",
        f"{_counts(found)}.",
        *reproduction_notes.departures(found.departures),
    ]
    for panel, group in itertools.groupby(found.bars, key=lambda each: each.bar.panel):
        blocks.append(f"## Success rates: {panel}")
        blocks.append(_rates(list(group)))
    if found.bars:
        blocks.append("\n".join(f"- {line}" for line in reproduction_totals.lines(found)))
        if reproduction_totals.agreements(found.bars):
            blocks += ["## Consensus", _consensus(found.bars)]
        blocks += ["## Cells", _cells(found)]
        if accuracy := _accuracy(found):
            blocks += ["## Accuracy", accuracy]
    if found.unfinished:
        blocks.append("## Not finished")
        blocks.append(", ".join(f"`{cell}`" for cell in found.unfinished))
    blocks += ["## Notes", *reproduction_notes.notes(found), f"Paper: {shipped.load()['source']}"]
    return "\n\n".join(blocks) + "\n"


def _rates(bars: Sequence[reproduction.BarFound]) -> str:
    rows = []
    for each in bars:
        rates = each.comparison.rates
        rows.append(
            [
                each.bar.row,
                each.bar.column,
                f"{rates['first']['n']}",
                _paper(each),
                *(_rate(rates[name]) for name in _READINGS),
                *(reproduction_totals.p_value(each.p_values[name]) for name in reproduction.TESTED),
                *reproduction_totals.medians(each.edges),
            ]
        )
    p_values = [f"p of {name}" for name in reproduction.TESTED]
    heads = ["bar", "", "n", "paper", *_READINGS, *p_values, "median edges", "published"]
    return _table(heads, rows)


def _rate(rate: Any) -> str:
    return f"{rate['rate']:.2f} [{rate['low']:.2f}, {rate['high']:.2f}]"


def _consensus(bars: Sequence[reproduction.BarFound]) -> str:
    rows = []
    for (task, hidden), agreed in reproduction_totals.agreements(bars).items():
        depths = sorted({len(sizes) for sizes in hidden})
        layers = f"{depths[0]}" if len(depths) == 1 else f"{depths[0]} to {depths[-1]}"
        modes = [_mode(agreed.inputs), _mode(agreed.outputs), _mode(agreed.graph)]
        recovered = "-" if agreed.num_recovered is None else f"{agreed.num_recovered}"
        rows.append([task, layers, f"{agreed.inputs.n}", *modes, recovered])
    parts = ["inputs", "outputs", "module graph", "its successes"]
    return _table(["task", "hidden layers", "n", *parts], rows)


def _mode(mode: consensus_lib.Mode[Any]) -> str:
    if not mode.count:
        return "none"
    verdict = {True: "as declared", False: "another", None: "not known"}[mode.is_true]
    return f"{mode.share:.2f} {verdict}{', tied' if mode.tied else ''}"


def _cells(found: reproduction.Reproduction) -> str:
    rows = []
    for each in found.cells:
        outcome, rate = each.outcome, each.outcome.prunings_per_second
        rows.append(
            [
                outcome.cell.task,
                "-".join(map(str, outcome.cell.layer_sizes)),
                f"{len(outcome.settings.seeds)}",
                *_spread(each.ours),
                "-" if each.published is None else f"{each.published.networks}",
                *_spread(each.published),
                "-" if outcome.sculpting_seconds is None else f"{outcome.sculpting_seconds:.1f}",
                "-" if rate is None else reproduction_totals.per_second(rate),
            ]
        )
    edges = ["least", "median", "greatest"]
    heads = [
        "task",
        "layer sizes",
        "n",
        *(f"{name} edges" for name in edges),
        "published n",
        *edges,
    ]
    return _table([*heads, "seconds", "prunings/s"], rows)


def _accuracy(found: reproduction.Reproduction) -> str:
    """Of cells whose task nobody can ask a network to be right on in full."""
    rows = []
    for each in found.cells:
        outcome = each.outcome
        if outcome.accuracy:
            means = map(outcomes.mean, (outcome.dense_accuracy, outcome.accuracy))
            rows.append(
                [
                    outcome.cell.task,
                    "-".join(map(str, outcome.cell.layer_sizes)),
                    *itertools.chain(*map(_percents, means)),
                ]
            )
    if not rows:
        return ""
    heads = [f"{whose}{what} right" for whose in ("dense ", "") for what in ("bits", "rows")]
    return _table(["task", "layer sizes", *heads], rows)


def _percents(accuracy: outcomes.Accuracy | None) -> list[str]:
    if accuracy is None:
        return ["-", "-"]
    return [f"{100 * share:.2f}" for share in (accuracy.bits_right, accuracy.rows_right)]


def _spread(edges: alive_edges.AliveEdges | None) -> list[str]:
    if edges is None:
        return ["-"] * 3
    return list(map(reproduction_totals.number, (edges.least, edges.median, edges.greatest)))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
