"""Citations: what counts as one, what it points to, and which sentence it backs."""

import itertools
import time

import pytest
from hypothesis import given, settings, strategies as st

from core.answer.citations import check_citations, find_brackets
from core.answer.pipeline import finish_answer
from tests.core.answer.builders import chunk, policy

PIECES = [
    "[1]", "[2]", "[3]", "[4]", "[0]", "[-1]", "[1, 2]", "[1][3]", "[2-4]", "[2–4]", "[1–900]",
    "[1;2]", "[٣]", "［２］", "【1】", "【2†source】", "[²]", "[①]", "[①-③]", "[99999999999999]",
    "[1](http://x.example)", "[^1]", "`x[1]`", "```\n[1]\n```", "\\[1\\]", "[", "]", "[]", "[1",
    "Managers approve claims", "You have 30 days", " ", ". ", ".", "\n", "\n\n", "- ", "# ", "?",
    "[iv]", "[1.5]", "[1,,2]", "[4-2]", "[Passage 2]", "e.g. ", "No. ", "\x00", "🙂", "[01]",
]  # fmt: skip
ANSWERS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=60).map("".join), st.text())


def numbers(text: str, passages: int = 5) -> list[int]:
    """All numbers cited in a text."""
    return [number for bracket in find_brackets(text, passages) for number in bracket.numbers]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a [1]", [1]),
        ("a [1, 2]", [1, 2]),
        ("a [1][3]", [1, 3]),
        ("a [1], [1]", [1, 1]),
        ("a [1, 1; 2 and 3]", [1, 2, 3]),
        ("a [2-4]", [2, 3, 4]),
        ("a [2–4]", [2, 3, 4]),
        ("a [4-2]", [2, 3, 4]),
        ("a [1, 3-5]", [1, 3, 4, 5]),
        ("a [2-900]", [2, 3, 4, 5, 900]),
        ("a [0-2]", [0, 1, 2]),
        ("a [01]", [1]),
        ("a [-1]", [-1]),
        ("a [٣]", [3]),
        ("a ［２］", [2]),
        ("a 【2】【3†source】", [2, 3]),
        ("a [²] [①-③]", [2, 1, 2, 3]),
        ("a [Passage 2] [source #3]", [2, 3]),
        ("days[1].", [1]),
        ("days![1]", [1]),
        ("According to [2]: yes", [2]),
        (f"a [{'9' * 5000}]", [999_999_999]),
        ("a [1](http://x.example)", []),
        ("a [1](#note)", []),
        ("[1]: Policy, page 3", []),
        ("a [^1] b \\[2\\]", [1, 2]),
        ("[^1]: Policy, page 3", []),
        ("a [Document 1] [doc 2] [Doc. 3]", [1, 2, 3]),
        ("a [citation:1] [cite: 1, 2] [cite:3]", [1, 1, 2, 3]),
        ("a [1, p. 3] [2, pp. 3-4; 4] [Passage 3, page 12]", [1, 2, 4, 3]),
        ("a [Document 1, Document 2] [doc 1; doc 3]", [1, 2, 1, 3]),
        ("use `x[1]` here", []),
        ("```\nx[1]\n```", []),
        ("a [] [ ] [iv] [1.5] [a1] [1", []),
    ],
)
def test_what_is_a_citation(text, expected):
    """Numbers, lists and ranges in square brackets are; links, footnotes and code are not."""
    assert numbers(text) == expected


def test_numbers_without_a_passage_are_marked():
    """Of [2-4] with three passages 2 and 3 are verified, 4 is kept as invalid."""
    citations, _ = check_citations("Managers approve [2-4].", policy())
    assert [(c.number, c.verified, c.chunk_id) for c in citations] == [
        (2, True, "chunk-1"),
        (3, True, "chunk-2"),
        (4, False, None),
    ]


PAPERS = ("Aspirin lowers the risk of stroke [2], and fever [17].", "Ibuprofen hurts.", "Rest.")


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("Aspirin lowers the risk of stroke [2].", []),
        ("Aspirin lowers the risk of stroke [2] [1].", [1]),
        ("It lowers the risk of stroke [2], and fever [17] [1].", [1]),
        ("Ibuprofen hurts [2].", [2]),
        ("Strokes are rarer [2].", [2]),
        ("Fevers too [17].", [17]),
        ("", []),
    ],
)
def test_a_reference_copied_from_a_passage_is_no_citation(text, cited):
    """A paper's own [2] does not point to passage 2; a model's does."""
    papers = [chunk(paper, number) for number, paper in enumerate(PAPERS)]
    citations, sentences = check_citations(text, papers)
    assert [citation.number for citation in citations] == cited
    assert [s.supported for s in sentences] == [0 < n < 4 for n in cited or [0] * bool(text)]


@pytest.mark.parametrize(
    ("claim", "lacking"),
    [
        ("You have 30 days to hand in a claim [1].", ()),
        ("You have 60 days to hand in a claim [1].", ("60",)),
        ("Pets need a leash [1].", ("Pets", "need", "leash")),
        ("The bosses approve travel expenses [1].", ()),
        ("Pets need a leash [9].", ()),
    ],
)
def test_a_sentence_names_what_its_passages_lack(claim, lacking):
    """A number, or words when they are half of all; without a passage there is nothing to lack."""
    _, (sentence,) = check_citations(claim, policy())
    assert sentence.lacking == lacking


def test_the_quote_is_the_sentence_that_says_it():
    """A citation marks the sentence of its passage that shares most with the claim."""
    text = "A claim must be handed in within 30 days [1]. Help comes from the finance team [2]."
    citations, _ = check_citations(text, policy())
    quotes = [
        policy()[c.number - 1].text[c.quote.start : c.quote.end] for c in citations if c.quote
    ]
    assert quotes == ["You have 30 days to hand in a claim.", "Ask the finance team for help."]


def test_the_page_is_where_the_quote_begins():
    """The page comes from the caller's map of offsets, asked for the start of the quote."""

    def page_at(of, offset):
        return of.first_page + (offset >= of.text.index("You have"))

    text = "You have 30 days for a claim [1]. Managers approve travel [1]."
    citations, _ = check_citations(text, policy(), page_at)
    assert [citation.page for citation in citations] == [3 + 1, 3 + 0]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It is so. [1] It is not. [2]", ["It is so. [1]", "It is not. [2]"]),
        ("It is so.[1] It is not.[2]", ["It is so.[1]", "It is not.[2]"]),
        ("It is so [1]. It is not [2].", ["It is so [1].", "It is not [2]."]),
        ("It is so [1]. [2] goes on here.", ["It is so [1].", "[2] goes on here."]),
        ("It is so. [1]. Next comes this.", ["It is so. [1].", "Next comes this."]),
        ("[1] says this. [2] says that.", ["[1] says this.", "[2] says that."]),
        ("It is so.\n[1]", ["It is so.\n[1]"]),
        ("- First item [1]\n- Second item\n", ["- First item [1]", "- Second item"]),
        ("Sources:\n[1] The travel policy", ["Sources:", "[1] The travel policy"]),
        ("[1]", ["[1]"]),
        ("", []),
    ],
)
def test_a_citation_stays_with_its_sentence(text, sentences):
    """A mark behind the full stop belongs to the sentence before it."""
    _, found = check_citations(text, policy())
    assert [text[s.span.start : s.span.end] for s in found] == sentences


def test_sentences_without_a_verified_citation_are_unsupported():
    """A number that does not exist supports nothing."""
    _, sentences = check_citations("It is so [1]. It is not [9]. In short, yes.", policy())
    assert [sentence.supported for sentence in sentences] == [True, False, False]


@pytest.mark.parametrize(
    ("text", "valid"), [("Yes [1].", True), ("Yes [9].", False), ("Yes.", False), ("", False)]
)
def test_an_answer_without_a_valid_citation_is_recognised(text, valid):
    """One citation of a supplied passage makes the difference."""
    citations = finish_answer(text, policy(), "m").citations
    assert any(citation.verified for citation in citations) is valid


@settings(max_examples=500)
@given(ANSWERS, st.integers(0, 4))
def test_citations_point_only_to_supplied_passages(text, count):
    """Verified means a supplied passage with exactly that number; spans lie inside the texts."""
    passages = [chunk(f"Managers approve claims of type {i}.", i) for i in range(count)]
    citations, sentences = check_citations(text, passages)
    for c in citations:
        assert c.verified is (1 <= c.number <= count)
        assert c.chunk_id == (passages[c.number - 1].id if c.verified else None)
        assert (c.page is not None) is c.verified
        assert 0 <= c.answer_span.start < c.answer_span.end <= len(text)
        if c.quote:
            assert 0 <= c.quote.start < c.quote.end <= len(passages[c.number - 1].text)
    spans = [s.span for s in sentences]
    assert all(0 <= s.start < s.end <= len(text) for s in spans)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


@given(ANSWERS)
def test_every_citation_stands_in_one_sentence(text):
    """No mark is lost between sentences, and a sentence is supported exactly by its marks."""
    citations, sentences = check_citations(text, policy())
    for sentence in sentences:
        mine = [
            c for c in citations
            if sentence.span.start <= c.answer_span.start
            and c.answer_span.end <= sentence.span.end
        ]  # fmt: skip
        assert sentence.supported is any(c.verified for c in mine)
        citations = tuple(c for c in citations if c not in mine)
    assert citations == ()


@given(ANSWERS)
def test_finishing_a_finished_answer_changes_nothing(text):
    """Cleaning and checking is idempotent."""
    once = finish_answer(text, policy(), "m")
    assert finish_answer(once.text, policy(), "m", incomplete=once.incomplete) == once


@pytest.mark.parametrize("part", ["[1]", "[1-20] a. ", "`[1]", "[1, 2", "【1†", "a b c. [1] "])
def test_no_answer_makes_it_slow(part):
    """Twenty thousand characters of citations are checked within ten seconds."""
    passages = [chunk("Managers approve claims. You have 30 days.", i) for i in range(20)]
    started = time.process_time()
    check_citations(part * (20_000 // len(part)), passages)
    assert time.process_time() - started < 10
