"""The sample documents, their questions, and what reranking does to them."""

import runpy
from importlib.util import find_spec
from typing import get_args

import numpy as np
import pytest

from core.errors import InputError, NotFound
from core.ingest.chunking import chunk
from core.ingest.pdf.reading import extract
from core.samples import SAMPLES, SampleKind, sample_documents, sample_questions
from core.schema import Chunking, sha256_hex
from core.settings import Limits
from tests.bundled import bundled_cross_encoder, bundled_encoder

BUILD_NEEDS = ("reportlab", "markdown_it", "font_source_sans_pro", "font_source_serif_pro")
DOCUMENTS = sample_documents()
QUESTIONS = sample_questions()
FEATURED = [q for q in QUESTIONS if q.featured]
HEADER = "[[question]]\n"


def one_line(text):
    return text.replace("\n", " ")


@pytest.fixture(scope="module")
def texts():
    return {name: extract(data, Limits()) for name, data in DOCUMENTS}


def word_spans(text):
    """A token for each word: fewer than the encoder's, so that counts below are a lower bound."""
    ends = [i for i, c in enumerate(text + " ") if c.isspace()]
    starts = [0, *[e + 1 for e in ends[:-1]]]
    return [(s, e) for s, e in zip(starts, ends, strict=True) if s < e]


@pytest.mark.skipif(
    any(find_spec(name) is None for name in BUILD_NEEDS),
    reason="typesetting needs reportlab, markdown-it-py and two font packages",
)
@pytest.mark.filterwarnings("default")  # reportlab's own warnings are not ours to mend
def test_the_pdfs_are_what_the_sources_say():
    """Building the sources again gives the committed PDFs, byte for byte."""
    build = runpy.run_path(str(SAMPLES / "build.py"))
    built = [(f"{p.stem}.pdf", build["build"](p)) for p in sorted(build["SOURCES"].glob("*.md"))]
    assert built == DOCUMENTS


def test_there_is_enough_to_search(texts):
    """The samples give more than 150 chunks, counting a token for each word at most."""
    chunks = [
        c for name, text in texts.items() for c in chunk(text, name, name, Chunking(), word_spans)
    ]
    assert len(chunks) > 150


@pytest.mark.parametrize("name", [name for name, _ in DOCUMENTS])
def test_a_sample_parses_cleanly(texts, name):
    """Title, one heading for each in the source, and neither header nor page number in the text."""
    source = (SAMPLES / "sources" / name).with_suffix(".md").read_text(encoding="utf-8")
    headings = [line.split(" ", 1)[1] for line in source.splitlines() if line.startswith("#")]
    text = texts[name]
    assert f"title: {text.title}\n" in source
    assert [h.title.replace("’", "'") for h in text.headings] == headings
    assert text.text.count(text.title) == 1
    assert f"of {len(text.pages)}\n" not in text.text


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.text)
def test_an_answer_stands_in_its_document(texts, question):
    """The answer phrase is in the extracted text; an unanswerable question names no document."""
    if question.kind == "unanswerable":
        assert (question.answer, question.document) == ("", "")
    else:
        assert question.answer in one_line(texts[question.document].text)


def test_the_questions_cover_every_kind():
    """Each kind of trap is asked, four or more cannot be answered, and a handful is featured."""
    kinds = [q.kind for q in QUESTIONS]
    assert set(kinds) == set(get_args(SampleKind))
    assert kinds.count("unanswerable") >= 4
    assert 5 <= len(FEATURED) <= 6
    assert len({q.text for q in QUESTIONS}) == len(QUESTIONS)


def test_a_folder_without_samples_is_said_to_be_empty(tmp_path):
    """Missing documents or questions are errors of the tree, with advice."""
    with pytest.raises(NotFound, match="no sample documents") as documents:
        sample_documents(tmp_path)
    with pytest.raises(NotFound, match="cannot be read") as questions:
        sample_questions(tmp_path)
    assert documents.value.advice
    assert questions.value.advice


def test_a_document_that_cannot_be_read_is_an_error_of_the_tree(tmp_path):
    """A folder in the place of a PDF does not escape as an OSError."""
    (tmp_path / "a.pdf").mkdir()
    with pytest.raises(NotFound, match="cannot be read"):
        sample_documents(tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[[question", "is not TOML"),
        (b"\xff", "is not TOML"),
        (b"question = 3", "valid list"),
        (HEADER.encode() + b'text = "a"\nkind = "plain"\nanswer = "b"\ndocument = "c"', "note"),
        (HEADER.encode() + b'text = "a"\nkind = "odd"\nnote = "b"', "kind"),
        (HEADER.encode() + b'text = "a"\nkind = "unanswerable"\nnote = "b"\nx = 1', "x"),
        (HEADER.encode() + b'text = "a"\nkind = "plain"\nnote = "b"', "does not match"),
        (
            HEADER.encode()
            + b'text = "a"\nkind = "unanswerable"\nnote = "b"\nanswer = "c"\ndocument = "d"',
            "does not match",
        ),
    ],
)
def test_a_wrong_questions_file_says_what_is_wrong(tmp_path, content, reason):
    """Syntax, encoding, a missing, unknown or contradictory field: an InputError that names it."""
    (tmp_path / "questions.toml").write_bytes(content)
    with pytest.raises(InputError, match=reason):
        sample_questions(tmp_path)


def rank_of(answer, chunks):
    """Rank, from 1, of the first chunk that holds the answer."""
    return next(i for i, c in enumerate(chunks, 1) if answer in one_line(c.text))


@pytest.mark.model
def test_the_featured_questions_gain(texts):
    """Reranking lifts each featured answer, to the third place or higher."""
    encoder, cross_encoder = bundled_encoder(), bundled_cross_encoder()
    chunks = [
        c
        for name, data in DOCUMENTS
        for c in chunk(texts[name], sha256_hex(data), name, Chunking(), encoder.token_spans)
    ]
    vectors = encoder.encode([c.passage for c in chunks])
    for question in FEATURED:
        near = np.argsort(-(vectors @ encoder.encode([question.text])[0]), kind="stable")[:50]
        before = [chunks[i] for i in near]
        logits = cross_encoder.score(question.text, [c.passage for c in before])
        after = [before[i] for i in np.argsort(-logits, kind="stable")]
        assert rank_of(question.answer, after) < rank_of(question.answer, before), question.text
        assert rank_of(question.answer, after) <= 3, question.text
