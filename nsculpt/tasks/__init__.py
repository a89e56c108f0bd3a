"""What networks learn, and what is known about it.

A user brings a task in one of these forms:

- Formulas: `from_formulas("s = a ^ b; y0 = s & c; y1 = s | c")`; grammar in `formulas`.
- A function graph: a JSON file for `from_function_graph`, schema in `function_json`, or a NetworkX
  DiGraph of gates for `FunctionGraph`.
- A truth table: a CSV file for `from_truth_table`, format in `truth_table`.
- A data set: an npz file for `from_dataset`, arrays in `dataset`.
- A name: a Python file, handed to `load_plugin`, that registers a function which returns a
  FunctionGraph, a Task, or formulas as a string. `load_task` then knows the name.

      import nsculpt

      @nsculpt.register_task("my_task")
      def my_task():
          return nsculpt.FunctionGraph.from_formulas("y0 = a & b; y1 = a ^ c")

From formulas and function graphs the truth, which inputs and outputs belong together and which
sub-functions there are, is derived; a truth table says nothing about it, a data set may.
"""

import dataclasses
import functools
import inspect
import pathlib
from typing import Any

from nsculpt import errors
from nsculpt.tasks import (
    catalog,
    dataset,
    files,
    function_graph,
    mnist,  # noqa: F401 registers its tasks
    plugins,
    task,
    truth_table,
)

FunctionGraph = function_graph.FunctionGraph
Task = task.Task
Truth = task.Truth
register_task = catalog.register_task
load_plugin = plugins.load


def load_task(name: str, **options: Any) -> task.Task:
    """The task of that name in the registry.

    Args:
      name: one of the paper's, see `catalog` and `mnist`, or one that was registered by
        `register_task`.
      options: of the task's function, where it has any: those of `mnist_two_digits` and `mnist_xor`
        are described at `mnist.two_digits`.

    Returns:
      Task of that name.

    Raises:
      InputError: an unknown name (the nearest is named) or option, or a name whose function returns
        neither a FunctionGraph nor a Task nor formulas.

    Source: DESIGN 3, 8.

    Example:
      >>> task = load_task("input_separable_and_reused")
      >>> task.num_inputs, task.num_outputs, task.success_rule
      (6, 3, 'partition')
      >>> task.truth.input_groups
      ((0, 1), (2, 3), (4, 5))
    """
    if not isinstance(name, str):
        raise errors.InputError(f"task {name!r}: expected a name or a Task")
    function = catalog.TASKS[name]
    for option in options:
        if option not in inspect.signature(function).parameters:
            raise errors.InputError(f"{option}: task {name!r} has no such option", option)
    made = plugins.called(functools.partial(function, **options), f"task {name!r}")
    if isinstance(made, str):
        made = FunctionGraph.from_formulas(made, name, where=f"task {name!r}")
    if isinstance(made, FunctionGraph):
        made = made.to_task(name)
    if isinstance(made, Task):
        return dataclasses.replace(made, name=name, origin={"task": name, **(made.origin or {})})
    raise errors.InputError(
        f"task {name!r}: its function returned {type(made).__name__}; "
        "expected FunctionGraph, Task or str"
    )


def from_formulas(text: str, name: str = "formulas") -> task.Task:
    """The task that formulas describe.

    Args:
      text: see `formulas`.
      name: what the task is called.

    Returns:
      Task whose truth is derived from the formulas, with success rule "general".

    Raises:
      InputError: names the formula and the column.

    Source: DESIGN 3.

    Example:
      >>> task = from_formulas("y0 = a & b; y1 = a ^ c")
      >>> task.truth.input_groups
      ((0,), (1,), (2,))
    """
    made = FunctionGraph.from_formulas(text, name).to_task()
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return dataclasses.replace(made, origin={"formulas": "; ".join(filter(None, lines))})


def from_truth_table(path: files.Path) -> task.Task:
    """The task of a CSV file, see `truth_table.load`."""
    return _from_file("truth_table", truth_table.load(path), path)


def from_dataset(path: files.Path) -> task.Task:
    """The task of an npz file, see `dataset.load`."""
    return _from_file("dataset", dataset.load(path), path)


def from_function_graph(path: files.Path) -> task.Task:
    """The task that a function graph in a JSON file describes.

    Args:
      path: see `function_json`. Without a `name` in it the task is named by the file.

    Returns:
      Task whose truth is derived from the graph.

    Raises:
      InputError: names the file and the place in it.

    Source: DESIGN 3.
    """
    graph = FunctionGraph.from_json(files.read_text(path), where=str(path))
    made = graph.to_task(graph.name or pathlib.Path(path).stem)
    return _from_file("function_graph", made, path)


def _from_file(flag: str, made: task.Task, path: files.Path) -> task.Task:
    # Absolute, so that a run folder can be run again from elsewhere.
    return dataclasses.replace(made, origin={flag: str(pathlib.Path(path).resolve())})
