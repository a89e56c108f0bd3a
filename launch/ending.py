"""How a launcher runs and ends: one line for what went wrong, and an exit status."""

import errno
import io
import logging
import os
import sys
import textwrap
from collections.abc import Callable, Sequence

import nsculpt
from launch import flags, interrupts
from nsculpt import errors, progress_mode
from nsculpt.report import screen

# Of launchers that work for long.
PROGRESS = flags.Flag("progress", progress_mode.parse, "log", """What standard error says of how far
    it is: bar (one line, over and over), log (lines with date and time, for the file of a batch
    system), quiet (nothing but warnings and errors), or auto, the default: a bar on a terminal,
    plain lines elsewhere.""")  # fmt: skip
# Under every launcher's last topic.
COMMON = (
    flags.Flag("version", None, "", "Print the version."),
    flags.Flag("help", None, "", "Print this."),
    flags.Flag("flagfile", str, "FILE", """A file of flags, one a line, # for comments. The
        command line beats it wherever it stands."""),
)  # fmt: skip


# Something else stands where a file or folder is to be written.
_IN_THE_WAY = (errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ELOOP)


class _Handler(logging.StreamHandler):
    def emit(self, record: logging.LogRecord) -> None:
        with screen.cleared():
            super().emit(record)


class _Stamped(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{progress_mode.stamp()} {super().format(record)}"


class _Wrapped(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        # A path stays in one piece, so that it can be copied.
        return textwrap.fill(
            super().format(record),
            80,
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )


def run(
    parser: flags.Parser,
    arguments: Sequence[str],
    work: Callable[[flags.Parser], None],
    if_interrupted: str = "interrupted",
    if_failed: str = "",
) -> int:
    """Parses, works, and turns what went wrong into one line.

    Args:
      parser: with the flags of `COMMON`.
      arguments: of the command line.
      work: does what the flags ask for.
      if_interrupted: what is said after Ctrl-C or SIGTERM.
      if_failed: what is added where a file could not be written.

    Returns:
      0 done, 1 failed, 2 bad input, 3 folder in use; 130 after an interruption ends the process.
    """
    _fill_closed()
    try:
        with interrupts.expected():
            return _run(parser, arguments, work, if_failed)
    except KeyboardInterrupt:
        interrupts.leave(flags.fail(parser, if_interrupted, 130))


def _fill_closed() -> None:
    # Where a standard stream is closed, a file of the run would have its number next, and what
    # libraries write to standard error by number would end up in that file.
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass
    os.close(number)
    if sys.stderr is None:
        # `print` would go to standard output instead.
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115


def _tell_what_is_logged(mode: str | None) -> None:
    handler = _Handler()
    handler.setFormatter(_Stamped() if mode == progress_mode.LOG else _Wrapped())
    log = logging.getLogger("nsculpt")
    log.addHandler(handler)
    log.setLevel(logging.WARNING if mode == progress_mode.QUIET else logging.INFO)


def _run(
    parser: flags.Parser,
    arguments: Sequence[str],
    work: Callable[[flags.Parser], None],
    if_failed: str,
) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):  # a name that the terminal cannot show is escaped
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        parser.parse(arguments)
        _tell_what_is_logged(parser.get("progress"))
        if parser["help"]:
            print(parser.help())
        elif parser["version"]:
            print(f"nsculpt {nsculpt.__version__}")
        else:
            work(parser)
        if sys.stdout is not None:  # closed
            sys.stdout.flush()
    except errors.InputError as error:
        dashes = "" if error.field is None else "--"
        return flags.fail(parser, f"{parser.place(error.field)}{dashes}{error}", 2)
    except errors.FolderInUseError as error:
        return flags.fail(parser, str(error), 3)
    except BrokenPipeError:  # who read the output has seen enough; all files are written
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        place = error.filename or "the output"
        if error.errno in _IN_THE_WAY:
            expected = "expected a file or folder of nsculpt's own, or nothing; move it away"
            return flags.fail(parser, f"{place}: {error.strerror}; {expected}", 2)
        return flags.fail(parser, f"{place}: {error.strerror or error}{if_failed}", 1)
    except (MemoryError, RuntimeError) as error:
        # jax says it in an error of its own, which most launchers do not load.
        if isinstance(error, RuntimeError) and "RESOURCE_EXHAUSTED" not in str(error):
            raise
        return flags.fail(parser, f"this needs more memory than there is{if_failed}", 1)
    return 0
