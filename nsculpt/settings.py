"""What a sculpting is made of, checked in one place. Field names are flag names."""

import dataclasses
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from nsculpt import errors, layers, numeric, presets
from nsculpt.tasks import task as task_lib

_log = logging.getLogger("nsculpt")

# The paper's grid (section 4): what it means by "sparsest" is the sparsest of these 70 prunings.
SEEDS = (0, 1, 2, 5)
UNIT_STEPS = tuple(range(5, 75, 5))
EDGE_STEPS = (0.5, 1, 1.5, 2, 2.5)

_ROUNDING = Fraction(1, 10**9)
_MOST_EDGES = 10**8


@dataclasses.dataclass(frozen=True)
class Settings:
    """Resolved settings of one cell. Percents of steps are exact: 1000 x percent, integers."""

    hidden: tuple[int, ...]  # units of each hidden layer
    seeds: tuple[int, ...]
    unit_steps: tuple[int, ...]  # 1000 x percent of all hidden units
    edge_steps: tuple[int, ...]  # 1000 x percent of all edges
    learning_rate: float
    batch_size: int  # rows
    epochs: int  # of a round
    input_noise: float  # standard deviation
    # Percent of validation bits that must be right; None: see accuracy_tolerance.
    accuracy_threshold: float | None
    # Percent of validation bits that may be wrong beyond those of the dense network.
    accuracy_tolerance: float | None
    unit_saliency: str
    edge_saliency: str
    path_length: int  # edges
    merge_threshold: float  # share of edges, in [0, 1]
    modularity_threshold: float

    def __post_init__(self) -> None:
        for name in _LIMITS:
            _check(name, getattr(self, name))
        for name in ("seeds", "unit_steps", "edge_steps"):
            values = getattr(self, name)
            if len(set(values)) < len(values):
                twice = next(value for value in values if values.count(value) > 1)
                shown = _shown(name, twice)
                raise errors.InputError(f"{name}: {shown} stands twice", field=name)


def percents(name: str, values: Iterable[Any]) -> tuple[int, ...]:
    """Percents as exact integers, 1000 x percent.

    Args:
      name: the setting, for messages.
      values: numbers or their text, with at most three decimals.

    Raises:
      InputError: a value that is no number, out of range, or has more than three decimals.

    Example:
      >>> percents("edge_steps", [0.5, "2.5"])
      (500, 2500)
    """
    exact = []
    for value in _listed(name, values, "percents, such as [5, 10]"):
        try:
            scaled = 1000 * Fraction(str(value))
            if isinstance(value, float) and abs(scaled - round(scaled)) < _ROUNDING:
                scaled = Fraction(round(scaled))  # 0.1 + 0.2 is meant as 0.3
        except (ValueError, ZeroDivisionError) as error:
            expected = "expected a number of percent"
            raise errors.InputError(f"{name}: {value!r}: {expected}", field=name) from error
        if scaled.denominator != 1 or not 0 < scaled <= 100_000:
            expected = "expected a percent above 0, up to 100, with at most three decimals"
            raise errors.InputError(f"{name}: {value}: {expected}", field=name)
        exact.append(int(scaled))
    return tuple(exact)


def resolve(task: task_lib.Task, hidden: Iterable[int], **given: Any) -> Settings:
    """Settings of a task and network: what is given, else the preset's.

    Where no preset fits, the nearest stands in, and the log says so.

    Args:
      task: what is to be learned.
      hidden: units of each hidden layer.
      given: fields of `Settings`; None means not given. Steps are in percent.

    Raises:
      InputError: a value out of range, with the name of the setting.
    """
    given = {name: _TYPES[name](name, value) for name, value in given.items() if value is not None}
    hidden = _wholes("hidden", hidden)
    _check("hidden", hidden)  # before a preset is looked up by them
    layer_sizes = (task.num_inputs, *hidden, task.num_outputs)
    preset, exact = presets.find(task.name, layer_sizes)
    # The paper tuned each preset to its task. An unknown task is trained with more care: on random
    # tasks 117 of 120 dense networks learn so, and 87 with the presets as they are (BUILD_NOTES).
    care = 1 if preset.task == task.name else 2
    values: dict[str, Any] = {
        "hidden": hidden,
        "seeds": SEEDS,
        "unit_steps": percents("unit_steps", UNIT_STEPS),
        "edge_steps": percents("edge_steps", EDGE_STEPS),
        "learning_rate": preset.learning_rate / care**2,
        "batch_size": preset.batch_size,
        "epochs": preset.epochs * care,
        # The paper's noise blurs bits; what it would do to other data nobody has said.
        "input_noise": 0.1 if task.exact else 0.0,
        "accuracy_threshold": 100.0 if task.exact else None,
        "accuracy_tolerance": None if task.exact else 0.5,
        "unit_saliency": "gradient_activation",
        "edge_saliency": "magnitude",
        "path_length": preset.path_length if exact else len(layer_sizes) - 1,
        "merge_threshold": preset.merge_threshold,
        "modularity_threshold": preset.modularity_threshold,
    }
    from_preset = {"learning_rate", "batch_size", "epochs"}
    if not exact and not from_preset <= given.keys():
        _log.info(
            "no preset for %s %s: training as for the nearest, %s%s",
            task.name, "-".join(map(str, layer_sizes)), preset,
            "" if care == 1 else ", at a quarter of its learning rate and for twice its epochs",
        )  # fmt: skip
    if "accuracy_threshold" in given and "accuracy_tolerance" in given:
        raise errors.InputError(
            "accuracy_tolerance: expected it or accuracy_threshold, not both", "accuracy_tolerance"
        )
    if "accuracy_tolerance" in given:
        values["accuracy_threshold"] = None
    if "accuracy_threshold" in given:
        values["accuracy_tolerance"] = None
    values.update(given)
    num_edges = layers.num_edges(layer_sizes)
    if num_edges > _MOST_EDGES:
        raise errors.InputError(
            f"hidden={_shown('hidden', hidden)}: {num_edges} edges; expected at most {_MOST_EDGES}",
            "hidden",
        )
    num_rows = task.train.num_rows
    if values["batch_size"] > num_rows:
        if "batch_size" in given:
            _log.info(
                "batch_size=%d is more than the %d training rows: each batch takes all of them",
                values["batch_size"], num_rows,
            )  # fmt: skip
        values["batch_size"] = num_rows
    settings = Settings(**values)
    if "unit_saliency" in given or "edge_saliency" in given:
        from nsculpt.sculpting import saliency  # late, since it loads jax

        for name, known in (
            ("unit_saliency", saliency.UNIT_SALIENCIES),
            ("edge_saliency", saliency.EDGE_SALIENCIES),
        ):
            try:
                known[getattr(settings, name)]
            except errors.InputError as error:
                raise errors.InputError(f"{name}: {error}", name) from error
    return settings


def _listed(name: str, values: Any, expected: str) -> tuple[Any, ...]:
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise errors.InputError(f"{name}={values!r}: expected {expected}", name)
    try:
        return tuple(values)
    except TypeError as error:  # an array without axes says that it is iterable
        raise errors.InputError(f"{name}={values!r}: expected {expected}", name) from error


def whole(name: str, value: Any) -> int:
    """The value as an int; InputError where it is none (a bool, or a float such as 2.0)."""
    if not numeric.is_whole(value):
        raise errors.InputError(f"{name}={value!r}: expected a whole number", name)
    return int(value)


def check_lanes(lanes: Any) -> None:
    """Refuses what is no number of networks to train at once; None is any."""
    if lanes is not None and whole("lanes", lanes) < 1:
        raise errors.InputError(f"lanes={lanes}: expected at least 1", "lanes")


def _wholes(name: str, values: Any) -> tuple[int, ...]:
    listed = _listed(name, values, "whole numbers, such as (24, 24)")
    return tuple(whole(name, value) for value in listed)


def _real(name: str, value: Any) -> float:
    if not numeric.is_real(value):
        raise errors.InputError(f"{name}={value!r}: expected a number", name)
    try:
        return float(value)
    except OverflowError:
        return math.inf


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise errors.InputError(f"{name}={value!r}: expected a name", name)
    return value


# Setting -> how a value from outside becomes one of its type.
_TYPES: dict[str, Callable[[str, Any], Any]] = {
    "hidden": _wholes,
    "seeds": _wholes,
    "unit_steps": percents,
    "edge_steps": percents,
    "learning_rate": _real,
    "batch_size": whole,
    "epochs": whole,
    "input_noise": _real,
    "accuracy_threshold": _real,
    "accuracy_tolerance": _real,
    "unit_saliency": _text,
    "edge_saliency": _text,
    "path_length": whole,
    "merge_threshold": _real,
    "modularity_threshold": _real,
}


def _check(name: str, value: Any) -> None:
    holds, expected = _LIMITS[name]
    if value is not None and not holds(value):
        shown = f"{name}={_shown(name, value)}" if value != () else name
        raise errors.InputError(f"{shown}: expected {expected}", name)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(_shown(name, each) for each in value)
    return f"{value / 1000:g}" if name in ("unit_steps", "edge_steps") else f"{value}"


def _each(low: float, high: float) -> Callable[[tuple[int, ...]], bool]:
    return lambda values: bool(values) and all(low <= value <= high for value in values)


def _between(low: float, high: float) -> Callable[[float], bool]:
    return lambda value: low <= value <= high  # neither nan nor infinity is


# Setting -> (what holds of it, how to say so).
_LIMITS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "hidden": (_each(1, 20_000), "one or more widths, each at least 1 unit and at most 20000"),
    # Keys are folded from int32 coordinates.
    "seeds": (_each(0, 2**31 - 1), "one or more seeds from 0 to 2147483647"),
    "unit_steps": (_each(1, 100_000), "one or more percents, above 0 and up to 100"),
    "edge_steps": (_each(1, 100_000), "one or more percents, above 0 and up to 100"),
    "learning_rate": (_between(1e-12, 1e3), "a number above 0, from 1e-12 to 1000"),
    "batch_size": (lambda size: size >= 1, "at least 1 row"),
    "epochs": (_between(1, 10**6), "at least 1 and at most 1000000"),
    "input_noise": (_between(0, 1e3), "a standard deviation of 0 or more, up to 1000"),
    "accuracy_threshold": (_between(0, 100), "a percent from 0 to 100"),
    "accuracy_tolerance": (_between(0, 100), "percentage points from 0 to 100"),
    "path_length": (lambda length: length >= 1, "at least 1 edge"),
    "merge_threshold": (_between(0, 1), "a share from 0 to 1"),
    "modularity_threshold": (_between(0, 1), "a number from 0 to 1"),
}
