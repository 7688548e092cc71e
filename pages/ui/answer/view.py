"""An answer with its citations as buttons, as a Streamlit component of our own."""

from __future__ import annotations

from collections.abc import Sequence

from core.schema import Answer, Chunk, Citation
from pages.ui.answer.data import answer_data
from pages.ui.components import component, nothing

_COMPONENT = component("answer")


def answer_view(answer: Answer, passages: Sequence[Chunk], key: str) -> Citation | None:
    """Draw the answer; the valid citation that was clicked in this run, or None.

    Args:
        answer: with its citations checked.
        passages: what was supplied, the first is number 1.
        key: names the element.

    """
    data = answer_data(answer, passages)
    result = _COMPONENT(key=key, data=data, on_cite_change=nothing)
    index = result.cite
    if not isinstance(index, int) or not 0 <= index < len(answer.citations):
        return None
    citation = answer.citations[index]
    return citation if citation.verified else None
