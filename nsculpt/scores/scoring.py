"""Scores of an analysis against what its task declares about itself."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import networkx as nx
import numpy as np

from nsculpt import errors
from nsculpt.analysis import connectivity, result
from nsculpt.scores import comparison, partitions
from nsculpt.tasks import task

# What a score needs: labels of inputs, labels of outputs, or both and a hierarchy.
_OF_INPUTS = ("inputs_recovered", "level_input", "inputs_ari", "inputs_nmi")
_OF_OUTPUTS = (
    "outputs_recovered",
    "hidden_separable",
    "middle_separable",
    "level_output",
    "outputs_ari",
    "outputs_nmi",
)
_OF_EDGES = ("module_edge_precision", "module_edge_recall", "module_edge_f1")
_OF_HIERARCHY = (*_OF_EDGES, "module_structural_distance")


def score(analysis: result.Analysis, truth: task.Truth) -> dict[str, Any]:
    """Scores of one network.

    - `inputs_recovered`, `outputs_recovered`: the modules part the inputs (outputs) as the truth
      does. A dead input means not recovered, save where the truth calls its inputs optional and
      some of its group are live.
    - `live_inputs_share`: share of all inputs that are live.
    - `hidden_separable`: no live hidden unit reaches outputs of more than one output group.
    - `middle_separable`: in some hidden layer below the last, none does.
    - `structure_recovered`: the paper's success, by the truth's `success_rule`.
    - `level_input`, `level_single_intermediate`, `level_output`: the hierarchy figure's levels.
    - `inputs_ari`, `inputs_nmi`, `outputs_ari`, `outputs_nmi`: adjusted Rand index and normalised
      mutual information of modules and true groups, over live units.
    - `module_edge_precision`, `module_edge_recall`, `module_edge_f1`: see
      `comparison.Comparison`.
    - `module_structural_distance`: edits between the found and the true graph of modules, see
      `comparison.Comparison`; 0 where they are the same.

    Where the truth labels only some inputs or outputs, the others are left out of every comparison
    (for graphs, see `structure.found_graph`). What no label speaks of is None (see `unknown`), and
    `structure_recovered` then asks for the rest of its rule: for the partitions of the sides that
    have labels, and for all that the rule says of the network alone, such as the number of
    intermediate modules. The hierarchy rule's "one module of all outputs" is one of all labelled
    outputs, and of all outputs where none is labelled.

    Args:
      analysis: of a network as wide at its ends as the truth says.
      truth: of its task.

    Returns:
      The scores by name: booleans, floats, an integer (the distance) or None.

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
    live_inputs = analysis.live_units[0]
    output_truth = _labels(truth.output_groups, analysis.layer_sizes[-1])
    separable = _separable_layers(analysis, output_truth)
    scores: dict[str, Any] = {
        "inputs_recovered": None,
        "outputs_recovered": None,
        "live_inputs_share": len(live_inputs) / analysis.layer_sizes[0],
        "hidden_separable": all(separable),
        "middle_separable": any(separable[:-1]),
        "structure_recovered": None,
        "level_input": None,
        "level_single_intermediate": _num_intermediate(analysis) == 1
        or _outputs_are_one(analysis, truth),
        "level_output": None,
    }
    for name, level, layer, groups, optional in (
        ("inputs", "level_input", 0, truth.input_groups, truth.inputs_optional),
        ("outputs", "level_output", -1, truth.output_groups, False),
    ):
        true_labels = _labels(groups, analysis.layer_sizes[layer])[analysis.live_units[layer]]
        labelled = true_labels >= 0
        labels, true_labels = analysis.modules[layer][labelled], true_labels[labelled]
        all_live = len(labels) == sum(map(len, groups))
        none_missing = len(groups) > 0 and len(np.unique(true_labels)) == len(groups)
        recovered = none_missing and (all_live or optional)
        scores[f"{name}_recovered"] = recovered and partitions.equal(labels, true_labels)
        scores[level] = scores[f"{name}_recovered"]
        ari = partitions.adjusted_rand_index(labels, true_labels) if len(labels) else None
        nmi = partitions.normalized_mutual_information(labels, true_labels) if len(labels) else None
        scores[f"{name}_ari"], scores[f"{name}_nmi"] = ari, nmi
    compared = comparison.against_truth(analysis, truth)
    agreement = None if compared is None else compared.edge_agreement
    for name in _OF_EDGES:
        part = name.removeprefix("module_edge_")
        scores[name] = None if agreement is None else getattr(agreement, part)
    scores["module_structural_distance"] = None if compared is None else compared.distance
    scores.update(dict.fromkeys(unknown(truth)))
    scores["structure_recovered"] = _SUCCESS_RULES[truth.success_rule](analysis, truth, scores)
    return scores


def unknown(truth: task.Truth) -> frozenset[str]:
    """Names of the scores that a truth says nothing of: None whatever the network.

    Args:
      truth: of a task.

    Example:
      >>> sorted(unknown(task.Truth(((0,),), (), None)))[:2]
      ['hidden_separable', 'level_output']
    """
    names: set[str] = set()
    if not truth.input_groups:
        names.update(_OF_INPUTS)
    if not truth.output_groups:
        names.update(_OF_OUTPUTS)
    if truth.hierarchy is None or names:
        names.update(_OF_HIERARCHY)
    return frozenset(names)


def check_truth(truth: task.Truth, layer_sizes: tuple[int, ...]) -> None:
    """Raises InputError where a truth does not fit a network of these layer sizes.

    Example:
      >>> check_truth(task.Truth(((0, 2),), ((0,),), None), (2, 1))
      Traceback (most recent call last):
      nsculpt.errors.InputError: truth.input_groups: expected groups of indices of the 2 inputs, \
none empty and no index twice; got ((0, 2),)
    """
    for name, groups, size in (
        ("input", truth.input_groups, layer_sizes[0]),
        ("output", truth.output_groups, layer_sizes[-1]),
    ):
        if not _are_groups(groups, size):
            raise errors.InputError(
                f"truth.{name}_groups: expected groups of indices of the {size} {name}s, none "
                f"empty and no index twice; got {_shown(groups)}"
            )
    if not truth.input_groups and not truth.output_groups:
        raise errors.InputError(
            "truth: expected input_groups, output_groups or both to label something; both are empty"
        )
    if truth.hierarchy is not None:
        _check_functions(truth.hierarchy, layer_sizes)
    if truth.success_rule not in list(_SUCCESS_RULES):  # a list takes what cannot be hashed
        raise errors.InputError(
            f"truth.success_rule: expected one of {', '.join(sorted(_SUCCESS_RULES))}; "
            f"got {truth.success_rule!r}"
        )


def _are_groups(groups: Any, size: int) -> bool:
    # What can be read but once, such as a generator, would be empty the next time.
    if not isinstance(groups, Collection) or not all(isinstance(g, Collection) for g in groups):
        return False
    held = [index for group in groups for index in group]
    return all(map(len, groups)) and _are_indices(held, size) and len(held) == len(set(held))


def _are_indices(values: Any, size: int) -> bool:
    """Whether all are whole numbers from 0 to size - 1; booleans are none."""
    return all(
        isinstance(value, int | np.integer) and not isinstance(value, bool) and 0 <= value < size
        for value in values
    )


def _shown(value: Any) -> str:
    text = repr(value)
    return text if text.isprintable() and len(text) <= 200 else f"{type(value).__name__}"


def _check_functions(functions: nx.DiGraph, layer_sizes: tuple[int, ...]) -> None:
    if not isinstance(functions, nx.DiGraph) or functions.is_multigraph():
        raise errors.InputError(
            f"truth.hierarchy: expected a networkx DiGraph, got {type(functions).__name__}"
        )
    if not nx.is_directed_acyclic_graph(functions):
        raise errors.InputError("truth.hierarchy: expected no cycle of sub-functions")
    for name, node in functions.nodes.items():
        for side, size in (("inputs", layer_sizes[0]), ("outputs", layer_sizes[-1])):
            held = node.get(side)
            if not isinstance(held, Collection) or not _are_indices(held, size):
                raise errors.InputError(
                    f"truth.hierarchy: expected sub-function {name!r} to have {side!r}, indices "
                    f"below {size}; got {_shown(held)}"
                )


def _labels(groups: Sequence[Sequence[int]], size: int) -> np.ndarray:
    """Position of the group of each unit, -1 where none is known: `[size]`."""
    labels = np.full(size, -1)
    for label, members in enumerate(groups):
        labels[list(members)] = label
    return labels


def _separable_layers(analysis: result.Analysis, output_groups: np.ndarray) -> list[bool]:
    """For each hidden layer, whether each live unit reaches one output group at most."""
    reached = connectivity.outputs_reached(analysis.edges)
    one_hot = output_groups[:, None] == np.unique(output_groups[output_groups >= 0])
    return [
        bool((connectivity.composed(reached[layer][units], one_hot).sum(axis=1) <= 1).all())
        for layer, units in enumerate(analysis.live_units)
        if 0 < layer < len(analysis.live_units) - 1
    ]


def _num_intermediate(analysis: result.Analysis) -> int:
    return sum("intermediate" in kinds for _, kinds in analysis.hierarchy.nodes.data("kinds"))


def _outputs_are_one(analysis: result.Analysis, truth: task.Truth) -> bool:
    labelled = [index for group in truth.output_groups for index in group]
    # Outputs are live all, so that a module stands at the index of its output.
    modules = analysis.modules[-1][labelled] if labelled else analysis.modules[-1]
    return len(np.unique(modules)) == 1


def _partition_rule(analysis: result.Analysis, truth: task.Truth, scores: dict[str, Any]) -> bool:
    """Inputs and outputs are recovered, as far as labels are known."""
    del analysis, truth
    return scores["inputs_recovered"] is not False and scores["outputs_recovered"] is not False


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
    above = _outputs_are_one(analysis, truth) and _num_intermediate(analysis) == 0
    return scores["inputs_recovered"] is not False and above


def _general_rule(analysis: result.Analysis, truth: task.Truth, scores: dict[str, Any]) -> bool:
    """The module graph is the truth's, chains contracted, with inputs and outputs matched.

    The partitions have to be recovered too, since a chain may unite two modules that hold inputs;
    they are all that can be asked for where the truth has groups but no hierarchy.
    """
    return _partition_rule(analysis, truth, scores) and not scores["module_structural_distance"]


_Rule = Callable[[result.Analysis, task.Truth, dict[str, Any]], bool]
_SUCCESS_RULES: dict[str, _Rule] = {
    "general": _general_rule,
    "hierarchy": _hierarchy_rule,
    "partition": _partition_rule,
    "reuse": _reuse_rule,
}
