"""Launchers as real processes."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]
# They are run from other folders too.
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def command(launcher, *arguments):
    return [sys.executable, "-m", f"launch.{launcher}", *map(str, arguments)]


def launch(launcher, *arguments, cwd=ROOT, **environment):
    """Runs `python -m launch.LAUNCHER` to its end; keywords are further environment variables."""
    return subprocess.run(
        command(launcher, *arguments), cwd=cwd, env=ENVIRONMENT | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def python(code, *arguments, cores=None, **environment):
    """Runs Python code to its end, on so many cores; keywords are environment variables."""
    if cores is not None:
        kept = f"sorted(os.sched_getaffinity(0))[:{cores}]"
        code = f"import os\nos.sched_setaffinity(0, {kept})\n{code}"
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], cwd=ROOT,
        env=ENVIRONMENT | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
