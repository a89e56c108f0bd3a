"""What most of several networks of one task agree on: inputs, outputs, and module graph."""

import dataclasses
from collections.abc import Hashable, Sequence
from typing import Any, Generic, TypeVar

from nsculpt import text
from nsculpt.analysis import result
from nsculpt.scores import isomorphism_classes, partitions, structure

# Groups of live inputs (outputs), each rising, in the order of their first members.
Partition = tuple[tuple[int, ...], ...]

# Longer partitions are counted.
_MOST_GROUPS = 40

# Of a kind that has an order.
_Value = TypeVar("_Value", bound=Any)


@dataclasses.dataclass(frozen=True)
class Mode(Generic[_Value]):
    """The most frequent of the values that networks show."""

    # None where no network shows any.
    value: _Value | None
    # Whether it is what the task declares; None where that is not known.
    is_true: bool | None
    # Positions of the networks that show it, rising, and the number of all networks.
    networks: tuple[int, ...]
    n: int
    # Number of different values, and whether another one is as frequent.
    num_distinct: int
    tied: bool

    @property
    def count(self) -> int:
        """Number of networks that show it."""
        return len(self.networks)

    @property
    def share(self) -> float | None:
        """Share of all networks that show it; None where there are no networks."""
        return self.count / self.n if self.n else None

    def to_dict(self) -> dict[str, Any]:
        """The fields, `count` and `share`, as JSON has them."""
        listed = dataclasses.asdict(self)
        return {**listed, "count": self.count, "share": self.share}


@dataclasses.dataclass(frozen=True)
class Consensus:
    """What most networks agree on, each part for itself."""

    # How the live inputs, and the outputs, are parted into modules.
    inputs: Mode[Partition]
    outputs: Mode[Partition]
    # The module graph, chains contracted, with the inputs and outputs that its nodes hold. Modules
    # that a chain unites are one here, so that networks of different partitions may share it.
    graph: Mode[isomorphism_classes.ModuleGraph]
    # How many of the networks that show `graph.value` are a success by the task's own rule, which
    # may ask for less than the declared graph (rule "hierarchy" with fewer than 3 hidden layers),
    # or for more (rule "reuse", of the first hidden layer); None where no truth is known.
    num_recovered: int | None

    def to_dict(self) -> dict[str, Any]:
        """The fields as dictionaries, tuples, numbers and booleans, for JSON."""
        parts = {part: getattr(self, part).to_dict() for part in ("inputs", "outputs", "graph")}
        return {**parts, "num_recovered": self.num_recovered}


def consensus(
    analyses: Sequence[result.Analysis | None], inputs_optional: bool = False
) -> Consensus:
    """The most frequent input partition, output partition and module graph.

    Networks may differ in their hidden layers. Of equally frequent values (then `tied`), the one
    counts that a network with the fewest live edges shows, as the sparsest network is the one that
    is selected; after that the first in sorted order. The order of the networks decides nothing.

    `is_true` comes from the networks' scores: of partitions it is `inputs_recovered` and
    `outputs_recovered`, so that a dead input is a fault unless the task calls its inputs optional,
    and only labelled inputs and outputs count; a graph is true when it is isomorphic to
    `structure.truth_graph`, with inputs and outputs matched (`module_structural_distance` 0).

    Where inputs are optional, as pixels at a border are, hardly two networks use the same ones:
    they then agree when they do so on the inputs that all of them use, if there are any. The value
    is that of the sparsest of them, with all of its inputs.

    Args:
      analyses: of networks of one task, scored against its truth where that is known; None for a
        network without any path, or a seed without any accepted network: such are counted in `n`,
        and show nothing.
      inputs_optional: whether an input may go unused without a fault.

    Source: DESIGN 4.5 and 5.5; this package's own summary of many runs.

    Example:
      >>> from nsculpt import analysis
      >>> apart = analysis.analyze([[[1, 0], [0, 1]]])
      >>> joined = analysis.analyze([[[1, 1], [1, 1]]])
      >>> found = consensus([apart, joined, apart, None])
      >>> found.inputs.value, found.inputs.count, found.inputs.share
      (((0,), (1,)), 2, 0.5)
    """
    shown = {place: each for place, each in enumerate(analyses) if each is not None}
    found = list(shown.values())
    num_edges = [sum(int(mask.sum()) for mask in analysis.edges) for analysis in found]
    scores = [analysis.scores or {} for analysis in found]

    def mode(
        values: Sequence[_Value], is_true: Sequence[bool | None], classes: Sequence[Hashable]
    ) -> Mode[_Value]:
        by_class: dict[Hashable, list[int]] = {}
        for i, number in enumerate(classes):
            by_class.setdefault(number, []).append(i)
        if not by_class:
            return Mode(None, None, (), len(analyses), 0, False)
        most = max(map(len, by_class.values()))
        frequent = [members for members in by_class.values() if len(members) == most]

        def rank(i: int) -> tuple[int, _Value]:
            return num_edges[i], values[i]

        best = min(frequent, key=lambda members: min(map(rank, members)))
        example = min(best, key=rank)
        places = list(shown)
        return Mode(
            value=values[example],
            is_true=is_true[example],
            networks=tuple(places[i] for i in best),
            n=len(analyses),
            num_distinct=len(by_class),
            tied=len(frequent) > 1,
        )

    in_use = [frozenset(analysis.live_units[0].tolist()) for analysis in found]
    common = frozenset.intersection(*in_use) if in_use and inputs_optional else frozenset()
    sides = []
    for layer, name in ((0, "inputs_recovered"), (-1, "outputs_recovered")):
        parted = [partition(analysis, layer) for analysis in found]
        compared = [_within(each, common) for each in parted] if common and not layer else parted
        sides.append(mode(parted, [each.get(name) for each in scores], compared))
    graphs = [structure.found_graph(analysis.hierarchy) for analysis in found]
    compared_graphs = graphs
    if common:
        outputs = frozenset(range(len(found[0].live_units[-1])))
        compared_graphs = [
            structure.found_graph(analysis.hierarchy, (common, outputs)) for analysis in found
        ]
    distances = [each.get("module_structural_distance") for each in scores]
    graph = mode(
        [isomorphism_classes.canonical(each) for each in graphs],
        [None if distance is None else distance == 0 for distance in distances],
        isomorphism_classes.classes(compared_graphs),
    )
    judged = [known for place in graph.networks if (known := shown[place].scores) is not None]
    return Consensus(
        inputs=sides[0],
        outputs=sides[1],
        graph=graph,
        num_recovered=sum(each["structure_recovered"] for each in judged) if judged else None,
    )


def _within(groups: Partition, inputs: frozenset[int]) -> Partition:
    """A partition of some of the inputs."""
    kept = (tuple(member for member in group if member in inputs) for group in groups)
    return tuple(sorted(group for group in kept if group))


def partition(analysis: result.Analysis, layer: int) -> Partition:
    """How the live units of a layer are parted into modules.

    Args:
      analysis: of a network.
      layer: 0 for the inputs, -1 for the outputs.

    Example:
      >>> from nsculpt import analysis
      >>> partition(analysis.analyze([[[1, 0], [0, 1], [1, 0]]]), 0)
      ((0, 2), (1,))
    """
    groups = partitions.groups(analysis.modules[layer], analysis.live_units[layer])
    return tuple(sorted(tuple(sorted(group)) for group in groups))


def partition_text(groups: Partition, names: Sequence[str] | None = None) -> str:
    """A partition to read, on one line.

    Args:
      groups: of inputs or of outputs.
      names: of all inputs (outputs); by default their indices.

    Example:
      >>> partition_text(((0, 2), (1,))), partition_text(((0, 1),), ["a", "b"])
      ('{0 2} {1}', '{a b}')
    """
    if len(groups) > _MOST_GROUPS:
        return f"{len(groups)} groups"
    held = (text.named(group, names) for group in groups)
    return " ".join(f"{{{text.listed(each, separator=text.between(each))}}}" for each in held)
