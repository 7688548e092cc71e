"""Up to three configurations on one question: aligned lists, agreement, what each alone found."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.errors import SecondLookError
from core.explain.side_by_side import Alone, Beside, beside
from core.schema import Chunk, Collection, Comparison
from core.serialize import to_json
from core.text.counting import counted, milliseconds
from core.text.overlap import PERSISTENCE
from pages.ui import resources
from pages.ui.beside.data import LETTERS, beside_flow, matrix_html, rank_words
from pages.ui.beside.inputs import (
    NONE,
    Configuration,
    beside_inputs,
    rerankers,
    short_titles,
)
from pages.ui.flow.view import flow_view
from pages.ui.frame import show_error
from pages.ui.lists.data import page_span
from pages.ui.page_dialog import open_passage
from pages.ui.text import plain, render_untrusted

ALONE_SHOWN = 5
CHARACTERS = 220


def _asked(engine: Engine, collection: Collection, comparison: Comparison) -> Configuration:
    on = rerankers(engine)[0] if comparison.settings.second.enabled else NONE
    return Configuration(collection, comparison.settings, on)


def _run(engine: Engine, query: str, one: Configuration) -> Comparison:
    version = engine.library.corpus_version(one.collection.id)
    if one.reranker in {NONE, rerankers(engine)[0]}:
        return resources.comparison(engine, one.collection.id, version, query, one.settings, 0)
    place = one.collection.id, version
    return resources.comparison_by(
        engine, one.reranker, place, query, one.settings, engine.model_manager.runtime
    )


def _runs(engine: Engine, found: list[Configuration], asked: Comparison) -> list[Comparison]:
    """What each configuration gives; one that fails says so and is left out."""
    done = [asked]
    for letter, one in zip(LETTERS[1:], found[1:], strict=False):
        try:
            with st.spinner(
                f"{letter} reads {counted(one.settings.top_k, 'passage')} …", show_time=True
            ):
                done.append(_run(engine, asked.query, one))
        except SecondLookError as error:
            show_error(error)
            st.stop()
    return done


def _cost(done: list[Comparison]) -> str:
    said = [
        f"{letter}: {milliseconds(c.timings.total_ms)}, {counted(c.timings.pairs, 'pair')}"
        f"{f', {c.cache_hits} of them from the cache' if c.cache_hits else ''}"
        for letter, c in zip(LETTERS, done, strict=False)
    ]
    return " · ".join(said)


def _one_alone(engine: Engine, collection: Collection, alone: Alone, key: str) -> None:
    chunk: Chunk = alone.item.chunk
    with st.container(border=True):
        where = " · ".join(filter(None, [chunk.document_name, page_span(chunk, {})]))
        st.markdown(f"**{plain(rank_words(alone.elsewhere))}** · {plain(where)}")
        text = " ".join(chunk.text.split())
        render_untrusted(text if len(text) <= CHARACTERS else f"{text[:CHARACTERS]} …")
        if chunk.first_page and st.button("Open page", key=key, type="tertiary"):
            open_passage(engine, collection, chunk, None)


def _alone(engine: Engine, made: Beside, found: list[Configuration]) -> None:
    for at, column in enumerate(st.columns(len(found))):
        with column:
            top_n = made.comparisons[at].settings.top_n
            mine = made.alone[at]
            st.markdown(f"**Only {LETTERS[at]}** has {len(mine)} of its top {top_n}")
            for alone in mine[:ALONE_SHOWN]:
                key = f"alone-{at}-{alone.item.chunk.id}"
                _one_alone(engine, found[at].collection, alone, key)


def _labels(engine: Engine, done: list[Comparison]) -> dict[str, list[str]]:
    ids = {item.chunk.document_id for c in done for item in c.reranked}
    return {id_: resources.page_labels(engine, id_) for id_ in ids}


def _lists(engine: Engine, made: Beside, found: list[Configuration]) -> None:
    done = list(made.comparisons)
    titles = [f"{x} · {name}" for x, name in zip(LETTERS, short_titles(found), strict=False)]
    asked = flow_view(beside_flow(made, titles, _labels(engine, done)), key="beside-flow")
    st.markdown("##### How far they agree")
    st.html(matrix_html(made))
    st.caption(
        f"Large: rank-biased overlap (p = {PERSISTENCE:g}), where the first ranks weigh most; 1 is "
        "the same list. Small: Jaccard of the top n, and Kendall's tau over what both found. "
        "Passages of different chunkings count as one when at least half of the shorter one is "
        "in the other."
    )
    if asked is not None:
        for comparison, one in zip(done, found, strict=True):
            chunks = {item.chunk.id: item.chunk for item in comparison.reranked}
            if asked.chunk_id in chunks:
                return open_passage(engine, one.collection, chunks[asked.chunk_id], None)
    return None


def beside_view(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Draw the choices, the aligned lists, the agreement and what each alone found."""
    found = beside_inputs(engine, _asked(engine, collection, comparison))
    done = _runs(engine, found, comparison)
    made = beside(done)
    st.caption(f":material/timer: {plain(_cost(done))}")
    _lists(engine, made, found)
    st.markdown("##### Found by one alone")
    _alone(engine, made, found)
    st.download_button(
        "JSON",
        to_json(made, indent=2),
        "configurations.json",
        "application/json",
        icon=":material/download:",
        key="beside-json",
    )
