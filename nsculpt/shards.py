"""Shares of a sweep: its jobs dealt out to n commands that need not know of each other."""

import dataclasses
import heapq
import pathlib
import re
import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nsculpt import errors

if TYPE_CHECKING:
    from nsculpt.sculpting import jobs

_MOST_SHARES = 100_000
_EXPECTED = (
    f"expected i/n, whole numbers with 1 <= i <= n <= {_MOST_SHARES}, such as 1/8 for the first "
    "of eight"
)


@dataclasses.dataclass(frozen=True)
class Shard:
    """Which share: number `index` of `count`, counted from 1."""

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 1 <= self.index <= self.count <= _MOST_SHARES:
            raise errors.InputError(f"shard={self}: {_EXPECTED}", "shard")

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


@dataclasses.dataclass(frozen=True)
class Share:
    """What a share of a sculpting did. `str` says so, and what is to be done next."""

    shard: Shard
    num_jobs: int  # edge jobs of this share
    num_all: int  # edge jobs of all shares
    folder: pathlib.Path

    def __str__(self) -> str:
        folder = shlex.quote(str(self.folder))  # the last lines are there to be copied
        return "\n".join(
            (
                f"Share {self.shard.index} of {self.shard.count} is done ({self.num_jobs} of "
                f"{self.num_all} prunings): {self.folder}/jobs/",
                "When all shares are done, copy their jobs into one folder and run the same",
                "command without --shard on it; it does what is missing and writes all results:",
                f"  cp -n OTHER_SHARE/jobs/*.npz {folder}/jobs/",
                f"  ... --out_dir={folder}",
            )
        )


def parse(text: str) -> Shard:
    """Reads i/n.

    Raises:
      ValueError: it is none, with what was expected.

    Example:
      >>> parse("2/8")
      Shard(index=2, count=8)
    """
    found = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text.strip())
    if not found:
        raise ValueError(_EXPECTED)
    try:
        return Shard(int(found[1]), int(found[2]))
    except errors.InputError:
        raise ValueError(_EXPECTED) from None


def part(wanted: "Sequence[jobs.Job]", shard: Shard) -> "list[jobs.Job]":
    """The edge jobs of a share, in the order of `wanted`.

    What builds on the same unit job stays together, so that no two shares do that job. The longest
    chains are dealt out first, each to the share that has least to do so far; so two shares differ
    by one chain at most. The shares depend on the set of jobs alone.

    Args:
      wanted: edge jobs, each once; for every share the same.
      shard: which share.

    Returns:
      Its jobs; none where there are more shares than chains.

    Example:
      >>> from nsculpt.sculpting import jobs
      >>> wanted = jobs.grid([0, 1], [5000], [500, 2500])
      >>> [job.seed for job in part(wanted, Shard(2, 2))]
      [1, 1]
    """
    # Late, since they load jax, and a launcher reads its flags first.
    from nsculpt.sculpting import jobs, queue

    costs: dict[jobs.Job, float] = {}  # of a unit job and all that builds on it
    for job in sorted(wanted):  # so that sums do not depend on the order of `wanted`
        unit = jobs.Job(job.seed, job.unit_step)
        costs.setdefault(unit, queue.expected_rounds(unit))
        costs[unit] += queue.expected_rounds(job)
    loads = [(0.0, index) for index in range(1, shard.count + 1)]
    owner = {}
    for unit in sorted(costs, key=lambda unit: (-costs[unit], unit)):
        load, owner[unit] = loads[0]
        heapq.heapreplace(loads, (load + costs[unit], owner[unit]))
    return [job for job in wanted if owner[jobs.Job(job.seed, job.unit_step)] == shard.index]
