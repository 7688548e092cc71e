"""Nearly equal passages: one stands for the others."""

from hypothesis import given, strategies as st

from core.schema import Candidate
from core.search.duplicates import collapse
from tests.strategies import make_chunk

WORDS = [f"word{'abcdefghijklmnopqrst'[i]}" for i in range(20)]


def candidates(*texts):
    """Candidates of these texts, best first."""
    return [
        Candidate(make_chunk(i, text), 1.0 - i / 100, i + 1, ()) for i, text in enumerate(texts)
    ]


def kept(*texts):
    """Ordinals of the kept ones, and of those that each stands for."""
    every = candidates(*texts)
    ordinal = {c.chunk.id: c.chunk.ordinal for c in every}
    return [(c.chunk.ordinal, [ordinal[name] for name in c.duplicates]) for c in collapse(every)]


def test_the_best_stands_for_equal_ones():
    """Two copies, white space and case do not count."""
    text = "Reports are due on Friday."
    assert kept(text, "Lunch is at noon.", text.upper(), f"  {text}\n") == [(0, [2, 3]), (1, [])]


def test_nine_of_ten_words_are_enough():
    """19 of 21 words (0.905) are the same; 18 of 22 (0.82) are not enough."""
    text = " ".join(WORDS)
    one, two = " ".join([*WORDS[:19], "other"]), " ".join([*WORDS[:18], "other", "another"])
    assert kept(text, one) == [(0, [1])]
    assert kept(text, two) == [(0, []), (1, [])]


def test_another_number_is_another_passage():
    """Thirty and ninety days are not the same rule, however alike the rest is."""
    text = " ".join(WORDS)
    assert kept(f"{text} 30 days", f"{text} 90 days") == [(0, []), (1, [])]


@given(st.lists(st.text(max_size=30), max_size=12))
def test_nobody_is_lost_and_the_order_stays(texts):
    """Every candidate is kept or stands behind exactly one that is."""
    every = candidates(*texts)
    result = collapse(every)
    ids = [c.chunk.id for c in result] + [name for c in result for name in c.duplicates]
    assert sorted(ids) == sorted(c.chunk.id for c in every)
    assert [c.rank for c in result] == sorted(c.rank for c in result)


@given(st.lists(st.text(max_size=30), max_size=12))
def test_collapsing_twice_changes_nothing_more(texts):
    """The kept ones are not alike."""
    once = collapse(candidates(*texts))
    assert [c.chunk.id for c in collapse(once)] == [c.chunk.id for c in once]
