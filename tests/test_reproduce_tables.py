"""Tables and figures of reproduced experiments."""

import csv
import io
import json

import numpy as np
import pytest

from nsculpt.paper import cells, figures, outcomes, reproduction, running, variants
from nsculpt.report import (
    reproduction_data,
    reproduction_figure,
    reproduction_files,
    reproduction_tables,
)
from tests import bad_input, finished_cell

SMALL = cells.Cell("input_separable", (24,))


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    out_dir = finished_cell.write_two(tmp_path_factory.mktemp("finished"))
    variant = variants.Variant()
    finished_cells = running.finished("exemplars", out_dir, variant)
    return reproduction.collate("exemplars", variant, finished_cells)


def test_the_terminal_by_hand(found):
    lines = reproduction_tables.terminal(found).splitlines()
    text = " ".join(" ".join(lines).split())
    assert text.startswith("exemplars: 2 of 36 cells (task and layer sizes), 8 networks selected")
    assert "34 not finished are left out, and can be resumed" in text
    (row,) = (line for line in lines if line.startswith("    1 hidden"))
    # Wilson for 5 of 8: 0.31 to 0.86. p 0.0491 and 0.1474.
    assert row.split() == [
        *("1", "hidden", "8", "1.00", "0.62", ".31-.86", "0.049", "0.75", "0.147", "16/32")
    ]
    assert "paper 12/12, first 5/8 (p 0.049), any 6/8 (p 0.147)" in text
    assert "p below 0.05 under first: 1 of 1 bar" in text
    assert "alive edges, sum of 2 medians: 16, published 32" in text
    assert "time of 2 cells: 20.0 s, 28.0 prunings a second" in text
    assert "of 1 bar: inputs 1, outputs 1, module graph 1" in text


def test_markdown_and_csv_and_json_by_hand(found):
    lines = reproduction_tables.markdown(found).splitlines()
    cell = "| input_separable | 4-24-4 | 4 | 4 | 8 | 8 | 4 | 16 | 16 | 16 | 14.0 | 20.0 |"
    assert cell in lines
    assert (
        "| input_separable | 1 | 8 | 0.62 as declared | 0.62 as declared | 0.62 as declared | 5 |"
        in (lines)
    )
    assert (
        "| input_separable | 1 hidden | 8 | 1.00 | 0.62 [0.31, 0.86] | 0.71 [0.37, 0.91] "
        "| 0.75 [0.41, 0.93] | 0.62 [0.31, 0.86] | 0.049 | 0.147 | 16 | 32 |"
    ) in lines
    # Two of its three cells.
    assert "Bars of which some cells are not finished" in "\n".join(lines)
    (bar,) = csv.DictReader(io.StringIO(reproduction_data.bars_csv(found)))
    assert (bar["task"], bar["n"], bar["first"], bar["any"]) == (
        "input_separable",
        "8",
        "0.625",
        "0.75",
    )
    assert float(bar["fisher_p_first"]) == pytest.approx(56 / 1140)
    assert (bar["consensus_inputs_share"], bar["consensus_inputs_true"]) == ("0.625", "True")
    rows = list(csv.DictReader(io.StringIO(reproduction_data.cells_csv(found))))
    assert [row["layer_sizes"] for row in rows] == ["4-24-4", "4-36-4"]
    assert (rows[0]["edges_networks"], rows[0]["published_edges_median"]) == ("3", "16")
    form = json.loads(json.dumps(reproduction_data.form(found), allow_nan=False))
    assert form["bars"][0]["paper"] == {"rate": 1.0, "successes": 12, "n": 12}
    assert form["bars"][0]["rates"]["mean"]["rate"] == pytest.approx((5 + 2 / 3) / 8)
    assert form["bars"][0]["consensus"]["inputs"]["value"] == [[0, 1], [2, 3]]
    assert form["cells"][0]["alive_edges"]["by_seed"] == [8, 8, None, 4]
    assert len(form["unfinished"]) == 34


def made_up(experiment, seed=0, kept=lambda cell: True):
    """Outcomes of all cells, or some, drawn at random near the paper's figures where it has any."""
    rng = np.random.default_rng(seed)
    rates, variant = figures.read_rates(), variants.Variant()
    found = []
    for cell in filter(kept, cells.of(experiment)):
        bars = [
            b for b in cells.bars(experiment) if b.task == cell.task and cell.hidden in b.hidden
        ]
        scores = [
            [
                {b.score: bool(rng.random() < rates.get(b, 0.7)) for b in bars}
                for _ in range(rng.integers(1, 4))
            ]
            for _ in range(4)
        ]
        edges = [int(each) for each in rng.integers(10, 70, 4)]
        analyses = None if experiment == "mnist" else [None] * 4
        found.append(
            outcomes.Outcome(
                cell=cell,
                settings=variant.settings(cell),
                scores=scores,
                alive_edges=edges,
                dense_accuracy=[],
                accuracy=[],
                analyses=analyses,
                num_prunings=280,
                timed_prunings=280,
                sculpting_seconds=1000.0,
                analysis_seconds=None,
                versions={},
            )
        )
    return reproduction.collate(experiment, variant, found)


@pytest.mark.parametrize("experiment", cells.EXPERIMENTS)
def test_every_experiment_has_tables_and_a_figure(experiment, tmp_path):
    found = made_up(experiment)
    assert not found.unfinished
    assert [each.bar for each in found.bars] == cells.bars(experiment)
    text = reproduction_tables.terminal(found)
    assert max(map(len, text.splitlines())) <= 80
    assert "left out" not in text
    assert "not finished" not in reproduction_tables.markdown(found)
    assert len(list(csv.DictReader(io.StringIO(reproduction_data.bars_csv(found))))) == len(
        found.bars
    )
    page = reproduction_figure.draw(found)
    panels = dict.fromkeys(each.bar.panel for each in found.bars)
    groups = dict.fromkeys(each.bar.row for each in found.bars)
    assert len(page.axes) == (len(panels) + 1) * len(groups)
    # The markers of a bar stand at its rates.
    drawn = [line.get_ydata()[0] for line in page.axes[0].lines]
    first = [each for each in found.bars if each.bar.row == next(iter(groups))]
    first = [each for each in first if each.bar.panel == next(iter(panels))]
    order = ("first", "mean", "any", "all")
    assert drawn == [each.comparison.rates[name]["rate"] for each in first for name in order]


def test_a_figure_of_one_bar_without_networks_is_drawn_twice_alike(tmp_path):
    variant = variants.Variant(seeds=(0,))
    none = outcomes.Outcome(
        SMALL, variant.settings(SMALL), [[]], [None], [], [], [None], 70, None, None, None, {}
    )
    found = reproduction.collate("exemplars", variant, [none])
    assert found.bars[0].edges.cells == 0
    assert " -" in reproduction_tables.terminal(found)
    assert "| - | - |" in reproduction_tables.markdown(found)
    for name in ("a", "b"):
        reproduction_figure.save(tmp_path / name, found)
    for ending in ("svg", "png"):
        one, other = ((tmp_path / f"{name}.{ending}").read_bytes() for name in ("a", "b"))
        assert one == other


def test_folders_of_other_things_are_refused(tmp_path):
    folder = tmp_path / "out"
    reproduction_files.check_folder(folder, "reuse")
    folder.mkdir()
    for name in ("reused_24", "reuse_4_36_36", ".lock", ".reuse.md.12.tmp"):
        (folder / name).mkdir()
    for name in reproduction_files.names("reuse"):
        (folder / name).touch()
    reproduction_files.check_folder(folder, "reuse")
    refused = f"out_dir={folder}: holds other files (reuse.json); expected a new or empty folder"
    assert bad_input.message_of(reproduction_files.check_folder, folder, "exemplars") == (
        f"{refused}, or one of exemplars"
    )
    (folder / "run.flags").touch()
    assert "(run.flags)" in bad_input.message_of(reproduction_files.check_folder, folder, "reuse")
    for path in (tmp_path / "out" / "run.flags", tmp_path / "a\0b"):
        message = bad_input.message_of(reproduction_files.check_folder, path, "reuse")
        assert "is no folder; expected a new or empty folder" in message
