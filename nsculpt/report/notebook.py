"""An analysis as a part of an HTML page, such as the output of a notebook's cell."""

import html
from typing import Any

from nsculpt import text as text_lib
from nsculpt.analysis import result
from nsculpt.report import colours, module_picture

_ANY = "text-align:left;vertical-align:top;padding:3px 10px;border-top:1px solid #808080"
_HEAD = f"{_ANY};white-space:nowrap"
_CELL = f"{_ANY};white-space:normal;overflow-wrap:anywhere"
_TABLE = "border-collapse:collapse;margin:6px 0;font-size:90%"


def page_part(analysis: result.Analysis) -> str:
    """What a person wants to see first: what was found, a picture of the modules, a table of them.

    It needs nothing from outside, has no identifiers and no style sheet, so that it leaves the page
    around it as it is, and takes its colours from there but for those of the modules. Long
    lists are counted, as in `result.describe`.

    Args:
      analysis: what `nsculpt.analyze` returned.

    Returns:
      One `<div>` element.

    Example:
      >>> from nsculpt import analysis
      >>> text = page_part(analysis.analyze([[[1], [1]]]))
      >>> "<b>2-1 network: 2 live edges, 1 module</b>" in text
      True
    """
    heading, *remarks = result.head_lines(analysis)
    lines = "".join(f"<br>{_safe(line)}" for line in remarks)
    picture = module_picture.svg(analysis.hierarchy) or "Too many levels to be drawn here."
    return (
        f'<div style="line-height:1.4"><p style="margin:4px 0"><b>{_safe(heading)}</b>{lines}</p>'
        f'<div style="overflow-x:auto">{picture}</div>'
        f'<div style="overflow-x:auto">{_modules(analysis)}</div>{_scores(analysis)}</div>'
    )


def _safe(text: str) -> str:
    return html.escape(text_lib.printable(text))


def _modules(analysis: result.Analysis) -> str:
    graph, last = analysis.hierarchy, len(analysis.layer_sizes) - 1
    shown = list(graph)[: result.MOST_MODULES]
    rows = [_row("module", ["kinds", "inputs", "hidden units", "outputs", "read by"], "col")]
    for module in shown:
        node = graph.nodes[module]
        hidden = [
            f"layer {layer}: {text_lib.listed(text_lib.named(units, None))}"
            for layer, units in node["units"].items()
            if 0 < layer < last
        ]
        readers = [
            f"{reader} ({text_lib.counted(graph.edges[module, reader]['weight'], 'edge')})"
            for reader in node["consumers"]
        ]
        inputs, outputs = (
            text_lib.listed(text_lib.named(node["units"].get(layer, ()), names))
            for layer, names in ((0, analysis.input_names), (last, analysis.output_names))
        )
        texts = [", ".join(node["kinds"]), inputs, "\n".join(hidden), outputs]
        rows.append(
            _row(
                str(module),
                [*texts, text_lib.listed(readers, noun="modules")],
                "row",
                _chip(module),
            )
        )
    left = len(graph) - len(shown)
    more = f"<p>and {text_lib.counted(left, 'further module')}</p>" if left else ""
    body = "".join(rows[1:])
    return f'<table style="{_TABLE}"><thead>{rows[0]}</thead><tbody>{body}</tbody></table>{more}'


def _chip(module: int) -> str:
    return (
        f'<span aria-hidden="true" style="display:inline-block;width:11px;height:11px;'
        f'margin-right:6px;background:{colours.colour(module)}"></span>'
    )


def _row(head: str, texts: list[str], scope: str, mark: str = "") -> str:
    """A row of the table that begins with a heading; in the first row all are headings."""
    tag = f'th scope="col" style="{_HEAD}"' if scope == "col" else f'td style="{_CELL}"'
    cells = "".join(
        f"<{tag}>" + "<br>".join(_safe(line) for line in text.split("\n")) + f"</{tag[:2]}>"
        for text in texts
    )
    return f'<tr><th scope="{scope}" style="{_HEAD}">{mark}{_safe(head)}</th>{cells}</tr>'


def _scores(analysis: result.Analysis) -> str:
    if not analysis.scores:
        return ""
    rows = "".join(
        _row(name.replace("_", " "), [_score(value)], "row")
        for name, value in analysis.scores.items()
    )
    head = _row("score", ["value"], "col")
    return (
        f"<details><summary>scores against the truth</summary>"
        f'<table style="{_TABLE}"><thead>{head}</thead><tbody>{rows}</tbody></table></details>'
    )


def _score(value: Any) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.3f}" if isinstance(value, float) else text_lib.printable(value)
