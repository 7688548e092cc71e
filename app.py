"""Compare: the question, both lists, the answer."""

from __future__ import annotations

import streamlit as st

from core.search.quotes import QUOTE_DEPTH
from pages.ui import resources, state
from pages.ui.answer import answers, remembered_quotes
from pages.ui.compare.experiment import serve, taking_part
from pages.ui.compare.figures import full_pass, time_bar
from pages.ui.compare.inputs import inputs
from pages.ui.compare.result import lists, nothing_found, skip_note, summary
from pages.ui.compare.welcome import BOTH_LISTS, indexing, welcome
from pages.ui.frame import errors_shown, frame
from pages.ui.judge.strip import judge_strip
from pages.ui.memory import remember
from pages.ui.rankings.presenter import present, presenting

engine, collection = frame("Compare")
with errors_shown():
    documents = engine.library.documents(collection.id)
    if not documents:
        welcome(engine, collection)
        st.stop()
    if any(not job.finished for job in engine.jobs.snapshot(collection.id)):
        indexing(engine, collection)
    experiment = taking_part(engine, collection)
    query, search = inputs(engine, documents, collection)
    state.write_link(collection, query, search)
    if not query:
        st.info(f"Ask a question to see both lists. {BOTH_LISTS}", icon=":material/arrow_upward:")
        st.stop()
    if experiment is not None:
        serve(engine, collection, query, experiment)
        st.stop()
    version = engine.library.corpus_version(collection.id)
    with st.spinner(f"The cross-encoder reads {search.top_k} passages …", show_time=True):
        comparison = resources.comparison(
            engine, collection.id, version, query, search, QUOTE_DEPTH
        )
    remember(engine, collection, comparison)
    if presenting():
        present(comparison, remembered_quotes(engine, comparison))
        st.stop()
    summary(engine, comparison)
    if not comparison.reranked:
        nothing_found(comparison)
        st.stop()
    answers(engine, collection, comparison)
    full_pass(engine, collection, comparison)
    lists(engine, collection, comparison)
    time_bar(comparison)
    skip_note(comparison)
    judge_strip(engine, collection, comparison)
