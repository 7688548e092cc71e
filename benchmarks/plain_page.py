"""The page that a person writes in ten minutes: one question, two lists. See ``page``."""

from __future__ import annotations

import os

import numpy as np
import streamlit as st

from benchmarks.plain import Array, Models, library, nearest, reranked


@st.cache_resource
def loaded() -> tuple[list[str], Array, Models]:
    """Passages with their vectors, and both models."""
    with np.load(os.environ["PLAIN_INDEX"]) as kept:
        return [str(text) for text in kept["passages"]], kept["vectors"], library()


passages, vectors, models = loaded()
question = st.text_input("Question")
if question:
    left, right = st.columns(2)
    found = [passages[i] for i in nearest(question, vectors, models)]
    with left.container(key="left"):
        for text in found:
            st.write(text)
    with right.container(key="right"):
        for score, text in reranked(question, found, models):
            st.write(f"{score:.2f} {text}")
