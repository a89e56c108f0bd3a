"""The module graph as a small SVG: boxes by level, inputs on the left, edges with their counts."""

import networkx as nx

from nsculpt import text
from nsculpt.exchange import graph_files
from nsculpt.report import box_graph, box_svg


def svg(graph: nx.DiGraph) -> str:
    """A picture of the module graph, for a page of light or of dark background.

    Each box has the colour of its module and says its number, kinds and size; beside an edge stands
    the number of network edges it stands for, where there is room. Of a level with many modules the
    last share a box. Text and lines have the colour of the text around the picture.

    Args:
      graph: as from `hierarchy.module_graph`.

    Returns:
      One `<svg>` element without identifiers or style sheets; nothing where the graph has too many
      levels to be drawn.

    Example:
      >>> from nsculpt import analysis
      >>> text = svg(analysis.analyze([[[1, 1]]], merge_threshold=1.0).hierarchy)
      >>> text.count("<rect"), text.count("<path")
      (3, 4)
    """
    placed = plan(graph)
    if placed is None:
        return ""
    levels = 1 + max(graph.nodes[module]["level"] for module in graph)
    what = (
        f"Graph of {text.counted(len(graph), 'module')} in {text.counted(levels, 'level')}, "
        f"with {text.counted(graph.number_of_edges(), 'edge')}"
    )
    return box_svg.svg(placed, what)


def plan(graph: nx.DiGraph) -> box_graph.Plan | None:
    """The boxes of the module graph and where they stand; None where they are too many.

    Args:
      graph: as from `hierarchy.module_graph`.

    Example:
      >>> from nsculpt import analysis
      >>> [box.lines for box in plan(analysis.analyze([[[1]]]).hierarchy).boxes.values()]
      [('module 0', 'input-separable, output', '1 input, 1 output')]
    """
    levels: dict[int, list[int]] = {}
    for module, level in graph.nodes.data("level"):
        levels.setdefault(level, []).append(module)
    boxes: list[box_graph.Box] = []
    box_of: dict[int, int] = {}
    for level, modules in box_graph.shared(levels):
        box_of |= dict.fromkeys(modules, len(boxes))
        one = len(modules) == 1
        number = f"module {modules[0]}" if one else f"{len(modules)} further modules"
        kinds = dict.fromkeys(kind for module in modules for kind in graph.nodes[module]["kinds"])
        lines = number, ", ".join(kinds), graph_files.sizes_line(graph, modules)
        boxes.append(box_graph.Box(level, lines, modules[0] if one else -1, not one))
    counts: dict[tuple[int, int], int] = {}
    for u, v, weight in graph.edges.data("weight"):
        ends = box_of[u], box_of[v]
        counts[ends] = counts.get(ends, 0) + weight
    return box_graph.plan(boxes, [box_graph.Edge(*ends, n) for ends, n in counts.items()])
