"""What a sculpting found: networks, their structures, which of them count, and the rates."""

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from nsculpt import selection
from nsculpt import settings as settings_lib
from nsculpt.analysis import connectivity, pipeline, result
from nsculpt.networks import network
from nsculpt.report import terminal
from nsculpt.scores import consensus as consensus_lib
from nsculpt.scores import diversity as diversity_lib
from nsculpt.scores import readings, scoring
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

    def __str__(self) -> str:
        return terminal.report(self)


def conclude(
    task: task_lib.Task,
    settings: settings_lib.Settings,
    records: Mapping[jobs.Job, jobs.Record],
) -> Sculpture:
    """Selection, analysis and scores of finished edge jobs."""
    by_seed: dict[int, dict[jobs.Job, jobs.Record]] = {seed: {} for seed in settings.seeds}
    for job, record in records.items():
        by_seed[job.seed][job] = record
    selections = tuple(selection.sparsest(seed, own) for seed, own in by_seed.items())
    tied = {job for chosen in selections for job in chosen.tied}
    analyses: dict[jobs.Job, result.Analysis | None] = {}
    shown: dict[jobs.Job, diversity_lib.Shown] = {}
    scores: dict[jobs.Job, dict[str, Any] | None] = {}
    for alike in _alike(records):
        analysis = _analyse(task, settings, records[alike[0]].edges)
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
        selections=selections,
        analyses=analyses,
        scores=scores,
        diversity=tuple(_diversity(chosen, by_seed[chosen.seed], shown) for chosen in selections),
        consensus=consensus_lib.consensus(
            [None if each.first is None else analyses[each.first] for each in selections]
        ),
        rates=rates,
    )


def _alike(records: Mapping[jobs.Job, jobs.Record]) -> list[list[jobs.Job]]:
    """Accepted jobs, those together whose networks have the same edges."""
    by_edges: dict[bytes, list[jobs.Job]] = {}
    for job, record in records.items():
        if record.status == jobs.ACCEPTED:
            digest = hashlib.sha256(b"".join(mask.tobytes() for mask in record.edges)).digest()
            by_edges.setdefault(digest, []).append(job)
    return list(by_edges.values())


def _diversity(
    chosen: selection.Selection,
    records: Mapping[jobs.Job, jobs.Record],
    shown: Mapping[jobs.Job, diversity_lib.Shown],
) -> diversity_lib.Diversity[jobs.Job]:
    """Of the records of one seed."""
    preferred = sorted(selection.official_order(records), key=lambda job: records[job].alive_edges)
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
