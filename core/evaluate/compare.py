"""Two runs on the same questions: how large is the difference, and what may be said of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.errors import InputError
from core.evaluate.metrics import Lists, PerQuery, Qrels, evaluate_lists, judged, mean
from core.text.counting import counted, signed

ALPHA = 0.05
"""The intervals are 95%, and the test speaks of chance from this p-value on."""
BASE, OTHER = "first stage", "reranked"
RESAMPLES = 9999
RESAMPLE_BATCH = 500
SAME = 1e-9
"""Two values closer than this are a tie: only rounding differs."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The paired difference ``other - base`` of one measure, over the same questions.

    ``low`` and ``high`` bound the mean difference with 95% confidence, ``p_value`` is that of
    the two-sided sign-flip test. ``wins``, ``losses`` and ``ties`` count questions, seen from
    ``other``. ``needed`` questions would show a mean difference of 0.02, None when the values do
    not say.
    """

    measure: str
    base: str
    other: str
    base_mean: float
    other_mean: float
    mean: float
    low: float
    high: float
    p_value: float
    wins: int
    losses: int
    ties: int
    needed: int | None = None

    @property
    def questions(self) -> int:
        """How many questions were compared."""
        return self.wins + self.losses + self.ties

    @property
    def settled(self) -> bool:
        """Whether the interval leaves out 0 *and* the test calls chance unlikely.

        Both, because a bootstrap interval is too narrow on few questions: five wins out of
        five always leave out 0, and happen by chance once in sixteen.
        """
        return (self.low > 0 or self.high < 0) and self.p_value < ALPHA


def difference_of(
    base: Mapping[str, float],
    other: Mapping[str, float],
    measure: str,
    names: tuple[str, str] = ("base", "other"),
    seed: int = 0,
) -> Difference:
    """Compare the per-query values of a measure, from 0 to 1, of two runs.

    Args:
        base: query id -> value of the run to compare with.
        other: query id -> value of the run in question, for the same queries.
        measure: its name, for the record.
        names: the names of the two runs, for the record.
        seed: makes the interval and the test reproducible.

    Raises:
        InputError: the queries differ, or there are none.
    """
    if base.keys() != other.keys():
        raise InputError(
            f"{names[0]} and {names[1]} were not measured on the same questions.",
            "Measure both on the same judgments.",
        )
    base_mean, other_mean = mean(base), mean(other)
    differences = np.array([other[query] - base[query] for query in sorted(base)])
    low, high = interval(differences, seed)
    return Difference(
        measure=measure,
        base=names[0],
        other=names[1],
        base_mean=base_mean,
        other_mean=other_mean,
        mean=float(differences.mean()),
        low=low,
        high=high,
        p_value=sign_flip(differences, seed),
        wins=int((differences > SAME).sum()),
        losses=int((differences < -SAME).sum()),
        ties=int((np.abs(differences) <= SAME).sum()),
        needed=questions_needed(differences),
    )


def interval(differences: NDArray[np.float64], seed: int = 0) -> tuple[float, float]:
    """Expanded percentile bootstrap interval of the mean, 95%.

    The plain percentile interval is too narrow on few questions. Asking it for the level
    ``1 - 2 * Phi(-sqrt(n / (n - 1)) * t)``, with t the 97.5 % point of Student's t on n - 1
    degrees of freedom, mends most of that (the expanded percentile interval of Hesterberg 2015,
    What Teachers Should Know About the Bootstrap).

    Args:
        differences: float64[n], one a question, each from -1 to 1.
        seed: of the resampling.

    Returns:
        low and high; -1 and 1 for a single question, which says nothing about the spread.
    """
    from scipy import stats  # type: ignore[import-untyped] # noqa: PLC0415 - 0.7 s to import

    n = len(differences)
    if n < 2:
        return -1.0, 1.0
    reach = math.sqrt(n / (n - 1)) * stats.t.ppf(1 - ALPHA / 2, n - 1)
    result = stats.bootstrap(
        (differences,),
        np.mean,
        confidence_level=1 - 2 * stats.norm.cdf(-reach),
        method="percentile",
        n_resamples=RESAMPLES,
        batch=RESAMPLE_BATCH,
        rng=np.random.default_rng(seed),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def sign_flip(differences: NDArray[np.float64], seed: int = 0) -> float:
    """Two-sided p-value of Fisher's randomization test: each difference may change its sign.

    Exact up to 13 questions, estimated from 9,999 random flips above.

    Args:
        differences: float64[n], one a question.
        seed: of the random flips.

    Returns:
        0 to 1; always 1 for a single question.
    """
    from scipy import stats  # noqa: PLC0415 - 0.7 s to import

    if len(differences) < 2:
        return 1.0
    result = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=RESAMPLES,
        batch=RESAMPLE_BATCH,
        rng=np.random.default_rng(seed),
    )
    return float(result.pvalue)


def verdict(difference: Difference) -> str:
    """One plain sentence that claims a direction only when the difference is settled."""
    d = difference
    over = f"over {counted(d.questions, 'question')}"
    counts = f"better on {d.wins}, worse on {d.losses}, the same on {d.ties}"
    bounds = f"{signed(d.low, 3)} to {signed(d.high, 3)}"
    if d.settled:
        word = "higher" if d.mean > 0 else "lower"
        return (
            f"{d.other[:1].upper()}{d.other[1:]} scores {word} than {d.base}: {signed(d.mean, 3)} "
            f"{d.measure} on average {over}, 95% interval {bounds}; {counts}."
        )
    if d.ties == d.questions:
        return (
            f"No difference was seen: {d.other} and {d.base} have the same {d.measure} {over}, "
            "which does not prove that they are equal."
        )
    wide = d.low <= 0 <= d.high
    doubt = f"anything from {bounds} is plausible" if wide else "chance alone can explain that"
    return f"Not settled: {signed(d.mean, 3)} {d.measure} {over}, and {doubt}; {counts}."


@dataclass(frozen=True, slots=True)
class BothLists:
    """A measure of two lists, for each question that both answer and that has a relevant passage.

    ``judged`` is the share of each list's first k that has a judgment, over all these questions.
    """

    measure: str
    first: PerQuery
    final: PerQuery
    judged: tuple[float, float]

    @property
    def difference(self) -> Difference | None:
        """``final - first`` with its interval, or None when there is no question."""
        if not self.first:
            return None
        return difference_of(self.first, self.final, self.measure, (BASE, OTHER))


def measure_both(qrels: Qrels, first: Lists, final: Lists, k: int = 10) -> BothLists:
    """nDCG@k of both lists on condensed lists, and how much of them is judged."""
    in_first = {query: grades for query, grades in judged(qrels).items() if query in first}
    measures = [f"nDCG@{k}", f"Judged@{k}"]
    one = evaluate_lists(in_first, first, measures, leave_out_unjudged=True)
    other = evaluate_lists(in_first, final, measures, leave_out_unjudged=True)
    shares = tuple(_share(values[f"Judged@{k}"]) for values in (one, other))
    return BothLists(f"nDCG@{k}", one[f"nDCG@{k}"], other[f"nDCG@{k}"], (shares[0], shares[1]))


def enough(difference: Difference) -> str:
    """How many questions would be needed, in one sentence; empty when the values do not say."""
    d = difference
    if d.needed is None:
        return ""
    few = d.needed > d.questions
    verb = f"are needed; this set has {d.questions}" if few else "are enough"
    needed = counted(d.needed, "question")
    return f"To detect a difference of {WORTH_SEEING} with 80% power, {needed} {verb}."


def _share(values: Mapping[str, float]) -> float:
    return sum(values.values()) / len(values) if values else 0.0


POWER = 0.8
WORTH_SEEING = 0.02
"""A difference below this is not worth the time of a cross-encoder."""


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


def questions_needed(differences: ArrayLike, effect: float = WORTH_SEEING) -> int | None:
    """How many questions a paired test needs to see a mean difference of ``effect``.

    Two-sided at 5 %, seen in 80 % of the experiments: ((z_0.975 + z_0.8) * s / effect)^2 +
    z_0.975^2 / 2, with s the standard deviation of the differences (the normal formula with
    Guenther's 1981 correction for the t test; Sakai 2018, Laboratory Experiments in Information
    Retrieval, ch. 6).

    Args:
        differences: float64[n], one a question, of a pilot such as this one; they only give the
            spread.
        effect: the smallest difference worth seeing.

    Returns:
        None when fewer than two questions, or no spread, say nothing.
    """
    from scipy import stats  # noqa: PLC0415 - 0.7 s to import

    values = np.asarray(differences, dtype=np.float64)
    if len(values) < 2 or (variance := float(np.var(values, ddof=1))) <= 1e-18:
        return None
    z_alpha, z_power = float(stats.norm.ppf(1 - ALPHA / 2)), float(stats.norm.ppf(POWER))
    needed = (z_alpha + z_power) ** 2 * variance / effect**2 + z_alpha**2 / 2
    return math.ceil(needed)


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95% interval of a share, also right for few trials and for shares near 0 and 1.

    Wilson (1927), "Probable inference, the law of succession, and statistical inference", by
    scipy. Nothing is known without trials: 0 to 1.

    >>> [round(bound, 3) for bound in wilson(1, 10)]
    [0.018, 0.404]
    """
    from scipy import stats  # noqa: PLC0415 - 0.7 s to import

    if trials == 0:
        return 0.0, 1.0
    bounds = stats.binomtest(successes, trials).proportion_ci(1 - ALPHA, method="wilson")
    return float(bounds.low), float(bounds.high)


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
