"""Sums over what a reproduced experiment found, as lines of text, and how its numbers are shown."""

from collections.abc import Iterable
from typing import Any

from nsculpt import text
from nsculpt.paper import outcomes, reproduction
from nsculpt.scores import consensus as consensus_lib

_DOUBTFUL = 0.05


def lines(found: reproduction.Reproduction) -> list[str]:
    """Sums over the bars and cells, a line each.

    Args:
      found: as from `reproduction.collate`, with one bar or more.
    """
    said = []
    of_paper = "" if all(each.paper for each in found.bars) else " of the paper"
    for pooled in found.pooled:
        parts = [f"paper {_share(pooled.paper)}"]
        parts += [
            f"{name} {_share(count)} (p {p_value(pooled.p_values[name])})"
            for name, count in pooled.counts.items()
        ]
        bars = f"{text.counted(pooled.bars, 'bar')}{of_paper}"
        said.append(f"{pooled.panel}, {bars} together: {', '.join(parts)}")
    for name in reproduction.TESTED:
        p_values = [p for each in found.bars if (p := each.p_values[name]) is not None]
        if p_values:
            num_low = sum(p < _DOUBTFUL for p in p_values)
            bars = f"{text.counted(len(p_values), 'bar')}{of_paper}"
            said.append(f"p below {_DOUBTFUL:g} under {name}: {num_low} of {bars}")
    ours, published = medians(found.edges)
    said.append(
        f"alive edges, sum of {text.counted(found.edges.cells, 'median')}: {ours}, "
        + (f"published {published}" if found.edges.published else "none published")
    )
    said += _agreed(found)
    cells = [each.outcome for each in found.cells if each.outcome.accuracy]
    dense = outcomes.mean(outcomes.mean(each.dense_accuracy) for each in cells)
    sculpted = outcomes.mean(outcomes.mean(each.accuracy) for each in cells)
    if sculpted is not None and dense is not None:
        said.append(
            f"validation rows right, mean of {text.counted(len(cells), 'cell')}: "
            f"{100 * sculpted.rows_right:.1f} percent, dense networks {100 * dense.rows_right:.1f}"
        )
    if found.time.cells:
        time, rate = found.time, found.time.prunings_per_second
        said.append(
            f"time of {text.counted(time.cells, 'cell')}: {time.sculpting_seconds:.1f} s"
            + ("" if rate is None else f", {per_second(rate)} prunings a second")
        )
    return said


def _share(count: reproduction.Count) -> str:
    return f"{count.successes}/{count.n}"


def _agreed(found: reproduction.Reproduction) -> list[str]:
    """In how many tasks and depths the consensus is what the task declares."""
    agreed = list(agreements(found.bars).values())
    if not agreed:
        return []
    parts = ", ".join(
        f"{name} {sum(bool(getattr(each, part).is_true) for each in agreed)}"
        for part, name in (("inputs", "inputs"), ("outputs", "outputs"), ("graph", "module graph"))
    )
    return [f"consensus as the task declares, of {text.counted(len(agreed), 'bar')}: {parts}"]


def agreements(
    bars: Iterable[reproduction.BarFound],
) -> dict[tuple[Any, ...], consensus_lib.Consensus]:
    """One for each set of networks, since bars of several panels share them."""
    return {
        (each.bar.task, each.bar.hidden): each.consensus
        for each in bars
        if each.consensus is not None
    }


def medians(found: reproduction.Edges) -> tuple[str, str]:
    """Ours and the published; - where there is none."""
    if not found.cells:
        return "-", "-"
    published = "-" if found.published is None else number(found.published.median)
    return number(found.ours.median), published


def number(edges: float) -> str:
    """A number of edges; medians may end in a half.

    Example:
      >>> number(16), number(1234567.5)
      ('16', '1234567.5')
    """
    return f"{edges:.1f}".removesuffix(".0")


def p_value(p: float | None) -> str:
    """A p value in five letters at most.

    Example:
      >>> p_value(0.0491), p_value(1e-5), p_value(None)
      ('0.049', '<.001', '-')
    """
    if p is None:
        return "-"
    return "<.001" if p < 0.0005 else f"{p:.3f}" if p < 0.995 else "1.00"


def per_second(rate: float) -> str:
    """Large networks take minutes for one.

    Example:
      >>> per_second(28), per_second(0.00833)
      ('28.0', '0.0083')
    """
    return f"{rate:.1f}" if rate >= 1 else f"{rate:.2g}"
