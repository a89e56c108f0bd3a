"""What an analysis leaves in a folder: text, data, graphs and a drawing."""

import os
import pathlib
import shutil
from collections.abc import Sequence

from nsculpt import errors, text
from nsculpt.analysis import result
from nsculpt.scores import difference
from nsculpt.tasks import task

_DATA = "analysis.json"
NAMES = (
    "summary.txt",
    _DATA,
    "hierarchy.graphml",
    "hierarchy.gexf",
    "hierarchy.dot",
    "drawing.svg",
    "drawing.png",
)


def check_folder(path: pathlib.Path) -> None:
    """Refuses a folder that holds anything else than an earlier analysis.

    Raises:
      InputError: naming the folder.
    """
    expected = "expected a new or empty folder, or one of an earlier analysis"
    try:
        held = os.listdir(path) if path.exists() else []
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL byte
        raise errors.InputError(
            f"out_dir={str(path)!r}: is no folder; {expected}", "out_dir"
        ) from error
    # What a killed process leaves of a file that is being written is not counted.
    others = sorted(name for name in held if name not in NAMES and not name.endswith(".tmp"))
    if others:
        raise errors.InputError(
            f"out_dir={path}: holds other files ({text.printable(others[0])}); {expected}",
            "out_dir",
        )


def summary(analysis: result.Analysis, truth: task.Truth | None) -> str:
    """The analysis as text and, where a truth is known, what is missing and what is extra.

    Example:
      >>> from nsculpt import analysis
      >>> truth = task.Truth(((0, 1),), (), None)
      >>> found = analysis.analyze([[[1], [1]]], truth=truth)
      >>> print(summary(found, truth).splitlines()[-3])
      inputs 0 1: found (module 0)
    """
    if truth is None:
        return str(analysis)
    return f"{analysis}\n\nAgainst the truth\n{difference.difference(analysis, truth)}"


def write(
    path: pathlib.Path,
    analysis: result.Analysis,
    truth: task.Truth | None,
    title: str,
    image_shape: Sequence[int] | None = None,
) -> bool:
    """Writes the files of `NAMES`, all or none; the folder is made.

    Args:
      path: the folder.
      analysis: what to write.
      truth: drawn beside it, if known.
      title: of the drawing, one line.
      image_shape: rows and columns where the inputs are the pixels of an image, row by row.

    Returns:
      Whether the folder held no earlier analysis.

    Raises:
      InputError: the folder cannot be made or written to, or the image has not as many pixels as
        there are inputs.

    Example:
      >>> import tempfile
      >>> from nsculpt import analysis
      >>> with tempfile.TemporaryDirectory() as folder:
      ...     _ = write(pathlib.Path(folder, "a"), analysis.analyze([[[1], [1]]]), None, "or")
      ...     sorted(os.listdir(os.path.join(folder, "a"))) == sorted(NAMES)
      True
    """
    from nsculpt.report import drawing  # matplotlib is loaded where something is drawn

    texts = {
        "summary.txt": f"{summary(analysis, truth)}\n",
        "hierarchy.graphml": analysis.to_graphml(),
        "hierarchy.gexf": analysis.to_gexf(),
        "hierarchy.dot": analysis.to_dot(),
        _DATA: analysis.to_json(),
    }
    input_names = analysis.input_names or _numbered("x", analysis.layer_sizes[0])
    output_names = analysis.output_names or _numbered("y", analysis.layer_sizes[-1])
    is_new = not (path / _DATA).exists()
    # All is made aside and then put in place, so that a folder holds files of one analysis.
    aside = path / f".{os.getpid()}.tmp"
    try:
        aside.mkdir(parents=True, exist_ok=True)
        drawing.save(
            aside / "drawing", analysis, truth, input_names, output_names, title, image_shape
        )
        for name, content in texts.items():
            (aside / name).write_bytes(content.encode())
        for name in NAMES:
            (aside / name).replace(path / name)
    except OSError as error:
        reason = f"{error.filename or path}: {error.strerror}"
        raise errors.InputError(
            f"out_dir={path}: {reason}; expected a folder to write to", "out_dir"
        ) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return is_new


def _numbered(letter: str, size: int) -> tuple[str, ...]:
    return tuple(f"{letter}{index}" for index in range(size))
