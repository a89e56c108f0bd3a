"""What an analysis returns."""

import dataclasses
import textwrap
from collections.abc import Sequence
from typing import Any

import networkx as nx
import numpy as np

_WIDTH = 78  # a caller may indent by two more
# What a summary lists before it counts.
_MOST_MODULES = 40
_MOST_UNITS = 40


@dataclasses.dataclass(frozen=True, eq=False)
class Alternative:
    """Another answer that the published rule gives when the units of layers stand in other order."""

    # As in `Analysis`.
    clusters: list[np.ndarray]
    modules: list[np.ndarray]
    # Share of the permutations tried that gave it, in (0, 1].
    share: float


@dataclasses.dataclass(frozen=True, eq=False)
class Analysis:
    """Modules of a layered network and their hierarchy.

    Layers are counted from the inputs, 0, to the outputs; `str` gives a summary to read.
    """

    # [I, H_1 ... H_D, O], dead units included.
    layer_sizes: tuple[int, ...]
    # The live edges of each weight layer, boolean [fan_in, fan_out].
    edges: list[np.ndarray]
    # Indices of the live units of each layer, rising.
    live_units: list[np.ndarray]
    # Cluster of each live unit, numbered from 0 within each layer.
    clusters: list[np.ndarray]
    # Module of each live unit, numbered from 0 over the network from the inputs up.
    modules: list[np.ndarray]
    # Graph of the modules; attributes as in `hierarchy.module_graph`.
    hierarchy: nx.DiGraph
    # Scores against the truth, as from `scoring.score`; None where no truth is known.
    scores: dict[str, Any] | None
    path_length: int
    merge_threshold: float
    modularity_threshold: float
    # Registered names of what units are compared by, and of what finds the clusters of a layer.
    features: str = "outgoing"
    clustering: str = "modularity"
    # Names of all inputs and all outputs, dead ones included; None where none are known.
    input_names: tuple[str, ...] | None = None
    output_names: tuple[str, ...] | None = None
    # Whether the order in which units stand may have decided the answer (distances that tie); the
    # other answers that a few permutations of the units gave.
    ambiguous: bool = False
    alternatives: list[Alternative] = dataclasses.field(default_factory=list)

    def __str__(self) -> str:
        return describe(self)


def describe(
    analysis: Analysis,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
) -> str:
    """Modules with their units by layer, kinds and readers, in lines of up to 80 columns.

    Long lists, of units in a layer or of modules, are counted rather than written out.

    Args:
      analysis: what to describe.
      input_names, output_names: one for each unit of the layer, dead ones included; by default the
        units' indices.

    Example:
      >>> from nsculpt import analysis
      >>> print(describe(analysis.analyze([[[1], [1]]]), ["x0", "x1"], ["or"]))
      2-1 network: 2 live edges, 1 module
      module 0 (input-separable, output), read by no module
        inputs: x0 x1
        outputs: or
    """
    num_edges = sum(int(mask.sum()) for mask in analysis.edges)
    sizes = "-".join(map(str, analysis.layer_sizes))
    modules = _counted(len(analysis.hierarchy), "module")
    blocks = [f"{sizes} network: {_counted(num_edges, 'live edge')}, {modules}"]
    last = len(analysis.layer_sizes) - 1
    names = {0: input_names, last: output_names}
    shown_modules = list(analysis.hierarchy.nodes.items())[:_MOST_MODULES]
    for module, node in shown_modules:
        readers = ", ".join(map(str, node["consumers"])) or "no module"
        blocks.append(_filled(f"module {module} ({', '.join(node['kinds'])}), read by {readers}"))
        for layer, units in node["units"].items():
            place = {0: "inputs", last: "outputs"}.get(layer, f"hidden {layer}")
            known = names.get(layer)
            shown = [str(unit) if known is None else known[unit] for unit in units]
            blocks.append(_filled(f"{place}: {_listed(shown)}", indent="  "))
    left = len(analysis.hierarchy) - len(shown_modules)
    if left:
        blocks.append(f"and {_counted(left, 'further module')}")
    return "\n".join(blocks)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")


def _listed(names: list[str]) -> str:
    if len(names) > _MOST_UNITS:
        return f"{len(names)} units, {names[0]} to {names[-1]}"
    return " ".join(names)


def _filled(line: str, indent: str = "") -> str:
    return textwrap.fill(line, _WIDTH, initial_indent=indent, subsequent_indent="    ")
