"""The trajectories of a run: in summary.json as numbers and words, and again from its folder."""

import pathlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from nsculpt import errors, trajectory
from nsculpt.networks import files, summary
from nsculpt.report import trajectory_cache, trajectory_file

# As `_work` counts it, over the networks on the way: some ten seconds. The first seed has its
# trajectory in any case.
MOST_WORK = 300_000_000
_WHOLE = ("wrong_bits", "live_hidden_units", "alive_edges")
_PERCENTS = ("target", "step")


def forms(
    path: pathlib.Path,
    histories: Iterable[trajectory.History],
    names: dict[str, Any],
    settings: dict[str, Any],
) -> dict[int, dict[str, Any]]:
    """Trajectories as `form` gives them, by seed, as many as there is time for.

    Memory holds one of them at a time; the analyses are kept in `trajectories.cache` of the folder.

    Args:
      path: the run folder.
      histories: of one seed each.
      names: `input_names` and `output_names`.
      settings: arguments of `analyze` that decide about modules.
    """
    cache = trajectory_cache.Cache(path / "trajectories.cache", names, settings)
    found: dict[int, dict[str, Any]] = {}
    work = 0
    for each in histories:
        work += _work(each)
        if found and work > MOST_WORK:
            break
        found[each.seed] = form(trajectory.trace(each, cache.analyse))
    cache.save()
    return found


def _work(history: trajectory.History) -> int:
    """What it takes at most to analyse its networks: an analysis compares all pairs of units of a
    layer, and only the number of all live hidden units is known without looking at the networks.
    """
    sizes = [len(history.removed_at[0]), *(layer.shape[1] for layer in history.removed_at)]
    hidden = history.rounds["live_hidden_units"][history.rows].astype(np.int64)
    return int((hidden**2).sum()) + len(hidden) * (sizes[0] ** 2 + sizes[-1] ** 2)


def form(traced: trajectory.Trajectory) -> dict[str, Any]:
    """A trajectory as JSON knows it.

    Returns:
      `rounds`: for `phase`, `accuracy` (share of validation bits), `wrong_bits`,
      `live_hidden_units`, `alive_edges`, `accepted`, `target` and `step` (percent) a list with the
      value of each round; `steps`, the dense network and every accepted one: `row` (of the rounds),
      `accepted`, `num_modules` (0 without a path) and `events` (sentences); `since`: `text` (what
      the last network shows) and the `row` since which it has held.

    Example:
      >>> fields = ["phase", "accepted", "target", "step", *_WHOLE]
      >>> rounds = np.zeros(1, [(name, "i4") for name in fields])
      >>> edges = [np.zeros((2, 1), np.int16)]
      >>> history = trajectory.History(0, 5.0, 2.5, 8, edges, rounds)
      >>> form(trajectory.trace(history, trajectory.analyser()))["steps"]
      [{'row': 0, 'accepted': False, 'num_modules': 1, 'events': []}]
    """
    rounds = traced.rounds
    return {
        "rounds": {
            "phase": [trajectory.PHASES[phase] for phase in rounds["phase"].tolist()],
            "accuracy": traced.accuracy.tolist(),
            "accepted": rounds["accepted"].tolist(),
            **{name: rounds[name].tolist() for name in _WHOLE},
            **{name: [round(v, 4) for v in rounds[name].tolist()] for name in _PERCENTS},
        },
        "steps": [
            {
                "row": step.row,
                "accepted": step.accepted,
                "num_modules": step.num_modules,
                "events": [str(event) for event in step.events],
            }
            for step in traced.steps
        ],
        "since": [{"text": each.text, "row": each.row} for each in traced.since],
    }


def of_run(
    path: pathlib.Path, seeds: Collection[int] | None = None
) -> dict[int, trajectory.Trajectory] | None:
    """The trajectory of each seed that has a selected network; None where the run wrote none.

    The analyses are kept in `trajectories.cache` of the folder, which may be deleted.

    Args:
      path: the run folder, with `summary.json`, and `trajectories.npz` where it was written.
      seeds: of those that are wanted; by default all.

    Raises:
      InputError: naming the file, where one is damaged, or they are of different runs.
    """
    if not (path / "trajectories.npz").exists():
        return None
    return of_content(path, files.read_json(path / "summary.json"), seeds)


def of_content(
    path: pathlib.Path, content: Any, seeds: Collection[int] | None = None
) -> dict[int, trajectory.Trajectory]:
    """As `of_run`, for a folder whose summary.json is read already, and has this content."""
    histories = trajectory_file.read(path / "trajectories.npz")
    known = summary.Summary(content, files.place_of(path / "summary.json"))
    _check_selected(path, content, histories)
    traced = {}
    cache = None
    for each in histories:
        if seeds is not None and each.seed not in seeds:
            continue
        if cache is None:
            names = {
                "input_names": known.names("input_names", each.removed_at[0].shape[0]),
                "output_names": known.names("output_names", each.removed_at[-1].shape[1]),
            }
            cache = trajectory_cache.Cache(path / "trajectories.cache", names, known.settings())
        traced[each.seed] = trajectory.trace(each, cache.analyse)
    if cache is not None:
        cache.save()
    return traced


def _check_selected(
    path: pathlib.Path, content: Mapping[str, Any], histories: list[trajectory.History]
) -> None:
    """Refuses histories of other networks than the summary selects, as of an earlier run."""
    listed = content.get("selected")
    names = ("seed", "unit_step", "edge_step", "alive_edges")
    selected = [
        [each.get(name) for name in names]
        for each in (listed if isinstance(listed, list) else [])
        if isinstance(each, dict) and each.get("alive_edges") is not None
    ]
    found = [
        [each.seed, each.unit_step, each.edge_step, int(each.rounds["alive_edges"][each.rows[-1]])]
        for each in histories
    ]
    if selected != found:
        raise errors.InputError(
            f"{files.place_of(path / 'trajectories.npz')}: is not of the networks that "
            "summary.json selects; expected both of one run (its command makes them again)"
        )
