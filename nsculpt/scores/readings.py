"""Success rates over seeds, where several equally sparse networks of a seed may disagree."""

import math
from collections.abc import Sequence
from typing import Any

from nsculpt import errors


def wilson(successes: float, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Wilson score interval of a proportion.

    Args:
      successes: 0 to n; a fractional sum is taken as it is.
      n: number of trials, at least 1.
      z: quantile of the normal distribution; the default gives 95 percent.

    Returns:
      Lower and upper end, in [0, 1].

    Raises:
      InputError: for successes outside 0 to n, or n below 1.

    Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.

    Example:
      >>> [round(end, 4) for end in wilson(8, 10)]
      [0.4902, 0.9433]
    """
    if n < 1 or not 0 <= successes <= n:
        raise errors.InputError(
            f"wilson: expected 0 <= successes <= n and n >= 1; got {successes} of {n}"
        )
    rate = successes / n
    centre = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    # Exact at the ends, where centre and half cancel but for the last bits.
    low = 0.0 if rate == 0 else max(centre - half, 0.0)
    high = 1.0 if rate == 1 else min(centre + half, 1.0)
    return low, high


def readings(success_by_seed: Sequence[Sequence[float | None]]) -> dict[str, dict[str, Any]]:
    """The four readings of a success rate.

    `first` takes the first of a seed's sparsest networks in the official order, `mean` the share of
    them that succeed, `any` and `all` whether at least one does, or every one. A seed without any
    network fails in all four.

    Args:
      success_by_seed: for each seed, the successes (True or 1.0) of its sparsest networks, in the
        official order; None where a success is not known, as where the truth has no labels for it.

    Returns:
      For each reading, `rate`, `n` (seeds), and the ends `low` and `high` of the Wilson interval;
      None for all but `n` where there are no seeds, or where any success is not known. The interval
      of `mean`, on a fractional sum, is marked `approximate`.

    Source: DESIGN 4.5, 5.5.

    Example:
      >>> rates = readings([[True, False], [False], [True], []])
      >>> [rates[reading]["rate"] for reading in ("first", "mean", "any", "all")]
      [0.5, 0.375, 0.5, 0.25]
    """
    n = len(success_by_seed)
    known = n > 0 and all(success is not None for row in success_by_seed for success in row)
    seeds = [[float(success or 0.0) for success in networks] for networks in success_by_seed]
    sums = {
        "first": sum(networks[0] for networks in seeds if networks),
        "mean": sum(sum(networks) / len(networks) for networks in seeds if networks),
        "any": sum(max(networks) for networks in seeds if networks),
        "all": sum(min(networks) for networks in seeds if networks),
    }
    rates: dict[str, dict[str, Any]] = {}
    for name, successes in sums.items():
        low, high = wilson(successes, n) if known else (None, None)
        rates[name] = {"rate": successes / n if known else None, "n": n, "low": low, "high": high}
    rates["mean"]["approximate"] = True
    return rates
