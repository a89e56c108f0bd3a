"""From a network to its modules, their hierarchy and scores, in one call."""

import dataclasses
from typing import Any

from nsculpt import errors, numeric
from nsculpt.analysis import ambiguity as ambiguity_lib
from nsculpt.analysis import clustering as clustering_lib
from nsculpt.analysis import connectivity, hierarchy, modules, result
from nsculpt.analysis import features as features_lib
from nsculpt.networks import loading, network
from nsculpt.scores import known as known_lib
from nsculpt.scores import scoring

# Far beyond any network; a number that all formats can hold.
_LONGEST = 10**9


def analyze(
    masks: Any,
    path_length: int | None = None,
    merge_threshold: float = 0.9,
    modularity_threshold: float = 0.2,
    truth: Any = None,
    *,
    features: str = "outgoing",
    clustering: str = "modularity",
    **load: Any,
) -> result.Analysis:
    """Finds the modules of a sparse layered network, and their hierarchy.

    Args:
      masks: the network, from the inputs up: 2-D arrays `[fan_in, fan_out]` of 0/1, booleans or
        weights, or anything else that `load_network` takes, such as Flax variables, the path of a
        file or a DiGraph; or what `load_network` returned.
      path_length: longest path, in edges, by which units of a layer are compared; at least 1, by
        default the number of weight layers.
      merge_threshold: in [0, 1]; the share of edges above which a cluster joins a module below.
      modularity_threshold: in [0, 1]; see `modularity.by_modularity`.
      truth: what the task declares about itself, for the scores: a `Truth`, or a task, whose names
        are matched with the network's where they are the same (`scores.known`); by default what a
        run folder says of its task.
      features: what units are compared by: "outgoing", the paper's, "incoming", "both", "weighted"
        (see `features`), or a name that `register_features` knows.
      clustering: what finds the clusters of a layer: "modularity", the paper's, "silhouette",
        "louvain" (see `other_clusterings`), or a name that `register_clustering` knows.
      **load: further arguments of `load_network`, such as `tolerance`, `orientation` or
        `input_names`.

    Returns:
      The analysis; `scores` is None where there is no truth.

    Raises:
      InputError: for what is no layered network, a network without any path from an input to an
        output, arguments out of range, or a truth that does not fit.

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
    if path_length is not None:
        _check_path_length(path_length)
    _check_share("merge_threshold", merge_threshold)
    _check_share("modularity_threshold", modularity_threshold)
    ready = isinstance(masks, network.Network) and not load
    net = masks if ready else loading.load_network(masks, **load)
    known = known_lib.truth_of(truth, net.input_names, net.output_names)
    known = net.truth if known is None else known
    if known is not None:
        scoring.check_truth(known, net.layer_sizes)
    connectivity.check_path(net.edges, net.places)
    live_units, live_edges = connectivity.live(net.edges)
    edges = connectivity.between_live(live_units, live_edges)
    weights = None if net.weights is None else connectivity.between_live(live_units, net.weights)
    length = len(edges) if path_length is None else int(path_length)
    layers = [
        clustering_lib.Units(rows, float(modularity_threshold))
        for rows in features_lib.layer_features(features, edges, weights, length)
    ]
    clusters = clustering_lib.cluster_layers(layers, net.layer_sizes[-1], clustering)
    labels = modules.merge_clusters(edges, clusters, merge_threshold)
    ambiguity = ambiguity_lib.examine(layers, edges, clusters, clustering, merge_threshold)
    analysis = result.Analysis(
        layer_sizes=net.layer_sizes,
        edges=live_edges,
        live_units=live_units,
        clusters=clusters,
        modules=labels,
        hierarchy=hierarchy.module_graph(edges, live_units, labels),
        scores=None,
        path_length=length,
        merge_threshold=float(merge_threshold),
        modularity_threshold=float(modularity_threshold),
        features=features,
        clustering=clustering,
        input_names=net.input_names,
        output_names=net.output_names,
        **ambiguity._asdict(),
    )
    if known is None:
        return analysis
    return dataclasses.replace(analysis, scores=scoring.score(analysis, known))


def _check_path_length(value: Any) -> None:
    if not numeric.is_whole(value) or not 1 <= value <= _LONGEST:
        # Python does not write out whole numbers of any length.
        got = "more than 10^9" if numeric.is_whole(value) and value > 1 else repr(value)
        raise errors.InputError(f"path_length: expected a whole number of at least 1, got {got}")


def _check_share(name: str, value: Any) -> None:
    if not numeric.is_real(value) or not 0 <= value <= 1:  # NaN fails the comparison too
        raise errors.InputError(f"{name}: expected a number from 0 to 1, got {value!r}")
