"""Contradictions in the passages that an answer is made from."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.explain.conflicts import Conflict, Kind, Side
from core.schema import Chunk, Collection, Comparison
from core.text.pages import source_words
from pages.ui import resources, state
from pages.ui.page_view import open_passage
from pages.ui.text import plain

SHOWN_CONFLICTS = 3
_DISAGREEMENTS: dict[Kind, str] = {
    "number": "different numbers for the same thing",
    "unit": "the same number in different units",
    "date": "different dates for the same thing",
    "negation": "opposite statements",
}


def words_of(conflict: Conflict) -> str:
    """What two passages disagree about, in a few words.

    For example: 30 days or 60 days: different numbers for the same thing.
    """
    if conflict.kind == "meaning":
        return f"the contradiction model is {conflict.sure:.0%} sure"
    sides = f"{conflict.first.says} or {conflict.second.says}"
    return f"{sides}: {_DISAGREEMENTS[conflict.kind]}"


def side_text(side: Side, chunk: Chunk, page: int | None = None) -> str:
    """The sentence with its document and its page, or its passage's."""
    sentence = " ".join(chunk.text[side.span.start : side.span.end].split())
    return f"“{sentence}” ({source_words(chunk, page)})"


def _side(
    engine: Engine, collection: Collection, side: Side, chunk: Chunk, mark: tuple[int, int]
) -> None:
    """``mark``: which conflict this is, and the number that the answer cites the passage by."""
    number, cited = mark
    text, opener = st.columns([6, 1], vertical_alignment="center")
    page = engine.pages.page_at(chunk, side.span.start)
    text.markdown(f"**\\[{cited}\\]** {plain(side_text(side, chunk, page))}")
    if opener.button(f"Open [{cited}]", key=state.key(state.CONFLICT, number, chunk.id)):
        open_passage(engine, collection, chunk, side.span)


def conflict_banner(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Draw the contradictions in the reranked top n, numbered as the answer cites its passages."""
    top = comparison.reranked[: comparison.settings.top_n]
    conflicts = resources.conflicts(engine, top)
    chunks = {item.chunk.id: item.chunk for item in top}
    cited = {item.chunk.id: number for number, item in enumerate(top, start=1)}
    for number, conflict in enumerate(conflicts[:SHOWN_CONFLICTS]):
        sides = conflict.first, conflict.second
        one, two = (cited[side.chunk_id] for side in sides)
        with st.container(border=True):
            st.markdown(
                f":material/compare: **Passages {one} and {two} disagree** · "
                f"{plain(words_of(conflict))}"
            )
            for side in sides:
                chunk = chunks[side.chunk_id]
                _side(engine, collection, side, chunk, (number, cited[chunk.id]))
    if len(conflicts) > SHOWN_CONFLICTS:
        st.caption(f"{len(conflicts) - SHOWN_CONFLICTS} more contradictions were found.")
