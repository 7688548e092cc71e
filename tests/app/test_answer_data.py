"""Fuzzed citations through the answer component's data: no dead link, no wrong link."""

import random

import pytest

from core.answer.pipeline import finish_answer
from core.answer.remarks import remarks
from pages.ui.answer import answer_data
from tests.core.answer.builders import policy

ANSWERS = 500
SEED = 20_260_722
_DIGITS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९", "০১২৩৪৫৬৭৮৯")
_BRACKETS = ("[{}]", "［{}］", "【{}】", "[Passage {}]", "[Source {}]", "【{}†source】", "[#{}]")
_JOINTS = (", ", ",", "; ", " and ", "][", "–", "-", " - ", "/")
_SENTENCES = (
    "Managers approve travel expenses within five days",
    "Self-approval is forbidden",
    "The travel desk books flights",
    "Nobody knows 😀 this",
    "Ǘber 30 days",
)
_NUMBERS = (0, 1, 2, 3, 4, 5, 7, 12, 99, 1000, 10**9, -1, -3)


def number(chance):
    """A number, mostly of a passage, sometimes of none, in the digits of some script."""
    value = chance.choice((1, 2, 3, *_NUMBERS))
    digits = chance.choice(_DIGITS)
    return "".join(digits[int(c)] if c.isdigit() else c for c in str(value))


def mark(chance):
    """A pair of brackets with one to four numbers, lists, ranges and repeats."""
    numbers = [number(chance) for _ in range(chance.randint(1, 4))]
    return chance.choice(_BRACKETS).format(chance.choice(_JOINTS).join(numbers))


def written(chance):
    """An answer of up to five sentences, its marks before or behind the full stop."""
    sentences = []
    for _ in range(chance.randint(1, 5)):
        marks = "".join(mark(chance) for _ in range(chance.randint(0, 3)))
        words = chance.choice(_SENTENCES)
        sentences.append(chance.choice((f"{words} {marks}.", f"{words}. {marks}", marks + words)))
    return chance.choice((" ", "\n", "\n\n")).join(sentences)


def drawn(view):
    """Every citation that the page draws, in order."""
    return [c for sentence in view["sentences"] for run in sentence["runs"] for c in run["cites"]]


def label_of(citation):
    """What the button of a citation must say."""
    if citation.verified:
        return f"Citation {citation.number}: policy.pdf, p. 3. Open it"
    return f"Citation {citation.number}: no passage has this number"


@pytest.mark.parametrize("seed", range(SEED, SEED + ANSWERS))
def test_no_citation_is_dead_or_wrong(seed):
    """500 answers: a number has a link to its own passage exactly when that passage exists."""
    passages = policy()
    answer = finish_answer(written(random.Random(seed)), passages, "fuzz")
    cites = drawn(answer_data(answer, passages))
    assert [cite["index"] for cite in cites] == list(range(len(answer.citations)))
    for cite, citation in zip(cites, answer.citations, strict=True):
        exists = 1 <= citation.number <= len(passages)
        assert cite["valid"] is citation.verified is exists
        assert cite["number"] == citation.number
        assert cite["label"] == label_of(citation)
        shown = passages[citation.number - 1].text if exists and citation.quote else ""
        assert "".join(cite["peek"]) == shown
        assert citation.chunk_id == (passages[citation.number - 1].id if exists else None)
    invalid = any(not cite["valid"] for cite in cites)
    assert ("Some citations have a number that no passage has." in remarks(answer)) == (invalid)


@pytest.mark.parametrize("seed", range(SEED, SEED + ANSWERS, 10))
def test_the_drawn_text_is_the_answer(seed):
    """Pieces put together are the answer: nothing is lost, doubled or moved by a mark."""
    answer = finish_answer(written(random.Random(seed)), policy(), "fuzz")
    view = answer_data(answer, policy())
    assert "".join(r["text"] for s in view["sentences"] for r in s["runs"]) == answer.text


def test_the_fuzz_has_both_kinds():
    """The 500 answers cite what exists and what does not, often enough to mean something."""
    answers = [
        finish_answer(written(random.Random(seed)), policy(), "fuzz")
        for seed in range(SEED, SEED + ANSWERS)
    ]
    verdicts = [citation.verified for answer in answers for citation in answer.citations]
    assert verdicts.count(True) > 500
    assert verdicts.count(False) > 500
