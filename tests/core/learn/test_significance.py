"""A gain is used, doubted or refused by what held-out questions allow."""

from hypothesis import given, strategies as st

from core.evaluate.compare import difference_of
from core.learn.significance import reason, standing


def difference(*changes: float):
    """Questions that were at 0.5 and changed by so much."""
    before = {f"q{i}": 0.5 for i in range(len(changes))}
    after = {f"q{i}": 0.5 + change for i, change in enumerate(changes)}
    return difference_of(before, after, "nDCG@10")


def test_a_gain_on_every_one_of_eight_questions_is_settled():
    """1 in 2^7 by chance, and the interval leaves out 0: nothing to warn of."""
    found = difference(*[0.25] * 8)
    assert (standing(found), reason(found)) == ("gain", "")


def test_a_gain_that_chance_could_make_is_open_and_the_sentence_says_so():
    """Three win, one loses, six stay: the interval holds 0."""
    found = difference(0.2, 0.2, 0.2, -0.1, *[0.0] * 6)
    assert found.low < 0 < found.mean
    assert standing(found) == "open"
    assert "anything from −0.020 to +0.130 nDCG@10" in reason(found)
    assert "10 held-out questions" in reason(found)


def test_five_wins_of_five_are_open_although_the_interval_leaves_out_0():
    """They happen by chance once in sixteen."""
    found = difference(*[0.25] * 5)
    assert found.low > 0
    assert standing(found) == "open"
    assert "5 held-out questions are so few that chance does as well one time in 16" in reason(
        found
    )


def test_what_is_worse_or_gains_nothing_is_refused_each_with_its_reason():
    """Below 0 for certain; 0 on average; a mean that one question carries."""
    assert reason(difference(*[-0.25] * 8)).startswith("Refused, because it is worse on 8 held-out")
    assert "do not improve on average" in reason(difference(0.1, -0.1))
    carried = difference(0.5, -0.1, -0.1)
    assert carried.mean > 0
    assert "got better than worse" in reason(carried)


@given(st.lists(st.floats(-0.5, 0.5), min_size=2, max_size=6))
def test_never_a_plain_yes_when_the_interval_holds_0(changes):
    """Whatever the questions: an interval around 0 is open or refused, one below 0 refused."""
    found = difference(*changes)
    if found.low <= 0 <= found.high:
        assert standing(found) != "gain"
    if found.high < 0:
        assert standing(found) == "refused"
