"""Whether an answer can be relied on, drawn; and the words that were perhaps meant."""

from __future__ import annotations

import streamlit as st

from core.answer.evidence import Evidence
from core.app.engine import Engine
from core.schema import Collection, Comparison
from core.text.spelling import corrected
from pages.ui import resources, state
from pages.ui.text import plain

_SHOWN = {
    "answered": ":green-badge[:material/check_circle: Answered]",
    "weak": ":orange-badge[:material/help: Weak evidence]",
    "none": ":gray-badge[:material/block: No answer]",
}
_WORDS = {
    "answered": "",
    "weak": "closest passages, probably not an answer",
    "none": "nothing here answers the question",
}


def evidence(engine: Engine, collection: Collection, comparison: Comparison) -> Evidence:
    """The state of the answer to a comparison, computed once."""
    offered = resources.did_you_mean(engine, collection.id, comparison)
    return resources.evidence(engine, comparison, bool(offered))


def evidence_line(found: Evidence) -> None:
    """Draw the state of an answer by colour, sign and word, with what speaks against it."""
    because = "; ".join(found.reasons)
    words = ": ".join(filter(None, (_WORDS[found.state], because)))
    st.markdown(f"{_SHOWN[found.state]} {plain(words)}")


def _ask_instead(question: str) -> None:
    st.session_state[state.QUERY] = question
    st.rerun()  # the box is drawn anew too, which a question leaves alone


def did_you_mean(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Offer the question with words that the collection has; nothing is changed unasked."""
    offered = resources.did_you_mean(engine, collection.id, comparison)
    if offered:
        st.button(
            f"Did you mean {plain(', '.join(offered.values()))}?",
            icon=":material/spellcheck:",
            key=state.DID_YOU_MEAN,
            on_click=_ask_instead,
            args=(corrected(comparison.query, offered),),
            help="No passage has what was typed.",
        )
