"""Whether a task holds together: asked before anything is trained, since tasks come from users."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from nsculpt import errors, numeric
from nsculpt import text as text_lib
from nsculpt.tasks import task as task_lib


def check(task: task_lib.Task) -> None:
    """Refuses a task whose parts do not fit each other.

    Args:
      task: as from `load_task`, or made by a plugin.

    Raises:
      InputError: names that are not one for each input or output, or that no file can hold;
        validation or test data that are empty or of other widths; `classes` that are no groups of
        outputs; an `image_shape` of another number of pixels.

    Example:
      >>> import dataclasses
      >>> from nsculpt import load_task
      >>> check(dataclasses.replace(load_task("reused"), input_names=("a", "b")))
      Traceback (most recent call last):
      nsculpt.errors.InputError: task 'reused': input_names: 2 names; expected 4, one for each input
    """
    where = f"task {text_lib.printable(task.name)!r}"
    for kind, names, size in (
        ("input", task.input_names, task.num_inputs),
        ("output", task.output_names, task.num_outputs),
    ):
        _check_names(f"{where}: {kind}_names", kind, names, size)
    for part, source in (("training", task.train), ("validation", task.valid), ("test", task.test)):
        if source is not None:
            _check_source(f"{where}: {part} data", source, task)
    _check_classes(where, task.classes, task.num_outputs)
    shape: Any = task.image_shape
    if shape is not None:
        sides = tuple(shape) if isinstance(shape, tuple | list) else ()
        are_sides = len(sides) == 2 and all(numeric.is_whole(side) and side > 0 for side in sides)
        if not are_sides or math.prod(sides) != task.num_inputs:
            raise errors.InputError(
                f"{where}: image_shape {shape!r}; expected rows and columns of "
                f"{task.num_inputs} pixels, one for each input"
            )


def _check_names(place: str, kind: str, names: Sequence[str], size: int) -> None:
    if len(names) != size:
        raise errors.InputError(
            f"{place}: {len(names)} names; expected {size}, one for each {kind}"
        )
    for name in names:
        try:
            name.encode()
        except UnicodeEncodeError:
            shown = text_lib.printable(name)
            raise errors.InputError(f"{place}: {shown}; expected text that UTF-8 has") from None


def _check_source(place: str, source: Any, task: task_lib.Task) -> None:
    try:
        widths = source.num_inputs, source.num_outputs
        num_rows = source.num_rows
    except AttributeError as error:
        raise errors.InputError(f"{place}: {error}; expected a source of rows") from error
    if widths != (task.num_inputs, task.num_outputs):
        raise errors.InputError(
            f"{place} of {widths[0]} inputs and {widths[1]} outputs; expected {task.num_inputs} "
            f"and {task.num_outputs} as for training"
        )
    if num_rows < 1:
        raise errors.InputError(f"{place}: no rows; expected at least one")


def _check_classes(where: str, classes: Any, num_outputs: int) -> None:
    expected = f"{where}: classes: expected groups of indices of outputs"
    if not isinstance(classes, Iterable):
        raise errors.InputError(f"{expected}, got {classes!r}")
    seen: set[int] = set()
    for place, group in enumerate(classes):
        if not isinstance(group, Sequence) or isinstance(group, str):
            raise errors.InputError(f"{expected}, got {group!r} in place of a group")
        for output in group:
            if not numeric.is_whole(output) or not 0 <= output < num_outputs:
                raise errors.InputError(
                    f"{where}: classes[{place}]: output {output!r}; expected indices "
                    f"from 0 to {num_outputs - 1}"
                )
            if output in seen:
                raise errors.InputError(
                    f"{where}: classes[{place}]: output {output} stands twice; expected "
                    "each in one group at most"
                )
            seen.add(int(output))
        if not len(group):
            raise errors.InputError(
                f"{where}: classes[{place}]: expected at least one output, got none"
            )
