"""A graph of boxes as a small SVG, for a page of light or of dark background."""

import html
import math
import textwrap
from collections.abc import Sequence

from nsculpt import text as text_lib
from nsculpt.report import box_graph, colours

# Pixels: what a heading above the columns takes, and a line below.
_HEADING, _NOTE = 18.0, 15.0
_NOTE_LETTERS = 5.9  # pixels a letter of a note


def svg(
    plan: box_graph.Plan,
    what: str,
    headings: Sequence[str] = (),
    notes: Sequence[str] = (),
    has_counts: bool = True,
) -> str:
    """The picture of a plan.

    Boxes are thinly filled with the colour of their module; text and lines have the colour of the
    text around the picture.

    Args:
      plan: as from `box_graph.plan`.
      what: is shown, for those who cannot see it.
      headings: of the columns, or none.
      notes: lines below, broken where they are longer than the picture is wide.
      has_counts: whether edges have their counts beside them, where there is room.

    Returns:
      One `<svg>` element without identifiers or style sheets.

    Example:
      >>> boxes = [box_graph.Box(0, ("a",), 0), box_graph.Box(1, ("b",), 1)]
      >>> text = svg(box_graph.plan(boxes, [box_graph.Edge(0, 1)]), "Two boxes")
      >>> text.count("<rect"), text.count("<path")
      (2, 2)
    """
    body = []
    top = _HEADING if headings else 0.0
    for column, heading in enumerate(headings):
        x = box_graph.MARGIN + column * (plan.box_width + box_graph.GAP) + plan.box_width / 2
        body.append(_text(x, 12.0, heading, 'text-anchor="middle" fill-opacity="0.75"'))
    body += _lines(plan, top, has_counts)
    body += [
        _drawn(box, *plan.positions[place], top, plan.box_width)
        for place, box in plan.boxes.items()
    ]
    y = top + plan.height + 8
    for note in notes:
        letters = int((plan.width - 2 * box_graph.MARGIN) / _NOTE_LETTERS)
        for line in textwrap.wrap(text_lib.printable(note), letters):
            body.append(_text(box_graph.MARGIN, y, line, ""))
            y += _NOTE
    width, height = plan.width, (y if notes else top + plan.height)
    what = _safe(what)
    return (
        f'<svg role="img" aria-label="{what}" xmlns="http://www.w3.org/2000/svg" '
        f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'font-family="Helvetica, Arial, sans-serif" font-size="{box_graph.TEXT}" '
        f'style="display:block;max-width:none"><title>{what}</title>{"".join(body)}</svg>'
    )


def _lines(plan: box_graph.Plan, top: float, has_counts: bool) -> list[str]:
    """Lines, arrow heads and counts."""
    drawn = []
    for way in plan.ways():
        edge, bend = way.segment.edge, way.bend
        (x, y), (swung_x, end_y), (end_x, _) = way.start, way.swung, way.end
        y, end_y = y + top, end_y + top
        count = edge.num_edges if edge is not None and has_counts else 1
        width = min(1.2 + 0.35 * math.log2(count), 4.0)
        dashes = ' stroke-dasharray="4 4"' if way.segment.is_dashed else ""
        stop = end_x if edge is None else end_x - box_graph.HEAD + 2
        drawn.append(
            f'<path d="M{x:.1f} {y:.1f}C{x + bend:.1f} {y:.1f} {swung_x - bend:.1f} {end_y:.1f} '
            f'{swung_x:.1f} {end_y:.1f}H{stop:.1f}" fill="none" stroke="currentColor" '
            f'stroke-opacity="0.55" stroke-width="{width:.1f}"{dashes}/>'
        )
        if edge is None:
            continue
        head = f"M{end_x:.1f} {end_y:.1f}l-{box_graph.HEAD:.0f} -3.5v7z"
        drawn.append(f'<path d="{head}" fill="currentColor" fill-opacity="0.75"/>')
        if has_counts and way.count_at:
            count_x, count_y = way.count_at
            style = f'text-anchor="{way.count_align}" font-size="10"'
            drawn.append(_text(count_x, count_y + top, str(count), style))
    return drawn


def _drawn(box: box_graph.Box, x: float, y: float, top: float, width: float) -> str:
    first = y + top - box_graph.HEIGHT / 2
    dashes = ' stroke-dasharray="5 3"' if box.is_dashed else ""
    room = width - 2 * box_graph.PADDING
    # In the middle of the box, however many lines there are.
    baseline = first + 15 + 7 * (3 - len(box.lines))
    texts = []
    for number, line in enumerate(box.lines):
        style = f'font-weight="bold" font-size="{box_graph.FIRST:.0f}"' if number == 0 else ""
        length = box_graph.text_width(line, number == 0)
        if width == box_graph.WIDE and length > 0.9 * room:  # within its box, whatever the font
            style += f' textLength="{min(length, room):.0f}" lengthAdjust="spacingAndGlyphs"'
        texts.append(_text(x + box_graph.PADDING, baseline + 14 * number, line, style))
    shade = colours.colour(box.module)
    return (
        f'<rect x="{x:.1f}" y="{first:.1f}" width="{width:.0f}" height="{box_graph.HEIGHT:.0f}" '
        f'rx="5" fill="{shade}" fill-opacity="{colours.FILL}" stroke="{shade}" stroke-width="2"'
        f"{dashes}/>{''.join(texts)}"
    )


def _text(x: float, y: float, words: str, style: str) -> str:
    style = f" {style.strip()}" if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="currentColor"{style}>{_safe(words)}</text>'


def _safe(words: str) -> str:
    return html.escape(text_lib.printable(words))
