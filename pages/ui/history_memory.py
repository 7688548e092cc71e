"""What the pages tell the history: one entry for each asked question, its answers, the feedback."""

from __future__ import annotations

import streamlit as st

from core.engine import Engine
from core.schema import Answer, Collection, Comparison, Stage
from core.trace.records import Feedback
from pages.ui.text import plain

_ASKED = "history_asked"
_ENTRY = "history_asked_entry"
_ANSWERS = "history_answers"


def remember(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Write the search down, once for each time it is asked, however often the page is drawn."""
    if engine.history.trouble:
        st.warning(
            f"Searches are not remembered now: {plain(engine.history.trouble)}",
            icon=":material/history_toggle_off:",
        )
    asked = (collection.id, comparison.asked_at, comparison.query, comparison.settings)
    if st.session_state.get(_ASKED) != asked:
        st.session_state[_ASKED] = asked
        st.session_state[_ENTRY] = engine.history.record(collection.id, comparison)
        st.session_state[_ANSWERS] = set()


def remember_answer(engine: Engine, stage: Stage, answer: Answer) -> None:
    """Write an answer to the search of this page down, once."""
    entry = st.session_state.get(_ENTRY)
    told = st.session_state.setdefault(_ANSWERS, set())
    this = (stage, answer.mode, answer.text)
    if entry is not None and this not in told:
        told.add(this)
        engine.history.record_answer(entry, stage, answer)


def feedback(engine: Engine, stage: Stage, answer: Answer) -> None:
    """Thumbs for the answer and for each citation, and a note. Nothing leaves this machine."""
    entry = st.session_state.get(_ENTRY)
    if entry is None or not engine.history.settings.enabled or not answer.text:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        _thumbs(engine, entry, stage, answer, "answer")
        with st.popover("Comment", icon=":material/rate_review:", type="tertiary"):
            st.text_area(
                "Note on this answer",
                key=f"note-{entry}-{stage}-{answer.mode}",
                max_chars=2000,
                on_change=_tell,
                args=(engine, entry, stage, answer, "answer"),
                help="Kept in the history, beside the answer.",
            )
            for place, citation in enumerate(answer.citations, start=1):
                with st.container(horizontal=True, vertical_alignment="center"):
                    st.caption(f"Citation {place}, to passage {citation.number}")
                    _thumbs(engine, entry, stage, answer, f"citation {place}")


def _thumbs(engine: Engine, entry: str, stage: Stage, answer: Answer, about: str) -> None:
    st.feedback(
        "thumbs",
        key=f"liked-{entry}-{stage}-{answer.mode}-{about}",
        on_change=_tell,
        args=(engine, entry, stage, answer, about),
    )


def _tell(engine: Engine, entry: str, stage: Stage, answer: Answer, about: str) -> None:
    liked = st.session_state.get(f"liked-{entry}-{stage}-{answer.mode}-{about}")
    note = st.session_state.get(f"note-{entry}-{stage}-{answer.mode}", "")
    said = Feedback(
        stage,
        answer.mode,
        about,
        None if liked is None else bool(liked),
        note if about == "answer" else "",
    )
    engine.history.rate(entry, said)
