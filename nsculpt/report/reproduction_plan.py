"""What a reproduction would do, as text: cells, jobs, compiles, memory, time."""

import itertools
import pathlib
import textwrap
from collections.abc import Iterable, Mapping, Sequence

from nsculpt import shards, text
from nsculpt.paper import cells, outcomes, variants, workload
from nsculpt.report import reproduction_files

_LONG = 12 * 3600  # seconds: who is told so may want less
_FEW_HOURS, _MOST_HOURS = 10, 72  # below, minutes count; above, days do


def plan(
    experiment: str,
    variant: variants.Variant,
    works: Mapping[cells.Cell, workload.Workload],
    finished: Sequence[outcomes.Outcome],
    out_dir: pathlib.Path,
    shard: shards.Shard | None,
) -> str:
    """The plan of a command, in 80 columns.

    Args:
      experiment: one of `cells.EXPERIMENTS`.
      variant: how it is run.
      works: of the cells that the command is to run.
      finished: what the folder holds of the experiment.
      out_dir: the folder.
      shard: the share that the cells are, if any.
    """
    done = {outcome.cell for outcome in finished}
    left = {cell: work for cell, work in works.items() if cell not in done}

    def state(cell: cells.Cell) -> str:
        if cell in done:
            return " finished"
        num_jobs = sum(1 for _ in (out_dir / cell.name / "jobs").glob("*.npz"))
        return f" begun, {text.counted(num_jobs, 'job')}" if num_jobs else ""

    dense, unit, edge = (sum(work.jobs[i] for work in left.values()) for i in range(3))
    share = "" if shard is None else f", share {shard.index} of {shard.count}"
    lines = [
        f"{experiment}: {len(works)} of {len(cells.of(experiment))} cells (task and layer sizes)"
        f"{share}; {len(works) - len(left)} finished in {out_dir}",
    ]
    for name, group in itertools.groupby(works, key=lambda cell: cell.task):
        networks = [",".join(map(str, cell.hidden)) + state(cell) for cell in group]
        lines.append(f"  {name}: {'; '.join(networks)}")
    if left:
        lines += [
            f"jobs to do: {dense:,} dense, {unit:,} unit, {edge:,} edge ({edge:,} "
            f"{'pruning' if edge == 1 else 'prunings'}); what is begun is counted in full",
            f"compiles of the round program: {_compiles(left.values())}; those in the compilation "
            "cache take no time",
            f"memory: about {max(work.memory for work in left.values()) / 1e9:.1f} GB",
            *_time(variant, left, finished),
        ]
    else:
        lines.append("nothing is left to do but to make the tables")
    names = ", ".join(reproduction_files.names(experiment))
    lines.append(f"would write to {out_dir}: a run folder for each cell, {names}")
    return "\n".join(map(wrapped, lines))


def wrapped(line: str) -> str:
    """In 80 columns, but for paths, which stay in one piece so that they can be copied."""
    return textwrap.fill(
        line, 80, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _compiles(works: Iterable[workload.Workload]) -> str:
    listed = list(works)
    if any(work.is_large for work in listed):
        return "one for each size of arrays that the networks shrink to, some tens a cell"
    return f"at most {workload.num_compiles(listed)}"


def _time(
    variant: variants.Variant,
    left: Mapping[cells.Cell, workload.Workload],
    finished: Sequence[outcomes.Outcome],
) -> list[str]:
    timed = [
        (workload.of(variant.outline(each.cell), each.settings), each.sculpting_seconds)
        for each in finished
        if each.sculpting_seconds and each.timed_prunings == each.num_prunings
    ]
    low, high = workload.time_range(left.values(), timed)
    basis = (
        f"the time of {text.counted(len(timed), 'finished cell')}"
        if timed
        else "two cores of some 40 GFLOP/s each; as soon as a cell is finished, on its time"
    )
    rounds = sum(work.rounds for work in left.values())
    products = sum(work.multiplications for work in left.values())
    lines = [
        f"time: {_duration(low)} to {_duration(high)}, by {rounds:,.0f} expected rounds with "
        f"{products:.1e} multiplications; rests on {basis}"
    ]
    if high > _LONG:
        shortest = min(left, key=lambda cell: left[cell].seconds)
        low, high = workload.time_range([left[shortest]], timed)
        line = f"the shortest cell, {shortest}: {_duration(low)} to {_duration(high)}"
        num_prunings = left[shortest].jobs[2]
        if num_prunings > len(variant.seeds):
            line += (
                f"; its {num_prunings} prunings are {len(variant.seeds)} with --unit_steps=40 "
                "--edge_steps=2.5, which the tables then say"
            )
        lines.append(line)
    return lines


def _duration(seconds: float) -> str:
    """To the minute, or below one to the second.

    Example:
      >>> _duration(4000), _duration(190), _duration(33), _duration(200_000)
      ('1 h 7 min', '3 min', '33 s', '56 h')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours = minutes // 60
    if hours > _MOST_HOURS:
        return f"{round(hours / 24)} days"
    if hours >= _FEW_HOURS:
        return f"{round(minutes / 60)} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
