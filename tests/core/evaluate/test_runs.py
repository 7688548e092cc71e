"""The order that scores mean."""

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.evaluate.metrics import judged, ranked
from tests.oracle import metrics as oracle

SCORES = st.dictionaries(
    st.sampled_from([f"d{i}" for i in range(12)]),
    st.one_of(st.integers(-2, 2).map(float), st.floats(allow_nan=False)),
)


@given(SCORES)
def test_order_is_that_of_the_oracle(scores):
    """Sorting by score, then id, equals picking the best again and again."""
    assert ranked(scores) == oracle.order(scores)


@given(SCORES.filter(bool), st.data())
def test_not_a_number_has_no_rank(scores, data):
    """A NaN anywhere is an error that names the document, never a silent last place."""
    document = data.draw(st.sampled_from(sorted(scores)))
    with pytest.raises(InputError, match=f"'{document}' is not a number"):
        ranked({**scores, document: float("nan")})


def test_judged_keeps_queries_with_a_relevant_document():
    """Queries with nothing but 0, junk or no judgments cannot be measured."""
    qrels = {"a": {"x": 0}, "b": {"x": 0, "y": 1}, "c": {}, "d": {"x": -1}, "e": {"x": 3}}
    assert list(judged(qrels)) == ["b", "e"]
