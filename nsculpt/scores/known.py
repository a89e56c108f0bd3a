"""The truth that an argument brings, in the order of a network's inputs and outputs."""

from collections.abc import Iterable, Sequence
from typing import Any

import networkx as nx

from nsculpt import errors
from nsculpt.tasks import task

_Names = Sequence[str] | None


def truth_of(
    truth: Any, input_names: _Names = None, output_names: _Names = None
) -> task.Truth | None:
    """The truth that an argument brings: a `Truth`, a task that declares one or none, or None.

    Where the network and the task call their inputs (outputs) by the same names in another order,
    the truth is brought into the network's order. Where they have no name in common, or one of them
    has no names, the first of the one is the first of the other.

    Args:
      truth: as said.
      input_names, output_names: of the network.

    Raises:
      InputError: for anything else, or names of which only some are the same.

    Example:
      >>> truth_of(task.Truth(((0,),), ((0,),), None)).input_groups
      ((0,),)
    """
    if truth is None:
        return None
    known = truth if isinstance(truth, task.Truth) else getattr(truth, "truth", truth)
    if known is None:
        return None
    if not isinstance(known, task.Truth):
        raise errors.InputError(
            f"truth: expected a Truth, or a task that declares one; got {type(truth).__name__}"
        )
    orders = []
    for side, ours in (("input", input_names), ("output", output_names)):
        theirs = getattr(truth, f"{side}_names", None)
        orders.append(_order(side, theirs, ours))
    if orders == [None, None]:
        return known
    return _moved(known, *orders)


def _order(side: str, theirs: _Names, ours: _Names) -> dict[int, int] | None:
    """For each place among their names, that among ours; None to leave all in place."""
    if theirs is None or ours is None or tuple(theirs) == tuple(ours):
        return None
    strangers = [name for name in theirs if name not in set(ours)]
    if len(strangers) == len(theirs):
        return None
    if strangers or len(theirs) != len(ours):
        named = repr(strangers[0]) if strangers else f"{len(theirs)} of {len(ours)}"
        raise errors.InputError(
            f"truth: its {side} names are the network's in part only ({named}); expected the same "
            "names, in any order, or no name in common"
        )
    return {place: ours.index(name) for place, name in enumerate(theirs)}


def _moved(
    known: task.Truth, inputs: dict[int, int] | None, outputs: dict[int, int] | None
) -> task.Truth:
    def moved(indices: Iterable[int], order: dict[int, int] | None) -> tuple[int, ...]:
        return tuple(indices) if order is None else tuple(sorted(order[i] for i in indices))

    functions = known.hierarchy
    if functions is not None:
        functions = nx.DiGraph(functions)
        for node in functions.nodes.values():
            node["inputs"] = moved(node["inputs"], inputs)
            node["outputs"] = moved(node["outputs"], outputs)
    return task.Truth(
        tuple(moved(group, inputs) for group in known.input_groups),
        tuple(moved(group, outputs) for group in known.output_groups),
        functions,
        known.success_rule,
        known.inputs_optional,
    )
