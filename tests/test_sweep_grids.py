"""Heat maps of runs that belong to a figure of the paper with two axes."""

import math
import pathlib

import pytest

from nsculpt.webpage import sweep_cells, sweep_grids


def cell_of(task, hidden, successes, n):
    """A finished run whose inputs were recovered in so many of n seeds, by all readings."""
    rate = {"rate": successes / n, "n": n, "low": 0.0, "high": 1.0}
    rates = {"inputs_recovered": dict.fromkeys(("first", "mean", "any", "all"), rate)}
    path = pathlib.Path(f"{task}_{len(hidden)}_{hidden[0]}")
    return sweep_cells.Cell(
        path, sweep_cells.FINISHED, task=task, hidden=hidden, rates=rates, seeds=tuple(range(n))
    )


def test_runs_of_a_figure_with_two_axes_are_heat_maps():
    """Overlap 0 and 1 by use 1 and 2; of one bar there are two runs, of 4 and of 2 seeds."""
    runs = [
        cell_of("overlap0_use1", (24,), 3, 4),
        cell_of("overlap0_use1", (36, 36), 0, 2),
        cell_of("overlap0_use2", (24,), 4, 4),
        cell_of("overlap1_use1", (24,), 1, 4),
        cell_of("overlap1_use1", (25,), 4, 4),  # no width of the paper
        cell_of("mine", (24,), 4, 4),
    ]
    (grid,) = sweep_grids.of_cells(runs)
    assert grid["panel"]["name"] == "input separability"
    places = [
        None if bar["found"] is None else grid["bars"][bar["found"]]
        for bar in (grid["panel"]["bars"][i][j] for i in (0, 1) for j in (0, 1))
    ]
    assert [each and each["folders"] for each in places] == [
        ["overlap0_use1_1_24", "overlap0_use1_2_36"], ["overlap0_use2_1_24"],
        ["overlap1_use1_1_24"], None,
    ]  # fmt: skip
    both = places[0]["rates"]["any"]
    assert (both["rate"], both["n"]) == (0.5, 6)  # 3 of 4 and 0 of 2
    # Wilson with z squared 3.8415: centre (.5 + z2/12) / (1 + z2/6), half z sqrt(.25/6 + z2/144)
    # over the same.
    assert [both["low"], both["high"]] == pytest.approx([0.18761, 0.81239], abs=1e-5)
    paper = places[0]["paper"]
    assert (paper["rate"], paper["successes"], paper["n"]) == (1.0, 36, 36)
    # 3 of 6 against 36 of 36: C(6, 3) of C(42, 3) tables.
    assert places[0]["fisher_p"]["first"] == pytest.approx(20 / math.comb(42, 3))
    # In one row or one column there is nothing to be seen of two axes.
    assert sweep_grids.of_cells(runs[:3]) == []
    assert sweep_grids.of_cells([runs[0], runs[3]]) == []
    # The same seeds in another folder are no other networks.
    assert sweep_grids.of_cells([*runs, runs[0]]) == [grid]
    unknown = sweep_cells.Cell(pathlib.Path("x"), sweep_cells.UNFINISHED, task="overlap1_use2")
    assert len(sweep_grids.of_cells([*runs, unknown])) == 1
