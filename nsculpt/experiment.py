"""From a task to its modules in one call: train, prune, select, analyse, score."""

import contextlib
import dataclasses
import logging
import os
import pathlib
import time
from collections.abc import Iterable, Sequence
from typing import Any

import nsculpt.tasks as tasks_lib
from nsculpt import errors, progress_mode, records, runs, shards, timings
from nsculpt import sculpture as sculpture_lib
from nsculpt import settings as settings_lib
from nsculpt.report import export, progress, waiting
from nsculpt.sculpting import cell as cell_lib
from nsculpt.sculpting import effort as effort_lib
from nsculpt.sculpting import jobs, queue, saliency, sweep, training
from nsculpt.tasks import checks, plugins
from nsculpt.tasks import task as task_lib
from nsculpt.webpage import run_page

_log = logging.getLogger("nsculpt")


def make_cell(
    task: task_lib.Task, settings: settings_lib.Settings, plugin_sha256: str | None = None
) -> cell_lib.Cell:
    """What all jobs of a sculpting have in common."""
    return cell_lib.Cell(
        task=task,
        layer_sizes=(task.num_inputs, *settings.hidden, task.num_outputs),
        training=training.Training(
            settings.learning_rate, settings.batch_size, settings.epochs, settings.input_noise
        ),
        acceptance=sculpture_lib.acceptance(task, settings),
        unit_saliency=settings.unit_saliency,
        edge_saliency=settings.edge_saliency,
        plugin_sha256=plugin_sha256,
    )


def sculpt(
    task: str | task_lib.Task,
    hidden: Iterable[int] = (24, 24),
    *,
    seeds: Iterable[int] | None = None,
    unit_steps: Iterable[float] | None = None,
    edge_steps: Iterable[float] | None = None,
    learning_rate: float | None = None,
    batch_size: int | None = None,
    epochs: int | None = None,
    input_noise: float | None = None,
    accuracy_threshold: float | None = None,
    accuracy_tolerance: float | None = None,
    unit_saliency: str | None = None,
    edge_saliency: str | None = None,
    path_length: int | None = None,
    merge_threshold: float | None = None,
    modularity_threshold: float | None = None,
    plugin: str | pathlib.Path | None = None,
    lanes: int | None = None,
    out_dir: str | pathlib.Path | None = None,
    drawings: bool = True,
    report: bool = True,
    show_progress: bool | str = False,
) -> sculpture_lib.Sculpture:
    """Learns a task, sculpts the network, finds modules and hierarchy (sections 3 and 4).

    Args:
      task: a name, or a task as from `load_task`.
      hidden: units of each hidden layer, H_1 ... H_D.
      seeds: of initialisation and training, integers >= 0; by default the paper's 0, 1, 2, 5.
      unit_steps: percent of all hidden units to prune a round, above 0 and up to 100, three
        decimals at most; by default the paper's 5, 10 ... 70.
      edge_steps: the same for edges; by default the paper's 0.5, 1, 1.5, 2, 2.5.
      learning_rate: of Adam, above 0; by default the preset's, as for the next two.
      batch_size: rows; more than there are means all.
      epochs: of a round of training.
      input_noise: standard deviation of the noise on training inputs; by default 0.1 on Boolean
        tasks, else 0.
      accuracy_threshold: percent of validation bits that an accepted network has right, 0 to 100;
        by default 100 on Boolean tasks.
      accuracy_tolerance: instead, percentage points of all bits that it may be worse than the dense
        network; by default 0.5 on data sets.
      unit_saliency, edge_saliency: registered names.
      path_length, merge_threshold, modularity_threshold: see `analyze`.
      plugin: a Python file that registers what the names above refer to.
      lanes: networks to train at once, rounded up to whole tiles; results do not depend on it.
      out_dir: run folder; what it holds already is not done again. None: nothing is written.
      drawings: whether the selected networks are drawn into `out_dir`.
      report: whether report.html, a page to read in a browser, is written into `out_dir`.
      show_progress: whether to say on standard error how far it is; or how: bar, one line over and
        over; log, lines with date and time; auto (True), a bar on a terminal and plain lines
        elsewhere; quiet (False).

    Returns:
      Networks, analyses and rates.

    Raises:
      InputError: bad input, in one line that names it.
      FolderInUseError: another process works in `out_dir`.

    Example:
      >>> found = sculpt("input_separable", (12,), seeds=[0], unit_steps=[50], edge_steps=[2.5])
      >>> [record.status for record in found.records.values()]
      ['accepted']
    """
    given = {
        "seeds": seeds,
        "unit_steps": unit_steps,
        "edge_steps": edge_steps,
        "learning_rate": learning_rate,
        "batch_size": batch_size,
        "epochs": epochs,
        "input_noise": input_noise,
        "accuracy_threshold": accuracy_threshold,
        "accuracy_tolerance": accuracy_tolerance,
        "unit_saliency": unit_saliency,
        "edge_saliency": edge_saliency,
        "path_length": path_length,
        "merge_threshold": merge_threshold,
        "modularity_threshold": modularity_threshold,
    }
    progress_mode.of(show_progress)  # refused, if it is, before anything is done
    task, settings, cell = _prepared(task, hidden, given, plugin, lanes, out_dir)
    wanted = jobs.grid(settings.seeds, settings.unit_steps, settings.edge_steps)
    with contextlib.ExitStack() as stack:
        store: queue.Store = queue.Memory()
        folder = None
        if out_dir is not None:
            path = pathlib.Path(out_dir)
            flags = export.flags(task, settings, path, plugin)
            folder = store = stack.enter_context(runs.open_folder(path, flags, cell))
        worked = _sweep(cell, wanted, store, lanes, show_progress)
        # A folder may have come here without them, as one of which parts were copied.
        dense = [] if task.exact else [jobs.Job(seed) for seed in settings.seeds]
        if dense:
            worked |= _sweep(cell, dense, store, lanes, show_progress)
        swept = time.monotonic()
        sculpture = sculpture_lib.conclude(
            task,
            settings,
            records.Records(store, wanted),
            records.Records(store, dense),
            show_progress,
        )
        if folder is not None:
            with waiting.during("analysing networks on the way", show_progress):
                export.write(folder.path, sculpture)
            spent = {"analysis_s": time.monotonic() - swept}
            if drawings:
                exported = time.monotonic()
                export.draw(folder.path, sculpture, show_progress)
                spent["drawings_s"] = time.monotonic() - exported
            if report:
                with waiting.during("making report.html", show_progress):
                    spent["report_s"] = _report(folder.path)
            times = folder.path / "timings.json"
            if worked or not times.exists():  # to look again at what is finished is no work
                timings.add(times, spent)
    return sculpture


def _report(path: pathlib.Path) -> float:
    """Writes the page of a run; what goes wrong with it is said, and costs nothing else.

    Returns:
      Seconds that it took.
    """
    began = time.monotonic()
    try:
        run_page.write(path)
    except Exception as error:  # a run of hours is not to end in a failure of its page
        with contextlib.suppress(OSError):  # an earlier one would be of other results
            (path / run_page.NAME).unlink(missing_ok=True)
        _log.warning("no %s: %s: %s", run_page.NAME, type(error).__name__, error)
    return time.monotonic() - began


def sculpt_share(
    shard: shards.Shard,
    task: str | task_lib.Task,
    hidden: Iterable[int] = (24, 24),
    *,
    out_dir: str | pathlib.Path,
    plugin: str | pathlib.Path | None = None,
    lanes: int | None = None,
    show_progress: bool | str = False,
    **given: Any,
) -> shards.Share:
    """Does one share of a sculpting's jobs, and leaves them in a run folder.

    Nothing is selected or analysed, since a share has not all networks: once the `jobs/` of all
    shares lie in one folder, `sculpt` with the same arguments and that folder does so.

    Args:
      shard: which share.
      task, hidden, plugin, lanes, show_progress: as for `sculpt`.
      out_dir: run folder.
      given: the other arguments of `sculpt` that are settings.

    Raises:
      InputError, FolderInUseError: as `sculpt`.
    """
    progress_mode.of(show_progress)
    task, settings, cell = _prepared(task, hidden, given, plugin, lanes, out_dir)
    wanted = jobs.grid(settings.seeds, settings.unit_steps, settings.edge_steps)
    mine = shards.part(wanted, shard)
    path = pathlib.Path(out_dir)
    flags = export.flags(task, settings, path, plugin) | {"shard": str(shard)}
    with runs.open_folder(path, flags, cell) as folder:
        if mine:  # more shares than chains of jobs leave some with nothing
            _sweep(cell, mine, folder, lanes, show_progress)
    return shards.Share(shard, len(mine), len(wanted), path)


def _prepared(
    task: str | task_lib.Task,
    hidden: Iterable[int],
    given: dict[str, Any],
    plugin: str | pathlib.Path | None,
    lanes: int | None,
    out_dir: str | pathlib.Path | None,
) -> tuple[task_lib.Task, settings_lib.Settings, cell_lib.Cell]:
    """Arguments of a sculpting, checked and resolved."""
    for name, path in (("plugin", plugin), ("out_dir", out_dir)):
        if path is not None and not isinstance(path, str | os.PathLike):
            raise errors.InputError(f"{name}={path!r}: expected a path", name)
    plugin_sha256 = None if plugin is None else plugins.load(plugin)
    if not isinstance(task, task_lib.Task):
        task = tasks_lib.load_task(task)
    checks.check(task)
    settings = settings_lib.resolve(task, hidden, **given)
    settings_lib.check_lanes(lanes)
    cell = make_cell(task, settings, plugin_sha256)
    saliency.check(cell.layer_sizes, task.valid, settings.unit_saliency, settings.edge_saliency)
    return task, settings, cell


def _sweep(
    cell: cell_lib.Cell,
    wanted: Sequence[jobs.Job],
    store: queue.Store,
    lanes: int | None,
    show_progress: bool | str,
) -> bool:
    """Runs a sweep; says whether there was anything to do.

    What it takes is added to the times of a run folder, also where it is interrupted.
    """
    began, effort = time.monotonic(), effort_lib.Effort()
    try:
        with progress.watch(show_progress) as observer:
            sweep.run(cell, wanted, store, observer, lanes, effort)
    finally:
        if effort.rounds and isinstance(store, runs.RunFolder):
            spent = dataclasses.asdict(effort) | {"sculpting_s": time.monotonic() - began}
            with contextlib.suppress(OSError):  # what ended the sweep counts, such as a full disk
                timings.add(store.path / "timings.json", spent)
    return effort.rounds > 0
