"""Ways to find modules, compared on planted networks with more and more edges rewired."""

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from nsculpt import text
from nsculpt.analysis import pipeline
from nsculpt.planted import generator
from nsculpt.scores import partitions, readings

PERCENTS = (0.0, 5.0, 10.0, 20.0)
SCORES = ("structure_recovered", "inputs_recovered")


@dataclasses.dataclass(frozen=True)
class Row:
    """How well one method does at one share of rewired edges."""

    method: str
    # Of the edges.
    percent: float
    # Of each of `SCORES`: `rate` over the networks, `n`, and the Wilson interval `low`, `high`.
    rates: dict[str, dict[str, Any]]
    # Adjusted Rand index of found and planted modules over all live units: mean over networks.
    module_ari: float


def compare(
    methods: Sequence[tuple[str, Mapping[str, Any]]],
    num_networks: int = 200,
    percents: Sequence[float] = PERCENTS,
) -> list[Row]:
    """Scores methods on the networks `generator.draw(0)`, `generator.draw(1)` and so on.

    All methods get the same rewired networks. Those whose `features` are "weighted" get weights,
    which are the magnitudes of standard normal numbers, drawn anew for each network.

    Args:
      methods: name and arguments of `analyze`.
      num_networks: at least 1.
      percents: of the edges to rewire, 0 to 100.

    Returns:
      A row for each method and percent, methods outermost.

    Example:
      >>> [row] = compare([("default", {})], num_networks=2, percents=[0])
      >>> row.rates["structure_recovered"]["rate"], row.module_ari
      (1.0, 1.0)
    """
    found: dict[tuple[str, float], list[dict[str, float]]] = {
        (name, percent): [] for name, _ in methods for percent in percents
    }
    for seed, percent in itertools.product(range(num_networks), percents):
        plan = generator.draw(seed)
        rng = np.random.default_rng([seed, round(1000 * percent)])
        masks = generator.rewired(rng, plan.masks, percent)
        weights = [mask * np.abs(rng.standard_normal(mask.shape)) for mask in masks]
        for name, settings in methods:
            given = weights if settings.get("features") == "weighted" else masks
            found[name, percent].append(_scores(plan, given, settings))
    rows = []
    for (name, percent), scores in found.items():
        # Each network is a seed with one network, so that the four readings are one.
        rates = {
            score: readings.readings([[of[score]] for of in scores])["any"] for score in SCORES
        }
        ari = float(np.mean([of["module_ari"] for of in scores]))
        rows.append(Row(name, percent, rates, ari))
    return rows


def _scores(
    plan: generator.Planted, given: Sequence[np.ndarray], settings: Mapping[str, Any]
) -> dict[str, float]:
    analysis = pipeline.analyze(given, truth=plan.truth, **settings)
    assert analysis.scores is not None
    labels = [of[units] for of, units in zip(plan.modules, analysis.live_units, strict=True)]
    ari = partitions.adjusted_rand_index(np.concatenate(analysis.modules), np.concatenate(labels))
    return {"module_ari": ari} | {score: analysis.scores[score] for score in SCORES}


def table(rows: Sequence[Row]) -> str:
    """The rows as text, in 80 columns with four percents.

    Args:
      rows: as from `compare`.

    Example:
      >>> rate = {"rate": 0.5, "n": 2, "low": 0.0945, "high": 0.9055}
      >>> print(table([Row("default", 5.0, dict.fromkeys(SCORES, rate), 0.875)]))
      2 planted networks: share whose structure and whose input groups are recovered
      (Wilson 95 percent), mean adjusted Rand index of found and planted modules
      edges rewired        5 %
      default
        structure          0.50 .09-.91
        inputs             0.50 .09-.91
        module ARI         0.875
    """
    percents = list(dict.fromkeys(row.percent for row in rows))
    lines = [
        f"{rows[0].rates[SCORES[0]]['n']} planted networks: share whose structure and whose input "
        "groups are recovered",
        "(Wilson 95 percent), mean adjusted Rand index of found and planted modules",
        _line("edges rewired", [f"{percent:g} %" for percent in percents]),
    ]
    for method, group in itertools.groupby(rows, key=lambda row: row.method):
        of_method = list(group)
        lines.append(method)
        for score in SCORES:
            name = score.removesuffix("_recovered")
            lines.append(_line(f"  {name}", [text.rate(row.rates[score]) for row in of_method]))
        lines.append(_line("  module ARI", [f"{row.module_ari:.3f}" for row in of_method]))
    return "\n".join(lines)


def _line(name: str, cells: Sequence[str]) -> str:
    return (f"{name:<21}" + "".join(f"{cell:<15}" for cell in cells)).rstrip()
