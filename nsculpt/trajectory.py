"""How a network came to be: the rounds that led to it, and its modules at each accepted one."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np

from nsculpt import text as text_lib
from nsculpt.analysis import connectivity, pipeline, result
from nsculpt.networks import network
from nsculpt.scores import lineage, persistence

# By their numbers in `rounds`.
PHASES = ("dense", "unit", "edge")

# From masks `[fan_in, fan_out]` to modules; None where no path leads from an input to an output.
Analyse = Callable[[Sequence[np.ndarray]], result.Analysis | None]


@dataclasses.dataclass(frozen=True, eq=False)
class History:
    """What led to a network: its rounds, and which of them took each edge."""

    seed: int
    unit_step: float  # percent
    edge_step: float  # percent
    num_bits: int  # validation rows x outputs
    # As in `sculpting.jobs.Record`: [fan_in, fan_out] int16 of each weight layer, the row of
    # `rounds` that took the edge, 0 while alive; and [R] of `sculpting.jobs.ROUND`.
    removed_at: list[np.ndarray]
    rounds: np.ndarray

    @property
    def rows(self) -> list[int]:
        """Rows of `rounds` whose networks were accepted; and the dense one, 0, in any case."""
        return [0, *(row for row in np.flatnonzero(self.rounds["accepted"]).tolist() if row)]

    def edges(self, row: int) -> list[np.ndarray]:
        """The masks `[fan_in, fan_out]` of the network of one of `rows`, True = alive."""
        return [(removed == 0) | (removed > row) for removed in self.removed_at]


@dataclasses.dataclass(frozen=True, eq=False)
class Step:
    """A network on the way: the dense one, or one that was accepted."""

    # Of `Trajectory.rounds`; 0 for the dense network, which need not have been accepted.
    row: int
    accepted: bool
    # As `nsculpt.analyze` gives it; None where no path leads from an input to an output.
    analysis: result.Analysis | None
    # For each module of the analysis its number over all steps; see `lineage.follow`.
    numbers: tuple[int, ...]
    # What became of the modules since the step before; see `lineage.events`.
    events: tuple[lineage.Event, ...]

    @property
    def num_modules(self) -> int:
        """0 without an analysis."""
        return len(self.numbers)

    @property
    def numbered(self) -> result.Analysis | None:
        """The analysis with the numbers over all steps, to draw steps alike; they may have gaps."""
        return self.analysis and lineage.numbered(self.analysis, self.numbers)


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """The rounds of one pruning, and its networks step by step. `str` gives a table to read."""

    seed: int
    unit_step: float  # percent
    edge_step: float  # percent
    # [R] of `sculpting.jobs.ROUND`: accepted and rejected ones, from the dense round on; `phase` is
    # a position in `PHASES`.
    rounds: np.ndarray
    # [R], share of the validation bits that were right.
    accuracy: np.ndarray
    # The dense network and every accepted one; the last is the network that it all led to.
    steps: tuple[Step, ...]
    # Since when there has been what the last network shows; empty where no path leads through it.
    since: tuple[persistence.Since, ...]

    def __repr__(self) -> str:
        edges = text_lib.counted(int(self.rounds["alive_edges"][self.steps[-1].row]), "alive edge")
        return f"<Trajectory of seed {self.seed}: {len(self.rounds)} rounds, {edges}>"

    def __str__(self) -> str:
        num_accepted = int(self.rounds["accepted"].sum())
        lines = [
            f"seed {self.seed}, unit step {self.unit_step:g}, edge step {self.edge_step:g}: "
            f"{text_lib.counted(len(self.rounds), 'round')}, {num_accepted} accepted",
            "round  phase  accuracy  hidden units    edges  modules",
        ]
        left_out = 0
        for step in self.steps:
            if step.events or step in (self.steps[0], self.steps[-1]):
                lines += _more(left_out) + self._lines(step)
                left_out = 0
            else:
                left_out += 1
        lines += [text_lib.filled(f"since round {each.row}: {each.text}") for each in self.since]
        return "\n".join(lines)

    def _lines(self, step: Step) -> list[str]:
        round_ = self.rounds[step.row]
        shown = str(step.num_modules) if step.analysis else "no path"
        if not step.accepted:
            shown += ", not accepted"
        line = (
            f"{step.row:5}  {PHASES[round_['phase']]:5}  {self.accuracy[step.row]:8.4f}  "
            f"{round_['live_hidden_units']:12}  "
            f"{round_['alive_edges']:7}  {shown}"
        )
        events = [text_lib.filled(str(event), indent=" " * 14) for event in step.events]
        return [line, *events]


def _more(steps: int) -> list[str]:
    if not steps:
        return []
    return [f"       {text_lib.counted(steps, 'further accepted round')} without an event"]


def trace(history: History, analyse: Analyse) -> Trajectory:
    """The trajectory of a pruning.

    Networks of equal live edges, as there are where a round took none, are analysed once.

    Args:
      history: of the pruning.
      analyse: gives the modules of a network; see `analyser`.

    Source: DESIGN 6, "this holds every accepted network".

    Example:
      Of four edges that join all, the round of row 1 takes the two that cross:

      >>> rounds = np.zeros(2, [("phase", "i1"), ("wrong_bits", "i4"), ("accepted", "?")])
      >>> rounds["phase"], rounds["accepted"] = [0, 2], True
      >>> taken = [np.array([[0, 1], [1, 0]], np.int16)]
      >>> found = trace(History(0, 5.0, 2.5, 8, taken, rounds), analyser())
      >>> [step.num_modules for step in found.steps], str(found.steps[1].events[0])
      ([1, 2], 'module 0 splits into 0 and 1')
    """
    rows = history.rows
    analyses: list[result.Analysis | None] = []
    num_before = -1
    for row in rows:
        edges = history.edges(row)
        # Edges only go, so that networks with equally many are equal.
        num_live = sum(int(mask.sum()) for mask in connectivity.live(edges)[1])
        analyses.append(analyses[-1] if num_live == num_before else analyse(edges))
        num_before = num_live
    numbers = lineage.follow(analyses)
    steps = []
    for place, row in enumerate(rows):
        before = place - 1 if place else 0  # nothing happens up to the first
        events = lineage.events(analyses[before], analyses[place], numbers[before], numbers[place])
        accepted = bool(history.rounds["accepted"][row])
        steps.append(Step(row, accepted, analyses[place], numbers[place], events))
    return Trajectory(
        seed=history.seed,
        unit_step=history.unit_step,
        edge_step=history.edge_step,
        rounds=history.rounds,
        accuracy=1 - history.rounds["wrong_bits"] / history.num_bits,
        steps=tuple(steps),
        since=persistence.since(analyses, rows),
    )


def analyser(
    path_length: int | None = None,
    merge_threshold: float = 0.9,
    modularity_threshold: float = 0.2,
    input_names: tuple[str, ...] | None = None,
    output_names: tuple[str, ...] | None = None,
) -> Analyse:
    """What gives the modules of the networks of a run, without scores; arguments as `analyze`.

    Example:
      >>> analyse = analyser(input_names=("x0", "x1"))
      >>> len(analyse([np.eye(2, dtype=bool)]).hierarchy), analyse([np.zeros((2, 2), bool)])
      (2, None)
    """

    def analyse(edges: Sequence[np.ndarray]) -> result.Analysis | None:
        if connectivity.first_unreached(edges) is not None:
            return None
        return pipeline.analyze(
            network.Network(list(edges), input_names=input_names, output_names=output_names),
            path_length,
            merge_threshold,
            modularity_threshold,
        )

    return analyse
