"""One call that takes a network wherever it comes from."""

import dataclasses
import os
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import networkx as nx

from nsculpt import errors, numeric
from nsculpt.networks import (
    arrays,
    entries,
    files,
    graph,
    named_layers,
    network,
    run_folder,
    sequence,
)


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
        - the path of a run folder, or of its `networks.npz`, which in a finished run folder is
          read as the folder, with names, truth and settings, and elsewhere without; or of a job;
        - a NetworkX DiGraph whose nodes have an integer `layer`, its edges a `weight` if any.
        Names tell arrays apart: with `mask` among their words they are masks, and decide which
        edges there are; others are weights. 1-D arrays are biases. Layers whose names differ in one
        number stand in its order, others as their shapes chain.
      tolerance: of weights without masks, |w| > tolerance is an edge; finite, at least 0. Networks
        of a run, and one that is loaded already, take none.
      orientation: "in_out" where arrays are `[fan_in, fan_out]`, "out_in" where they are
        `[fan_out, fan_in]`, as in PyTorch. By default as the biases' sizes say. Where they do
        not, for arrays called `weight` as in PyTorch, the only one in which the layers chain: where
        both do, they are refused. For other names (`kernel`, `mask_0`, `arr_0`, `W1`), "in_out".
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
    listed = {
        "input_names": _listed("input_names", input_names),
        "output_names": _listed("output_names", output_names),
    }
    names: dict[str, Any] = {name: each for name, each in listed.items() if each is not None}
    return dataclasses.replace(_load(source, reading, choice, names), **names)


def _load(
    source: Any,
    reading: named_layers.Reading,
    choice: run_folder.Choice,
    names: Mapping[str, Any],
) -> network.Network:
    choices, reads = choice.given(), reading.given()
    if isinstance(source, network.Network):
        _refuse("a network that is loaded already", reads | choices)
        return source
    if isinstance(source, str | os.PathLike):
        path = files.existing(source)
        if path.name == "networks.npz" and run_folder.is_finished(path.parent):
            path = path.parent  # which knows names, truth and settings
        if path.is_dir():
            _refuse(f"the run folder {files.place_of(path)}", reads)
            return run_folder.load(path, choice)
        with files.opened(path) as named:
            place = f"{files.place_of(path)}: "
            return run_folder.from_entries(_without(named, names), place, reading, choice)
    if isinstance(source, Mapping):
        named = _without(entries.flattened(source), names)
        return run_folder.from_entries(named, "", reading, choice)
    _refuse("one network", choices)
    if isinstance(source, nx.Graph):
        _refuse("a graph", _without(reads, ["tolerance"]))
        return graph.load(source, reading.tolerance, **names)
    _refuse("a sequence of arrays", _without(reads, ["tolerance", "orientation"]))
    return sequence.load(source, reading.tolerance, reading.orientation)


def _without(named: Mapping[str, Any], left_out: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in named.items() if name not in left_out}


def _check_tolerance(value: Any) -> None:
    # NaN fails the comparison too.
    if not numeric.is_real(value) or not 0 <= value <= sys.float_info.max:
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
        raise errors.InputError(
            f"{option}: got {arrays.shown(repr(value))}, which says nothing of {kind}; "
            "expected it to be left out"
        )
