"""What a sculpting found, as text for a terminal of 80 columns."""

import dataclasses
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from nsculpt import selection
from nsculpt import text as text_lib
from nsculpt.analysis import result
from nsculpt.report import accuracy_table, summary_file, unit_counts
from nsculpt.scores import consensus, difference, diversity, scoring
from nsculpt.tasks import task as task_lib

if TYPE_CHECKING:
    from nsculpt import sculpture as sculpture_lib

# Modules, or groups of a partition, of a network with hundreds of inputs.
_MOST_SHOWN = 12
_COMPARED = ("inputs", "outputs", "structure")
_SHOWN_RATES = ("structure_recovered", "inputs_recovered", "outputs_recovered", "hidden_separable")


def report(sculpture: "sculpture_lib.Sculpture") -> str:
    """The selected networks, what all networks show, what most share, the truth, and the rates."""
    blocks = [_heading(sculpture), _seeds(sculpture)]
    if not sculpture.task.exact:
        blocks.append(accuracy_table.table(sculpture))
    if len(sculpture.networks) > len(sculpture.selections):
        blocks.append(_diversity(sculpture))
    if len(sculpture.selections) > 1:
        blocks.append(_consensus(sculpture))
    shown, sharing = most_shared(sculpture)
    if shown is not None:
        blocks.append(_modules(sculpture, shown, sharing))
    if sculpture.task.truth is not None:
        if shown is not None:
            blocks.append(_comparison(sculpture, shown))
        blocks.append(_rates(sculpture))
    return "\n\n".join(blocks)


def most_shared(
    sculpture: "sculpture_lib.Sculpture",
) -> tuple[selection.Selection | None, int]:
    """The seed whose selected network shows the structure that most seeds show, and how many do.

    A tie goes to fewer edges, then to the earlier seed.
    """
    shown = {}
    for chosen in sorted(sculpture.selections, key=lambda chosen: chosen.alive_edges or 0):
        analysis = None if chosen.first is None else sculpture.analyses[chosen.first]
        if analysis is not None:
            shown[chosen] = diversity.shown(analysis)
    structures = diversity.diversity(shown, list(shown)[:1]).structures
    if not structures:
        return None, 0
    return structures[0].networks[0], structures[0].count


def _heading(sculpture: "sculpture_lib.Sculpture") -> str:
    settings = sculpture.settings
    sizes = "-".join(map(str, sculpture.layer_sizes))
    grid = (settings.seeds, settings.unit_steps, settings.edge_steps)
    names = ("seed", "unit step", "edge step")
    counts = " x ".join(text_lib.counted(len(v), name) for v, name in zip(grid, names, strict=True))
    num_prunings = text_lib.counted(len(sculpture.networks), "pruning")
    name = text_lib.printable(sculpture.task.name)
    return text_lib.filled(f"{name} {sizes}: {num_prunings} ({counts})")


def _seeds(sculpture: "sculpture_lib.Sculpture") -> str:
    truth = sculpture.task.truth
    columns = ("inputs", "outputs", "structure") if truth is not None else ()
    rows = [["seed", "unit/edge step", "edges", "tied", "modules", *columns]]
    without: dict[int, str] = {}  # what is said instead of a row
    for place, chosen in enumerate(sculpture.selections, start=1):
        rows.append([str(chosen.seed)])
        if chosen.first is None:
            dense = next(f for job, f in sculpture.networks.items() if job.seed == chosen.seed)
            without[place] = (
                "no network reached the accuracy asked for; the dense one has "
                f"{dense.wrong_bits} of {sculpture.num_bits} bits wrong"
            )
            continue
        analysis = sculpture.analyses[chosen.first]
        steps = (chosen.first.unit_step, chosen.first.edge_step)
        percents = "/".join(str(summary_file.percent(step)) for step in steps)
        found = "-" if analysis is None else str(len(analysis.hierarchy))
        rows[-1] += [percents, str(chosen.alive_edges), str(len(chosen.tied)), found]
        if truth is not None:
            rows[-1] += [_mark(truth, analysis, f"{name}_recovered") for name in _COMPARED]
    lines = text_lib.table(rows)
    for place, message in without.items():
        indent = lines[place][: -len(rows[place][0])]
        lines[place] = text_lib.filled(f"{rows[place][0]}  {message}", indent=indent)
    return "\n".join(
        ["The sparsest network of each seed (tied: as sparse, of the same seed)", *lines]
    )


def _diversity(sculpture: "sculpture_lib.Sculpture") -> str:
    has_truth = sculpture.task.truth is not None
    columns = ["seed", "prunings", "structures", "entropy", "modal share", "sparsest"]
    rows = [columns + ["recovered"] * has_truth]
    for chosen, found in zip(sculpture.selections, sculpture.diversity, strict=True):
        row = [str(chosen.seed), str(found.n), str(len(found.structures))]
        if found.structures:
            share = f"{found.modal_share:.2f}" + (" tied" if found.tied else "")
            other = "another" if chosen.first in found.numbers else "none"
            row += [f"{found.entropy:.2f}", share, "modal" if found.agree else other]
            if has_truth:
                row.append(str(sum(each.num_recovered or 0 for each in found.structures)))
        rows.append(row)
    head = "Structures of all prunings of a seed (modal: most frequent; entropy in bits)"
    return "\n".join([head, *text_lib.table(rows)])


def _consensus(sculpture: "sculpture_lib.Sculpture") -> str:
    found = sculpture.consensus
    graph = found.graph.value
    if graph is None or found.inputs.value is None or found.outputs.value is None:
        return "Most frequent over the seeds: nothing, for want of accepted networks with a path"
    inputs = _partition(sculpture.task, "input", found.inputs.value)
    outputs = _partition(sculpture.task, "output", found.outputs.value)
    modules = text_lib.counted(len(graph.inputs), "module")
    edges = text_lib.counted(len(graph.edges), "edge")
    lines = ["Most frequent over the seeds (of the network selected for each)"]
    for name, mode in (
        (f"inputs {inputs}", found.inputs),
        (f"outputs {outputs}", found.outputs),
        (f"module graph ({modules}, {edges}; chains as one)", found.graph),
    ):
        line = f"{name}: {mode.count} of {text_lib.counted(mode.n, 'seed')}"
        if mode.tied:
            line += ", another as often"
        if mode.is_true is not None:
            line += ", as in the truth" if mode.is_true else ", not as in the truth"
        lines.append(text_lib.filled(line, indent="  "))
    # The rule may ask for less than the graph, or for more.
    if found.num_recovered not in (None, found.graph.count if found.graph.is_true else 0):
        recovered = f"{found.num_recovered} of these {found.graph.count}"
        lines.append(f"    (by the task's rule, {recovered} recovered the structure)")
    return "\n".join(lines)


def _partition(task: task_lib.Task, side: str, groups: consensus.Partition) -> str:
    names = task.input_names if side == "input" else task.output_names
    if len(names) <= unit_counts.MOST_NAMED:
        return consensus.partition_text(groups, names)
    shown = [f"{{{_held(task, side, group)}}}" for group in groups[:_MOST_SHOWN]]
    left = len(groups) - len(shown)
    return " ".join(shown) + (f" and {text_lib.counted(left, 'further group')}" if left else "")


def _held(task: task_lib.Task, side: str, units: Sequence[int]) -> str:
    """Inputs or outputs as a short list."""
    names = task.input_names if side == "input" else task.output_names
    truth_groups = () if task.truth is None else getattr(task.truth, f"{side}_groups")
    return unit_counts.held(units, names, truth_groups)


def _mark(truth: task_lib.Truth, analysis: result.Analysis | None, score: str) -> str:
    if score in scoring.unknown(truth):
        return "?"
    scores = {} if analysis is None else analysis.scores or {}
    return "found" if scores.get(score) else "-"


def _modules(
    sculpture: "sculpture_lib.Sculpture", chosen: selection.Selection, sharing: int
) -> str:
    assert chosen.first is not None
    analysis = sculpture.analyses[chosen.first]
    assert analysis is not None
    found = sculpture.diversity[sculpture.selections.index(chosen)]
    same = found.structures[found.numbers[chosen.first]].num_sparsest
    head = (
        f"Modules of seed {chosen.seed}, a structure shown by {sharing} of "
        f"{text_lib.counted(len(sculpture.selections), 'seed')} and by {same} of its "
        f"{text_lib.counted(len(chosen.tied), 'sparsest network')}"
    )
    # How it compares with the truth has a section of its own.
    analysis = dataclasses.replace(analysis, scores=None)
    names = (sculpture.task.input_names, sculpture.task.output_names)
    if max(map(len, names)) <= unit_counts.MOST_NAMED:
        return "\n".join([text_lib.filled(head), textwrap.indent(str(analysis), "  ")])
    return "\n".join([text_lib.filled(head), *_wide_modules(sculpture.task, analysis)])


def _wide_modules(task: task_lib.Task, analysis: result.Analysis) -> list[str]:
    """The modules of a network with hundreds of inputs or outputs: the largest, in counts."""
    lines = [text_lib.filled(line, indent="  ") for line in result.head_lines(analysis)]
    nodes = analysis.hierarchy.nodes
    last = len(analysis.layer_sizes) - 1
    sizes = {module: sum(map(len, nodes[module]["units"].values())) for module in nodes}
    largest = sorted(nodes, key=lambda module: -sizes[module])[:_MOST_SHOWN]
    for module in sorted(largest):
        node = nodes[module]
        readers = text_lib.listed([str(reader) for reader in node["consumers"]], noun="modules")
        kinds = ", ".join(node["kinds"])
        head = f"module {module} ({kinds}), read by {readers or 'no module'}"
        lines.append(text_lib.filled(head, indent="  "))
        hidden = []
        for layer, units in node["units"].items():
            if layer in (0, last):
                side = "output" if layer else "input"
                line = f"{side}s: {_held(task, side, list(units))}"
                lines.append(text_lib.filled(line, indent="    "))
            else:
                hidden.append(f"{text_lib.counted(len(units), 'unit')} in layer {layer}")
        if hidden:
            lines.append(text_lib.filled(f"hidden: {', '.join(hidden)}", indent="    "))
    rest = [module for module in nodes if module not in largest]
    if rest:
        units = text_lib.counted(sum(sizes[module] for module in rest), "unit")
        lines.append(f"  and {text_lib.counted(len(rest), 'further module')}, of {units} in all")
    return lines


def _comparison(sculpture: "sculpture_lib.Sculpture", chosen: selection.Selection) -> str:
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
        wide = len(names) > unit_counts.MOST_NAMED
        if wide and len(groups) > _MOST_SHOWN:
            num_found = sum(group.found for group in groups)
            lines.append(f"{side}: {num_found} of {len(groups)} groups found")
            continue
        members = [group.members for group in groups]
        for place, group in enumerate(groups):
            mark = "found" if group.found else "not found"
            if wide:
                live = len(group.members) - len(group.dead)
                mark += f", {live} of {len(group.members)} in use"
            lines.append(f"{side} {unit_counts.called(place, names, members)}: {mark}")
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


def _rates(sculpture: "sculpture_lib.Sculpture") -> str:
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
