"""How many questions, and what to say after many comparisons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

ALPHA, POWER = 0.05, 0.8


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values after many comparisons, adjusted so that 5 % is the chance of *any* false claim.

    Holm (1979), "A simple sequentially rejective multiple test procedure": the smallest of m is
    multiplied by m, the next by m - 1, ..., each at least as large as the one before, at most 1.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for step, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - step) * p_values[index]))
        adjusted[index] = largest
    return adjusted


def questions_needed(differences: Sequence[float], effect: float = 0.02) -> int | None:
    """How many questions a paired test needs to see a mean difference of ``effect``.

    Two-sided at 5 %, seen in 80 % of the experiments: ((z_0.975 + z_0.8) * s / effect)^2 +
    z_0.975^2 / 2, with s the standard deviation of the differences (the normal formula with
    Guenther's 1981 correction for the t test; Sakai 2018, Laboratory Experiments in Information
    Retrieval, ch. 6).

    Args:
        differences: one a question, of a pilot such as this one; they only give the spread.
        effect: the smallest difference worth seeing.

    Returns:
        None when fewer than two questions, or no spread, say nothing.

    """
    from scipy import stats  # type: ignore[import-untyped] # noqa: PLC0415 - 0.7 s to import

    n = len(differences)
    if n < 2:
        return None
    mean = sum(differences) / n
    variance = sum((value - mean) ** 2 for value in differences) / (n - 1)
    if variance <= 1e-18:
        return None
    z_alpha, z_power = float(stats.norm.ppf(1 - ALPHA / 2)), float(stats.norm.ppf(POWER))
    needed = (z_alpha + z_power) ** 2 * variance / effect**2 + z_alpha**2 / 2
    return math.ceil(needed)


def pareto(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """Names that nobody beats in both: (cost, quality), less cost and more quality is better.

    By rising cost; of equal points all are named.

    >>> pareto({"slow": (9.0, 0.8), "fast": (1.0, 0.5), "bad": (5.0, 0.4)})
    ['fast', 'slow']
    """

    def beaten(name: str) -> bool:
        cost, quality = points[name]
        return any(
            c <= cost and q >= quality and (c, q) != (cost, quality) for c, q in points.values()
        )

    return sorted((name for name in points if not beaten(name)), key=lambda name: points[name])
