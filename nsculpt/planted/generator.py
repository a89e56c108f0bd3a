"""Planted networks: sparse layered networks whose modules are known by construction."""

import dataclasses
import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import networkx as nx
import numpy as np

from nsculpt import errors
from nsculpt.tasks import groups, task

# What `draw` draws from, both ends included; see there for their one dependence. With one hidden
# layer and overlap, or with fewer links than `DENSITIES` says, gaps that chance leaves in the links
# now and then look like structure (depth 1, density 0.75, 2 or 3 functions: 3 networks of 360).
RANGES = {
    "num_functions": (2, 5),
    "depth": (2, 5),
    "width": (3, 6),
    "overlap": (0, 3),
    "reuse": (1, 3),
}
DENSITIES = (0.75, 1.0)
# With more functions the published rule cannot be relied on to see inputs that all of them read.
_MOST_FUNCTIONS_WITH_OVERLAP = 3
# Own inputs for each shared one; with 9 or more, the merge threshold of 0.9 hides the shared ones.
_MOST_WIDTH_TO_OVERLAP = 8


@dataclasses.dataclass(frozen=True, eq=False)
class Planted:
    """A network and what is known about it; all its units are live."""

    # The arguments of `generate` but for the seed.
    knobs: dict[str, Any]
    # Boolean [fan_in, fan_out], one for each weight layer.
    masks: list[np.ndarray]
    # For each layer, the module of each unit, numbered over the network.
    modules: list[np.ndarray]
    # With a hierarchy and the success rule "general".
    truth: task.Truth


@dataclasses.dataclass(frozen=True)
class _Block:
    """The units of one module in one layer."""

    module: str
    size: int
    # Modules of the layer below that they read.
    reads: tuple[str, ...] = ()


def generate(
    seed: int,
    *,
    num_functions: int = 3,
    depth: int = 3,
    width: int = 4,
    overlap: int = 0,
    reuse: int = 1,
    density: float = 1.0,
) -> Planted:
    """A network made of modules that are linked by plan.

    Each of several functions reads `width` inputs of its own and `overlap` inputs that all
    functions read. Without reuse it drives outputs of its own. With reuse, it is read by `reuse`
    further modules, which drive the outputs: all but one of them read it alone, the last one reads
    every function. A seed decides in which layer the functions end and their readers begin.

    The modules of the plan are those that the definitions of DESIGN 5.2 and 5.3 ask for: a function
    is one module with its own inputs and, without reuse, its outputs, since nearly all edges stay
    inside. With overlap, the own inputs and the shared inputs are modules by themselves, since a
    function's first layer gets more than a tenth of its edges from the shared ones. The truth
    follows from who reads whom in the plan; no network is ever analysed to make it.

    Every module has `width` units in each of its layers, since distance modularity joins small
    clusters where others are much larger. Within a module, and from a module to its readers, a unit
    is linked to the share `density` of the units of a block of the next layer, drawn at random, and
    every unit is linked from below. The units of a layer stand in random order.

    Args:
      seed: of the links and of the order of units.
      num_functions: at least 2.
      depth: number of hidden layers, at least 1; at least 2 with reuse.
      width: units of a module in one layer, at least 2; outputs of each module that drives some.
      overlap: number of shared inputs; where there are any, at least an eighth of `width`.
      reuse: readers of each function; 1 means that it drives outputs itself.
      density: above 0 and up to 1.

    Returns:
      Network, modules and truth.

    Raises:
      InputError: a knob out of its range.

    Example:
      >>> network = generate(0, num_functions=2, depth=1, width=2)
      >>> [labels.tolist() for labels in network.modules]
      [[1, 0, 0, 1], [1, 1, 0, 0], [0, 1, 0, 1]]
      >>> network.truth.input_groups
      ((0, 3), (1, 2))
    """
    knobs = {
        "num_functions": num_functions,
        "depth": depth,
        "width": width,
        "overlap": overlap,
        "reuse": reuse,
        "density": density,
    }
    _check(knobs)
    rng = np.random.default_rng(seed)
    top = depth if reuse == 1 else int(rng.integers(1, depth))  # of the functions' layers
    layers = list(_plan(num_functions, depth, top, width, overlap, reuse))
    names = list(dict.fromkeys(block.module for blocks in layers for block in blocks))
    number = {name: i for i, name in enumerate(names)}
    modules = [
        rng.permutation(np.repeat([number[b.module] for b in blocks], [b.size for b in blocks]))
        for blocks in layers
    ]
    masks = []
    for (lower, upper), blocks in zip(itertools.pairwise(modules), layers[1:], strict=True):
        mask = np.zeros((len(lower), len(upper)), bool)
        for block in blocks:
            for name in block.reads:
                rows = np.flatnonzero(lower == number[name])
                columns = np.flatnonzero(upper == number[block.module])
                mask[np.ix_(rows, columns)] = _links(rng, len(rows), len(columns), density)
        masks.append(mask)
    truth = task.Truth(
        groups.from_labels(modules[0].tolist()),
        groups.from_labels(modules[-1].tolist()),
        _functions(layers, modules, number),
    )
    return Planted(knobs, masks, modules, truth)


def _check(knobs: dict[str, Any]) -> None:
    least = {"num_functions": 2, "depth": 1, "width": 2, "overlap": 0, "reuse": 1}
    for name, lowest in least.items():
        if knobs[name] < lowest:
            raise errors.InputError(f"{name}={knobs[name]}: expected at least {lowest}")
    if knobs["reuse"] > 1 and knobs["depth"] == 1:
        raise errors.InputError("depth=1: expected at least 2 hidden layers with reuse above 1")
    if 0 < knobs["overlap"] * _MOST_WIDTH_TO_OVERLAP < knobs["width"]:
        raise errors.InputError(
            f"overlap={knobs['overlap']}: expected 0 or at least width / {_MOST_WIDTH_TO_OVERLAP}; "
            f"got width={knobs['width']}"
        )
    if not 0 < knobs["density"] <= 1:
        raise errors.InputError(f"density={knobs['density']}: expected above 0 and up to 1")


def _plan(
    num_functions: int, depth: int, top: int, width: int, overlap: int, reuse: int
) -> Iterator[list[_Block]]:
    """The blocks of each layer, from the inputs up; functions reach up to hidden layer `top`."""
    functions = [f"function {i}" for i in range(num_functions)]
    # A module's name in the layers where it is present; `reads` is what its first layer reads.
    reads: dict[str, tuple[str, ...]]
    if overlap:
        reads = {name: (f"inputs of {name}", "shared inputs") for name in functions}
        inputs = [_Block(f"inputs of {name}", width) for name in functions]
        yield [*inputs, _Block("shared inputs", overlap)]
    else:
        reads = {name: (name,) for name in functions}
        yield [_Block(name, width) for name in functions]
    for layer in range(1, depth + 2):
        yield [_Block(name, width, read) for name, read in reads.items()]
        reads = {name: (name,) for name in reads}
        if reuse > 1 and layer == top:
            reads = {
                f"reader {j} of {name}": (name,) for name in functions for j in range(reuse - 1)
            }
            reads["reader of all"] = tuple(functions)


def _links(rng: np.random.Generator, num_rows: int, num_columns: int, density: float) -> np.ndarray:
    """Links between two blocks, boolean `[rows, columns]`, no row and no column empty."""
    count = math.ceil(density * num_columns)
    linked = np.tile(np.arange(num_columns) < count, (num_rows, 1))
    mask = rng.permuted(linked, axis=1)
    bare = np.flatnonzero(~mask.any(axis=0))
    mask[rng.integers(num_rows, size=len(bare)), bare] = True
    return mask


def _functions(
    layers: Sequence[Sequence[_Block]], modules: Sequence[np.ndarray], number: dict[str, int]
) -> nx.DiGraph:
    """The sub-functions as a truth states them: which inputs and outputs, who uses whom."""
    graph = nx.DiGraph()
    for layer, blocks in enumerate(layers[1:], start=1):
        for block in blocks:
            if block.module in graph:
                continue
            below = [_held(name, modules[0], number) for name in block.reads if layer == 1]
            graph.add_node(
                block.module,
                inputs=tuple(sorted(itertools.chain.from_iterable(below))),
                outputs=_held(block.module, modules[-1], number),
            )
            if layer > 1:
                graph.add_edges_from((name, block.module) for name in block.reads)
    return graph


def _held(module: str, labels: np.ndarray, number: dict[str, int]) -> tuple[int, ...]:
    return tuple(np.flatnonzero(labels == number[module]).tolist())


def draw(seed: int) -> Planted:
    """A planted network with knobs drawn uniformly from `RANGES` and `DENSITIES`.

    Only the overlap depends on another knob: it is 0 with more than 3 functions, where the
    published rule cannot see what all of them share. The distance modularity of the right clusters
    of inputs is then about -0.2 (4 functions: the random links decide) or above it, and above it
    the test "all one" has the last word: average linkage joins the shared inputs to one function
    after the other, and a cluster that reaches all units has everything in common with the last.

    Args:
      seed: of the knobs and of the network.

    Example:
      >>> draw(0).knobs["num_functions"]
      4
    """
    rng = np.random.default_rng([seed, 1])
    knobs: dict[str, Any] = {
        name: int(rng.integers(low, high, endpoint=True)) for name, (low, high) in RANGES.items()
    }
    if knobs["num_functions"] > _MOST_FUNCTIONS_WITH_OVERLAP:
        knobs["overlap"] = 0
    return generate(seed, **knobs, density=float(rng.uniform(*DENSITIES)))


def rewired(
    rng: np.random.Generator, masks: Sequence[np.ndarray], percent: float
) -> list[np.ndarray]:
    """A network in which a share of the edges, drawn at random, run elsewhere in their layer.

    Args:
      rng: what to draw with.
      masks: boolean `[fan_in, fan_out]`, one for each weight layer.
      percent: of all alive edges, 0 to 100, rounded to a number of edges. A layer gives up no more
        edges than it has absent ones.

    Returns:
      New masks: each moved edge stands where its layer had none; the layer has as many as before.

    Raises:
      InputError: a percent out of its range.

    Example:
      >>> masks = rewired(np.random.default_rng(0), [np.eye(2, dtype=bool)], 100)
      >>> masks[0].astype(int)
      array([[0, 1],
             [1, 0]])
    """
    if not 0 <= percent <= 100:
        raise errors.InputError(f"percent={percent}: expected 0 to 100")
    sizes = [int(mask.sum()) for mask in masks]
    moved = rng.permutation(sum(sizes))[: round(sum(sizes) * percent / 100)]
    starts = np.cumsum([0, *sizes])
    changed = []
    for mask, start, end in zip(masks, starts[:-1], starts[1:], strict=True):
        alive, absent = np.flatnonzero(mask), np.flatnonzero(~mask)
        leaving = alive[moved[(moved >= start) & (moved < end)] - start][: len(absent)]
        edges = mask.flatten()
        edges[leaving] = False
        edges[rng.permutation(absent)[: len(leaving)]] = True
        changed.append(edges.reshape(mask.shape))
    return changed
