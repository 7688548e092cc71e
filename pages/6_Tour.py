"""Tour: why a second look helps, and where it does not, shown live on small probes."""

from __future__ import annotations

import streamlit as st

from pages.ui.frame import frame
from pages.ui.tour.view import tour

engine, _ = frame("Tour")
st.markdown(
    "## Why look twice?\n"
    "A bi-encoder makes one vector of the question and one of each passage, and compares. A "
    "cross-encoder reads both together. Below are the four reasons that are given for doing so, "
    "each with small probes from the sample documents: a question, and a few pieces of which "
    "**one** answers. A model is right when it ranks that piece first. The probes were written "
    "before any model had seen them, and all are shown, also where the second look makes it "
    "worse: the counts say which reasons hold for these models."
)
tour(engine)
