"""Flags that name a task, the same for every launcher."""

from collections.abc import Callable

import nsculpt.tasks as tasks_lib
from launch import flags
from nsculpt import errors
from nsculpt.tasks import task as task_lib

# Flag -> how the task it names is loaded.
_LOADERS: dict[str, Callable[..., task_lib.Task]] = {
    "task": tasks_lib.load_task,
    "formulas": tasks_lib.from_formulas,
    "truth_table": tasks_lib.from_truth_table,
    "function_graph": tasks_lib.from_function_graph,
    "dataset": tasks_lib.from_dataset,
}
TASK = flags.Flag("task", str, "NAME", """A task by name, such as reused or overlap2_use4, or one
    that --plugin registers.""")  # fmt: skip
FORMULAS = flags.Flag("formulas", str, '"y0 = a & !b; y1 = a ^ c"', """A task as Boolean formulas:
    ! not, & and, ^ xor, | or, parentheses. A left-hand name that another formula reads is a
    sub-function, the others are the outputs.""")  # fmt: skip
TRUTH_TABLE = flags.Flag("truth_table", str, "FILE.csv", """A task as a truth table: a header that
    names inputs, then ->, then outputs; every combination of inputs once, values 0 and
    1.""")  # fmt: skip
FUNCTION_GRAPH = flags.Flag("function_graph", str, "FILE.json", """A task as a graph of gates with
    named sub-functions.""")  # fmt: skip
DATASET = flags.Flag("dataset", str, "FILE.npz", """A task as data: arrays x_train, y_train,
    x_valid, y_valid [rows, columns]; y of 0 and 1.""")  # fmt: skip
MNIST_DIR = flags.Flag("mnist_dir", str, "DIR", """Folder of MNIST's four files, for the mnist_*
    tasks. Default: NSCULPT_MNIST_DIR, else the user's cache, else they are
    downloaded.""")  # fmt: skip
IMAGE_SIZE = flags.Flag("image_size", flags.integer, "14", """Pixels a side of a digit image of the
    mnist_* tasks, 28, 14 or 7. Default 28.""")  # fmt: skip
SAMPLES_PER_PAIR = flags.Flag("samples_per_pair", flags.integer, "200", """Rows for each pair of
    digits of the mnist_* tasks, at least 5; a fifth of them is for validation. Default
    1000.""")  # fmt: skip
PROTOCOL = flags.Flag("protocol", str, "paper", """Digit images of the mnist_* tasks: honest keeps
    those of training, validation and test apart; paper draws training and validation from all
    of them. Default honest.""")  # fmt: skip
DATA_SEED = flags.Flag("data_seed", flags.integer, "0", """Of the draw of the rows of the mnist_*
    tasks, from 0. Default 0.""")  # fmt: skip
# Of tasks by name; the launchers that have some of them hand them on.
OPTIONS = (MNIST_DIR, IMAGE_SIZE, SAMPLES_PER_PAIR, PROTOCOL, DATA_SEED)


def given(parser: flags.Parser, names: tuple[str, ...] = tuple(_LOADERS)) -> list[str]:
    """Which of these flags, that name a task, are given."""
    return [name for name in names if parser[name] is not None]


def load_task(parser: flags.Parser, names: tuple[str, ...] = tuple(_LOADERS)) -> task_lib.Task:
    """The task that the flags name, which must be one."""
    options = {flag.name: parser[flag.name] for flag in OPTIONS if flag.name in parser}
    options = {option: value for option, value in options.items() if value is not None}
    found = given(parser, names)
    if found != ["task"] and len(found) < 2:
        for option in options:
            raise errors.InputError(f"{option}: expected --task=NAME with it", option)
    if len(found) != 1:
        choice = ", ".join(f"--{name}" for name in names)
        listed = " and ".join(f"--{name}" for name in found) or "none"
        raise errors.InputError(f"expected one of {choice}; got {listed} (see --help)")
    (name,) = found
    try:
        return _LOADERS[name](parser[name], **options)
    except errors.InputError as error:
        if error.field in options:
            raise
        text = str(error).removeprefix(f"{name}: ")
        raise errors.InputError(f"{name}: {text}", name) from error


def load_plugin(parser: flags.Parser) -> None:
    """Runs the file of --plugin, if one is given."""
    if parser["plugin"] is not None:
        try:
            tasks_lib.load_plugin(parser["plugin"])
        except errors.InputError as error:
            raise errors.InputError(f"plugin: {error}", "plugin") from error
