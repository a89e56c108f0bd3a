"""An experiment of the paper beside what the paper found: rates, alive edges, consensus, time."""

import dataclasses
import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence

from nsculpt.paper import alive_edges, bars_compared, figures, outcomes, variants
from nsculpt.paper import cells as cells_lib
from nsculpt.scores import consensus as consensus_lib

# Those whose counts are compared with the paper's: its figures lie between the two.
TESTED = ("first", "any")


@dataclasses.dataclass(frozen=True)
class Count:
    """Successes among networks."""

    successes: int
    n: int


@dataclasses.dataclass(frozen=True)
class Edges:
    """Alive edges, summed over the cells in which a network of ours was accepted."""

    cells: int
    ours: alive_edges.AliveEdges
    # None where the authors published no networks of one of them.
    published: alive_edges.AliveEdges | None


@dataclasses.dataclass(frozen=True, eq=False)
class BarFound:
    """A bar of the paper's figure and what its finished cells show."""

    comparison: bars_compared.BarComparison
    num_cells: int  # finished
    # Our successes, by reading of `TESTED`.
    counts: Mapping[str, Count]
    edges: Edges
    # Over the selected network of every seed of every cell; None where inputs are optional.
    consensus: consensus_lib.Consensus | None

    @property
    def bar(self) -> figures.Bar:
        return self.comparison.bar

    @property
    def paper(self) -> Count | None:
        """What the paper's rate was counted on; None where it gives none."""
        rate = self.comparison.paper
        return None if rate is None else paper_count(self.bar, rate)

    @functools.cached_property
    def p_values(self) -> dict[str, float | None]:
        """By reading: Fisher's exact p against the paper's count, two-sided; None without one."""
        paper = self.paper
        return {
            reading: None if paper is None else fisher(count, paper)
            for reading, count in self.counts.items()
        }


@dataclasses.dataclass(frozen=True, eq=False)
class Pooled:
    """All bars of a panel that the paper gives a rate of together."""

    panel: str
    bars: int
    paper: Count
    counts: Mapping[str, Count]  # as in `BarFound`

    @functools.cached_property
    def p_values(self) -> dict[str, float]:
        """As in `BarFound`."""
        return {reading: fisher(count, self.paper) for reading, count in self.counts.items()}


@dataclasses.dataclass(frozen=True, eq=False)
class CellFound:
    """A finished cell beside the published networks."""

    outcome: outcomes.Outcome
    # None where no network of any seed was accepted.
    ours: alive_edges.AliveEdges | None
    # None where the authors published no network of it.
    published: alive_edges.AliveEdges | None


@dataclasses.dataclass(frozen=True)
class Time:
    """Of the finished cells whose times are recorded."""

    cells: int
    prunings: int
    sculpting_seconds: float
    analysis_seconds: float

    @property
    def prunings_per_second(self) -> float | None:
        """None where no time is recorded."""
        return self.prunings / self.sculpting_seconds if self.sculpting_seconds else None


@dataclasses.dataclass(frozen=True, eq=False)
class Reproduction:
    """An experiment as far as its cells are finished."""

    experiment: str
    # Settings that are not the paper's; with any, the paper's figures are of other networks.
    departures: list[variants.Departure]
    bars: list[BarFound]
    # One for each panel with a rate of the paper.
    pooled: list[Pooled]
    cells: list[CellFound]
    unfinished: list[cells_lib.Cell]
    # Over all finished cells.
    edges: Edges
    time: Time


def fisher(ours: Count, paper: Count) -> float:
    """Fisher's exact p, two-sided: could both counts come from one rate?

    Example:
      >>> round(fisher(Count(9, 12), Count(12, 12)), 4)
      0.2174
    """
    from scipy import stats  # late, since it takes a second

    table = [[count.successes, count.n - count.successes] for count in (ours, paper)]
    return float(stats.fisher_exact(table).pvalue)


def paper_count(bar: figures.Bar, rate: float) -> Count:
    """What the paper's rate, which is rounded to two decimals, was counted on.

    Example:
      >>> paper_count(figures.BARS[5], 0.92)
      Count(successes=11, n=12)
    """
    return Count(round(rate * bar.num_networks), bar.num_networks)


def collate(
    experiment: str, variant: variants.Variant, found: Sequence[outcomes.Outcome]
) -> Reproduction:
    """Puts finished cells beside the paper.

    Args:
      experiment: one of `cells.EXPERIMENTS`.
      variant: how they were run.
      found: outcomes of some of its cells, in any order.

    Returns:
      Bars that have any finished cell, and all cells, in the order of the experiment. A bar is over
      its finished cells alone, and n says how many networks they have.

    Source: DESIGN 4.5, 5.5.
    """
    by_cell = {outcome.cell: outcome for outcome in found}
    every = cells_lib.of(experiment, variant.image_size)
    finished = [_cell_found(by_cell[cell]) for cell in every if cell in by_cell]
    rates = figures.read_rates()
    compared = bars_compared.compare_bars(
        {(cell.task, cell.hidden): outcome.scores for cell, outcome in by_cell.items()},
        {bar: rates.get(bar) for bar in cells_lib.bars(experiment)},
    )
    bars = [_bar_found(comparison, finished) for comparison in compared]
    return Reproduction(
        experiment=experiment,
        departures=variant.departures,
        bars=bars,
        pooled=_pooled(bars),
        cells=finished,
        unfinished=[cell for cell in every if cell not in by_cell],
        edges=_edges(finished),
        time=_time(found),
    )


def _cell_found(outcome: outcomes.Outcome) -> CellFound:
    counts = [count for count in outcome.alive_edges if count is not None]
    cell = outcome.cell
    return CellFound(
        outcome=outcome,
        ours=alive_edges.of(counts) if counts else None,
        published=alive_edges.published().get((cell.task, cell.layer_sizes)),
    )


def _time(found: Sequence[outcomes.Outcome]) -> Time:
    timed = [each for each in found if each.prunings_per_second is not None]
    return Time(
        cells=len(timed),
        prunings=int(sum(each.timed_prunings or 0 for each in timed)),
        sculpting_seconds=sum(each.sculpting_seconds or 0.0 for each in timed),
        analysis_seconds=sum(each.analysis_seconds or 0.0 for each in timed),
    )


def _edges(finished: Sequence[CellFound]) -> Edges:
    pairs = [(found.ours, found.published) for found in finished if found.ours is not None]
    published = [each for _, each in pairs if each is not None]
    return Edges(
        cells=len(pairs),
        ours=alive_edges.total(ours for ours, _ in pairs),
        published=alive_edges.total(published) if len(published) == len(pairs) else None,
    )


def _bar_found(comparison: bars_compared.BarComparison, finished: Sequence[CellFound]) -> BarFound:
    bar = comparison.bar
    mine = [
        found
        for found in finished
        if found.outcome.cell.task == bar.task and found.outcome.cell.hidden in bar.hidden
    ]
    counts = {}
    for reading in TESTED:
        rate = comparison.rates[reading]
        counts[reading] = Count(round(rate["rate"] * rate["n"]), rate["n"])
    analyses = [found.outcome.analyses for found in mine]
    shown = [each for each in analyses if each is not None]
    return BarFound(
        comparison=comparison,
        num_cells=len(mine),
        counts=counts,
        edges=_edges(mine),
        consensus=consensus_lib.consensus([analysis for each in shown for analysis in each])
        if len(shown) == len(analyses)
        else None,
    )


def _pooled(bars: Sequence[BarFound]) -> list[Pooled]:
    pooled = []
    for panel, group in itertools.groupby(bars, key=lambda found: found.bar.panel):
        known = [(found, paper) for found in group if (paper := found.paper) is not None]
        if known:
            pooled.append(
                Pooled(
                    panel=panel,
                    bars=len(known),
                    paper=_sum(paper for _, paper in known),
                    counts={
                        reading: _sum(found.counts[reading] for found, _ in known)
                        for reading in TESTED
                    },
                )
            )
    return pooled


def _sum(counts: Iterable[Count]) -> Count:
    listed = list(counts)
    return Count(sum(each.successes for each in listed), sum(each.n for each in listed))
