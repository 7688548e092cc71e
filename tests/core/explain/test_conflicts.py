"""Conflicts: what was planted is found and named; what is unrelated or agrees stays silent."""

import random
from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given, strategies as st

from core.explain.conflicts import find_conflicts
from tests.core.explain.passages import PLANTED, UNRELATED, passages
from tests.strategies import make_chunk

AGREEING = [
    ("Claims are submitted within 30 days.", "Submit claims within 30 days."),
    ("The daily meal allowance is £45.", "The daily meal allowance is 45 pounds."),
    ("The policy starts on 1 March 2025.", "The policy starts on 2025-03-01."),
    ("The policy starts on 1 March.", "The policy starts on 1 March 2025."),
    ("Managers may not approve own expenses.", "Managers must never approve own expenses."),
    ("A hotel costs up to 150 EUR.", "A train ticket costs up to 80 EUR."),
    ("Domestic hotel rooms cost up to 150 EUR.", "Hotel rooms abroad cost up to 220 EUR."),
    ("Section 4.2 holds the rules of approval.", "Section 7.1 holds the rules of approval."),
    ("A Flex ticket may be cancelled within 2 hours.", "A ticket may be cancelled in 48 hours."),
    ("From 5 to 10 days of holiday are carried.", "Up to 12 days of holiday are carried."),
]


def said(conflict, texts):
    """The two sentences of a conflict."""
    chunks = {make_chunk(i, text).id: text for i, text in enumerate(texts)}
    return [
        chunks[side.chunk_id][side.span.start : side.span.end]
        for side in (conflict.first, conflict.second)
    ]


@pytest.mark.parametrize(("kind", "one", "two"), PLANTED)
def test_a_planted_contradiction_is_found(kind, one, two):
    """Amid other sentences, in either order, with both sides and the kind of conflict."""
    texts = (f"The scope is wide. {one} Ask your manager.", f"{two} The portal has a form.")
    (found,) = find_conflicts(passages(*texts))
    assert (found.kind, said(found, texts)) == (kind, [one, two])
    (turned,) = find_conflicts(passages(*texts[::-1]))
    assert (turned.kind, said(turned, texts[::-1])) == (kind, [two, one])


def test_both_sides_say_what_they_say():
    """Numbers with their unit, dates in words, and who denies."""
    for kind, one, two, says in (
        ("number", *PLANTED[1][1:], ["150 EUR", "180 EUR"]),
        ("date", *PLANTED[17][1:], ["30 September 2025", "15 October 2025"]),
        ("negation", *PLANTED[19][1:], ["says so", "says not"]),
    ):
        (found,) = find_conflicts(passages(one, two))
        assert (found.kind, [found.first.says, found.second.says]) == (kind, says)


@pytest.mark.parametrize(("one", "two"), AGREEING)
def test_sentences_that_agree_or_speak_of_different_things_stay_silent(one, two):
    """The same figure in other words, another subject, a section's number, a range."""
    assert find_conflicts(passages(one, two)) == ()


def test_two_hundred_unrelated_pairs_stay_silent():
    """Sections of handbooks beside each other, and answers to different questions."""
    chosen = random.Random(5).sample(list(combinations(UNRELATED, 2)), 200)
    assert [pair for pair in chosen if find_conflicts(passages(*pair))] == []


def test_planted_sentences_of_different_subjects_stay_silent():
    """Every pair of two different plants: full of numbers and dates, about different things."""
    firsts = [one for _, one, _ in PLANTED]
    pairs = list(combinations(firsts, 2))
    assert len(pairs) >= 200
    assert [pair for pair in pairs if find_conflicts(passages(*pair))] == []


def test_two_sections_of_one_document_have_two_scopes():
    """Under other headings the same sentence may hold another number; in another file not."""
    one, two = passages(*PLANTED[0][1:])
    headed = replace(two, chunk=replace(two.chunk, heading="Abroad"))
    assert find_conflicts([one, headed]) == ()
    elsewhere = replace(headed, chunk=replace(headed.chunk, document_id="b" * 64))
    assert len(find_conflicts([one, elsewhere])) == 1


def test_a_passage_does_not_conflict_with_itself():
    """A table of limits in one passage is not a contradiction."""
    text = "A hotel room may cost 150 EUR in Rome. A hotel room may cost 180 EUR in Rome."
    assert find_conflicts(passages(text)) == ()


@given(st.lists(st.text(max_size=120), max_size=4))
def test_any_text_is_survived(texts):
    """Whatever a document holds, spans lie in their passages and sides in two of them."""
    listed = passages(*(text or "-" for text in texts))
    lengths = {item.chunk.id: len(item.chunk.text) for item in listed}
    for conflict in find_conflicts(listed):
        assert conflict.first.chunk_id != conflict.second.chunk_id
        for side in (conflict.first, conflict.second):
            assert 0 <= side.span.start < side.span.end <= lengths[side.chunk_id]
