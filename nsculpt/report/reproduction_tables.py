"""A reproduced experiment as tables to read: Markdown, and text for a terminal of 80 columns."""

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from nsculpt import text
from nsculpt.paper import reproduction, shipped
from nsculpt.scores import consensus as consensus_lib

_READINGS = ("first", "mean", "any", "all")
_DOUBTFUL = 0.05
_HEADING = (
    f"{'':<23}{'n':>3}{'paper':>7}{'first':>7} {'interval':<9}"
    f"{'p':>5}{'any':>7}{'p':>6}{'edges':>12}"
)
_NOTES = (
    "Rates are shares of networks, one a seed and cell (task and layer sizes). Of the networks "
    "that tie as a seed's sparsest, the first in the official order succeeds (first), the share "
    "that does (mean), at least one (any), every one (all). Intervals: Wilson, 95 percent; "
    "approximate for mean. p: Fisher's exact test, two-sided, of the count against the paper's, "
    "which is its rounded rate times its networks: 12 a bar, 36 in the overlap figure.",
    "Alive edges are those of the mask. A median is over the selected networks of a cell's seeds; "
    "of the published ones, over all networks of the cell that the authors published, up to three "
    "a seed. Sums of medians are over finished cells.",
    "Consensus: the most frequent way in which the networks of a bar part the inputs, and the "
    "outputs, into modules, and their most frequent module graph (chains contracted), each with "
    "its share and whether it is what the task declares; over the selected network of each seed "
    "and cell. Its successes: of the networks that show the module graph, how many are a success "
    "by the task's own rule, which may ask for less than the declared graph (hierarchy with 2 "
    "hidden layers), or for more (reuse).",
)
_PARTIAL = (
    "Bars of which some cells are not finished are compared with the paper's rate over all of "
    "their cells; alive edges are those of the finished cells on both sides."
)


def terminal(found: reproduction.Reproduction) -> str:
    """The bars, then sums over them, in 80 columns.

    Args:
      found: as from `reproduction.collate`.
    """
    blocks = [text.filled(_counts(found))]
    for panel, bars in itertools.groupby(found.bars, key=lambda each: each.bar.panel):
        lines = [f"{found.experiment}, {panel}", _HEADING]
        for row, group in itertools.groupby(bars, key=lambda each: each.bar.row):
            lines.append(f"  {row}")
            lines += map(_terminal_bar, group)
        blocks.append("\n".join(lines))
    if found.bars:
        blocks.append(
            "interval: Wilson, 95 percent, of first; p: Fisher's exact, two-sided, against\n"
            "the paper's count; edges: medians summed over the bar's cells, found/published"
        )
        blocks.append("\n".join(map(text.filled, _totals(found))))
    return "\n\n".join(blocks)


def _terminal_bar(found: reproduction.BarFound) -> str:
    first, any_one = (found.comparison.rates[name] for name in reproduction.TESTED)
    p_values = [_p_value(found.p_values[name]) for name in reproduction.TESTED]
    return (
        f"    {found.bar.column:<19}{first['n']:>3}{found.comparison.paper:>7.2f}"
        f"{first['rate']:>7.2f} {text.interval(first):<9}{p_values[0]:>5}"
        f"{any_one['rate']:>7.2f}{p_values[1]:>6}{_edges(found.edges):>12}"
    )


def _p_value(p: float) -> str:
    return "<.001" if p < 0.0005 else f"{p:.3f}" if p < 0.995 else "1.00"


def _edges(found: reproduction.Edges) -> str:
    return f"{found.ours.median:g}/{found.published.median:g}" if found.cells else "-"


def _counts(found: reproduction.Reproduction) -> str:
    """How much of the experiment is finished."""
    num_all = len(found.cells) + len(found.unfinished)
    networks = text.counted(
        sum(len(each.outcome.settings.seeds) for each in found.cells), "network"
    )
    prunings = sum(each.outcome.num_prunings for each in found.cells)
    line = (
        f"{found.experiment}: {len(found.cells)} of {num_all} cells (task and layer sizes), "
        f"{networks} selected from {prunings:,} prunings"
    )
    if found.unfinished:
        line += f"; {len(found.unfinished)} not finished are left out, and can be resumed"
    return line


def _totals(found: reproduction.Reproduction) -> list[str]:
    lines = []
    for pooled in found.pooled:
        parts = [f"paper {_share(pooled.paper)}"]
        parts += [
            f"{name} {_share(count)} (p {_p_value(pooled.p_values[name])})"
            for name, count in pooled.counts.items()
        ]
        bars = text.counted(pooled.bars, "bar")
        lines.append(f"{pooled.panel}, {bars} together: {', '.join(parts)}")
    for name in reproduction.TESTED:
        low = [each for each in found.bars if each.p_values[name] < _DOUBTFUL]
        bars = text.counted(len(found.bars), "bar")
        lines.append(f"p below {_DOUBTFUL:g} under {name}: {len(low)} of {bars}")
    lines.append(
        f"alive edges, sum of {text.counted(found.edges.cells, 'median')}: "
        f"{found.edges.ours.median:g}, published {found.edges.published.median:g}"
    )
    lines.append(_agreed(found))
    if found.time.cells:
        time, rate = found.time, found.time.prunings_per_second
        lines.append(
            f"time of {text.counted(time.cells, 'cell')}: {time.sculpting_seconds:.1f} s"
            + ("" if rate is None else f", {rate:.1f} prunings a second")
        )
    return lines


def _share(count: reproduction.Count) -> str:
    return f"{count.successes}/{count.n}"


def _agreed(found: reproduction.Reproduction) -> str:
    """In how many tasks and depths the consensus is what the task declares."""
    agreed = list(_agreements(found.bars).values())
    parts = ", ".join(
        f"{name} {sum(bool(getattr(each, part).is_true) for each in agreed)}"
        for part, name in (("inputs", "inputs"), ("outputs", "outputs"), ("graph", "module graph"))
    )
    return f"consensus as the task declares, of {text.counted(len(agreed), 'bar')}: {parts}"


def _agreements(
    bars: Iterable[reproduction.BarFound],
) -> dict[tuple[Any, ...], consensus_lib.Consensus]:
    """One for each set of networks, since bars of several panels share them."""
    return {(each.bar.task, each.bar.hidden): each.consensus for each in bars}


def markdown(found: reproduction.Reproduction) -> str:
    """All tables, with what their columns mean.

    Args:
      found: as from `reproduction.collate`.
    """
    blocks = [f"# {found.experiment}", f"{_counts(found)}."]
    for panel, group in itertools.groupby(found.bars, key=lambda each: each.bar.panel):
        blocks.append(f"## Success rates: {panel}")
        blocks.append(_rates(list(group)))
    if found.bars:
        blocks.append("\n".join(f"- {line}" for line in _totals(found)))
        blocks += ["## Consensus", _consensus(found.bars)]
        blocks += ["## Cells", _cells(found)]
    if found.unfinished:
        blocks.append("## Not finished")
        blocks.append(", ".join(f"`{cell}`" for cell in found.unfinished))
    partial = [_PARTIAL] if any(_is_partial(each) for each in found.bars) else []
    notes = [*_NOTES, *partial, *shipped.load()["notes"].get(found.experiment, ())]
    blocks += ["## Notes", *notes, f"Paper: {shipped.load()['source']}"]
    return "\n\n".join(blocks) + "\n"


def _is_partial(found: reproduction.BarFound) -> bool:
    return found.num_cells < len(found.bar.hidden)


def _rates(bars: Sequence[reproduction.BarFound]) -> str:
    rows = []
    for each in bars:
        rates = each.comparison.rates
        rows.append(
            [
                each.bar.row,
                each.bar.column,
                f"{rates['first']['n']}",
                f"{each.comparison.paper:.2f}",
                *(_rate(rates[name]) for name in _READINGS),
                *(_p_value(each.p_values[name]) for name in reproduction.TESTED),
                *(_edges(each.edges).split("/") if each.edges.cells else ("-", "-")),
            ]
        )
    p_values = [f"p of {name}" for name in reproduction.TESTED]
    heads = ["bar", "", "n", "paper", *_READINGS, *p_values, "median edges", "published"]
    return _table(heads, rows)


def _rate(rate: Any) -> str:
    return f"{rate['rate']:.2f} [{rate['low']:.2f}, {rate['high']:.2f}]"


def _consensus(bars: Sequence[reproduction.BarFound]) -> str:
    rows = []
    for (task, hidden), agreed in _agreements(bars).items():
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
        ours = ["-"] * 3 if each.ours is None else _spread(each.ours)
        rows.append(
            [
                outcome.cell.task,
                "-".join(map(str, outcome.cell.layer_sizes)),
                f"{len(outcome.settings.seeds)}",
                *ours,
                f"{each.published.networks}",
                *_spread(each.published),
                "-" if outcome.sculpting_seconds is None else f"{outcome.sculpting_seconds:.1f}",
                "-" if rate is None else f"{rate:.1f}",
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


def _spread(edges: Any) -> list[str]:
    return [f"{value:g}" for value in (edges.least, edges.median, edges.greatest)]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
