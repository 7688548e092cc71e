"""Made comparisons and a library beside them, for the tests of this folder."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from core.history.receipt import Receipt
from core.history.receipt_page import PagePicture
from core.history.records import GivenAnswer, IndexedDocument, Provenance
from core.home.library import Library
from core.schema import (
    Answer,
    AnswerSentence,
    Box,
    Chunking,
    Citation,
    Comparison,
    Document,
    ModelInfo,
    Note,
    SearchSettings,
    Span,
    sha256_hex,
)
from tests.strategies import make_candidates, make_comparison

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MODELS = (
    ModelInfo("bi", "encoder", "a" * 64, 256),
    ModelInfo("cross", "cross_encoder", "b" * 64, 512),
)


def comparison(
    query: str = "may I?", logits: tuple[float, ...] = (0.5, 2.0, -1.0), version: str = "v"
) -> Comparison:
    """Candidates with falling cosines and these logits."""
    candidates = make_candidates([0.9 - 0.1 * i for i in range(len(logits))])
    made = make_comparison(candidates, logits, SearchSettings(50, 2))
    named = replace(made, query=query, collection="Policies", corpus_version=version)
    return replace(named, models=MODELS, asked_at=NOON)


def answer(of: Comparison) -> Answer:
    """The first passage of the reranked list, quoted and cited."""
    chunk = of.reranked[0].chunk
    text = f"“{chunk.text}” [1]"
    mark = Span(len(text) - 3, len(text))
    cited = Citation(1, mark, chunk.id, chunk.first_page, Span(0, len(chunk.text)), verified=True)
    sentences = (AnswerSentence(Span(0, len(text)), supported=True),)
    passages = tuple(item.chunk.id for item in of.reranked[: of.settings.top_n])
    return Answer(text, "quotes", (cited,), sentences, False, "cross", passages)


def document(name: str, revision: str = "r") -> Document:
    """A committed document; its id is made from its name."""
    return Document(sha256_hex(name.encode()), name, "", 1, 1, 1, NOON, f"{revision}-{name}")


def library_with(folder: Path, *names: str) -> tuple[Library, str]:
    """A library with one collection of these documents, and the collection's id."""
    library = Library(folder / "library.sqlite")
    collection = library.create_collection("Policies", Chunking())
    for name in names:
        library.commit(collection.id, document(name))
    return library, collection.id


def with_version(of: Comparison, library: Library, collection_id: str) -> Comparison:
    """The same comparison, asked of what the library holds now."""
    return replace(of, corpus_version=library.corpus_version(collection_id))


PICTURE = PagePicture(
    "made.pdf, p. 1", (1,), b"\x89PNG\r\n\x1a\nmade", (Box(1, 0.1, 0.2, 0.5, 0.3),)
)


def with_text(text):
    """A receipt in which everything that others write is this text."""
    made = comparison(query=text)
    candidates = tuple(
        replace(
            c,
            chunk=replace(
                c.chunk, text=text, heading=text, document_name=text, start=0, end=len(text)
            ),
        )
        for c in made.candidates
    )
    chunks = {c.chunk.id: c.chunk for c in candidates}
    reranked = tuple(replace(r, chunk=chunks[r.chunk.id]) for r in made.reranked)
    made = replace(
        made,
        candidates=candidates,
        reranked=reranked,
        collection=text,
        notes=(Note("collapsed", text),),
    )
    around = Provenance("c", (IndexedDocument("1" * 64, text, "r"),), ((text, text),))
    given_ = replace(answer(made), model=text, mode="llm", incomplete=text)
    return Receipt(NOON, made, around, (GivenAnswer("rerank", given_),))
