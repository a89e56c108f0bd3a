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
        # The modules of the nodes of the comparison that are matched; those of them that hold what
        # the truth wants them to; and the nodes that groups and sub-functions went into.
        self._modules: dict[difference_lib.TrueNode, tuple[int, ...]] = {}
        self._alike: set[difference_lib.TrueNode] = set()
        self._owners: dict[_Place, difference_lib.TrueNode] = {}
        if self.difference is not None and self.difference.structural_distance is not None:
            self._own(self.difference, truth.inputs_optional)

    def _own(self, difference: difference_lib.Difference, inputs_optional: bool) -> None:
        unused = {unit for group in difference.input_groups for unit in group.dead}
        for match in difference.matches:
            self._modules[match.true] = match.found.modules
            wanted = set(match.true.inputs) - (unused if inputs_optional else set())
            if wanted == set(match.found.inputs) and match.true.outputs == match.found.outputs:
                self._alike.add(match.true)
        of_group: dict[int, difference_lib.TrueNode] = {}
        of_function: dict[str, difference_lib.TrueNode] = {}
        of_output: dict[int, difference_lib.TrueNode] = {}
        for true in (*self._modules, *difference.missing):
            of_group |= dict.fromkeys(true.input_groups, true)
            of_function |= dict.fromkeys(map(str, true.functions), true)
            of_output |= dict.fromkeys(true.outputs, true)
        for place, node in self.graph.nodes.items():
            if node.kind == "inputs" and place[1] in of_group:
                self._owners[place] = of_group[place[1]]
            elif node.kind == "function" and node.name in of_function:
                self._owners[place] = of_function[node.name]
            elif node.kind == "outputs" and node.members[0] in of_output:
                self._owners[place] = of_output[node.members[0]]

    def said(self, place: tuple[int, int]) -> Said:
        """What stands in a box.

        Args:
          place: of a group, of a sub-function, or of what stands where no groups are known.
        """
        node = self.graph.nodes[place]
        if node.kind == "unlabelled":
            return Said(("not known",), "", None, -1)
        if node.kind == "function":
            return self._of_function(node.name, self._owners.get(place))
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

    def _of_function(self, name: str, owner: difference_lib.TrueNode | None) -> Said:
        if owner is None:
            return Said((name,), "", None, -1)
        modules = self._modules.get(owner, ())
        if not modules:
            return Said((name,), "missing", False, -1)
        called = f"module{'s' * (len(modules) > 1)} {text.listed([*map(str, modules)])}"
        if owner not in self._alike:
            return Said((name,), f"nearest: {called}", False, -1)
        return Said((name,), f"as {called}", True, modules[0])

    def is_missing(self, source: tuple[int, int], target: tuple[int, int]) -> bool:
        """Whether the network lacks a link of the truth.

        A link between what the truth wants in one module is there when that module holds it all.
        """
        if self.difference is None or not {source, target} <= self._owners.keys():
            return False
        ends = self._owners[source], self._owners[target]
        if ends[0] == ends[1]:
            return ends[0] not in self._alike
        return ends in self.difference.missing_edges

    def notes(self) -> list[str]:
        """What the network has beyond the truth, in a line or two; none where that is not known."""
        if self.difference is None or self.difference.structural_distance is None:
            return []
        groups = (*self.difference.input_groups, *self.difference.output_groups)
        shown = {group.modules[0] for group in groups if group.found}
        extra = [
            str(module)
            for node in self.difference.extra
            for module in node.modules
            if module not in shown
        ]
        edges = [f"{u}→{v}" for u, v in self.difference.extra_edges]
        lines = []
        if extra:
            noun = "module" if len(extra) == 1 else "modules"
            lines.append(f"Extra in the network: {noun} {text.listed(extra, noun='of them')}")
        if edges:
            lines.append(f"Extra edges between modules: {text.listed(edges, noun='edges')}")
        return lines or ["Nothing extra in the network."]
