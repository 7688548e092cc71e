"""Compare: the question, both lists, the answer."""

from __future__ import annotations

import streamlit as st

from pages.ui import resources, state
from pages.ui.answer_panel import answers
from pages.ui.compare_inputs import inputs
from pages.ui.compare_result import QUOTE_DEPTH, lists, summary
from pages.ui.frame import errors_shown, frame
from pages.ui.time_bar import time_bar
from pages.ui.welcome import indexing, welcome

engine, collection = frame("Compare")
with errors_shown():
    documents = engine.documents(collection.id)
    if not documents:
        welcome(engine, collection)
        st.stop()
    if any(not job.finished for job in engine.jobs.snapshot(collection.id)):
        indexing(engine, collection)
    query, search = inputs(documents)
    state.write_link(collection, query, search)
    if not query:
        st.info("Ask a question to see both lists.", icon=":material/arrow_upward:")
        st.stop()
    version = engine.library.corpus_version(collection.id)
    with st.spinner(f"The cross-encoder reads {search.top_k} passages …", show_time=True):
        comparison = resources.comparison(
            engine, collection.id, version, query, search, QUOTE_DEPTH
        )
    summary(comparison)
    answers(engine, collection, comparison)
    time_bar(comparison)
    lists(engine, collection, comparison)
