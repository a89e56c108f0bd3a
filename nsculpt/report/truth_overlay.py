"""What is said of each part of a truth beside a network: found where, wrong why, missing."""

from collections.abc import Sequence
from typing import NamedTuple

from nsculpt import errors, text
from nsculpt.analysis import result
from nsculpt.report import truth_graph
from nsculpt.scores import difference as difference_lib
from nsculpt.tasks import task

_Place = tuple[int, int]  # column and unit of a node of the truth graph


class Said(NamedTuple):
    """What stands in the box of a group or a sub-function."""

    lines: tuple[str, ...]  # what it is
    status: str  # how the network has it; empty where that is not known
    is_found: bool | None  # None where that is not known
    module: int  # whose colour it has, -1: none


class Overlay:
    """A truth as a graph, and what a network has of it."""

    def __init__(
        self,
        truth: task.Truth,
        input_names: Sequence[str],
        output_names: Sequence[str],
        analysis: result.Analysis | None,
    ):
        """Compares a truth with a network.

        Args:
          truth: what the task declares.
          input_names, output_names: of all inputs and outputs, fit to be drawn.
          analysis: of the network to compare with, or None.

        Raises:
          InputError: fewer names than the truth has inputs or outputs, or a truth that does not fit
            the network.
        """
        self.graph = truth_graph.build(truth)
        self.difference = None
        if analysis is not None:
            self.difference = difference_lib.difference(analysis, truth)
        self._names = {"inputs": input_names, "outputs": output_names}
        for side, groups in (("inputs", truth.input_groups), ("outputs", truth.output_groups)):
            most = 1 + max((unit for group in groups for unit in group), default=-1)
            if len(self._names[side]) < most:
                raise errors.InputError(
                    f"{side[:-1]}_names: {len(self._names[side])} names; the truth has {most} "
                    f"{side}"
                )
        # The modules of the nodes of the comparison that are matched; and the nodes that groups of
        # inputs and sub-functions went into.
        self._modules: dict[difference_lib.TrueNode, tuple[int, ...]] = {}
        self._owners: dict[_Place, difference_lib.TrueNode] = {}
        if self.difference is not None and self.difference.structural_distance is not None:
            self._own(self.difference)

    def _own(self, difference: difference_lib.Difference) -> None:
        self._modules = {match.true: match.found.modules for match in difference.matches}
        of_group: dict[int, difference_lib.TrueNode] = {}
        of_function: dict[str, difference_lib.TrueNode] = {}
        for true in (*self._modules, *difference.missing):
            of_group |= dict.fromkeys(true.input_groups, true)
            of_function |= dict.fromkeys(map(str, true.functions), true)
        for place, node in self.graph.nodes.items():
            if node.kind == "inputs" and place[1] in of_group:
                self._owners[place] = of_group[place[1]]
            elif node.kind == "function" and node.name in of_function:
                self._owners[place] = of_function[node.name]

    def said(self, place: tuple[int, int]) -> Said:
        """What stands in a box.

        Args:
          place: of a group, of a sub-function, or of what stands where no groups are known.
        """
        node = self.graph.nodes[place]
        if node.kind == "unlabelled":
            return Said(("not known",), "", None, -1)
        if node.kind == "function":
            if place not in self._owners:
                return Said((node.name,), "", None, -1)
            modules = self._modules.get(self._owners[place], ())
            if not modules:
                return Said((node.name,), "missing", False, -1)
            noun = "module" if len(modules) == 1 else "modules"
            return Said(
                (node.name,), f"as {noun} {text.listed([*map(str, modules)])}", True, modules[0]
            )
        names = [self._names[node.kind][unit] for unit in node.members]
        if self.difference is None:
            return Said(tuple(truth_graph.in_words(names, node.kind, 0)), "", None, -1)
        is_input = node.kind == "inputs"
        groups = self.difference.input_groups if is_input else self.difference.output_groups
        group = groups[place[1]]
        return Said(
            tuple(truth_graph.in_words(names, node.kind, len(group.dead))),
            f"{'✓' if group.found else '✗'} {group.text}",
            group.found,
            group.modules[0] if group.found else -1,
        )

    def is_missing(self, source: tuple[int, int], target: tuple[int, int]) -> bool:
        """Whether the network lacks a link of the truth."""
        if self.difference is None or not {source, target} <= self._owners.keys():
            return False
        return (self._owners[source], self._owners[target]) in self.difference.missing_edges

    def notes(self) -> list[str]:
        """What the network has beyond the truth, in a line or two; none where that is not known."""
        if self.difference is None or self.difference.structural_distance is None:
            return []
        extra = [str(module) for node in self.difference.extra for module in node.modules]
        edges = [f"{u}→{v}" for u, v in self.difference.extra_edges]
        lines = []
        if extra:
            noun = "module" if len(extra) == 1 else "modules"
            lines.append(f"Extra in the network: {noun} {text.listed(extra, noun='of them')}")
        if edges:
            lines.append(f"Extra edges between modules: {text.listed(edges, noun='edges')}")
        return lines or ["Nothing extra in the network."]
