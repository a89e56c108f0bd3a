"""What a sculpting found: networks, their structures, which of them count, and the rates."""

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from nsculpt import errors, packed, selection, text
from nsculpt import settings as settings_lib
from nsculpt import trajectory as trajectory_lib
from nsculpt.analysis import connectivity, pipeline, result
from nsculpt.networks import network
from nsculpt.report import terminal, waiting
from nsculpt.scores import consensus as consensus_lib
from nsculpt.scores import diversity as diversity_lib
from nsculpt.scores import readings, scoring
from nsculpt.sculpting import accuracy as accuracy_lib
from nsculpt.sculpting import jobs
from nsculpt.tasks import task as task_lib

# Scores that come with a rate over seeds.
RATES = (
    "structure_recovered",
    "inputs_recovered",
    "outputs_recovered",
    "hidden_separable",
    "middle_separable",
)


@dataclasses.dataclass(frozen=True)
class Measured:
    """How often a network is right on data that nobody can ask to be right in full."""

    validation: accuracy_lib.Accuracy
    test: accuracy_lib.Accuracy | None  # None where the task has no test data


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Sculpture:
    """What a sculpting found. `str` gives the report that the launcher prints."""

    task: task_lib.Task
    settings: settings_lib.Settings
    layer_sizes: tuple[int, ...]  # [I, H_1 ... H_D, O]
    num_bits: int  # validation rows x outputs
    # The finished edge jobs of the grid; large ones are read from the run folder when asked for.
    records: Mapping[jobs.Job, jobs.Record]
    # What of them the report needs.
    networks: Mapping[jobs.Job, packed.Packed]
    # The sparsest networks of each seed, with their ties.
    selections: tuple[selection.Selection, ...]
    # Of each selected or tied network; None where no path leads from an input to an output.
    analyses: Mapping[jobs.Job, result.Analysis | None]
    # Of each accepted network, so that selection hides nothing; None without a path or a truth.
    scores: Mapping[jobs.Job, dict[str, Any] | None]
    # The structures of all networks of a seed, those never accepted included as showing none; one
    # for each selection.
    diversity: tuple[diversity_lib.Diversity[jobs.Job], ...]
    # Over the selected networks of all seeds.
    consensus: consensus_lib.Consensus
    # Score -> reading -> {"rate", "n", "low", "high"}; empty where no truth is known, and None for
    # all but n where the truth has no labels for a score.
    rates: Mapping[str, dict[str, dict[str, Any]]]
    # Of the dense and of the selected network of each seed, by their jobs; empty on exact tasks.
    # Nothing else looks at test data, and nothing is chosen by this.
    accuracy: Mapping[jobs.Job, Measured]

    def allowed_wrong_bits(self, seed: int) -> int:
        """How many validation bits an accepted network of a seed may have wrong."""
        of_seed = next(found for job, found in self.networks.items() if job.seed == seed)
        return acceptance(self.task, self.settings).allowed(of_seed.dense_wrong_bits)

    @property
    def names(self) -> dict[str, Any]:
        """Of inputs and outputs, as arguments of an analysis."""
        task = self.task
        return {
            "input_names": tuple(task.input_names),
            "output_names": tuple(task.output_names),
        }

    @property
    def analysis_settings(self) -> dict[str, Any]:
        """Arguments of `analyze` that decide about modules."""
        return {
            "path_length": self.settings.path_length,
            "merge_threshold": self.settings.merge_threshold,
            "modularity_threshold": self.settings.modularity_threshold,
        }

    def history(self, job: jobs.Job) -> trajectory_lib.History:
        """What led to the network of an edge job of the grid."""
        record = self.records[job]
        steps = job.unit_step / 1000, job.edge_step / 1000
        return trajectory_lib.History(
            job.seed, *steps, self.num_bits, record.removed_at, record.rounds
        )

    def trajectory(self, seed: int) -> trajectory_lib.Trajectory | None:
        """How the selected network of a seed came to be, with its modules at each accepted round.

        Analysed with the settings of the sculpting, at every call anew.

        Args:
          seed: one of `settings.seeds`.

        Returns:
          The trajectory; None where no network of the seed was ever accepted.

        Raises:
          InputError: a seed that is none of them.

        Example:
          >>> import nsculpt
          >>> options = {"seeds": [0], "unit_steps": [50], "edge_steps": [2.5]}
          >>> found = nsculpt.sculpt("input_separable", (12,), **options).trajectory(0)
          >>> [found.steps[place].num_modules for place in (0, -1)]
          [1, 2]
        """
        chosen = next((each for each in self.selections if each.seed == seed), None)
        if chosen is None:
            known = ", ".join(map(str, self.settings.seeds))
            raise errors.InputError(f"seed={seed!r}: expected one of {known}")
        if chosen.first is None:
            return None
        analyse = trajectory_lib.analyser(**self.analysis_settings, **self.names)
        return trajectory_lib.trace(self.history(chosen.first), analyse)

    def __repr__(self) -> str:
        sizes = "-".join(map(str, self.layer_sizes))
        prunings = text.counted(len(self.networks), "pruning")
        return f"<Sculpture of {text.printable(self.task.name)} {sizes}: {prunings}>"

    def __str__(self) -> str:
        return terminal.report(self)


def acceptance(task: task_lib.Task, settings: settings_lib.Settings) -> jobs.Acceptance:
    """When a network is good enough, on the validation rows of a task."""

    def exact(percent: float | None) -> Fraction | None:
        return None if percent is None else Fraction(str(percent))

    return jobs.Acceptance(
        task.valid.num_rows * task.num_outputs,
        exact(settings.accuracy_threshold),
        exact(settings.accuracy_tolerance),
    )


def conclude(
    task: task_lib.Task,
    settings: settings_lib.Settings,
    records: Mapping[jobs.Job, jobs.Record],
    dense: Mapping[jobs.Job, jobs.Record] | None = None,
    show_progress: bool | str = False,
) -> Sculpture:
    """Selection, analysis, scores and accuracy of finished jobs.

    Args:
      task: what was learned.
      settings: of the sculpting.
      records: of the edge jobs of the grid, each looked up once.
      dense: of the dense jobs, to compare the accuracy with; exact tasks need none.
      show_progress: whether, or how, to say on standard error how far it is; see `sculpt`.
    """
    networks = packed.pack(records)
    by_seed: dict[int, dict[jobs.Job, packed.Packed]] = {seed: {} for seed in settings.seeds}
    for job, network_found in networks.items():
        by_seed[job.seed][job] = network_found
    selections = tuple(selection.sparsest(seed, own) for seed, own in by_seed.items())
    tied = {job for chosen in selections for job in chosen.tied}
    analyses: dict[jobs.Job, result.Analysis | None] = {}
    shown: dict[jobs.Job, diversity_lib.Shown] = {}
    scores: dict[jobs.Job, dict[str, Any] | None] = {}
    for alike in waiting.through(_alike(networks), "analysed", "network", show_progress):
        analysis = _analyse(task, settings, networks[alike[0]].masks)
        scores.update(dict.fromkeys(alike, None if analysis is None else analysis.scores))
        if analysis is not None:
            shown.update(dict.fromkeys(alike, diversity_lib.shown(analysis)))
        # The others are let go: 70 analyses a seed may be more than the memory has room for.
        analyses.update((job, analysis) for job in alike if job in tied)
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
        networks=networks,
        selections=selections,
        analyses=analyses,
        scores=scores,
        diversity=tuple(_diversity(chosen, by_seed[chosen.seed], shown) for chosen in selections),
        consensus=consensus_lib.consensus(
            [None if each.first is None else analyses[each.first] for each in selections],
            task.inputs_optional,
        ),
        rates=rates,
        accuracy={} if task.exact else _accuracy(task, networks, selections, dense or {}),
    )


def _accuracy(
    task: task_lib.Task,
    networks: Mapping[jobs.Job, packed.Packed],
    selections: Sequence[selection.Selection],
    dense: Mapping[jobs.Job, jobs.Record],
) -> dict[jobs.Job, Measured]:
    """Of the dense networks and of those that are selected."""
    selected = {each.first: networks[each.first] for each in selections if each.first is not None}
    measured = {}
    for of_phase in (dense, selected):
        for job, found in of_phase.items():
            layers = found.kernels, found.biases
            measured[job] = Measured(
                accuracy_lib.measure(*layers, task.valid, task.classes),
                None
                if task.test is None
                else accuracy_lib.measure(*layers, task.test, task.classes),
            )
    return measured


def _alike(networks: Mapping[jobs.Job, packed.Packed]) -> list[list[jobs.Job]]:
    """Accepted jobs, those together whose networks have the same edges."""
    by_edges: dict[tuple[bytes, ...], list[jobs.Job]] = {}
    for job, found in networks.items():
        if found.status == jobs.ACCEPTED:
            edges = tuple(hashlib.sha256(layer.alive.tobytes()).digest() for layer in found.layers)
            by_edges.setdefault(edges, []).append(job)
    return list(by_edges.values())


def _diversity(
    chosen: selection.Selection,
    networks: Mapping[jobs.Job, packed.Packed],
    shown: Mapping[jobs.Job, diversity_lib.Shown],
) -> diversity_lib.Diversity[jobs.Job]:
    """Of the networks of one seed."""
    preferred = sorted(
        selection.official_order(networks), key=lambda job: networks[job].alive_edges
    )
    return diversity_lib.diversity({job: shown.get(job) for job in preferred}, chosen.tied)


def _analyse(
    task: task_lib.Task, settings: settings_lib.Settings, edges: list[np.ndarray]
) -> result.Analysis | None:
    if connectivity.first_unreached(edges) is not None:  # constant outputs need no path
        return None
    brought = network.Network(edges, input_names=task.input_names, output_names=task.output_names)
    return pipeline.analyze(
        brought,
        settings.path_length,
        settings.merge_threshold,
        settings.modularity_threshold,
        truth=task.truth,
    )


def _score(analysis: result.Analysis | None, name: str) -> bool:
    return analysis is not None and analysis.scores is not None and bool(analysis.scores[name])
