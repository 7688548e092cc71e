"""Contradictions in other words: asked of a model, believed only when it is sure both ways."""

from itertools import combinations

import numpy as np
import pytest

from core.explain.conflicts import all_conflicts, askable, find_conflicts
from core.schema import Span
from tests.core.explain.passages import PLANTED, UNRELATED, quoted

REWORDED = (
    ("A claim above the limit is paid back.", "A claim above the limit is refused."),
    ("The office is open on Sunday morning.", "On Sunday morning the office is closed."),
    ("Laptops are encrypted by default.", "By default laptops are stored in clear text."),
)


class FakeReader:
    """Sure of the pairs that it was given, in the directions that it was given."""

    def __init__(self, *sure: tuple[str, str], chance: float = 0.99) -> None:
        self.sure, self.chance = set(sure), chance
        self.asked: list[tuple[str, str]] = []

    def contradiction(self, pairs):
        """The chance for known pairs, else 0.2."""
        self.asked += list(pairs)
        values = [self.chance if pair in self.sure else 0.2 for pair in pairs]
        return np.array(values, dtype=np.float32)


@pytest.mark.parametrize(("one", "two"), REWORDED)
def test_a_contradiction_in_other_words_is_found_by_the_reader_alone(one, two):
    """No rule sees it; the model is sure in both directions, and its least certainty is kept."""
    assert find_conflicts(quoted(one, two)) == ()
    (found,) = all_conflicts(quoted(one, two), FakeReader((one, two), (two, one), chance=0.97))
    assert (found.kind, round(found.sure, 2)) == ("meaning", 0.97)
    assert found.first.span == Span(0, len(one))


def test_a_reader_that_is_not_sure_in_both_directions_is_not_believed():
    """Below 0.95 nothing is said; a contradiction has no direction, who sees one has misread."""
    one, two = REWORDED[0]
    unsure = [FakeReader((one, two), (two, one), chance=chance) for chance in (0.5, 0.94)]
    for reader in (*unsure, FakeReader((one, two))):
        assert all_conflicts(quoted(one, two), reader) == ()


@pytest.mark.parametrize(("kind", "one", "two"), PLANTED)
def test_rules_come_first_and_what_they_found_is_not_asked(kind, one, two):
    """A reader that denies everything changes nothing: the planted ones are not asked about."""
    reader = FakeReader()
    (found,) = all_conflicts(quoted(one, two), reader)
    assert (found.kind, reader.asked) == (kind, [])


def test_unrelated_passages_are_not_even_asked_about():
    """Of 200 pairs of different sections hardly one shares two telling words in its quotes."""
    pairs = list(combinations(UNRELATED, 2))[:200]
    firsts = [(one.split(". ")[0], two.split(". ")[0]) for one, two in pairs]
    asked = [pair for pair in firsts if askable(quoted(*pair))]
    assert len(firsts) == 200
    assert len(asked) <= 10


def test_without_a_reader_the_rules_speak_alone():
    """The same conflicts, none more."""
    texts = [text for _, one, two in PLANTED for text in (one, two)]
    assert all_conflicts(quoted(*texts)) == find_conflicts(quoted(*texts))
