"""summary.json of a run folder: what was found, in numbers and words."""

import dataclasses
import importlib.metadata
import platform
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nsculpt import _version, layers, selection
from nsculpt import settings as settings_lib
from nsculpt.analysis import connectivity, result
from nsculpt.exchange import json_writer
from nsculpt.scores import diversity as diversity_lib
from nsculpt.sculpting import jobs
from nsculpt.tasks import task as task_lib

if TYPE_CHECKING:
    from nsculpt import sculpture as sculpture_lib

SCHEMA_VERSION = 1
_PACKAGES = ("jax", "jaxlib", "flax", "optax", "numpy", "scipy", "networkx", "matplotlib")


def percent_settings(settings: settings_lib.Settings) -> dict[str, Any]:
    """Fields of the settings, steps in percent."""
    values = dataclasses.asdict(settings)
    for name in ("unit_steps", "edge_steps"):
        values[name] = [percent(step) for step in values[name]]
    return values


def percent(step: int) -> float | int:
    """A step as it is written: 5000 -> 5, 500 -> 0.5."""
    return step // 1000 if step % 1000 == 0 else step / 1000


def content(
    sculpture: "sculpture_lib.Sculpture", told: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any]:
    """The content of summary.json; holds no times.

    Args:
      sculpture: what was found.
      told: trajectories, by seed, as from `trajectories.forms`.

    What DESIGN 8 names, and:

    - `task_flags`: what the task was asked for with, but for where MNIST's files are; None for a
      task made in Python. `output_classes`: groups of outputs of which the largest is the answer.
    - `runs`, one for each network of the grid: `job_rounds`, `wrong_bits`, `live_hidden_units`,
      `tied` (as sparse as the selected one of its seed), `structure` (position in the
      `structures` of its seed; None for one that was never accepted, or without any path from an
      input to an output) and `scores` (None for the same, and where no truth is known).
    - `selected`, one for each seed: the selected network, how many tie with it, its modules;
      `least_accuracy` that an accepted network of the seed has; `tied_layers`, `ambiguous` and, in
      words, `ties`, as in `Analysis`; and its `trajectory`, as from `trajectories.form` (None
      without a network, and for the last seeds of many where analysing the networks on the way
      takes too long).
    - on tasks that are not exact, `validation` and `test` (None where the task has no test data) in
      each of `selected`, and in `dense`, one for each seed's dense network: `bits_right`, share of
      the output bits, and `rows_right`, share of the rows that are right as a whole
      (`accuracy.measure`).
    - `diversity`, one for each seed: the structures that all its networks show, not only the
      sparsest. `n`: networks; `num_shown`: of them accepted and with a path; `modal_share`: share
      of the n that show the most frequent structure, `modal_tied`: whether another is as frequent;
      `entropy_bits`: of the structure of a network drawn from the num_shown (Shannon, base 2);
      `sparsest_structure`: of the selected network, `sparsest_is_modal`: whether none is more
      frequent. `structures`, most frequent first: `count`, `share` (of n), `num_sparsest` (of the
      networks that tie as sparsest), `num_recovered` (successes by the task's rule), the
      partitions `inputs` and `outputs`, and `graph`, see `consensus`.
    - `consensus`: over the selected networks of all seeds, the most frequent partition of
      `inputs`, of `outputs`, and module `graph`: `value`, `count`, `n` (seeds), `share`, `tied`
      (another is as frequent), `num_distinct`, `is_true` (equal to the truth; None where not
      known), `networks` (positions in `selected`). A graph has its chains contracted; for each
      node it lists the `inputs` and `outputs` that the node holds, and `edges` are pairs (node,
      its reader). `num_recovered`: of the networks of that graph, successes by the task's rule.
    - `rates` for further scores.
    """
    task = sculpture.task
    return {
        "schema_version": SCHEMA_VERSION,
        "task": task.name,
        "task_sha256": task.sha256,
        "task_flags": _task_flags(task),
        "layer_sizes": list(sculpture.layer_sizes),
        "settings": percent_settings(sculpture.settings),
        "versions": {
            "nsculpt": _version.__version__,
            "algorithm": jobs.ALGORITHM_VERSION,
            "python": platform.python_version(),
            **{name: importlib.metadata.version(name) for name in _PACKAGES},
        },
        "input_names": list(task.input_names),
        "output_names": list(task.output_names),
        "image_shape": None if task.image_shape is None else list(task.image_shape),
        "output_classes": [list(group) for group in task.classes],
        "truth": None if task.truth is None else _truth(task.truth),
        "runs": _runs(sculpture),
        "selected": [
            {**_selected(sculpture, chosen), "trajectory": told.get(chosen.seed)}
            for chosen in sculpture.selections
        ],
        **({} if task.exact else {"dense": _dense(sculpture)}),
        "diversity": [
            _diversity(chosen, found)
            for chosen, found in zip(sculpture.selections, sculpture.diversity, strict=True)
        ],
        "consensus": sculpture.consensus.to_dict(),
        "rates": dict(sculpture.rates),
    }


def _task_flags(task: task_lib.Task) -> dict[str, str] | None:
    if task.origin is None:
        return None
    # The same data from another folder are the same.
    return {name: value for name, value in task.origin.items() if name != "mnist_dir"}


def _truth(truth: task_lib.Truth) -> dict[str, Any]:
    groups = {
        "input_groups": [list(group) for group in truth.input_groups],
        "output_groups": [list(group) for group in truth.output_groups],
        "success_rule": truth.success_rule,
        "inputs_optional": truth.inputs_optional,
    }
    if truth.hierarchy is None:
        return groups
    functions = [
        {
            "name": name,
            "inputs": list(node["inputs"]),
            "outputs": list(node["outputs"]),
            "used_by": sorted(truth.hierarchy.successors(name)),
        }
        for name, node in truth.hierarchy.nodes.items()
    ]
    return {**groups, "sub_functions": functions}


def _runs(sculpture: "sculpture_lib.Sculpture") -> list[dict[str, Any]]:
    selected = {chosen.first for chosen in sculpture.selections}
    tied = {job for chosen in sculpture.selections for job in chosen.tied}
    structures = {job: i for found in sculpture.diversity for job, i in found.numbers.items()}
    num_edges = layers.num_edges(sculpture.layer_sizes)
    listed = []
    for job, network in sculpture.networks.items():
        live_units, live_edges = connectivity.live(network.masks)
        listed.append(
            {
                "seed": job.seed,
                "unit_step": percent(job.unit_step),
                "edge_step": percent(job.edge_step),
                "job_rounds": network.num_rounds,
                "accuracy": 1 - network.wrong_bits / sculpture.num_bits,
                "wrong_bits": network.wrong_bits,
                "pruned_percent": 100 * (1 - network.alive_edges / num_edges),
                "alive_edges": network.alive_edges,
                "live_edges": sum(int(mask.sum()) for mask in live_edges),
                "live_hidden_units": sum(len(units) for units in live_units[1:-1]),
                "status": network.status,
                "selected": job in selected,
                "tied": job in tied,
                "structure": structures.get(job),
                "scores": sculpture.scores.get(job),
            }
        )
    return listed


def _selected(sculpture: "sculpture_lib.Sculpture", chosen: selection.Selection) -> dict[str, Any]:
    least = 1 - sculpture.allowed_wrong_bits(chosen.seed) / sculpture.num_bits
    if chosen.first is None:
        found = {"seed": chosen.seed, "alive_edges": None, "num_tied": 0, "modules": None}
        return {**found, "least_accuracy": least, **_accuracy(sculpture, None)}
    analysis = sculpture.analyses[chosen.first]
    return {
        "seed": chosen.seed,
        "least_accuracy": least,
        "unit_step": percent(chosen.first.unit_step),
        "edge_step": percent(chosen.first.edge_step),
        "alive_edges": chosen.alive_edges,
        "num_tied": len(chosen.tied),
        "modules": None if analysis is None else _modules(analysis),
        "tied_layers": [] if analysis is None else list(analysis.tied_layers),
        "ambiguous": analysis is not None and bool(analysis.ambiguous),
        "ties": "" if analysis is None else result.order_line(analysis),
        **_accuracy(sculpture, chosen.first),
    }


def _accuracy(sculpture: "sculpture_lib.Sculpture", job: jobs.Job | None) -> dict[str, Any]:
    """Of a network, on each part of the data; nothing on exact tasks."""
    if sculpture.task.exact:
        return {}
    found = None if job is None else sculpture.accuracy.get(job)
    parts = {} if found is None else {"validation": found.validation, "test": found.test}
    return {
        part: None
        if (measured := parts.get(part)) is None
        else {"bits_right": measured.bits_right, "rows_right": measured.rows_right}
        for part in ("validation", "test")
    }


def _dense(sculpture: "sculpture_lib.Sculpture") -> list[dict[str, Any]]:
    return [
        {"seed": seed, **_accuracy(sculpture, jobs.Job(seed))} for seed in sculpture.settings.seeds
    ]


def _diversity(
    chosen: selection.Selection, found: diversity_lib.Diversity[jobs.Job]
) -> dict[str, Any]:
    numbers = found.numbers
    return {
        "seed": chosen.seed,
        "n": found.n,
        "num_shown": found.num_shown,
        "modal_share": found.modal_share,
        "modal_tied": found.tied,
        "entropy_bits": found.entropy,
        "sparsest_structure": None if chosen.first is None else numbers.get(chosen.first),
        "sparsest_is_modal": found.agree,
        "structures": [
            {
                "count": each.count,
                "share": each.count / found.n,
                "num_sparsest": each.num_sparsest,
                "num_recovered": each.num_recovered,
                "inputs": each.inputs,
                "outputs": each.outputs,
                "graph": dataclasses.asdict(each.graph),
            }
            for each in found.structures
        ],
    }


def _modules(analysis: result.Analysis) -> list[dict[str, Any]]:
    graph = analysis.hierarchy
    return [
        {
            **json_writer.module_form(graph, module),
            "edges_to": {
                str(reader): weight for _, reader, weight in graph.edges(module, "weight")
            },
        }
        for module in graph
    ]
