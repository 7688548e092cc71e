"""The question and its settings."""

from __future__ import annotations

import streamlit as st

from core.samples import SampleQuestion
from core.schema import Document, SearchSettings
from pages.ui import resources, state
from pages.ui.text import plain

SHOWN_SUGGESTIONS = 6


def _settings(documents: list[Document]) -> None:
    names = {document.id: document.name for document in documents}
    chosen = st.session_state.get(state.DOCUMENTS, [])
    st.session_state[state.DOCUMENTS] = state.documents_of_link(chosen, list(names))
    top_k = st.slider(
        "Candidates",
        10,
        200,
        step=10,
        key=state.TOP_K,
        help="How many passages the bi-encoder hands to the cross-encoder. More finds more and "
        "takes longer: the cross-encoder reads every one.",
    )
    most = min(20, top_k)
    st.session_state[state.TOP_N] = min(int(st.session_state[state.TOP_N]), most)
    st.slider(
        "Top n for the answer",
        1,
        most,
        key=state.TOP_N,
        help="How many of the best passages the answer may use.",
    )
    st.multiselect(
        "Documents to search in",
        list(names),
        format_func=lambda id_: names.get(id_, "deleted"),
        key=state.DOCUMENTS,
        placeholder="All documents",
    )


def suggestions(documents: list[Document]) -> list[SampleQuestion]:
    """Featured sample questions whose document is in the collection."""
    names = {document.name for document in documents}
    fitting = [q for q in resources.suggested_questions() if q.featured and q.document in names]
    return fitting[:SHOWN_SUGGESTIONS]


def _take_suggestion() -> None:
    chosen = st.session_state.get(state.SUGGESTION)
    if chosen:
        st.session_state[state.QUERY] = chosen
        st.session_state[state.SUGGESTION] = None


def _suggestions(documents: list[Document]) -> None:
    offered = [question.text for question in suggestions(documents)]
    if offered:
        st.pills(
            "Suggested questions",
            offered,
            format_func=plain,
            key=state.SUGGESTION,
            on_change=_take_suggestion,
            label_visibility="collapsed",
        )


def note_on(query: str) -> str:
    """What to look at, when the question is one of the samples'; else nothing."""
    return next((q.note for q in resources.suggested_questions() if q.text == query), "")


def inputs(documents: list[Document]) -> tuple[str, SearchSettings]:
    """Draw the question box and the settings; what is asked now (the question may be empty)."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        form = st.form("ask", border=False)
        with form, st.container(horizontal=True, vertical_alignment="bottom"):
            query = st.text_input(
                "Ask your documents",
                key=state.QUERY,
                placeholder="For example: Can I approve my own travel expenses?",
                max_chars=2000,
            )
            st.form_submit_button("Ask", type="primary", icon=":material/search:")
        with st.popover("Settings", icon=":material/tune:"):
            _settings(documents)
    _suggestions(documents)
    top_k = int(st.session_state[state.TOP_K])
    top_n = int(st.session_state[state.TOP_N])
    chosen = tuple(sorted(st.session_state[state.DOCUMENTS]))
    return query.strip(), SearchSettings(top_k, top_n, chosen)
