"""Letters for the structures of a run: equal structures of different seeds have one letter."""

import json
import string
from collections.abc import Mapping, Sequence
from typing import Any

from nsculpt import text as text_lib
from nsculpt.report import unit_counts
from nsculpt.tasks import task

# Structures that are described; groups of a partition, before the rest is counted.
_MOST_DESCRIBED, _MOST_GROUPS = 12, 12


def of_summary(summary: Mapping[str, Any], truth: task.Truth | None) -> dict[str, Any]:
    """The structures that the networks of a run show, over all seeds.

    Args:
      summary: content of summary.json.
      truth: of the task, which gives groups of hundreds of units their names.

    Returns:
      `letters`: for each of `summary["diversity"]` and each of its structures a letter: A is shown
      by the most networks, A to Z are followed by AA. `described`: of the 12 most frequent
      `letter`, `count` (networks), `num_selected` (seeds whose selected network shows it),
      `inputs` and `outputs` (in words, group by group), `num_modules` and `num_edges` of the module
      graph with its chains as one. `num_structures`.

    Source: `diversity` tells structures apart.

    Example:
      >>> graph = {"inputs": [[0], []], "outputs": [[], [0]], "edges": [[0, 1]]}
      >>> shown = {"count": 3, "inputs": [[0]], "outputs": [[0]], "graph": graph}
      >>> summary = {"diversity": [{"structures": [shown], "sparsest_structure": 0}] * 2,
      ...            "input_names": ["x"], "output_names": ["y"]}
      >>> found = of_summary(summary, None)
      >>> found["letters"], found["described"][0]["count"], found["described"][0]["inputs"]
      ([['A'], ['A']], 6, ['x'])
    """
    counts: dict[str, int] = {}
    selected: dict[str, int] = {}
    examples: dict[str, Mapping[str, Any]] = {}
    for of_seed in summary["diversity"]:
        for number, structure in enumerate(of_seed["structures"]):
            key = _key(structure)
            examples.setdefault(key, structure)
            counts[key] = counts.get(key, 0) + structure["count"]
            is_selected = number == of_seed["sparsest_structure"]
            selected[key] = selected.get(key, 0) + is_selected
    ordered = sorted(counts, key=lambda key: (-counts[key], -selected[key]))
    letters = {key: _letters(number) for number, key in enumerate(ordered)}
    described = [
        {
            "letter": letters[key],
            "count": counts[key],
            "num_selected": selected[key],
            **{side: in_words(examples[key][side], side, summary, truth) for side in _SIDES},
            "num_modules": len(examples[key]["graph"]["inputs"]),
            "num_edges": len(examples[key]["graph"]["edges"]),
        }
        for key in ordered[:_MOST_DESCRIBED]
    ]
    return {
        "letters": [
            [letters[_key(structure)] for structure in of_seed["structures"]]
            for of_seed in summary["diversity"]
        ],
        "described": described,
        "num_structures": len(ordered),
    }


_SIDES = ("inputs", "outputs")


def in_words(
    groups: Sequence[Sequence[int]],
    side: str,
    summary: Mapping[str, Any],
    truth: task.Truth | None,
) -> list[str]:
    """A partition of inputs or outputs, a text for each group; the last counts what is left out.

    Args:
      groups: indices.
      side: "inputs" or "outputs".
      summary: content of summary.json.
      truth: of the task; groups of hundreds of units are counted by its groups.
    """
    names = summary[f"{side[:-1]}_names"]
    known = () if truth is None else getattr(truth, f"{side[:-1]}_groups")
    shown = [unit_counts.held(group, names, known) for group in groups[:_MOST_GROUPS]]
    left = len(groups) - len(shown)
    return [*shown, f"{text_lib.counted(left, 'further group')}"] if left else shown


def _key(structure: Mapping[str, Any]) -> str:
    return json.dumps([structure[name] for name in (*_SIDES, "graph")], sort_keys=True)


def _letters(number: int) -> str:
    """A to Z, then AA, AB ..."""
    found = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        found = string.ascii_uppercase[digit] + found
    return found
