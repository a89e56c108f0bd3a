"""Analyses a sparse network: `python -m launch.analyze --network=FILE`, or `--help`."""

from launch import interrupts

if __name__ == "__main__":  # before what follows, which takes a second
    interrupts.install("python -m launch.analyze: interrupted")

import dataclasses
import logging
import os
import pathlib
import re
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

import nsculpt
from launch import ending, flags, task_flags
from nsculpt import errors, registry
from nsculpt.analysis.clustering import CLUSTERINGS
from nsculpt.analysis.features import FEATURES
from nsculpt.networks import network as network_lib
from nsculpt.report import analysis_files, pixel_views
from nsculpt.scores import known as known_lib
from nsculpt.tasks import task as task_lib

_log = logging.getLogger("nsculpt")

_LOADING = (
    "tolerance",
    "orientation",
    "layers",
    "input_names",
    "output_names",
    "seed",
    "unit_step",
    "edge_step",
)
_SETTINGS = ("path_length", "merge_threshold", "modularity_threshold", "features", "clustering")
_TASKS = ("task", "formulas", "function_graph")
_TASK_OPTIONS = ("mnist_dir", "image_size")
_TOPICS = {
    "Network": (
        flags.Flag("network", str, "FILE", """A file of arrays, .npz or .safetensors (masks, or
            weights such as a PyTorch state dict), or a run folder."""),
        flags.Flag("tolerance", flags.number, "0.001", """Of weights, |w| above this is an edge; 0
            or more. Default 0."""),
        flags.Flag("orientation", str, "out_in", """in_out where arrays are [fan_in, fan_out],
            out_in where they are [fan_out, fan_in] as in PyTorch. Default: as the biases' sizes
            say, or the only way in which the layers chain."""),
        flags.Flag("layers", flags.names, "fc1.weight,out.weight", """Names of the arrays to take,
            from the inputs up. Default: all, in the order of their numbers, or as they chain."""),
        flags.Flag("input_names", flags.names, "a,b,c", "Names of all inputs."),
        flags.Flag("output_names", flags.names, "y,z", "Names of all outputs."),
        flags.Flag("image_shape", flags.integers, "28,56", """Rows and columns, where the inputs are
            the pixels of an image, row by row: the drawing then shows which of them each module
            sees. Default: the task's."""),
        flags.Flag("seed", flags.integer, "0", """Of a run folder, the seed of the network. Default:
            the sparsest of those selected."""),
        flags.Flag("unit_step", flags.number, "40", "Of a run folder, the unit step in percent."),
        flags.Flag("edge_step", flags.number, "2.5", "Of a run folder, the edge step in percent."),
    ),
    "Analysis": (
        flags.Flag("path_length", flags.integer, "3", """Longest path, in edges, by which units of
            a layer are compared, at least 1. Default: the run's, else the number of weight
            layers."""),
        flags.Flag("merge_threshold", flags.number, "0.9", """Share of edges, 0 to 1, above which a
            cluster joins a module of the layer below. Default: the run's, else 0.9."""),
        flags.Flag("modularity_threshold", flags.number, "0.2", """How clear clusters must be, 0 to
            1, to go unchallenged. Default: the run's, else 0.2."""),
        flags.Flag("features", str, "outgoing", """What units are compared by: outgoing (the
            paper's), incoming, both, weighted, or a name that --plugin registers."""),
        flags.Flag("clustering", str, "modularity", """What finds the clusters of a layer:
            modularity (the paper's), silhouette, louvain, or a name that --plugin registers."""),
        flags.Flag("plugin", str, "FILE.py", """Python file that registers features, clusterings or
            tasks."""),
    ),
    "Truth to compare with (at most one; default: the run's)": (
        task_flags.TASK,
        task_flags.FORMULAS,
        task_flags.FUNCTION_GRAPH,
        task_flags.MNIST_DIR,
        task_flags.IMAGE_SIZE,
    ),
    "Running": (
        flags.Flag("out_dir", str, "DIR", """Folder to write to: new, empty, or of an earlier
            analysis, which is replaced. Default runs/analysis_NAME."""),
        *ending.COMMON,
    ),
}  # fmt: skip
_SUMMARY = """Finds the modules of a sparse layered network and their hierarchy. Nothing is trained
    and no data is needed."""


def run(parser: flags.Parser) -> None:
    """Does what the flags ask for."""
    task_flags.load_plugin(parser)
    path = parser["network"]
    if path is None:
        raise errors.InputError("expected --network=FILE (see --help)")
    names = (*_TASKS, *_TASK_OPTIONS)
    task = task_flags.load_task(parser, _TASKS) if _given(parser, names) else None
    out_dir = pathlib.Path(parser["out_dir"] or _default_out_dir(path))
    _check_name(parser, "features", FEATURES)
    _check_name(parser, "clustering", CLUSTERINGS)
    analysis_files.check_folder(out_dir)
    try:
        network = nsculpt.load_network(path, **_given(parser, _LOADING))
        if task is not None:
            network = _of_task(network, task, parser)
        image_shape = parser["image_shape"] or network.image_shape
        if image_shape is not None:
            pixel_views.check_shape(image_shape, network.layer_sizes[0])
        _warn_if_dense(network)
        settings = {**network.settings, **_given(parser, _SETTINGS)}
        analysis = nsculpt.analyze(network, **settings)
    except errors.InputError as error:
        # What the library calls an argument is a flag here.
        name = re.split(r"[^a-z_]", str(error), maxsplit=1)[0]
        known = name in (*_LOADING, *_SETTINGS, "image_shape") and parser[name] is not None
        raise errors.InputError(str(error), name if known else error.field) from error
    title = pathlib.Path(path).name
    is_new = analysis_files.write(out_dir, analysis, network.truth, title, image_shape)
    print(analysis_files.summary(analysis, network.truth))
    where = out_dir if is_new else f"{out_dir}, in place of an earlier analysis"
    written = f"Written to {where}: {', '.join(analysis_files.NAMES)}"
    print("\n" + textwrap.fill(written, 80, subsequent_indent="  "))


def _check_name(parser: flags.Parser, flag: str, known: registry.Registry) -> None:
    if parser[flag] is not None:
        try:
            known[parser[flag]]
        except errors.InputError as error:
            raise errors.InputError(f"{flag}: {error}", flag) from error


def _given(parser: flags.Parser, names: Sequence[str]) -> dict[str, Any]:
    return {name: parser[name] for name in names if parser[name] is not None}


def _default_out_dir(path: str) -> pathlib.Path:
    stem = re.sub(r"[^\w.-]", "_", pathlib.Path(os.path.abspath(path)).stem)
    return pathlib.Path("runs", f"analysis_{stem}")


def _of_task(
    network: network_lib.Network, task: task_lib.Task, parser: flags.Parser
) -> network_lib.Network:
    """The network with the truth of a task, and with its names where it has none."""
    (flag,) = task_flags.given(parser, _TASKS)
    ends = network.layer_sizes[0], network.layer_sizes[-1]
    if (task.num_inputs, task.num_outputs) != ends:
        raise errors.InputError(
            f"{flag}: this task has {task.num_inputs} inputs and {task.num_outputs} outputs; "
            f"expected {ends[0]} and {ends[1]}, as the network has",
            flag,
        )
    if task.truth is None:
        raise errors.InputError(f"{flag}: this task declares nothing about its structure", flag)
    try:
        truth = known_lib.truth_of(task, network.input_names, network.output_names)
    except errors.InputError as error:
        raise errors.InputError(f"{flag}: {error}", flag) from error
    return dataclasses.replace(
        network,
        truth=truth,
        input_names=network.input_names or task.input_names,
        output_names=network.output_names or task.output_names,
        image_shape=network.image_shape or task.image_shape,
    )


def _warn_if_dense(network: network_lib.Network) -> None:
    if network.weights is not None and all(mask.all() for mask in network.edges):
        _log.warning("every weight is an edge: --tolerance says which are too small to be one")


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 0 done, 1 failed, 2 bad input, 130 interrupted."""
    parser = flags.Parser("python -m launch.analyze", _SUMMARY, _TOPICS)
    return ending.run(parser, arguments, run)


if __name__ == "__main__":
    interrupts.leave(main(sys.argv[1:]))
