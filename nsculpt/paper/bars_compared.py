"""Success rates of networks beside those in the paper's figures."""

import dataclasses
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nsculpt.analysis import result as result_lib
from nsculpt.paper import figures
from nsculpt.paper import published as published_lib
from nsculpt.scores import readings
from nsculpt.tasks import files

# The reading that comes first is the one that the paper's figures follow.
READINGS = ("any", "first", "mean", "all")

# For each task and hidden layer sizes: for each seed, the scores of its sparsest networks in the
# official order. Empty scores are those of a network that has failed in all.
Outcomes = Mapping[tuple[str, tuple[int, ...]], Sequence[Sequence[Mapping[str, Any]]]]


@dataclasses.dataclass(frozen=True)
class BarComparison:
    """One bar: the paper's rate and ours."""

    bar: figures.Bar
    paper: float | None  # None: the paper gives none
    # As from `readings.readings`; n counts seeds, over all networks of the bar.
    rates: dict[str, dict[str, Any]]

    def difference(self, reading: str) -> float:
        """Our rate minus the paper's, which is there."""
        assert self.paper is not None, f"{self.bar.task}: the paper gives no rate"
        return self.rates[reading]["rate"] - self.paper


@dataclasses.dataclass(frozen=True)
class PublishedStudy:
    """What the published networks say about the paper's figures."""

    agreement: published_lib.Agreement
    num_seeds: int
    # Networks that belong to no bar.
    num_unused: int
    comparisons: list[BarComparison]


def compare_bars(
    outcomes: Outcomes, paper: Mapping[figures.Bar, float | None]
) -> list[BarComparison]:
    """Rates of every bar that there are networks for.

    Args:
      outcomes: scores by task, hidden layer sizes and seed.
      paper: as from `figures.read_rates`; None for a bar that the paper gives no rate of.

    Returns:
      In the order of `paper`; without bars none of whose networks are there.

    Source: DESIGN 4.5, 5.5.

    Example:
      >>> bar = figures.BARS[0]
      >>> seeds = [[{bar.score: False}, {bar.score: True}], [{bar.score: False}]]
      >>> (found,) = compare_bars({(bar.task, (24,)): seeds}, {bar: 1.0})
      >>> [found.difference(reading) for reading in READINGS]
      [-0.5, -1.0, -0.75, -1.0]
    """
    comparisons = []
    for bar, rate in paper.items():
        seeds = [
            [bool(scores.get(bar.score)) for scores in tied]
            for hidden in bar.hidden
            for tied in outcomes.get((bar.task, hidden), ())
        ]
        if seeds:
            comparisons.append(BarComparison(bar, rate, readings.readings(seeds)))
    return comparisons


def mean_absolute_difference(comparisons: Sequence[BarComparison], reading: str) -> float:
    """Mean over bars of |our rate - the paper's|.

    Args:
      comparisons: at least one.
      reading: one of `READINGS`.
    """
    return float(np.mean([abs(found.difference(reading)) for found in comparisons]))


def published_outcomes(
    networks: Sequence[published_lib.PublishedNetwork], analyses: Sequence[result_lib.Analysis]
) -> dict[tuple[str, tuple[int, ...]], list[list[Mapping[str, Any]]]]:
    """Scores of published networks by task, hidden layer sizes and seed, for `compare_bars`.

    Args:
      networks: in any order.
      analyses: one for each, with scores.

    Returns:
      Seeds in rising order; the networks of each in the official order: edge steps from the largest
      down, within each the unit steps from the largest down.
    """
    pairs = zip(networks, analyses, strict=True)
    ordered = sorted(pairs, key=lambda p: (p[0].seed, -p[0].edge_step, -p[0].unit_step))
    by_seed: dict[tuple[str, tuple[int, ...]], dict[int, list[Mapping[str, Any]]]] = {}
    for network, analysis in ordered:
        assert analysis.scores is not None, f"{network.where}: analysed without truth"
        seeds = by_seed.setdefault((network.task, network.layer_sizes[1:-1]), {})
        seeds.setdefault(network.seed, []).append(analysis.scores)
    return {cell: list(seeds.values()) for cell, seeds in by_seed.items()}


def study_published(folder: files.Path) -> PublishedStudy:
    """The paper's success rates, computed from its published networks alone.

    Args:
      folder: with `networks.jsonl.gz` and `success_rates.json`.

    Returns:
      Rates beside the paper's, bar by bar, and how often the analysis gives the official answer.

    Raises:
      InputError: names the file and the place in it.

    Source: DESIGN 5.5.
    """
    paper = figures.read_rates(pathlib.Path(folder, "success_rates.json"))
    networks = published_lib.read(pathlib.Path(folder, "networks.jsonl.gz"))
    analyses = published_lib.analyse(networks)
    outcomes = published_outcomes(networks, analyses)
    used = {(bar.task, hidden) for bar in figures.BARS for hidden in bar.hidden}
    return PublishedStudy(
        agreement=published_lib.agreement(networks, analyses),
        num_seeds=sum(map(len, outcomes.values())),
        num_unused=sum((n.task, n.layer_sizes[1:-1]) not in used for n in networks),
        comparisons=compare_bars(outcomes, paper),
    )
