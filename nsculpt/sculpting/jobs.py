"""The unit of work: dense(seed) -> unit(seed, unit step) -> edge(seed, unit step, edge step).

A job is written as a generator: it yields the round it wants done and is sent what came of it.
So the algorithm of the paper (section 3, DESIGN 4.3 to 4.6) stands here in one piece, on integers
and NumPy arrays, and knows nothing of lanes, tiles or files.
"""

import dataclasses
import hashlib
import json
from collections.abc import Generator, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from nsculpt.sculpting import pruning, schedule

# Raised whenever the same settings would give other bits; it enters every job's identity.
ALGORITHM_VERSION = 2

PHASE_NAMES = {pruning.DENSE: "dense", pruning.UNIT: "unit", pruning.EDGE: "edge"}

# `Record.removed_at` holds rows of `rounds` as int16. A job that gets there, by steps of
# thousandths of a percent, ends with what it has.
MOST_ROUNDS = int(np.iinfo(np.int16).max)

ACCEPTED = "accepted"  # the network makes no more wrong bits than allowed
NOTHING_ACCEPTED = "nothing accepted"  # no network ever was; the dense one is the result

# One row a trained round, from the dense round on.
ROUND = np.dtype(
    [
        ("phase", np.int8),  # 0 dense, 1 unit, 2 edge
        ("k", np.int32),  # saliencies up to this rank were pruned; -1: none
        ("target", np.float64),  # percent of all units (edges) to be pruned; of edges at the start
        ("step", np.float64),  # percent
        ("wrong_bits", np.int32),  # on the validation data
        ("loss", np.float32),  # on the validation data, nats
        ("best_epoch", np.int32),  # from 1
        ("live_hidden_units", np.int32),
        ("alive_edges", np.int32),
        ("accepted", np.bool_),
    ]
)


@dataclasses.dataclass(frozen=True, order=True)
class Job:
    """Coordinates of a job. Steps are 1000 x percent; 0 where the phase has none."""

    seed: int
    unit_step: int = 0
    edge_step: int = 0

    @property
    def phase(self) -> int:
        if self.edge_step:
            return pruning.EDGE
        return pruning.UNIT if self.unit_step else pruning.DENSE

    @property
    def parent(self) -> "Job | None":
        if self.edge_step:
            return Job(self.seed, self.unit_step)
        return Job(self.seed) if self.unit_step else None

    def __str__(self) -> str:
        parts = [f"seed {self.seed}"]
        if self.unit_step:
            parts.append(f"unit step {self.unit_step / 1000:g}")
        if self.edge_step:
            parts.append(f"edge step {self.edge_step / 1000:g}")
        return f"{PHASE_NAMES[self.phase]} job ({', '.join(parts)})"


def grid(seeds: Sequence[int], unit_steps: Sequence[int], edge_steps: Sequence[int]) -> list[Job]:
    """The edge jobs of a grid; what they build on follows from `Job.parent`.

    Example:
      >>> [str(job) for job in grid([0], [5000], [500])]
      ['edge job (seed 0, unit step 5, edge step 0.5)']
    """
    return [Job(s, u, e) for s in seeds for u in unit_steps for e in edge_steps]


def identity(job: Job, settings: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """All that determines a job's bits, JSON-able. `settings`: by phase, what matters to it."""
    return {
        "algorithm_version": ALGORITHM_VERSION,
        "phase": PHASE_NAMES[job.phase],
        "seed": job.seed,
        "unit_step": job.unit_step,
        "edge_step": job.edge_step,
        **settings[job.phase],
    }


def job_id(described: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON of an identity."""
    text = json.dumps(described, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


@dataclasses.dataclass(frozen=True, eq=False)
class Record:
    """What a job leaves: a network, and how it was reached."""

    kernels: list[np.ndarray]  # [fan_in, fan_out] float32, 0 where the edge is gone
    biases: list[np.ndarray]  # [fan_out] float32
    # [fan_in, fan_out] int16: the row of `rounds` whose pruning took the edge; 0 while alive. Masks
    # only shrink, so `(removed_at == 0) | (removed_at > r)` is the network accepted in row r.
    removed_at: list[np.ndarray]
    rounds: np.ndarray  # [R] of ROUND, the whole chain from the dense round on
    status: str

    @property
    def edges(self) -> list[np.ndarray]:
        """The masks `[fan_in, fan_out]`, True = alive."""
        return [removed == 0 for removed in self.removed_at]

    @property
    def alive_edges(self) -> int:
        return sum(int(mask.sum()) for mask in self.edges)

    @property
    def nbytes(self) -> int:
        """Of the arrays of the network."""
        return sum(array.nbytes for array in (*self.kernels, *self.biases, *self.removed_at))

    @property
    def result_round(self) -> int:
        """Row of `rounds` that this network came out of."""
        accepted = np.flatnonzero(self.rounds["accepted"])
        return int(accepted[-1]) if accepted.size else 0

    @property
    def wrong_bits(self) -> int:
        return int(self.rounds["wrong_bits"][self.result_round])


@dataclasses.dataclass(frozen=True, eq=False)
class Checkpoint:
    """Where a job stands between two rounds, all of it: Adam starts afresh in each (DESIGN 6).

    The schedule is not here, since it follows from what `record.rounds` accepted.
    """

    record: Record  # so far: the network that the job would leave, and all rounds up to now
    # Kernels and biases of the base, where these are not the record's: those of a first edge round
    # that was not accepted.
    refit: tuple[list[np.ndarray], list[np.ndarray]] | None = None

    @property
    def base(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Kernels and biases that the next round starts from. The edges are the record's."""
        return self.refit or (self.record.kernels, self.record.biases)

    def builds_on(self, base: Record) -> bool:
        """Whether the job began with this record of its parent, and has done a round since."""
        rounds, first = self.record.rounds, len(base.rounds)
        return len(rounds) > first and rounds[:first].tobytes() == base.rounds.tobytes()


@dataclasses.dataclass(frozen=True, eq=False)
class Round:
    """What a job asks of the device: do this, from this base."""

    job: Job
    index: int  # of the round within its phase
    k: int
    kernels: list[np.ndarray]
    biases: list[np.ndarray]
    edges: list[np.ndarray]
    checkpoint: Checkpoint | None = None  # to go on from here; None where nothing is done yet


@dataclasses.dataclass(frozen=True, eq=False)
class Reply:
    """What the device answers for one lane."""

    kernels: list[np.ndarray]
    biases: list[np.ndarray]
    edges: list[np.ndarray]
    wrong_bits: int
    loss: float
    best_epoch: int
    live_hidden_units: int
    alive_edges: int


Work = Generator[Round, Reply, Record]


@dataclasses.dataclass(frozen=True)
class Acceptance:
    """When a network is good enough: an integer number of wrong validation bits.

    Either a threshold (percent of all bits that must be right) or a tolerance (percent of all bits
    that may be wrong beyond those that the dense network has wrong).
    """

    num_bits: int
    threshold: Fraction | None
    tolerance: Fraction | None = None

    def allowed(self, dense_wrong_bits: int) -> int:
        """
        Example:
          >>> Acceptance(num_bits=64, threshold=Fraction(100)).allowed(dense_wrong_bits=3)
          0
          >>> Acceptance(200, None, tolerance=Fraction("0.5")).allowed(dense_wrong_bits=3)
          4
        """
        if self.threshold is not None:
            return int((100 - self.threshold) * self.num_bits / 100)
        assert self.tolerance is not None
        return dense_wrong_bits + int(self.tolerance * self.num_bits / 100)


def dense(job: Job, kernels: list[np.ndarray], biases: list[np.ndarray], rule: Acceptance) -> Work:
    """One round from initialisation. `kernels`, `biases`: the initial values."""
    everything = [np.ones(kernel.shape, bool) for kernel in kernels]
    reply = yield Round(job, 0, pruning.NOTHING, kernels, biases, everything)
    accepted = reply.wrong_bits <= rule.allowed(reply.wrong_bits)
    return Record(
        reply.kernels,
        reply.biases,
        [np.zeros(kernel.shape, np.int16) for kernel in kernels],
        np.array([_row(job, pruning.NOTHING, 0, 0, reply, accepted)], ROUND),
        ACCEPTED if accepted else NOTHING_ACCEPTED,
    )


def prune_units(
    job: Job, base: Record, rule: Acceptance, checkpoint: Checkpoint | None = None
) -> Work:
    """From the dense network to the fewest hidden units (section 3, step 1).

    Args:
      job: a unit job.
      base: the record of its dense job.
      rule: when a network is good enough.
      checkpoint: where the job stood when it was interrupted; None: it begins.
    """
    num_units = sum(kernel.shape[1] for kernel in base.kernels[:-1])
    plan = schedule.begin(num_units, Fraction(job.unit_step, 1000))
    first = len(base.rounds)
    return (yield from _prune(job, checkpoint or Checkpoint(base), plan, rule, first, first))


def prune_edges(
    job: Job, base: Record, rule: Acceptance, checkpoint: Checkpoint | None = None
) -> Work:
    """From the unit-pruned network to the fewest edges (section 3, step 2). See `prune_units`."""
    num_edges = sum(mask.size for mask in base.edges)
    start = Fraction(100 * (num_edges - base.alive_edges), num_edges)
    if checkpoint is None:
        reply = yield Round(job, 0, pruning.NOTHING, base.kernels, base.biases, base.edges)
        accepted = reply.wrong_bits <= _allowed(base, rule)
        row = _row(job, pruning.NOTHING, start, 0, reply, accepted)
        # The base of what follows, accepted or not; the result only if it is accepted.
        if accepted:
            checkpoint = Checkpoint(_accept(base, reply, row))
        else:
            checkpoint = Checkpoint(_reject(base, row), (reply.kernels, reply.biases))
    plan = schedule.begin(num_edges, Fraction(job.edge_step, 1000), start)
    first = len(base.rounds)
    return (yield from _prune(job, checkpoint, plan, rule, first, first + 1))


def _prune(
    job: Job,
    at: Checkpoint,
    plan: schedule.Schedule,
    rule: Acceptance,
    first_row: int,
    first_pruning: int,
) -> Work:
    """Prune and retrain until the schedule is done.

    Args:
      job: whose rounds these are.
      at: where it stands.
      plan: the schedule before the first pruning.
      rule: when a network is good enough.
      first_row, first_pruning: rows of `rounds` of the phase's first round and first pruning.
    """
    for accepted in at.record.rounds["accepted"][first_pruning:]:
        plan = schedule.decide(plan, bool(accepted))
    allowed = _allowed(at.record, rule)
    while not plan.done and len(at.record.rounds) <= MOST_ROUNDS:
        index = len(at.record.rounds) - first_row
        reply = yield Round(job, index, plan.k, *at.base, at.record.edges, at)
        accepted = reply.wrong_bits <= allowed
        row = _row(job, plan.k, plan.target, plan.step, reply, accepted)
        if accepted:
            at = Checkpoint(_accept(at.record, reply, row))
        else:
            at = dataclasses.replace(at, record=_reject(at.record, row))
        plan = schedule.decide(plan, accepted)
    return at.record


def _allowed(record: Record, rule: Acceptance) -> int:
    return rule.allowed(int(record.rounds["wrong_bits"][0]))


def _row(
    job: Job, k: int, target: Fraction | int, step: Fraction | int, reply: Reply, accepted: bool
) -> tuple[Any, ...]:
    report = (reply.wrong_bits, reply.loss, reply.best_epoch)
    counts = (reply.live_hidden_units, reply.alive_edges)
    return (job.phase, k, float(target), float(step), *report, *counts, accepted)


def _accept(record: Record, reply: Reply, row: tuple[Any, ...]) -> Record:
    at = len(record.rounds)
    return Record(
        reply.kernels,
        reply.biases,
        [
            np.where((removed == 0) & ~alive, np.int16(at), removed)
            for removed, alive in zip(record.removed_at, reply.edges, strict=True)
        ],
        _appended(record.rounds, row),
        ACCEPTED,
    )


def _reject(record: Record, row: tuple[Any, ...]) -> Record:
    return dataclasses.replace(record, rounds=_appended(record.rounds, row))


def _appended(rounds: np.ndarray, row: tuple[Any, ...]) -> np.ndarray:
    # `np.append` would work out a common type anew, field by field.
    longer = np.empty(len(rounds) + 1, ROUND)
    longer[:-1] = rounds
    longer[-1] = row
    return longer
