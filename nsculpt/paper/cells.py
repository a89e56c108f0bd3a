"""The networks that an experiment of the paper trains, and subsets of them."""

import dataclasses
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from nsculpt import errors, presets, registry, shards, text
from nsculpt.paper import figures

EXPERIMENTS = ("exemplars", "reuse", "overlap", "hierarchy", "mnist")


@dataclasses.dataclass(frozen=True)
class Cell:
    """One task and network of an experiment."""

    task: str
    hidden: tuple[int, ...]  # units of each hidden layer
    # Pixels a side of a digit image; None: the paper's, or no images.
    image_size: int | None = None

    @property
    def name(self) -> str:
        """Of its run folder.

        Example:
          >>> Cell("reused", (24, 24)).name
          'reused_24_24'
        """
        return "_".join([self.task, *map(str, self.hidden)])

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """Layer sizes with inputs and outputs, [I, H_1 ... H_D, O].

        From the paper's presets, so that no data set has to be at hand.

        Example:
          >>> Cell("mnist_xor", (392, 392)).layer_sizes
          (1568, 392, 392, 3)
        """
        known = next(each.layer_sizes for each in presets.load() if each.task == self.task)
        num_inputs = known[0] if self.image_size is None else 2 * self.image_size**2
        return (num_inputs, *self.hidden, known[-1])

    def __str__(self) -> str:
        return f"{self.task} {'-'.join(map(str, self.layer_sizes))}"


def bars(experiment: str) -> list[figures.Bar]:
    """What is shown of an experiment, panel by panel: the bars of the paper's figure, in its order.

    Where the paper trained networks and has no figure of them, bars without its rate follow.

    Args:
      experiment: one of `EXPERIMENTS`.

    Raises:
      InputError: another name.
    """
    if experiment not in EXPERIMENTS:
        raise errors.InputError(
            f"experiment={text.printable(experiment)}: {registry.nearest(experiment, EXPERIMENTS)}",
            "experiment",
        )
    mine = [bar for bar in (*figures.BARS, *figures.UNPUBLISHED) if bar.figure == experiment]
    panels = list(dict.fromkeys(bar.panel for bar in mine))
    return sorted(mine, key=lambda bar: panels.index(bar.panel))


def of(experiment: str, image_size: int | None = None) -> list[Cell]:
    """All networks of an experiment, in the order of its bars.

    Args:
      experiment: one of `EXPERIMENTS`.
      image_size: of the cells, see `Cell`.

    Raises:
      InputError: another name.

    Example:
      >>> [len(of(experiment)) for experiment in EXPERIMENTS]
      [36, 45, 225, 36, 21]
    """
    every = (
        Cell(bar.task, hidden, image_size) for bar in bars(experiment) for hidden in bar.hidden
    )
    return list(dict.fromkeys(every))


def subset(
    experiment: str,
    tasks: Sequence[str] | None = None,
    hidden: Sequence[tuple[int, ...]] | None = None,
    widths: Sequence[int] | None = None,
    depths: Sequence[int] | None = None,
    image_size: int | None = None,
) -> list[Cell]:
    """The networks of an experiment that all arguments let through; None lets all.

    Args:
      experiment: one of `EXPERIMENTS`.
      tasks: names.
      hidden: units of each hidden layer.
      widths: units of a hidden layer.
      depths: numbers of hidden layers.
      image_size: of the cells, see `Cell`.

    Returns:
      In the order of `of`; at least one.

    Raises:
      InputError: a value that no network of the experiment has, or none that has them all.

    Example:
      >>> [cell.name for cell in subset("reuse", tasks=["reuse_4"], widths=[24], depths=[1, 2])]
      ['reuse_4_24', 'reuse_4_24_24']
    """
    every = of(experiment, image_size)
    wanted: dict[str, tuple[Sequence[Any] | None, Callable[[Cell], Any]]] = {
        "tasks": (tasks, lambda cell: cell.task),
        "hidden": (hidden, lambda cell: cell.hidden),
        "widths": (widths, lambda cell: cell.hidden[0]),
        "depths": (depths, lambda cell: len(cell.hidden)),
    }
    found = every
    for name, (values, value_of) in wanted.items():
        if values is None:
            continue
        known = list(dict.fromkeys(map(value_of, every)))
        for value in values:
            if value not in known:
                raise errors.InputError(_unknown(experiment, name, value, known), name)
        found = [cell for cell in found if value_of(cell) in values]
    if not found:
        given = " ".join(f"--{name}" for name, (values, _) in wanted.items() if values is not None)
        raise errors.InputError(f"no network of {experiment} has all that {given} ask for")
    return found


def _unknown(experiment: str, name: str, value: Any, known: Sequence[Any]) -> str:
    if name == "tasks":
        hint = registry.nearest(value, known)
        return f"tasks: {text.printable(value)!r} is no task of {experiment}; {hint}"
    if name == "hidden":
        widths = _listed(sorted({sizes[0] for sizes in known}))
        depths = _listed(sorted({len(sizes) for sizes in known}))
        return (
            f"hidden={_listed(value)}: no network of {experiment}; expected as many layers as one "
            f"of {depths}, all of one width of {widths}"
        )
    return f"{name}={value}: no network of {experiment}; expected {_listed(sorted(known))}"


def _listed(values: Iterable[Any]) -> str:
    return ",".join(map(str, values))


def part(cells: Sequence[Cell], costs: Sequence[float], shard: shards.Shard) -> list[Cell]:
    """The cells of a share: every n-th by falling cost, so that all shares take about as long.

    Args:
      cells: of one experiment; for every share the same.
      costs: of each, in any unit.
      shard: which share.

    Returns:
      In the order of `cells`; none where there are more shares than cells.

    Example:
      >>> cells = subset("exemplars", tasks=["reused"], depths=[1, 2], widths=[24, 48])
      >>> [cell.name for cell in part(cells, [1, 2, 3, 4], shards.Shard(1, 2))]
      ['reused_48', 'reused_48_48']
    """
    falling = sorted(range(len(cells)), key=lambda at: (-costs[at], at))
    return [cells[at] for at in sorted(falling[shard.index - 1 :: shard.count])]
