"""The module graph of a network against the one that its task declares."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import networkx as nx

from nsculpt.analysis import result
from nsculpt.scores import matching, structure
from nsculpt.tasks import task


@dataclasses.dataclass(frozen=True)
class EdgeAgreement:
    """How far the edges of a found graph are those of the true one; each in [0, 1]."""

    # Share of the found edges that are true.
    precision: float
    # Share of the true edges that are found.
    recall: float
    # Harmonic mean of the two.
    f1: float


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """A found and a true graph, their nodes matched one to one, and all that does not agree.

    Edits that turn the found graph into the true one are: add or remove a node, add or remove an
    edge, put an input (output) into another node, or into one at all, or take it out. `distance`
    counts those that this match asks for, each once. No match needs fewer than the graph edit
    distance of such edits, so it is at least that; it is 0 where the graphs are isomorphic, with
    equal inputs and outputs, and there alone.
    """

    found: nx.DiGraph
    true: nx.DiGraph
    # Found node -> true node; as many as the smaller graph has.
    match: Mapping[Any, Any]
    # Nodes without a match, in the order of their graphs.
    extra: tuple[Any, ...]
    missing: tuple[Any, ...]
    # Found edges whose ends are not matched to the ends of a true edge; and the other way round.
    extra_edges: tuple[tuple[Any, Any], ...]
    missing_edges: tuple[tuple[Any, Any], ...]
    # Indices whose found node is not the match of their true one, those included that have but one.
    misplaced_inputs: tuple[int, ...]
    misplaced_outputs: tuple[int, ...]

    @property
    def distance(self) -> int:
        """Number of edits between the graphs."""
        edits = (
            self.extra, self.missing, self.extra_edges, self.missing_edges,
            self.misplaced_inputs, self.misplaced_outputs,
        )  # fmt: skip
        return sum(map(len, edits))

    @property
    def edge_agreement(self) -> EdgeAgreement:
        """Share of right edges among the found and the true.

        A found edge is right when its ends are matched to the ends of a true edge. With no edges at
        all on one side, the figures are 1 if the other has none, else 0.
        """
        num_found, num_true = self.found.number_of_edges(), self.true.number_of_edges()
        if 0 in (num_found, num_true):
            value = float(num_found == num_true)
            return EdgeAgreement(value, value, value)
        right = num_found - len(self.extra_edges)
        return EdgeAgreement(
            right / num_found, right / num_true, 2 * right / (num_found + num_true)
        )


def compare(found: nx.DiGraph, true: nx.DiGraph) -> Comparison:
    """Matches the nodes of two graphs and says where they differ.

    Args:
      found: acyclic, as from `structure.found_graph`.
      true: acyclic, as from `structure.truth_graph`.

    Returns:
      The comparison; what it counts depends on no numbers or order of nodes (see `matching.match`).
      Where several matches are equally good, which indices the inputs and outputs have decides.

    Source: DESIGN 5.5; this package's own definition of the distance, which 5.5 leaves open.

    Example:
      >>> import numpy as np
      >>> from nsculpt.analysis import hierarchy
      >>> labels = [np.array([0]), np.array([1, 2])]
      >>> units = [np.arange(1), np.arange(2)]
      >>> modules = hierarchy.module_graph([np.ones((1, 2), bool)], units, labels)
      >>> found = structure.found_graph(modules)
      >>> one_edge_less = found.copy()
      >>> one_edge_less.remove_edge(0, 2)
      >>> comparison = compare(found, one_edge_less)
      >>> comparison.extra_edges, comparison.distance
      (((0, 2),), 1)
    """
    match = matching.match(found, true)
    of_true = {true_node: node for node, true_node in match.items()}
    return Comparison(
        found=found,
        true=true,
        match=match,
        extra=tuple(node for node in found if node not in match),
        missing=tuple(node for node in true if node not in of_true),
        extra_edges=tuple(
            (u, v) for u, v in found.edges if not true.has_edge(match.get(u), match.get(v))
        ),
        missing_edges=tuple(
            (u, v) for u, v in true.edges if not found.has_edge(of_true.get(u), of_true.get(v))
        ),
        misplaced_inputs=_misplaced(found, true, match, "inputs"),
        misplaced_outputs=_misplaced(found, true, match, "outputs"),
    )


def _misplaced(
    found: nx.DiGraph, true: nx.DiGraph, match: Mapping[Any, Any], side: str
) -> tuple[int, ...]:
    # A found node without a match stands for None, which is no node.
    held = {(match.get(node), index) for node, at in found.nodes.items() for index in at[side]}
    declared = {(node, index) for node, at in true.nodes.items() for index in at[side]}
    return tuple(sorted({index for _, index in held ^ declared}))


def against_truth(analysis: result.Analysis, truth: task.Truth) -> Comparison | None:
    """The module graph of a network compared with the one that its task declares.

    Where only some inputs and outputs are labelled, only what concerns them is compared; see
    `structure.found_graph`.

    Args:
      analysis: of a network as wide at its ends as the truth says.
      truth: fits the network (`scoring.check_truth`).

    Returns:
      The comparison; None where the truth has no hierarchy, or no label at all on one side: then it
      does not say what there is to find at that end.

    Source: DESIGN 5.5.

    Example:
      >>> from nsculpt import analysis
      >>> functions = nx.DiGraph()
      >>> functions.add_node("f", inputs=(0, 1), outputs=(0,))
      >>> truth = task.Truth(((0, 1),), ((0,),), functions)
      >>> against_truth(analysis.analyze([[[1], [1]]]), truth).distance
      0
    """
    if truth.hierarchy is None or not truth.input_groups or not truth.output_groups:
        return None
    inputs, outputs = (
        frozenset(index for group in groups for index in group)
        for groups in (truth.input_groups, truth.output_groups)
    )
    num_ends = analysis.layer_sizes[0] + analysis.layer_sizes[-1]
    labelled = None if len(inputs) + len(outputs) == num_ends else (inputs, outputs)
    true = structure.truth_graph(truth, analysis.live_units[0].tolist(), labelled)
    assert true is not None
    return compare(structure.found_graph(analysis.hierarchy, labelled), true)
