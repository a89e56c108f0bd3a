"""From a task to its modules in one call: train, prune, select, analyse, score."""

import contextlib
import dataclasses
import os
import pathlib
import time
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import nsculpt.tasks as tasks_lib
from nsculpt import errors, runs, selection
from nsculpt import settings as settings_lib
from nsculpt.analysis import connectivity, pipeline, result
from nsculpt.networks import network
from nsculpt.report import export, progress, terminal
from nsculpt.scores import readings, scoring
from nsculpt.sculpting import jobs, program, saliency, sweep, training
from nsculpt.tasks import plugins
from nsculpt.tasks import task as task_lib

# Scores that come with a rate over seeds.
RATES = (
    "structure_recovered",
    "inputs_recovered",
    "outputs_recovered",
    "hidden_separable",
    "middle_separable",
)


@dataclasses.dataclass(frozen=True, eq=False)
class Sculpture:
    """What a sculpting found. `str` gives the report that the launcher prints."""

    task: task_lib.Task
    settings: settings_lib.Settings
    layer_sizes: tuple[int, ...]  # [I, H_1 ... H_D, O]
    num_bits: int  # validation rows x outputs
    # The finished edge jobs of the grid.
    records: Mapping[jobs.Job, jobs.Record]
    # The sparsest networks of each seed, with their ties.
    selections: tuple[selection.Selection, ...]
    # Of each selected or tied network; None where no path leads from an input to an output.
    analyses: Mapping[jobs.Job, result.Analysis | None]
    # Score -> reading -> {"rate", "n", "low", "high"}; empty where no truth is known, and None for
    # all but n where the truth has no labels for a score.
    rates: Mapping[str, dict[str, dict[str, Any]]]

    def __str__(self) -> str:
        return terminal.report(self)


def make_cell(
    task: task_lib.Task, settings: settings_lib.Settings, plugin_sha256: str | None = None
) -> program.Cell:
    """What all jobs of a sculpting have in common."""

    def exact(percent: float | None) -> Fraction | None:
        return None if percent is None else Fraction(str(percent))

    return program.Cell(
        task=task,
        layer_sizes=(task.num_inputs, *settings.hidden, task.num_outputs),
        training=training.Training(
            settings.learning_rate, settings.batch_size, settings.epochs, settings.input_noise
        ),
        acceptance=jobs.Acceptance(
            task.valid.num_rows * task.num_outputs,
            exact(settings.accuracy_threshold),
            exact(settings.accuracy_tolerance),
        ),
        unit_saliency=settings.unit_saliency,
        edge_saliency=settings.edge_saliency,
        plugin_sha256=plugin_sha256,
    )


class _Memory(dict[jobs.Job, jobs.Record]):
    """Finished jobs of a sculpting without a run folder (`sweep.Store`)."""

    def put(self, job: jobs.Job, record: jobs.Record) -> None:
        self[job] = record


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
    show_progress: bool = False,
) -> Sculpture:
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
      show_progress: whether to say on standard error how far it is.

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
    began = time.monotonic()
    for name, path in (("plugin", plugin), ("out_dir", out_dir)):
        if path is not None and not isinstance(path, str | os.PathLike):
            raise errors.InputError(f"{name}={path!r}: expected a path", name)
    plugin_sha256 = None if plugin is None else plugins.load(plugin)
    if not isinstance(task, task_lib.Task):
        task = tasks_lib.load_task(task)
    settings = settings_lib.resolve(
        task,
        hidden,
        seeds=seeds,
        unit_steps=unit_steps,
        edge_steps=edge_steps,
        learning_rate=learning_rate,
        batch_size=batch_size,
        epochs=epochs,
        input_noise=input_noise,
        accuracy_threshold=accuracy_threshold,
        accuracy_tolerance=accuracy_tolerance,
        unit_saliency=unit_saliency,
        edge_saliency=edge_saliency,
        path_length=path_length,
        merge_threshold=merge_threshold,
        modularity_threshold=modularity_threshold,
    )
    if lanes is not None and settings_lib.whole("lanes", lanes) < 1:
        raise errors.InputError(f"lanes={lanes}: expected at least 1", "lanes")
    cell = make_cell(task, settings, plugin_sha256)
    saliency.check(cell.layer_sizes, task.valid, settings.unit_saliency, settings.edge_saliency)
    wanted = jobs.grid(settings.seeds, settings.unit_steps, settings.edge_steps)
    with contextlib.ExitStack() as stack:
        store: sweep.Store = _Memory()
        folder = None
        if out_dir is not None:
            path = pathlib.Path(out_dir)
            flags = export.flags(task, settings, path, plugin)
            folder = store = stack.enter_context(runs.open_folder(path, flags, cell))
        with progress.Progress() if show_progress else progress.Silent() as observer:
            sweep.run(cell, wanted, store, observer, lanes)
        swept = time.monotonic()
        sculpture = conclude(task, settings, {job: _found(store, job) for job in wanted})
        if folder is not None:
            export.write(folder.path, sculpture)
            seconds = {"sculpting_s": swept - began, "analysis_s": time.monotonic() - swept}
            runs.write_json(folder.path / "timings.json", seconds)
    return sculpture


def _found(store: sweep.Store, job: jobs.Job) -> jobs.Record:
    record = store.get(job)
    assert record is not None, f"{job} was swept and is not there"
    return record


def conclude(
    task: task_lib.Task,
    settings: settings_lib.Settings,
    records: Mapping[jobs.Job, jobs.Record],
) -> Sculpture:
    """Selection, analysis and scores of finished edge jobs."""
    selections = tuple(selection.sparsest(seed, records) for seed in settings.seeds)
    analyses = {
        job: _analyse(task, settings, records[job]) for chosen in selections for job in chosen.tied
    }
    rates = {}
    if task.truth is not None:
        unknown = scoring.unknown(task.truth)
        for name in RATES:
            rates[name] = readings.readings(
                [
                    [None] if name in unknown else [_score(analyses[job], name) for job in tied]
                    for tied in (chosen.tied for chosen in selections)
                ]
            )
    return Sculpture(
        task=task,
        settings=settings,
        layer_sizes=(task.num_inputs, *settings.hidden, task.num_outputs),
        num_bits=task.valid.num_rows * task.num_outputs,
        records=records,
        selections=selections,
        analyses=analyses,
        rates=rates,
    )


def _analyse(
    task: task_lib.Task, settings: settings_lib.Settings, record: jobs.Record
) -> result.Analysis | None:
    if connectivity.first_unreached(record.edges) is not None:  # constant outputs need no path
        return None
    brought = network.Network(
        record.edges, input_names=task.input_names, output_names=task.output_names
    )
    return pipeline.analyze(
        brought,
        settings.path_length,
        settings.merge_threshold,
        settings.modularity_threshold,
        truth=task.truth,
    )


def _score(analysis: result.Analysis | None, name: str) -> bool:
    return analysis is not None and analysis.scores is not None and bool(analysis.scores[name])
