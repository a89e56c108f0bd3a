"""The hierarchy in the forms of graph programs: GraphML, GEXF and Graphviz's DOT.

Node attributes of GraphML and GEXF:

    label                                 "module 3"
    kinds                                 text, with commas between
    level                                 int, as in `hierarchy.module_graph`
    span                                  JSON text, "[first layer, last layer]"
    num_inputs, num_hidden, num_outputs   int, units that the module holds
    inputs, outputs                       their names, with commas between, where names are known
    units                                 JSON text, '{"layer": [index, ...], ...}'
    inputs_seen                           JSON text, "[index, ...]"

An edge has its `weight`. GraphML has two attributes of the graph as well, so that it can be read
back without loss: `output_layer`, int, and `left_out`, JSON text, "[[from, to, weight], ...]".
Characters in names that do not print are written as escapes.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree

import networkx as nx

from nsculpt import text

GRAPHML = "http://graphml.graphdrawing.org/xmlns"
_GEXF = "http://www.gexf.net/1.2draft"
_Names = Sequence[str] | None


def graphml(graph: nx.DiGraph, input_names: _Names = None, output_names: _Names = None) -> str:
    """GraphML, for Gephi, Cytoscape and yEd, and for `graphml_reader.read`.

    Args:
      graph: as from `hierarchy.module_graph`.
      input_names, output_names: of all inputs and outputs, for the attributes of that name.

    Returns:
      Text, equal for equal graphs.

    Source: the GraphML primer, graphml.graphdrawing.org.

    Example:
      >>> from nsculpt import analysis
      >>> print(graphml(analysis.analyze([[[1], [1]]]).hierarchy).splitlines()[-5])
         <data key="units">{"0": [0, 1], "1": [0]}</data>
    """
    root = ElementTree.Element("graphml", xmlns=GRAPHML)
    nodes = {module: node_attributes(graph, module, input_names, output_names) for module in graph}
    whole = {
        "output_layer": graph.graph["output_layer"],
        "left_out": json.dumps(graph.graph["left_out"]),
    }

    def declare(owner: str, attributes: dict[str, Any]) -> None:
        for name, value in attributes.items():
            key = {"id": _key(owner, name), "for": owner, "attr.name": name}
            key["attr.type"] = "int" if isinstance(value, int) else "string"
            ElementTree.SubElement(root, "key", key)

    def add_data(parent: ElementTree.Element, owner: str, attributes: dict[str, Any]) -> None:
        for name, value in attributes.items():
            ElementTree.SubElement(parent, "data", key=_key(owner, name)).text = str(value)

    declare("graph", whole)
    declare("node", _united(nodes))
    declare("edge", {"weight": 1})
    part = ElementTree.SubElement(root, "graph", id="modules", edgedefault="directed")
    add_data(part, "graph", whole)
    for module, attributes in nodes.items():
        add_data(ElementTree.SubElement(part, "node", id=str(module)), "node", attributes)
    for u, v, weight in graph.edges.data("weight"):
        edge = ElementTree.SubElement(part, "edge", source=str(u), target=str(v))
        add_data(edge, "edge", {"weight": weight})
    return _text(root)


def _key(owner: str, name: str) -> str:
    return name if owner == "node" else f"{owner}_{name}"


def gexf(graph: nx.DiGraph, input_names: _Names = None, output_names: _Names = None) -> str:
    """GEXF 1.2, for Gephi.

    Args:
      graph: as from `hierarchy.module_graph`.
      input_names, output_names: of all inputs and outputs, for the attributes of that name.

    Returns:
      Text, equal for equal graphs; it holds no date.

    Source: the GEXF 1.2 draft primer, gexf.net.

    Example:
      >>> from nsculpt import analysis
      >>> text = gexf(analysis.analyze([[[1, 1, 1]]], merge_threshold=1.0).hierarchy)
      >>> print(text.splitlines()[-4])
         <edge id="2" source="0" target="3" weight="1" />
    """
    root = ElementTree.Element("gexf", xmlns=_GEXF, version="1.2")
    part = ElementTree.SubElement(root, "graph", mode="static", defaultedgetype="directed")
    nodes = {module: node_attributes(graph, module, input_names, output_names) for module in graph}
    labels = {module: str(attributes.pop("label")) for module, attributes in nodes.items()}
    declared = ElementTree.SubElement(part, "attributes", {"class": "node"})
    for name, value in _united(nodes).items():
        kind = "integer" if isinstance(value, int) else "string"
        ElementTree.SubElement(declared, "attribute", id=name, title=name, type=kind)
    listed = ElementTree.SubElement(part, "nodes")
    for module, attributes in nodes.items():
        node = ElementTree.SubElement(listed, "node", id=str(module), label=labels[module])
        values = ElementTree.SubElement(node, "attvalues")
        for name, value in attributes.items():
            ElementTree.SubElement(values, "attvalue", {"for": name, "value": str(value)})
    listed = ElementTree.SubElement(part, "edges")
    for number, (u, v, weight) in enumerate(graph.edges.data("weight")):
        edge = {"id": str(number), "source": str(u), "target": str(v), "weight": str(weight)}
        ElementTree.SubElement(listed, "edge", edge)
    return _text(root)


def node_attributes(
    graph: nx.DiGraph, module: int, input_names: _Names = None, output_names: _Names = None
) -> dict[str, int | str]:
    """A node's attributes as they are written, in the order of the list at the head of this module.

    Example:
      >>> from nsculpt import analysis
      >>> node_attributes(analysis.analyze([[[1], [1]]]).hierarchy, 0)["num_inputs"]
      2
    """
    node, last = graph.nodes[module], graph.graph["output_layer"]
    attributes: dict[str, int | str] = {
        "label": f"module {module}",
        "kinds": ", ".join(node["kinds"]),
        "level": node["level"],
        "span": json.dumps(node["span"]),
    }
    sizes = module_sizes(graph, [module])
    attributes.update(zip(("num_inputs", "num_hidden", "num_outputs"), sizes, strict=True))
    for side, layer, names in (("inputs", 0, input_names), ("outputs", last, output_names)):
        if names is not None and layer in node["units"]:
            attributes[side] = ", ".join(text.named(node["units"][layer], names))
    attributes["units"] = json.dumps(node["units"])
    attributes["inputs_seen"] = json.dumps(node["inputs_seen"])
    return attributes


def module_sizes(graph: nx.DiGraph, modules: Iterable[int]) -> tuple[int, int, int]:
    """Numbers of inputs, of hidden units and of outputs that modules hold.

    Example:
      >>> from nsculpt import analysis
      >>> module_sizes(analysis.analyze([[[1], [1]]]).hierarchy, [0])
      (2, 0, 1)
    """
    last = graph.graph["output_layer"]
    sizes = [0, 0, 0]
    for module in modules:
        for layer, units in graph.nodes[module]["units"].items():
            sizes[0 if layer == 0 else 2 if layer == last else 1] += len(units)
    return sizes[0], sizes[1], sizes[2]


def _united(nodes: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """An example of each attribute; those of names are not at every node."""
    return {name: value for attributes in nodes.values() for name, value in attributes.items()}


def _text(root: ElementTree.Element) -> str:
    ElementTree.indent(root, " ")
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def dot(graph: nx.DiGraph, input_names: _Names = None, output_names: _Names = None) -> str:
    r"""Graphviz's DOT: a box for each module, those of one level in a column, inputs on the left.

    Args:
      graph: as from `hierarchy.module_graph`.
      input_names, output_names: of all inputs and outputs, for tooltips.

    Returns:
      Text, equal for equal graphs.

    Source: the DOT language, graphviz.org/doc/info/lang.html.

    Example:
      >>> from nsculpt import analysis
      >>> print(dot(analysis.analyze([[[1, 1]]], merge_threshold=1.0).hierarchy))
      digraph modules {
        rankdir=LR;
        node [shape=box];
        0 [label="module 0\ninput-separable, reused\n1 input"];
        1 [label="module 1\noutput\n1 output"];
        2 [label="module 2\noutput\n1 output"];
        { rank=same; 0; }
        { rank=same; 1; 2; }
        0 -> 1 [label="1"];
        0 -> 2 [label="1"];
      }
      <BLANKLINE>
    """
    lines = ["digraph modules {", "  rankdir=LR;", "  node [shape=box];"]
    last = graph.graph["output_layer"]
    levels: dict[int, list[int]] = {}
    for module, node in graph.nodes.items():
        levels.setdefault(node["level"], []).append(module)
        label = [f"module {module}", ", ".join(node["kinds"]), sizes_line(graph, [module])]
        attributes = f"label={_quoted(label)}"
        known = [
            f"{side}: {text.listed(text.named(node['units'][layer], names))}"
            for side, layer, names in (("inputs", 0, input_names), ("outputs", last, output_names))
            if names is not None and layer in node["units"]
        ]
        if known:
            attributes += f", tooltip={_quoted(known)}"
        lines.append(f"  {module} [{attributes}];")
    for _, modules in sorted(levels.items()):
        lines.append(f"  {{ rank=same; {' '.join(f'{module};' for module in modules)} }}")
    for u, v, weight in graph.edges.data("weight"):
        lines.append(f'  {u} -> {v} [label="{weight}"];')
    return "\n".join([*lines, "}", ""])


def sizes_line(graph: nx.DiGraph, modules: Iterable[int]) -> str:
    """What modules hold, counted, without what they do not hold.

    Example:
      >>> from nsculpt import analysis
      >>> sizes_line(analysis.analyze([[[1], [1]]]).hierarchy, [0])
      '2 inputs, 1 output'
    """
    inputs, hidden, outputs = module_sizes(graph, modules)
    parts = [
        text.counted(inputs, "input"),
        f"{hidden} hidden",
        text.counted(outputs, "output"),
    ]
    return ", ".join(part for part in parts if not part.startswith("0 "))


def _quoted(lines: Sequence[str]) -> str:
    """A DOT string of several lines; Graphviz knows XML's entities, so & is written as one."""
    escaped = (
        line.replace("\\", r"\\").replace('"', r"\"").replace("&", "&amp;") for line in lines
    )
    return '"' + r"\n".join(escaped) + '"'
