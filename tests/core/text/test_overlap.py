"""Agreement of two rankings: hand examples, an independent sum, and the laws of each number."""

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.text.overlap import jaccard, kendall_tau, list_difference, rbo

ids = st.lists(st.sampled_from("abcdefghijkl"), unique=True, max_size=12)
persistence = st.floats(0.05, 0.99)


def rbo_by_definition(first, second, p):
    """RBO of two lists of one length, from its definition: 5,000 ranks with the last overlap."""
    n = len(first)
    overlap = [len(set(first[:d]) & set(second[:d])) / d for d in range(1, n + 1)]
    endless = overlap + [overlap[-1]] * 5000
    return (1 - p) * sum(agreement * p**depth for depth, agreement in enumerate(endless))


def test_rbo_by_hand():
    """Overlaps 0/1 and 2/2 and from then on 2/2: (1 - p) * 0 + p * 1 with p = 0.5."""
    assert rbo(["a", "b"], ["b", "a"], p=0.5) == pytest.approx(0.5)
    assert rbo(["a", "b"], ["a", "c"], p=0.5) == pytest.approx(0.5 * 1 + 0.5 * (1 / 2))


def test_rbo_of_lists_of_two_lengths_by_hand():
    """Equation 32 with S = (a), L = (b, a), p = 0.5: X = 0, 1; the rest is ((1-0)/2 + 0) p^2."""
    seen = (1 - 0.5) / 0.5 * (0 / 1 * 0.5 + 1 / 2 * 0.25)
    assert rbo(["a"], ["b", "a"], p=0.5) == pytest.approx(seen + (1 / 2) * 0.25)


@given(st.permutations("abcdefgh"), st.permutations("abcdefghijklmno"), persistence)
def test_rbo_agrees_with_its_definition(first, second, p):
    """The closed form equals the endless sum of the definition, for lists of one length."""
    second = second[: len(first)]
    assert rbo(first, second, p) == pytest.approx(rbo_by_definition(first, second, p), abs=1e-6)


@given(ids, ids, persistence)
def test_rbo_is_symmetric_and_between_0_and_1(first, second, p):
    """Neither list is the reference; nothing in common is 0."""
    value = rbo(first, second, p)
    assert 0.0 <= value <= 1.0
    assert value == pytest.approx(rbo(second, first, p))
    if not set(first) & set(second) and (first or second):
        assert value == 0.0


@given(ids, persistence)
def test_equal_lists_agree_wholly(first, p):
    """The same list twice has RBO 1, Jaccard 1 and, from two ids on, tau 1."""
    assert rbo(first, first, p) == pytest.approx(1.0)
    assert jaccard(first, first) == 1.0
    assert kendall_tau(first, first) == (pytest.approx(1.0) if len(first) > 1 else None)


@given(ids, ids)
def test_tau_counts_pairs(first, second):
    """Tau is the kept pairs minus the turned ones over all pairs of common ids."""
    common = [id_ for id_ in first if id_ in second]
    pairs = [(a, b) for i, a in enumerate(common) for b in common[i + 1 :]]
    kept = sum(second.index(a) < second.index(b) for a, b in pairs)
    tau = kendall_tau(first, second)
    if not pairs:
        assert tau is None
    else:
        assert tau == pytest.approx((kept - (len(pairs) - kept)) / len(pairs))


@given(ids.filter(lambda x: len(x) > 1))
def test_a_list_turned_around_has_tau_minus_one(first):
    """Every pair is turned."""
    assert kendall_tau(first, first[::-1]) == pytest.approx(-1.0)


@given(st.permutations("abcdefgh"), st.integers(1, 8))
def test_what_entered_pushed_as_many_out(second, top_n):
    """Among the same passages, Jaccard of the top n is (n - entered) / (n + entered)."""
    difference = list_difference("abcdefgh", second, top_n)
    entered = difference.entered
    assert entered == sum(id_ not in "abcdefgh"[:top_n] for id_ in second[:top_n])
    assert difference.jaccard == pytest.approx((top_n - entered) / (top_n + entered))


@pytest.mark.parametrize("p", [0.0, 1.0, -0.2, 1.5])
def test_a_persistence_outside_is_refused(p):
    """Zero and one are no probabilities of reading on that give a value."""
    with pytest.raises(InputError, match="persistence"):
        rbo(["a"], ["a"], p)


def test_an_id_twice_is_refused():
    """A ranking names every passage once; a top n below 1 holds nothing."""
    with pytest.raises(InputError, match="twice"):
        rbo(["a", "a"], ["a", "b"])
    with pytest.raises(InputError, match="twice"):
        kendall_tau(["a", "b"], ["b", "b"])
    with pytest.raises(InputError, match="top 0"):
        list_difference(["a"], ["a"], 0)
