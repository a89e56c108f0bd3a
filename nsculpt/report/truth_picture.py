"""What a task declares about its structure, and which of it a network shows, as a small SVG."""

from collections.abc import Sequence

from nsculpt import text
from nsculpt.analysis import result
from nsculpt.report import box_graph, box_svg, truth_graph, truth_overlay
from nsculpt.tasks import task


def svg(
    truth: task.Truth,
    input_names: Sequence[str],
    output_names: Sequence[str],
    analysis: result.Analysis | None = None,
) -> str:
    """A picture of the truth, for a page of light or of dark background.

    Input groups, sub-functions and output groups are boxes from left to right. With a network, a
    box has the colour of the module that it is found in, or says what is wrong; what is not found
    is dashed, and lines below say what else the network has. Of a column with many boxes the last
    share one.

    Args:
      truth: what the task declares.
      input_names: of all inputs; drawn character by character, cut in the middle where they are
        long.
      output_names: of all outputs.
      analysis: of a network to compare with.

    Returns:
      One `<svg>` element without identifiers or style sheets; nothing where the truth has too many
      levels to be drawn.

    Raises:
      InputError: fewer names than the truth has inputs or outputs, or a truth that does not fit the
        network.

    Source: groups and sub-functions of DESIGN 3; `difference.difference` says what is found.

    Example:
      >>> from nsculpt import analysis
      >>> truth = task.Truth(((0,), (1,)), ((0,),), None)
      >>> text = svg(truth, "ab", "y", analysis.analyze([[[1], [1]]]))
      >>> text.count("<rect"), text.count("✗ within module 0")
      (3, 2)
    """
    inputs, outputs = ([*map(text.printable, side)] for side in (input_names, output_names))
    overlay = truth_overlay.Overlay(truth, inputs, outputs, analysis)
    columns: dict[int, list[tuple[int, int]]] = {}
    for place, node in overlay.graph.nodes.items():
        if node.kind != "relay":
            columns.setdefault(place[0], []).append(place)
    boxes: list[box_graph.Box] = []
    box_of: dict[tuple[int, int], int] = {}
    for column, places in box_graph.shared(columns):
        box_of |= dict.fromkeys(places, len(boxes))
        said = [overlay.said(place) for place in places]
        boxes.append(_box(column, said[0]) if len(said) == 1 else _shared_box(column, said))
    is_missing: dict[tuple[int, int], bool] = {}
    for source, target in overlay.graph.links:
        ends = box_of[source], box_of[target]
        is_missing[ends] = is_missing.get(ends, True) and overlay.is_missing(source, target)
    edges = [box_graph.Edge(*ends, is_dashed=missing) for ends, missing in is_missing.items()]
    plan = box_graph.plan(boxes, edges)
    if plan is None:
        return ""
    headings = [heading.replace("\n", ", ") for heading in truth_graph.headings(overlay.graph)]
    return box_svg.svg(plan, _in_a_line(overlay), headings, overlay.notes(), has_counts=False)


def _box(column: int, said: truth_overlay.Said) -> box_graph.Box:
    lines = tuple(map(text.printable, said.lines))
    status = (said.status,) if said.status else ()
    return box_graph.Box(column, (*lines, *status), said.module, said.is_found is False)


def _shared_box(column: int, said: Sequence[truth_overlay.Said]) -> box_graph.Box:
    lines = [f"{len(said)} further"]
    num_missed = sum(each.is_found is False for each in said)
    if any(each.is_found is not None for each in said):
        lines.append(f"{len(said) - num_missed} found, {num_missed} not")
    return box_graph.Box(column, tuple(lines), -1, num_missed > 0)


def _in_a_line(overlay: truth_overlay.Overlay) -> str:
    kinds = [node.kind for node in overlay.graph.nodes.values()]
    parts = [
        text.counted(kinds.count("inputs"), "input group"),
        text.counted(kinds.count("function"), "sub-function"),
        text.counted(kinds.count("outputs"), "output group"),
    ]
    what = f"What the task declares: {', '.join(parts)}"
    if overlay.difference is None:
        return what
    groups = (*overlay.difference.input_groups, *overlay.difference.output_groups)
    return f"{what}; {sum(group.found for group in groups)} of {len(groups)} groups found"
