"""What a page relies on in a summary.json: each field is there, and of its kind."""

from collections.abc import Mapping
from typing import Any

from nsculpt import errors
from nsculpt.webpage import json_kinds
from nsculpt.webpage.json_kinds import Every, Nullable, Optional

_READING = {
    "rate": Nullable("share"),
    "n": "count",
    "low": Nullable("share"),
    "high": Nullable("share"),
}
_GRAPH = {"inputs": [["count"]], "outputs": [["count"]], "edges": [["count"]]}
_STRUCTURE = {
    "count": "count",
    "share": "share",
    "num_sparsest": "count",
    "num_recovered": Nullable("count"),
    "inputs": [["count"]],
    "outputs": [["count"]],
    "graph": _GRAPH,
}
_MEASURED = Optional({"bits_right": "share", "rows_right": "share"})
_MODE = {
    "count": "count",
    "n": "count",
    "share": Nullable("share"),
    "tied": "flag",
    "num_distinct": "count",
    "is_true": Nullable("flag"),
    "networks": ["count"],
}
_SUMMARY = {
    "task": "text",
    "layer_sizes": ["size"],
    "settings": {"seeds": ["count"], "unit_steps": ["amount"], "edge_steps": ["amount"]},
    "versions": Every("scalar"),
    "input_names": ["text"],
    "output_names": ["text"],
    "truth": Nullable({"success_rule": "text"}),
    "runs": [
        {
            "seed": "count",
            "unit_step": "amount",
            "edge_step": "amount",
            "job_rounds": "count",
            "accuracy": "share",
            "wrong_bits": "count",
            "pruned_percent": "amount",
            "alive_edges": "count",
            "live_edges": "count",
            "live_hidden_units": "count",
            "status": "text",
            "selected": "flag",
            "tied": "flag",
            "structure": Nullable("count"),
            "scores": Nullable(Every("scalar")),
        }
    ],
    "selected": [
        {
            "seed": "count",
            "alive_edges": Nullable("count"),
            "num_tied": "count",
            "least_accuracy": Optional("share"),
            "validation": _MEASURED,
            "test": _MEASURED,
        }
    ],
    "dense": Optional([{"seed": "count", "validation": _MEASURED, "test": _MEASURED}]),
    "diversity": [
        {
            "seed": "count",
            "n": "count",
            "num_shown": "count",
            "modal_share": "share",
            "modal_tied": "flag",
            "entropy_bits": Nullable("amount"),
            "sparsest_structure": Nullable("count"),
            "sparsest_is_modal": Nullable("flag"),
            "structures": [_STRUCTURE],
        }
    ],
    "consensus": {
        "inputs": {"value": Nullable([["count"]]), **_MODE},
        "outputs": {"value": Nullable([["count"]]), **_MODE},
        "graph": {"value": Nullable(_GRAPH), **_MODE},
        "num_recovered": Nullable("count"),
    },
    "rates": Every(dict.fromkeys(("first", "mean", "any", "all"), _READING)),
}


def check(content: Any, place: str) -> None:
    """Refuses what is not the content of a summary.json.

    Args:
      content: what the file holds.
      place: what stands before the name of a field in messages, such as the file's name.

    Raises:
      InputError: naming the first field at fault, and what was expected there.

    Source: `summary_file.content` lists the fields.

    Example:
      >>> check({"task": 3}, "summary.json: ")
      Traceback (most recent call last):
      nsculpt.errors.InputError: summary.json: task: expected text, got 3
    """
    json_kinds.check(content, _SUMMARY, place)
    _check_structures(content, place)
    if len(content["layer_sizes"]) < 2:
        raise json_kinds.fault(content["layer_sizes"], "two sizes or more", place, "layer_sizes")
    _check_units(content, place)
    for field in ("selected", "diversity"):
        seeds = [each["seed"] for each in content[field]]
        if seeds != content["settings"]["seeds"]:
            raise errors.InputError(f"{place}{field}: expected one for each of settings.seeds")


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
            raise json_kinds.fault(
                structure, f"one of the {most} structures of its seed", place, field
            )


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
