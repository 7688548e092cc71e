"""One page, or a stretch of a text without pages, with parts of it highlighted."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import streamlit as st

from core.app.engine import Engine
from core.explain.highlight import boxes_of
from core.explain.sheets import Mark, SheetLine, lines_of, sheet_at, sheets_of
from core.schema import Box, Chunk, Collection, Document, PagedText, Span
from core.text.pages import page_words, places_words
from pages.ui import resources, state
from pages.ui.actions import button
from pages.ui.components import component, nothing
from pages.ui.frame import errors_shown
from pages.ui.text import plain, printable, render_untrusted

BoxKind = Literal["passage", "quote", "chunk"]

_COMPONENT, _SHEET = component("page"), component("sheet")
WIDTH = 1400


@dataclass(frozen=True, slots=True)
class PageBox:
    """A rectangle on the page, as fractions of its width and height from the top left.

    ``passage`` is tinted lightly, ``quote`` strongly, ``chunk`` is outlined, carries ``label``
    on its first rectangle and can be clicked: then its ``id`` is what ``page_view`` returns.
    """

    left: float
    top: float
    right: float
    bottom: float
    kind: BoxKind
    label: str = ""
    id: str = ""


def page_boxes(
    boxes: Iterable[Box], page: int, kind: BoxKind, label: str = "", chunk_id: str = ""
) -> list[PageBox]:
    """Those of ``boxes`` that lie on ``page`` (from 1), ready to be drawn."""
    return [
        PageBox(box.left, box.top, box.right, box.bottom, kind, label, chunk_id)
        for box in boxes
        if box.page == page
    ]


def chosen_chunk(sent: Any, boxes: Sequence[PageBox]) -> str | None:
    """The chunk id that the browser sent, if it is one of the boxes' own."""
    chunk_ids = {box.id for box in boxes if box.kind == "chunk" and box.id}
    return sent if isinstance(sent, str) and sent in chunk_ids else None


def page_view(png: bytes, boxes: Sequence[PageBox], alt: str, key: str) -> str | None:
    """Draw the page; the id of the chunk that was clicked in this run, or None.

    Args:
        png: the page as a PNG picture, of any resolution.
        boxes: what is highlighted; the view scrolls to the first quote, or else the first box.
        alt: says in words what the picture shows.
        key: names the element; the zoom is kept while it stays the same.

    """
    picture = base64.b64encode(png).decode("ascii")
    data = {"picture": picture, "boxes": [asdict(box) for box in boxes], "alt": alt}
    result = _COMPONENT(key=key, data=data, on_chunk_change=nothing)
    return chosen_chunk(result.chunk, boxes)


def _shown(line: SheetLine, chunks: Sequence[Chunk], chosen: str | None) -> dict[str, Any]:
    """A line for the browser; the number of each chunk stands where it begins."""
    end = line.start + sum(len(text) for text, _ in line.pieces)
    begin = [chunk for chunk in chunks if line.start <= chunk.start < max(end, line.start + 1)]
    return asdict(line) | {
        "label": printable(line.label),
        "pieces": [(printable(text), kind) for text, kind in line.pieces],
        "chunks": [
            {"id": chunk.id, "number": str(chunk.ordinal + 1), "chosen": chunk.id == chosen}
            for chunk in begin
        ],
    }


def sheet_view(
    paged: PagedText,
    sheet: int,
    marks: Sequence[Mark],
    alt: str,
    key: str,
    chunks: Sequence[Chunk] = (),
    chosen: str | None = None,
) -> str | None:
    """Draw a sheet (from 1) of a text without pages; the chunk whose number was clicked, or None.

    Args:
        paged: the document.
        sheet: which one.
        marks: ``passage`` or ``quote``; the view scrolls to the first quote, or else passage.
        alt: says what it is, for those who do not see it.
        key: names the element.
        chunks: those whose numbers are shown.
        chosen: the id of the one that is marked.
    """
    span = sheets_of(paged)[sheet - 1]
    lines = [_shown(line, chunks, chosen) for line in lines_of(paged, span, marks)]
    result = _SHEET(key=key, data={"lines": lines, "alt": alt}, on_chunk_change=nothing)
    ids = {chunk.id for chunk in chunks}
    return result.chunk if isinstance(result.chunk, str) and result.chunk in ids else None


def leaves(engine: Engine, document: Document) -> tuple[int, str]:
    """How many pages a document has to turn, and what one is called: without pages, sheets."""
    paged = engine.pages.text(document.id)
    if paged.unit == "page":
        return document.pages, "page"
    return len(sheets_of(paged)), "part"


def page_chooser(key: str, pages: int, noun: str = "page") -> int:
    """Previous, a slider, next; the page (or part, as ``noun`` says) that is chosen (from 1)."""
    page: int = min(max(1, st.session_state.get(key, 1)), pages)
    st.session_state[key] = page
    if pages == 1:
        if noun == "page":
            st.caption("This document has one page.")
        return 1

    def turn(label: str, icon: str, by: int, **options: Any) -> None:
        def work() -> None:
            st.session_state[key] += by  # from where it is by then: a second click counts too

        button(label, icon, work, disabled=not 1 <= page + by <= pages, **options)

    with st.container(horizontal=True, vertical_alignment="bottom", key=f"turn-{key}"):
        turn("Previous", "chevron_left", -1, key=f"{key}-back")
        st.slider(f"{noun.capitalize()} {page} of {pages}", 1, pages, key=key)
        turn("Next", "chevron_right", 1, key=f"{key}-next", icon_position="right")
    return page


def _boxes(engine: Engine, chunk: Chunk, quote: Span | None) -> tuple[list[Box], list[Box]]:
    paged = engine.pages.text(chunk.document_id)
    passage = boxes_of(paged, chunk.start, chunk.end)
    if quote is None:
        return passage, []
    return passage, boxes_of(paged, chunk.start + quote.start, chunk.start + quote.end)


def _neighbours(engine: Engine, collection: Collection, chunk: Chunk) -> None:
    chunks = engine.corpora.chunks(collection.id, chunk.document_id)
    near = {piece.ordinal: piece for piece in chunks}
    for offset, title in ((-1, "The passage before"), (1, "The passage after")):
        neighbour = near.get(chunk.ordinal + offset)
        if neighbour is not None:
            with st.expander(f"{title} ({plain(page_words(neighbour))})"):
                render_untrusted(neighbour.text)


@st.dialog("The passage in its document", width="large")
def _dialog(engine: Engine, collection: Collection, chunk: Chunk, quote: Span | None) -> None:
    with errors_shown():
        document = engine.library.document(collection.id, chunk.document_id)
        st.markdown(
            f"**{plain(document.name)}**" + (f" · {plain(chunk.heading)}" * bool(chunk.heading))
        )
        st.caption(place_in(chunk, document))
        page = page_chooser(state.DIALOG_PAGE, *leaves(engine, document))
        show_passage(engine, document, chunk, page, state.key(state.PAGE, chunk.id), quote)
        if chunk.unit != "passage":  # those of another engine only lie beside each other
            _neighbours(engine, collection, chunk)


def place_in(chunk: Chunk, document: Document) -> str:
    """Where a passage is, in a sentence, as Markdown."""
    where = plain(page_words(chunk))
    if chunk.unit == "page":
        return f"The passage is on {where} of {document.pages}."
    if chunk.unit == "time":
        return f"The passage is at {where}."
    there = places_words(document.pages, chunk.unit)
    if chunk.unit == "passage":
        return f"This is {where}, whole. The file holds {there} of another engine."
    return f"The passage is at {where} of {there}."


def show_passage(
    engine: Engine,
    document: Document,
    chunk: Chunk,
    page: int,
    key: str,
    quote: Span | None = None,
) -> None:
    """The page, or the part of a text without pages, with the chunk tinted and the quote marked."""
    paged = engine.pages.text(chunk.document_id)
    alt = f"{page_words(chunk)} of {document.name}; the passage is highlighted."
    if paged.unit != "page":
        marks = [Mark(chunk.start, chunk.end, "passage")]
        if quote is not None:
            marks += [Mark(chunk.start + quote.start, chunk.start + quote.end, "quote")]
        sheet_view(paged, page, marks, alt, key)
        return
    passage, sentence = _boxes(engine, chunk, quote)
    boxes = [*page_boxes(passage, page, "passage"), *page_boxes(sentence, page, "quote")]
    with errors_shown():  # a page that cannot be drawn keeps its passages
        picture = resources.page_picture(engine, chunk.document_id, page, WIDTH)
        alt = f"{page_words(chunk, page)} of {document.name}; the passage is highlighted."
        page_view(picture, boxes, alt, key=key)


def leaf_of(engine: Engine, chunk: Chunk, page: int | None, quote: Span | None) -> int:
    """The page, or the part, to begin on: the given place's, the quote's or the chunk's first."""
    if chunk.unit != "page":
        paged = engine.pages.text(chunk.document_id)
        start = chunk.start + (quote.start if quote else 0)
        return sheet_at(paged, start if page is None or quote else paged.pages[page - 1].start)
    if page is None and quote is not None:
        _, boxes = _boxes(engine, chunk, quote)
        return boxes[0].page if boxes else chunk.first_page
    return page or chunk.first_page


def open_passage(
    engine: Engine,
    collection: Collection,
    chunk: Chunk,
    quote: Span | None,
    page: int | None = None,
) -> None:
    """Show the page of a chunk, with the chunk tinted and the quote marked.

    Args:
        engine: where the document is.
        collection: the collection that was asked.
        chunk: the passage.
        quote: the sentence to mark, relative to the chunk's text.
        page: the page to begin on, by default the quote's or the chunk's first.
    """
    st.session_state[state.DIALOG_PAGE] = page or chunk.first_page
    with errors_shown():
        st.session_state[state.DIALOG_PAGE] = leaf_of(engine, chunk, page, quote)
    st.session_state[state.DIALOG] = True
    _dialog(engine, collection, chunk, quote)
