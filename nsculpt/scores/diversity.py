"""The structures that the prunings of one seed show: how many, how often, and how spread."""

import dataclasses
import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Generic, TypeVar

import networkx as nx

from nsculpt.analysis import result
from nsculpt.scores import consensus, isomorphism_classes, structure

# What a network is called, such as its job.
_Name = TypeVar("_Name", bound=Hashable)


@dataclasses.dataclass(frozen=True, eq=False)
class Shown:
    """What decides whether two networks show the same structure (`structure.same_structure`)."""

    inputs: consensus.Partition
    outputs: consensus.Partition
    # As from `structure.found_graph`.
    graph: nx.DiGraph
    # Whether the network is a success by its task's rule; None where no truth is known.
    recovered: bool | None


def shown(analysis: result.Analysis) -> Shown:
    """What a network shows, without the network.

    Example:
      >>> from nsculpt import analysis
      >>> shown(analysis.analyze([[[1, 0], [0, 1]]])).inputs
      ((0,), (1,))
    """
    return Shown(
        inputs=consensus.partition(analysis, 0),
        outputs=consensus.partition(analysis, -1),
        graph=structure.found_graph(analysis.hierarchy),
        recovered=None if analysis.scores is None else analysis.scores["structure_recovered"],
    )


@dataclasses.dataclass(frozen=True)
class Structure(Generic[_Name]):
    """A structure, and the networks of a seed that show it."""

    inputs: consensus.Partition
    outputs: consensus.Partition
    graph: isomorphism_classes.ModuleGraph
    # In the order of preference.
    networks: tuple[_Name, ...]
    # How many of them are among the sparsest of the seed, and how many are a success by the task's
    # rule, which may ask for more than the structure; None where no truth is known.
    num_sparsest: int
    num_recovered: int | None

    @property
    def count(self) -> int:
        """Number of networks that show it."""
        return len(self.networks)


@dataclasses.dataclass(frozen=True)
class Diversity(Generic[_Name]):
    """The structures that the networks of a seed show."""

    # The most frequent first; of equally frequent, the one with the most preferred network.
    structures: tuple[Structure[_Name], ...]
    # Number of networks, those that show no structure included.
    n: int
    # Whether the network that is selected shows the most frequent structure, or one that is as
    # frequent; None where no network shows any.
    agree: bool | None

    @property
    def tied(self) -> bool:
        """Whether another structure is as frequent."""
        counts = [each.count for each in self.structures]
        return counts.count(max(counts, default=0)) > 1

    @property
    def modal_share(self) -> float:
        """Share of all networks that show the most frequent structure."""
        return self.structures[0].count / self.n if self.structures else 0.0

    @property
    def num_shown(self) -> int:
        """Number of networks that show a structure."""
        return sum(each.count for each in self.structures)

    @property
    def entropy(self) -> float | None:
        """Of the structure of a network drawn from those that show one, in bits.

        0 where all show the same, log2 of their number where each shows another; None where there
        are none.
        """
        if not self.structures:
            return None
        shares = [each.count / self.num_shown for each in self.structures]
        return math.fsum(share * math.log2(1 / share) for share in shares)

    @property
    def numbers(self) -> dict[_Name, int]:
        """For each network that shows a structure, its position in `structures`."""
        return {name: i for i, each in enumerate(self.structures) for name in each.networks}


def diversity(
    networks: Mapping[_Name, Shown | None], sparsest: Sequence[_Name]
) -> Diversity[_Name]:
    """Brings together the networks of a seed that show the same structure.

    Args:
      networks: what each of them shows, most preferred first; None for one that shows nothing,
        since it was never accepted or has no path from an input to an output.
      sparsest: those that tie as the sparsest; the first of them is selected. Empty only where no
        network shows a structure.

    Source: DESIGN 4.5, "often with different structures"; Shannon (1948), A mathematical theory of
    communication, for the entropy.

    Example:
      >>> from nsculpt import analysis
      >>> apart = shown(analysis.analyze([[[1, 0], [0, 1]]]))
      >>> joined = shown(analysis.analyze([[[1, 1], [1, 1]]]))
      >>> found = diversity({"a": apart, "b": joined, "c": joined, "d": None}, ["a"])
      >>> [each.networks for each in found.structures], found.agree, round(found.entropy, 3)
      ([('b', 'c'), ('a',)], False, 0.918)
    """
    showing = {name: each for name, each in networks.items() if each is not None}
    graphs = isomorphism_classes.classes([each.graph for each in showing.values()])
    by_structure: dict[Any, list[_Name]] = {}
    for (name, each), number in zip(showing.items(), graphs, strict=True):
        by_structure.setdefault((each.inputs, each.outputs, number), []).append(name)
    # Sorting is stable: of equals, the one whose first network comes first.
    members = sorted(by_structure.values(), key=len, reverse=True)
    structures = tuple(_structure(names, showing, set(sparsest)) for names in members)
    most_frequent = [each for each in structures if each.count == structures[0].count]
    selected_is = any(each.networks.count(sparsest[0]) for each in most_frequent)
    return Diversity(structures, len(networks), selected_is if structures else None)


def _structure(
    names: Sequence[_Name], showing: Mapping[_Name, Shown], sparsest: set[_Name]
) -> Structure[_Name]:
    first = showing[names[0]]
    recovered = [each for name in names if (each := showing[name].recovered) is not None]
    return Structure(
        inputs=first.inputs,
        outputs=first.outputs,
        graph=isomorphism_classes.canonical(first.graph),
        networks=tuple(names),
        num_sparsest=len(sparsest.intersection(names)),
        num_recovered=sum(recovered) if recovered else None,
    )
