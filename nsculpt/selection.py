"""Which network of a seed counts (section 4, DESIGN 4.5): the sparsest, with its ties."""

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Protocol

from nsculpt.sculpting import jobs


class Candidate(Protocol):
    """What a selection asks of a finished job, such as a `jobs.Record`."""

    @property
    def status(self) -> str: ...

    @property
    def alive_edges(self) -> int: ...


@dataclasses.dataclass(frozen=True)
class Selection:
    """The sparsest networks of one seed, in the official order; the first one is the selected."""

    seed: int
    tied: tuple[jobs.Job, ...]  # empty where no network of the seed was ever accepted
    alive_edges: int | None

    @property
    def first(self) -> jobs.Job | None:
        return self.tied[0] if self.tied else None


def official_order(wanted: Iterable[jobs.Job]) -> list[jobs.Job]:
    """Edge steps from the largest down, within each the unit steps from the largest down.

    Example:
      >>> order = official_order(jobs.grid([0], [5000, 10000], [500, 2500]))
      >>> [(job.edge_step, job.unit_step) for job in order]
      [(2500, 10000), (2500, 5000), (500, 10000), (500, 5000)]
    """
    return sorted(wanted, key=lambda job: (job.seed, -job.edge_step, -job.unit_step))


def sparsest(seed: int, records: Mapping[jobs.Job, Candidate]) -> Selection:
    """Selects among the edge jobs of `seed` in `records`, leaving out those never accepted."""
    accepted = [
        job
        for job in official_order(records)
        if job.seed == seed and records[job].status == jobs.ACCEPTED
    ]
    if not accepted:
        return Selection(seed, (), None)
    fewest = min(records[job].alive_edges for job in accepted)
    tied = tuple(job for job in accepted if records[job].alive_edges == fewest)
    return Selection(seed, tied, fewest)
