"""Two rankings become one: hand-made values and laws."""

import pytest
from hypothesis import given, strategies as st

from core.schema import Hit
from core.search.fusion import by_score, reciprocal_ranks, weighted_scores

NAMES = st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=10, unique=True)
# steps that float64 can tell apart after the scaling, or none
STEPS = st.lists(st.sampled_from([0.0, 0.125, 1.0, 3.0]), min_size=10, max_size=10)


def ranking(names, scores=None, stage="dense"):
    """Hits in this order; falling whole scores unless given."""
    given_scores = scores or [float(len(names) - i) for i in range(len(names))]
    return [
        Hit(n, s, i + 1, stage) for i, (n, s) in enumerate(zip(names, given_scores, strict=True))
    ]


@st.composite
def rankings(draw):
    """Names with falling scores, ordered as the store orders: ties by name."""
    names = draw(NAMES)
    score, scored = 10.0, []
    for name, step in zip(names, draw(STEPS), strict=False):
        score -= step
        scored.append((name, score))
    scored.sort(key=lambda pair: (-pair[1], pair[0]))
    return ranking([n for n, _ in scored], [s for _, s in scored])


def test_reciprocal_ranks_by_hand():
    """Ranks 1 and 3, 2 and 1, and one that a list missed, which adds nothing."""
    fused = reciprocal_ranks([ranking("abc"), ranking("bda")])
    assert fused["a"] == pytest.approx(1 / 61 + 1 / 63)
    assert fused["b"] == pytest.approx(1 / 62 + 1 / 61)
    assert fused["c"] == pytest.approx(1 / 63)
    assert fused["d"] == pytest.approx(1 / 62)


def test_weighted_scores_by_hand():
    """0.9, 0.6, 0.5 become 1, 0.25, 0 and 8, 4 become 1, 0; weights 0.6 and 0.4."""
    dense = ranking("abc", [0.9, 0.6, 0.5])
    words = ranking("bd", [8.0, 4.0], "bm25")
    fused = weighted_scores([(dense, 0.6), (words, 0.4)])
    assert fused == pytest.approx({"a": 0.6, "b": 0.6 * 0.25 + 0.4, "c": 0.0, "d": 0.0})


def test_equal_scores_all_count_as_the_highest():
    """Nothing tells them apart, and they were found."""
    assert weighted_scores([(ranking("ab", [3.0, 3.0]), 1.0)]) == {"a": 1.0, "b": 1.0}


@given(st.lists(rankings(), min_size=1, max_size=4), st.randoms())
def test_the_order_of_the_rankings_does_not_matter(lists, random):
    """To the last bit, for both ways."""
    shuffled = random.sample(lists, len(lists))
    assert reciprocal_ranks(lists) == reciprocal_ranks(shuffled)
    assert weighted_scores([(x, 0.5) for x in lists]) == weighted_scores(
        [(x, 0.5) for x in shuffled]
    )


@given(rankings(), rankings())
def test_all_the_weight_on_one_gives_its_order_and_nothing_else(dense, words):
    """1 is dense alone, 0 is BM25 alone."""
    for weight, alone in ((1.0, dense), (0.0, words)):
        fused = weighted_scores([(dense, weight), (words, 1 - weight)])
        assert by_score(fused) == [hit.chunk_id for hit in alone]


@given(rankings())
def test_a_ranking_fused_with_itself_keeps_its_order(one):
    """Twice the same opinion changes nothing."""
    order = [hit.chunk_id for hit in one]
    assert by_score(reciprocal_ranks([one, one])) == order
    assert by_score(weighted_scores([(one, 0.3), (one, 0.7)])) == order


@given(rankings(), rankings(), st.floats(0, 1))
def test_whoever_is_ahead_in_both_is_ahead_in_the_fusion(dense, words, weight):
    """A passage before another in both lists never falls behind it."""
    place = [{hit.chunk_id: hit.rank for hit in one} for one in (dense, words)]
    both = place[0].keys() & place[1].keys()
    for scores in (
        reciprocal_ranks([dense, words]),
        weighted_scores([(dense, weight), (words, 1 - weight)]),
    ):
        for a in both:
            for b in both:
                if place[0][a] < place[0][b] and place[1][a] < place[1][b]:
                    assert scores[a] >= scores[b]


@given(rankings(), rankings())
def test_everything_that_was_found_is_there_once(dense, words):
    """The union of both, in one order."""
    fused = by_score(reciprocal_ranks([dense, words]))
    assert sorted(fused) == sorted({hit.chunk_id for hit in [*dense, *words]})
