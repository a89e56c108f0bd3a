"""Presets, defaults, and what is refused."""

import csv
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

import nsculpt
from nsculpt import presets
from nsculpt import settings as settings_lib

REUSED = nsculpt.load_task("reused")


def test_presets_are_the_published_ones(published):
    with (published / "presets.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(presets.load()) == len(rows) == 382
    for row in rows:
        sizes = tuple(map(int, row["layer_sizes"].split("-")))
        preset, exact = presets.find(row["task"], sizes)
        assert exact
        assert (preset.learning_rate, preset.batch_size, preset.epochs, preset.path_length) == (
            float(row["learning_rate"]), int(row["batch_size"]), int(row["epochs"]),
            int(row["path_length"]),
        )  # fmt: skip


def test_a_preset_gives_the_defaults(caplog):
    caplog.set_level(logging.INFO, "nsculpt")
    settings = settings_lib.resolve(REUSED, (24, 24))
    assert (settings.learning_rate, settings.batch_size, settings.epochs) == (0.1, 8, 40)
    assert settings.seeds == (0, 1, 2, 5)
    assert settings.unit_steps == tuple(range(5000, 75000, 5000))
    assert settings.edge_steps == (500, 1000, 1500, 2000, 2500)
    assert (settings.input_noise, settings.accuracy_threshold) == (0.1, 100)
    assert not caplog.records


def test_without_a_preset_the_nearest_stands_in_and_the_log_says_so(caplog):
    caplog.set_level(logging.INFO, "nsculpt")
    settings_lib.resolve(REUSED, (24, 30))
    assert "no preset for reused 4-24-30-16" in caplog.text
    assert "reused 4-24-24-16" in caplog.text


def test_what_is_given_beats_the_preset():
    settings = settings_lib.resolve(REUSED, (24, 24), epochs=3, seeds=[9], edge_steps=["0.25"])
    assert (settings.epochs, settings.seeds, settings.edge_steps) == (3, (9,), (250,))


def test_a_batch_larger_than_the_data_takes_all_and_says_so(caplog):
    caplog.set_level(logging.INFO, "nsculpt")
    assert settings_lib.resolve(REUSED, (24, 24), batch_size=17).batch_size == 16
    assert "more than the 16 training rows" in caplog.text


def test_a_tolerance_takes_the_place_of_the_threshold():
    settings = settings_lib.resolve(REUSED, (24, 24), accuracy_tolerance=1.0)
    assert (settings.accuracy_threshold, settings.accuracy_tolerance) == (None, 1.0)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("hidden", (), "each at least 1 unit"),
        ("hidden", (24, 0), "each at least 1 unit"),
        ("seeds", [-1], "from 0"),
        ("seeds", [], "one or more seeds"),
        ("seeds", [1, 1], "1 stands twice"),
        ("unit_steps", [5, "5.0"], "5 stands twice"),
        ("unit_steps", [0], "above 0"),
        ("edge_steps", [100.5], "up to 100"),
        ("edge_steps", [0.0005], "three decimals"),
        ("edge_steps", ["a"], "a number"),
        ("edge_steps", ["1e400"], "up to 100"),
        ("learning_rate", 0.0, "above 0"),
        ("learning_rate", float("nan"), "above 0"),
        ("batch_size", 0, "at least 1"),
        ("epochs", 0, "at least 1"),
        ("input_noise", -0.1, "0 or more"),
        ("accuracy_threshold", 100.5, "from 0 to 100"),
        ("accuracy_tolerance", -1.0, "from 0 to 100"),
        ("unit_saliency", "magnitud", "unknown unit saliency"),
        ("edge_saliency", "magnitud", "did you mean magnitude?"),
        ("path_length", 0, "at least 1"),
        ("merge_threshold", 1.5, "from 0 to 1"),
        ("modularity_threshold", float("inf"), "from 0 to 1"),
        ("hidden", 24, "whole numbers"),
        ("hidden", "24,24", "whole numbers"),
        ("hidden", ("24",), "a whole number"),
        ("hidden", (24.0,), "a whole number"),
        ("hidden", (20_001,), "at most 20000"),
        ("hidden", (20_000, 20_000), "edges; expected at most"),
        ("seeds", 5, "whole numbers"),
        ("seeds", [0.5], "a whole number"),
        ("seeds", [True], "a whole number"),
        ("unit_steps", 10, "percents"),
        ("unit_steps", "10", "percents"),
        ("learning_rate", "x", "a number"),
        ("learning_rate", 1e39, "to 1000"),
        ("epochs", 2.0, "a whole number"),
        ("epochs", 10**20, "at most 1000000"),
        ("edge_saliency", ["magnitude"], "a name"),
    ],
)
def test_a_bad_value_is_named_in_one_line(field, value, expected):
    given = {"hidden": (24, 24), field: value}
    with pytest.raises(nsculpt.InputError) as caught:
        settings_lib.resolve(REUSED, **given)
    assert caught.value.field == field
    assert str(caught.value).startswith(field)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


def test_threshold_and_tolerance_exclude_each_other():
    with pytest.raises(nsculpt.InputError, match="not both"):
        settings_lib.resolve(REUSED, (24, 24), accuracy_threshold=99, accuracy_tolerance=1)


def test_steps_worked_out_in_floats_mean_what_they_should():
    assert settings_lib.percents("edge_steps", [0.1 + 0.2]) == (300,)


@given(st.integers(1, 100_000))
def test_percents_are_exact(milli):
    assert settings_lib.percents("unit_steps", [milli / 1000, f"{milli / 1000}"]) == (milli, milli)
