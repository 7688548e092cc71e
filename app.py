"""Compare: the question, both lists, the answer."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from core.search.quotes import QUOTE_DEPTH
from pages.ui import resources, state
from pages.ui.answer import remembered_quotes
from pages.ui.compare.advice import advice_line
from pages.ui.compare.experiment import serve, taking_part
from pages.ui.compare.inputs import asked_now, question_row
from pages.ui.compare.result import Results
from pages.ui.compare.welcome import BOTH_LISTS, indexing, missing_files, welcome
from pages.ui.frame import errors_shown, frame
from pages.ui.memory import remember
from pages.ui.rankings.presenter import present, presenting

starts = [datetime.now(UTC)]
engine, collection = frame("Compare")


@st.fragment(key=state.ASKED)
def asked() -> None:
    """What the question found; a question that is asked draws nothing else anew."""
    began = starts.pop() if starts else datetime.now(UTC)
    state.keep_values()
    closed = st.session_state.pop(state.DIALOG, False)
    with errors_shown():
        experiment = taking_part(engine, collection)
        query, search = asked_now(engine, collection)
        state.write_link(collection, query, search)
        advice = st.container()
        if not query:
            st.info(
                f"Ask a question to see both lists. {BOTH_LISTS}", icon=":material/arrow_upward:"
            )
        elif experiment is not None:
            serve(engine, collection, query, experiment)
        elif presenting():
            with st.spinner(f"The cross-encoder reads {search.top_k} passages …", show_time=True):
                comparison = resources.comparison(engine, collection.id, query, search, QUOTE_DEPTH)
            remember(engine, collection, comparison)
            present(comparison, remembered_quotes(engine, comparison))
        else:
            Results(engine, collection, began).draw(query, search)
        if experiment is None and not presenting():
            with advice:
                advice_line(engine, collection, search)
        if closed and not st.session_state.get(state.DIALOG):
            st.rerun()  # a browser shows a closed dialog again until the whole page is drawn


with errors_shown():
    documents = engine.library.documents(collection.id)
    jobs = engine.jobs.snapshot(collection.id)
    if not documents:
        welcome(engine, collection)
        st.stop()
    if any(not job.finished for job in jobs):
        indexing(engine, collection)
    missing_files(jobs)
    question_row(engine, documents, collection)
    asked()
