"""The skip predictor: its two skip_features, and that it is never sure of nothing."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from core.schema import Hit, SkipDecision
from core.search.skip_predictor import (
    BUNDLED,
    SkipPredictor,
    SkipTrial,
    decide,
    judged_by,
    margin,
    skip_features,
    skip_summary,
    skip_trial,
    word_order,
)
from core.text.overlap import average_overlap
from tests.strategies import falling, finite, make_candidates, make_comparison

scores = st.lists(finite, min_size=3, max_size=40).map(lambda s: sorted(s, reverse=True))


@given(scores)
def test_a_margin_is_never_below_0(values):
    """In standard deviations; 4, 2, 1, 1: mean 2, variance (4 + 0 + 1 + 1) / 4."""
    assert margin(values) >= 0.0
    assert margin([4.0, 2.0, 1.0, 1.0]) == pytest.approx((4 - 1) / 1.5**0.5)


@pytest.mark.parametrize("few", [[], [1.0], [2.0, 1.0], [1.0, 1.0, 1.0]])
def test_without_a_third_or_a_spread_there_is_no_margin(few):
    """Nothing is divided by nothing."""
    assert margin(few) == 0.0


@given(st.permutations("abcde"), st.permutations("abcde"))
def test_average_overlap_is_symmetric_and_within_0_and_1(one, other):
    """1 for the same list."""
    value = average_overlap(one, other)
    assert value == average_overlap(other, one)
    assert 0.0 <= value <= 1.0
    assert average_overlap(one, one) == 1.0


def test_words_order_the_candidates_by_what_they_share_with_the_question():
    """The rare word counts more than the frequent one; equal passages stay as they were."""
    made = falling(["the report", "a report is late", "you approve it", "lunch", "dinner"])
    order = word_order("who approves the report", made)
    assert order[0] == made[2].chunk.id
    assert order[-2:] == [made[3].chunk.id, made[4].chunk.id]


def test_the_retrievers_own_bm25_is_asked_where_it_searched():
    """Dense has a, b, c; BM25 has b, a, c: (0/1 + 2/2 + 3/3) / 3."""
    made = falling(["a", "b", "c"])
    names = [item.chunk.id for item in made]
    places = {names[1]: 1, names[0]: 2, names[2]: 3}
    both = tuple(
        replace(item, hits=(*item.hits, Hit(item.chunk.id, 1.0, places[item.chunk.id], "bm25")))
        for item in made
    )
    assert skip_features("q", both)[1] == pytest.approx((0 / 1 + 2 / 2 + 3 / 3) / 3)


def test_without_the_bi_encoder_it_never_skips():
    """It was not fitted for that."""
    made = tuple(
        replace(item, hits=(replace(item.hits[0], stage="bm25"),))
        for item in falling(["approve", "b", "c", "d"])
    )
    decision = decide("approve", made)
    assert (decision.advised, decision.agreement) == (False, None)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_two_passages_are_too_few_to_judge_by(n):
    """Nothing is skipped then."""
    assert not decide("a", falling(["a", "b"])[:n]).advised


@given(st.floats(0, 10), st.floats(0, 1), st.floats(0, 5), st.floats(0, 1))
def test_more_margin_and_more_agreement_never_make_reranking_more_likely(m, a, more_m, more_a):
    """The fitted weights have the sign that the words of the reason claim."""
    before = BUNDLED.probability(m, a)
    assert 0.0 <= BUNDLED.probability(m + more_m, min(1.0, a + more_a)) <= before <= 1.0


def test_below_the_threshold_a_question_is_skipped():
    """The same skip_features, two thresholds."""
    made = falling(["approve", "b", "c", "d"])
    sure = SkipPredictor(0.0, 0.0, 0.0, threshold=0.6)
    assert decide("approve", made, sure).advised  # p = 1 / (1 + exp(0)) = 0.5
    assert not decide("approve", made, replace(sure, threshold=0.5)).advised
    assert "50 of 100" in decide("approve", made, sure).reason


TRIALS = [
    SkipTrial("a", 0.05, 100.0, 1.0, 0),
    SkipTrial("b", 0.10, 200.0, 0.5, 1),
    SkipTrial("c", 0.90, 300.0, 0.0, None),
    SkipTrial("d", 0.50, 400.0, 0.2, 0),
]


def test_a_summary_counts_what_the_threshold_leaves_out():
    """Below 0.2 are a and b: 2 of 4, 300 ms, half a top lost of four, one of three judged."""
    summary = skip_summary(TRIALS, 0.2)
    assert (summary.questions, summary.skipped, summary.saved_ms) == (4, 2, 300.0)
    assert summary.agreement == pytest.approx(1 - (0 + 0.5) / 4)
    assert summary.recall_lost == pytest.approx(100 * 1 / 3)


def test_where_nothing_is_left_out_nothing_is_lost_and_without_judgments_nobody_knows():
    """None, not 0."""
    summary = skip_summary(TRIALS, 0.0)
    assert (summary.skipped, summary.saved_ms, summary.agreement) == (0, 0.0, 1.0)
    assert summary.recall_lost == 0.0
    assert skip_summary([TRIALS[2]], 1.0).recall_lost is None
    assert skip_summary([], 1.0).questions == 0


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_threshold_never_skips_fewer(one, other):
    """The slider goes one way."""
    low, high = sorted((one, other))
    assert skip_summary(TRIALS, low).skipped <= skip_summary(TRIALS, high).skipped


def test_a_trial_sees_what_reranking_changed():
    """The answer is passage 3, below the first stage's top 3 and first after reranking."""
    candidates = make_candidates([4, 3, 2, 1])
    made = make_comparison(candidates, [1, 2, 0, 9], None, (0, 0, 30.0, 12.0, 50.0))
    trial = skip_trial(made, 2, "passage  3")
    assert trial == SkipTrial("q", 1.0, 42.0, 1 / 2, 1, changed=True)
    assert skip_trial(made, 2, relevant={candidates[3].chunk.id}).gain == 1
    assert skip_trial(made, 2, relevant={candidates[0].chunk.id}).gain == -0
    kept = replace(made, cache_hits=4)
    assert skip_trial(kept, 2, pair_ms=10.0).milliseconds == 42.0 + 4 * 10.0
    sure = replace(made, skip=SkipDecision(True, "", 5.0, 1.0))
    assert skip_trial(sure, 2).likely < 0.01
    assert skip_trial(sure, 2).gain is None


def test_another_predictor_gives_the_same_trials_another_chance():
    """Half where it knows nothing; a question that it cannot judge stays certain to be read."""
    seen = SkipTrial("q", 0.9, 1.0, 1.0, None, margin=1.0, overlap=0.5)
    blind = replace(seen, overlap=None)
    found = judged_by(SkipPredictor(0.0, 0.0, 0.0, 0.5), [seen, blind])
    assert found == (replace(seen, likely=0.5), blind)
