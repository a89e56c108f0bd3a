"""Which modules of successive networks are the same, and what becomes of the others.

The networks are those of one pruning, so that a unit that is live in one was live in all before it.
Of two successive networks only the units count that are live in both; by these,

- a module *goes into* one of the next network if more than half of its units do, or if more than
  half of the other's units come from it;
- it *is* that module, and has its number, if of all such pairs this one has most units in common,
  each module being taken once. Of equal pairs the one counts that has fewer units not in common,
  then the one with the lower number in the later network, then in the earlier.

Numbers are given from the last network back: its modules keep the numbers that they have, and what
is none of them gets the numbers after these. Pairs of modules of successive networks are how groups
are followed over time by Greene, Doyle and Cunningham (2010), Tracking the evolution of communities
in dynamic social networks, and the two shares by Hopcroft, Khan, Kulis and Selman (2004), Tracking
evolving communities in large linked networks; the rule is this package's own, since both count
units that are gone as a difference, and here units are meant to go.
"""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import NamedTuple

import networkx as nx
import numpy as np

from nsculpt.analysis import result

SPLITS, MERGES, FORMS = "splits", "merges", "forms"
DISSOLVES, DISAPPEARS = "dissolves", "disappears"

# In a sentence; more are counted.
_MOST_LISTED = 12


@dataclasses.dataclass(frozen=True)
class Event:
    """What happens to modules between two steps; `str` gives a sentence.

    Example:
      >>> str(Event(SPLITS, (3,), (3, 5))), str(Event(DISAPPEARS, (4,), ()))
      ('module 3 splits into 3 and 5', 'module 4 disappears: all its units died')
    """

    kind: str  # one of the five above; see `events`
    # Numbers, over all steps, of the modules of the step before and of those of the step after.
    before: tuple[int, ...]
    after: tuple[int, ...]

    def __str__(self) -> str:
        before, after = _listed(self.before), _listed(self.after)
        return {
            SPLITS: f"{_named(self.before)} splits into {after}",
            MERGES: f"{_named(self.before)} merge into {after}",
            FORMS: f"{_named(self.after)} forms from parts of {before}",
            DISSOLVES: f"{_named(self.before)} dissolves into parts of {after}",
            DISAPPEARS: f"{_named(self.before)} disappears: all its units died",
        }[self.kind]


class _Shared(NamedTuple):
    """Two successive networks, by the units that are live in both."""

    # Number of units in common: [modules before, modules after].
    common: np.ndarray
    # Number of units of each module: [modules before, 1], and [1, modules after].
    before: np.ndarray
    after: np.ndarray

    @property
    def goes_into(self) -> np.ndarray:
        """Boolean [modules before, modules after]."""
        return np.asarray((2 * self.common > self.before) | (2 * self.common > self.after))


def follow(analyses: Sequence[result.Analysis | None]) -> list[tuple[int, ...]]:
    """For each network the number, over all of them, of each of its modules.

    Args:
      analyses: of the networks of one pruning, in order; None where no path leads through one: it
        has no modules, and the last network is then the last one that has.

    Example:
      One module splits; its larger part keeps its number, which is that of the last network:

      >>> from nsculpt import analysis
      >>> joined = [[1, 1], [1, 1], [1, 1]], [[1, 1], [1, 1]]
      >>> apart = [[1, 0], [0, 1], [0, 1]], [[1, 0], [0, 1]]
      >>> follow([analysis.analyze(joined), analysis.analyze(apart)])
      [(1,), (0, 1)]
    """
    numbers: list[tuple[int, ...]] = [()] * len(analyses)
    found = [(place, each) for place, each in enumerate(analyses) if each is not None]
    if not found:
        return numbers
    last, analysis = found[-1]
    numbers[last] = tuple(range(len(analysis.hierarchy)))
    free = itertools.count(len(analysis.hierarchy))
    for (place, before), (later, after) in reversed(list(itertools.pairwise(found))):
        same = _same(_shared(before, after), numbers[later])
        numbers[place] = tuple(
            numbers[later][same[module]] if module in same else next(free)
            for module in range(len(before.hierarchy))
        )
    return numbers


def _same(shared: _Shared, numbers: Sequence[int]) -> dict[int, int]:
    """Modules before -> the modules after that they are. `numbers`: of those after."""
    pairs = np.argwhere(shared.goes_into).tolist()

    def rank(pair: list[int]) -> tuple[int, int, int, int]:
        common = int(shared.common[*pair])
        union = int(shared.before[pair[0], 0] + shared.after[0, pair[1]]) - common
        return -common, union, numbers[pair[1]], pair[0]

    same: dict[int, int] = {}
    taken = set()
    for before, after in sorted(pairs, key=rank):
        if before not in same and after not in taken:
            same[before] = after
            taken.add(after)
    return same


def _shared(before: result.Analysis, after: result.Analysis) -> _Shared:
    sizes = len(before.hierarchy), len(after.hierarchy)
    common = np.zeros(sizes, np.int64)
    for layer, units in enumerate(after.live_units):
        _, lower, upper = np.intersect1d(
            before.live_units[layer], units, assume_unique=True, return_indices=True
        )
        np.add.at(common, (before.modules[layer][lower], after.modules[layer][upper]), 1)
    return _Shared(common, common.sum(axis=1, keepdims=True), common.sum(axis=0, keepdims=True))


def events(
    before: result.Analysis | None,
    after: result.Analysis | None,
    numbers_before: Sequence[int],
    numbers_after: Sequence[int],
) -> tuple[Event, ...]:
    """What happens to the modules from one network to the next, forward in time.

    By what goes into what (see above), a module

    - *splits* if it goes into two or more;
    - two or more *merge* if they go into the same one;
    - *forms* if none goes into it: no module before gives it more than half of its units, and none
      gives it more than half of its own;
    - *dissolves* if it goes into none, though units of it are left;
    - *disappears* if none of its units is live any longer.

    So each number that is new has come by a split, or has formed; and each that is gone has merged,
    dissolved or disappeared. A module may split and a part of it merge in the same step. Losing
    units, or passing a minor part of them on to others, is no event.

    Args:
      before, after: two successive networks; None where no path leads through one.
      numbers_before, numbers_after: of their modules, as from `follow`.

    Returns:
      By kind, in this order; of a kind, by number.

    Example:
      >>> from nsculpt import analysis
      >>> joined = [[1, 1], [1, 1], [1, 1]], [[1, 1], [1, 1]]
      >>> apart = [[1, 0], [0, 1], [0, 1]], [[1, 0], [0, 1]]
      >>> found = [analysis.analyze(joined), analysis.analyze(apart)]
      >>> [str(event) for event in events(*found, *follow(found))]
      ['module 1 splits into 0 and 1']
    """
    if before is None:
        return ()
    if after is None:
        return tuple(Event(DISAPPEARS, (number,), ()) for number in sorted(numbers_before))
    shared = _shared(before, after)
    related, some = shared.goes_into, shared.common > 0

    def of(numbers: Sequence[int], are: np.ndarray) -> tuple[int, ...]:
        return tuple(sorted(numbers[place] for place in np.flatnonzero(are).tolist()))

    found = []
    for place, number in enumerate(numbers_before):
        into, left = of(numbers_after, related[place]), of(numbers_after, some[place])
        if len(into) > 1:
            found.append(Event(SPLITS, (number,), into))
        elif not left:
            found.append(Event(DISAPPEARS, (number,), ()))
        elif not into:
            found.append(Event(DISSOLVES, (number,), left))
    for place, number in enumerate(numbers_after):
        sources = of(numbers_before, related[:, place])
        if len(sources) > 1:
            found.append(Event(MERGES, sources, (number,)))
        elif not sources:
            found.append(Event(FORMS, of(numbers_before, some[:, place]), (number,)))
    order = (SPLITS, MERGES, FORMS, DISSOLVES, DISAPPEARS)
    return tuple(sorted(found, key=lambda each: (order.index(each.kind), each.before, each.after)))


def numbered(analysis: result.Analysis, numbers: Sequence[int]) -> result.Analysis:
    """The same analysis with other numbers for its modules, which may have gaps.

    Args:
      analysis: whose modules are numbered from 0.
      numbers: for each of them another, no two alike.

    Example:
      >>> from nsculpt import analysis
      >>> found = numbered(analysis.analyze([[[1, 0], [0, 1]]]), [4, 2])
      >>> [labels.tolist() for labels in found.modules], list(found.hierarchy)
      ([[4, 2], [4, 2]], [2, 4])
    """
    graph = nx.DiGraph()
    for module, node in sorted(analysis.hierarchy.nodes.items(), key=lambda at: numbers[at[0]]):
        consumers = tuple(sorted(numbers[reader] for reader in node["consumers"]))
        graph.add_node(numbers[module], **{**node, "consumers": consumers})
    edges = analysis.hierarchy.edges.data("weight")
    graph.add_weighted_edges_from(
        sorted((numbers[u], numbers[v], weight) for u, v, weight in edges)
    )
    left_out = analysis.hierarchy.graph["left_out"]
    graph.graph.update(
        analysis.hierarchy.graph,
        left_out=tuple(sorted((numbers[u], numbers[v], weight) for u, v, weight in left_out)),
    )
    of = np.array(numbers)
    return dataclasses.replace(
        analysis, modules=[of[labels] for labels in analysis.modules], hierarchy=graph
    )


def _named(numbers: Sequence[int]) -> str:
    """Modules at the beginning of a sentence."""
    if len(numbers) > _MOST_LISTED:
        return _listed(numbers)
    return f"module{'s' * (len(numbers) > 1)} {_listed(numbers)}"


def _listed(numbers: Sequence[int]) -> str:
    """Numbers in a row; many are counted."""
    if len(numbers) > _MOST_LISTED:
        return f"{len(numbers)} modules"
    names = [str(number) for number in numbers]
    return " and ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
