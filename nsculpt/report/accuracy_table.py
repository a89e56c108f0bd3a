"""Accuracy of dense and sculpted networks, as text for a terminal of 80 columns."""

from typing import TYPE_CHECKING

from nsculpt import selection
from nsculpt import text as text_lib
from nsculpt.sculpting import jobs

if TYPE_CHECKING:
    from nsculpt import sculpture as sculpture_lib


def table(sculpture: "sculpture_lib.Sculpture") -> str:
    """What sculpting cost each seed, in bits and in rows, and how much it was allowed to cost.

    Args:
      sculpture: of a task that is not exact.
    """
    # Of the first column, which may hold seeds of ten digits.
    width = max(12, *(len(_name(chosen)) for chosen in sculpture.selections))
    lines = [
        "Accuracy in percent (lost: points, from the dense to the sculpted network)",
        f"  {'':<{width}}{'bits right':>29}{'rows right':>27}",
    ]
    head = f"{'edges':>7}" + f"{'dense':>10}{'sculpted':>10}{'lost':>7}" * 2
    for part in ("validation", "test") if sculpture.task.test is not None else ("validation",):
        lines.append(f"  {part:<{width}}{head}")
        lines += [
            f"  {_name(chosen):<{width}}{_row(sculpture, chosen, part)}"
            for chosen in sculpture.selections
        ]
        head = ""
    lines.append(text_lib.filled(f"(a row is right when {_row_rule(sculpture)})", indent="  "))
    lines.append(text_lib.filled(_allowed(sculpture), indent="  "))
    return "\n".join(line.rstrip() for line in lines)


def _name(chosen: selection.Selection) -> str:
    return f"seed {chosen.seed}"


def _row(sculpture: "sculpture_lib.Sculpture", chosen: selection.Selection, part: str) -> str:
    edges = "-" if chosen.alive_edges is None else chosen.alive_edges
    line = f"{edges:>7}"
    measured = [
        None if job is None or job not in sculpture.accuracy else sculpture.accuracy[job]
        for job in (jobs.Job(chosen.seed), chosen.first)
    ]
    for share in ("bits_right", "rows_right"):
        dense, sculpted = (
            None if found is None else 100 * getattr(getattr(found, part), share)
            for found in measured
        )
        lost = None if dense is None or sculpted is None else dense - sculpted
        line += f"{_percent(dense):>10}{_percent(sculpted):>10}{_percent(lost):>7}"
    return line


def _percent(value: float | None) -> str:
    # Rounded first, so that nothing lost does not read -0.00.
    return "-" if value is None else f"{round(value, 2) + 0.0:.2f}"


def _row_rule(sculpture: "sculpture_lib.Sculpture") -> str:
    classes = sculpture.task.classes
    if not classes:
        return "all its outputs are"
    groups = {1: "its group", 2: "both groups"}.get(len(classes), f"each of {len(classes)} groups")
    rule = f"in {groups} of outputs the largest is the true one"
    if sum(map(len, classes)) < sculpture.task.num_outputs:
        rule += ", and every other output is right"
    return rule


def _allowed(sculpture: "sculpture_lib.Sculpture") -> str:
    from nsculpt import sculpture as sculpture_lib  # late, since it shows itself by this file

    settings = sculpture.settings
    allowed = sculpture_lib.acceptance(sculpture.task, settings).allowed(dense_wrong_bits=0)
    bits = f"{allowed} of {sculpture.num_bits} validation bits"
    if settings.accuracy_tolerance is not None:
        percent = f"tolerance {settings.accuracy_tolerance:g}"
        bits += " more than in the dense network"
    else:
        percent = f"threshold {settings.accuracy_threshold:g}"
    wrong = [
        f"seed {each.seed} has {sculpture.networks[each.first].wrong_bits} wrong of "
        f"{sculpture.allowed_wrong_bits(each.seed)} allowed"
        for each in sculpture.selections
        if each.first is not None
    ]
    rule = f"accuracy {percent} percent: {bits} may be wrong"
    return f"({'; '.join([rule, *wrong])})"
