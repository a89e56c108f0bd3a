"""A task: its data, its names, and what it declares about its own structure (the truth)."""

import dataclasses
import functools
import hashlib
from collections.abc import Mapping
from typing import Any, Protocol

import networkx as nx
import numpy as np

from nsculpt import errors

_LARGEST_ARRAY_BYTES = 10**9


class Source(Protocol):
    """Rows of (input, output) pairs that device code draws batches from."""

    @property
    def num_rows(self) -> int: ...

    @property
    def num_inputs(self) -> int: ...

    @property
    def num_outputs(self) -> int: ...

    def gather(self, rows: Any) -> tuple[Any, Any]:
        """Rows `[B]` int32 -> x `[B, I]`, y `[B, O]`, float32. May be traced by jax."""

    def sha256(self) -> str:
        """Hex digest of the content: equal data, equal digest."""


@dataclasses.dataclass(frozen=True, eq=False)
class ArraySource:
    """Rows held as two arrays.

    Example:
      >>> source = ArraySource(np.eye(2, dtype=np.float32), np.ones((2, 1), np.float32))
      >>> source.num_rows, source.num_inputs, source.num_outputs
      (2, 2, 1)
    """

    x: np.ndarray  # [N, I] float32
    y: np.ndarray  # [N, O] float32, each 0.0 or 1.0

    @property
    def num_rows(self) -> int:
        return self.x.shape[0]

    @property
    def num_inputs(self) -> int:
        return self.x.shape[1]

    @property
    def num_outputs(self) -> int:
        return self.y.shape[1]

    def gather(self, rows: Any) -> tuple[Any, Any]:
        import jax.numpy as jnp  # only device code asks for batches: analysis must not load jax

        return jnp.asarray(self.x)[rows], jnp.asarray(self.y)[rows]

    def sha256(self) -> str:
        digest = hashlib.sha256()
        for array in (self.x, self.y):
            digest.update(repr((array.shape, array.dtype.str)).encode())
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


@dataclasses.dataclass(frozen=True, eq=False)
class Truth:
    """What a task declares about its own structure.

    It may label only some inputs or outputs: scores leave the others out. A side without any label
    is an empty tuple, and its scores are None; both sides empty is refused (`scoring.check_truth`).

    In the hierarchy, a sub-function reads a group of inputs when it has one of them: the module of
    that group then has an edge to it.

    `success_rule` says what counts as `structure_recovered`:

    - "general": the input and output groups are found, and the module graph is that of
      `hierarchy`, with chains (modules that only pass on to one another) taken as one;
    - "partition": the input and output groups are found;
    - "reuse": as "partition", and all units of the first hidden layer are in modules of inputs;
    - "hierarchy": with 3 or more hidden layers, as "partition", and exactly one module holds
      neither inputs nor outputs; with fewer, the input groups are found, no module holds neither,
      and all outputs are in one.

    Source: DESIGN 3 and 5.5.

    Example: two pairs of inputs, each read by a sub-function of its own; the output reads both.
      >>> functions = nx.DiGraph()
      >>> functions.add_node("left", inputs=(0, 1), outputs=())
      >>> functions.add_node("right", inputs=(2, 3), outputs=())
      >>> functions.add_node("both", inputs=(), outputs=(0,))
      >>> functions.add_edges_from([("left", "both"), ("right", "both")])
      >>> truth = Truth(((0, 1), (2, 3)), ((0,),), functions)
      >>> truth.success_rule
      'general'
    """

    # Indices, each input (output) in one group at most.
    input_groups: tuple[tuple[int, ...], ...]
    output_groups: tuple[tuple[int, ...], ...]
    # Node = sub-function, with the attributes `inputs` (indices that it reads itself) and `outputs`
    # (indices that equal it or its negation), each () for none; an edge goes to the sub-function
    # that uses it. None where only the groups are known. Compared where both sides have labels.
    hierarchy: nx.DiGraph | None
    success_rule: str = "general"
    # True where an input may go unused without a fault (pixels at a border).
    inputs_optional: bool = False


@dataclasses.dataclass(frozen=True, eq=False, repr=False)
class Task:
    """What a network learns.

    Shapes: inputs `[N, I]` float32, outputs `[N, O]` float32 of 0.0 and 1.0. On a Boolean task the
    training and the validation rows are both the whole truth table, once.

    Example:
      >>> from nsculpt import load_task
      >>> load_task("reused")
      <Task 'reused': 4 inputs, 16 outputs, 16 training and 16 validation rows>
    """

    name: str
    train: Source
    valid: Source
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    test: Source | None = None
    truth: Truth | None = None
    inputs_optional: bool = False
    # True where the data are a complete truth table, so that 100 percent can be asked for.
    exact: bool = True
    # Groups of outputs of which one is 1 in every row: the network's answer for a group is its
    # largest logit. () where each output is a question of its own.
    classes: tuple[tuple[int, ...], ...] = ()
    # Rows and columns where the inputs are the pixels of an image, row by row.
    image_shape: tuple[int, int] | None = None
    # Flags, with values, that bring this task again; None for one made in Python.
    origin: Mapping[str, str] | None = None

    def __repr__(self) -> str:
        rows = f"{self.train.num_rows} training and {self.valid.num_rows} validation rows"
        return f"<Task {self.name!r}: {self.num_inputs} inputs, {self.num_outputs} outputs, {rows}>"

    @property
    def num_inputs(self) -> int:
        return self.train.num_inputs

    @property
    def num_outputs(self) -> int:
        return self.train.num_outputs

    @property
    def success_rule(self) -> str | None:
        return None if self.truth is None else self.truth.success_rule

    @functools.cached_property
    def sha256(self) -> str:
        """Digest of what a network can learn from: training and validation data, not the names."""
        return hashlib.sha256((self.train.sha256() + self.valid.sha256()).encode()).hexdigest()

    @property
    def x_train(self) -> np.ndarray:
        return _whole(self.train)[0]

    @property
    def y_train(self) -> np.ndarray:
        return _whole(self.train)[1]

    @property
    def x_valid(self) -> np.ndarray:
        return _whole(self.valid)[0]

    @property
    def y_valid(self) -> np.ndarray:
        return _whole(self.valid)[1]


def _whole(source: Source) -> tuple[np.ndarray, np.ndarray]:
    size = 4 * source.num_rows * (source.num_inputs + source.num_outputs)
    if size > _LARGEST_ARRAY_BYTES:
        raise errors.InputError(
            f"the data would be {size / 1e9:.1f} GB as one array; draw batches with gather(rows)"
        )
    if isinstance(source, ArraySource):
        return source.x, source.y
    x, y = source.gather(np.arange(source.num_rows))
    return np.asarray(x), np.asarray(y)
