"""The page of a run: report.html, made of the run folder's exports alone."""

import pathlib
from typing import Any

from nsculpt import errors
from nsculpt.networks import files
from nsculpt.report import colours
from nsculpt.webpage import (
    budget,
    courses,
    drawings,
    fitting,
    page_file,
    run_files,
    structures,
)

NAME = "report.html"
_STYLES = ("base.css", "page.css")
_SCRIPTS = (
    "dom.js",
    "names.js",
    "download.js",
    "sorted_table.js",
    "figure.js",
    "pixels.js",
    "curves.js",
    "question.js",
    "answer.js",
    "viewer.js",
    "trajectory.js",
    "agreement.js",
    "scores.js",
    "table.js",
    "settings.js",
    "page.js",
)
_SIDES = ("inputs", "outputs")


def write(run_dir: pathlib.Path) -> pathlib.Path:
    """Writes report.html into a run folder, whole or not at all.

    The same folder gives the same bytes.

    Args:
      run_dir: of a finished run.

    Returns:
      The path of the page.

    Raises:
      InputError: no finished run, or damaged files.
      OSError: the page cannot be written.
    """
    found = run_files.read(run_dir)
    place = files.place_of(found.path)
    try:
        data = page_file.inlined(content(found), f"{place}: ")
    except errors.InputError as error:
        if str(error).startswith(place):
            raise
        raise errors.InputError(
            f"{files.place_of(found.path / 'summary.json')}: {error}"
        ) from error
    sizes = "-".join(map(str, found.summary["layer_sizes"]))
    page = page_file.render(
        "page.html.j2", f"{found.summary['task']} {sizes}", data, _STYLES, _SCRIPTS
    )
    path = run_dir / NAME
    page_file.write(path, page)
    return path


def content(found: run_files.RunFiles) -> dict[str, Any]:
    """What the page is drawn from.

    Args:
      found: what the run folder says.

    Returns:
      `summary` (content of summary.json), `command`, `colours` (of
      modules, and of what is of none), `structures` (as from `structures.of_summary`), `consensus`
      and `declared` (their `inputs` and `outputs` in words), `networks` (as from `views.network`),
      `of_runs` (for each run the position of its network, or None), `trajectories` (for each of
      `summary["selected"]` as from `courses.course`, its networks as positions, or None),
      `no_trajectories` (why there are none), `truth` (SVG or None), `against_truth` (the same for
      each of `summary["selected"]`) and `left_out` (sentences).

    Raises:
      InputError: damaged trajectories.npz.
    """
    summary, truth = found.summary, found.truth
    drawing = drawings.Drawings(found)
    agreed = {side: summary["consensus"][side]["value"] or [] for side in _SIDES}
    declared = {side: getattr(truth, f"{side[:-1]}_groups", ()) for side in _SIDES}
    fixed = {
        "summary": summary,
        "command": found.command,
        "colours": [*colours.COLOURS, colours.GREY],
        "structures": structures.of_summary(summary, truth),
        "consensus": {s: structures.in_words(agreed[s], s, summary, truth) for s in _SIDES},
        "declared": {s: structures.in_words(declared[s], s, summary, truth) for s in _SIDES},
        "truth": drawing.truth(),
        "against_truth": [
            None if number is None else drawing.beside_truth(number) for number in _selected(found)
        ],
    }
    room = budget.MOST_BYTES - len(page_file.inlined(fixed, f"{found.path / 'summary.json'}: "))
    traced = courses.of_run(found)
    fitted = fitting.fit(found, drawing, traced.of_seeds, room)
    return {
        **fixed,
        "networks": fitted.networks,
        "of_runs": fitted.of_runs,
        "trajectories": fitted.courses,
        "no_trajectories": traced.missing,
        "left_out": [*traced.left_out, *fitted.left_out],
    }


def _selected(found: run_files.RunFiles) -> list[int | None]:
    """For each seed the number of the network that is selected."""
    numbers = {
        run["seed"]: number
        for run, number in zip(found.summary["runs"], found.networks.of_run, strict=True)
        if run["selected"]
    }
    return [numbers.get(chosen["seed"]) for chosen in found.summary["selected"]]
