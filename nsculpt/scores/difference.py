"""What a network shows of the structure that its task declares: what is missing, what is extra."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from nsculpt import errors, text
from nsculpt.analysis import result
from nsculpt.scores import comparison, labelled_groups, scoring
from nsculpt.scores import known as known_lib

# Longer lists are counted.
_MOST_LINES = 40


@dataclasses.dataclass(frozen=True)
class FoundNode:
    """A module, or a chain of modules that only pass on to one another."""

    # As numbered in `Analysis.hierarchy`, from the inputs up.
    modules: tuple[int, ...]
    # The labelled inputs and outputs that they hold.
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class TrueNode:
    """What the truth wants in one module: groups of inputs and sub-functions."""

    # Names as in `Truth.hierarchy`; positions in `Truth.input_groups`.
    functions: tuple[Any, ...]
    input_groups: tuple[int, ...]
    # The labelled inputs and outputs that it holds.
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclasses.dataclass(frozen=True)
class Match:
    """A found node and the true one that it is compared with."""

    found: FoundNode
    true: TrueNode


@dataclasses.dataclass(frozen=True)
class Difference:
    """How the modules of a network differ from the truth of its task.

    `str` gives a summary to read. The fields from `structural_distance` on come from one match of
    the module graph, chains contracted, with the true one; see `comparison.against_truth`.
    """

    # In the order of the truth; empty where it labels no input (output).
    input_groups: tuple[labelled_groups.Group, ...]
    output_groups: tuple[labelled_groups.Group, ...]
    # Names of all inputs and outputs, where the analysis has them.
    input_names: tuple[str, ...] | None
    output_names: tuple[str, ...] | None
    # Number of what the six fields from `missing` on list, which is the score
    # `module_structural_distance`; None where the truth has no hierarchy or labels nothing on one
    # side. All that follows is then empty.
    structural_distance: int | None = None
    # Matched nodes, by the lowest module.
    matches: tuple[Match, ...] = ()
    # True nodes without a found one, and the other way round.
    missing: tuple[TrueNode, ...] = ()
    extra: tuple[FoundNode, ...] = ()
    # True edges not found, from node to node; and edges of `Analysis.hierarchy`, from module to
    # module, that are not true.
    missing_edges: tuple[tuple[TrueNode, TrueNode], ...] = ()
    extra_edges: tuple[tuple[int, int], ...] = ()
    # Labelled inputs and outputs that are not in the match of their true node, dead ones included.
    misplaced_inputs: tuple[int, ...] = ()
    misplaced_outputs: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as lists, dictionaries, numbers and text, for JSON.

        Names of sub-functions that JSON does not know become text.

        Example:
          >>> from nsculpt import analysis
          >>> from nsculpt.tasks import task
          >>> truth = task.Truth(((0, 1),), ((0,),), None)
          >>> found = difference(analysis.analyze([[[1], [1]]]), truth).to_dict()
          >>> found["output_groups"][0]["modules"], found["structural_distance"]
          ([0], None)
        """
        return _plain(self)

    def __str__(self) -> str:
        names = {"inputs": self.input_names, "outputs": self.output_names}

        def listed(side: str, units: Sequence[int]) -> str:
            shown = text.named(units, names[side])
            held = text.listed(shown, separator=text.between(shown), noun="of them")
            return f"{side} {held}"

        def true_name(node: TrueNode) -> str:
            held = [listed(side, getattr(node, side)) for side in names if getattr(node, side)]
            return ", ".join([*map(text.printable, node.functions), *held])

        def found_name(node: FoundNode) -> str:
            held = [listed(side, getattr(node, side)) for side in names if getattr(node, side)]
            return ", ".join([_chain(node.modules), *held])

        lines = []
        for side, groups in (("inputs", self.input_groups), ("outputs", self.output_groups)):
            blocks = [
                f"{listed(side, group.members)}: {'' if group.found else 'not '}found"
                f" ({group.text})"
                for group in groups
            ]
            lines += _first(blocks, "groups") or [f"{side}: not known"]
        if self.structural_distance is None:
            lines.append("module graph: not known")
            return "\n".join(map(text.filled, lines))
        edits = text.counted(self.structural_distance, "edit")
        lines.append(f"module graph: {edits} from the true one")
        details = [f"missing: {true_name(node)}" for node in self.missing]
        details += [f"extra: {found_name(node)}" for node in self.extra]
        details += [
            f"missing edge: {true_name(u)} -> {true_name(v)}" for u, v in self.missing_edges
        ]
        details += [f"extra edge: module {u} -> module {v}" for u, v in self.extra_edges]
        for side, groups in (("inputs", self.input_groups), ("outputs", self.output_groups)):
            dead = {unit for group in groups for unit in group.dead}
            misplaced = getattr(self, f"misplaced_{side}")
            for word, units in (
                ("elsewhere", [unit for unit in misplaced if unit not in dead]),
                ("unused", [unit for unit in misplaced if unit in dead]),
            ):
                if units:
                    details.append(f"{word}: {listed(side, units)}")
        blocks = [*map(text.filled, lines)]
        blocks += [text.filled(detail, indent="  ") for detail in _first(details, "differences")]
        return "\n".join(blocks)


def difference(analysis: result.Analysis, truth: Any) -> Difference:
    """What of the declared structure a network shows, what is missing in it, and what is extra.

    Args:
      analysis: of a network as wide at its ends as the truth says.
      truth: a `Truth`, or a task that declares one; it may label only some inputs or outputs.

    Returns:
      The difference, as data for tables and drawings; `str` of it is a summary.

    Raises:
      InputError: where there is no truth, or it does not fit the network.

    Source: DESIGN 5.5; the distance is this package's own (`comparison.Comparison`).

    Example:
      >>> import networkx as nx
      >>> from nsculpt import analysis
      >>> from nsculpt.tasks import task
      >>> functions = nx.DiGraph()
      >>> functions.add_node("left", inputs=(0, 1), outputs=(0,))
      >>> functions.add_node("right", inputs=(2, 3), outputs=(1,))
      >>> truth = task.Truth(((0, 1), (2, 3)), ((0,), (1,)), functions)
      >>> one_unit = analysis.analyze([[[1]] * 4, [[1, 1]]])
      >>> print(difference(one_unit, truth))
      inputs 0 1: not found (within module 0)
      inputs 2 3: not found (within module 0)
      outputs 0: not found (within module 0)
      outputs 1: not found (within module 0)
      module graph: 4 edits from the true one
        missing: right, inputs 2 3, outputs 1
        elsewhere: inputs 2 3
        elsewhere: outputs 1
    """
    if not isinstance(analysis, result.Analysis):
        raise errors.InputError(
            f"analysis: expected what analyze returned; got {type(analysis).__name__}"
        )
    known = known_lib.truth_of(truth, analysis.input_names, analysis.output_names)
    if known is None:
        raise errors.InputError(
            "truth: expected a Truth, or a task that declares one; this one declares none"
        )
    scoring.check_truth(known, analysis.layer_sizes)
    live, modules = analysis.live_units, analysis.modules
    groups = Difference(
        input_groups=labelled_groups.compare(
            known.input_groups, live[0], modules[0], known.inputs_optional
        ),
        output_groups=labelled_groups.compare(known.output_groups, live[-1], modules[-1]),
        input_names=analysis.input_names,
        output_names=analysis.output_names,
    )
    compared = comparison.against_truth(analysis, known)
    if compared is None:
        return groups
    found = {node: _found_node(at) for node, at in compared.found.nodes.items()}
    true = {node: _true_node(at) for node, at in compared.true.nodes.items()}
    matches = [Match(found[node], true[other]) for node, other in compared.match.items()]
    return dataclasses.replace(
        groups,
        structural_distance=compared.distance,
        matches=tuple(sorted(matches, key=lambda match: match.found.modules)),
        missing=tuple(true[node] for node in compared.missing),
        extra=tuple(found[node] for node in compared.extra),
        missing_edges=tuple((true[u], true[v]) for u, v in compared.missing_edges),
        # A chain is left from its last module, and entered at its first.
        extra_edges=tuple(
            (found[u].modules[-1], found[v].modules[0]) for u, v in compared.extra_edges
        ),
        misplaced_inputs=compared.misplaced_inputs,
        misplaced_outputs=compared.misplaced_outputs,
    )


def _found_node(attributes: dict[str, Any]) -> FoundNode:
    return FoundNode(
        modules=attributes["members"],
        inputs=tuple(sorted(attributes["inputs"])),
        outputs=tuple(sorted(attributes["outputs"])),
    )


def _true_node(attributes: dict[str, Any]) -> TrueNode:
    of_kind: dict[str, list[Any]] = {"inputs": [], "function": []}
    for kind, member in attributes["members"]:
        of_kind[kind].append(member)
    return TrueNode(
        functions=tuple(of_kind["function"]),
        input_groups=tuple(of_kind["inputs"]),
        inputs=tuple(sorted(attributes["inputs"])),
        outputs=tuple(sorted(attributes["outputs"])),
    )


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {
            field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)
        }
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, np.integer):
        return int(value)
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _chain(modules: tuple[int, ...]) -> str:
    number = "module " if len(modules) == 1 else "modules "
    return number + " ".join(map(str, modules))


def _first(lines: list[str], noun: str) -> list[str]:
    left = len(lines) - _MOST_LINES
    return lines if left <= 0 else [*lines[:_MOST_LINES], f"and {left} further {noun}"]
