"""How the selected networks of a run came to be, as a page draws it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from nsculpt import errors, trajectory
from nsculpt import text as text_lib
from nsculpt.networks import files
from nsculpt.report import trajectories
from nsculpt.webpage import run_files, views

_NOT_TOLD = (
    "summary.json does not say how the networks came to be: it is of an earlier version. The "
    "command of the run makes it anew, from the jobs that are there."
)
_NO_FILE = (
    "How the networks came to be stands in trajectories.npz, which is not there. The command of "
    "the run makes it again."
)


class Courses(NamedTuple):
    """The trajectories of a run."""

    of_seeds: list[dict[str, Any] | None]  # for each of summary["selected"]; as from `course`
    missing: str  # why there are none; empty where there are some
    left_out: list[str]  # sentences


def of_run(found: run_files.RunFiles) -> Courses:
    """The networks of the trajectories that summary.json has.

    Args:
      found: what the run folder says.

    Raises:
      InputError: a damaged trajectories.npz, or one of another run.
    """
    selected = found.summary["selected"]
    told = {each["seed"]: each["trajectory"] for each in selected if each.get("trajectory")}
    if not any(each["alive_edges"] is not None for each in selected):
        return Courses([None] * len(selected), "No network was selected.", [])
    missing = ""
    if not told:
        missing = _NOT_TOLD
    elif not (found.path / "trajectories.npz").exists():
        missing = _NO_FILE
    if missing:
        return Courses([None] * len(selected), missing, [])
    traced = trajectories.of_content(found.path, found.summary, told)
    of_seeds = [
        course(found, told[seed], traced[seed]) if seed in traced else None
        for seed in (each["seed"] for each in selected)
    ]
    said = []
    if left := sum(each["alive_edges"] is not None for each in selected) - len(traced):
        said.append(
            f"The trajectories of {text_lib.counted(left, 'seed')} are left out for the time that "
            "analysing their networks takes."
        )
    if others := len(traced) - sum(each is not None for each in of_seeds):
        said.append(
            f"The trajectories of {text_lib.counted(others, 'seed')} are left out, since "
            "summary.json was written by a version that says other things of them; the command of "
            "the run makes it anew."
        )
    return Courses(of_seeds, "", said)


def course(
    found: run_files.RunFiles, told: Mapping[str, Any], traced: trajectory.Trajectory
) -> dict[str, Any] | None:
    """The steps of a trajectory, their networks in place.

    Args:
      found: what the run folder says.
      told: what summary.json says of the trajectory, as from `trajectories.form`.
      traced: the trajectory.

    Returns:
      `steps`: `at` (position in the `steps` of summary.json) and `network` (as from
      `views.network`, without pixels and module graph; None where no path leads through it). None
      where summary.json says other things of its modules.

    Raises:
      InputError: summary.json has other rounds.
    """
    form = trajectories.form(traced)
    if _rounds(told) != _rounds(form):
        raise errors.InputError(
            f"{files.place_of(found.path / 'summary.json')}: the trajectory of seed {traced.seed}: "
            "expected that of trajectories.npz (the command of the run makes both again)"
        )
    if told != form:
        return None
    return {
        "steps": [
            {"at": at, "network": _network(found, step)} for at, step in enumerate(traced.steps)
        ]
    }


def _rounds(told: Any) -> tuple[Any, Any]:
    """What a trajectory is, whatever the version that analysed its networks."""
    if not isinstance(told, Mapping) or not isinstance(told.get("steps"), list):
        return told, None
    rows = [each.get("row") for each in told["steps"] if isinstance(each, Mapping)]
    return told.get("rounds"), rows


def _network(found: run_files.RunFiles, step: trajectory.Step) -> dict[str, Any] | None:
    analysis = step.numbered
    if analysis is None:
        return None
    names = found.summary["input_names"], found.summary["output_names"]
    # The table of modules is that of the final network, in numbers without gaps.
    return views.network(analysis, *names) | {"modules": []}


def without_pauses(
    steps: Sequence[dict[str, Any]], told: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """The steps at which modules change, and the first and the last one.

    Args:
      steps: of a course.
      told: of the trajectory in summary.json.

    Example:
      >>> told = [{"events": events} for events in ([], [], ["module 0 splits"], [], [])]
      >>> [step["at"] for step in without_pauses([{"at": at} for at in range(5)], told)]
      [0, 2, 4]
    """
    kept = [step for step in steps[1:-1] if told[step["at"]]["events"]]
    return [steps[0], *kept, *steps[1:][-1:]]
