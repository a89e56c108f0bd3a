"""A network as plain data, from which a page draws it: places, lines, boxes, modules."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from nsculpt import text
from nsculpt.analysis import result
from nsculpt.exchange import graph_files
from nsculpt.report import bundles, layout, module_picture, pixel_views

# Hidden layers of more live units are folded, the second and third where there would be more lines
# than this: a page has hundreds of networks to hold.
_MOST_HIDDEN, _MOST_LINES = (bundles.MOST_UNITS, 24, 12), 600
# Letters of a name in a list of units; modules whose pixels are told.
_LONGEST, MOST_SEEN = 40, 11


def network(
    analysis: result.Analysis,
    input_names: Sequence[str],
    output_names: Sequence[str],
    image_shape: Sequence[int] | None = None,
    input_groups: Sequence[Sequence[int]] = (),
    with_graph: bool = False,
) -> dict[str, Any]:
    """What a page needs to draw a network, as JSON knows it; rows are rounded to two decimals.

    The fields:

    - `sizes`: units of each layer; `live`: how many of them are live; `folded`: whether the layer
      is drawn as bundles;
    - `height`: the lowest row, counted downwards from 0; `half_width`: of a box, in layers;
      `margin`: from the outermost unit of a box to its edge, in rows;
    - `places`: `[layer, row, module, count, unit]`; the column of a place is its layer; the module
      is -1 for a bundle of several; the unit is the first of those that the place stands for;
    - `dead`: `[unit, row]` of unused inputs, where there are at most 60 inputs and none are folded;
    - `edges`: for each weight layer `[from, to, count]`, where from and to are indices of `places`;
    - `boxes`: `[modules, [[layer, top, bottom], ...]]`, layers rising one by one;
    - `num_modules`, and `modules`, the first 40: `[number, kinds, sizes in words,
      {reader: edges}, [[layer, units in words], ...]]`;
    - `crossings`: pairs of lines that cross;
    - `ties`: what the order of units may have decided, a sentence; empty for nothing;
    - `pixels`: as from `pixels`, or null;
    - `graph`: the SVG of the module graph, or null.

    Args:
      analysis: what `nsculpt.analyze` returned.
      input_names: I names.
      output_names: O names.
      image_shape: rows and columns where the inputs are the pixels of an image.
      input_groups: of the truth; they are parted in the image.
      with_graph: whether to draw the module graph.

    Raises:
      InputError: an image shape of another number of pixels than there are inputs.

    Source: `bundles.fold` and `layout.layered` say what stands where.

    Example:
      >>> from nsculpt import analysis
      >>> shown = network(analysis.analyze([[[1], [1]]]), ["a", "b"], ["a or b"])
      >>> shown["places"], shown["edges"]
      ([[0, 0.0, 0, 1, 0], [0, 1.0, 0, 1, 1], [1, 0.5, 0, 1, 0]], [[[0, 2, 1], [1, 2, 1]]])
      >>> shown["boxes"], shown["modules"][0][4]
      ([[[0], [[0, -0.48, 1.48], [1, 0.02, 0.98]]]], [[0, 'a, b'], [1, 'a or b']])
    """
    seen = None if image_shape is None else pixels(analysis, image_shape, input_groups)
    folded = _folded(analysis, image_shape is not None)
    plan = layout.layered(folded)
    places = sorted(plan.units)
    number = {place: index for index, place in enumerate(places)}
    edges = []
    for layer, counts in enumerate(folded.counts):
        ends = np.argwhere(counts).tolist()
        edges.append([[number[layer, i], number[layer + 1, j], int(counts[i, j])] for i, j in ends])
    return {
        "sizes": list(analysis.layer_sizes),
        "live": [len(units) for units in analysis.live_units],
        "folded": list(folded.is_folded),
        "height": round(plan.height, 2),
        "half_width": layout.HALF_WIDTH,
        "margin": layout.MARGIN,
        "places": [_place(folded, place, plan.units[place][1]) for place in places],
        "dead": [[unit, round(row, 2)] for unit, (_, row) in plan.dead_inputs.items()],
        "edges": edges,
        "boxes": [
            [
                list(folded.strands[strand]),
                [[box.layer, round(box.top, 2), round(box.bottom, 2)] for box in boxes],
            ]
            for strand, boxes in plan.boxes.items()
        ],
        "num_modules": len(analysis.hierarchy),
        "modules": _modules(analysis, input_names, output_names),
        "crossings": plan.crossings,
        "ties": result.order_line(analysis),
        "pixels": seen,
        "graph": module_picture.svg(analysis.hierarchy) or None if with_graph else None,
    }


def pixels(
    analysis: result.Analysis,
    image_shape: Sequence[int],
    input_groups: Sequence[Sequence[int]] = (),
) -> dict[str, Any]:
    """Which pixels each module sees, as JSON knows it.

    An image is a list of value, length, value, length ...: row by row, each value holds for so many
    pixels. The fields:

    - `shape`: rows, columns; `rows`, `columns`: before which of them groups of the truth part;
    - `of`: image of the module of each pixel, -1 for dead ones;
    - `counts`: by module, of the 11 largest: image of counts, as in `pixel_views.Views`;
    - `foreign`: by module: pixels of other modules with an edge to it; left out where there are
      none;
    - `titles`: by module, two lines.

    Args:
      analysis: what `nsculpt.analyze` returned.
      image_shape: rows and columns.
      input_groups: of the truth.

    Raises:
      InputError: as from `pixel_views.check_shape`.

    Source: `pixel_views.views`.

    Example:
      >>> from nsculpt import analysis
      >>> seen = pixels(analysis.analyze([[[1], [1], [0], [1]]]), (2, 2))
      >>> seen["of"], seen["counts"]
      ([0, 2, -1, 1, 0, 1], {'0': [1, 2, 0, 1, 1, 1]})
    """
    seen = pixel_views.views(analysis, image_shape, input_groups)
    shown = sorted(seen.by_size[:MOST_SEEN])
    return {
        "shape": list(seen.modules.shape),
        "rows": list(seen.rows),
        "columns": list(seen.columns),
        "of": _runs(seen.modules),
        "counts": {str(module): _runs(seen.counts[module]) for module in shown},
        "foreign": {
            str(module): np.flatnonzero(seen.foreign[module]).tolist()
            for module in shown
            if seen.foreign[module].any()
        },
        "titles": {str(module): seen.titles[module] for module in shown},
    }


def _folded(analysis: result.Analysis, fold_inputs: bool) -> bundles.Folded:
    """Folded no further than the number of lines asks for."""
    for most_hidden in _MOST_HIDDEN:
        folded = bundles.fold(analysis, fold_inputs, most_hidden)
        if sum(int(alive.sum()) for alive in folded.edges) <= _MOST_LINES:
            break
    return folded


def _place(folded: bundles.Folded, place: tuple[int, int], row: float) -> list[Any]:
    bundle = folded.bundles[place]
    module = bundle.modules[0] if len(bundle.modules) == 1 else -1
    return [place[0], round(row, 2), module, len(bundle.units), bundle.units[0]]


def _modules(
    analysis: result.Analysis, input_names: Sequence[str], output_names: Sequence[str]
) -> list[list[Any]]:
    graph, last = analysis.hierarchy, len(analysis.layer_sizes) - 1
    names = {0: input_names, last: output_names}
    rows = []
    for module in itertools.islice(graph, result.MOST_MODULES):
        node = graph.nodes[module]
        size = graph_files.sizes_line(graph, [module])
        readers = {str(to): graph.edges[module, to]["weight"] for to in node["consumers"]}
        units = [[at, _in_words(held, names.get(at))] for at, held in node["units"].items()]
        rows.append([module, list(node["kinds"]), size, readers, units])
    return rows


def _in_words(units: Sequence[int], names: Sequence[str] | None) -> str:
    called = [text.shortened(name, _LONGEST) for name in text.named(units, names)]
    return text.listed(called)


def _runs(image: np.ndarray) -> list[int]:
    """Value, length, value, length ... of an image, row by row."""
    flat = image.ravel()
    begins = np.flatnonzero(np.r_[True, flat[1:] != flat[:-1]])
    lengths = np.diff(np.r_[begins, len(flat)])
    return np.stack([flat[begins], lengths], axis=1).ravel().tolist()
