"""What a reproduction would do, as text: cells, jobs, compiles, memory, time."""

import itertools
import pathlib
import textwrap
from collections.abc import Mapping, Sequence

from nsculpt import shards, tasks, text
from nsculpt.paper import cells, outcomes, workload
from nsculpt.report import reproduction_files


def plan(
    experiment: str,
    works: Mapping[cells.Cell, workload.Workload],
    finished: Sequence[outcomes.Outcome],
    out_dir: pathlib.Path,
    shard: shards.Shard | None,
) -> str:
    """The plan of a command, in 80 columns.

    Args:
      experiment: one of `cells.EXPERIMENTS`.
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
            f"jobs to do: {dense:,} dense, {unit:,} unit, {edge:,} edge ({edge:,} prunings); "
            "what is begun is counted in full",
            f"compiles of the round program: at most {workload.num_compiles(left.values())}; those "
            "in the compilation cache take no time",
            f"memory: about {max(work.memory for work in left.values()) / 1e9:.1f} GB",
            _time(left, finished),
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


def _time(
    left: Mapping[cells.Cell, workload.Workload], finished: Sequence[outcomes.Outcome]
) -> str:
    timed = [
        (workload.of(tasks.load_task(each.cell.task), each.settings), each.sculpting_seconds)
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
    return (
        f"time: {_duration(low)} to {_duration(high)}, by {rounds:,.0f} expected rounds with "
        f"{products:.1e} multiplications of whole networks; rests on {basis}"
    )


def _duration(seconds: float) -> str:
    """To the minute, or below one to the second.

    Example:
      >>> _duration(4000), _duration(190), _duration(33)
      ('1 h 7 min', '3 min', '33 s')
    """
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    hours = minutes // 60
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"
