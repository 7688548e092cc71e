"""Up to three rerankers on one question, side by side."""

from __future__ import annotations

from textwrap import shorten

import streamlit as st

from core.app.engine import Engine
from core.app.reranker_trials import Tried, agreement, try_reranker
from core.errors import SecondLookError
from core.models.opening import usable_offline
from core.schema import Chunk, Collection, SearchSettings
from core.text.counting import counted, signed
from pages.ui import resources, state
from pages.ui.frame import show_error
from pages.ui.question_box import question_box
from pages.ui.text import plain, printable

MOST = 3
CANDIDATES = 30
SHOWN = 10
CHARACTERS = 140


def _question() -> tuple[list[str], str]:
    names = st.session_state[state.MODELS_OFFERED]
    chosen = st.multiselect(
        "Rerankers",
        names,
        key=state.MODELS_BESIDE,
        max_selections=MOST,
        format_func=printable,
        placeholder="Up to three",
        help="Those that are on this machine or on a server. The first one is compared with.",
    )
    query = question_box("beside", "Question", state.MODELS_QUERY, "Rerank", ":material/compare:")
    return chosen, query


def _tried(
    engine: Engine, names: list[str], query: str, chunks: list[Chunk]
) -> tuple[list[Tried], list[SecondLookError]]:
    """What each reranker gives; one that fails does not take the others with it."""
    done: list[Tried] = []
    failed: list[SecondLookError] = []
    for name in names:
        with st.spinner(f"{plain(name)} reads {counted(len(chunks), 'passage')} …", show_time=True):
            try:
                opened = resources.opened_reranker(engine, name, engine.model_manager.runtime)
                done.append(try_reranker(name, opened, query, chunks, engine.models.scheduler))
            except SecondLookError as error:
                failed.append(error)
    return done, failed


def _failures(failed: list[SecondLookError]) -> None:
    for error in failed:
        show_error(error)
    if failed:
        st.button("Try again", on_click=st.session_state.pop, args=(state.MODELS_TRIED, None))


def _memory_words(one: Tried) -> str:
    """What opening it added to the memory; nothing to speak of for one on a server."""
    return f"+{one.megabytes:,.0f} MB of memory" if one.megabytes >= 1 else "no more memory"


def _figures(tried: list[Tried]) -> None:
    for column, one in zip(st.columns(len(tried)), tried, strict=True):
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            st.markdown(f"**{plain(one.name)}**")
            st.caption(f"{plain(one.runtime)} · {one.pairs_per_second:.0f} pairs a second here")
            st.caption(f"opened in {one.load_seconds:.1f} s · {_memory_words(one)}")
            if one is tried[0]:
                st.caption("The others are compared with this one.")
                continue
            found = agreement(tried[0].order, one.order)
            tau = "–" if found.tau is None else f"{found.tau:.2f}"
            st.caption(f"top {found.top} in common {found.overlap:.0%} · Kendall's tau {tau}")


def _passage(chunk: Chunk, logit: float, rank: int, before: int | None) -> None:
    page = f", page {chunk.first_page}" if chunk.first_page else ""
    st.markdown(f"**{rank}** · {plain(chunk.document_name)}{page}")
    st.caption(f"logit {signed(logit, 2)}{_move_words(rank, before)}")
    st.text(shorten(printable(chunk.text), CHARACTERS, placeholder=" …"))


def _move_words(rank: int, before: int | None) -> str:
    """How far a passage stands from where the first reranker has it.

    >>> _move_words(2, 5), _move_words(3, 1), _move_words(1, 1), _move_words(1, None)
    (' · up 3', ' · down 2', '', '')
    """
    if before is None or before == rank:
        return ""
    return f" · up {before - rank}" if before > rank else f" · down {rank - before}"


def _orders(tried: list[Tried], chunks: list[Chunk]) -> None:
    by_id = {chunk.id: chunk for chunk in chunks}
    first = {id_: rank for rank, id_ in enumerate(tried[0].order, start=1)}
    for rank in range(1, min(SHOWN, len(chunks)) + 1):
        for column, one in zip(st.columns(len(tried)), tried, strict=True):
            with column, st.container(border=True, height="stretch", gap="xsmall"):
                id_ = one.order[rank - 1]
                before = None if one is tried[0] else first[id_]
                _passage(by_id[id_], one.logits[rank - 1], rank, before)


def beside_view(engine: Engine, collection: Collection) -> None:
    """Draw the question, and what each reranker makes of the same candidates."""
    if not engine.documents(collection.id):
        st.info(
            "This needs documents. Add some in the library first.", icon=":material/library_books:"
        )
        st.page_link("pages/1_Library.py", label="Open the library", icon=":material/upload_file:")
        return
    usable = [s.name for s in engine.model_manager.specs("cross_encoder") if usable_offline(s)]
    st.session_state[state.MODELS_OFFERED] = usable
    on = engine.model_manager.spec("cross_encoder").name
    kept = [n for n in st.session_state.get(state.MODELS_BESIDE, [on]) if n in usable]
    st.session_state[state.MODELS_BESIDE] = kept
    names, query = _question()
    if len(usable) == 1:
        st.caption(
            "Only one reranker is on this machine. Others come in registry.toml in the home folder "
            "(a folder or a server), or from the hub by choosing them once."
        )
    if not names or not query:
        st.info("Choose rerankers and ask a question.", icon=":material/arrow_upward:")
        return
    settings = SearchSettings(top_k=CANDIDATES, top_n=1)
    version = engine.library.corpus_version(collection.id)
    found = resources.comparison(engine, collection.id, version, query, settings, 0)
    chunks = [candidate.chunk for candidate in found.candidates]
    if not chunks:
        st.info("No passage was found.", icon=":material/search_off:")
        return
    asked = (names, query, version, engine.model_manager.runtime)
    if st.session_state.get(state.MODELS_TRIED, (None,))[0] != asked:
        st.session_state[state.MODELS_TRIED] = (asked, *_tried(engine, names, query, chunks))
    _, tried, failed = st.session_state[state.MODELS_TRIED]
    _failures(failed)
    if tried:
        _figures(tried)
        _orders(tried, chunks)
