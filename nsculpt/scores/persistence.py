"""Since when what the last of several networks shows has been there."""

import dataclasses
from collections.abc import Sequence

import numpy as np

from nsculpt.analysis import result
from nsculpt.scores import consensus, structure


@dataclasses.dataclass(frozen=True)
class Since:
    """Since when, without a break, something of the last network has been there."""

    # "inputs", "outputs": one group; "input partition", "output partition", "module graph".
    what: str
    # Indices of the group, rising; empty for what is no group.
    members: tuple[int, ...]
    row: int  # of `rounds`, of the first step of them
    text: str  # to read: "inputs {x0 x1}", "partition of the inputs", "module graph"


def since(analyses: Sequence[result.Analysis | None], rows: Sequence[int]) -> tuple[Since, ...]:
    """Since when there has been what the last network shows, without a break.

    Of the inputs only those count that the last network uses. A group of them has been there as
    long as it was all that one module held of these inputs; outputs all count. The partition has
    been there as long as all of its groups have, and the module graph as long as it was isomorphic
    to the last one, chains contracted, with inputs and outputs matched.

    Args:
      analyses: of the networks of one pruning, in order; None where no path leads through one.
      rows: of `rounds`, of each of them.

    Returns:
      The groups of inputs, those of outputs, both partitions, and the module graph; nothing where
      no path leads through the last network.

    Source: DESIGN 5.5, for graphs that are the same.

    Example:
      >>> from nsculpt import analysis
      >>> joined = [[1, 1], [1, 1], [1, 1]], [[1, 1], [1, 1]]
      >>> apart = [[1, 0], [0, 1], [0, 1]], [[1, 0], [0, 1]]
      >>> found = since([analysis.analyze(joined), analysis.analyze(apart)], [0, 4])
      >>> [(each.text, each.row) for each in found[:2]]
      [('inputs {0}', 4), ('inputs {1 2}', 4)]
    """
    last = analyses[-1]
    if last is None:
        return ()
    steps = [each for each in analyses if each is not None]  # all, since paths do not come back
    used = last.live_units[0]
    outputs = frozenset(last.live_units[-1].tolist())
    labelled = frozenset(used.tolist()), outputs

    def first(holds: Sequence[bool]) -> int:
        breaks = [place for place, each in enumerate(holds) if not each]
        return rows[breaks[-1] + 1 if breaks else 0]

    found = []
    for layer, side, names in ((0, "input", last.input_names), (-1, "output", last.output_names)):
        kept = used if layer == 0 else last.live_units[-1]
        groups = consensus.partition(last, layer)
        parted = [frozenset(_partition(each, layer, kept)) for each in steps]
        for group in groups:
            shown = f"{side}s {consensus.partition_text((group,), names)}"
            row = first([group in each for each in parted])
            found.append(Since(f"{side}s", group, row, shown))
        row = max(each.row for each in found if each.what == f"{side}s")
        found.append(Since(f"{side} partition", (), row, f"partition of the {side}s"))
    found.sort(key=lambda each: not each.members)  # stable: groups first
    shape = structure.found_graph(last.hierarchy, labelled)
    is_same = [
        structure.isomorphic(structure.found_graph(each.hierarchy, labelled), shape)
        for each in steps
    ]
    return (*found, Since("module graph", (), first(is_same), "module graph"))


def _partition(analysis: result.Analysis, layer: int, kept: np.ndarray) -> list[tuple[int, ...]]:
    """How some of the live units of a layer, rising, are parted into modules."""
    labels = analysis.modules[layer][np.searchsorted(analysis.live_units[layer], kept)]
    members: dict[int, list[int]] = {}
    for label, unit in zip(labels.tolist(), kept.tolist(), strict=True):
        members.setdefault(label, []).append(unit)
    return [tuple(group) for group in members.values()]
