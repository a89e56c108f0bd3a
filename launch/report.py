"""Makes the page of a run or of a sweep: `python -m launch.report --run_dir=DIR`, or `--help`."""

from launch import interrupts

if __name__ == "__main__":  # before what follows, which takes a second
    interrupts.install("python -m launch.report: interrupted")

import contextlib
import pathlib
import sys
from collections.abc import Iterator, Sequence

import filelock

from launch import ending, flags
from nsculpt import errors
from nsculpt.networks import files, run_folder
from nsculpt.report import waiting
from nsculpt.webpage import index_page, run_page

_TOPICS = {
    "Page": (
        flags.Flag("run_dir", str, "DIR", """Folder of a finished run, which gets report.html; or
            one with such folders directly below it, as launch.reproduce makes it, which gets
            index.html. Earlier pages are replaced."""),
    ),
    "Running": ending.COMMON,
}  # fmt: skip
_SUMMARY = """Makes the page of a run, to look at in a browser, from what the run folder holds
    beside its jobs; or, for a folder of runs, the page over them. Nothing is trained."""


def run(parser: flags.Parser) -> None:
    """Does what the flags ask for."""
    if parser["run_dir"] is None:
        raise errors.InputError("expected --run_dir=DIR (see --help)")
    path = pathlib.Path(parser["run_dir"])
    place = files.place_of(path)
    try:
        if not files.existing(path).is_dir():
            raise errors.InputError(f"{place}: is no folder; expected a run folder")
        if run_folder.is_run(path) or not index_page.is_sweep(path):
            with _held(path), waiting.during(f"making {run_page.NAME}", True):
                page = run_page.write(path)
        else:
            with waiting.during(f"making {index_page.NAME}", True):
                page = index_page.write(path)
    except errors.InputError as error:
        raise errors.InputError(f"run_dir: {error}", "run_dir") from error
    except PermissionError as error:
        raise errors.InputError(
            f"run_dir: {place}: {error.strerror}; expected a folder to write to", "run_dir"
        ) from error
    print(f"Written to {files.place_of(page)}: open it in a browser")


@contextlib.contextmanager
def _held(path: pathlib.Path) -> Iterator[None]:
    """Holds a run folder against a run that works in it.

    Raises:
      InputError: the folder cannot be written to.
      FolderInUseError: another process holds it.
    """
    if not run_folder.is_run(path):
        yield  # it is refused, and nothing is to be left in it
        return
    lock = filelock.FileLock(path / ".lock", blocking=False)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        text = f"run_dir={files.place_of(path)}: another process works in this folder"
        raise errors.FolderInUseError(text) from error
    except (OSError, NotImplementedError) as error:  # the latter: no locks on this file system
        reason = getattr(error, "strerror", None) or error
        raise errors.InputError(
            f"{files.place_of(path)}: {reason}; expected a folder to write to"
        ) from error
    try:
        yield
    finally:
        lock.release()


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 0 done, 1 failed, 2 bad input, 3 folder in use, 130 interrupted."""
    return ending.run(flags.Parser("python -m launch.report", _SUMMARY, _TOPICS), arguments, run)


if __name__ == "__main__":
    interrupts.leave(main(sys.argv[1:]))
