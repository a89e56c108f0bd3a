"""What an analysis returns."""

import dataclasses
from typing import Any

import networkx as nx
import numpy as np

from nsculpt import text as text_lib

_WIDTH = 78  # a caller may indent by two more
# What a summary lists before it counts.
MOST_MODULES = 40


@dataclasses.dataclass(frozen=True, eq=False)
class Alternative:
    """Another answer that the published rule gives when units stand in other order."""

    # As in `Analysis`.
    clusters: list[np.ndarray]
    modules: list[np.ndarray]
    # Share of the permutations tried that gave it, in (0, 1].
    share: float


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
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
    # Layers (0 = inputs) whose clusters or modules hang on the order of their units, since
    # distances tie; whether that holds of a hidden layer, whose units have no order of their own;
    # and the other answers that a few permutations of the units of those layers gave.
    tied_layers: tuple[int, ...] = ()
    ambiguous: bool = False
    alternatives: list[Alternative] = dataclasses.field(default_factory=list)
    # How many permutations were tried for them; 0 where no layer is tied.
    num_permutations: int = 0

    def __repr__(self) -> str:
        return f"<Analysis of a {head_lines(self)[0]}>"

    def __str__(self) -> str:
        return describe(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from nsculpt.report import notebook

        return notebook.page_part(self)

    def to_json(self) -> str:
        """All of the analysis as JSON; its fields are listed at the head of `exchange.json_writer`.

        Returns:
          ASCII text, equal for equal analyses, ending in a line break.

        Raises:
          InputError: for scores that are not null, booleans, finite numbers or text.

        Example:
          >>> import nsculpt
          >>> analysis = nsculpt.analyze([[[1], [1]]])
          >>> Analysis.from_json(analysis.to_json()).to_json() == analysis.to_json()
          True
        """
        from nsculpt.exchange import json_writer

        return json_writer.write(self)

    @classmethod
    def from_json(cls, text: str | bytes) -> "Analysis":
        """The analysis that `to_json` wrote, with all its fields.

        The hierarchy is worked out anew from edges and modules, and has to be the one in the text.

        Args:
          text: JSON; bytes are UTF-8.

        Raises:
          InputError: naming the place, for text that is no such JSON or contradicts itself.

        Example:
          >>> import nsculpt
          >>> text = nsculpt.analyze([[[1, 0], [0, 1]]]).to_json()
          >>> Analysis.from_json(text).modules
          [array([0, 1]), array([0, 1])]
        """
        from nsculpt.exchange import json_reader

        return json_reader.read(text)

    def to_graphml(self) -> str:
        """The hierarchy as GraphML, which Gephi, Cytoscape and yEd open; see `graph_files.graphml`.

        `nsculpt.exchange.graphml_reader.read` reads it back, as the graph that `hierarchy` is.

        Example:
          >>> import nsculpt
          >>> from nsculpt.exchange import graphml_reader
          >>> text = nsculpt.analyze([[[1], [1]]]).to_graphml()
          >>> graphml_reader.read(text).nodes[0]["units"]
          {0: (0, 1), 1: (0,)}
        """
        from nsculpt.exchange import graph_files

        return graph_files.graphml(self.hierarchy, self.input_names, self.output_names)

    def to_gexf(self) -> str:
        """The hierarchy as GEXF, Gephi's own form; see `graph_files.gexf`.

        Example:
          >>> import nsculpt
          >>> nsculpt.analyze([[[1], [1]]]).to_gexf().splitlines()[1]
          '<gexf xmlns="http://www.gexf.net/1.2draft" version="1.2">'
        """
        from nsculpt.exchange import graph_files

        return graph_files.gexf(self.hierarchy, self.input_names, self.output_names)

    def to_dot(self) -> str:
        """The hierarchy for Graphviz, from the inputs on the left; see `graph_files.dot`.

        Example:
          >>> import nsculpt
          >>> print(nsculpt.analyze([[[1], [1]]]).to_dot())
          digraph modules {
            rankdir=LR;
            node [shape=box];
            0 [label="module 0\\ninput-separable, output\\n2 inputs, 1 output"];
            { rank=same; 0; }
          }
          <BLANKLINE>
        """
        from nsculpt.exchange import graph_files

        return graph_files.dot(self.hierarchy, self.input_names, self.output_names)


def describe(analysis: Analysis) -> str:
    """Modules with their units by layer, kinds and readers, in lines of up to 80 columns.

    Long lists, of units in a layer or of modules, are counted rather than written out.

    Example:
      >>> from nsculpt import analysis
      >>> names = {"input_names": ["x0", "x1"], "output_names": ["or"]}
      >>> print(describe(analysis.analyze([[[1], [1]]], **names)))
      2-1 network: 2 live edges, 1 module
      module 0 (input-separable, output), read by no module
        inputs: x0 x1
        outputs: or
    """
    blocks = [text_lib.filled(line, width=_WIDTH) for line in head_lines(analysis)]
    last = len(analysis.layer_sizes) - 1
    names = {0: analysis.input_names, last: analysis.output_names}
    shown_modules = list(analysis.hierarchy.nodes.items())[:MOST_MODULES]
    for module, node in shown_modules:
        readers = text_lib.listed([str(reader) for reader in node["consumers"]], noun="modules")
        blocks.append(
            text_lib.filled(
                f"module {module} ({', '.join(node['kinds'])}), read by {readers or 'no module'}",
                width=_WIDTH,
            )
        )
        for layer, units in node["units"].items():
            place = {0: "inputs", last: "outputs"}.get(layer, f"hidden {layer}")
            called = text_lib.named(units, names.get(layer))
            shown = text_lib.listed(called, separator=text_lib.between(called))
            blocks.append(text_lib.filled(f"{place}: {shown}", indent="  ", width=_WIDTH))
    left = len(analysis.hierarchy) - len(shown_modules)
    if left:
        blocks.append(f"and {text_lib.counted(left, 'further module')}")
    return "\n".join(blocks)


def head_lines(analysis: Analysis) -> list[str]:
    """What is to be said of the whole: one line each, however long.

    The size; outputs that read nothing; where ties may have decided; the method, where it is not
    the default; edges between modules that are left out; the verdict, where there are scores.

    Example:
      >>> from nsculpt import analysis
      >>> head_lines(analysis.analyze([[[1, 0], [0, 1]]]))
      ['2-2 network: 2 live edges, 2 modules']
    """
    num_edges = sum(int(mask.sum()) for mask in analysis.edges)
    sizes = "-".join(map(str, analysis.layer_sizes))
    modules = text_lib.counted(len(analysis.hierarchy), "module")
    lines = [f"{sizes} network: {text_lib.counted(num_edges, 'live edge')}, {modules}"]
    constant = np.flatnonzero(~analysis.edges[-1].any(axis=0)).tolist()
    if constant:
        called = text_lib.named(constant, analysis.output_names)
        names = text_lib.listed(called, separator=text_lib.between(called))
        lines.append(f"constant outputs, without an edge: {names}")
    if analysis.tied_layers:
        lines.append(order_line(analysis))
    if (analysis.features, analysis.clustering) != (Analysis.features, Analysis.clustering):
        method = f"features {analysis.features}, clustering {analysis.clustering}"
        lines.append(f"method: {text_lib.printable(method)}")
    left_out = analysis.hierarchy.graph["left_out"]
    if left_out:
        edges = text_lib.counted(len(left_out), "edge")
        lines.append(f"{edges} between modules left out of the hierarchy, for closing cycles")
    parts = [("structure", "recovered"), ("inputs", "found"), ("outputs", "found")]
    verdicts = [
        f"{part} {word if found else f'not {word}'}"
        for part, word in parts
        if (found := (analysis.scores or {}).get(f"{part}_recovered")) is not None
    ]
    share = (analysis.scores or {}).get("live_inputs_share", 1.0)
    if share < 1.0 and "inputs found" in verdicts:  # dead ones are no fault, but to be known
        at = verdicts.index("inputs found")
        verdicts[at] = f"inputs found ({share:.0%} of them live)"
    if verdicts:
        lines.append(f"against the truth: {', '.join(verdicts)}")
    return lines


def order_line(analysis: Analysis) -> str:
    """What the order of the units may have decided; empty where no layer is tied."""
    if not analysis.tied_layers:
        return ""
    last = len(analysis.layer_sizes) - 1
    hidden = [str(layer) for layer in analysis.tied_layers if 0 < layer < last]
    places = ["the inputs"] if 0 in analysis.tied_layers else []
    places += [f"hidden {text_lib.listed(hidden)}"] if hidden else []
    places += ["the outputs"] if last in analysis.tied_layers else []
    tried = text_lib.counted(analysis.num_permutations, "permutation")
    others = f"none of {tried} gave another answer"
    if analysis.alternatives:
        share = sum(other.share for other in analysis.alternatives)
        answers = text_lib.counted(len(analysis.alternatives), "other answer")
        others = f"{round(share * analysis.num_permutations)} of {tried} gave {answers}"
    ambiguous = "ambiguous: " if analysis.ambiguous else ""
    where = " and ".join(places)
    return f"{ambiguous}ties in {where}, where the order of units may decide; {others}"
