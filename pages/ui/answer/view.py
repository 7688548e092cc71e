"""An answer with its citations as buttons, as a Streamlit component of our own."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.schema import Answer, Chunk, Citation
from pages.ui.answer.data import answer_data
from pages.ui.assets import asset

_COMPONENT = st.components.v2.component(
    "second_look_answer",
    html=asset("answer.html"),
    css=asset("answer.css"),
    js=asset("answer.js"),
)


def _nothing() -> None:
    """Declares a trigger; what was triggered is in the result."""


def answer_view(answer: Answer, passages: Sequence[Chunk], key: str) -> Citation | None:
    """Draw the answer; the valid citation that was clicked in this run, or None.

    Args:
        answer: with its citations checked.
        passages: what was supplied, the first is number 1.
        key: names the element.

    """
    data = answer_data(answer, passages)
    result = _COMPONENT(key=key, data=data, on_cite_change=_nothing)
    index = result.cite
    if not isinstance(index, int) or not 0 <= index < len(answer.citations):
        return None
    citation = answer.citations[index]
    return citation if citation.verified else None
