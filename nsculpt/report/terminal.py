"""What a sculpting found, as text for a terminal of 80 columns."""

import dataclasses
import textwrap
from typing import TYPE_CHECKING

from nsculpt import selection
from nsculpt import text as text_lib
from nsculpt.analysis import result
from nsculpt.report import export
from nsculpt.scores import difference, scoring, structure
from nsculpt.tasks import task as task_lib

if TYPE_CHECKING:
    from nsculpt import experiment

_COMPARED = ("inputs", "outputs", "structure")
_SHOWN_RATES = ("structure_recovered", "inputs_recovered", "outputs_recovered", "hidden_separable")


def report(sculpture: "experiment.Sculpture") -> str:
    """The selected networks, the structure that most of them share, the truth, and the rates."""
    blocks = [_heading(sculpture), _seeds(sculpture)]
    shown, sharing = most_shared(sculpture)
    if shown is not None:
        blocks.append(_modules(sculpture, shown, sharing))
    if sculpture.task.truth is not None:
        if shown is not None:
            blocks.append(_comparison(sculpture, shown))
        blocks.append(_rates(sculpture))
    return "\n\n".join(blocks)


def most_shared(
    sculpture: "experiment.Sculpture",
) -> tuple[selection.Selection | None, int]:
    """The seed whose selected network shows the structure that most seeds show, and how many do.

    A tie goes to fewer edges, then to the earlier seed.
    """
    analyses = {
        chosen: analysis
        for chosen in sculpture.selections
        if chosen.first is not None and (analysis := sculpture.analyses[chosen.first]) is not None
    }
    if not analyses:
        return None, 0
    sharing = {
        chosen: sum(structure.same_structure(analysis, other) for other in analyses.values())
        for chosen, analysis in analyses.items()
    }
    best = min(sharing, key=lambda chosen: (-sharing[chosen], chosen.alive_edges))
    return best, sharing[best]


def _heading(sculpture: "experiment.Sculpture") -> str:
    settings = sculpture.settings
    sizes = "-".join(map(str, sculpture.layer_sizes))
    grid = (settings.seeds, settings.unit_steps, settings.edge_steps)
    names = ("seed", "unit step", "edge step")
    counts = " x ".join(text_lib.counted(len(v), name) for v, name in zip(grid, names, strict=True))
    num_prunings = text_lib.counted(len(sculpture.records), "pruning")
    name = text_lib.printable(sculpture.task.name)
    return text_lib.filled(f"{name} {sizes}: {num_prunings} ({counts})")


def _seeds(sculpture: "experiment.Sculpture") -> str:
    truth = sculpture.task.truth
    lines = ["The sparsest network of each seed (tied: as sparse, of the same seed)"]
    columns = " inputs  outputs  structure" if truth is not None else ""
    lines.append(f"  seed  unit/edge step  edges  tied  modules {columns}".rstrip())
    for chosen in sculpture.selections:
        if chosen.first is None:
            record = next(r for job, r in sculpture.records.items() if job.seed == chosen.seed)
            lines.append(
                f"  {chosen.seed:>4}  no network reached the accuracy asked for; the dense one has "
                f"{record.wrong_bits} of\n        {sculpture.num_bits} bits wrong"
            )
            continue
        analysis = sculpture.analyses[chosen.first]
        steps = "/".join(
            f"{export.percent(step)}" for step in (chosen.first.unit_step, chosen.first.edge_step)
        )
        found = "-" if analysis is None else len(analysis.hierarchy)
        line = (
            f"  {chosen.seed:>4}  {steps:>14}  {chosen.alive_edges:>5}  {len(chosen.tied):>4}  "
            f"{found:>7} "
        )
        if truth is not None:
            marks = [_mark(truth, analysis, f"{name}_recovered") for name in _COMPARED]
            line += f" {marks[0]:>6}  {marks[1]:>7}  {marks[2]:>9}"
        lines.append(line.rstrip())
    return "\n".join(lines)


def _mark(truth: task_lib.Truth, analysis: result.Analysis | None, score: str) -> str:
    if score in scoring.unknown(truth):
        return "?"
    scores = {} if analysis is None else analysis.scores or {}
    return "found" if scores.get(score) else "-"


def _modules(sculpture: "experiment.Sculpture", chosen: selection.Selection, sharing: int) -> str:
    assert chosen.first is not None
    analysis = sculpture.analyses[chosen.first]
    assert analysis is not None
    same = sum(
        other is not None and structure.same_structure(analysis, other)
        for other in (sculpture.analyses[job] for job in chosen.tied)
    )
    head = (
        f"Modules of seed {chosen.seed}, a structure shown by {sharing} of "
        f"{text_lib.counted(len(sculpture.selections), 'seed')} and by {same} of its "
        f"{text_lib.counted(len(chosen.tied), 'sparsest network')}"
    )
    # How it compares with the truth has a section of its own.
    text = str(dataclasses.replace(analysis, scores=None))
    return "\n".join([text_lib.filled(head), textwrap.indent(text, "  ")])


def _comparison(sculpture: "experiment.Sculpture", chosen: selection.Selection) -> str:
    """The truth, part by part, and whether the shown network has it."""
    assert chosen.first is not None
    truth, analysis = sculpture.task.truth, sculpture.analyses[chosen.first]
    assert truth is not None
    assert analysis is not None
    lines = []
    found = difference.difference(analysis, truth)
    for side, groups, names in (
        ("inputs", found.input_groups, sculpture.task.input_names),
        ("outputs", found.output_groups, sculpture.task.output_names),
    ):
        for group in groups:
            mark = "found" if group.found else "not found"
            lines.append(f"{side} {' '.join(text_lib.named(group.members, names))}: {mark}")
        if not groups:
            lines.append(f"{side}: not known")
    scores = analysis.scores or {}
    if scores.get("module_edge_f1") is not None:
        lines.append(
            f"edges between modules: precision {scores['module_edge_precision']:.2f}, "
            f"recall {scores['module_edge_recall']:.2f}"
        )
    verdict = "recovered" if scores["structure_recovered"] else "not recovered"
    lines.append(f"structure: {verdict}")
    head = f"Against the truth (rule: {truth.success_rule})"
    return "\n".join([head, *(text_lib.filled(line, indent="  ") for line in lines)])


def _rates(sculpture: "experiment.Sculpture") -> str:
    seeds = text_lib.counted(len(sculpture.selections), "seed")
    lines = [
        f"Share of {seeds}, Wilson 95 percent interval (approximate for mean)",
        " " * 22 + "".join(f"{name:<15}" for name in ("first", "mean", "any", "all")).rstrip(),
    ]
    for score in _SHOWN_RATES:
        by_reading = sculpture.rates[score]
        if by_reading["first"]["rate"] is None:
            lines.append(f"  {score.replace('_', ' '):<20}not known")
            continue
        cells = "".join(f"{text_lib.rate(reading):<15}" for reading in by_reading.values())
        lines.append(f"  {score.replace('_', ' '):<20}{cells}".rstrip())
    lines.append("  (hidden separable: every live hidden unit serves one output group alone)")
    return "\n".join(lines)
