"""Tune: learn from judgments, and use what was learned only where it helps."""

from __future__ import annotations

import streamlit as st

from pages.ui import state
from pages.ui.actions import show_failure
from pages.ui.frame import errors_shown, frame
from pages.ui.text import plain
from pages.ui.tune.material import material_view
from pages.ui.tune.silence import silence_view
from pages.ui.tune.training import training_view
from pages.ui.tune.weights import weights_view

WEIGHTS, MODEL = "Weights of the scores", "Fine-tune the cross-encoder"
SILENCE = "When to keep silent"

engine, collection = frame("Tune")
st.markdown(f"## Tune\nLearn what answers questions here · {plain(collection.name)}")
show_failure()
with errors_shown():
    if not engine.documents(collection.id):
        st.info("Tuning needs documents. Add some in the library first.", icon=":material/school:")
        st.page_link("pages/1_Library.py", label="Open the library", icon=":material/upload_file:")
        st.stop()
    st.session_state.setdefault(state.TUNE_VIEW, WEIGHTS)
    view = st.segmented_control(
        "View",
        (WEIGHTS, SILENCE, MODEL),
        key=state.TUNE_VIEW,
        required=True,
        label_visibility="collapsed",
    )
    material = material_view(engine, collection)
    if view == WEIGHTS:
        weights_view(engine, collection, material)
    elif view == SILENCE:
        silence_view(engine, collection, material)
    else:
        training_view(engine, material)
