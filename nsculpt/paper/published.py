"""The paper's published networks: read, analysed, and held against the official answers."""

import dataclasses
import gzip
import io
import itertools
import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nsculpt import errors, numeric, tasks
from nsculpt.analysis import pipeline, result
from nsculpt.scores import partitions
from nsculpt.tasks import files
from nsculpt.tasks import task as task_lib

_WIDEST = 10_000  # units of a layer; the paper's widest has 1568


@dataclasses.dataclass(frozen=True, eq=False)
class PublishedNetwork:
    """A final network of the paper, with what the official analysis says of it."""

    where: str  # file and line, for messages
    task: str
    layer_sizes: tuple[int, ...]
    seed: int
    unit_step: float  # percent
    edge_step: float  # percent
    path_length: int
    # Boolean [fan_in, fan_out], one for each weight layer.
    masks: list[np.ndarray]
    # For each layer: live units, and the cluster and the module of each of them.
    live_units: list[np.ndarray]
    clusters: list[np.ndarray]
    modules: list[np.ndarray]


@dataclasses.dataclass(frozen=True)
class Agreement:
    """In how many networks an analysis gives the official answer."""

    num_networks: int
    live_units: int
    clusters: int
    modules: int
    # Those whose answer the order of units may have decided.
    ambiguous: int


def read(path: files.Path) -> list[PublishedNetwork]:
    """The networks of a networks.jsonl.gz.

    Args:
      path: gzip of one JSON object a line, with the fields `task`, `layer_sizes`, `seed`,
        `unit_step_percent`, `edge_step_percent`, `path_length`, `edges` (alive `[from, to]` pairs
        of each weight layer), `live_units`, `layer_clusters` and `modules`; others are left alone.

    Returns:
      The networks, in the order of the file; at least one.

    Raises:
      InputError: names the file, the line and the field.
    """
    networks = [
        _network(f"{path}, line {number}", line)
        for number, line in enumerate(_lines(path), start=1)
        if line.strip()
    ]
    if not networks:
        raise errors.InputError(f"{path}: expected at least one network, got none")
    return networks


def _lines(path: files.Path) -> Iterator[bytes]:
    with gzip.GzipFile(fileobj=io.BytesIO(files.read_bytes(path))) as unpacked:
        try:
            yield from unpacked
        except (OSError, EOFError, zlib.error) as error:
            raise errors.InputError(f"{path}: expected a whole gzip file; {error}") from error


def _network(where: str, line: bytes) -> PublishedNetwork:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise errors.InputError(f"{where}: expected one JSON object; {error}") from error
    if not isinstance(fields, dict):
        raise errors.InputError(f"{where}: expected one JSON object")
    reader = _Fields(where, fields)
    layer_sizes = reader.whole_numbers("layer_sizes", 1, _WIDEST)
    if len(layer_sizes) < 2:
        raise errors.InputError(f"{where}: layer_sizes: expected at least two")
    live_units = [
        reader.array(f"live_units[{i}]", units, (-1,), size)
        for i, (units, size) in enumerate(reader.zipped("live_units", layer_sizes))
    ]
    labels = {}
    for name in ("layer_clusters", "modules"):
        pairs = reader.zipped(name, live_units)
        labels[name] = [
            reader.array(f"{name}[{i}]", values, units.shape, _WIDEST * len(layer_sizes))
            for i, (values, units) in enumerate(pairs)
        ]
    task = fields.get("task")
    if not isinstance(task, str):
        raise errors.InputError(f"{where}: task: expected a name, got {task!r:.80}")
    return PublishedNetwork(
        where=where,
        task=task,
        layer_sizes=layer_sizes,
        seed=reader.whole_number("seed", 0),
        unit_step=reader.percent("unit_step_percent"),
        edge_step=reader.percent("edge_step_percent"),
        path_length=reader.whole_number("path_length", 1),
        masks=reader.masks(layer_sizes),
        live_units=live_units,
        clusters=labels["layer_clusters"],
        modules=labels["modules"],
    )


class _Fields:
    """Fields of one line, checked as they are taken."""

    def __init__(self, where: str, fields: dict[str, Any]):
        self._where = where
        self._fields = fields

    def _wrong(self, name: str, expected: str, value: Any) -> errors.InputError:
        return errors.InputError(f"{self._where}: {name}: expected {expected}, got {value!r:.80}")

    def whole_number(self, name: str, least: int) -> int:
        value: Any = self._fields.get(name)
        if not numeric.is_whole(value) or value < least:
            raise self._wrong(name, f"a whole number of at least {least}", value)
        return value

    def whole_numbers(self, name: str, least: int, most: int) -> tuple[int, ...]:
        values = self._fields.get(name)
        if not isinstance(values, list) or not all(
            numeric.is_whole(value) and least <= value <= most for value in values
        ):
            raise self._wrong(name, f"whole numbers from {least} to {most}", values)
        return tuple(values)

    def percent(self, name: str) -> float:
        value: Any = self._fields.get(name)
        if not numeric.is_real(value) or not 0 < value <= 100:
            raise self._wrong(name, "a percent above 0 and up to 100", value)
        return float(value)

    def zipped(self, name: str, others: Sequence[Any]) -> list[tuple[Any, Any]]:
        """The parts of a field together with those of something that must be as long."""
        values = self._fields.get(name)
        if not isinstance(values, list) or len(values) != len(others):
            raise self._wrong(name, f"{len(others)} lists", values)
        return list(zip(values, others, strict=True))

    def array(self, name: str, values: Any, shape: tuple[int, ...], below: int) -> np.ndarray:
        """An array of whole numbers from 0; -1 in the shape is any length."""
        if not isinstance(values, list):
            raise self._wrong(name, "a list", values)
        try:
            array = np.array(values) if values else np.empty(np.maximum(shape, 0), int)
        except ValueError as error:  # of lists that are not equally long
            raise self._wrong(name, "whole numbers", values) from error
        fits = array.ndim == len(shape) and all(
            asked in (-1, got) for asked, got in zip(shape, array.shape, strict=True)
        )
        if not fits or array.dtype.kind != "i" or ((array < 0) | (array >= below)).any():
            sizes = " x ".join("n" if length == -1 else str(length) for length in shape)
            raise self._wrong(name, f"{sizes} whole numbers from 0 to {below - 1}", values)
        return array

    def masks(self, layer_sizes: tuple[int, ...]) -> list[np.ndarray]:
        shapes = list(itertools.pairwise(layer_sizes))
        masks = []
        for i, (pairs, shape) in enumerate(self.zipped("edges", shapes)):
            ends = self.array(f"edges[{i}]", pairs, (-1, 2), max(shape))
            if (ends >= shape).any():
                raise self._wrong(f"edges[{i}]", f"units of a {shape[0]} x {shape[1]} layer", pairs)
            mask = np.zeros(shape, bool)
            mask[ends[:, 0], ends[:, 1]] = True
            masks.append(mask)
        return masks


def analyse(networks: Sequence[PublishedNetwork]) -> list[result.Analysis]:
    """The analysis of each network, with scores against the truth of its task.

    Raises:
      InputError: names the file and the line of a network whose task is not known, that does not
        fit its task, or that has no path from an input to an output.
    """
    known: dict[str, task_lib.Task] = {}
    analyses = []
    for network in networks:
        try:
            if network.task not in known:
                known[network.task] = tasks.load_task(network.task)
            analyses.append(_analysis(network, known[network.task]))
        except errors.InputError as error:
            raise errors.InputError(f"{network.where}: {error}") from error
    return analyses


def _analysis(network: PublishedNetwork, task: task_lib.Task) -> result.Analysis:
    ends = network.layer_sizes[0], network.layer_sizes[-1]
    if ends != (task.num_inputs, task.num_outputs):
        raise errors.InputError(
            f"layer_sizes: expected {task.num_inputs} inputs and {task.num_outputs} outputs, those "
            f"of {task.name}; got {ends[0]} and {ends[1]}"
        )
    return pipeline.analyze(network.masks, network.path_length, truth=task)


def agreement(
    networks: Sequence[PublishedNetwork], analyses: Sequence[result.Analysis]
) -> Agreement:
    """Counts of networks whose analysis gives the official live units, clusters and modules.

    Args:
      networks: with the official answers; at least one.
      analyses: one for each.
    """
    equal = []
    for network, found in zip(networks, analyses, strict=True):
        live = all(map(np.array_equal, network.live_units, found.live_units))
        clusters = live and all(map(partitions.equal, network.clusters, found.clusters))
        modules = live and partitions.equal(
            np.concatenate(network.modules), np.concatenate(found.modules)
        )
        equal.append((live, clusters, modules))
    live_units, same_clusters, same_modules = (sum(column) for column in zip(*equal, strict=True))
    return Agreement(
        num_networks=len(networks),
        live_units=live_units,
        clusters=same_clusters,
        modules=same_modules,
        ambiguous=sum(found.ambiguous for found in analyses),
    )
