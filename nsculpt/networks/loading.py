"""One call that takes a network wherever it comes from."""

import dataclasses
import numbers
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import networkx as nx

from nsculpt import errors
from nsculpt.networks import arrays, entries, files, graph, named_layers, network, run_folder


def load_network(
    source: Any,
    *,
    tolerance: float = 0.0,
    orientation: str | None = None,
    layers: Sequence[str] | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    seed: int | None = None,
    unit_step: float | None = None,
    edge_step: float | None = None,
) -> network.Network:
    """Takes a sparse layered network from memory, a file or a run folder.

    Args:
      source: one of
        - a sequence of 2-D arrays `[fan_in, fan_out]` from the inputs up: 0/1, booleans or weights;
        - Flax variables, `{"params": ..., "masks": ...}` or either alone, nested as you like;
        - a mapping of names to arrays, such as a state dict;
        - the path of an `.npz` or `.safetensors` file of such arrays (known by its content);
        - the path of a run folder, or of its `networks.npz`, or of one of its jobs;
        - a NetworkX DiGraph whose nodes have an integer `layer`, its edges a `weight` if any.
        Names tell arrays apart: with `mask` among their words they are masks, and decide which
        edges there are; others are weights. 1-D arrays are biases. Layers whose names differ in one
        number stand in its order, others as their shapes chain.
      tolerance: of weights without masks, |w| > tolerance is an edge; finite, at least 0.
      orientation: "in_out" where arrays are `[fan_in, fan_out]`, "out_in" where they are
        `[fan_out, fan_in]`, as in PyTorch. By default as the biases' sizes say; for names as in
        PyTorch without biases, the only one in which the layers chain; "in_out" otherwise.
      layers: of named arrays, the layers to take, from the inputs up.
      input_names, output_names: one for each input and output; they beat those of the source.
      seed, unit_step, edge_step: which network of a run, steps in percent; by default the sparsest
        of the selected, the first of equals.

    Returns:
      The network; with truth and settings where a run folder knows them.

    Raises:
      InputError: in one line that names the place.

    Source: DESIGN 1, 8.

    Example:
      >>> import numpy as np
      >>> state = {"fc1.weight": np.ones((3, 2)), "fc1.bias": np.ones(3), "fc2.weight": np.eye(3)}
      >>> load_network(state).layer_sizes
      (2, 3, 3)
    """
    _check_tolerance(tolerance)
    if orientation is not None and orientation not in arrays.ORIENTATIONS:
        raise errors.InputError(
            f"orientation: expected 'in_out' or 'out_in', got {arrays.shown(repr(orientation))}"
        )
    reading = named_layers.Reading(float(tolerance), orientation, _listed("layers", layers))
    choice = run_folder.Choice(seed, unit_step, edge_step)
    inputs, outputs = _listed("input_names", input_names), _listed("output_names", output_names)
    found = _load(source, reading, choice)
    place = f"{files.place_of(source)}: " if isinstance(source, str | os.PathLike) else ""
    for names, field, num_units in (
        (inputs, "input_names", found.layer_sizes[0]),
        (outputs, "output_names", found.layer_sizes[-1]),
    ):
        if names is not None:
            _check_names(names, field, num_units)
        elif getattr(found, field) is not None:
            _check_names(getattr(found, field), f"{place}{field}", num_units)
    return dataclasses.replace(
        found,
        input_names=found.input_names if inputs is None else inputs,
        output_names=found.output_names if outputs is None else outputs,
    )


def _load(source: Any, reading: named_layers.Reading, choice: run_folder.Choice) -> network.Network:
    choices = {f.name: getattr(choice, f.name) for f in dataclasses.fields(choice)}
    reads = {"orientation": reading.orientation, "layers": reading.layers}
    if isinstance(source, network.Network):
        _refuse("a network that is loaded already", reads | choices)
        return source
    if isinstance(source, str | os.PathLike):
        path = files.existing(source)
        if path.is_dir():
            _refuse(f"the run folder {files.place_of(path)}", reads)
            return run_folder.load(path, choice)
        with files.opened(path) as named:
            return run_folder.from_entries(named, f"{files.place_of(path)}: ", reading, choice)
    if isinstance(source, Mapping):
        return run_folder.from_entries(entries.flattened(source), "", reading, choice)
    _refuse("one network", choices)
    if isinstance(source, nx.Graph):
        _refuse("a graph", reads)
        return graph.load(source, reading.tolerance)
    _refuse("a sequence of arrays", {"layers": reading.layers})
    return arrays.load(source, reading.tolerance, reading.orientation)


def _check_tolerance(value: Any) -> None:
    is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
    if not is_number or not 0 <= value <= sys.float_info.max:  # NaN fails the comparison too
        raise errors.InputError(
            f"tolerance: expected a finite number of at least 0, got {arrays.shown(repr(value))}"
        )


def _listed(argument: str, value: Any) -> tuple[str, ...] | None:
    if value is None:
        return None
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Iterable):
        raise errors.InputError(
            f"{argument}: expected a sequence of names, got {arrays.shown(repr(value))}"
        )
    names = tuple(value)
    for index, name in enumerate(names):
        if not isinstance(name, str):
            raise errors.InputError(
                f"{argument}[{index}]: expected a name, got {arrays.shown(repr(name))}"
            )
    if not names:
        raise errors.InputError(f"{argument}: expected at least one name, got none")
    return tuple(str(name) for name in names)  # np.str_ would show in JSON and in messages


def _refuse(kind: str, options: Mapping[str, Any]) -> None:
    for option, value in options.items():
        if value is not None:
            raise errors.InputError(
                f"{option}: got {arrays.shown(repr(value))}, which says nothing of {kind}; "
                "expected it to be left out"
            )


def _check_names(names: Sequence[str], place: str, num_units: int) -> None:
    if len(names) != num_units:
        raise errors.InputError(
            f"{place}: expected {num_units} names, one for each unit; got {len(names)}"
        )
    seen = set()
    for index, name in enumerate(names):
        if name in seen:
            raise errors.InputError(f"{place}[{index}]: doubled name {arrays.shown(repr(name))}")
        seen.add(name)
