"""Ctrl-C and SIGTERM: heard wherever they come, and a clean end. Imports nothing that is slow."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

# What holds of a run folder, however its command ends.
KEPT = "finished jobs are kept, and the same command continues"

_SOON = 0.02  # seconds
_LATER = 2.0  # seconds; time to tidy for whoever heard it
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
_expected = threading.Event()  # while somebody catches the KeyboardInterrupt


def install(message: str = "interrupted") -> None:
    """Makes SIGINT and SIGTERM end the process with status 130.

    Within `expected` they raise KeyboardInterrupt, and again until somebody hears it. Elsewhere, as
    during imports, they print the message and end it at once, since nothing has to be tidied.
    """

    def interrupt(signum: int, frame: FrameType | None) -> None:
        if not _expected.is_set():
            os.write(2, f"{message}\n".encode())  # `print` may be what was interrupted
            os._exit(130)
        if _importing(frame):  # an exception in the midst of loading jaxlib can crash
            signal.setitimer(signal.ITIMER_REAL, _SOON, _LATER)
            return
        if signum != signal.SIGALRM:
            signal.setitimer(signal.ITIMER_REAL, _LATER, _LATER)
        raise KeyboardInterrupt

    def unheard(unraisable: "sys.UnraisableHookArgs") -> None:
        # Raised within a callback, such as XLA's of the garbage collector, an exception is printed
        # and forgotten, and the run would go on.
        if issubclass(unraisable.exc_type, KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, _SOON, _LATER)
        else:
            sys.__unraisablehook__(unraisable)

    for signum in _SIGNALS:
        signal.signal(signum, interrupt)
    sys.unraisablehook = unheard


def _importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


@contextlib.contextmanager
def expected() -> Iterator[None]:
    """Within it, whoever called catches KeyboardInterrupt, and ends with `leave`."""
    _expected.set()
    try:
        yield
    finally:
        _expected.clear()


def leave(status: int) -> NoReturn:
    """Ends the process here.

    To unload XLA takes half a second, and while a thread is at work in it, it crashes.
    """
    for signum in _SIGNALS:
        signal.signal(signum, signal.SIG_IGN)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # closed
            with contextlib.suppress(OSError):
                stream.flush()
    os._exit(status)
