"""Reading the GraphML of a hierarchy, whose attributes are listed at the head of `graph_files`."""

import json
import re
from typing import Any, NoReturn
from xml.etree import ElementTree

import networkx as nx

from nsculpt import errors
from nsculpt.analysis import hierarchy
from nsculpt.exchange import graph_files

_NUMBER = re.compile("0|[1-9][0-9]{0,17}")
# What follows from units and edges; a text that says otherwise was changed by hand.
_DERIVED = ("kinds", "level", "span")


class _Builder(ElementTree.TreeBuilder):
    """Refuses document type declarations: their entities may grow without bound."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        del name, pubid, system
        _fail("expected no DOCTYPE")


def read(text: str | bytes) -> nx.DiGraph:
    """The hierarchy that `graph_files.graphml` wrote, with all its attributes.

    Attributes besides those needed are passed over, so that a program may have added its own.

    Args:
      text: GraphML.

    Returns:
      A graph as from `hierarchy.module_graph`.

    Raises:
      InputError: naming the place, for text that is not such GraphML, or that contradicts itself.

    Example:
      >>> from nsculpt import analysis
      >>> graph = analysis.analyze([[[1, 1]]], merge_threshold=1.0).hierarchy
      >>> same = read(graph_files.graphml(graph))
      >>> same.nodes == graph.nodes, same.edges == graph.edges, same.graph == graph.graph
      (True, True, True)
    """
    root = _parsed(text)
    tag = f"{{{graph_files.GRAPHML}}}"
    parts = root.findall(f"{tag}graph")
    if root.tag != f"{tag}graphml" or len(parts) != 1:
        _fail("expected <graphml> with one <graph>")
    keys = {key.get("id"): key.get("attr.name") for key in root.findall(f"{tag}key")}

    def data(element: ElementTree.Element, place: str, *names: str) -> dict[str, str]:
        """The attributes of an element, of which those named have to be there."""
        found = {
            str(keys.get(part.get("key"))): part.text or ""
            for part in element.findall(f"{tag}data")
        }
        for name in names:
            if name not in found:
                _fail(f"{place}: expected the attribute {name!r}, got none")
        return found

    whole = data(parts[0], "graph", "output_layer", "left_out")
    last = _number(whole["output_layer"], "graph: output_layer")
    graph = nx.DiGraph()
    written = {}
    for element in parts[0].findall(f"{tag}node"):
        module = _number(element.get("id"), "node: id")
        place = f"node {module}"
        if module in graph:
            _fail(f"{place}: expected each node once")
        written[module] = data(element, place, "units", "inputs_seen", *_DERIVED)
        units = _units(written[module]["units"], f"{place}: units", last)
        seen = _rising(_json(written[module]["inputs_seen"]), f"{place}: inputs_seen")
        graph.add_node(module, units=units, inputs_seen=seen)
    for element in parts[0].findall(f"{tag}edge"):
        u, v = (_number(element.get(end), f"edge: {end}") for end in ("source", "target"))
        place = f"edge {u} to {v}"
        if u not in graph or v not in graph or graph.has_edge(u, v):
            _fail(f"{place}: expected each edge once, between nodes that are listed")
        weight = _number(data(element, place, "weight")["weight"], f"{place}: weight")
        if not weight:
            _fail(f"{place}: weight: expected at least 1, got 0")
        graph.add_edge(u, v, weight=weight)
    if not graph or not nx.is_directed_acyclic_graph(graph):
        _fail("expected at least one node, and no cycle")
    graph.graph["left_out"] = _left_out(whole["left_out"], graph)
    hierarchy.describe_nodes(graph, last)
    for module, attributes in written.items():
        expected = graph_files.node_attributes(graph, module)
        for name in _DERIVED:
            if attributes[name] != str(expected[name]):
                _fail(
                    f"node {module}: {name}: expected {expected[name]}, by units and edges; "
                    f"got {attributes[name]!r:.60}"
                )
    return graph


def _parsed(text: str | bytes) -> ElementTree.Element:
    if not isinstance(text, str | bytes):
        _fail(f"expected text, got {type(text).__name__}")
    try:
        return ElementTree.fromstring(text, ElementTree.XMLParser(target=_Builder()))
    except ElementTree.ParseError as error:
        _fail(f"not XML: {error}")
    except (ValueError, LookupError) as error:
        if isinstance(error, errors.InputError):
            raise
        _fail("not XML: unknown encoding, or unpaired surrogates")


def _fail(message: str) -> NoReturn:
    raise errors.InputError(f"GraphML: {message}")


def _number(text: str | None, place: str) -> int:
    if text is None or not _NUMBER.fullmatch(text):
        _fail(f"{place}: expected a whole number, got {text!r:.60}")
    return int(text)


def _json(text: str) -> Any:
    """What JSON text stands for; None, which no attribute may be, where it is not JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _rising(value: Any, place: str) -> tuple[int, ...]:
    if (
        not isinstance(value, list)
        or not all(type(unit) is int and unit >= 0 for unit in value)
        or sorted(set(value)) != value
    ):
        _fail(f"{place}: expected a JSON list of indices that rise")
    return tuple(value)


def _units(text: str, place: str, last: int) -> dict[int, tuple[int, ...]]:
    value = _json(text)
    if not isinstance(value, dict) or not value:
        _fail(f"{place}: expected a JSON object with lists of units by layer")
    units = {
        _number(layer, f"{place}: layer"): _rising(indices, f"{place}: layer {layer:.60}")
        for layer, indices in value.items()
    }
    if max(units) > last or not all(units.values()):
        _fail(f"{place}: expected layers from 0 to {last}, with units")
    return units


def _left_out(text: str, graph: nx.DiGraph) -> tuple[tuple[int, int, int], ...]:
    value = _json(text)
    if (
        not isinstance(value, list)
        or not all(isinstance(edge, list) and len(edge) == 3 for edge in value)
        or not all(type(part) is int for edge in value for part in edge)
        or not all(u in graph and v in graph and weight > 0 for u, v, weight in value)
    ):
        _fail(
            "graph: left_out: expected a JSON list of [from, to, weight], of nodes that are listed"
        )
    return tuple((u, v, weight) for u, v, weight in value)
