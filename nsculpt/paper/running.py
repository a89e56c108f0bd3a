"""Runs cells of an experiment, and reads what is finished of it."""

import datetime
import logging
import pathlib
import time
from collections.abc import Sequence

from nsculpt.paper import cells, outcomes, variants

_log = logging.getLogger("nsculpt")


def run(
    wanted: Sequence[cells.Cell],
    costs: Sequence[float],
    out_dir: pathlib.Path,
    variant: variants.Variant,
    show_progress: bool | str = True,
) -> None:
    """Sculpts cells one after the other, each in a run folder of its own.

    Args:
      wanted: cells of one experiment; what was begun of them goes on.
      costs: of each, in any unit, to say how long the rest takes.
      out_dir: holds the run folders.
      variant: how they are run.
      show_progress: whether, or how, to say on standard error how far each is; see `sculpt`.

    Raises:
      InputError: a folder cannot be used, or is of other settings; data that are not there.
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
            variant.load_task(cell),
            cell.hidden,
            **variant.given(cell),
            out_dir=out_dir / cell.name,
            drawings=False,
            report=False,
            show_progress=show_progress,
        )
        done += cost


def finished(
    experiment: str, out_dir: pathlib.Path, variant: variants.Variant
) -> list[outcomes.Outcome]:
    """What the finished cells in a folder have found.

    Args:
      experiment: one of `cells.EXPERIMENTS`.
      out_dir: holds the run folders.
      variant: how they must have been run.
    """
    read = (
        outcomes.read(out_dir / cell.name, cell, variant)
        for cell in cells.of(experiment, variant.image_size)
        if (out_dir / cell.name).is_dir()
    )
    return [outcome for outcome in read if outcome is not None]
