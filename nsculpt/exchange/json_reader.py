"""Reading the JSON form of an analysis, whose fields are listed at the head of `json_writer`."""

import itertools
import json
import math
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from nsculpt import errors
from nsculpt.analysis import connectivity, hierarchy, result
from nsculpt.exchange import json_writer

# A few bytes of JSON, as sizes of layers, could ask for any amount of memory.
_MOST_WEIGHTS = 10**9


def read(text: str | bytes) -> result.Analysis:
    """The analysis of a JSON form; the hierarchy is worked out anew and compared.

    Args:
      text: as from `json_writer.write`, or of the same form; bytes are UTF-8.

    Raises:
      InputError: naming the place, such as "modules[1]", for text that is not of this form, or
        that contradicts itself.

    Example:
      >>> read("[]")
      Traceback (most recent call last):
      nsculpt.errors.InputError: analysis JSON: expected an object, got []
    """
    parts = _object(_loaded(text), "", ("kind", "schema_version"), others=True)
    if parts["kind"] != json_writer.KIND:
        _refuse("kind", f'expected "{json_writer.KIND}"', parts["kind"])
    if (
        type(parts["schema_version"]) is not int
        or parts["schema_version"] != json_writer.SCHEMA_VERSION
    ):
        _refuse("schema_version", f"expected {json_writer.SCHEMA_VERSION}", parts["schema_version"])
    _object(parts, "", json_writer.FIELDS)

    sizes = _layer_sizes(parts["layer_sizes"])
    edges = [
        _mask(pairs, f"edges[{layer}]", (sizes[layer], sizes[layer + 1]))
        for layer, pairs in enumerate(_array(parts["edges"], "edges", len(sizes) - 1, "layers"))
    ]
    live_units = _live_units(parts["live_units"], sizes, edges)
    clusters, modules = _labels(parts, "", live_units)
    graph = hierarchy.module_graph(
        connectivity.between_live(live_units, edges), live_units, modules
    )
    _same(parts["hierarchy"], json_writer.graph_form(graph), "hierarchy")

    settings = _object(parts["settings"], "settings", json_writer.SETTINGS)
    _whole(settings["path_length"], "settings.path_length", 1)
    if type(parts["ambiguous"]) is not bool:
        _refuse("ambiguous", "expected true or false", parts["ambiguous"])
    return result.Analysis(
        layer_sizes=sizes,
        edges=edges,
        live_units=live_units,
        clusters=clusters,
        modules=modules,
        hierarchy=graph,
        scores=_scores(parts["scores"]),
        path_length=settings["path_length"],
        merge_threshold=_share(settings["merge_threshold"], "settings.merge_threshold"),
        modularity_threshold=_share(
            settings["modularity_threshold"], "settings.modularity_threshold"
        ),
        features=_text(settings["features"], "settings.features"),
        clustering=_text(settings["clustering"], "settings.clustering"),
        input_names=_names(parts["input_names"], "input_names", sizes[0]),
        output_names=_names(parts["output_names"], "output_names", sizes[-1]),
        tied_layers=_layers(parts["tied_layers"], "tied_layers", len(sizes)),
        ambiguous=parts["ambiguous"],
        alternatives=[
            _alternative(other, f"alternatives[{i}]", live_units)
            for i, other in enumerate(_array(parts["alternatives"], "alternatives"))
        ],
        num_permutations=_whole(parts["num_permutations"], "num_permutations", 0),
    )


def _loaded(text: str | bytes) -> Any:
    if not isinstance(text, str | bytes):
        _fail("", f"expected text, got {type(text).__name__}")

    def refuse_constant(name: str) -> NoReturn:
        _fail("", f"expected finite numbers, got {name}")

    try:
        return json.loads(
            text.decode() if isinstance(text, bytes) else text,
            object_pairs_hook=_without_doubles,
            parse_constant=refuse_constant,
        )
    except errors.InputError:
        raise
    except json.JSONDecodeError as error:
        _fail("", f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}")
    except UnicodeDecodeError as error:
        _fail("", f"expected UTF-8, got byte {error.object[error.start]:#04x} at {error.start}")
    except RecursionError:
        _fail("", "nested too deeply")
    except ValueError:  # integers of thousands of digits
        _fail("", "a number has too many digits")


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; Python's reader would keep the last of two equal names without a word."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            _fail("", f"the name {_shown(name)} stands twice in one object")
        found[name] = value
    return found


def _fail(place: str, message: str) -> NoReturn:
    raise errors.InputError(f"analysis JSON: {place}{': ' if place else ''}{message}")


def _refuse(place: str, expected: str, value: Any) -> NoReturn:
    _fail(place, f"{expected}, got {_shown(value)}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _object(value: Any, place: str, fields: Sequence[str], others: bool = False) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(place, "expected an object", value)
    for field in fields:
        if field not in value:
            _fail(place, f"expected a field {field!r}, got none")
    unknown = [name for name in value if name not in fields]
    if unknown and not others:
        _fail(place, f"unknown field {_shown(unknown[0])}")
    return value


def _array(value: Any, place: str, length: int | None = None, noun: str = "") -> list[Any]:
    if not isinstance(value, list):
        _refuse(place, "expected a list", value)
    if length is not None and len(value) != length:
        _fail(place, f"expected {length} {noun}, got {len(value)}")
    return value


def _whole(value: Any, place: str, least: int, below: int | None = None) -> int:
    if type(value) is not int or value < least or (below is not None and value >= below):
        bounds = f"of at least {least}" if below is None else f"from {least} to {below - 1}"
        _refuse(place, f"expected a whole number {bounds}", value)
    return value


def _share(value: Any, place: str) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        _refuse(place, "expected a number from 0 to 1", value)
    return float(value)


def _text(value: Any, place: str) -> str:
    if not isinstance(value, str):
        _refuse(place, "expected text", value)
    return value


def _names(value: Any, place: str, size: int) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = _array(value, place, size, "names")
    return tuple(_text(name, f"{place}[{i}]") for i, name in enumerate(names))


def _layers(value: Any, place: str, num_layers: int) -> tuple[int, ...]:
    layers = [_whole(n, f"{place}[{i}]", 0, num_layers) for i, n in enumerate(_array(value, place))]
    if sorted(set(layers)) != layers:
        _refuse(place, "expected layers that rise", layers)
    return tuple(layers)


def _layer_sizes(value: Any) -> tuple[int, ...]:
    sizes = tuple(
        _whole(size, f"layer_sizes[{layer}]", 1)
        for layer, size in enumerate(_array(value, "layer_sizes"))
    )
    if len(sizes) < 2:
        _fail("layer_sizes", f"expected at least 2 layers, got {len(sizes)}")
    if sum(map(math.prod, itertools.pairwise(sizes))) > _MOST_WEIGHTS:
        _fail("layer_sizes", f"expected at most {_MOST_WEIGHTS} places for edges")
    return sizes


def _mask(value: Any, place: str, shape: tuple[int, int]) -> np.ndarray:
    """Boolean `[fan_in, fan_out]` from pairs of indices."""
    mask = np.zeros(shape, bool)
    for i, pair in enumerate(_array(value, place)):
        if not isinstance(pair, list) or len(pair) != 2:
            _refuse(f"{place}[{i}]", "expected [from, to]", pair)
        ends = tuple(
            _whole(unit, f"{place}[{i}]", 0, size) for unit, size in zip(pair, shape, strict=True)
        )
        if mask[ends]:
            _refuse(f"{place}[{i}]", "expected each edge once", pair)
        mask[ends] = True
    return mask


def _live_units(value: Any, sizes: tuple[int, ...], edges: list[np.ndarray]) -> list[np.ndarray]:
    listed = [
        [_whole(u, f"live_units[{layer}][{i}]", 0, sizes[layer]) for i, u in enumerate(units)]
        for layer, units in enumerate(
            _array(units, f"live_units[{layer}]")
            for layer, units in enumerate(_array(value, "live_units", len(sizes), "layers"))
        )
    ]
    live_units, live_edges = connectivity.live(edges)
    for layer, (mask, kept) in enumerate(zip(edges, live_edges, strict=True)):
        if not np.array_equal(mask, kept):
            _fail(f"edges[{layer}]", "expected edges between live units alone")
    for layer, (units, found) in enumerate(zip(listed, json_writer.lists(live_units), strict=True)):
        if units != found:
            _fail(
                f"live_units[{layer}]",
                f"expected {_shown(found)}, by the edges; got {_shown(units)}",
            )
    if not len(live_units[0]):
        _fail("edges", "expected a path from an input to an output")
    return live_units


def _labels(
    parts: dict[str, Any], place: str, live_units: list[np.ndarray]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Clusters and modules of live units, each numbered without gaps."""
    both = []
    for field in ("clusters", "modules"):
        layers = []
        for layer, labels in enumerate(
            _array(parts[field], f"{place}{field}", len(live_units), "layers")
        ):
            here = f"{place}{field}[{layer}]"
            _array(labels, here, len(live_units[layer]), "labels")
            for i, label in enumerate(labels):
                _whole(label, f"{here}[{i}]", 0)
            layers.append(labels)
        groups = layers if field == "clusters" else [list(itertools.chain(*layers))]
        for layer, labels in enumerate(groups):
            count = len(set(labels))
            missing = set(range(count)) - set(labels)
            if missing:
                where = f"{place}{field}" + (f"[{layer}]" if field == "clusters" else "")
                told = f"expected numbers without gaps, 0 to {count - 1}; got no {min(missing)}"
                _fail(where, told)
        both.append([np.array(labels, np.int64) for labels in layers])
    for layer, labels in enumerate(zip(*both, strict=True)):
        pairs = set(zip(*map(np.ndarray.tolist, labels), strict=True))
        if len(pairs) > len({cluster for cluster, _ in pairs}):
            _fail(f"{place}modules[{layer}]", "expected one module for all units of a cluster")
    return both[0], both[1]


def _alternative(value: Any, place: str, live_units: list[np.ndarray]) -> result.Alternative:
    parts = _object(value, place, ("clusters", "modules", "share"))
    clusters, modules = _labels(parts, f"{place}.", live_units)
    share = _share(parts["share"], f"{place}.share")
    if not share:
        _refuse(f"{place}.share", "expected more than 0", parts["share"])
    return result.Alternative(clusters=clusters, modules=modules, share=share)


def _scores(value: Any) -> dict[str, Any] | None:
    if value is None:
        return None
    for name, score in _object(value, "scores", (), others=True).items():
        if isinstance(score, list | dict) or (isinstance(score, float) and math.isinf(score)):
            _refuse(
                f"scores[{_shown(name)}]",
                "expected null, a boolean, a finite number or text",
                score,
            )
    return value


def _same(found: Any, expected: Any, place: str) -> None:
    """Refuses the first place where what was found is not what is expected."""
    if isinstance(expected, dict):
        _object(found, place, tuple(expected))
        for name, part in expected.items():
            _same(found[name], part, f"{place}.{name}")
    elif isinstance(expected, list):
        _array(found, place, len(expected), "items")
        for i, part in enumerate(expected):
            _same(found[i], part, f"{place}[{i}]")
    elif type(found) is not type(expected) or found != expected:
        _fail(place, f"expected {_shown(expected)}, by edges and modules; got {_shown(found)}")
