"""Models: which ones are on, what else there is, and rerankers side by side."""

from __future__ import annotations

import streamlit as st

from pages.ui import state
from pages.ui.actions import show_failure
from pages.ui.frame import choose_view, errors_shown, frame
from pages.ui.models.beside import beside_view
from pages.ui.models.choice import choice_view
from pages.ui.models.now import now_view, warnings
from pages.ui.text import plain

CHOICE, BESIDE = "Choose", "Side by side"

engine, collection = frame("Models")
st.markdown(f"## Models\nWhat finds the passages, and what reads them · {plain(collection.name)}")
show_failure()
view = choose_view(state.MODELS_VIEW, (CHOICE, BESIDE))
with errors_shown():
    warnings(engine, collection)
    if view == BESIDE:
        beside_view(engine, collection)
    else:
        now_view(engine, collection)
        choice_view(engine)
