"""The JSON form of an analysis: every field, so that what is read is what was written.

An object with exactly these fields; layers count from the inputs, 0, and an index is that of a unit
in its layer, dead units included:

    kind            "nsculpt analysis"
    schema_version  1
    layer_sizes     [int, ...]: I, H_1 ... H_D, O; each at least 1
    edges           for each weight layer, the live edges: [[from, to], ...], indices of units
    live_units      for each layer, the indices of its live units, rising: [int, ...]
    clusters        for each layer, the cluster of each live unit, numbered from 0: [int, ...]
    modules         for each layer, the module of each live unit, numbered from 0: [int, ...]
    hierarchy       what follows from edges, live_units and modules (see `hierarchy.module_graph`):
      nodes         [{"module": int, "kinds": [str, ...], "level": int, "span": [first layer, last],
                      "units": {layer, as text: [index, ...]}, "inputs_seen": [index, ...],
                      "consumers": [module, ...]}, ...]
      edges         [{"from": module, "to": module, "weight": int}, ...]
      left_out      edges left out since they close cycles, in the same form
    scores          null, or an object of null, booleans, finite numbers and text
    settings        {"path_length": int >= 1, "merge_threshold": in [0, 1],
                     "modularity_threshold": in [0, 1], "features": str, "clustering": str}
    input_names     null, or [str, ...], one for each input
    output_names    null, or [str, ...], one for each output
    tied_layers     [layer, ...], rising: layers where the order of units may decide
    ambiguous       bool: it may in a hidden layer
    num_permutations  int: how many were tried for the alternatives
    alternatives    [{"clusters": as above, "modules": as above, "share": in (0, 1]}, ...]

Floats are written so that they are read back exactly.
"""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any

import networkx as nx
import numpy as np

from nsculpt import errors
from nsculpt.analysis import result

KIND = "nsculpt analysis"
SCHEMA_VERSION = 1
FIELDS = (
    "kind",
    "schema_version",
    "layer_sizes",
    "edges",
    "live_units",
    "clusters",
    "modules",
    "hierarchy",
    "scores",
    "settings",
    "input_names",
    "output_names",
    "tied_layers",
    "ambiguous",
    "alternatives",
    "num_permutations",
)
SETTINGS = (
    "path_length",
    "merge_threshold",
    "modularity_threshold",
    "features",
    "clustering",
)
_WIDTH = 100


def write(analysis: result.Analysis) -> str:
    """The JSON form of an analysis.

    Returns:
      ASCII text, equal for equal analyses; lists of numbers stand on one line.

    Raises:
      InputError: for scores that are not null, booleans, finite numbers or text.

    Example:
      >>> from nsculpt import analysis
      >>> write(analysis.analyze([[[1]]])).splitlines()[3:5]
      [' "layer_sizes": [1, 1],', ' "edges": [[[0, 0]]],']
    """
    scores = analysis.scores
    parts = {
        "kind": KIND,
        "schema_version": SCHEMA_VERSION,
        "layer_sizes": list(analysis.layer_sizes),
        "edges": [np.argwhere(mask).tolist() for mask in analysis.edges],
        "live_units": lists(analysis.live_units),
        "clusters": lists(analysis.clusters),
        "modules": lists(analysis.modules),
        "hierarchy": graph_form(analysis.hierarchy),
        "scores": None if scores is None else {n: _plain(v, n) for n, v in scores.items()},
        "settings": {name: getattr(analysis, name) for name in SETTINGS},
        "input_names": analysis.input_names,
        "output_names": analysis.output_names,
        "tied_layers": list(analysis.tied_layers),
        "ambiguous": bool(analysis.ambiguous),
        "alternatives": [
            {
                "clusters": lists(other.clusters),
                "modules": lists(other.modules),
                "share": float(other.share),
            }
            for other in analysis.alternatives
        ],
        "num_permutations": int(analysis.num_permutations),
    }
    return _laid_out(parts) + "\n"


def module_form(graph: nx.DiGraph, module: int) -> dict[str, Any]:
    """A node of the hierarchy as JSON has it.

    Args:
      graph: as from `hierarchy.module_graph`.
      module: one of its nodes.

    Example:
      >>> from nsculpt import analysis
      >>> module_form(analysis.analyze([[[1], [1]]]).hierarchy, 0)["units"]
      {'0': [0, 1], '1': [0]}
    """
    node = graph.nodes[module]
    return {
        "module": module,
        "kinds": list(node["kinds"]),
        "level": node["level"],
        "span": list(node["span"]),
        "units": {str(layer): list(units) for layer, units in node["units"].items()},
        "inputs_seen": list(node["inputs_seen"]),
        "consumers": list(node["consumers"]),
    }


def graph_form(graph: nx.DiGraph) -> dict[str, Any]:
    """The hierarchy as JSON has it.

    Args:
      graph: as from `hierarchy.module_graph`.

    Example:
      >>> from nsculpt import analysis
      >>> graph_form(analysis.analyze([[[1, 1, 1]]], merge_threshold=1.0).hierarchy)["edges"][0]
      {'from': 0, 'to': 1, 'weight': 1}
    """
    return {
        "nodes": [module_form(graph, module) for module in graph],
        "edges": _edge_forms(graph.edges.data("weight")),
        "left_out": _edge_forms(graph.graph["left_out"]),
    }


def _edge_forms(edges: Iterable[tuple[int, int, int]]) -> list[dict[str, int]]:
    return [{"from": u, "to": v, "weight": weight} for u, v, weight in edges]


def lists(arrays: Sequence[np.ndarray]) -> list[list[int]]:
    """Arrays as lists.

    Example:
      >>> lists([np.arange(2)])
      [[0, 1]]
    """
    return [array.tolist() for array in arrays]


def _plain(score: Any, name: str) -> Any:
    value = score.item() if isinstance(score, np.generic) else score
    if not (value is None or isinstance(value, bool | int | float | str)) or (
        isinstance(value, float) and not math.isfinite(value)
    ):
        raise errors.InputError(
            f"scores[{name!r}]: expected null, a boolean, a finite number or text; "
            f"got {score!r:.60}"
        )
    return value


def _laid_out(value: Any, indent: str = "") -> str:
    """JSON text in which what is short, and every list of numbers or of pairs, stands on one line.

    Args:
      value: to be written.
      indent: blanks before it; none before the whole.
    """
    line = json.dumps(value, allow_nan=False)
    if not isinstance(value, list | tuple | dict) or (indent and len(indent + line) <= _WIDTH):
        return line
    deeper = indent + " "
    if isinstance(value, dict):
        lines = [f"{json.dumps(n)}: {_laid_out(part, deeper)}" for n, part in value.items()]
        return f"{{\n{deeper}" + f",\n{deeper}".join(lines) + f"\n{indent}}}"
    if all(not isinstance(part, list | dict) or _is_pair(part) for part in value):
        return line
    lines = [_laid_out(part, deeper) for part in value]
    return f"[\n{deeper}" + f",\n{deeper}".join(lines) + f"\n{indent}]"


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and not isinstance(value[0], list)
