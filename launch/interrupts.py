"""Ctrl-C and SIGTERM: heard wherever they come, and a clean end."""

import os
import signal
import sys
from types import FrameType

_SECONDS = 0.5


def install() -> None:
    """Turns SIGINT and SIGTERM into KeyboardInterrupt, repeated until somebody hears it.

    Raised inside a callback of XLA it is printed and forgotten, and the run would go on.
    """

    def interrupt(signum: int, frame: FrameType | None) -> None:
        del frame
        if signum != signal.SIGALRM:
            signal.setitimer(signal.ITIMER_REAL, _SECONDS, _SECONDS)
        raise KeyboardInterrupt

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(signum, interrupt)


def leave(status: int) -> None:
    """Ends the process here: to unload XLA while a thread is at work in it crashes."""
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
        signal.signal(signum, signal.SIG_IGN)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
