"""Experiments of the paper: which cells, what is read of them, and what the paper found."""

import json
import math

import pytest
from hypothesis import given, strategies

from nsculpt import presets, shards
from nsculpt.paper import (
    alive_edges,
    cells,
    figures,
    outcomes,
    reproduction,
    running,
    variants,
    workload,
)
from nsculpt.report import reproduction_data, reproduction_tables
from nsculpt.tasks import load_task
from tests import bad_input, finished_cell

SMALL = cells.Cell("input_separable", (24,))
WIDE = cells.Cell("input_separable", (36,))


def test_cells_are_those_of_the_bars():
    every = {name: cells.of(name) for name in cells.EXPERIMENTS}
    assert {name: len(of) for name, of in every.items()} == {
        "exemplars": 4 * 9, "reuse": 5 * 9, "overlap": 25 * 9, "hierarchy": 4 * 9, "mnist": 12 + 9
    }  # fmt: skip
    for name, of in every.items():
        assert len({cell.name for cell in of}) == len(of)
        for bar in cells.bars(name):
            assert {cells.Cell(bar.task, hidden) for hidden in bar.hidden} <= set(of)
    assert every["exemplars"][0] == SMALL
    assert str(every["hierarchy"][-1]) == "hierarchy_use8 8-60-60-60-60-16"
    # The 21 settings of the presets, and no other.
    known = {(each.task, each.layer_sizes) for each in presets.load() if "mnist" in each.experiment}
    assert {(cell.task, cell.layer_sizes) for cell in every["mnist"]} == known
    assert str(cells.of("mnist", image_size=14)[0]) == "mnist_xor 392-392-392-3"


def test_subsets():
    assert cells.subset("exemplars") == cells.of("exemplars")
    found = cells.subset("exemplars", hidden=[(24,), (36, 36)], tasks=["reused", "non_modular"])
    assert [cell.name for cell in found] == [
        "reused_24", "reused_36_36", "non_modular_24", "non_modular_36_36"
    ]  # fmt: skip
    assert len(cells.subset("overlap", widths=[24])) == 75
    assert len(cells.subset("hierarchy", widths=[36], depths=[2, 4])) == 8


@pytest.mark.parametrize(
    ("experiment", "asked", "expected"),
    [
        ("mnist_xor", {}, "experiment=mnist_xor: did you mean mnist?"),
        (
            "mnist",
            {"tasks": ["mnist_two_digits"], "depths": [5]},
            "no network of mnist has all that --tasks --depths ask for",
        ),
        ("exemplar", {}, "experiment=exemplar: did you mean exemplars?"),
        (
            "exemplars",
            {"tasks": ["reusd"]},
            "tasks: 'reusd' is no task of exemplars; did you mean ",
        ),
        ("reuse", {"tasks": ["non_modular"]}, "tasks: 'non_modular' is no task of reuse; known: "),
        (
            "exemplars",
            {"hidden": [(24,), (24, 36)]},
            "hidden=24,36: no network of exemplars; expected as many layers as one of 1,2,3, all "
            "of one width of 24,36,48",
        ),
        ("hierarchy", {"widths": [24]}, "widths=24: no network of hierarchy; expected 36,48,60"),
        ("hierarchy", {"depths": [1]}, "depths=1: no network of hierarchy; expected 2,3,4"),
        (
            "exemplars",
            {"hidden": [(24,)], "depths": [2]},
            "no network of exemplars has all that --hidden --depths ask for",
        ),
    ],
)
def test_cells_that_no_figure_has(experiment, asked, expected):
    assert bad_input.message_of(cells.subset, experiment, **asked).startswith(expected)


@given(strategies.lists(strategies.floats(0, 100), min_size=1, max_size=36), strategies.data())
def test_shares_part_the_cells(costs, data):
    of = cells.of("exemplars")[: len(costs)]
    count = data.draw(strategies.integers(1, 40))
    parts = [cells.part(of, costs, shards.Shard(i + 1, count)) for i in range(count)]
    assert sorted(cell.name for part in parts for cell in part) == sorted(c.name for c in of)
    assert max(map(len, parts)) - min(map(len, parts)) <= 1
    for part in parts:
        assert part == [cell for cell in of if cell in part]
    # Two shares differ by no more than the dearest cell.
    loads = [sum(costs[of.index(cell)] for cell in part) for part in parts]
    assert max(loads) - min(loads) <= max(costs) * (1 + 1e-9)


def two_sided(a, n, b, m):
    """Fisher's p as a sum over all tables with the same margins, from binomials."""
    total = a + b

    def chance(successes):
        ways = math.comb(n, successes) * math.comb(m, total - successes)
        return ways / math.comb(n + m, total)

    possible = range(max(0, total - m), min(n, total) + 1)
    return sum(chance(k) for k in possible if chance(k) <= chance(a) * (1 + 1e-7))


def test_fisher_by_a_sum_over_tables():
    for n, m in ((12, 12), (4, 12), (36, 36)):
        for a in range(0, n + 1, m // 12):
            for b in range(0, m + 1, m // 4):
                ours, paper = reproduction.Count(a, n), reproduction.Count(b, m)
                expected = two_sided(a, n, b, m)
                assert reproduction.fisher(ours, paper) == pytest.approx(expected, rel=1e-6)


def test_the_papers_counts_round_to_its_rates():
    for bar, rate in figures.read_rates().items():
        count = reproduction.paper_count(bar, rate)
        assert count.n == (36 if bar.figure == "overlap" else 12)
        assert abs(count.successes / count.n - rate) < 0.0051


def read(folder, cell=SMALL, **asked):
    return outcomes.read(folder, cell, variants.Variant(**asked))


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    return finished_cell.write_two(tmp_path_factory.mktemp("finished"))


def test_an_outcome_is_read_from_its_folder(finished):
    outcome = read(finished / SMALL.name)
    succeeded = [[each.get("structure_recovered") for each in seed] for seed in outcome.scores]
    # In the official order: the largest edge step first, then the largest unit step.
    assert succeeded == [[False, True, True], [True], [], [None]]
    assert outcome.alive_edges == [8, 8, None, 4]
    assert [found is None for found in outcome.analyses] == [False, False, True, True]
    assert [len(set(found.modules[0])) for found in outcome.analyses[:2]] == [1, 2]
    assert (outcome.num_prunings, outcome.sculpting_seconds) == (280, 14)
    assert outcome.prunings_per_second == 20


def test_an_outcome_is_of_the_settings_asked_for(finished, tmp_path):
    folder = finished / SMALL.name
    fewer = read(folder, seeds=[1, 0])
    assert fewer.alive_edges == [8, 8]
    assert [len(seed) for seed in fewer.scores] == [1, 3]
    assert read(folder, seeds=[0, 3]) is None
    assert read(folder, unit_steps=[5]) is None
    assert read(folder, edge_steps=[2.5, 2, 1.5, 1, 0.5]) is not None
    other = finished_cell.write(tmp_path / "other", {}, epochs=3, seeds=[0])
    assert read(other, seeds=[0]) is None
    assert read(folder, cell=WIDE) is None
    assert read(tmp_path) is None


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"[]",
        b"{",
        b'{"task": "input_separable", "layer_sizes": 3}',
        b'{"task": "input_separable", "layer_sizes": [4, 24, 4], "settings": null}',
    ],
)
def test_a_damaged_summary_is_named(tmp_path, caplog, damage):
    (tmp_path / "summary.json").write_bytes(damage)
    assert read(tmp_path) is None
    assert str(tmp_path / "summary.json") in caplog.text


def places(content, place=()):
    """Where something stands in JSON; of a list, the first two."""
    items = content.items() if isinstance(content, dict) else enumerate(content[:2])
    for name, value in items:
        yield (*place, name)
        if isinstance(value, dict | list):
            yield from places(value, (*place, name))


def test_a_summary_of_anything_is_read_or_left_out(tmp_path):
    grid = {"seeds": [0, 5], "unit_steps": [5], "edge_steps": [1]}
    folder = finished_cell.write(tmp_path / "a", {0: finished_cell.RIGHT, 5: None}, **grid)
    assert read(folder, **grid).alive_edges == [8, None]
    good = (folder / "summary.json").read_text()
    known = ("task", "layer_sizes", "settings", "versions", "truth", "runs")
    changed_places = list(places({name: json.loads(good)[name] for name in known}))[::3]
    num_left_out = 0
    for number, place in enumerate(changed_places):
        changed = json.loads(good)
        put = changed
        for name in place[:-1]:
            put = put[name]
        put[place[-1]] = (None, "x", [3], {"a": 1}, float("nan"), 10**30)[number % 6]
        (folder / "summary.json").write_text(json.dumps(changed))
        outcome = read(folder, **grid)
        if outcome is None:
            num_left_out += 1
            continue
        found = reproduction.collate("exemplars", variants.Variant(**grid), [outcome])
        assert reproduction_tables.markdown(found)
        assert json.dumps(reproduction_data.form(found), allow_nan=False)
    assert 10 < num_left_out < len(changed_places)


def test_an_outcome_without_networks_or_times(finished, tmp_path, caplog):
    folder = finished_cell.write(tmp_path / "a", {0: finished_cell.RIGHT}, seeds=[0])
    for times in (
        None,
        b"[]",
        b"{",
        b'{"sculpting_s": "1"}',
        b'{"sculpting_s": NaN}',
        b'{"sculpting_s": 0}',
    ):
        (folder / "timings.json").unlink(missing_ok=True)
        if times is not None:
            (folder / "timings.json").write_bytes(times)
        outcome = read(folder, seeds=[0])
        assert outcome.sculpting_seconds is None
        assert outcome.prunings_per_second is None
    (folder / "networks.npz").unlink()
    assert read(folder, seeds=[0]) is None
    assert "networks.npz" in caplog.text


def test_cells_beside_the_paper_by_hand(finished):
    variant = variants.Variant()
    finished_cells = running.finished("exemplars", finished, variant)
    found = reproduction.collate("exemplars", variant, finished_cells)
    assert [each.outcome.cell for each in found.cells] == [SMALL, WIDE]
    assert len(found.unfinished) == 34
    (bar,) = found.bars
    assert (bar.bar.task, bar.bar.column) == ("input_separable", "1 hidden")
    # Of 8: seeds 1 and the four of the wide cell; under any seed 0 too; under mean 2/3 of seed 0.
    rates = {name: rate["rate"] * 8 for name, rate in bar.comparison.rates.items()}
    assert rates == pytest.approx({"first": 5, "mean": 5 + 2 / 3, "any": 6, "all": 5})
    assert bar.paper == reproduction.Count(12, 12)
    assert bar.counts == {"first": reproduction.Count(5, 8), "any": reproduction.Count(6, 8)}
    # Three failures of 20 networks, all ours: C(8,3)/C(20,3); two: C(8,2)/C(20,2). No other table
    # with these margins is as rare.
    assert bar.p_values == pytest.approx({"first": 56 / 1140, "any": 28 / 190})
    # Medians 8 (of 8, 8, 4) and 8; published 16 and 16.
    assert (bar.edges.cells, bar.edges.ours.median, bar.edges.published.median) == (2, 16, 32)
    assert bar.edges.ours == alive_edges.AliveEdges(7, 12, 16, 16)
    # Five of eight networks part the inputs as declared, one joins them, two show nothing.
    agreed = bar.consensus
    assert (agreed.inputs.value, agreed.inputs.count) == (((0, 1), (2, 3)), 5)
    assert (agreed.inputs.n, agreed.inputs.is_true, agreed.graph.is_true) == (8, True, True)
    (pooled,) = found.pooled
    assert (pooled.bars, pooled.paper, pooled.counts) == (1, bar.paper, bar.counts)
    assert found.time == reproduction.Time(2, 560, 20.0, 1.0)
    assert found.time.prunings_per_second == 28


def test_work_by_hand():
    task = load_task("reused")
    variant = variants.Variant(seeds=(0,), unit_steps=(50,), edge_steps=(2.5, 1))
    settings = variant.settings(cells.Cell("reused", (24, 24)))
    work = workload.of(task, settings)
    assert work.jobs == (1, 1, 2)
    # Expected rounds: dense 1, unit 5 + 2, edges 8 + 4 and 8 + 10.
    assert work.rounds == 1 + 7 + 12 + 18
    # 16 rows in batches of 8: 2 steps, 40 epochs.
    assert work.steps == 38 * 80
    assert work.num_edges == 4 * 24 + 24 * 24 + 24 * 16
    # A step: 3 x 8 rows; an epoch's validation 16.
    assert work.multiplications == 38 * 40 * (2 * 24 + 16) * 1056
    assert workload.num_compiles([work, work]) == 2
