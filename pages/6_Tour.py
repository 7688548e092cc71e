"""Tour: why a second look helps, and where it does not, shown live on small probes."""

from __future__ import annotations

import streamlit as st

from pages.ui.frame import frame
from pages.ui.tour.view import tour

engine, _ = frame("Tour")
st.markdown(
    "## Why look twice?\n"
    "A bi-encoder turns the question and each passage into one vector each and compares the "
    "vectors. A cross-encoder reads question and passage together. Below are the four usual "
    "reasons for adding one, each with small probes from the sample documents: a question and a "
    "few pieces of text, **one** of which answers it. A model is right when it ranks that piece "
    "first. The probes were written before any model had seen them, and all are shown, including "
    "those where reranking makes things worse: the counts say which reasons hold for these models."
)
tour(engine)
