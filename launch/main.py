"""Sculpts a network on a task: `python -m launch.main --flagfile=FILE`, or `--help`."""

from launch import interrupts

if __name__ == "__main__":  # before what follows, which takes a second
    interrupts.install(f"python -m launch.main: interrupted; {interrupts.KEPT}")

import pathlib
import re
import sys
from collections.abc import Sequence
from typing import Any

import nsculpt
from launch import compiling, ending, flags, task_flags
from nsculpt import settings as settings_lib
from nsculpt import shards, text
from nsculpt.tasks import task as task_lib

_SETTINGS = (
    "seeds",
    "unit_steps",
    "edge_steps",
    "learning_rate",
    "batch_size",
    "epochs",
    "input_noise",
    "accuracy_threshold",
    "accuracy_tolerance",
    "unit_saliency",
    "edge_saliency",
    "path_length",
    "merge_threshold",
    "modularity_threshold",
)


_TOPICS = {
    "Task (one of the first five)": (
        task_flags.TASK,
        task_flags.FORMULAS,
        task_flags.TRUTH_TABLE,
        task_flags.FUNCTION_GRAPH,
        task_flags.DATASET,
        flags.Flag("plugin", str, "FILE.py", "Python file that registers tasks or saliencies."),
    ),
    "Images (of --task=mnist_two_digits and --task=mnist_xor)": task_flags.OPTIONS,
    "Network and grid": (
        flags.Flag("hidden", flags.integers, "24,24", """Units of each hidden layer, from the
            inputs up; each at least 1. Default 24,24."""),
        flags.Flag("seeds", flags.integers, "0,1,2,5", """Seeds, integers from 0; a list, or
            first:last[:step] with both ends. Default: the paper's 0,1,2,5."""),
        flags.Flag("unit_steps", flags.percents, "5:70:5", """Percent of all hidden units to prune
            a round, above 0 and up to 100; one sculpting for each. Default: the paper's
            5:70:5."""),
        flags.Flag("edge_steps", flags.percents, "0.5:2.5:0.5", """Percent of all edges to prune a
            round, above 0 and up to 100; one sculpting for each, after each unit step. Default:
            the paper's 0.5:2.5:0.5."""),
    ),
    "Training (defaults: the paper's preset for task and network, or the nearest)": (
        flags.Flag("learning_rate", flags.number, "0.05", "Of Adam, constant, above 0."),
        flags.Flag("batch_size", flags.integer, "8", """Rows of a mini-batch, at least 1; more than
            there are means all."""),
        flags.Flag("epochs", flags.integer, "10", """Passes over the data in a round, at least 1;
            the best one is kept."""),
        flags.Flag("input_noise", flags.number, "0.1", """Standard deviation of the Gaussian noise
            on training inputs, 0 or more. Default 0.1 on Boolean tasks, 0 on data."""),
    ),
    "Pruning": (
        flags.Flag("accuracy_threshold", flags.number, "100", """Percent of validation bits that an
            accepted network has right, 0 to 100. Default 100 on Boolean tasks."""),
        flags.Flag("accuracy_tolerance", flags.number, "0.5", """Instead of a threshold: how many
            percentage points of all bits it may be worse than the dense network, 0 to 100. Default
            0.5 on data."""),
        flags.Flag("unit_saliency", str, "gradient_activation", """Registered name of what units
            are ranked by. Default gradient_activation, the paper's."""),
        flags.Flag("edge_saliency", str, "magnitude", """Registered name of what edges are ranked
            by. Default magnitude, the paper's."""),
    ),
    "Analysis": (
        flags.Flag("path_length", flags.integer, "3", """Longest path, in edges, by which units of
            a layer are compared, at least 1. Default: the preset's, else the number of weight
            layers."""),
        flags.Flag("merge_threshold", flags.number, "0.9", """Share of edges, 0 to 1, above which a
            cluster joins a module of the layer below. Default: the preset's."""),
        flags.Flag("modularity_threshold", flags.number, "0.2", """How clear clusters must be, 0 to
            1, to go unchallenged. Default: the preset's."""),
    ),
    "Running": (
        flags.Flag("out_dir", str, "DIR", """Run folder; the same command on it continues. Default
            runs/TASK_WIDTHS."""),
        flags.Flag("lanes", flags.integer, "64", """Networks trained at once, at least 1, rounded
            up to whole tiles; results do not depend on it. Default: a tile for each core
            or device, and one more."""),
        flags.Flag("shard", shards.parse, "1/8", """Share i of n, i from 1: do only every n-th part
            of the jobs, for n commands on n machines. Copy all jobs/ folders into one afterwards,
            and run the same command there without it. Default out_dir:
            runs/TASK_WIDTHS.share_i_of_n."""),
        compiling.FLAG,
        ending.PROGRESS,
        flags.Flag("dry_run", None, "", "Say what would be done, and write nothing."),
        *ending.COMMON,
    ),
}  # fmt: skip
_SUMMARY = """Neural Sculpting: learns a task, prunes units and then edges step by step, finds in
    what is left the sub-functions of the task and their hierarchy, and compares them with what the
    task declares about itself."""


def plan(
    task: task_lib.Task,
    settings: settings_lib.Settings,
    out_dir: pathlib.Path,
    shard: shards.Shard | None = None,
    lanes: int | None = None,
) -> str:
    """What a run, or a share of it, would do."""
    from nsculpt import experiment  # late, since it loads jax
    from nsculpt.sculpting import jobs, memory, sweep

    settings_lib.check_lanes(lanes)
    cell = experiment.make_cell(task, settings)
    wanted = jobs.grid(settings.seeds, settings.unit_steps, settings.edge_steps)
    mine = wanted if shard is None else shards.part(wanted, shard)
    num_dense = len({job.seed for job in mine})
    num_units = len({job.parent for job in mine})
    share = "" if shard is None else f" of share {shard.index} of {shard.count}"
    sizes = "-".join(map(str, cell.layer_sizes))
    at_once = sweep.layout(cell, len(mine), lanes).num_lanes if mine else 0
    return "\n".join(
        text.filled(line)
        for line in (
            f"task {text.printable(task.name)}, network {sizes}",
            f"jobs{share}: {num_dense} dense, {num_units} unit, {len(mine)} edge "
            f"({text.counted(len(mine), 'pruning')})",
            f"training: learning rate {settings.learning_rate:g}, batches of "
            f"{settings.batch_size} of {task.train.num_rows} rows, {settings.epochs} epochs a "
            f"round, input noise {settings.input_noise:g}",
            f"{memory.needs(cell)}; {at_once} in training at once",
            f"would write to {out_dir}",
        )
    )


def default_out_dir(
    task: task_lib.Task, hidden: Sequence[int], shard: shards.Shard | None = None
) -> pathlib.Path:
    """runs/TASK_WIDTHS; what could leave that folder is taken out of the name."""
    name = re.sub(r"[^\w.-]", "_", task.name)
    # Shares may run at once on one file system, and a folder takes one command at a time.
    share = "" if shard is None else f".share_{shard.index}_of_{shard.count}"
    return pathlib.Path("runs", f"{name}_{'_'.join(map(str, hidden))}{share}")


def run(parser: flags.Parser) -> None:
    """Does what the flags ask for."""
    task_flags.load_plugin(parser)
    task = task_flags.load_task(parser)
    hidden = parser["hidden"] or (24, 24)
    shard = parser["shard"]
    given: dict[str, Any] = {name: parser[name] for name in _SETTINGS}
    out_dir = pathlib.Path(parser["out_dir"] or default_out_dir(task, hidden, shard))
    if parser["dry_run"]:
        print(
            plan(task, settings_lib.resolve(task, hidden, **given), out_dir, shard, parser["lanes"])
        )
        return
    compiling.prepare(parser)
    given |= {
        "plugin": parser["plugin"],
        "lanes": parser["lanes"],
        "out_dir": out_dir,
        "show_progress": parser["progress"] or True,
    }
    if shard is not None:
        from nsculpt import experiment  # late, since it loads jax

        print(experiment.sculpt_share(shard, task, hidden, **given))
        return
    print(nsculpt.sculpt(task, hidden, **given))
    names = ("report.html", "summary.json", "networks.npz", "drawings/")
    written = ", ".join(name for name in names if (out_dir / name).exists())
    head = f"Written to {text.printable(out_dir)}:"
    print(f"\n{head} {written}" if len(f"{head} {written}") <= 80 else f"\n{head}\n  {written}")


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 0 done, 1 failed, 2 bad input, 3 folder in use, 130 interrupted."""
    return ending.run(
        flags.Parser("python -m launch.main", _SUMMARY, _TOPICS),
        arguments,
        run,
        if_interrupted=f"interrupted; {interrupts.KEPT}",
        if_failed=f"; {interrupts.KEPT}",
    )


if __name__ == "__main__":
    interrupts.leave(main(sys.argv[1:]))
