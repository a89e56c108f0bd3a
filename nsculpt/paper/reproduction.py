"""An experiment of the paper beside what the paper found: rates, alive edges, consensus, time."""

import dataclasses
import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence

from nsculpt.paper import alive_edges, bars_compared, figures, outcomes
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
    published: alive_edges.AliveEdges


@dataclasses.dataclass(frozen=True, eq=False)
class Tested:
    """Our successes beside the paper's."""

    # What the paper's rate was counted on.
    paper: Count
    # By reading of `TESTED`.
    counts: Mapping[str, Count]

    @functools.cached_property
    def p_values(self) -> dict[str, float]:
        """By reading: Fisher's exact p against the paper's count, two-sided."""
        return {reading: fisher(count, self.paper) for reading, count in self.counts.items()}


@dataclasses.dataclass(frozen=True, eq=False)
class BarFound(Tested):
    """A bar of the paper's figure and what its finished cells show."""

    comparison: bars_compared.BarComparison
    num_cells: int  # finished
    edges: Edges
    # Over the selected network of every seed of every cell.
    consensus: consensus_lib.Consensus

    @property
    def bar(self) -> figures.Bar:
        return self.comparison.bar


@dataclasses.dataclass(frozen=True, eq=False)
class Pooled(Tested):
    """All bars of a panel together."""

    panel: str
    bars: int


@dataclasses.dataclass(frozen=True, eq=False)
class CellFound:
    """A finished cell beside the published networks."""

    outcome: outcomes.Outcome
    # None where no network of any seed was accepted.
    ours: alive_edges.AliveEdges | None
    published: alive_edges.AliveEdges


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
    bars: list[BarFound]
    # One for each panel.
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


def collate(experiment: str, found: Sequence[outcomes.Outcome]) -> Reproduction:
    """Puts finished cells beside the paper.

    Args:
      experiment: one of `cells.EXPERIMENTS`.
      found: outcomes of some of its cells, in any order.

    Returns:
      Bars that have any finished cell, and all cells, in the order of the experiment. A bar is over
      its finished cells alone, and n says how many networks they have.

    Source: DESIGN 4.5, 5.5.
    """
    by_cell = {outcome.cell: outcome for outcome in found}
    every = cells_lib.of(experiment)
    finished = [_cell_found(by_cell[cell]) for cell in every if cell in by_cell]
    rates = figures.read_rates()
    compared = bars_compared.compare_bars(
        {(cell.task, cell.hidden): outcome.scores for cell, outcome in by_cell.items()},
        {bar: rates[bar] for bar in cells_lib.bars(experiment)},
    )
    bars = [_bar_found(comparison, finished) for comparison in compared]
    return Reproduction(
        experiment=experiment,
        bars=bars,
        pooled=[
            _pooled(panel, list(group))
            for panel, group in itertools.groupby(bars, key=lambda found: found.bar.panel)
        ],
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
        published=alive_edges.published()[cell.task, cell.layer_sizes],
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
    return Edges(
        cells=len(pairs),
        ours=alive_edges.total(ours for ours, _ in pairs),
        published=alive_edges.total(published for _, published in pairs),
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
    return BarFound(
        comparison=comparison,
        num_cells=len(mine),
        paper=paper_count(bar, comparison.paper),
        counts=counts,
        edges=_edges(mine),
        consensus=consensus_lib.consensus(
            [analysis for found in mine for analysis in found.outcome.analyses]
        ),
    )


def _pooled(panel: str, bars: Sequence[BarFound]) -> Pooled:
    return Pooled(
        panel=panel,
        bars=len(bars),
        paper=_sum(found.paper for found in bars),
        counts={reading: _sum(found.counts[reading] for found in bars) for reading in TESTED},
    )


def _sum(counts: Iterable[Count]) -> Count:
    listed = list(counts)
    return Count(sum(each.successes for each in listed), sum(each.n for each in listed))
