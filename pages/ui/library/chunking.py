"""How a collection is cut: sliders, a live preview of one page, the cost, and the switch."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.app.engine import Engine
from core.ingest.jobs.cost import reindex_cost
from core.schema import Chunk, Chunking, Collection, Document
from core.text.counting import counted
from pages.ui import resources, state
from pages.ui.actions import button, choose
from pages.ui.frame import errors_shown
from pages.ui.library.chunks import draw_page
from pages.ui.library.words import seconds_words
from pages.ui.page_view import leaves, page_chooser
from pages.ui.text import printable

SMALLEST, LARGEST = 64, 512


def _sliders(collection: Collection) -> Chunking:
    """They begin anew, at what the collection has, when it or its chunking is another now."""
    now = collection.chunking
    size_key, overlap_key = (
        state.key(name, collection.id, now.size, now.overlap)
        for name in (state.CHUNK_SIZE, state.CHUNK_OVERLAP)
    )
    st.session_state.setdefault(size_key, now.size)
    left, right = st.columns(2, gap="large")
    size = left.slider(
        "Chunk size (tokens)",
        SMALLEST,
        LARGEST,
        key=size_key,
        help="The most a chunk can hold. Small chunks match precisely but may split an answer; "
        "large ones keep it whole but match less sharply.",
    )
    most = size // 2
    st.session_state[overlap_key] = min(st.session_state.get(overlap_key, now.overlap), most)
    overlap = right.slider(
        "Overlap (tokens)",
        0,
        most,
        key=overlap_key,
        help="How much of a chunk's end the next one repeats, in whole sentences, so that an "
        "answer at the boundary is not lost.",
    )
    return Chunking(int(size), int(overlap))


def _choose(documents: Sequence[Document]) -> Document:
    by_id = {document.id: document for document in documents}
    names = {document.id: printable(document.name) for document in documents}
    opened = st.session_state.get(state.OPEN_DOCUMENT)
    first = opened if opened in by_id else documents[0].id
    return by_id[choose("Preview with", names, state.PREVIEW_DOCUMENT, first)]


def telling_page(chunks: Sequence[Chunk]) -> int:
    """The first page on which two chunks begin: a cover says little about chunking."""
    seen: set[int] = set()
    for chunk in (piece for piece in chunks if piece.unit == "page"):
        if chunk.first_page in seen:
            return chunk.first_page
        seen.add(chunk.first_page)
    return 1


def _apply(engine: Engine, collection: Collection, chunking: Chunking, label: str) -> None:
    same = chunking == collection.chunking
    jobs = engine.jobs.snapshot(collection.id)
    under_way = any(job.kind == "reindex" and not job.finished for job in jobs)
    if under_way:
        st.info(
            "This collection is being re-indexed. Searches use the old chunks until it is done.",
            icon=":material/autorenew:",
        )
    button(
        label,
        "autorenew",
        lambda: engine.set_chunking(collection.id, chunking),
        key=state.REINDEX,
        type="primary",
        disabled=same or under_way,
        help="The collection already uses this chunking." if same else None,
    )


def _cost(
    engine: Engine, documents: Sequence[Document], sample: Document, chunks: Sequence[Chunk]
) -> str:
    """What re-indexing would do, before it is done."""
    cost = reindex_cost(documents, sample, chunks, engine.meter.tokens_per_second)
    now = sum(document.chunks for document in documents if document.counted)
    source = "at the speed measured here" if engine.meter.measured else "on a typical laptop"
    return (
        f"Re-indexing chunks and embeds {counted(cost.documents, 'document')} again: "
        f"**about {counted(cost.chunks, 'chunk')}** ({now:,} now), "
        f"**about {seconds_words(max(1.0, cost.seconds))}** {source}. "
        "Searches use the old chunks until all are ready."
    )


def chunking_view(engine: Engine, collection: Collection, documents: Sequence[Document]) -> None:
    """Draw sliders, cost, switch and preview."""
    current = collection.chunking
    st.markdown(
        "#### Chunking\n"
        "Documents are split at sentences and headings into chunks, the passages that a search can "
        f"find. Now: up to **{current.size} tokens**, with an overlap of **{current.overlap}**."
    )
    chunking = _sliders(collection)
    if not documents:
        st.caption("Nothing to re-index yet. Documents you add will use this chunking.")
        _apply(engine, collection, chunking, "Use this chunking")
        return
    with errors_shown():
        document = _choose(documents)
        chunks = resources.cut(engine, document, document.id, chunking)
        if chunking != current:
            st.markdown(_cost(engine, documents, document, chunks))
        _apply(engine, collection, chunking, f"Re-index {counted(len(documents), 'document')}")
        key = state.page_key("preview", document.id)
        st.session_state.setdefault(key, telling_page(chunks))
        page = page_chooser(key, *leaves(engine, document))
        draw_page(engine, document, chunks, page, "preview")
