"""One page with parts of it highlighted, as a component of our own and in a dialog."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import streamlit as st

from core.app.engine import Engine
from core.explain.highlight import boxes_of
from core.schema import Box, Chunk, Collection, Span
from core.text.pages import page_words
from pages.ui import resources, state
from pages.ui.actions import button
from pages.ui.components import component, nothing
from pages.ui.frame import errors_shown
from pages.ui.text import plain, render_untrusted

BoxKind = Literal["passage", "quote", "chunk"]

_COMPONENT = component("page")
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


def page_chooser(key: str, pages: int) -> int:
    """Previous, a slider, next; the page that is chosen (from 1)."""
    page: int = min(max(1, st.session_state.get(key, 1)), pages)
    st.session_state[key] = page
    if pages == 1:
        st.caption("This document has one page.")
        return 1

    def turn(label: str, icon: str, by: int, **options: Any) -> None:
        def work() -> None:
            st.session_state[key] += by  # from where it is by then: a second click counts too

        button(label, icon, work, disabled=not 1 <= page + by <= pages, **options)

    with st.container(horizontal=True, vertical_alignment="bottom", key=f"turn-{key}"):
        turn("Previous", "chevron_left", -1, key=f"{key}-back")
        st.slider(f"Page {page} of {pages}", 1, pages, key=key)
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


@st.dialog("The passage on its page", width="large")
def _dialog(engine: Engine, collection: Collection, chunk: Chunk, quote: Span | None) -> None:
    with errors_shown():
        document = engine.library.document(collection.id, chunk.document_id)
        st.markdown(
            f"**{plain(document.name)}**" + (f" · {plain(chunk.heading)}" * bool(chunk.heading))
        )
        st.caption(f"The passage is on {plain(page_words(chunk))} of {document.pages}.")
        page = page_chooser(state.DIALOG_PAGE, document.pages)
        passage, sentence = _boxes(engine, chunk, quote)
        boxes: list[PageBox] = [
            *page_boxes(passage, page, "passage"),
            *page_boxes(sentence, page, "quote"),
        ]
        with errors_shown():  # a page that cannot be drawn keeps its passages
            picture = resources.page_picture(engine, chunk.document_id, page, WIDTH)
            alt = f"{page_words(chunk, page)} of {document.name}; the passage is highlighted."
            page_view(picture, boxes, alt, key=state.key(state.PAGE, chunk.id))
        _neighbours(engine, collection, chunk)


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
    first = chunk.first_page
    if page is None and quote is not None:
        with errors_shown():
            _, boxes = _boxes(engine, chunk, quote)
            first = boxes[0].page if boxes else first
    st.session_state[state.DIALOG_PAGE] = page or first
    _dialog(engine, collection, chunk, quote)
