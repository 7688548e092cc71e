"""What two spans of a document share."""

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.text.spans import Place, likeness, share

SPANS = st.tuples(st.integers(0, 400), st.integers(1, 300)).map(lambda s: (s[0], s[0] + s[1]))


def test_shares_of_two_spans_by_hand():
    """100 and 40 characters that share 20: half of the shorter, 20 of 120 of both together."""
    long, short = Place("d", 0, 100), Place("d", 80, 120)
    assert long.shared(short) == 20
    assert share(long, short) == 20 / 40
    assert likeness(long, short) == 20 / 120


def test_other_documents_share_nothing():
    """The same characters of another document are another text."""
    one, other = Place("d", 0, 100), Place("e", 0, 100)
    assert one.shared(other) == share(one, other) == likeness(one, other) == 0


def test_an_empty_span_is_refused():
    """A span without a character says nothing."""
    with pytest.raises(InputError, match="not part of a text"):
        Place("d", 5, 5)


@given(SPANS, SPANS)
def test_share_and_fit_are_symmetric_and_bounded(one, other):
    """0 <= likeness <= share <= 1, whichever is named first."""
    a, b = Place("d", *one), Place("d", *other)
    assert 0 <= likeness(a, b) <= share(a, b) <= 1
    assert (likeness(a, b), share(a, b)) == (likeness(b, a), share(b, a))
    assert likeness(a, a) == share(a, a) == 1
