"""How many questions, and what to say after many comparisons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from core.errors import InputError

ALPHA, POWER = 0.05, 0.8
Z_95 = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


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


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95% interval of a share, also right for few trials and for shares near 0 and 1.

    Wilson (1927), "Probable inference, the law of succession, and statistical inference": with
    z = 1.96, p = successes / n: (p + z^2 / 2n +/- z * sqrt(p (1 - p) / n + z^2 / 4n^2)) /
    (1 + z^2 / n). Nothing is known without trials: 0 to 1.

    >>> [round(bound, 3) for bound in wilson(1, 10)]
    [0.018, 0.404]
    """
    if not 0 <= successes <= trials:
        raise InputError(f"{successes} of {trials} is no share.")
    if trials == 0:
        return 0.0, 1.0
    share, z2 = successes / trials, Z_95**2
    middle = share + z2 / (2 * trials)
    half = Z_95 * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    low, high = (middle - half) / (1 + z2 / trials), (middle + half) / (1 + z2 / trials)
    return max(0.0, low), min(1.0, high)


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
