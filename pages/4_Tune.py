"""Tune: learn from judgments, and use what was learned only where it helps."""

from __future__ import annotations

import streamlit as st

from pages.ui import state
from pages.ui.frame import choose_view, documents_needed, errors_shown, frame
from pages.ui.text import plain
from pages.ui.tune.abstention import abstention_view
from pages.ui.tune.export import export_view
from pages.ui.tune.material import material_view
from pages.ui.tune.training import training_view
from pages.ui.tune.weights import weights_view

WEIGHTS, ABSTENTION = "Score weights", "Abstention"
MODEL = "Fine-tuning"

engine, collection = frame("Tune")
st.markdown(f"## Tune\nLearn from judged questions · {plain(collection.name)}")
with errors_shown():
    documents_needed(engine, collection, "Tuning")
    view = choose_view(state.TUNE_VIEW, (WEIGHTS, ABSTENTION, MODEL))
    material = material_view(engine, collection)
    if view == WEIGHTS:
        weights_view(engine, collection, material)
    elif view == ABSTENTION:
        abstention_view(engine, collection, material)
    else:
        training_view(engine, material)
    export_view(engine, collection)
