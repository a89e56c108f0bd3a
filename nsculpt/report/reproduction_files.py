"""What a reproduced experiment leaves beside its cells: tables, a figure and a page."""

import os
import pathlib

import filelock

from nsculpt import atomic, errors, text
from nsculpt.paper import cells, reproduction
from nsculpt.report import reproduction_data, reproduction_tables
from nsculpt.webpage import index_page


def names(experiment: str) -> list[str]:
    """The files that `write` writes.

    Example:
      >>> names("reuse")[0]
      'reuse.md'
    """
    endings = (".md", "_bars.csv", "_cells.csv", ".json", ".svg", ".png")
    return [*(f"{experiment}{ending}" for ending in endings), index_page.NAME]


def check_folder(path: pathlib.Path, experiment: str) -> None:
    """Refuses a folder that holds anything else than cells and tables of the experiment.

    Raises:
      InputError: naming the folder.
    """
    expected = f"expected a new or empty folder, or one of {experiment}"
    try:
        held = os.listdir(path)
    except FileNotFoundError:
        held = []
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL byte
        raise errors.InputError(
            f"out_dir={str(path)!r}: is no folder; {expected}", "out_dir"
        ) from error
    known = {*names(experiment), *(cell.name for cell in cells.of(experiment))}
    # What an operating system hides there, and what a killed process left.
    others = sorted(name for name in held if name not in known and not name.startswith("."))
    if not index_page.may_write(path):
        others.append(index_page.NAME)
    if others:
        raise errors.InputError(
            f"out_dir={path}: holds other files ({text.printable(others[0])}); {expected}",
            "out_dir",
        )


def write(path: pathlib.Path, found: reproduction.Reproduction) -> None:
    """Writes the files of `names`, each whole or not at all.

    Args:
      path: the folder, which is there.
      found: with one bar or more.
    """
    # Late, since they load jax and matplotlib.
    from nsculpt import runs
    from nsculpt.report import reproduction_figure

    markdown, bars, cell_table, data, *_ = (path / name for name in names(found.experiment))
    with filelock.FileLock(path / ".lock"):  # shares that work in one folder write it in turn
        atomic.remove_leftovers(path)
        runs.write_bytes(markdown, reproduction_tables.markdown(found).encode())
        runs.write_bytes(bars, reproduction_data.bars_csv(found).encode())
        runs.write_bytes(cell_table, reproduction_data.cells_csv(found).encode())
        runs.write_json(data, reproduction_data.form(found))
        reproduction_figure.save(path / found.experiment, found)
        index_page.write(path)  # of what was written before
