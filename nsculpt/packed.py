"""Finished networks in little memory: of their arrays, what belongs to alive edges.

A sculpted network of a million edges has some thousand left, and 280 of them are a gigabyte as
arrays.
"""

import dataclasses
import hashlib
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from nsculpt.sculpting import jobs


class Layer(NamedTuple):
    """A weight layer."""

    shape: tuple[int, int]  # fan_in, fan_out
    alive: np.ndarray  # places of the alive edges in the flattened mask, rising, int32
    weights: np.ndarray  # of these edges, float32
    bias: np.ndarray  # [fan_out] float32


@dataclasses.dataclass(frozen=True, eq=False)
class Packed:
    """What a finished job found, as far as its selection, analysis and export need it."""

    status: str
    num_rounds: int
    wrong_bits: int  # on the validation data
    dense_wrong_bits: int  # of the dense network before any pruning
    layers: tuple[Layer, ...]

    @property
    def alive_edges(self) -> int:
        return sum(len(layer.alive) for layer in self.layers)

    def edges(self, layer: int) -> np.ndarray:
        """The mask `[fan_in, fan_out]` of a weight layer, True = alive."""
        return _unpacked(self.layers[layer], True, np.bool_)

    def kernel(self, layer: int) -> np.ndarray:
        """The kernel `[fan_in, fan_out]` of a weight layer."""
        return _unpacked(self.layers[layer], self.layers[layer].weights, np.float32)

    @property
    def masks(self) -> list[np.ndarray]:
        return [self.edges(layer) for layer in range(len(self.layers))]

    @property
    def kernels(self) -> list[np.ndarray]:
        return [self.kernel(layer) for layer in range(len(self.layers))]

    @property
    def biases(self) -> list[np.ndarray]:
        return [layer.bias for layer in self.layers]


def pack(records: Mapping[jobs.Job, jobs.Record]) -> dict[jobs.Job, Packed]:
    """The networks of finished jobs; each record is looked up once, and let go.

    Layers that are equal are kept once: a job that found nothing better has the network of the job
    before it.

    Example:
      >>> kernel, bias = np.array([[2, 0]], np.float32), np.zeros(2, np.float32)
      >>> removed_at = np.array([[0, 1]], np.int16)
      >>> record = jobs.Record(
      ...     [kernel], [bias], [removed_at], np.zeros(2, jobs.ROUND), jobs.ACCEPTED
      ... )
      >>> found = pack({jobs.Job(0): record})[jobs.Job(0)]
      >>> found.alive_edges, found.kernels[0].tolist(), found.masks[0].tolist()
      (1, [[2.0, 0.0]], [[True, False]])
    """
    kept: dict[bytes, Layer] = {}
    packed = {}
    for job, record in records.items():
        layers = []
        for kernel, bias, mask in zip(record.kernels, record.biases, record.edges, strict=True):
            alive = np.flatnonzero(mask).astype(np.int32)
            layer = Layer(mask.shape, alive, kernel.ravel()[alive], bias)
            layers.append(kept.setdefault(_digest(layer), layer))
        packed[job] = Packed(
            record.status,
            len(record.rounds),
            record.wrong_bits,
            int(record.rounds["wrong_bits"][0]),
            tuple(layers),
        )
    return packed


def _digest(layer: Layer) -> bytes:
    digest = hashlib.sha256(repr((layer.shape, len(layer.alive))).encode())
    for array in (layer.alive, layer.weights, layer.bias):
        digest.update(array.tobytes())
    return digest.digest()


def _unpacked(layer: Layer, values: np.ndarray | bool, dtype: type[np.generic]) -> np.ndarray:
    whole = np.zeros(layer.shape, dtype)
    whole.ravel()[layer.alive] = values  # a view, as `whole` lies in one piece
    return whole
