"""What fewer candidates would have given for the question on the page, from its own scores."""

from __future__ import annotations

import numpy as np
import streamlit as st

from core.errors import InputError
from core.schema import Comparison
from core.search.depth import depth_curve, fully_read, knee
from pages.ui import state
from pages.ui.evaluate.data import DEPTH
from pages.ui.evaluate.depth import DEPTHS, curve_chart, knee_words
from pages.ui.frame import view_link
from pages.ui.text import plain


def _curve(comparison: Comparison) -> None:
    try:
        candidates, logits = fully_read(comparison)
    except InputError as error:
        st.caption(plain(f"{error.message} {error.advice}"))
        return
    now, top_n = len(candidates), comparison.settings.top_n
    if now < DEPTHS[1]:
        st.caption("Too few passages for a curve.")
        return
    read, ms = np.array(logits, dtype=np.float32), comparison.timings.rerank_ms
    curve = depth_curve(candidates, read, (*DEPTHS, now), top_n, milliseconds=ms)
    bend = knee(curve)
    marks = {"now": now} | ({"knee": bend.depth} if bend else {})
    st.altair_chart(curve_chart(curve, marks, top_n), width="stretch")
    st.caption(knee_words(curve, bend, top_n))
    st.caption(
        f"Read off the {now} candidates of this search: no model runs again. The time is what this "
        "search took, by share; scores from the cache cost nothing."
    )


def depth_panel(comparison: Comparison) -> None:
    """Draw the curve with the number of this search marked, folded away until asked for."""
    with st.popover("Fewer candidates?", icon=":material/show_chart:"):
        _curve(comparison)
        view_link(
            "pages/2_Evaluate.py",
            state.EVALUATE_VIEW,
            DEPTH,
            "More depths, and cascades",
            ":material/science:",
        )
