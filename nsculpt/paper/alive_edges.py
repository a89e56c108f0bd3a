"""Alive edges of the paper's published networks, and of others beside them."""

import dataclasses
import functools
import statistics
from collections.abc import Iterable, Mapping, Sequence

from nsculpt.paper import shipped


@dataclasses.dataclass(frozen=True)
class AliveEdges:
    """Alive edges of the networks of one task and layer sizes."""

    networks: int
    least: float
    median: float
    greatest: float


def of(counts: Sequence[int]) -> AliveEdges:
    """Alive edges of one or more networks.

    Args:
      counts: one for each network.

    Example:
      >>> of([16, 16, 18, 17])
      AliveEdges(networks=4, least=16, median=16.5, greatest=18)
    """
    return AliveEdges(len(counts), min(counts), statistics.median(counts), max(counts))


def total(counts: Iterable[AliveEdges]) -> AliveEdges:
    """The sum, field by field.

    Args:
      counts: of several tasks or layer sizes.

    Example:
      >>> total([AliveEdges(4, 16, 16.5, 18), AliveEdges(4, 29, 30, 31)])
      AliveEdges(networks=8, least=45, median=46.5, greatest=49)
    """
    listed = list(counts)
    return AliveEdges(
        networks=sum(each.networks for each in listed),
        least=sum(each.least for each in listed),
        median=sum(each.median for each in listed),
        greatest=sum(each.greatest for each in listed),
    )


@functools.cache
def published() -> Mapping[tuple[str, tuple[int, ...]], AliveEdges]:
    """Alive edges of the paper's published networks by task and layer sizes `[I, H_1 ... H_D, O]`.

    They are over all 1,499: four seeds each, of which some have two or three networks that tie as
    their sparsest and count once each.

    Source: `alive_edges` in data/paper.json.

    Example:
      >>> published()["reused", (4, 24, 24, 16)]
      AliveEdges(networks=4, least=29, median=29.5, greatest=31)
    """
    return {
        (task, tuple(map(int, layer_sizes.split("-")))): AliveEdges(*counts)
        for task, layer_sizes, *counts in shipped.load()["alive_edges"]["rows"]
    }
