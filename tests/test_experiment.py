"""The public call: what it gives, where it is silent, what it says."""

import subprocess
import sys

import numpy as np
import pytest

import nsculpt
from nsculpt import sculpture as sculpture_lib
from nsculpt import selection
from nsculpt import settings as settings_lib
from nsculpt.report import summary_file, terminal
from nsculpt.sculpting import jobs
from nsculpt.tasks import task as task_lib

SEPARABLE = nsculpt.load_task("input_separable")


def record(edges, status=jobs.ACCEPTED, wrong_bits=0):
    rounds = np.zeros(1, jobs.ROUND)
    rounds["accepted"], rounds["wrong_bits"] = status == jobs.ACCEPTED, wrong_bits
    return jobs.Record(
        [mask.astype(np.float32) for mask in edges],
        [np.zeros(mask.shape[1], np.float32) for mask in edges],
        [np.where(mask, 0, 1).astype(np.int16) for mask in edges],
        rounds,
        status,
    )


def network(*pairs):
    """4-4-4: hidden unit h reads the inputs, and is read by the outputs, that the pairs name."""
    edges = [np.zeros((4, 4), bool), np.zeros((4, 4), bool)]
    for unit, (inputs, outputs) in enumerate(pairs):
        edges[0][list(inputs), unit] = True
        edges[1][unit, list(outputs)] = True
    return edges


RIGHT = network(((0, 1), (0, 1)), ((2, 3), (2, 3)))  # 8 edges
MIXED = network(((0, 1, 2, 3), (0, 1, 2, 3)))  # 8 edges, one module
LARGE = network(((0, 1), (0, 1)), ((0, 1), (0, 1)), ((2, 3), (2, 3)))  # 12 edges


@pytest.fixture
def concluded():
    """Seed 0: right and mixed tie, mixed first. Seed 1: right. Seed 2: nothing was accepted."""
    settings = settings_lib.resolve(
        SEPARABLE, (4,), seeds=[0, 1, 2], unit_steps=[10, 20], edge_steps=[1]
    )
    records = {
        jobs.Job(0, 10_000, 1000): record(RIGHT),
        jobs.Job(0, 20_000, 1000): record(MIXED),
        jobs.Job(1, 10_000, 1000): record(RIGHT),
        jobs.Job(1, 20_000, 1000): record(LARGE),
        jobs.Job(2, 10_000, 1000): record(RIGHT, jobs.NOTHING_ACCEPTED, 3),
        jobs.Job(2, 20_000, 1000): record(RIGHT, jobs.NOTHING_ACCEPTED, 3),
    }
    return sculpture_lib.conclude(SEPARABLE, settings, records)


def test_four_readings_of_three_seeds(concluded):
    rates = concluded.rates["structure_recovered"]
    # Seed 0 counts 0, 1/2, 1, 0; seed 1 counts 1 in all; seed 2 fails in all.
    assert [rates[name]["rate"] * 3 for name in ("first", "mean", "any", "all")] == [1, 1.5, 2, 1]
    assert all(reading["n"] == 3 for reading in rates.values())


def test_only_the_sparsest_are_analysed(concluded):
    assert [chosen.alive_edges for chosen in concluded.selections] == [8, 8, None]
    assert set(concluded.analyses) == {
        jobs.Job(0, 10_000, 1000), jobs.Job(0, 20_000, 1000), jobs.Job(1, 10_000, 1000)
    }  # fmt: skip


def test_summary_says_what_was_not_accepted(concluded):
    runs = summary_file.content(concluded, {})["runs"]
    assert [run["status"] for run in runs] == ["accepted"] * 4 + ["nothing accepted"] * 2
    assert [run["selected"] for run in runs] == [False, True, True, False, False, False]
    assert [run["tied"] for run in runs] == [True, True, True, False, False, False]
    assert runs[4]["accuracy"] == pytest.approx(1 - 3 / 64)
    selected = summary_file.content(concluded, {})["selected"]
    assert [seed["num_tied"] for seed in selected] == [2, 1, 0]
    assert [len(module["units"]["0"]) for module in selected[1]["modules"]] == [2, 2]


def test_all_networks_count_in_what_a_seed_shows(concluded):
    rows = summary_file.content(concluded, {})["diversity"]
    assert [(row["seed"], row["n"], row["num_shown"]) for row in rows] == [
        (0, 2, 2), (1, 2, 2), (2, 2, 0)
    ]  # fmt: skip
    # Seed 0: one each, the selected one's first. Seed 1: RIGHT and LARGE show one structure.
    assert [row["modal_share"] for row in rows] == [0.5, 1.0, 0.0]
    assert [row["modal_tied"] for row in rows] == [True, False, False]
    assert [row["entropy_bits"] for row in rows] == [1.0, 0.0, None]
    assert [row["sparsest_structure"] for row in rows] == [0, 0, None]
    assert [row["sparsest_is_modal"] for row in rows] == [True, True, None]
    assert [[s["count"] for s in row["structures"]] for row in rows] == [[1, 1], [2], []]
    assert [[s["num_sparsest"] for s in row["structures"]] for row in rows] == [[1, 1], [1], []]
    assert [[s["num_recovered"] for s in row["structures"]] for row in rows] == [[0, 1], [2], []]
    assert rows[1]["structures"][0]["inputs"] == ((0, 1), (2, 3))
    runs = summary_file.content(concluded, {})["runs"]
    assert [run["structure"] for run in runs] == [1, 0, 0, 0, None, None]


def test_every_accepted_network_has_scores(concluded):
    runs = summary_file.content(concluded, {})["runs"]
    recovered = [run["scores"] and run["scores"]["structure_recovered"] for run in runs]
    assert recovered == [True, False, True, True, None, None]


def test_consensus_is_over_the_selected_networks(concluded):
    # MIXED of seed 0, RIGHT of seed 1, nothing of seed 2; of equals the one first in order.
    found = summary_file.content(concluded, {})["consensus"]
    assert found["inputs"]["value"] == ((0, 1), (2, 3))
    assert found["graph"]["networks"] == (1,)
    for part in ("inputs", "outputs", "graph"):
        assert (found[part]["count"], found[part]["n"], found[part]["tied"]) == (1, 3, True)
        assert found[part]["is_true"] is True
    assert found["num_recovered"] == 1


def conclude_seed(*networks):
    """Of seed 0, with rising unit steps."""
    steps = [10 * (i + 1) for i in range(len(networks))]
    settings = settings_lib.resolve(SEPARABLE, (4,), seeds=[0], unit_steps=steps, edge_steps=[1])
    records = {
        jobs.Job(0, 1000 * step, 1000): record(edges)
        for step, edges in zip(steps, networks, strict=True)
    }
    return sculpture_lib.conclude(SEPARABLE, settings, records)


def test_of_equally_frequent_structures_the_sparsest_comes_first():
    # The official order begins with LARGE, of the largest unit step; MIXED has fewer edges.
    found = summary_file.content(conclude_seed(MIXED, LARGE), {})
    assert [run["structure"] for run in found["runs"]] == [0, 1]
    assert found["diversity"][0]["structures"][0]["inputs"] == ((0, 1, 2, 3),)


def test_the_sparsest_may_show_another_structure_than_most_or_none():
    # 8 edges against 12, twice; and no edge at all, where nothing is left to show.
    for edges, word in ((MIXED, "another"), (network(), "none")):
        found = conclude_seed(LARGE, edges, LARGE)
        assert found.diversity[0].agree is False
        assert f"0.67  {word:>8}          2\n" in str(found)


def test_networks_that_differ_in_one_layer_are_two():
    other = [RIGHT[0], network(((0, 1), (2, 3)), ((2, 3), (0, 1)))[1]]
    found = summary_file.content(conclude_seed(RIGHT, other, RIGHT), {})
    assert [run["structure"] for run in found["runs"]] == [0, 1, 0]
    assert [run["scores"]["outputs_recovered"] for run in found["runs"]] == [True] * 3


def test_records_in_another_order_change_nothing(concluded):
    backwards = dict(reversed(concluded.records.items()))
    again = sculpture_lib.conclude(SEPARABLE, concluded.settings, backwards)
    before, after = summary_file.content(concluded, {}), summary_file.content(again, {})
    assert after["diversity"] == before["diversity"]
    assert after["consensus"] == before["consensus"]
    assert after["runs"] == before["runs"][::-1]
    assert str(again) == str(concluded)


def test_the_report_reads_as_written(concluded):
    text = str(concluded)
    assert "input_separable 4-4-4: 6 prunings (3 seeds x 2 unit steps x 1 edge step)" in text
    assert "2  no network reached the accuracy asked for" in text
    # Of the two structures, each shown by one seed, the earlier seed's is shown.
    assert "a structure shown by 1 of 3 seeds and by 1 of its 2 sparsest" in " ".join(text.split())
    assert "inputs x0 x1: not found" in text
    assert (
        "  seed  prunings  structures  entropy  modal share  sparsest  recovered\n"
        "     0         2           2     1.00    0.50 tied     modal          1\n"
        "     1         2           1     0.00         1.00     modal          2\n"
        "     2         2           0\n"
    ) in text
    assert "inputs {x0 x1} {x2 x3}: 1 of 3 seeds, another as often, as in the truth" in text
    assert "structure recovered 0.33 .06-.79   0.50 .13-.87   0.67 .21-.94   0.33 .06-.79" in text
    assert max(map(len, text.splitlines())) <= 80


def test_most_shared_prefers_what_most_seeds_show():
    settings = settings_lib.resolve(
        SEPARABLE, (4,), seeds=[0, 1, 2], unit_steps=[10], edge_steps=[1]
    )
    edges = [MIXED, LARGE, RIGHT]
    records = {jobs.Job(s, 10_000, 1000): record(e) for s, e in enumerate(edges)}
    found = sculpture_lib.conclude(SEPARABLE, settings, records)
    shown, sharing = terminal.most_shared(found)
    assert isinstance(shown, selection.Selection)
    # LARGE and RIGHT show one structure; RIGHT has fewer edges.
    assert (shown.seed, sharing) == (2, 2)


def test_a_network_without_any_path_is_no_success():
    settings = settings_lib.resolve(SEPARABLE, (4,), seeds=[0], unit_steps=[10], edge_steps=[1])
    job = jobs.Job(0, 10_000, 1000)
    found = sculpture_lib.conclude(SEPARABLE, settings, {job: record(network())})
    assert found.analyses[job] is None
    assert found.rates["structure_recovered"]["any"]["rate"] == 0
    assert "modules" in str(found)
    assert summary_file.content(found, {})["runs"][0]["structure"] is None
    assert found.diversity[0].num_shown == found.consensus.inputs.count == 0


def test_a_rule_that_asks_for_less_than_the_truth_is_named():
    """One hidden layer has no room for the intermediate pair; the paper's rule asks for none."""
    hierarchy = nsculpt.load_task("hierarchy_use1")
    settings = settings_lib.resolve(hierarchy, (2,), seeds=[0, 1], unit_steps=[10], edge_steps=[1])
    lower = np.kron(np.eye(2, dtype=bool), np.ones((4, 1), bool))
    records = {jobs.Job(s, 10_000, 1000): record([lower, np.ones((2, 2), bool)]) for s in (0, 1)}
    text = " ".join(str(sculpture_lib.conclude(hierarchy, settings, records)).split())
    assert "(3 modules, 2 edges; chains as one): 2 of 2 seeds, not as in the truth" in text
    assert "(by the task's rule, 2 of these 2 recovered the structure)" in text


def test_seeds_without_any_accepted_network():
    settings = settings_lib.resolve(SEPARABLE, (4,), seeds=[0, 1], unit_steps=[10], edge_steps=[1])
    records = {
        jobs.Job(seed, 10_000, 1000): record(RIGHT, jobs.NOTHING_ACCEPTED, 3) for seed in (0, 1)
    }
    text = str(sculpture_lib.conclude(SEPARABLE, settings, records))
    assert "Most frequent over the seeds: nothing, for want of accepted networks" in text
    assert max(map(len, text.splitlines())) <= 80


def data_set():
    """Two outputs: whether x0 > 1/2, whether x1 + x2 > 1, on points away from the borders."""
    rng = np.random.default_rng(1)
    x = rng.random((400, 3)).astype(np.float32)
    x = x[(abs(x[:, 0] - 0.5) > 0.1) & (abs(x[:, 1] + x[:, 2] - 1) > 0.1)]
    y = np.stack([x[:, 0] > 0.5, x[:, 1] + x[:, 2] > 1], axis=1).astype(np.float32)
    train, valid = task_lib.ArraySource(x[::2], y[::2]), task_lib.ArraySource(x[1::2], y[1::2])
    return task_lib.Task("points", train, valid, ("a", "b", "c"), ("p", "q"), exact=False)


def test_a_data_set_is_sculpted_within_its_tolerance():
    task = data_set()
    found = nsculpt.sculpt(
        task, (6,), seeds=[0], unit_steps=[30], edge_steps=[8], accuracy_tolerance=2.0, epochs=40,
        learning_rate=0.05, batch_size=32,
    )  # fmt: skip
    ((job, result),) = found.records.items()
    allowed = int(result.rounds["wrong_bits"][0]) + int(0.02 * found.num_bits)
    assert result.wrong_bits <= allowed
    assert result.alive_edges < 3 * 6 + 6 * 2
    assert found.analyses[job].scores is None
    assert found.rates == {}
    assert "Against the truth" not in str(found)


def test_lanes_below_one_are_refused():
    with pytest.raises(nsculpt.InputError, match="lanes=0: expected at least 1"):
        nsculpt.sculpt("input_separable", lanes=0)


@pytest.mark.parametrize(
    ("task", "given", "expected"),
    [
        (3, {}, "task 3: expected a name or a Task"),
        ("reused", {"lanes": 1.5}, "lanes=1.5: expected a whole number"),
        ("reused", {"out_dir": 3}, "out_dir=3: expected a path"),
        ("reused", {"plugin": 3}, "plugin=3: expected a path"),
    ],
)
def test_arguments_of_another_type_are_refused(task, given, expected):
    with pytest.raises(nsculpt.InputError, match=expected):
        nsculpt.sculpt(task, **given)


CHECK = """
import sys
import nsculpt
analysis = nsculpt.analyze([[[1, 0], [1, 0], [0, 1], [0, 1]]])
assert [list(labels) for labels in analysis.modules] == [[0, 0, 1, 1], [0, 1]]
loaded = {name.split(".")[0] for name in sys.modules}
sys.exit(", ".join(sorted(loaded & {"jax", "jaxlib", "flax", "optax", "matplotlib"})) or None)
"""


def test_analyze_loads_neither_jax_nor_matplotlib():
    done = subprocess.run(
        [sys.executable, "-c", CHECK], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_every_public_name_is_there_and_documented():
    for name in nsculpt.__all__:
        if name != "__version__":
            assert getattr(nsculpt, name).__doc__
    assert set(nsculpt.__all__) <= set(dir(nsculpt))
    with pytest.raises(AttributeError, match="no attribute 'anlyze'"):
        nsculpt.anlyze  # noqa: B018
