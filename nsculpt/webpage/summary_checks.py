"""What a page relies on in a summary.json: each field is there, and of its kind."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from nsculpt import errors, numeric
from nsculpt.networks import arrays


class Nullable(NamedTuple):
    """A kind whose value may be null."""

    kind: Any


class Optional(NamedTuple):
    """A kind whose value may be null or, as a field, left out."""

    kind: Any


class Every(NamedTuple):
    """An object of any fields, all of one kind."""

    kind: Any


# A kind is a word, a list of one kind, an object with its fields, or one of these three.
_READING = {
    "rate": Nullable("share"),
    "n": "whole",
    "low": Nullable("share"),
    "high": Nullable("share"),
}
_GRAPH = {"inputs": [["whole"]], "outputs": [["whole"]], "edges": [["whole"]]}
_STRUCTURE = {
    "count": "whole",
    "share": "number",
    "num_sparsest": "whole",
    "num_recovered": Nullable("whole"),
    "inputs": [["whole"]],
    "outputs": [["whole"]],
    "graph": _GRAPH,
}
_MEASURED = Optional({"bits_right": "number", "rows_right": "number"})
_MODE = {
    "count": "whole",
    "n": "whole",
    "share": Nullable("number"),
    "tied": "flag",
    "num_distinct": "whole",
    "is_true": Nullable("flag"),
    "networks": ["whole"],
}
_SUMMARY = {
    "task": "text",
    "layer_sizes": ["whole"],
    "settings": {"seeds": ["whole"], "unit_steps": ["number"], "edge_steps": ["number"]},
    "versions": Every("scalar"),
    "input_names": ["text"],
    "output_names": ["text"],
    "truth": Nullable({"success_rule": "text"}),
    "runs": [
        {
            "seed": "whole",
            "unit_step": "number",
            "edge_step": "number",
            "job_rounds": "whole",
            "accuracy": "number",
            "wrong_bits": "whole",
            "pruned_percent": "number",
            "alive_edges": "whole",
            "live_edges": "whole",
            "live_hidden_units": "whole",
            "status": "text",
            "selected": "flag",
            "tied": "flag",
            "structure": Nullable("whole"),
            "scores": Nullable(Every("scalar")),
        }
    ],
    "selected": [
        {
            "seed": "whole",
            "alive_edges": Nullable("whole"),
            "num_tied": "whole",
            "validation": _MEASURED,
            "test": _MEASURED,
        }
    ],
    "dense": Optional([{"seed": "whole", "validation": _MEASURED, "test": _MEASURED}]),
    "diversity": [
        {
            "seed": "whole",
            "n": "whole",
            "num_shown": "whole",
            "modal_share": "number",
            "modal_tied": "flag",
            "entropy_bits": Nullable("number"),
            "sparsest_structure": Nullable("whole"),
            "sparsest_is_modal": Nullable("flag"),
            "structures": [_STRUCTURE],
        }
    ],
    "consensus": {
        "inputs": {"value": Nullable([["whole"]]), **_MODE},
        "outputs": {"value": Nullable([["whole"]]), **_MODE},
        "graph": {"value": Nullable(_GRAPH), **_MODE},
        "num_recovered": Nullable("whole"),
    },
    "rates": Every(dict.fromkeys(("first", "mean", "any", "all"), _READING)),
}
_WORDS = {
    "whole": ("a whole number", numeric.is_whole),
    "number": ("a finite number", lambda value: numeric.is_real(value) and math.isfinite(value)),
    "share": ("a number from 0 to 1", lambda value: numeric.is_real(value) and 0 <= value <= 1),
    "text": ("text", lambda value: isinstance(value, str)),
    "flag": ("true or false", lambda value: isinstance(value, bool)),
    "scalar": (
        "a finite number, true, false, null or text",
        lambda value: (
            value is None
            or isinstance(value, bool | str)
            or (numeric.is_real(value) and math.isfinite(value))
        ),
    ),
}


def check(content: Any, place: str) -> None:
    """Refuses what is not the content of a summary.json.

    Args:
      content: what the file holds.
      place: what stands before the name of a field in messages, such as the file's name.

    Raises:
      InputError: naming the first field at fault, and what was expected there.

    Source: `export.summary` lists the fields.

    Example:
      >>> check({"task": 3}, "summary.json: ")
      Traceback (most recent call last):
      nsculpt.errors.InputError: summary.json: task: expected text, got 3
    """
    _check(content, _SUMMARY, place, "")
    _check_structures(content, place)
    if len(content["layer_sizes"]) < 2 or min(content["layer_sizes"]) < 1:
        raise _fault(content["layer_sizes"], "two sizes or more, from 1", place, "layer_sizes")
    _check_units(content, place)
    for field in ("selected", "diversity"):
        seeds = [each["seed"] for each in content[field]]
        if seeds != content["settings"]["seeds"]:
            raise errors.InputError(f"{place}{field}: expected one for each of settings.seeds")


def _check(value: Any, kind: Any, place: str, field: str) -> None:
    if isinstance(kind, Nullable | Optional):
        if value is not None:
            _check(value, kind.kind, place, field)
    elif isinstance(kind, list):
        if not isinstance(value, list):
            raise _fault(value, "a list", place, field)
        for number, each in enumerate(value):
            _check(each, kind[0], place, f"{field}[{number}]")
    elif isinstance(kind, str):
        expected, fits = _WORDS[kind]
        if not fits(value):
            raise _fault(value, expected, place, field)
    else:
        if not isinstance(value, dict):
            raise _fault(value, "an object", place, field)
        fields = dict.fromkeys(value, kind.kind) if isinstance(kind, Every) else kind
        for name, of_field in fields.items():
            if name not in value and not isinstance(of_field, Optional):
                raise errors.InputError(f"{place}{_joined(field, name)}: is missing")
            _check(value.get(name), of_field, place, _joined(field, name))


def _check_structures(content: Mapping[str, Any], place: str) -> None:
    """Structures that are named are among those that the seed shows."""
    counts = {each["seed"]: len(each["structures"]) for each in content["diversity"]}
    named = {
        f"diversity[{number}].sparsest_structure": (each["seed"], each["sparsest_structure"])
        for number, each in enumerate(content["diversity"])
    }
    for number, run in enumerate(content["runs"]):
        named[f"runs[{number}].structure"] = (run["seed"], run["structure"])
    for field, (seed, structure) in named.items():
        most = counts.get(seed, 0)
        if structure is not None and not 0 <= structure < most:
            raise _fault(structure, f"one of the {most} structures of its seed", place, field)


def _check_units(content: Mapping[str, Any], place: str) -> None:
    """Inputs and outputs that groups name are there."""
    for side in ("inputs", "outputs"):
        num_units = len(content[f"{side[:-1]}_names"])
        partitions = {f"consensus.{side}.value": content["consensus"][side]["value"] or []}
        for seed, found in enumerate(content["diversity"]):
            for number, structure in enumerate(found["structures"]):
                partitions[f"diversity[{seed}].structures[{number}].{side}"] = structure[side]
        for field, groups in partitions.items():
            if any(not 0 <= unit < num_units for group in groups for unit in group):
                raise errors.InputError(
                    f"{place}{field}: expected indices of {num_units} {side}, from 0"
                )


def _joined(field: str, name: str) -> str:
    shown = arrays.shown(name)
    return f"{field}.{shown}" if field else shown


def _fault(value: Any, expected: str, place: str, field: str) -> errors.InputError:
    where = field or "top level"
    return errors.InputError(
        f"{place}{where}: expected {expected}, got {arrays.shown(repr(value))}"
    )
