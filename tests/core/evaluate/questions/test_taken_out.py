"""Questions whose words were taken out of what they ask for: nothing holds its own question."""

import re
from collections import Counter

import pytest

from core.evaluate.questions.taken_out import FEWEST_WORDS_LEFT, take_out
from core.evaluate.questions.wording import words
from core.schema import Chunk
from tests.core.evaluate.questions.rules import CHUNKS, chunk, rules

MANUAL = [
    Chunk(
        f"m-{n}", "m" * 64, "manual.pdf", n, n, n, 1000 * n, 1000 * n + len(text), text, 50, heading
    )
    for n in range(30)
    for heading in [f"{n // 2 + 1}. Handling case {'abcdefghijklmno'[n // 2]} properly"]
    for text in [(f"{heading}\n" if n % 2 == 0 else "") + rules(100 + n, 4)]
]


def asked_of(form, chunks=MANUAL, wanted=10):
    """Questions of one form, each with the chunks that it asks for, and what is left of all."""
    taken = take_out(chunks, wanted, forms=[form])
    return taken, list(taken.questions.items())


@pytest.mark.parametrize("form", ["sentence", "keywords"])
def test_a_sentence_leaves_its_passage_and_nothing_else_does(form):
    """What is left and the sentence together are the passage; passages not asked about stay."""
    taken, asked = asked_of(form)
    assert len(asked) == 10
    before, touched = {c.id: c for c in MANUAL}, {id_ for _, ids in asked for id_ in ids}
    for question, (id_,) in asked:
        left, whole = taken.left[id_].text, before[id_].text
        said = set(words(question.lower()))
        gone = [s for s in re.findall(r"All .*?\.", whole) if left == whole.replace(s, "", 1)]
        assert any(said <= set(words(sentence.lower())) for sentence in gone)
        assert len(words(left)) >= FEWEST_WORDS_LEFT
        assert all(question not in other.text for other in taken.left.values())
    assert all(taken.left[id_] == before[id_] for id_ in before.keys() - touched)


def test_a_heading_leaves_all_passages_of_its_section():
    """They carry it no more, neither in front nor as their first line; all of them are right."""
    taken, asked = asked_of("heading")
    for question, ids in asked:
        assert len(ids) == 2
        for id_ in ids:
            assert taken.left[id_].heading == ""
            assert question not in taken.left[id_].passage
    assert not take_out(CHUNKS, 10, forms=["heading"]).questions, "a section as large as all"


def test_a_part_of_the_sentence_in_a_neighbour_goes_too():
    """Chunks overlap: what both have leaves both, and only the one asked about is right."""
    text = rules(3, 8)
    cut = len(text) // 2
    both = [chunk(0, text[: cut + 60]), chunk(0, text[cut - 200 :])]
    second = Chunk(
        "second", "d" * 64, "d.pdf", 1, 1, 1, cut - 200, len(text), both[1].text, 50, "Handing in"
    )
    chunks = [both[0], second]
    taken = take_out(chunks, 5, forms=["sentence"])
    for question in taken.questions:
        assert all(question not in left.text for left in taken.left.values())


def test_what_is_said_twice_is_not_taken_out():
    """The other passage would hold the question word for word, and count as wrong."""
    twice = [chunk(0, rules(1, 4)), chunk(1, rules(1, 4))]
    assert not take_out(twice, 5, forms=["sentence", "keywords"]).questions


def test_forms_and_documents_take_turns_and_no_passage_is_asked_about_twice():
    """So that the questions are independent, as their intervals want it; a seed is steady."""
    others = [
        chunk(i, rules(200 + 50 * at + i, 4), d * 64) for at, d in enumerate("ab") for i in range(9)
    ]
    chunks = [*MANUAL, *others]
    taken = take_out(chunks, 16, seed=1)
    right = [id_ for ids in taken.questions.values() for id_ in ids]
    documents = Counter(chunk.document_id for chunk in chunks if chunk.id in right)
    assert len(taken.questions) == 16
    assert len(documents) == 3
    assert len(right) == len(set(right))
    assert taken == take_out(chunks, 16, seed=1) != take_out(chunks, 16, seed=2)
