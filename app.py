"""Compare: the question, both lists, the answer."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from core.search.quotes import QUOTE_DEPTH
from pages.ui import resources, state
from pages.ui.answer import remembered_quotes
from pages.ui.compare.advice import advice_line
from pages.ui.compare.experiment import serve, taking_part
from pages.ui.compare.inputs import inputs
from pages.ui.compare.result import Results
from pages.ui.compare.welcome import BOTH_LISTS, indexing, missing_files, welcome
from pages.ui.frame import errors_shown, frame
from pages.ui.memory import remember
from pages.ui.rankings.presenter import present, presenting

began = datetime.now(UTC)
engine, collection = frame("Compare")
with errors_shown():
    documents = engine.library.documents(collection.id)
    if not documents:
        welcome(engine, collection)
        st.stop()
    if any(not job.finished for job in engine.jobs.snapshot(collection.id)):
        indexing(engine, collection)
    missing_files(engine, collection)
    experiment = taking_part(engine, collection)
    query, search = inputs(engine, documents, collection)
    state.write_link(collection, query, search)
    if experiment is None and not presenting():
        advice_line(engine, collection, search)
    if not query:
        st.info(f"Ask a question to see both lists. {BOTH_LISTS}", icon=":material/arrow_upward:")
        st.stop()
    if experiment is not None:
        serve(engine, collection, query, experiment)
        st.stop()
    if presenting():
        version = engine.library.corpus_version(collection.id)
        with st.spinner(f"The cross-encoder reads {search.top_k} passages …", show_time=True):
            asked = collection.id, version, query, search, QUOTE_DEPTH
            comparison = resources.comparison(engine, *asked)
        remember(engine, collection, comparison)
        present(comparison, remembered_quotes(engine, comparison))
        st.stop()
    Results(engine, collection, began).draw(query, search)
