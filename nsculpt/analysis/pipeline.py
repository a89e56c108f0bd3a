"""From masks to modules, hierarchy and scores, in one call."""

import dataclasses
import numbers
from typing import Any

from nsculpt import errors
from nsculpt.analysis import clustering, connectivity, hierarchy, modules, result, scoring
from nsculpt.tasks import task


def analyze(
    masks: Any,
    path_length: int | None = None,
    merge_threshold: float = 0.9,
    modularity_threshold: float = 0.2,
    truth: Any = None,
) -> result.Analysis:
    """Finds the modules of a sparse layered network, and their hierarchy.

    Args:
      masks: one 2-D array `[fan_in, fan_out]` of 0/1 or booleans (True = alive) for each weight
        layer, from the inputs up.
      path_length: longest path, in edges, by which units of a layer are compared; at least 1, by
        default the number of weight layers.
      merge_threshold: in [0, 1]; the share of edges above which a cluster joins a module below.
      modularity_threshold: in [0, 1]; see `clustering.cluster`.
      truth: what the task declares about itself, for the scores: a `Truth`, or a task.

    Returns:
      The analysis; `scores` is None where there is no truth.

    Raises:
      InputError: for masks that are no layered network, a network without any path from an input to
        an output, arguments out of range, or a truth that does not fit.

    Source: DESIGN 5.

    Example:
      Two pairs of inputs, each read by one hidden unit and one output:

      >>> import numpy as np
      >>> analysis = analyze([np.repeat(np.eye(2), 2, axis=0), np.eye(2)])
      >>> [labels.tolist() for labels in analysis.modules]
      [[0, 0, 1, 1], [0, 1], [0, 1]]
      >>> print(analysis)
      4-2-2 network: 6 live edges, 2 modules
      module 0 (input-separable, output), read by no module
        inputs: 0 1
        hidden 1: 0
        outputs: 0
      module 1 (input-separable, output), read by no module
        inputs: 2 3
        hidden 1: 1
        outputs: 1
    """
    if path_length is not None and not (_is_count(path_length) and path_length >= 1):
        raise errors.InputError(
            f"path_length: expected a whole number of at least 1, got {path_length!r}"
        )
    _check_share("merge_threshold", merge_threshold)
    _check_share("modularity_threshold", modularity_threshold)
    known = _truth_of(truth)
    all_edges = connectivity.as_edges(masks)
    layer_sizes = (all_edges[0].shape[0], *(mask.shape[1] for mask in all_edges))
    if known is not None:
        scoring.check_truth(known, layer_sizes)
    connectivity.check_path(all_edges)
    live_units, live_edges = connectivity.live(all_edges)
    edges = connectivity.between_live(live_units, live_edges)
    length = len(edges) if path_length is None else int(path_length)
    clusters = clustering.cluster_layers(edges, length, modularity_threshold)
    labels = modules.merge_clusters(edges, clusters, merge_threshold)
    analysis = result.Analysis(
        layer_sizes=layer_sizes,
        edges=live_edges,
        live_units=live_units,
        clusters=clusters,
        modules=labels,
        hierarchy=hierarchy.module_graph(edges, live_units, labels),
        scores=None,
        path_length=length,
        merge_threshold=float(merge_threshold),
        modularity_threshold=float(modularity_threshold),
    )
    if known is None:
        return analysis
    return dataclasses.replace(analysis, scores=scoring.score(analysis, known))


def _is_count(value: Any) -> bool:
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def _check_share(name: str, value: Any) -> None:
    is_number = not isinstance(value, bool) and isinstance(value, numbers.Real)
    if not is_number or not 0 <= value <= 1:  # NaN fails the comparison too
        raise errors.InputError(f"{name}: expected a number from 0 to 1, got {value!r}")


def _truth_of(truth: Any) -> task.Truth | None:
    if truth is None:
        return None
    known = truth if isinstance(truth, task.Truth) else getattr(truth, "truth", truth)
    if known is not None and not isinstance(known, task.Truth):
        raise errors.InputError(
            f"truth: expected a Truth, or a task that declares one; got {type(truth).__name__}"
        )
    return known
