"""Scores of an analysis against what its task declares about itself."""

from collections.abc import Callable
from typing import Any

import networkx as nx
import numpy as np

from nsculpt import errors
from nsculpt.analysis import connectivity, partitions, result, structure
from nsculpt.tasks import task


def score(analysis: result.Analysis, truth: task.Truth) -> dict[str, Any]:
    """Scores of one network.

    - `inputs_recovered`, `outputs_recovered`: the modules part the inputs (outputs) as the truth
      does. A dead input means not recovered, save where the truth calls its inputs optional.
    - `live_inputs_share`: share of the inputs that are live.
    - `hidden_separable`: every live hidden unit reaches the outputs of exactly one output group.
    - `middle_separable`: the live units of some hidden layer below the last all do.
    - `structure_recovered`: the paper's success, by the truth's `success_rule`.
    - `level_input`, `level_single_intermediate`, `level_output`: the hierarchy figure's levels.
    - `inputs_ari`, `inputs_nmi`, `outputs_ari`, `outputs_nmi`: adjusted Rand index and normalised
      mutual information of modules and true groups, over live units.
    - `module_edge_precision`, `module_edge_recall`, `module_edge_f1`: see
      `structure.edge_agreement`; None where the truth has no hierarchy.

    Args:
      analysis: of a network as wide at its ends as the truth says.
      truth: of its task.

    Returns:
      The scores by name: booleans, floats or None.

    Raises:
      InputError: where the truth's groups do not fit the network, or its rule is not known.

    Source: DESIGN 5.5.

    Example:
      >>> from nsculpt import analysis
      >>> truth = task.Truth(((0, 1), (2, 3)), ((0,), (1,)), None, success_rule="partition")
      >>> network = analysis.analyze([[[1, 0], [1, 0], [0, 1], [0, 1]]])
      >>> score(network, truth)["structure_recovered"]
      True
    """
    check_truth(truth, analysis.layer_sizes)
    live_inputs, outputs = analysis.live_units[0], analysis.live_units[-1]
    input_truth = _labels(truth.input_groups, analysis.layer_sizes[0])
    output_truth = _labels(truth.output_groups, analysis.layer_sizes[-1])
    all_live = len(live_inputs) == analysis.layer_sizes[0]
    inputs_alike = _same_partition(analysis.modules[0], input_truth[live_inputs])
    separable = _separable_layers(analysis, output_truth)
    scores: dict[str, Any] = {
        "inputs_recovered": inputs_alike and (all_live or truth.inputs_optional),
        "outputs_recovered": _same_partition(analysis.modules[-1], output_truth),
        "live_inputs_share": len(live_inputs) / analysis.layer_sizes[0],
        "hidden_separable": all(separable),
        "middle_separable": any(separable[:-1]),
    }
    rule = _SUCCESS_RULES[truth.success_rule]
    scores["structure_recovered"] = rule(analysis, truth, scores)
    scores["level_input"] = scores["inputs_recovered"]
    one_above = _num_intermediate(analysis) == 1 or _outputs_are_one(analysis)
    scores["level_single_intermediate"] = one_above
    scores["level_output"] = scores["outputs_recovered"]
    for name, labels, true_labels in (
        ("inputs", analysis.modules[0], input_truth[live_inputs]),
        ("outputs", analysis.modules[-1], output_truth[outputs]),
    ):
        scores[f"{name}_ari"] = partitions.adjusted_rand_index(labels, true_labels)
        scores[f"{name}_nmi"] = partitions.normalized_mutual_information(labels, true_labels)
    true_graph = structure.truth_graph(truth, live_inputs.tolist())
    agreement = (
        None
        if true_graph is None
        else structure.edge_agreement(structure.found_graph(analysis.hierarchy), true_graph)
    )
    for name in ("precision", "recall", "f1"):
        scores[f"module_edge_{name}"] = None if agreement is None else getattr(agreement, name)
    return scores


def check_truth(truth: task.Truth, layer_sizes: tuple[int, ...]) -> None:
    """Raises InputError where a truth does not fit a network of these layer sizes.

    Example:
      >>> check_truth(task.Truth(((0,),), ((0,),), None), (2, 1))
      Traceback (most recent call last):
      nsculpt.errors.InputError: truth.input_groups: expected each of the 2 inputs in exactly one \
group; got [0]
    """
    for name, groups, size in (
        ("input", truth.input_groups, layer_sizes[0]),
        ("output", truth.output_groups, layer_sizes[-1]),
    ):
        held = sorted(index for group in groups for index in group)
        if held != list(range(size)):
            raise errors.InputError(
                f"truth.{name}_groups: expected each of the {size} {name}s in exactly one group; "
                f"got {held}"
            )
    if truth.hierarchy is not None:
        _check_functions(truth.hierarchy, layer_sizes)
    if truth.success_rule not in _SUCCESS_RULES:
        raise errors.InputError(
            f"truth.success_rule: expected one of {', '.join(sorted(_SUCCESS_RULES))}; "
            f"got {truth.success_rule!r}"
        )


def _check_functions(functions: nx.DiGraph, layer_sizes: tuple[int, ...]) -> None:
    if not nx.is_directed_acyclic_graph(functions):
        raise errors.InputError("truth.hierarchy: expected no cycle of sub-functions")
    for name, node in functions.nodes.items():
        for side, size in (("inputs", layer_sizes[0]), ("outputs", layer_sizes[-1])):
            if side not in node or not set(node[side]) <= set(range(size)):
                raise errors.InputError(
                    f"truth.hierarchy: expected sub-function {name!r} to have {side!r}, indices "
                    f"below {size}; got {node.get(side)}"
                )


def _labels(groups: tuple[tuple[int, ...], ...], size: int) -> np.ndarray:
    labels = np.empty(size, np.int64)
    for label, members in enumerate(groups):
        labels[list(members)] = label
    return labels


def _same_partition(first: np.ndarray, second: np.ndarray) -> bool:
    units = np.arange(len(first))
    return partitions.groups(first, units) == partitions.groups(second, units)


def _separable_layers(analysis: result.Analysis, output_groups: np.ndarray) -> list[bool]:
    """For each hidden layer, whether all its live units reach one output group each."""
    reached = connectivity.outputs_reached(analysis.edges)
    one_hot = output_groups[:, None] == np.unique(output_groups)
    return [
        bool((connectivity.composed(reached[layer][units], one_hot).sum(axis=1) == 1).all())
        for layer, units in enumerate(analysis.live_units)
        if 0 < layer < len(analysis.live_units) - 1
    ]


def _num_intermediate(analysis: result.Analysis) -> int:
    return sum("intermediate" in kinds for _, kinds in analysis.hierarchy.nodes.data("kinds"))


def _outputs_are_one(analysis: result.Analysis) -> bool:
    return len(np.unique(analysis.modules[-1])) == 1


def _partition_rule(analysis: result.Analysis, truth: task.Truth, scores: dict[str, Any]) -> bool:
    """Inputs and outputs are recovered."""
    del analysis, truth
    return scores["inputs_recovered"] and scores["outputs_recovered"]


def _reuse_rule(analysis: result.Analysis, truth: task.Truth, scores: dict[str, Any]) -> bool:
    """As for partitions, and the whole first hidden layer is in the inputs' modules."""
    return _partition_rule(analysis, truth, scores) and bool(
        np.isin(analysis.modules[1], analysis.modules[0]).all()
    )


def _hierarchy_rule(analysis: result.Analysis, truth: task.Truth, scores: dict[str, Any]) -> bool:
    """Inputs are recovered, and above them what the depth leaves room for.

    That is, with 3 or more hidden layers, one intermediate module and the outputs; with fewer, no
    intermediate module and one module of all outputs.
    """
    num_hidden = len(analysis.layer_sizes) - 2
    if num_hidden >= 3:
        return _partition_rule(analysis, truth, scores) and _num_intermediate(analysis) == 1
    above = _outputs_are_one(analysis) and _num_intermediate(analysis) == 0
    return scores["inputs_recovered"] and above


def _general_rule(analysis: result.Analysis, truth: task.Truth, scores: dict[str, Any]) -> bool:
    """The module graph is the truth's, chains contracted, with inputs and outputs matched.

    The partitions have to be recovered too, since a chain may unite two modules that hold inputs;
    they are all that can be asked for where the truth has groups but no hierarchy.
    """
    if not _partition_rule(analysis, truth, scores):
        return False
    true_graph = structure.truth_graph(truth, analysis.live_units[0].tolist())
    return true_graph is None or structure.isomorphic(
        structure.found_graph(analysis.hierarchy), true_graph
    )


_Rule = Callable[[result.Analysis, task.Truth, dict[str, Any]], bool]
_SUCCESS_RULES: dict[str, _Rule] = {
    "general": _general_rule,
    "hierarchy": _hierarchy_rule,
    "partition": _partition_rule,
    "reuse": _reuse_rule,
}
