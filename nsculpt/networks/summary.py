"""What a run's summary.json says about its task."""

import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

import networkx as nx

from nsculpt import errors, numeric
from nsculpt.networks import arrays, files
from nsculpt.tasks import task

_SETTINGS = ("path_length", "merge_threshold", "modularity_threshold")


def read(path: pathlib.Path) -> "Summary":
    """What a summary.json says; InputError where it cannot be read."""
    return Summary(files.read_json(path), files.place_of(path))


class Summary:
    """What summary.json says about a task and how its networks were analysed.

    Args:
      content: of the file.
      place: of the file, for messages.
    """

    def __init__(self, content: Any, place: str):
        self._place = place
        self._content = self._mapping(content, "top level")

    def names(self, field: str, num_units: int) -> tuple[str, ...]:
        listed = self._list(self._content.get(field), field)
        are_names = all(isinstance(name, str) for name in listed)
        if not are_names or not len(set(listed)) == len(listed) == num_units:
            raise self._fault(field, f"{num_units} different names, as networks.npz has units")
        return tuple(listed)

    def settings(self) -> dict[str, Any]:
        every = self._mapping(self._content.get("settings"), "settings")
        found = {name: every[name] for name in _SETTINGS if name in every}
        for name, value in found.items():
            if not numeric.is_real(value):
                raise self._fault(f"settings.{name}", "a number")
        return found

    def image_shape(self, num_inputs: int) -> tuple[int, int] | None:
        shape = self._content.get("image_shape")
        if shape is None:
            return None
        sides = self._list(shape, "image_shape")
        whole = len(sides) == 2 and all(numeric.is_whole(side) and side > 0 for side in sides)
        if not whole or sides[0] * sides[1] != num_inputs:
            raise self._fault("image_shape", f"rows and columns of {num_inputs} pixels")
        return sides[0], sides[1]

    def truth(self) -> task.Truth | None:
        if self._content.get("truth") is None:
            return None
        stored = self._mapping(self._content["truth"], "truth")
        rule = stored.get("success_rule", "general")
        optional = stored.get("inputs_optional", False)
        if not isinstance(rule, str):
            raise self._fault("truth.success_rule", "a name")
        if not isinstance(optional, bool):
            raise self._fault("truth.inputs_optional", "true or false")
        return task.Truth(
            input_groups=self._groups(stored, "input_groups"),
            output_groups=self._groups(stored, "output_groups"),
            hierarchy=self._hierarchy(stored.get("sub_functions")),
            success_rule=rule,
            inputs_optional=optional,
        )

    def _groups(self, stored: Mapping[str, Any], field: str) -> tuple[tuple[int, ...], ...]:
        place = f"truth.{field}"
        groups = self._list(stored.get(field), place)
        return tuple(self._indices(group, place) for group in groups)

    def _hierarchy(self, functions: Any) -> nx.DiGraph | None:
        if functions is None:
            return None
        place = "truth.sub_functions"
        graph = nx.DiGraph()
        uses: list[tuple[str, str]] = []
        for index, function in enumerate(self._list(functions, place)):
            at = f"{place}[{index}]"
            node = self._mapping(function, at)
            name = node.get("name")
            if not isinstance(name, str) or name in graph:
                raise self._fault(f"{at}.name", "a name of its own")
            sides = {
                side: self._indices(node.get(side), f"{at}.{side}")
                for side in ("inputs", "outputs")
            }
            graph.add_node(name, **sides)
            users = self._list(node.get("used_by"), f"{at}.used_by")
            uses += [(name, user) for user in users if isinstance(user, str)]
            if len(users) > sum(isinstance(user, str) for user in users):
                raise self._fault(f"{at}.used_by", "names")
        for name, user in uses:
            if user not in graph:
                raise self._fault(place, f"a sub-function {arrays.shown(repr(user))} as used")
            graph.add_edge(name, user)
        return graph

    def _indices(self, value: Any, place: str) -> tuple[int, ...]:
        found = self._list(value, place)
        if not all(map(numeric.is_whole, found)):
            raise self._fault(place, "indices")
        return tuple(found)

    def _list(self, value: Any, place: str) -> Sequence[Any]:
        if not isinstance(value, list):
            raise self._fault(place, "a list")
        return value

    def _mapping(self, value: Any, place: str) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self._fault(place, "an object")
        return value

    def _fault(self, place: str, expected: str) -> errors.InputError:
        return errors.InputError(f"{self._place}: {place}: expected {expected}")
