"""The paper's figures of success rates, as a table of bars."""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from typing import Any

from nsculpt import errors, numeric
from nsculpt import settings as settings_lib
from nsculpt.paper import shipped
from nsculpt.tasks import files


@dataclasses.dataclass(frozen=True)
class Bar:
    """One rate of one figure: what was run, and the score whose rate it is."""

    figure: str
    panel: str
    # Where it stands in its panel.
    row: str
    column: str
    task: str
    # Every hidden layer is equally wide; the networks are all widths with all depths.
    widths: tuple[int, ...]
    depths: tuple[int, ...]
    # Name in `Analysis.scores`.
    score: str
    # Keys and positions that lead to the paper's value in success_rates.json; () where the paper
    # trained the networks and gives no rate of them.
    place: tuple[str | int, ...]

    @property
    def hidden(self) -> tuple[tuple[int, ...], ...]:
        """Hidden layer sizes of the networks that the rate is taken over.

        Example:
          >>> BARS[1].task, BARS[1].hidden
          ('input_separable', ((24, 24), (36, 36), (48, 48)))
        """
        return tuple((width,) * depth for depth in self.depths for width in self.widths)

    @property
    def num_networks(self) -> int:
        """How many networks the paper's rate is a share of: one a seed."""
        return len(self.hidden) * len(settings_lib.SEEDS)


_WIDTHS = (24, 36, 48)
_HIERARCHY_WIDTHS = (36, 48, 60)
_MNIST_WIDTHS = (392, 784, 1568)
_EXEMPLARS = ("input_separable", "reused", "input_separable_and_reused", "non_modular")
_DEPTHS = (1, 2, 3)
_HIERARCHY_DEPTHS = (2, 3, 4)
_XOR_DEPTHS = (2, 3, 4, 5)
_TWO_DIGITS_DEPTHS = (2, 3, 4)
_USES = (1, 2, 4, 6, 8)
_HIERARCHY_USES = (2, 4, 6, 8)
_OVERLAPS = (0, 1, 2, 3, 4)
# Names in success_rates.json, and the score of each.
_LEVELS = {
    "input_separable": "level_input",
    "single_intermediate": "level_single_intermediate",
    "output": "level_output",
}
_OVERLAP_PANELS = {
    "input_separability": "inputs_recovered",
    "hidden_separability": "hidden_separable",
    "output_subfunctions": "outputs_recovered",
}
_MNIST_PANELS = {
    "input_separable": "inputs_recovered",
    "output_subfunctions": "outputs_recovered",
    "middle_separability": "middle_separable",
}
# What success_rates.json must say that its positions mean.
_AXES: dict[tuple[str, ...], tuple[Any, ...]] = {
    ("exemplars", "hidden_layers"): _DEPTHS,
    ("reuse", "times_used"): _USES,
    ("hierarchy", "all_modules_by_times_used", "times_used"): _HIERARCHY_USES,
    ("hierarchy", "by_level", "levels"): tuple(_LEVELS),
    ("overlap", "rows_overlapping_inputs"): _OVERLAPS,
    ("overlap", "columns_times_used"): _USES,
    ("mnist_xor", "hidden_layers"): _XOR_DEPTHS,
}


def _hidden(depth: int) -> str:
    return f"{depth} hidden"


def _exemplars() -> Iterator[Bar]:
    figure = "exemplars"
    for task in _EXEMPLARS:
        for i, depth in enumerate(_DEPTHS):
            yield Bar(
                figure=figure,
                panel="all modules",
                row=task,
                column=_hidden(depth),
                task=task,
                widths=_WIDTHS,
                depths=(depth,),
                score="structure_recovered",
                place=(figure, task, i),
            )


def _reuse() -> Iterator[Bar]:
    figure = "reuse"
    for depth in _DEPTHS:
        for i, use in enumerate(_USES):
            yield Bar(
                figure=figure,
                panel="all modules",
                row=_hidden(depth),
                column=f"use {use}",
                # The bar of 8 uses is that of the exemplar; the two tasks are one.
                task="reused" if use == 8 else f"reuse_{use}",
                widths=_WIDTHS,
                depths=(depth,),
                score="structure_recovered",
                place=(figure, "by_hidden_layers", str(depth), i),
            )


def _overlap() -> Iterator[Bar]:
    figure = "overlap"
    for panel, score in _OVERLAP_PANELS.items():
        for i, overlap in enumerate(_OVERLAPS):
            for j, use in enumerate(_USES):
                yield Bar(
                    figure=figure,
                    panel=panel.replace("_", " "),
                    row=f"overlap {overlap}",
                    column=f"use {use}",
                    task=f"overlap{overlap}_use{use}",
                    widths=_WIDTHS,
                    depths=_DEPTHS,
                    score=score,
                    place=(figure, panel, i, j),
                )


def _hierarchy() -> Iterator[Bar]:
    figure = "hierarchy"
    for depth in _HIERARCHY_DEPTHS:
        for i, use in enumerate(_HIERARCHY_USES):
            yield Bar(
                figure=figure,
                panel="all modules",
                row=_hidden(depth),
                column=f"use {use}",
                task=f"hierarchy_use{use}",
                widths=_HIERARCHY_WIDTHS,
                depths=(depth,),
                score="structure_recovered",
                place=(
                    figure,
                    "all_modules_by_times_used",
                    "by_hidden_layers",
                    str(depth),
                    i,
                ),
            )
    for depth in _HIERARCHY_DEPTHS:
        for i, (level, score) in enumerate(_LEVELS.items()):
            yield Bar(
                figure=figure,
                panel="by level",
                row=_hidden(depth),
                column=level.replace("_", " "),
                # The paper does not say how often used; its published networks fit 4 times.
                task="hierarchy_use4",
                widths=_HIERARCHY_WIDTHS,
                depths=(depth,),
                score=score,
                place=(figure, "by_level", "by_hidden_layers", str(depth), i),
            )


def _mnist(task: str, depths: tuple[int, ...], published: bool) -> Iterator[Bar]:
    for panel, score in _MNIST_PANELS.items():
        for i, depth in enumerate(depths):
            yield Bar(
                figure="mnist",
                panel=panel.replace("_", " "),
                row=task,
                column=_hidden(depth),
                task=task,
                widths=_MNIST_WIDTHS,
                depths=(depth,),
                score=score,
                place=(task, panel, i) if published else (),
            )


# Source: DESIGN 5.5, and `published/success_rates.json` for the axes.
BARS: tuple[Bar, ...] = (
    *_exemplars(),
    *_reuse(),
    *_overlap(),
    *_hierarchy(),
    *_mnist("mnist_xor", _XOR_DEPTHS, published=True),
)
# Networks that the paper trained, by its presets, and has no figure of.
UNPUBLISHED: tuple[Bar, ...] = tuple(
    _mnist("mnist_two_digits", _TWO_DIGITS_DEPTHS, published=False)
)


def read_rates(path: files.Path | None = None) -> dict[Bar, float]:
    """The paper's value of every bar.

    Args:
      path: a success_rates.json; None takes the values that this package ships.

    Returns:
      The rate, in [0, 1], of each of `BARS`.

    Raises:
      InputError: names the file and the place in it.

    Example:
      >>> rates = read_rates()
      >>> [rates[bar] for bar in BARS[3:6]]
      [0.0, 1.0, 0.92]
    """
    if path is None:
        return _rates(shipped.load()["success_rates"], "data/paper.json")
    try:
        rates = json.loads(files.read_text(path))
    except (ValueError, RecursionError) as error:
        if isinstance(error, errors.InputError):
            raise
        raise errors.InputError(f"{path}: expected JSON; {error}") from error
    return _rates(rates, path)


def _rates(rates: Any, path: files.Path) -> dict[Bar, float]:
    for place, axis in _AXES.items():
        if _at(rates, place) != list(axis):
            raise errors.InputError(f"{path}: expected {_said(place)} to be {list(axis)}")
    values = {}
    for bar in BARS:
        value = _at(rates, bar.place)
        if not numeric.is_real(value) or not 0 <= value <= 1:
            raise errors.InputError(f"{path}: expected {_said(bar.place)} to be a rate, 0 to 1")
        values[bar] = float(value)
    return values


def _at(rates: Any, place: tuple[str | int, ...]) -> Any:
    """What stands at a place, or None."""
    for key in place:
        if isinstance(key, str):
            rates = rates.get(key) if isinstance(rates, Mapping) else None
        else:
            rates = rates[key] if isinstance(rates, list) and key < len(rates) else None
    return rates


def _said(place: tuple[str | int, ...]) -> str:
    return "".join(f".{key}" if isinstance(key, str) else f"[{key}]" for key in place).lstrip(".")
