"""The paper's experiment on MNIST: what is compared with it, and on smaller machines."""

import csv
import dataclasses
import io
import json

import pytest

from nsculpt import presets
from nsculpt.paper import cells, figures, outcomes, reproduction, variants, workload
from nsculpt.report import reproduction_data, reproduction_figure, reproduction_tables
from tests import mnist_cell

XOR = cells.Cell("mnist_xor", (392,) * 4)
TWO_DIGITS = cells.Cell("mnist_two_digits", (392, 392))


def test_bars_by_hand():
    rates = figures.read_rates()
    found = {
        (bar.panel, bar.task, bar.score): [] for bar in cells.bars("mnist")
    }  # panel by panel, in this order
    for bar in cells.bars("mnist"):
        assert (bar.row, bar.widths) == (bar.task, (392, 784, 1568))
        found[bar.panel, bar.task, bar.score].append((bar.column, rates.get(bar)))
    depths = ("2 hidden", "3 hidden", "4 hidden", "5 hidden")
    xor = {
        "input separable": ("inputs_recovered", (0.0, 0.0, 1.0, 1.0)),
        "output subfunctions": ("outputs_recovered", (1.0, 1.0, 0.83, 0.92)),
        "middle separability": ("middle_separable", (0.0, 0.0, 0.0, 0.0)),
    }
    expected = {}
    for panel, (score, published) in xor.items():
        expected[panel, "mnist_xor", score] = list(zip(depths, published, strict=True))
        expected[panel, "mnist_two_digits", score] = [(depth, None) for depth in depths[:3]]
    assert list(found.items()) == list(expected.items())


def outcome(cell, scores, edges, variant):
    """A finished cell; a score stands for the three of the figure."""
    names = ("inputs_recovered", "outputs_recovered", "middle_separable")
    dense = [outcomes.Accuracy(0.99609375, 0.96875)] * len(edges)
    accuracy = [None if count is None else outcomes.Accuracy(0.9921875, 0.9375) for count in edges]
    return outcomes.Outcome(
        cell=cell,
        settings=variant.settings(cell),
        scores=[[dict.fromkeys(names, value) for value in seed] for seed in scores],
        alive_edges=edges,
        dense_accuracy=dense,
        accuracy=accuracy,
        analyses=None,
        num_prunings=280,
        timed_prunings=280,
        sculpting_seconds=56_000.0,
        analysis_seconds=30.0,
        versions={},
    )


@pytest.fixture(scope="module")
def found():
    variant = variants.Variant()
    # Of xor's seeds two succeed, one has a success second, one has no network.
    xor = outcome(XOR, [[True], [True], [False, True], []], [3000, 2000, 5000, None], variant)
    two = outcome(TWO_DIGITS, [[True], [True], [False], [True]], [1000, 1201, 900, 1600], variant)
    return reproduction.collate("mnist", variant, [two, xor])


def test_cells_beside_the_paper_by_hand(found):
    assert [each.outcome.cell for each in found.cells] == [XOR, TWO_DIGITS]
    assert len(found.unfinished) == 19
    xor, two, *others = found.bars
    assert [(each.bar.panel, each.bar.task) for each in others[:2]] == [
        ("output subfunctions", "mnist_xor"),
        ("output subfunctions", "mnist_two_digits"),
    ]
    assert xor.paper == reproduction.Count(12, 12)
    assert xor.counts == {"first": reproduction.Count(2, 4), "any": reproduction.Count(3, 4)}
    # Two failures of 16 networks, both ours: C(4,2)/C(16,2); one: 4/16.
    assert xor.p_values == pytest.approx({"first": 6 / 120, "any": 4 / 16})
    assert (xor.edges.ours.median, xor.edges.published, xor.consensus) == (3000, None, None)
    assert two.paper is None
    assert two.counts["first"] == reproduction.Count(3, 4)
    assert two.p_values == {"first": None, "any": None}
    assert two.edges.ours.median == 1100.5
    # Of the paper's bars alone: 2 of 4 in each panel, against 12, 10 and 0 of 12.
    assert [(each.bars, each.paper.successes, each.counts["first"]) for each in found.pooled] == [
        (1, paper, reproduction.Count(2, 4)) for paper in (12, 10, 0)
    ]


def test_tables_by_hand(found):
    lines = reproduction_tables.terminal(found).splitlines()
    assert max(map(len, lines)) <= 80
    rows = [line.split() for line in lines if "hidden  " in line]
    # Wilson for 2 and 3 of 4: 0.15 to 0.85, 0.30 to 0.95.
    assert rows[:2] == [
        ["4", "hidden", "4", "1.00", "0.50", ".15-.85", "0.050", "0.75", "0.250", "3000"],
        ["2", "hidden", "4", "-", "0.75", ".30-.95", "-", "0.75", "-", "1100.5"],
    ]
    text = " ".join(" ".join(lines).split())
    assert "output subfunctions, 1 bar of the paper together: paper 10/12, first 2/4" in text
    # That of middle separability, 3 of 4 against 0 of 12: 4 / C(16,3).
    assert "p below 0.05 under any: 1 of 3 bars of the paper" in text
    assert "sum of 2 medians: 4100.5, none published" in text
    assert "112000.0 s, 0.005 prunings a second" in text
    assert "rows right, mean of 2 cells: 93.8 percent, dense networks 96.9" in text
    assert "consensus" not in text
    assert "Not the paper's setting" not in text
    markdown = reproduction_tables.markdown(found)
    assert "| mnist_two_digits | 2 hidden | 4 | - | 0.75 [0.30, 0.95] |" in markdown
    assert "| mnist_two_digits | 1568-392-392-20 | 99.61 | 96.88 | 99.22 | 93.75 |" in markdown
    cell = "| mnist_xor | 1568-392-392-392-392-3 | 4 | 2000 | 3000 | 5000 | - | - | - | - |"
    assert f"{cell} 56000.0 | 0.005 |" in markdown
    assert "accepted with up to 0.5 percentage points of all bits" in markdown
    assert "Consensus" not in markdown


def test_data_by_hand(found):
    _, two, *_ = csv.DictReader(io.StringIO(reproduction_data.bars_csv(found)))
    empty = ("paper_rate", "paper_n", "fisher_p_any", "sum_of_published_median_edges")
    for name in (*empty, "consensus_inputs_share", "departures"):
        assert two[name] == ""
    assert (two["task"], two["first"], two["sum_of_median_edges"]) == (
        "mnist_two_digits", "0.75", "1100.5"
    )  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(reproduction_data.cells_csv(found))))
    names = ("dense_bits_right", "dense_rows_right", "bits_right", "rows_right")
    assert [[row[name] for name in names] for row in rows] == [
        ["0.99609375", "0.96875", "0.9921875", "0.9375"]
    ] * 2
    assert rows[1]["published_edges_median"] == ""
    form = json.loads(json.dumps(reproduction_data.form(found), allow_nan=False))
    bar = form["bars"][1]
    assert (bar["paper"], bar["fisher_p"], bar["alive_edges"]["published"], bar["consensus"]) == (
        None, {"first": None, "any": None}, None, None
    )  # fmt: skip
    assert form["alive_edges"]["published"] is None
    assert form["departures"] == []
    assert form["cells"][0]["accuracy"]["selected"][2:] == [
        {"bits_right": 0.9921875, "rows_right": 0.9375}, None
    ]  # fmt: skip
    assert [each["panel"] for each in form["pooled"]] == list(
        dict.fromkeys(each["panel"] for each in form["bars"])
    )


def test_a_task_without_published_rates_alone(tmp_path):
    variant = variants.Variant(seeds=(0,))
    alone = outcome(TWO_DIGITS, [[True]], [900], variant)
    found = reproduction.collate("mnist", variant, [alone])
    assert found.pooled == []
    text = reproduction_tables.terminal(found)
    assert "p below" not in text
    assert "together" not in text
    page = reproduction_figure.draw(found)
    assert len(page.axes) == 3 + 1
    labels = [entry.get_text() for entry in page.legends[0].get_texts()]
    assert labels[0].startswith("nsculpt (n = 1")
    # No bar of the paper's is drawn.
    assert not any(axes.patches for axes in page.axes)
    reproduction_figure.save(tmp_path / "mnist", found)


def test_what_is_not_the_papers_setting_is_said_everywhere(tmp_path):
    variant = variants.of("mnist", mnist_cell.SMALL | {"seeds": [0]})
    cell = dataclasses.replace(XOR, image_size=7)
    found = reproduction.collate("mnist", variant, [outcome(cell, [[True]], [900], variant)])
    said = (
        "Not the paper's setting: unit_steps 40 (paper 5, 10 ... 70), edge_steps 2.5 (paper 0.5, "
        "1 ... 2.5), image_size 7 (paper 28), samples_per_pair 5 (paper 1000)."
    )
    for text in (reproduction_tables.terminal(found), reproduction_tables.markdown(found)):
        assert said in " ".join(text.split())
    page = reproduction_figure.draw(found)
    assert any(said[:40] in text.get_text() for text in page.texts)
    assert {"name": "image_size", "here": "7", "paper": "28"} in reproduction_data.form(found)[
        "departures"
    ]
    for table in (reproduction_data.bars_csv(found), reproduction_data.cells_csv(found)):
        for row in csv.DictReader(io.StringIO(table)):
            assert row["departures"] == (
                "unit_steps=40; edge_steps=2.5; image_size=7; samples_per_pair=5"
            )
    # Layer sizes are those that were trained; the bar is that of the figure.
    assert found.cells[0].outcome.cell.layer_sizes == (98, 392, 392, 392, 392, 3)
    assert found.bars[0].paper == reproduction.Count(12, 12)
    assert len(found.unfinished) == 20


def test_seeds_and_the_papers_own_values_are_no_departure():
    given = {"seeds": [7], "image_size": 28, "samples_per_pair": 1000}
    steps = {"unit_steps": [str(s) for s in range(70, 0, -5)], "edge_steps": ["0.5", "1.0"]}
    found = variants.of("mnist", given | steps)
    assert [str(each) for each in found.departures] == ["edge_steps 0.5, 1 (paper 0.5, 1 ... 2.5)"]


def test_smaller_images_are_trained_as_the_paper_trains_the_same_network():
    variant = variants.of("mnist", mnist_cell.SMALL)
    full = presets.find("mnist_xor", (1568, 392, 392, 3))[0]
    cell = cells.Cell("mnist_xor", (392, 392), image_size=7)
    settings = variant.settings(cell)
    # 64 pairs of digits with 4 rows for training are fewer than the paper's batch of 512.
    assert (settings.batch_size, settings.epochs, settings.learning_rate) == (256, 120, 0.001)
    for name in ("epochs", "path_length", "merge_threshold", "modularity_threshold"):
        assert getattr(settings, name) == getattr(full, name)
    plain = variants.Variant().settings(cells.Cell("mnist_xor", (392, 392)))
    assert (plain.batch_size, plain.accuracy_tolerance, plain.input_noise) == (512, 0.5, 0)


@pytest.mark.parametrize("cell", [XOR, TWO_DIGITS])
def test_an_outline_is_as_large_as_the_task(mnist_dir, cell):
    variant = variants.of("mnist", mnist_cell.SMALL | {"mnist_dir": str(mnist_dir)})
    cell = dataclasses.replace(cell, image_size=7)
    outline, task = variant.outline(cell), variant.load_task(cell)
    for side in ("train", "valid"):
        told, real = getattr(outline, side), getattr(task, side)
        assert (told.num_rows, told.num_inputs, told.num_outputs) == (
            real.num_rows, real.num_inputs, real.num_outputs
        )  # fmt: skip
    assert cell.layer_sizes == (task.num_inputs, *cell.hidden, task.num_outputs)
    assert (outline.name, outline.exact, outline.inputs_optional) == (
        task.name, task.exact, task.inputs_optional
    )  # fmt: skip
    # What tells a finished run of the same options from others.
    flags = {name: f"{value}" for name, value in variant.options(cell).items()}
    assert flags.items() <= task.origin.items()
    assert task.origin["protocol"] == "paper"


def test_a_finished_cell_is_of_the_options_asked_for(tmp_path, caplog):
    variant = variants.of("mnist", mnist_cell.SMALL | {"seeds": [0]})
    cell = dataclasses.replace(TWO_DIGITS, image_size=7)
    mnist_cell.write(tmp_path / "a", variant, cell)
    found = outcomes.read(tmp_path / "a", cell, variant)
    # The larger edge step comes first.
    assert [each["inputs_recovered"] for each in found.scores[0]] == [False, True]
    assert (found.alive_edges, found.analyses) == ([1234], None)
    assert (found.dense_accuracy, found.accuracy) == ([None], [outcomes.Accuracy(0.99, 0.9)])
    more_rows = dataclasses.replace(variant, samples_per_pair=10)
    assert outcomes.read(tmp_path / "a", cell, more_rows) is None
    mnist_cell.write(tmp_path / "b", variant, cell, protocol="honest")
    assert outcomes.read(tmp_path / "b", cell, variant) is None
    mnist_cell.write(tmp_path / "c", variant, cell, data_seed=1)
    assert outcomes.read(tmp_path / "c", cell, variant) is None
    assert not caplog.records
    (tmp_path / "a" / "run.flags").unlink()
    assert outcomes.read(tmp_path / "a", cell, variant) is None
    assert "run.flags: cannot be read" in caplog.text


def test_work_on_large_networks_by_hand():
    variant = variants.Variant(seeds=(0,), unit_steps=(40,), edge_steps=(2.5,))
    work = workload.of(variant.outline(TWO_DIGITS), variant.settings(TWO_DIGITS))
    assert work.is_large
    assert work.num_edges == 1568 * 392 + 392 * 392 + 392 * 20
    # The queue expects 7.5 of a unit job and 12 of an edge job.
    assert work.rounds == 1 + (7.5 + 7) + (12 + 80)
    # 100 pairs with 800 rows for training in batches of 512: 157 steps, 40 epochs.
    assert work.steps == work.rounds * 40 * 157
    # In rounds of the whole network; three products a training row, one a validation row.
    whole_rounds = 1 + 0.3 * 14.5 + 0.1 * 92
    rows = 40 * (3 * 157 * 512 + 20_000)
    assert work.multiplications == pytest.approx(whole_rounds * rows * work.num_edges)
    assert work.seconds == pytest.approx(60 + 2e-11 * work.multiplications)
