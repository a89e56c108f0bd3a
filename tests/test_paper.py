"""The paper's figures as bars, its published networks, and rates beside the paper's."""

import csv
import gzip
import importlib.resources
import json
import pathlib

import pytest

from nsculpt import presets
from nsculpt.paper import alive_edges, bars_compared, figures, shipped
from nsculpt.paper import published as published_lib
from nsculpt.report import rates_table
from tests import bad_input, published_folder


def bar(figure, panel, row, column):
    (found,) = (
        b
        for b in figures.BARS
        if (b.figure, b.panel, b.row, b.column) == (figure, panel, row, column)
    )
    return found


def test_bars_are_those_of_the_figures():
    counts = {
        name: sum(b.figure == name for b in figures.BARS)
        for name in ("exemplars", "reuse", "overlap", "hierarchy", "mnist")
    }
    assert counts == {"exemplars": 12, "reuse": 15, "overlap": 75, "hierarchy": 21, "mnist": 12}
    assert len(figures.BARS) == 135
    assert len({b.place for b in figures.BARS}) == 135
    assert len({(b.figure, b.panel, b.row, b.column) for b in figures.BARS}) == 135


def test_bars_are_of_networks_that_the_paper_ran():
    ran = {(preset.task, preset.layer_sizes[1:-1]) for preset in presets.load()}
    for b in figures.BARS:
        assert {(b.task, hidden) for hidden in b.hidden} <= ran
        # 3 widths with 4 seeds each, and for overlap 3 depths.
        assert len(b.hidden) == (9 if b.figure == "overlap" else 3)


def test_bars_by_hand():
    reuse = bar("reuse", "all modules", "2 hidden", "use 8")
    assert reuse.task == "reused"
    assert reuse.hidden == ((24, 24), (36, 36), (48, 48))
    assert reuse.score == "structure_recovered"
    level = bar("hierarchy", "by level", "4 hidden", "single intermediate")
    assert level.task == "hierarchy_use4"
    assert level.hidden == ((36,) * 4, (48,) * 4, (60,) * 4)
    assert level.score == "level_single_intermediate"
    overlap = bar("overlap", "hidden separability", "overlap 3", "use 2")
    assert overlap.task == "overlap3_use2"
    assert (24,) in overlap.hidden
    assert (48, 48, 48) in overlap.hidden
    assert overlap.score == "hidden_separable"


def test_rates_are_read_from_their_places(tmp_path):
    published_folder.write(tmp_path, [])
    paper = figures.read_rates(tmp_path / "success_rates.json")
    assert len(paper) == 135
    assert {b: rate for b, rate in paper.items() if rate} == {
        bar("exemplars", "all modules", "input_separable", "1 hidden"): 0.75,
        bar("reuse", "all modules", "2 hidden", "use 8"): 0.125,
        bar("overlap", "hidden separability", "overlap 3", "use 2"): 0.25,
        bar("hierarchy", "by level", "4 hidden", "single intermediate"): 0.5,
    }


def test_shipped_rates_are_those_of_the_figures(published):
    assert figures.read_rates() == figures.read_rates(published / "success_rates.json")


def test_shipped_alive_edges_are_those_of_the_published_networks(published):
    with (published / "alive_edges.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert alive_edges.published() == {
        (row["task"], tuple(map(int, row["layer_sizes"].split("-")))): alive_edges.AliveEdges(
            int(row["networks"]), int(row["min"]), float(row["median"]), int(row["max"])
        )
        for row in rows
    }
    assert len(rows) == 361


def test_shipped_alive_edges_by_counting(published):
    """From the masks, for the cells all of whose networks are among those at hand."""
    counts = {}
    for network in published_lib.read(published / "networks.jsonl.gz"):
        edges = sum(int(mask.sum()) for mask in network.masks)
        counts.setdefault((network.task, network.layer_sizes), []).append(edges)
    known = alive_edges.published()
    whole = {cell: of for cell, of in counts.items() if len(of) == known[cell].networks}
    assert len(whole) >= 75
    assert {cell: alive_edges.of(of) for cell, of in whole.items()} == {
        cell: known[cell] for cell in whole
    }


def test_every_cell_of_a_boolean_figure_has_shipped_alive_edges():
    known = alive_edges.published()
    cells = {
        (preset.task, preset.layer_sizes)
        for preset in presets.load()
        if not preset.task.startswith("mnist")
    }
    assert set(known) == cells
    assert sum(edges.networks for edges in known.values()) == 1499


def test_what_is_shipped_is_small_and_says_where_it_is_from():
    file = importlib.resources.files("nsculpt").joinpath("data/paper.json")
    assert len(file.read_bytes()) < 60_000
    assert "arXiv 2305.18402" in shipped.load()["source"]


def test_readings_by_hand(tmp_path):
    study = bars_compared.study_published(published_folder.write(tmp_path, published_folder.six()))
    # Seeds: (24, 0) succeeds; (24, 1) has in order success, failure, failure; (36, 0) fails.
    (found,) = study.comparisons
    assert found.bar == bar("exemplars", "all modules", "input_separable", "1 hidden")
    rates = {name: reading["rate"] for name, reading in found.rates.items()}
    assert rates == pytest.approx(
        {"first": 2 / 3, "mean": (1 + 1 / 3 + 0) / 3, "any": 2 / 3, "all": 1 / 3}
    )
    assert found.rates["any"]["n"] == 3
    assert found.difference("any") == pytest.approx(2 / 3 - 0.75)
    assert bars_compared.mean_absolute_difference(study.comparisons, "all") == pytest.approx(5 / 12)
    assert study.num_seeds == 4
    assert study.num_unused == 1


@pytest.mark.parametrize(
    ("unit_steps", "edge_steps"), [((10.0, 70.0), (2.5, 2.5)), ((70.0, 5.0), (0.5, 1.0))]
)
def test_first_is_of_the_larger_edge_step_then_unit_step(tmp_path, unit_steps, edge_steps):
    # The first line comes second in the official order.
    structures = published_folder.SEPARATE, published_folder.JOINED
    lines = [
        published_folder.network(structure, unit_step=unit, edge_step=edge)
        for structure, unit, edge in zip(structures, unit_steps, edge_steps, strict=True)
    ]
    (found,) = bars_compared.study_published(published_folder.write(tmp_path, lines)).comparisons
    assert found.rates["first"]["rate"] == 0.0
    assert found.rates["any"]["rate"] == 1.0


def test_agreement_is_counted(tmp_path):
    study = bars_compared.study_published(published_folder.write(tmp_path, published_folder.six()))
    # The fifth has other clusters and modules, the sixth other live units, and so all three.
    assert study.agreement == published_lib.Agreement(
        num_networks=6, live_units=5, clusters=4, modules=4, ambiguous=study.agreement.ambiguous
    )


def test_a_bar_is_over_all_its_networks():
    one = bar("overlap", "input separability", "overlap 1", "use 4")
    won, lost = {one.score: True}, {one.score: False}
    outcomes = {
        (one.task, (24,)): [[won], [lost]],
        (one.task, (48, 48, 48)): [[won], []],  # a seed without a network
        (one.task, (30,)): [[lost]],  # not of the bar
        ("overlap1_use6", (24,)): [[won]],
    }
    (found,) = bars_compared.compare_bars(outcomes, {one: 0.5})
    assert found.rates["any"]["n"] == 4
    assert found.rates["any"]["rate"] == 0.5


def test_published_networks_give_the_papers_rates(published):
    study = bars_compared.study_published(published)
    agreed = study.agreement
    assert (agreed.live_units, agreed.clusters, agreed.modules) == (agreed.num_networks,) * 3
    assert agreed.num_networks >= 1002
    assert agreed.ambiguous <= 5
    # All bars but those of mnist_xor.
    assert len(study.comparisons) == 123
    assert bars_compared.mean_absolute_difference(study.comparisons, "any") <= 0.05
    text = rates_table.published(study)
    assert max(map(len, text.splitlines())) <= 80


def test_table_by_hand(tmp_path):
    study = bars_compared.study_published(published_folder.write(tmp_path, published_folder.six()))
    lines = rates_table.published(study).splitlines()
    assert lines[2] == "equal to the official analysis: live units 5, clusters 4, modules 4"
    row = lines.index("  input_separable")
    assert lines[row - 2] == "exemplars, all modules"
    # Wilson for 2 of 3: 0.21 to 0.94.
    assert lines[row + 1].split() == [
        *("1", "hidden", "3", "0.75", "0.67", ".21-.94", "-0.08", "0.67", "0.44", "0.33")
    ]
    assert "  all              1   0.083   0.083   0.306   0.417" in lines
    assert lines[-1].startswith("Bars left out, for which there are no networks: exemplars 11,")


def put(made, place, value):
    *path, last = place
    for key in path:
        made = made[key]
    made[last] = value


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (("exemplars", "reused", 1), 1.5, "exemplars.reused[1] to be a rate, 0 to 1"),
        (("exemplars", "reused"), [0.5], "exemplars.reused[1] to be a rate, 0 to 1"),
        (("exemplars",), 3, "exemplars.hidden_layers to be [1, 2, 3]"),
        (("reuse", "by_hidden_layers", "2"), None, "reuse.by_hidden_layers.2[0] to be a rate, 0"),
        (("overlap", "input_separability", 4, 4), "1", "overlap.input_separability[4][4] to be a"),
        (
            ("overlap", "columns_times_used"),
            [8, 6, 4, 2, 1],
            "overlap.columns_times_used to be [1,",
        ),
    ],
)
def test_bad_rates(tmp_path, place, value, expected):
    made = published_folder.rates()
    put(made, place, value)
    published_folder.write(tmp_path, [], made)
    path = tmp_path / "success_rates.json"
    assert bad_input.message_of(figures.read_rates, path).startswith(f"{path}: expected {expected}")


def test_rates_that_are_no_json(tmp_path):
    path = tmp_path / "success_rates.json"
    for text in ("", "{", "[" * 100_000, "[]"):
        path.write_text(text)
        assert bad_input.message_of(figures.read_rates, path).startswith(f"{path}: expected ")


JOINED = published_folder.JOINED


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"task": "nowhere"}, "unknown task 'nowhere'; "),
        ({"task": ["reused"]}, "task: expected a name, got ['reused']"),
        (
            {"task": "reused"},
            "layer_sizes: expected 4 inputs and 16 outputs, those of reused; got 4 and 4",
        ),
        ({"layer_sizes": [4]}, "layer_sizes: expected at least two"),
        ({"layer_sizes": [4, 10**12, 4]}, "layer_sizes: expected whole numbers from 1 to 10000"),
        ({"layer_sizes": "4-24-4"}, "layer_sizes: expected whole numbers from 1 to 10000"),
        ({"layer_sizes": [4, 24, 24, 4]}, "live_units: expected 4 lists, got "),
        ({"seed": -1}, "seed: expected a whole number of at least 0, got -1"),
        ({"seed": True}, "seed: expected a whole number of at least 0, got True"),
        ({"path_length": 0}, "path_length: expected a whole number of at least 1, got 0"),
        ({"edge_step_percent": None}, "edge_step_percent: expected a percent above 0 and up to"),
        ({"unit_step_percent": float("nan")}, "unit_step_percent: expected a percent above 0"),
        ({"edges": [[[0, 0]]]}, "edges: expected 2 lists, got [[[0, 0]]]"),
        ({"edges": [[[0, 24]], [[0, 0]]]}, "edges[0]: expected n x 2 whole numbers from 0 to 23"),
        ({"edges": [[[4, 0]], [[0, 0]]]}, "edges[0]: expected units of a 4 x 24 layer, got "),
        ({"edges": [[[0, -1]], [[0, 0]]]}, "edges[0]: expected n x 2 whole numbers from 0 to 23"),
        ({"edges": [[[0, 0.5]], [[0, 0]]]}, "edges[0]: expected n x 2 whole numbers from 0 to 23"),
        ({"edges": [[[0], [0, 1]], [[0, 0]]]}, "edges[0]: expected whole numbers, got "),
        ({"edges": [{}, [[0, 0]]]}, "edges[0]: expected a list, got {}"),
        ({"edges": [[], [[0, 0]]]}, "masks[0]: no path runs from any input to any output"),
        ({"modules": [[0], [0], [0]]}, "modules[0]: expected 4 whole numbers from 0 to "),
        ({"layer_clusters": None}, "layer_clusters: expected 3 lists, got None"),
        ({"live_units": [[0], [99], [0]]}, "live_units[1]: expected n whole numbers from 0 to 23"),
    ],
)
def test_bad_networks(tmp_path, changes, expected):
    good = published_folder.network(JOINED)
    folder = published_folder.write(tmp_path, [good, good | changes])
    message = bad_input.message_of(bars_compared.study_published, folder)
    assert message.startswith(f"{folder / 'networks.jsonl.gz'}, line 2: {expected}")


def test_networks_without_edges_in_a_layer_are_read(tmp_path):
    line = published_folder.network(JOINED, edges=[[], []], live_units=[[], [], []])
    line |= {"layer_clusters": [[], [], []], "modules": [[], [], []]}
    (read,) = published_lib.read(published_folder.write(tmp_path, [line]) / "networks.jsonl.gz")
    assert [mask.sum() for mask in read.masks] == [0, 0]
    assert [len(units) for units in read.live_units] == [0, 0, 0]


def test_bad_files(tmp_path):
    assert "success_rates.json: cannot be read" in bad_input.message_of(
        bars_compared.study_published, tmp_path / "nowhere"
    )
    folder = published_folder.write(tmp_path, [published_folder.network(JOINED)] * 50)
    path = pathlib.Path(folder, "networks.jsonl.gz")
    whole = path.read_bytes()
    line = json.dumps(published_folder.network(JOINED)).encode()
    damaged = bytearray(whole)
    damaged[len(whole) // 2] ^= 255
    for content, expected in (
        (whole[: len(whole) // 2], f"{path}: expected a whole gzip file; "),
        (bytes(damaged), f"{path}: expected a whole gzip file; "),
        (line, f"{path}: expected a whole gzip file; "),
        (b"", f"{path}: expected at least one network, got none"),
        (gzip.compress(b"\n\n"), f"{path}: expected at least one network, got none"),
        (gzip.compress(line + b"\n{"), f"{path}, line 2: expected one JSON object"),
        (gzip.compress(line + b"\n[1]"), f"{path}, line 2: expected one JSON object"),
        (gzip.compress(b"\xff"), f"{path}, line 1: expected one JSON object"),
        (gzip.compress(b"[" * 100_000), f"{path}, line 1: expected one JSON object"),
    ):
        path.write_bytes(content)
        assert bad_input.message_of(bars_compared.study_published, folder).startswith(expected)
    path.unlink()
    assert bad_input.message_of(bars_compared.study_published, folder).startswith(
        f"{path}: cannot be read: No such file"
    )
