"""What an abstention threshold decides: which questions quotes answer, and which they do not."""

from __future__ import annotations

import streamlit as st

from core.evaluate.abstaining import abstentions, words
from core.evaluate.outcome import Outcome
from pages.ui.evaluate.verdict import icon
from pages.ui.text import plain


def abstention_results(outcome: Outcome) -> None:
    """Draw each threshold against the same search without it; nothing where there is none."""
    if not any(run.keeps_order for run in outcome.runs):
        return
    st.markdown("##### When quotes abstain")
    found = abstentions(outcome)
    if not found:
        st.caption(
            "Nobody knows of these questions whether the documents answer them: that takes a "
            "grade of 2 or 3, or a 0 on three passages, the first ones among them."
        )
    for each in found:
        d = each.difference
        st.markdown(f"{icon(each)} **{plain(each.verdict)}**")
        for line in (*(words(outcome, name) for name in (d.base, d.other)), each.remark):
            st.caption(plain(line))
    st.caption("An abstention threshold leaves the ranking as it is: all other figures are equal.")
