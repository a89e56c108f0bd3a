"""What smaller arrays for edge rounds gain, and what they move: `launch.bench compaction`."""

import collections
import dataclasses
import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any

from scipy import stats

import nsculpt
from nsculpt import experiment, sculpture, text
from nsculpt import settings as settings_lib
from nsculpt.report import progress
from nsculpt.sculpting import jobs, program, queue, sweep

_TASK, _HIDDEN, _SEEDS = "reused", (24, 24), tuple(range(16))
_NAMES = ("whole arrays", "smaller arrays")


def measure(
    task_name: str | None, hidden: Sequence[int] | None, seeds: Sequence[int] | None
) -> dict[str, Any]:
    """Sculpts a task twice, with all rounds on whole arrays and with edge rounds on smaller ones.

    Args:
      task_name, hidden, seeds: by default `reused`, 24,24 and 0 to 15; the grid is the paper's.

    Returns:
      For each way: seconds of sculpting (with compilation), alive edges of all prunings and of the
      selected networks, and the rates of recovered structure.

    Raises:
      InputError: a task or settings that cannot be.
    """
    task = nsculpt.load_task(task_name or _TASK)
    settings = settings_lib.resolve(task, hidden or _HIDDEN, seeds=seeds or _SEEDS)
    cell = experiment.make_cell(task, settings)
    wanted = jobs.grid(settings.seeds, settings.unit_steps, settings.edge_steps)
    found: dict[str, Any] = {"task": task.name, "layer_sizes": list(cell.layer_sizes)}
    found["compact_sizes"] = None if cell.compact_sizes is None else list(cell.compact_sizes)
    for name, compaction in zip(_NAMES, (False, True), strict=True):
        program.forget()  # each way compiles what it needs
        store = queue.Memory()
        began = time.monotonic()
        with progress.watch(show_progress=True) as observer:
            sweep.run(dataclasses.replace(cell, compaction=compaction), wanted, store, observer)
        seconds = time.monotonic() - began
        concluded = sculpture.conclude(task, settings, {job: store[job] for job in wanted})
        found[name] = {
            "seconds": seconds,
            "alive_edges": [store[job].alive_edges for job in wanted],
            "selected_edges": [chosen.alive_edges for chosen in concluded.selections],
            "structure_recovered": concluded.rates.get("structure_recovered"),
        }
    return found


def table(measured: Mapping[str, Any]) -> str:
    """What was measured, as text in 80 columns."""
    sizes = "-".join(map(str, measured["layer_sizes"]))
    small = measured["compact_sizes"]
    head = f"{measured['task']} {sizes}, edge rounds on "
    lines = [head + ("whole arrays only" if small is None else "-".join(map(str, small)))]
    lines.append(" " * 38 + "".join(f"{name:>18}" for name in _NAMES))

    def row(name: str, values: Sequence[str]) -> None:
        lines.append(f"  {name:<36}" + "".join(f"{value:>18}" for value in values))

    both = [measured[name] for name in _NAMES]
    row("seconds, compilation included", [f"{each['seconds']:.1f}" for each in both])
    row("alive edges, median of all prunings", [_median(each["alive_edges"]) for each in both])
    row("  of the selected networks", [_median(each["selected_edges"]) for each in both])
    for reading in ("first", "mean", "any", "all"):
        rates = [each["structure_recovered"] for each in both]
        if all(rates):
            row(f"structure recovered, {reading}", [text.rate(each[reading]) for each in rates])
    for each, name in zip(both, _NAMES, strict=True):
        counts = sorted(collections.Counter(each["selected_edges"]).items(), key=str)
        listed = ", ".join(f"{times} x {edges}" for edges, times in counts)
        lines.append(text.filled(f"selected networks, {name}: {listed} edges", indent="  "))
    p_all, p_selected = (
        stats.mannwhitneyu(*(_known(each[name]) for each in both)).pvalue
        for name in ("alive_edges", "selected_edges")
    )
    lines.append(
        text.filled(
            f"Mann-Whitney test of no difference in alive edges: p = {p_all:.2f} over all prunings "
            f"(those of a seed are alike, so that this p is too small), p = {p_selected:.2f} over "
            "selected networks",
            indent="  ",
        )
    )
    return "\n".join(lines)


def _known(edges: Sequence[int | None]) -> list[int]:
    return [each for each in edges if each is not None]


def _median(edges: Sequence[int | None]) -> str:
    known = _known(edges)
    return f"{statistics.median(known):g}" if known else "-"
