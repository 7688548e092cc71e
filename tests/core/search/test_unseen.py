"""What a search says of words that it cannot see."""

from dataclasses import replace

import pytest

from core.answer.abstention import abstention_rules
from core.schema import SearchSettings
from core.search.unseen import only_stop_words, unseen
from core.search_settings import FirstStageSettings
from tests.strategies import make_candidates, make_chunk, make_comparison

WORD = "x" * 40
LONG = f"Is {WORD} among the many and quite long words of this question about nothing?"


def token_spans(text):
    """A span for each letter; those of the word that nobody can read go to its end."""
    begun = text.find(WORD)
    end = begun + len(WORD)
    return [(i, end if begun <= i < end and begun >= 0 else i + 1) for i in range(len(text))]


def comparison(query, *texts, kind="dense"):
    """The texts as the final list of a question."""
    settings = SearchSettings(len(texts), len(texts), first=FirstStageSettings(kind))
    chunks = [make_chunk(i, text) for i, text in enumerate(texts)]
    found = make_candidates([float(-i) for i in range(len(texts))])
    found = tuple(replace(c, chunk=chunk) for c, chunk in zip(found, chunks, strict=True))
    made = make_comparison(found, [float(-i) for i in range(len(texts))], settings)
    return replace(made, query=query)


@pytest.mark.parametrize(
    ("query", "texts", "kinds", "said"),
    [
        ("Who pays?", ("The guest pays.",), [], ""),
        (f"Is it {WORD}?", ("No.", f"It is {WORD.upper()} there."), ["unread word"], "at rank 2"),
        (f"Is it {WORD}?", ("No.",), ["unread question"], "No passage that was found has it"),
        (
            LONG,
            ("No.",),
            ["unread word"],
            "",
        ),
        ("Who pays?", (WORD, f"a {WORD}", "I"), ["unread passages"], "2 passages of the top 3"),
    ],
)
def test_words_that_the_models_cannot_read_are_told(query, texts, kinds, said):
    """With the place where such a word stands; blind scores make quotes abstain."""
    made = comparison(query, *texts)
    notes = unseen(made, token_spans)
    assert [note.kind for note in notes] == kinds
    assert said in "".join(note.text for note in notes)
    blind = bool({"unread question", "unread passages"} & set(kinds))
    assert abstention_rules(replace(made, notes=notes)).only_noise is blind


@pytest.mark.parametrize(
    ("query", "kind", "told"),
    [
        ("who is it", "bm25", True),
        ("who is it", "hybrid", True),
        ("who is it", "dense", False),
        ("who is the WHO", "bm25", False),
    ],
)
def test_a_question_of_stop_words_is_told(query, kind, told):
    """Where words are searched for."""
    assert bool(only_stop_words(comparison(query, "No.", kind=kind))) is told
