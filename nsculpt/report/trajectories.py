"""The trajectories of a run folder, from what it holds beside its jobs."""

import pathlib
from collections.abc import Collection

from nsculpt import errors, trajectory
from nsculpt.networks import files, summary
from nsculpt.report import trajectory_cache, trajectory_file


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
    histories_file = path / "trajectories.npz"
    if not histories_file.exists():
        return None
    histories = trajectory_file.read(histories_file)
    known = summary.read(path / "summary.json")
    _check_selected(path, histories)
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


def _check_selected(path: pathlib.Path, histories: list[trajectory.History]) -> None:
    """Refuses histories of other networks than the summary selects, as of an earlier run."""
    listed = files.read_json(path / "summary.json").get("selected")
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
