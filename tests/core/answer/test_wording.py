"""Word overlap: the rule that finds a quote and drops what was said before."""

import pytest
from hypothesis import given, strategies as st

from core.answer.wording import best_sentence, identifiers_lacking, overlap, says_the_same
from core.schema import Span

TEXT = "The desk books flights. Managers approve claims in five days. Managers like flights."
SETS = st.frozensets(st.sampled_from("abcdef"))


def test_dice_by_hand():
    """Two shared of three and four words: 2 * 2 / (3 + 4)."""
    assert overlap(frozenset("abc"), frozenset("bcde")) == 2 * 2 / (3 + 4)


@given(SETS, SETS)
def test_overlap_is_a_similarity(first, second):
    """Symmetric, between 0 and 1, and 1 exactly for equal sets that are not empty."""
    value = overlap(first, second)
    assert value == overlap(second, first)
    assert 0 <= value <= 1
    assert (value == 1) is (first == second and bool(first))


def test_word_forms_meet():
    """The stem joins the forms of a word."""
    assert says_the_same("Managers approve claims.", "The manager's approval of a claim.")


@pytest.mark.parametrize(
    ("claim", "text", "span"),
    [
        ("A manager approves a claim within 5 days", TEXT, Span(24, 61)),
        ("Cats", "Cats sleep here. Cats sleep here.", Span(0, 16)),
        ("Zebra crossing", TEXT, None),
    ],
)
def test_the_best_sentence_shares_most_words(claim, text, span):
    """A claim finds the sentence that says it; ties go to the earlier one; none without a word."""
    assert best_sentence(claim, text) == span


def test_turned_rules_are_not_the_same():
    """A negation, an exception or another number keeps two like sentences apart."""
    rule = "Employees may approve their own travel expenses up to 50 euro in a year."
    assert says_the_same(rule, rule.replace("a year", "one year"))
    assert not says_the_same(rule, rule.replace("may", "may not"))
    assert not says_the_same(rule, rule.replace("may", "mayn't"))
    assert not says_the_same(rule, rule.replace("50", "90"))


@pytest.mark.parametrize(
    ("asked", "texts", "lacking"),
    [
        ("Who guards gate 3.5?", ["Gate 5.3 is open."], ("3.5",)),
        ("Who guards gate 3.5?", ["Gate 5.3 is open.", "Gate 3.5 too."], ()),
        ("Is form A17-b needed in 2024?", ["Form a17 is needed."], ("2024",)),
        ("Is 1,000 enough?", ["Take 1000."], ()),
        ("H₂SO₄?", ["H2SO4 burns."], ()),
        ("Who pays?", ["Nobody."], ()),
    ],
)
def test_numbers_and_identifiers_that_no_text_has(asked, texts, lacking):
    """Whole, not digit by digit, in any spelling of thousands."""
    assert identifiers_lacking(asked, texts) == lacking
