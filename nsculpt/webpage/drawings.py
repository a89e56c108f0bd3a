"""The networks of a run as a page draws them: each analysed and laid out once."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nsculpt import errors
from nsculpt.analysis import connectivity, pipeline, result
from nsculpt.exchange import json_writer
from nsculpt.networks import files, network
from nsculpt.report import truth_picture
from nsculpt.webpage import run_files, views

# Live units of a layer, squared, summed over the layers of all networks that are drawn beside the
# selected ones: some ten seconds, as an analysis compares all pairs of units of a layer.
MOST_WORK = 10_000_000


class TooMuchError(Exception):
    """What is asked for takes longer than a page may take."""


class Drawings:
    """Draws networks of a run, while there is time for more.

    Args:
      found: what the run folder says.
    """

    def __init__(self, found: run_files.RunFiles):
        self._found = found
        self._names = tuple(found.summary["input_names"]), tuple(found.summary["output_names"])
        self._work = 0
        runs = zip(found.summary["runs"], found.networks.of_run, strict=True)
        # They are drawn in any case, and compared with the truth.
        self._selected = {
            number: self._analysis(found.networks.edges(number))
            for run, number in runs
            if run["selected"]
        }
        self._check()

    def _check(self) -> None:
        """Refuses a summary of other modules, as of another run of the same grid."""
        summary, of_run = self._found.summary, self._found.networks.of_run
        told = {each["seed"]: each.get("modules") for each in summary["selected"]}
        for run, number in zip(summary["runs"], of_run, strict=True):
            modules = told.get(run["seed"]) if run["selected"] else None
            analysis = self._selected.get(number)
            if isinstance(modules, list) and analysis is not None:
                graph = analysis.hierarchy
                got = [json_writer.module_form(graph, module)["units"] for module in graph]
                if got != [each.get("units") for each in modules if isinstance(each, dict)]:
                    place = files.place_of(self._found.path / "networks.npz")
                    raise errors.InputError(
                        f"{place}: the selected network of seed {run['seed']}: expected the "
                        "modules that summary.json has, as in files of one run and one version "
                        "(its command makes both again)"
                    )

    def draw(self, number: int) -> dict[str, Any] | None:
        """A network as from `views.network`; None where no path leads through it.

        Args:
          number: position in `RunFiles.networks`.

        Raises:
          TooMuchError: it is left out, for the time that it would take.
        """
        if number in self._selected:
            analysis = self._selected[number]
        else:
            edges = self._found.networks.edges(number)
            live_units, _ = connectivity.live(edges)
            work = sum(len(units) ** 2 for units in live_units)
            if self._work + work > MOST_WORK:
                raise TooMuchError
            self._work += work
            analysis = self._analysis(edges)
        if analysis is None:
            return None
        truth = self._found.truth
        groups = () if truth is None else truth.input_groups
        shape = self._found.image_shape
        return views.network(analysis, *self._names, shape, groups, with_graph=True)

    def beside_truth(self, number: int) -> str | None:
        """What the task declares, and which of it a selected network shows; None for neither."""
        truth, analysis = self._found.truth, self._selected[number]
        if truth is None or analysis is None:
            return None
        return truth_picture.svg(truth, *self._names, analysis) or None

    def truth(self) -> str | None:
        """What the task declares; None where that is nothing."""
        truth = self._found.truth
        return None if truth is None else truth_picture.svg(truth, *self._names) or None

    def _analysis(self, edges: Sequence[np.ndarray]) -> result.Analysis | None:
        if connectivity.first_unreached(edges) is not None:
            return None
        input_names, output_names = self._names
        brought = network.Network(list(edges), input_names=input_names, output_names=output_names)
        return pipeline.analyze(brought, **self._found.settings)
