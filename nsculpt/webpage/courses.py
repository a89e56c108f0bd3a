"""How the selected networks of a run came to be, as a page draws it."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from nsculpt import text as text_lib
from nsculpt import trajectory
from nsculpt.report import trajectories, trajectory_file
from nsculpt.webpage import run_files, views

# Units of a layer, squared, summed over the layers of all networks on the way: some ten seconds.
# The first seed has its trajectory in any case.
MOST_WORK = 300_000_000
_NO_FILE = (
    "The run folder has no trajectories.npz: it is of an earlier version. The command that made it "
    "writes it, from the jobs that are there."
)
_WHOLE = ("wrong_bits", "live_hidden_units", "alive_edges")


class Courses(NamedTuple):
    """The trajectories of a run."""

    of_seeds: list[dict[str, Any] | None]  # for each of summary["selected"]; as from `course`
    missing: str  # why there are none; empty where there are some
    left_out: list[str]  # sentences


def of_run(found: run_files.RunFiles) -> Courses:
    """The trajectories of a run, of as many seeds as there is time for.

    Args:
      found: what the run folder says.

    Raises:
      InputError: a damaged trajectories.npz, or one of another run.
    """
    seeds = [chosen["seed"] for chosen in found.summary["selected"]]
    path = found.path / "trajectories.npz"
    if not path.is_file():
        return Courses([None] * len(seeds), _NO_FILE, [])
    work = 0
    traced_seeds: list[int] = []
    histories = trajectory_file.read(path)
    for each in histories:
        work += _work(each)
        if traced_seeds and work > MOST_WORK:
            break
        traced_seeds.append(each.seed)
    traced = trajectories.of_run(found.path, traced_seeds) or {}
    left = len(histories) - len(traced_seeds)
    said = (
        f"The trajectories of {text_lib.counted(left, 'seed')} are left out for the time that "
        "analysing their networks takes."
    )
    return Courses(
        [course(found, traced[seed]) if seed in traced else None for seed in seeds],
        "" if traced else "No network was selected.",
        [said] if left else [],
    )


def _work(history: trajectory.History) -> int:
    """What it takes to analyse the networks of a trajectory; see `drawings.MOST_WORK`."""
    sizes = [len(history.removed_at[0]), *(layer.shape[1] for layer in history.removed_at)]
    hidden = history.rounds["live_hidden_units"][history.rows].astype(np.int64)
    return int((hidden**2).sum()) + len(hidden) * (sizes[0] ** 2 + sizes[-1] ** 2)


def course(found: run_files.RunFiles, traced: trajectory.Trajectory) -> dict[str, Any]:
    """A trajectory as JSON knows it, its networks in place.

    Args:
      found: what the run folder says.
      traced: of one of its seeds.

    Returns:
      `seed`, `unit_step`, `edge_step` (percent); `rounds`: for `phase`, `accuracy`, `wrong_bits`,
      `live_hidden_units`, `alive_edges`, `accepted`, `target` and `step` (percent) the value of
      each round; `steps`: `row` (of rounds), `accepted`, `network` (as from `views.network`,
      without pixels and module graph; None where no path leads through it), `num_modules` and
      `events` (sentences); `since`: pairs of a text and the row of rounds since which it has held.

    Source: `trajectory.Trajectory`.
    """
    rounds = traced.rounds
    return {
        "seed": traced.seed,
        "unit_step": traced.unit_step,
        "edge_step": traced.edge_step,
        "rounds": {
            "phase": [trajectory.PHASES[phase] for phase in rounds["phase"].tolist()],
            "accuracy": [round(share, 6) for share in traced.accuracy.tolist()],
            "accepted": rounds["accepted"].tolist(),
            **{name: rounds[name].tolist() for name in _WHOLE},
            **{name: [round(v, 4) for v in rounds[name].tolist()] for name in ("target", "step")},
        },
        "steps": [_step(found, step) for step in traced.steps],
        "since": [[each.text, each.row] for each in traced.since],
    }


def _step(found: run_files.RunFiles, step: trajectory.Step) -> dict[str, Any]:
    return {
        "row": step.row,
        "accepted": step.accepted,
        "network": _network(found, step),
        "num_modules": step.num_modules,
        "events": [str(event) for event in step.events],
    }


def _network(found: run_files.RunFiles, step: trajectory.Step) -> dict[str, Any] | None:
    analysis = step.numbered
    if analysis is None:
        return None
    names = found.summary["input_names"], found.summary["output_names"]
    # The table of modules is that of the final network, in numbers without gaps.
    return views.network(analysis, *names) | {"modules": []}


def without_pauses(steps: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The steps at which modules change, and the first and the last one.

    Example:
      >>> steps = [{"row": row, "events": events} for row, events in enumerate([[], [], ["x"], []])]
      >>> [step["row"] for step in without_pauses([*steps, {"row": 4, "events": []}])]
      [0, 2, 4]
    """
    kept = [step for step in steps[1:-1] if step["events"]]
    return [steps[0], *kept, *steps[1:][-1:]]
