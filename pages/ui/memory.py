"""What the pages tell the history: one entry for each asked question, its answers, the feedback."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.app.engine import Engine
from core.evaluate.online import Act
from core.history.records import Feedback
from core.schema import Answer, Collection, Comparison, Stage
from pages.ui import state
from pages.ui.text import plain


def remember(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Write the search down, once for each time it is asked, however often the page is drawn."""
    if engine.history.trouble:
        st.warning(
            f"Searches are not being recorded: {plain(engine.history.trouble)}",
            icon=":material/history_toggle_off:",
        )
    search = (collection.id, comparison.asked_at, comparison.query, comparison.settings)
    if st.session_state.get(state.HISTORY_ASKED) != search:
        st.session_state[state.HISTORY_ASKED] = search
        st.session_state[state.HISTORY_ASKED_ENTRY] = engine.history.record(
            collection.id, comparison
        )
        st.session_state[state.HISTORY_ANSWERS] = set()


def page_entry() -> str | None:
    """The id of the search on this page."""
    entry: str | None = st.session_state.get(state.HISTORY_ASKED_ENTRY)
    return entry


def first_served(entry: str) -> bool:
    """Whether an experiment shows this search for the first time; from now on it does not."""
    served: set[str] = st.session_state.setdefault(state.HISTORY_SERVED, set())
    if entry in served:
        return False
    served.add(entry)
    return True


def act(engine: Engine, what: Act, chunk_id: str = "") -> None:
    """Tell an experiment what the person did, if it served the search of this page."""
    entry = page_entry()
    if entry is not None and entry in st.session_state.get(state.HISTORY_SERVED, set()):
        engine.history.experiments.act(entry, what, chunk_id)


def remember_answer(engine: Engine, stage: Stage, answer: Answer) -> None:
    """Write an answer to the search of this page down, once."""
    entry = page_entry()
    told = st.session_state.setdefault(state.HISTORY_ANSWERS, set())
    this = (stage, answer.mode, answer.text)
    if entry is not None and this not in told:
        told.add(this)
        engine.history.record_answer(entry, stage, answer)


def feedback(engine: Engine, stage: Stage, answer: Answer) -> None:
    """Thumbs and a note for the answer and for each citation. Nothing leaves this machine."""
    entry = page_entry()
    if entry is None or not engine.history.settings.enabled or not answer.text:
        return
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        _thumbs(engine, entry, stage, answer, "answer")
        with st.popover("Comment", icon=":material/rate_review:", type="tertiary"):
            _note(engine, entry, stage, answer, "answer", "Note on this answer")
            for place, citation in enumerate(answer.citations, start=1):
                about = f"citation {place}"
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.caption(f"Citation {place}, to passage {citation.number}")
                    _thumbs(engine, entry, stage, answer, about)
                _note(engine, entry, stage, answer, about, f"Note on citation {place}")
            st.caption("Saved in the history on this machine.")


def _key(what: str, entry: str, stage: Stage, answer: Answer, about: str) -> str:
    return state.key(what, entry, stage, answer.mode, about)


def _thumbs(engine: Engine, entry: str, stage: Stage, answer: Answer, about: str) -> None:
    st.feedback(
        "thumbs",
        key=_key(state.LIKED, entry, stage, answer, about),
        on_change=_tell,
        args=(engine, entry, stage, answer, about),
        persist_state="session",
    )


def _note(engine: Engine, entry: str, stage: Stage, answer: Answer, about: str, label: str) -> None:
    options: dict[str, Any] = {
        "key": _key(state.NOTE, entry, stage, answer, about),
        "max_chars": 2000,
        "on_change": _tell,
        "args": (engine, entry, stage, answer, about),
        "persist_state": "session",
    }
    if about == "answer":
        st.text_area(label, **options)
    else:
        st.text_input(label, label_visibility="collapsed", placeholder=label, **options)


def _tell(engine: Engine, entry: str, stage: Stage, answer: Answer, about: str) -> None:
    liked = st.session_state.get(_key(state.LIKED, entry, stage, answer, about))
    note = st.session_state.get(_key(state.NOTE, entry, stage, answer, about)) or ""
    word = Feedback(stage, answer.mode, about, None if liked is None else bool(liked), note)
    engine.history.rate(entry, word)
    liked_now: Act = "none" if word.liked is None else "up" if word.liked else "down"
    act(engine, liked_now, about)
