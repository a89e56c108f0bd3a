"""The paper's success rates and ours, as text for a terminal of 80 columns."""

import itertools
from collections.abc import Sequence

from nsculpt import text
from nsculpt.paper import bars_compared, figures

_HEADING = f"{'':<24}seeds  paper   any  interval   diff   first  mean   all"


def bars(comparisons: Sequence[bars_compared.BarComparison]) -> str:
    """One line a bar, under its figure, panel and row.

    Args:
      comparisons: in the order of `figures.BARS`.

    Returns:
      Seeds, the paper's rate, `any` with its Wilson interval and its difference from the paper, and
      the other readings.
    """
    lines: list[str] = []
    for (figure, panel), in_panel in itertools.groupby(
        comparisons, key=lambda found: (found.bar.figure, found.bar.panel)
    ):
        lines += ["", f"{figure}, {panel}", _HEADING]
        for row, in_row in itertools.groupby(in_panel, key=lambda found: found.bar.row):
            lines.append(f"  {row}")
            lines += map(_bar, in_row)
    return "\n".join(lines[1:])


def _bar(found: bars_compared.BarComparison) -> str:
    shown = found.rates["any"]
    difference = round(found.difference("any"), 2) + 0.0  # no -0.00
    others = "".join(f"{found.rates[name]['rate']:>6.2f}" for name in bars_compared.READINGS[1:])
    return (
        f"    {found.bar.column:<20}{shown['n']:>5}{found.paper:>7.2f}{shown['rate']:>6.2f}  "
        f"{text.interval(shown):<9}{difference:>+6.2f}  {others}"
    )


def differences(comparisons: Sequence[bars_compared.BarComparison]) -> str:
    """Mean absolute difference from the paper, for each figure and over all bars.

    Args:
      comparisons: in the order of `figures.BARS`; at least one.
    """
    heads = "".join(f"{reading:>8}" for reading in bars_compared.READINGS)
    lines = ["Mean absolute difference from the paper", f"{'':<14}{'bars':>6}{heads}"]
    by_figure = itertools.groupby(comparisons, key=lambda found: found.bar.figure)
    for name, group in [*((name, list(found)) for name, found in by_figure), ("all", comparisons)]:
        values = "".join(
            f"{bars_compared.mean_absolute_difference(group, reading):>8.3f}"
            for reading in bars_compared.READINGS
        )
        lines.append(f"  {name:<12}{len(group):>6}{values}")
    return "\n".join(lines)


def published(study: bars_compared.PublishedStudy) -> str:
    """What `launch.published` prints."""
    agreed, total = study.agreement, study.agreement.num_networks
    lines = [
        f"published networks: {total:,}, of {study.num_seeds:,} seeds (a seed counts once for each "
        "task and layer sizes)",
        f"equal to the official analysis: live units {agreed.live_units:,}, clusters "
        f"{agreed.clusters:,}, modules {agreed.modules:,}",
        f"ambiguous (the order of units may decide): {agreed.ambiguous:,}",
        f"in no bar of a figure: {study.num_unused:,}",
    ]
    blocks = ["\n".join(map(text.filled, lines))]
    if study.comparisons:
        blocks += [
            bars(study.comparisons),
            "Rates are shares of seeds. Of the networks of a seed at least one succeeds\n"
            "(any), the first in the official order does (first), the share that does\n"
            "(mean), all do (all). interval: Wilson, 95 percent, of any; diff: any minus\n"
            "paper.",
            differences(study.comparisons),
        ]
    shown = {found.bar for found in study.comparisons}
    left_out = [bar.figure for bar in figures.BARS if bar not in shown]
    if left_out:
        counts = ", ".join(
            f"{figure} {left_out.count(figure)}" for figure in dict.fromkeys(left_out)
        )
        blocks.append(f"Bars left out, for which there are no networks: {counts}")
    return "\n\n".join(blocks)
