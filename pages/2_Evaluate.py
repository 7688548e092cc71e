"""Evaluate: questions with known answers, configurations, and what the difference is worth."""

from __future__ import annotations

import streamlit as st

from core.evaluate.advising import gain_words
from pages.ui import state
from pages.ui.components import style
from pages.ui.evaluate.depth import depth_view
from pages.ui.evaluate.experiment import experiment_view
from pages.ui.evaluate.plan import plan_view
from pages.ui.evaluate.progress import progress
from pages.ui.evaluate.results import results_view
from pages.ui.evaluate.sets import sets_view
from pages.ui.evaluate.skip_predictor import skip_view
from pages.ui.evaluate.views import DEPTH, EXPERIMENT, NEW, RESULTS, SETS, SKIP, VIEWS
from pages.ui.frame import choose_view, documents_needed, errors_shown, frame
from pages.ui.text import plain

engine, collection = frame("Evaluate")
st.html(style("evaluate"))
st.markdown(f"## Evaluate\nDoes reranking help on *these* documents? · {plain(collection.name)}")
with errors_shown():
    documents = documents_needed(engine, collection, "An evaluation")
    advice = engine.advisor.advice(collection.id)
    if advice is not None:
        every = "\n".join(f"- {plain(d.other)}: {plain(gain_words(d))}" for d in advice.compared)
        st.caption(f":material/lightbulb: {plain(advice.words)}", help=every or None)
    sets = engine.question_sets.of(collection.id)
    evaluations = engine.evaluations.snapshot(collection.id)
    first = RESULTS if evaluations else NEW if sets else SETS
    view = choose_view(state.EVALUATE_VIEW, VIEWS, first)
    with st.container():  # what is drawn above must not move the progress and lose its buttons
        progress(engine, collection)
    top_n = int(st.session_state.get(state.TOP_N, 5))
    if view == SETS:
        sets_view(engine, collection, sets)
    elif view == EXPERIMENT:
        experiment_view(engine, collection)
    elif view == NEW:
        plan_view(engine, collection, sets)
    elif view == DEPTH:
        depth_view(engine, collection, top_n)
    elif view == SKIP:
        skip_view(engine, collection, documents, top_n)
    else:
        results_view(engine, collection, evaluations)
