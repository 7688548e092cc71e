"""Cascades: what the full model reads, what that costs, and what it loses."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.schema import SearchSettings
from core.search.cascade import (
    CHEAP_CHARACTERS,
    PACED,
    Pace,
    beginning,
    cascade_loss,
    cascade_points,
    cheap_logits,
    chosen,
    lost_against,
    measure_pace,
)
from core.search.depth import DepthPoint
from tests.fakes import FakeCrossEncoder
from tests.strategies import first_and_second_stage, make_candidates, make_chunk, make_comparison


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


def test_points_say_what_is_kept_and_what_it_takes():
    """Best two: ranks 3 and 1. Reading two in full keeps rank 1 alone: 3 x 1 ms + 2 x 10 ms."""
    candidates = make_candidates([3, 2, 1])
    logits, cheap = np.array([5, 1, 9], np.float32), np.array([9, 5, 1], np.float32)
    points = cascade_points(candidates, logits, cheap, (2, 7), Pace(10.0, 1.0), top_n=2)
    assert points == (DepthPoint(2, 0.5, None, 23.0), DepthPoint(3, 1.0, None, 30.0))


@given(first_and_second_stage(), st.integers(1, 5))
def test_the_full_pass_is_last_and_loses_nothing(lists, top_n):
    """Whatever the sizes, and every share is one."""
    candidates, logits = lists
    points = cascade_points(candidates, logits, logits[::-1], (1, 2, 4), Pace(2.0, 1.0), top_n)
    assert (points[-1].depth, points[-1].agreement) == (len(candidates), 1.0)
    assert all(0.0 <= point.agreement <= 1.0 for point in points)


def test_the_pace_is_of_a_few_evenly_spread_pairs():
    """A clock that counts: one tick for each pass, over 16 pairs of 100."""
    ticks = count()
    model = FakeCrossEncoder()
    pace = measure_pace(model, "q", make_candidates(range(100, 0, -1)), lambda: float(next(ticks)))
    assert pace == Pace(1000 / PACED, 1000 / PACED)
    assert len(model.pairs) == 2 * PACED


def test_the_cheap_pass_reads_beginnings():
    """Nothing but the first characters of each passage reaches the model."""
    model = FakeCrossEncoder()
    long = replace(make_candidates([1.0])[0], chunk=make_chunk(0, "word " * 200))
    cheap_logits(model, "q", [long])
    assert model.pairs == [("q", beginning("word " * 200))]


def test_what_is_lost_is_the_full_top_that_is_not_there():
    """The full pass has passages 4 and 3 on top, the other one 1 and 4."""
    candidates, settings = make_candidates([4, 3, 2, 1]), SearchSettings(4, 2)
    full, other = (
        make_comparison(candidates, logits, settings) for logits in ((1, 2, 8, 9), (9, 1, 2, 8))
    )
    assert [item.chunk.id for item in lost_against(full, other)] == [candidates[2].chunk.id]
    assert lost_against(full, full) == ()
