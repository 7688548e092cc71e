"""Long passages in windows: all of the text is read, and the best window counts."""

from itertools import pairwise

import numpy as np
from hypothesis import given, strategies as st

from core.schema import Span
from core.search.windows import score_windows, windows
from tests.fakes import FakeCrossEncoder, ShortSighted

words = st.lists(st.sampled_from(["alpha", "be", "c", "delta"]), min_size=1, max_size=80)


@given(st.text("ab ", min_size=1, max_size=400), st.integers(1, 12))
def test_windows_cover_the_text(text, count):
    """From the first character to the last, without a gap."""
    spans = windows(text, count)
    assert len(spans) == count
    assert (spans[0].start, spans[-1].end) == (0, len(text))
    assert all(later.start <= earlier.end for earlier, later in pairwise(spans))


def test_the_example_of_the_docstring():
    """700 = 400 + 400 - 0.25 x 400."""
    assert windows("x" * 700, 2) == [Span(0, 400), Span(300, 700)]


@given(st.lists(words, max_size=6), words)
def test_short_passages_get_the_plain_score(passages, query):
    """Nothing changes for what fits."""
    model, texts = FakeCrossEncoder(max_length=1000), [" ".join(made) for made in passages]
    found = score_windows(model, " ".join(query), texts)
    assert np.array_equal(found, model.score(" ".join(query), texts))


def test_the_answer_beyond_the_window_is_found():
    """The fake reads every word; a model that reads only the first 12 finds the last by windows."""
    model = ShortSighted(max_length=12)
    text = "filler " * 40 + "travel rule"
    assert model.score("travel rule", [text]) == [-4.0]
    found = score_windows(model, "travel rule", [text, "travel"])
    assert found.tolist() == [4.0, 0.0]


def test_nothing_gives_nothing():
    """Empty in, empty out."""
    assert score_windows(FakeCrossEncoder(), "q", []).shape == (0,)
