"""Who is read in full after a cheap pass, and what that loses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.search.cascade import CHEAP_CHARACTERS, beginning, cascade_loss, chosen
from tests.strategies import first_and_second_stage, make_candidates


@given(first_and_second_stage(), st.integers(1, 40))
def test_as_many_are_chosen_as_asked_for_and_none_twice(lists, most):
    """Fewer only when there are fewer."""
    candidates, cheap = lists
    picked = chosen(candidates, cheap, most)
    assert len(set(picked)) == len(picked) == min(most, len(candidates))


@given(first_and_second_stage(), st.integers(1, 5))
def test_reading_all_of_them_loses_nothing(lists, top_n):
    """A cascade as long as the list is the full pass."""
    candidates, logits = lists
    assert cascade_loss(candidates, logits, logits[::-1], len(candidates), top_n) == 0.0


def test_the_choice_is_half_the_first_stages():
    """First (3, 2, 1, 0) and cheap (0, 0, 0, 6): z sums put the first and the last on top."""
    candidates = make_candidates([3, 2, 1, 0])
    cheap = np.array([0, 0, 0, 6], dtype=np.float32)
    assert sorted(chosen(candidates, cheap, 2)) == [0, 3]


def test_a_loss_is_the_missing_part_of_the_top():
    """The best two are ranks 3 and 1; the full model would read only ranks 1 and 2."""
    candidates = make_candidates([3, 2, 1])
    logits = np.array([5, 1, 9], dtype=np.float32)
    cheap = np.array([1, 1, 0], dtype=np.float32)
    assert cascade_loss(candidates, logits, cheap, 2, top_n=2) == 1 - 1 / 2
    with pytest.raises(InputError):
        cascade_loss(candidates, logits, cheap, 2, top_n=0)


@given(st.text(max_size=700))
def test_a_beginning_is_a_beginning(text):
    """It never says what the passage does not, and ends at a word where it can."""
    cut = beginning(text)
    assert text.startswith(cut)
    assert len(cut) <= max(CHEAP_CHARACTERS, 0)
    assert cut == text or len(text) > CHEAP_CHARACTERS


def test_a_beginning_ends_at_a_word():
    """No half word is read, unless the word alone is too long."""
    assert beginning("one two three", 9) == "one two"
    assert beginning("one two three", 7) == "one two"
    assert beginning("onetwothree", 5) == "onetw"
