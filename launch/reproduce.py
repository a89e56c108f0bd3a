"""Runs the paper's experiments: `python -m launch.reproduce --experiment=NAME`, or `--help`."""

from launch import interrupts

if __name__ == "__main__":  # before what follows, which takes a second
    interrupts.install(f"python -m launch.reproduce: interrupted; {interrupts.KEPT}")

import dataclasses
import logging
import pathlib
import sys
from collections.abc import Sequence

from launch import compiling, ending, flags, task_flags
from nsculpt import errors, shards
from nsculpt.paper import cells, reproduction, running, variants, workload
from nsculpt.report import reproduction_files, reproduction_plan, reproduction_tables

_log = logging.getLogger("nsculpt")

_SUBSET = ("tasks", "hidden", "widths", "depths")
_VARIANT = tuple(field.name for field in dataclasses.fields(variants.Variant))


def _hidden(given: str) -> list[tuple[int, ...]]:
    return [tuple(flags.integers(sizes)) for sizes in given.split("/")]


_TOPICS = {
    "Experiment": (
        flags.Flag("experiment", str, "exemplars", """Figure of the paper to reproduce: exemplars,
            reuse, overlap, hierarchy, or mnist (mnist_xor, and beside it mnist_two_digits, which
            it shows no rates of)."""),
    ),
    "Subset (default: all of it; several of these: what all of them let through)": (
        flags.Flag("tasks", flags.names, "reused,non_modular", "Tasks of the experiment."),
        flags.Flag("hidden", _hidden, "24,24", """Units of each hidden layer, as for launch.main;
            several with / between them, such as 24,24/36,36."""),
        flags.Flag("widths", flags.integers, "24", "Units of a hidden layer; a list."),
        flags.Flag("depths", flags.integers, "1,2", "Numbers of hidden layers; a list."),
        flags.Flag("seeds", flags.integers, "0", """Seeds; a list, or first:last[:step] with both
            ends. Default: the paper's 0,1,2,5."""),
    ),
    "Fewer prunings, smaller data (not the paper's setting; the tables then say so)": (
        flags.Flag("unit_steps", flags.percents, "40", """Percent of all hidden units to prune a
            round; one sculpting for each. Default: the paper's 5:70:5."""),
        flags.Flag("edge_steps", flags.percents, "2.5", """Percent of all edges to prune a round;
            one sculpting for each, after each unit step. Default: the paper's 0.5:2.5:0.5."""),
        task_flags.IMAGE_SIZE,
        task_flags.SAMPLES_PER_PAIR,
    ),
    "Running": (
        task_flags.MNIST_DIR,
        flags.Flag("out_dir", str, "DIR", """Folder of the experiment, with a run folder for each
            cell (task and layer sizes). The same command on it continues, and its tables are of
            all cells finished in it. Default runs/EXPERIMENT."""),
        flags.Flag("shard", shards.parse, "1/4", """Share i of n, i from 1: run only every n-th
            cell, for n commands on n machines. They may work in one folder; else copy the cells'
            folders into one afterwards, and let --report_only make the tables."""),
        flags.Flag("report_only", None, "", "Run nothing: make the tables of what is finished."),
        flags.Flag("dry_run", None, "", """Say what would be done and about how long it takes, and
            write nothing."""),
        ending.PROGRESS,
        compiling.FLAG,
        *ending.COMMON,
    ),
}  # fmt: skip
_SUMMARY = """Runs an experiment of the paper by its own protocol (70 prunings for each of four
    seeds, the paper's training settings, for mnist its way of drawing images), and writes tables
    and a figure of what was found beside what the paper found: success rates, alive edges,
    consensus, time."""


def run(parser: flags.Parser) -> None:
    """Does what the flags ask for."""
    experiment = parser["experiment"]
    if experiment is None:
        names = ", ".join(cells.EXPERIMENTS)
        raise errors.InputError(f"expected --experiment=NAME, one of {names} (see --help)")
    variant = variants.of(experiment, {name: parser[name] for name in _VARIANT})
    asked = {name: parser[name] for name in _SUBSET}
    wanted = cells.subset(experiment, **asked, image_size=variant.image_size)
    if parser["report_only"]:
        for name in (*_SUBSET, "shard", "dry_run"):
            if parser[name]:
                raise errors.InputError(f"{name}: says nothing with --report_only", name)
    out_dir = pathlib.Path(parser["out_dir"] or pathlib.Path("runs", experiment))
    reproduction_files.check_folder(out_dir, experiment)
    works = {cell: workload.of(variant.outline(cell), variant.settings(cell)) for cell in wanted}
    if parser["shard"] is not None:
        costs = [work.seconds for work in works.values()]
        wanted = cells.part(wanted, costs, parser["shard"])
    if not parser["report_only"]:
        finished = running.finished(experiment, out_dir, variant)
        if parser["dry_run"]:
            mine = {cell: works[cell] for cell in wanted}
            share = parser["shard"]
            print(reproduction_plan.plan(experiment, variant, mine, finished, out_dir, share))
            return
        done = {each.cell for each in finished}
        left = [cell for cell in wanted if cell not in done]
        if len(left) < len(wanted):
            _log.info("finished before: %d of %d cells", len(wanted) - len(left), len(wanted))
        compiling.prepare(parser)
        if parser["shard"] is not None and not wanted:
            _log.info("nothing to do: there are fewer cells than shares")
            return
        costs = [works[cell].seconds for cell in left]
        running.run(left, costs, out_dir, variant, parser["progress"] or True)
    report(experiment, out_dir, variant)


def report(experiment: str, out_dir: pathlib.Path, variant: variants.Variant) -> None:
    """Writes and prints the tables of what a folder holds finished."""
    finished = running.finished(experiment, out_dir, variant)
    found = reproduction.collate(experiment, variant, finished)
    if not found.cells:
        raise errors.InputError(
            f"out_dir={out_dir}: holds no finished cell of {experiment} with these settings",
            "out_dir",
        )
    reproduction_files.write(out_dir, found)
    print(reproduction_tables.terminal(found))
    written = f"Written to {out_dir}: {', '.join(reproduction_files.names(experiment))}"
    print(f"\n{reproduction_plan.wrapped(written)}")


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 0 done, 1 failed, 2 bad input, 3 folder in use, 130 interrupted."""
    return ending.run(
        flags.Parser("python -m launch.reproduce", _SUMMARY, _TOPICS),
        arguments,
        run,
        if_interrupted=(
            f"interrupted; {interrupts.KEPT}; --report_only makes tables of finished cells"
        ),
        if_failed=f"; {interrupts.KEPT}",
    )


if __name__ == "__main__":
    interrupts.leave(main(sys.argv[1:]))
