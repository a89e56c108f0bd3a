"""Rates over seeds and their intervals."""

import math

import hypothesis
import pytest
from hypothesis import strategies as st

from nsculpt import errors
from nsculpt.scores import readings


def test_wilson_by_hand():
    # z = 2: centre (p + 2/n) / (1 + 4/n), half 2 / (1 + 4/n) x sqrt(p q / n + 1 / n^2).
    assert readings.wilson(2, 4, z=2.0) == pytest.approx((0.5 - 0.125**0.5, 0.5 + 0.125**0.5))
    assert readings.wilson(0, 4, z=2.0) == (0.0, 0.5)
    assert readings.wilson(4, 4, z=2.0) == (0.5, 1.0)
    assert readings.wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe (1998)


@hypothesis.given(st.integers(1, 40), st.floats(0, 1))
def test_wilson_ends_solve_its_equation(n, rate):
    z = 1.959964
    low, high = readings.wilson(rate * n, n)
    assert 0.0 <= low <= rate + 1e-9
    assert rate - 1e-9 <= high <= 1.0
    for end in (low, high):
        assert (rate - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / n, abs=1e-9)


@pytest.mark.parametrize(("successes", "n"), [(1, 0), (-1, 4), (5, 4), (math.nan, 4)])
def test_wilson_refuses(successes, n):
    with pytest.raises(errors.InputError, match="0 <= successes <= n"):
        readings.wilson(successes, n)


def test_readings_by_hand():
    rates = readings.readings([[True, False, False], [False, True], [True, True], []])
    assert {name: reading["rate"] for name, reading in rates.items()} == {
        "first": 2 / 4,
        "mean": (1 / 3 + 1 / 2 + 1) / 4,
        "any": 3 / 4,
        "all": 1 / 4,
    }
    for name, reading in rates.items():
        assert reading["n"] == 4
        assert (reading["low"], reading["high"]) == readings.wilson(reading["rate"] * 4, 4)
        assert reading.get("approximate", False) is (name == "mean")


def test_readings_of_no_seed():
    empty = {"rate": None, "n": 0, "low": None, "high": None}
    assert readings.readings([]) == {
        "first": empty,
        "mean": empty | {"approximate": True},
        "any": empty,
        "all": empty,
    }


@pytest.mark.parametrize("successes", [[[None]], [[True, None], []], [[None, None], [False]]])
def test_readings_of_what_is_not_known(successes):
    unknown = {"rate": None, "n": len(successes), "low": None, "high": None}
    rates = readings.readings(successes)
    assert rates.pop("mean") == unknown | {"approximate": True}
    assert rates == {"first": unknown, "any": unknown, "all": unknown}
