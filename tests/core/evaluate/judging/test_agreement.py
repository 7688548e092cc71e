"""Agreement against the formulas, written out."""

import math
from itertools import permutations

import pytest
from hypothesis import given, strategies as st

from core.evaluate.judging.agreement import alpha, judge_agreement
from core.evaluate.judging.judgments import MADE, SETTLED

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=25)
UNITS = st.lists(
    st.dictionaries(st.sampled_from("ABC"), st.integers(0, 3), min_size=2), min_size=1, max_size=15
)


def kappa_by_formula(pairs, weight):
    """1 - (weighted disagreement seen) / (that of independent judges), Cohen 1968."""
    n = len(pairs)
    seen = sum(weight(a, b) for a, b in pairs) / n
    chance = sum(weight(a, b) for a, _ in pairs for _, b in pairs) / n**2
    return 1 - seen / chance


def alpha_by_formula(units):
    """Krippendorff 2011, section D: coincidences, and the ordinal distance of two grades."""
    n = dict.fromkeys(range(4), 0)
    for unit in units:
        for grade in unit:
            n[grade] += 1
    total = sum(n.values())

    def distance(c, k):
        low, high = min(c, k), max(c, k)
        return (sum(n[g] for g in range(low, high + 1)) - (n[c] + n[k]) / 2) ** 2

    seen = sum(distance(a, b) / (len(u) - 1) for u in units for a, b in permutations(u, 2))
    chance = sum(n[c] * n[k] * distance(c, k) for c in n for k in n) / (total - 1)
    return 1 - seen / chance


def two_judges(pairs):
    """Ada's and Ben's grades of one passage after the other."""
    return {"q": {f"c{i}": {"Ada": a, "Ben": b} for i, (a, b) in enumerate(pairs)}}


@given(PAIRS)
def test_kappa_equals_its_formula(pairs):
    """Plain and quadratic; undefined when there is only one grade."""
    (kappa,) = judge_agreement(two_judges(pairs)).kappas
    assert kappa.units == len(pairs)
    if len({grade for pair in pairs for grade in pair}) < 2:
        assert math.isnan(kappa.plain)
        assert math.isnan(kappa.weighted)
        return
    plain = kappa_by_formula(pairs, lambda a, b: float(a != b))
    weighted = kappa_by_formula(pairs, lambda a, b: (a - b) ** 2)
    assert kappa.plain == pytest.approx(plain, abs=1e-9)
    assert kappa.weighted == pytest.approx(weighted, abs=1e-9)


@given(UNITS)
def test_alpha_equals_its_formula(units):
    """Any number of judges, holes allowed."""
    value = alpha({("q", str(i)): unit for i, unit in enumerate(units)})
    if len({grade for unit in units for grade in unit.values()}) < 2:
        assert math.isnan(value)
        return
    expected = alpha_by_formula([list(unit.values()) for unit in units])
    assert value == pytest.approx(expected, abs=1e-9)


def test_a_textbook_kappa():
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: (0.7 - 0.5) / (1 - 0.5) = 0.4."""
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    (kappa,) = judge_agreement(two_judges(pairs)).kappas
    assert kappa.plain == pytest.approx((0.7 - 0.5) / (1 - 0.5))


def test_disagreements_worst_first_and_settled_ones_gone():
    """What was settled, made by rule or judged alone is no disagreement."""
    found = judge_agreement(
        {
            "q": {
                "near": {"Ada": 2, "Ben": 3},
                "far": {"Ada": 0, "Ben": 3},
                "done": {"Ada": 0, "Ben": 3, SETTLED: 1},
                "alone": {"Ada": 0, MADE: 2},
                "same": {"Ada": 1, "Ben": 1},
            }
        }
    )
    assert [(d.chunk_id, d.spread) for d in found.disagreements] == [("far", 3), ("near", 1)]
    assert found.units == 4


def test_one_judge_has_nobody_to_agree_with():
    """No number instead of a perfect one."""
    found = judge_agreement({"q": {"c": {"Ada": 3}}})
    assert (found.units, found.kappas, found.disagreements) == (0, (), ())
    assert math.isnan(found.alpha)
