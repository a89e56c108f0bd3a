"""Which pixels of an image each module of a network sees, as counts."""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np

from nsculpt import errors, numeric, text
from nsculpt.analysis import connectivity, result


@dataclasses.dataclass(frozen=True, eq=False)
class Views:
    """What the modules of a network see of an image of R x C pixels.

    `counts[m]` says of each pixel, for a module that holds inputs, how many live edges leave the
    pixel, if it is one of the module's; for another module, how many of the module's units the
    pixel reaches by live edges. 0 for pixels that the module does not hold, or that do not reach
    it.
    """

    counts: np.ndarray  # [modules, R, C] int64
    # Pixels of other modules with an edge to one of the module's units, boolean [modules, R, C].
    # All False for modules that hold no inputs.
    foreign: np.ndarray
    modules: np.ndarray  # [R, C] int64: the module of each pixel, -1 for the dead
    titles: tuple[str, ...]  # two lines for each module
    # Modules by the number of live units that they hold, inputs included, largest first.
    by_size: tuple[int, ...]
    # Columns and rows before which one group of the truth ends and another begins.
    columns: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()


def views(
    analysis: result.Analysis, image_shape: Sequence[int], groups: Sequence[Sequence[int]] = ()
) -> Views:
    """What each module sees of an image whose pixels, row by row, are the inputs.

    Args:
      analysis: what `nsculpt.analyze` returned.
      image_shape: R rows and C columns; R x C inputs.
      groups: of inputs, such as a truth declares; lines are drawn where they part the image.

    Raises:
      InputError: the shape is no pair of whole numbers with as many pixels as there are inputs.

    Source: the modules of DESIGN 5.3; what is counted is this package's own choice.

    Example:
      Each of two pixels is read by a unit, and both of these, in one module, by the output:

      >>> from nsculpt import analysis
      >>> found = analysis.analyze([np.eye(2, dtype=bool), np.ones((2, 1), bool)])
      >>> seen = views(found, (1, 2), groups=[(0,), (1,)])
      >>> seen.counts.tolist(), seen.columns
      ([[[1, 0]], [[0, 1]], [[2, 2]]], (1,))
      >>> seen.titles[2]
      'module 2: output\\n3 units, reached from 2 pixels'
    """
    check_shape(image_shape, analysis.layer_sizes[0])
    shape = int(image_shape[0]), int(image_shape[1])
    graph, live = analysis.hierarchy, analysis.live_units
    num_modules, num_pixels = len(graph), analysis.layer_sizes[0]
    counts = np.zeros((num_modules, num_pixels), np.int64)
    foreign = np.zeros((num_modules, num_pixels), bool)
    edges = connectivity.between_live(live, analysis.edges)
    reaching_inputs = connectivity.inputs_reaching(edges)
    for labels, reaching in zip(analysis.modules[1:], reaching_inputs[1:], strict=True):
        for module in np.unique(labels).tolist():
            counts[module, live[0]] += reaching[labels == module].sum(axis=0)
    of_pixel = np.full(num_pixels, -1)
    of_pixel[live[0]] = analysis.modules[0]
    leaving = analysis.edges[0].sum(axis=1)
    above = np.full(analysis.layer_sizes[1], -1)
    above[live[1]] = analysis.modules[1]
    for module in np.unique(analysis.modules[0]).tolist():
        counts[module] = np.where(of_pixel == module, leaving, 0)
        reads = analysis.edges[0][:, above == module].any(axis=1)
        foreign[module] = reads & (of_pixel != module)
    sizes = [sum(map(len, graph.nodes[module]["units"].values())) for module in range(num_modules)]
    columns, rows = (_borders(groups, shape, axis) for axis in (1, 0))
    return Views(
        counts=counts.reshape(-1, *shape),
        foreign=foreign.reshape(-1, *shape),
        modules=of_pixel.reshape(shape),
        titles=tuple(
            _title(graph.nodes[module], module, int(foreign[module].sum()))
            for module in range(num_modules)
        ),
        by_size=tuple(sorted(range(num_modules), key=lambda module: -sizes[module])),
        columns=columns,
        rows=rows,
    )


def check_shape(image_shape: Any, num_inputs: int) -> None:
    """Refuses what is no shape of an image with so many pixels.

    Raises:
      InputError: with what was expected.

    Example:
      >>> check_shape((28, 28), 1568)
      Traceback (most recent call last):
      nsculpt.errors.InputError: image_shape: 28 x 28 is 784 pixels; expected 1568, one for each \
input
    """
    sides = tuple(image_shape) if isinstance(image_shape, tuple | list) else ()
    if len(sides) != 2 or not all(numeric.is_whole(side) and side > 0 for side in sides):
        raise errors.InputError(
            f"image_shape: expected two whole numbers, rows and columns; got {image_shape!r}"
        )
    if sides[0] * sides[1] != num_inputs:
        raise errors.InputError(
            f"image_shape: {sides[0]} x {sides[1]} is {sides[0] * sides[1]} pixels; expected "
            f"{num_inputs}, one for each input"
        )


def _borders(groups: Sequence[Sequence[int]], shape: tuple[int, int], axis: int) -> tuple[int, ...]:
    """Columns (axis 1) or rows (axis 0) at which groups begin, if no two share one."""
    places = np.divmod(np.arange(shape[0] * shape[1]), shape[1])[axis]
    taken = [places[list(group)] for group in groups if group]
    spans = sorted((each.min(), each.max()) for each in taken)
    if any(before[1] >= after[0] for before, after in itertools.pairwise(spans)):
        return ()
    return tuple(int(first) for first, _ in spans[1:])


def _title(node: dict[str, Any], module: int, num_foreign: int) -> str:
    pixels = len(node["units"].get(0, ()))
    units = text.counted(sum(len(u) for layer, u in node["units"].items() if layer), "unit")
    if not pixels:
        seen = text.counted(len(node["inputs_seen"]), "pixel")
        what = f"{units}, reached from {seen}"
    elif num_foreign:
        what = f"{text.counted(pixels, 'pixel')} (dots: {num_foreign} of others), {units}"
    else:
        what = f"{text.counted(pixels, 'pixel')}, {units}"
    return f"module {module}: {', '.join(node['kinds'])}\n{what}"
