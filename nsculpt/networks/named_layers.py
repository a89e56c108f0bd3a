"""Named arrays of any origin, told apart by their names and put together as layers."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nsculpt import errors, registry
from nsculpt.networks import arrays, entries, layer_order, names, network

_MOST_LISTED = 8


@dataclasses.dataclass(frozen=True)
class Reading:
    """How named arrays are to be read; see `loading.load_network`."""

    tolerance: float = 0.0
    orientation: str | None = None
    layers: tuple[str, ...] | None = None

    def given(self) -> dict[str, Any]:
        """What is not left at its default."""
        every = ((field, getattr(self, field.name)) for field in dataclasses.fields(self))
        return {field.name: value for field, value in every if value != field.default}


@dataclasses.dataclass
class _Layer:
    """The names of the arrays of a layer."""

    key: layer_order.Key
    mask: str | None = None
    weight: str | None = None
    bias: str | None = None

    @property
    def name(self) -> str:
        """Of the array that decides which edges there are."""
        name = self.mask or self.weight
        assert name is not None
        return name


@dataclasses.dataclass(frozen=True)
class _Source:
    named: Mapping[str, entries.Entry]
    place: str  # stands before a name in messages

    def at(self, name: str) -> str:
        return self.place + arrays.shown(name)

    def shape(self, name: str) -> tuple[int, ...]:
        return self.named[name].shape

    def read(self, name: str) -> np.ndarray:
        return arrays.as_array(self.named[name].read(None), self.at(name))


def load(named: Mapping[str, entries.Entry], place: str, reading: Reading) -> network.Network:
    """A network from named arrays.

    Args:
      named: arrays by name; their order means nothing.
      place: what stands before a name in messages, such as "net.npz: ".
      reading: what the caller says about them.

    Returns:
      The network, with names where there are arrays `input_names` and `output_names` of strings.

    Raises:
      InputError: naming the arrays at fault: no layers, two arrays for one purpose, layers whose
        order or orientation cannot be told, and what `arrays` refuses.

    Example:
      >>> named = entries.flattened({"fc1_mask": [[1, 0]], "fc2_mask": [[1], [1]]})
      >>> load(named, "", Reading()).layer_sizes
      (1, 2, 1)
    """
    source = _Source({name: named[name] for name in names.of_layers(named)}, place)
    found = _layers(source, reading.layers)
    for layer in found:
        _check_layer(source, layer)
    num_edges = sum(math.prod(source.shape(layer.name)) for layer in found)
    arrays.check_size(num_edges, f"{place}layers")
    arrays_of_layers = [name for layer in found for name in (layer.mask, layer.weight)]
    order, orientation = layer_order.resolve(
        shapes={layer.key: source.shape(layer.name) for layer in found},
        places={layer.key: source.at(layer.name) for layer in found},
        orientation=reading.orientation or _by_biases(source, found),
        torch_like=any(map(names.is_torch_like, filter(None, arrays_of_layers))),
        ordered=reading.layers is not None,
    )
    by_key = {layer.key: layer for layer in found}
    ordered = [by_key[key] for key in order]
    edges, weights = _edges(source, ordered, reading.tolerance)
    edges = arrays.oriented(edges, orientation)
    return network.Network(
        edges,
        None if weights is None else arrays.oriented(weights, orientation),
        input_names=_strings(named, "input_names", place, len(edges[0])),
        output_names=_strings(named, "output_names", place, edges[-1].shape[1]),
        places=tuple(source.at(layer.name) for layer in ordered),
    )


def _layers(source: _Source, wanted: tuple[str, ...] | None) -> list[_Layer]:
    """Layers with the arrays of each; in the order that is wanted, if any is."""
    chosen = None if wanted is None else _chosen(source, wanted)
    found: dict[layer_order.Key, _Layer] = {}
    biases: dict[layer_order.Key, str] = {}
    for name, entry in source.named.items():
        num_axes = len(entry.shape)
        key = names.key(names.layer(name, num_axes))
        role = names.role(name, num_axes)
        if role == "bias":
            if _is_vector(entry.shape):
                biases.setdefault(key, name)
        elif (num_axes == 2 or not _is_vector(entry.shape)) and key in (chosen or [key]):
            _add(source, found.setdefault(key, _Layer(key)), role or "weight", name)
    if not found:
        listed = ", ".join(map(arrays.shown, list(source.named)[:_MOST_LISTED]))
        raise errors.InputError(
            f"{source.place}expected 2-D arrays of masks or weights, one or more; found "
            f"{listed or 'no array'}"
        )
    for key, layer in found.items():
        layer.bias = biases.get(key)
    return list(found.values()) if chosen is None else [found[key] for key in chosen]


def _is_vector(shape: Sequence[int]) -> bool:
    """Whether an array has at most one axis of more than one, so that it is none of a layer."""
    return sum(size != 1 for size in shape) < 2


def _add(source: _Source, layer: _Layer, role: str, name: str) -> None:
    before = getattr(layer, role)
    if before is not None:
        raise errors.InputError(
            f"{source.at(name)}: expected one array of {role}s for a layer; "
            f"{arrays.shown(before)} is another"
        )
    setattr(layer, role, name)


def _chosen(source: _Source, wanted: tuple[str, ...]) -> list[layer_order.Key]:
    """Keys of the layers that are wanted, by the name of the layer or of an array of it."""
    known: dict[str, layer_order.Key] = {}
    for name, entry in source.named.items():
        num_axes = len(entry.shape)
        if num_axes >= 2 and names.role(name, num_axes) != "bias":
            layer = names.layer(name, num_axes)
            known[name] = known[layer] = names.key(layer)
    chosen: list[layer_order.Key] = []
    for index, name in enumerate(wanted):
        place, shown = f"{source.place}layers[{index}]", arrays.shown(repr(name))
        key = known.get(name, names.key(names.layer(name, 2)))
        if key not in known.values() or not (key or name in known):
            hint = registry.nearest(name, {arrays.shown(each) for each in known if each})
            raise errors.InputError(f"{place}: no layer {shown}; {hint}")
        if key in chosen:
            raise errors.InputError(f"{place}: {shown} is layers[{chosen.index(key)}] already")
        chosen.append(key)
    return chosen


def _check_layer(source: _Source, layer: _Layer) -> None:
    for name in filter(None, (layer.mask, layer.weight)):
        shape = source.shape(name)
        if len(shape) > 2:
            raise errors.InputError(
                f"{source.at(name)}: expected 2-D arrays, since only dense layers are analysed; "
                f"got shape {list(shape)}; layers=[names from the inputs up] chooses dense ones"
            )
        arrays.check_shape(shape, source.at(name))
        if shape != source.shape(layer.name):
            raise errors.InputError(
                f"{source.at(name)}: expected the shape of {arrays.shown(layer.name)}, "
                f"{list(source.shape(layer.name))}; got {list(shape)}"
            )


def _by_biases(source: _Source, found: Sequence[_Layer]) -> str | None:
    """The orientation that the sizes of biases show, where they show one."""
    says: dict[str, str] = {}
    for layer in found:
        if layer.bias is None:
            continue
        first, second = source.shape(layer.name)
        size = math.prod(source.shape(layer.bias))
        if size not in (first, second):
            raise errors.InputError(
                f"{source.at(layer.bias)}: expected a bias for each unit of "
                f"{arrays.shown(layer.name)} {[first, second]}, got {size}; with "
                "orientation='in_out' or 'out_in' biases are not looked at"
            )
        if first != second:
            says.setdefault(arrays.IN_OUT if size == second else arrays.OUT_IN, layer.name)
    if len(says) == 2:
        raise errors.InputError(
            f"{source.at(says[arrays.IN_OUT])} is [fan_in, fan_out] by the size of its bias, and "
            f"{arrays.shown(says[arrays.OUT_IN])} [fan_out, fan_in]; expected all one way round, "
            "or orientation='in_out' or 'out_in'"
        )
    return next(iter(says), None)


def _edges(
    source: _Source, ordered: Sequence[_Layer], tolerance: float
) -> tuple[list[np.ndarray], list[np.ndarray] | None]:
    places = [source.at(layer.name) for layer in ordered]
    if all(layer.mask is None for layer in ordered):
        found = [source.read(layer.name) for layer in ordered]
        return arrays.edges_and_weights(found, places, tolerance)
    edges: list[np.ndarray] = []
    weights: list[np.ndarray] = []
    for layer, place in zip(ordered, places, strict=True):
        decides = source.read(layer.name)
        if layer.mask is not None:
            edges.append(arrays.mask_edges(decides, place))
        else:
            edges.append(arrays.weight_edges(decides, place, tolerance))
        if layer.weight is not None:
            values = arrays.as_weights(source.read(layer.weight), source.at(layer.weight))
            weights.append(np.where(edges[-1], values, 0.0))
    return edges, weights if len(weights) == len(edges) else None


def _strings(
    named: Mapping[str, entries.Entry], name: str, place: str, num_units: int
) -> tuple[str, ...] | None:
    if name not in named:
        return None
    listed = named[name].read(None) if len(named[name].shape) == 1 else None
    if listed is None or listed.dtype.kind != "U":
        raise errors.InputError(
            f"{place}{name}: expected strings, one for each unit; got shape "
            f"{list(named[name].shape)}"
        )
    found = tuple(listed.tolist())
    network.check_names(found, place + name, num_units)
    return found
