"""Runs cells of an experiment, and reads what is finished of it."""

import datetime
import logging
import pathlib
import time
from collections.abc import Mapping, Sequence
from typing import Any

from nsculpt.paper import cells, outcomes

_log = logging.getLogger("nsculpt")


def run(
    wanted: Sequence[cells.Cell],
    costs: Sequence[float],
    out_dir: pathlib.Path,
    given: Mapping[str, Any],
) -> None:
    """Sculpts cells one after the other, each in a run folder of its own.

    Args:
      wanted: cells of one experiment; what was begun of them goes on.
      costs: of each, in any unit, to say how long the rest takes.
      out_dir: holds the run folders.
      given: what differs from the paper's settings, as for `settings.resolve`.

    Raises:
      InputError: a folder cannot be used, or is of other settings.
      FolderInUseError: another process works in one.
    """
    from nsculpt import experiment  # late, since it loads jax

    began, done = time.monotonic(), 0.0
    for number, (cell, cost) in enumerate(zip(wanted, costs, strict=True), start=1):
        rest = ""
        if done:
            seconds = (time.monotonic() - began) * (sum(costs) - done) / done
            rest = f"; about {datetime.timedelta(seconds=round(seconds))} left for all"
        _log.info("cell %d of %d: %s%s", number, len(wanted), cell, rest)
        experiment.sculpt(
            cell.task,
            cell.hidden,
            **given,
            out_dir=out_dir / cell.name,
            drawings=False,
            show_progress=True,
        )
        done += cost


def finished(
    experiment: str, out_dir: pathlib.Path, given: Mapping[str, Any]
) -> list[outcomes.Outcome]:
    """What the finished cells in a folder have found.

    Args:
      experiment: one of `cells.EXPERIMENTS`.
      out_dir: holds the run folders.
      given: as for `run`.
    """
    found = []
    for cell in cells.of(experiment):
        if (out_dir / cell.name).is_dir():
            settings = outcomes.expected(cell, given)
            if (outcome := outcomes.read(out_dir / cell.name, cell, settings)) is not None:
                found.append(outcome)
    return found
