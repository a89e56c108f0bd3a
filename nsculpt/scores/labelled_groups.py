"""True groups of inputs or outputs, and where a network has them."""

import dataclasses
from collections.abc import Sequence

import numpy as np


@dataclasses.dataclass(frozen=True)
class Group:
    """A true group of inputs (outputs), and where the network has it."""

    # Indices, as the truth lists them.
    members: tuple[int, ...]
    # Whether the group is all that one module holds of the labelled inputs (outputs). A dead member
    # is a miss, save where the truth calls its inputs optional and another is live.
    found: bool
    # Modules that hold members, rising.
    modules: tuple[int, ...]
    # Members that no path from an input to an output uses.
    dead: tuple[int, ...]
    # Positions, in the truth, of the other groups of which these modules hold units.
    merged_with: tuple[int, ...]
    # Where the group is found, or the first reason why it is not, such as "split: modules 1, 2".
    text: str


def compare(
    groups: Sequence[Sequence[int]], live: np.ndarray, modules: np.ndarray, optional: bool = False
) -> tuple[Group, ...]:
    """Whether each true group of inputs (outputs) is all that one module holds of them.

    Args:
      groups: indices; no index twice. Inputs (outputs) in no group do not count.
      live: indices of the live units of the layer.
      modules: the module of each of them.
      optional: whether dead members are no fault.

    Returns:
      A `Group` for each group.

    Source: DESIGN 5.5, equality of partitions, taken group by group.

    Example:
      >>> first, second = compare(((0,), (1, 2)), np.arange(3), np.array([4, 4, 5]))
      >>> first.found, first.text, second.text
      (False, 'within module 4', 'split: modules 4, 5')
    """
    module_of = dict(zip(live.tolist(), modules.tolist(), strict=True))
    present: dict[int, set[int]] = {}
    for position, members in enumerate(groups):
        for unit in members:
            if unit in module_of:
                present.setdefault(module_of[unit], set()).add(position)
    compared = []
    for position, members in enumerate(groups):
        dead = tuple(int(unit) for unit in members if unit not in module_of)
        holders = tuple(sorted({module_of[unit] for unit in members if unit in module_of}))
        others = set().union(*(present[module] for module in holders)) - {position}
        listed = ", ".join(map(str, holders))
        split = f"modules {listed}" if len(holders) < 5 else f"{len(holders)} modules"
        reasons = {
            "unused": not holders,
            f"{len(dead)} of {len(members)} unused": dead and not optional,
            f"split: {split}": len(holders) > 1,
            f"within module {listed}": others,
        }
        reason = next((text for text, applies in reasons.items() if applies), None)
        compared.append(
            Group(
                members=tuple(map(int, members)),
                found=reason is None,
                modules=holders,
                dead=dead,
                merged_with=tuple(sorted(others)),
                text=reason or f"module {listed}",
            )
        )
    return tuple(compared)
