"""Passages of the top n that contradict each other: both sides, with the way to their pages."""

from __future__ import annotations

import streamlit as st

from core.engine import Engine
from core.explain.conflicts import Conflict, Kind, Side, find_conflicts
from core.schema import Chunk, Collection, Comparison
from pages.ui.page_dialog import open_passage
from pages.ui.text import plain

SHOWN = 3
_WORDS: dict[Kind, str] = {
    "number": "two numbers for one thing",
    "unit": "one number in two units",
    "date": "two dates for one thing",
    "negation": "yes and no",
}


def words_of(conflict: Conflict) -> str:
    """What two passages disagree about, in a few words.

    For example: 30 days or 60 days: two numbers for one thing.
    """
    sides = f"{conflict.first.says} or {conflict.second.says}"
    return f"{sides}: {_WORDS[conflict.kind]}"


def side_text(side: Side, chunk: Chunk) -> str:
    """The sentence with its document and first page."""
    page = f", page {chunk.first_page}" if chunk.first_page else ""
    sentence = " ".join(chunk.text[side.span.start : side.span.end].split())
    return f"“{sentence}” ({chunk.document_name}{page})"


def conflict_banner(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Draw the contradictions in the reranked top n, if a rule finds any."""
    top = comparison.reranked[: comparison.settings.top_n]
    found = find_conflicts(top)
    chunks = {item.chunk.id: item.chunk for item in top}
    for number, conflict in enumerate(found[:SHOWN]):
        with st.container(border=True):
            st.markdown(
                f":material/compare: **Two passages disagree** · {plain(words_of(conflict))}"
            )
            for side in (conflict.first, conflict.second):
                chunk = chunks[side.chunk_id]
                text, opener = st.columns([6, 1], vertical_alignment="center")
                text.markdown(plain(side_text(side, chunk)))
                if opener.button("Open page", key=f"conflict-{number}-{chunk.id}"):
                    open_passage(engine, collection, chunk, side.span)
    if len(found) > SHOWN:
        st.caption(f"{len(found) - SHOWN} more contradictions were found by rule.")
