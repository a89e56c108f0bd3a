"""What a run folder holds beside its jobs: flags, summary, networks, drawings."""

import pathlib
from typing import TYPE_CHECKING

from nsculpt import runs, selection
from nsculpt import settings as settings_lib
from nsculpt.report import network_file, summary_file, trajectories, trajectory_file, waiting
from nsculpt.tasks import task as task_lib

if TYPE_CHECKING:
    from nsculpt import sculpture as sculpture_lib


def flags(
    task: task_lib.Task,
    settings: settings_lib.Settings,
    out_dir: pathlib.Path,
    plugin: str | pathlib.Path | None,
) -> dict[str, str]:
    """The resolved settings as flag values."""
    values = {"plugin": str(plugin)} if plugin is not None else {}
    values |= task.origin or {"task": task.name}
    for name, setting in summary_file.percent_settings(settings).items():
        if isinstance(setting, tuple | list):
            values[name] = ",".join(f"{each}" for each in setting)
        elif setting is not None:
            values[name] = f"{setting}"
    return {**values, "out_dir": str(out_dir)}


def write(path: pathlib.Path, sculpture: "sculpture_lib.Sculpture") -> None:
    """Writes summary.json, networks.npz and trajectories.npz into a run folder."""
    chosen = [each.first for each in sculpture.selections if each.first is not None]
    histories = map(sculpture.history, chosen)
    told = trajectories.forms(path, histories, sculpture.names, sculpture.analysis_settings)
    runs.write_json(path / "summary.json", summary_file.content(sculpture, told))
    network_file.write(
        path / "networks.npz",
        sculpture.networks,
        {chosen.first for chosen in sculpture.selections},
        sculpture.layer_sizes,
    )
    trajectory_file.write(path / "trajectories.npz", map(sculpture.history, chosen))


def draw(
    path: pathlib.Path, sculpture: "sculpture_lib.Sculpture", show_progress: bool | str = False
) -> None:
    """Writes drawings/ into a run folder: the selected network of each seed."""
    from nsculpt.report import drawing  # matplotlib is loaded where something is drawn

    task = sculpture.task
    shown = [
        (chosen, analysis)
        for chosen in sculpture.selections
        if chosen.first is not None and (analysis := sculpture.analyses[chosen.first]) is not None
    ]
    if shown:
        (path / "drawings").mkdir(exist_ok=True)
    for chosen, analysis in waiting.through(shown, "drawn", "network", show_progress):
        drawing.save(
            path / "drawings" / f"seed_{chosen.seed}",
            analysis,
            task.truth,
            task.input_names,
            task.output_names,
            title(sculpture, chosen),
            task.image_shape,
        )


def title(sculpture: "sculpture_lib.Sculpture", chosen: selection.Selection) -> str:
    """One line over the drawing of a seed's selected network."""
    sizes = "-".join(map(str, sculpture.layer_sizes))
    return f"{sculpture.task.name} {sizes}, seed {chosen.seed}: {chosen.alive_edges} edges"
