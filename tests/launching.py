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
