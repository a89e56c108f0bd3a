"""Data sets in npz files.

Arrays: `x_train` `[N, I]` finite numbers and `y_train` `[N, O]` of 0 and 1; `x_valid`, `y_valid`
likewise; optional `x_test`, `y_test`; optional `input_names` `[I]` and `output_names` `[O]`,
strings; optional `input_groups` `[I]` and `output_groups` `[O]`, integers: which inputs belong
together, and which outputs; below 0 where that is not known; optional `output_classes` `[O]`,
integers: outputs of one number are a question of which one is 1 in each row, and count as right
together; below 0: an output on its own; optional `image_shape` `[2]`, rows and columns where the
inputs are the pixels of an image, row by row.

    np.savez("digits.npz", x_train=..., y_train=..., x_valid=..., y_valid=...)
"""

import io
import pathlib
import zipfile
import zlib
from collections.abc import Mapping

import numpy as np

from nsculpt import errors, registry
from nsculpt.tasks import files, groups, task

_REQUIRED = ("x_train", "y_train", "x_valid", "y_valid")
_OPTIONAL = (
    "x_test",
    "y_test",
    "input_names",
    "output_names",
    "input_groups",
    "output_groups",
    "output_classes",
    "image_shape",
)
# What np.load and the archive below it were seen to raise on damaged files.
_DAMAGE = (ValueError, RuntimeError, MemoryError, EOFError, zipfile.BadZipFile, zlib.error)


def load(path: files.Path) -> task.Task:
    """Reads a data set.

    Args:
      path: an npz file, see the head of this module.

    Returns:
      Task named by the file, not exact, its inputs optional. Names default to x0, x1 ... and y0,
      y1 ...; the truth is known where the groups are given, with success rule "partition".

    Raises:
      InputError: names the file and the array: not an npz file, a missing or unknown array, shapes
        that do not fit, no rows, an input that is not finite, an output other than 0 and 1, groups
        for inputs or outputs alone, a row with not exactly one 1 in a class.

    Source: DESIGN 3, 8.
    """
    arrays = _arrays(path)
    _check_names_of_arrays(path, list(arrays))
    sources = {
        part: _source(path, arrays[f"x_{part}"], arrays[f"y_{part}"], part)
        for part in ("train", "valid", "test")
        if f"x_{part}" in arrays
    }
    train = sources["train"]
    for part, rows in sources.items():
        if (rows.num_inputs, rows.num_outputs) != (train.num_inputs, train.num_outputs):
            raise errors.InputError(
                f"{path}: x_{part} {list(rows.x.shape)} and y_{part} {list(rows.y.shape)}; "
                f"expected [N, {train.num_inputs}] and [N, {train.num_outputs}] as for training"
            )
    known = None
    if "input_groups" in arrays:
        known = task.Truth(
            input_groups=_groups(path, arrays, "input_groups", train.num_inputs),
            output_groups=_groups(path, arrays, "output_groups", train.num_outputs),
            hierarchy=None,
            success_rule="partition",
            inputs_optional=True,
        )
    return task.Task(
        name=pathlib.Path(path).stem,
        train=train,
        valid=sources["valid"],
        test=sources.get("test"),
        input_names=_names(path, arrays, "input_names", train.num_inputs),
        output_names=_names(path, arrays, "output_names", train.num_outputs),
        truth=known,
        inputs_optional=True,
        exact=False,
        classes=_classes(path, arrays, sources),
        image_shape=_image_shape(path, arrays, train.num_inputs),
    )


def _classes(
    path: files.Path,
    arrays: Mapping[str, np.ndarray],
    sources: Mapping[str, task.ArraySource],
) -> tuple[tuple[int, ...], ...]:
    if "output_classes" not in arrays:
        return ()
    found = _groups(path, arrays, "output_classes", sources["train"].num_outputs)
    for part, source in sources.items():
        for outputs in found:
            ones = source.y[:, outputs].sum(axis=1)
            if (ones != 1).any():
                row = int(np.argmax(ones != 1))
                raise errors.InputError(
                    f"{path}: y_{part}[{row}] has {ones[row]:g} ones in outputs "
                    f"{', '.join(map(str, outputs[:5]))}{', ...' if len(outputs) > 5 else ''}; "
                    "expected exactly one in each of output_classes"
                )
    return found


def _image_shape(
    path: files.Path, arrays: Mapping[str, np.ndarray], num_inputs: int
) -> tuple[int, int] | None:
    if "image_shape" not in arrays:
        return None
    shape = arrays["image_shape"]
    good = shape.shape == (2,) and shape.dtype.kind in "iu" and (shape > 0).all()
    if not good or int(shape[0]) * int(shape[1]) != num_inputs:
        raise errors.InputError(
            f"{path}: image_shape {shape.tolist()}; expected two positive integers, rows and "
            f"columns, whose product is the number of inputs, {num_inputs}"
        )
    return int(shape[0]), int(shape[1])


def _arrays(path: files.Path) -> dict[str, np.ndarray]:
    # From memory, since np.load leaves a file open that turns out not to be an archive.
    stream = io.BytesIO(files.read_bytes(path))
    try:
        # Pickled objects could run code of whoever wrote the file.
        archive = np.load(stream, allow_pickle=False)
    except _DAMAGE as error:
        raise errors.InputError(f"{path}: expected an npz file") from error
    if isinstance(archive, np.ndarray):
        raise errors.InputError(f"{path}: one array; expected an npz file of several")
    with archive:
        return {name: _array(path, archive, name) for name in archive.files}


def _array(path: files.Path, archive: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    try:
        array = archive[name]
    except _DAMAGE as error:
        reason = "holds objects" if "allow_pickle" in str(error) else "is damaged"
        raise errors.InputError(f"{path}: {name!r} {reason}; expected an array") from error
    if not isinstance(array, np.ndarray):
        raise errors.InputError(f"{path}: {name!r} is no array; expected an npz file of arrays")
    return array


def _check_names_of_arrays(path: files.Path, found: list[str]) -> None:
    for name in _REQUIRED:
        if name not in found:
            raise errors.InputError(f"{path}: no array {name}; found {', '.join(found) or 'none'}")
    for name in found:
        if name not in _REQUIRED + _OPTIONAL:
            hint = registry.nearest(name, _REQUIRED + _OPTIONAL)
            raise errors.InputError(f"{path}: unknown array {name!r}; {hint}")
    for one, other in (("x_test", "y_test"), ("input_groups", "output_groups")):
        if (one in found) != (other in found):
            present, absent = (one, other) if one in found else (other, one)
            raise errors.InputError(f"{path}: {present} without {absent}; expected both or neither")


def _source(path: files.Path, x: np.ndarray, y: np.ndarray, part: str) -> task.ArraySource:
    for name, array in ((f"x_{part}", x), (f"y_{part}", y)):
        if array.dtype.kind not in "biuf":
            raise errors.InputError(f"{path}: {name} is of {array.dtype}; expected numbers")
        if array.ndim != 2 or 0 in array.shape:
            wanted = "[N, I]" if name.startswith("x") else "[N, O]"
            raise errors.InputError(
                f"{path}: {name} {list(array.shape)}; expected {wanted}, none of them 0"
            )
    if len(x) != len(y):
        raise errors.InputError(
            f"{path}: x_{part} has {len(x)} rows and y_{part} {len(y)}; expected equal numbers"
        )
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes inf and is refused below
        inputs = x.astype(np.float32, copy=False)
    for name, array, bad, wanted in (
        (f"x_{part}", x, ~np.isfinite(inputs), "a finite float32 number"),
        (f"y_{part}", y, (y != 0) & (y != 1), "0 or 1"),
    ):
        if bad.any():
            row, column = np.argwhere(bad)[0]
            raise errors.InputError(
                f"{path}: {name}[{row}, {column}] is {array[row, column]}; expected {wanted}"
            )
    return task.ArraySource(inputs, y.astype(np.float32, copy=False))


def _groups(
    path: files.Path, arrays: Mapping[str, np.ndarray], name: str, length: int
) -> tuple[tuple[int, ...], ...]:
    labels = arrays[name]
    if labels.shape != (length,) or labels.dtype.kind not in "iu":
        raise errors.InputError(
            f"{path}: {name} {list(labels.shape)} of {labels.dtype}; expected [{length}] integers"
        )
    found = groups.from_labels(labels.tolist())
    return tuple(group for group in found if labels[group[0]] >= 0)


def _names(
    path: files.Path, arrays: Mapping[str, np.ndarray], name: str, length: int
) -> tuple[str, ...]:
    if name not in arrays:
        letter = "x" if name == "input_names" else "y"
        return tuple(f"{letter}{index}" for index in range(length))
    listed = arrays[name]
    if listed.shape != (length,) or listed.dtype.kind != "U":
        raise errors.InputError(
            f"{path}: {name} {list(listed.shape)} of {listed.dtype}; expected [{length}] strings"
        )
    names = tuple(listed.tolist())
    for index, item in enumerate(names):
        if item in names[:index]:
            raise errors.InputError(f"{path}: {name}[{index}]: doubled name {item!r}")
    return names
