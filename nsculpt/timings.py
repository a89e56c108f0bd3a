"""timings.json of a run folder: seconds and counts, summed over all commands that worked there.

sculpting_s, analysis_s, drawings_s, report_s   wall time of each part
prunings, rounds, lane_rounds, calls, steps, call_s, products_flop, compiles, compile_s
                                      see `sculpting.effort`

A command that was killed leaves no record of its time; its finished jobs stay.
"""

import json
import pathlib
from collections.abc import Mapping

from nsculpt import numeric

_GREATEST = 1e18  # of any sum; more is damage


def read(path: pathlib.Path) -> dict[str, float]:
    """The numbers in a timings.json; empty where there is none to read."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    pairs = found.items() if isinstance(found, dict) else ()
    return {
        name: value for name, value in pairs if numeric.is_real(value) and 0 <= value < _GREATEST
    }


def add(path: pathlib.Path, spent: Mapping[str, float]) -> None:
    """Adds what a command spent to what stands there.

    Example:
      >>> import tempfile
      >>> with tempfile.TemporaryDirectory() as folder:
      ...     path = pathlib.Path(folder, "timings.json")
      ...     add(path, {"sculpting_s": 2.0})
      ...     add(path, {"sculpting_s": 1.5, "rounds": 7})
      ...     read(path)
      {'sculpting_s': 3.5, 'rounds': 7}
    """
    from nsculpt import runs  # late, since it loads jax, which those who read do without

    before = read(path)
    runs.write_json(path, before | {name: before.get(name, 0) + spent[name] for name in spent})
