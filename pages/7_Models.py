"""Models: which ones are on, how fast they are here, and what else there is."""

from __future__ import annotations

import streamlit as st

from pages.ui.frame import errors_shown, frame
from pages.ui.models.choice import choice_view
from pages.ui.models.now import now_view, warnings
from pages.ui.text import plain

engine, collection = frame("Models")
st.markdown(f"## Models\nThe models that find and rerank passages · {plain(collection.name)}")
with errors_shown():
    warnings(engine, collection)
    now_view(engine, collection)
    choice_view(engine)
