"""Evaluate: questions with known answers, configurations, and what the difference is worth."""

from __future__ import annotations

import streamlit as st

from pages.ui import state
from pages.ui.assets import asset
from pages.ui.evaluate.data import sets_of
from pages.ui.evaluate.experiment import experiment_view
from pages.ui.evaluate.plan import plan_view
from pages.ui.evaluate.progress import progress
from pages.ui.evaluate.results import results_view
from pages.ui.evaluate.sets import sets_view
from pages.ui.frame import errors_shown, frame
from pages.ui.text import plain

RESULTS, NEW, SETS, EXPERIMENT = "Results", "New evaluation", "Question sets", "Experiment"

engine, collection = frame("Evaluate")
st.html(f"<style>{asset('evaluate.css')}</style>")
st.markdown(f"## Evaluate\nDoes it help on *these* documents? · {plain(collection.name)}")
with errors_shown():
    documents = engine.documents(collection.id)
    sets = sets_of(engine).of(collection.id)
    evaluations = engine.evaluations.snapshot(collection.id)
    if not documents:
        st.info(
            "An evaluation needs documents. Add some in the library first.",
            icon=":material/library_books:",
        )
        st.page_link("pages/1_Library.py", label="Open the library", icon=":material/upload_file:")
        st.stop()
    first = RESULTS if evaluations else NEW if sets else SETS
    st.session_state.setdefault(state.EVALUATE_VIEW, first)
    view = st.segmented_control(
        "View",
        (RESULTS, NEW, SETS, EXPERIMENT),
        key=state.EVALUATE_VIEW,
        required=True,
        label_visibility="collapsed",
    )
    with st.container():  # what is drawn above must not move the progress and lose its buttons
        progress(engine, collection)
    if view == SETS:
        sets_view(engine, collection, sets)
    elif view == EXPERIMENT:
        experiment_view(engine, collection)
    elif view == NEW:
        plan_view(engine, collection, sets)
    else:
        results_view(engine, collection, evaluations)
