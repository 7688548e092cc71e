"""The chunk browser: a page's picture with its chunks outlined, their texts beside it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from core.app.engine import Engine
from core.explain.highlight import boxes_of, outline_of
from core.explain.sheets import Mark, sheets_of
from core.schema import Box, Chunk, Collection, Document, PagedText
from core.text.counting import counted
from core.text.pages import page_words
from pages.ui import resources, state
from pages.ui.actions import button
from pages.ui.frame import errors_shown
from pages.ui.page_view import PageBox, leaves, page_boxes, page_chooser, page_view, sheet_view
from pages.ui.text import plain, render_untrusted, shortened

PICTURE_WIDTH = 1200
PREVIEW_CHARACTERS = 180


def _roomy(outline: Box) -> Box:
    """A little larger, so that the line does not touch the letters."""
    x, y = 0.006, 0.003
    left, top = outline.left - x, outline.top - y
    return Box(outline.page, left, top, outline.right + x, outline.bottom + y)


def outlines(
    paged: PagedText, chunks: Sequence[Chunk], page: int, chosen: str | None
) -> list[PageBox]:
    """The outlines of chunks on a page, numbered from 1 in the document; the chosen one tinted."""
    boxes: list[PageBox] = []
    for chunk in chunks:
        lines = boxes_of(paged, chunk.start, chunk.end)
        if chunk.id == chosen:
            boxes = page_boxes(lines, page, "passage") + boxes
        around = [_roomy(outline) for outline in outline_of(lines)]
        boxes += page_boxes(around, page, "chunk", str(chunk.ordinal + 1), chunk.id)
    return boxes


def _card(chunk: Chunk, chosen: bool) -> None:
    kind = "chosen" if chosen else "other"
    with st.container(border=True, key=f"chunk-{kind}-{chunk.id}", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            where, size = plain(page_words(chunk)), counted(chunk.tokens, "token")
            st.markdown(f"**{chunk.ordinal + 1}** · {where} · {size}")
            if not chosen:
                show = partial(st.session_state.__setitem__, state.OPEN_CHUNK, chunk.id)
                key = state.key(state.SHOW, chunk.id)
                button("Show", "visibility", show, key=key, type="tertiary")
        if chunk.heading and not chunk.text.startswith(chunk.heading):
            st.caption(plain(chunk.heading))
        shown = chunk.text if chosen else shortened(chunk.text, PREVIEW_CHARACTERS)
        render_untrusted(shown)


def _chunks_on(paged: PagedText, chunks: Sequence[Chunk], page: int) -> list[Chunk]:
    """Those with text on a page, or in a part of a text without pages."""
    if paged.unit == "page":
        return [chunk for chunk in chunks if chunk.first_page <= page <= chunk.last_page]
    sheet = sheets_of(paged)[page - 1]
    return [chunk for chunk in chunks if chunk.start < sheet.end and chunk.end > sheet.start]


def draw_page(
    engine: Engine, document: Document, chunks: Sequence[Chunk], page: int, key: str
) -> None:
    """The picture with outlines on the left, the chunks of the page on the right."""
    paged = engine.pages.text(document.id)
    on_pages = paged.unit == "page"
    here = _chunks_on(paged, chunks, page)
    ids = {chunk.id for chunk in here}
    chosen = st.session_state.get(state.OPEN_CHUNK)
    chosen = chosen if chosen in ids else None
    with st.container(key=f"beside-{key}"):
        picture, texts = st.columns([3, 2], gap="medium")
    with picture, errors_shown():  # a page that cannot be drawn keeps its texts
        name = f"{key}-{document.id}"
        if on_pages:
            boxes = outlines(paged, here, page, chosen)
            png = resources.page_picture(engine, document.id, page, PICTURE_WIDTH)
            alt = f"Page {page} of {document.name} with {counted(len(here), 'chunk')} outlined."
            clicked = page_view(png, boxes, alt, key=name)
        else:
            marks = [Mark(c.start, c.end, "passage") for c in here if c.id == chosen]
            alt = f"Part {page} of {document.name} with {counted(len(here), 'chunk')} numbered."
            clicked = sheet_view(paged, page, marks, alt, name, here, chosen)
        if clicked is not None and clicked != chosen:
            st.session_state[state.OPEN_CHUNK] = clicked
            st.rerun()
    with texts:
        if not here:
            st.info("No chunk has text here.", icon=":material/crop_free:")
        for chunk in here:
            _card(chunk, chunk.id == chosen)


def browse(engine: Engine, collection: Collection, document: Document) -> None:
    """Draw the chunk browser of a document."""
    with errors_shown():
        chunks = engine.corpora.chunks(collection.id, document.id)
        page = page_chooser(state.page_key("browse", document.id), *leaves(engine, document))
        draw_page(engine, document, chunks, page, "browse")
