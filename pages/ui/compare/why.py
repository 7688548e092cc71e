"""Why a passage ranks where it does, and what would happen if it said something else."""

from __future__ import annotations

from typing import TypedDict

import streamlit as st

from core.app.engine import Engine
from core.explain.occlusion import Explanation, OccludedPart, why
from core.explain.what_if import WhatIf
from core.schema import Chunk, Comparison, Reranked
from core.text.counting import counted, signed
from pages.ui import resources, state
from pages.ui.actions import json_button
from pages.ui.components import component
from pages.ui.deltas import delta
from pages.ui.frame import errors_shown
from pages.ui.text import plain

_COMPONENT = component("why")
FULL = 4.0
"""A fall of so many logits has the full colour and the full bar; the scale never changes."""


class WhyPart(TypedDict):
    """A word or a sentence. ``shade`` is its fall as a part of ``FULL``, -1 to 1.

    ``cosine_bar`` is its cosine with the question, 0 to 1.
    """

    text: str
    fall: str
    shade: float
    cosine: str
    cosine_bar: float
    strongest: bool
    nearest: bool


class WhyView(TypedDict):
    """What the panel draws."""

    words: list[WhyPart]
    sentences: list[WhyPart]
    unread: str
    unread_note: str
    cost: str


def shade(fall: float | None) -> float:
    """A fall as a part of ``FULL``, -1 to 1; one scale for all passages and questions.

    >>> shade(1.0), shade(-8.0), shade(None)
    (0.25, -1.0, 0.0)
    """
    return max(-1.0, min(1.0, (fall or 0.0) / FULL))


def _part(text: str, part: OccludedPart, cosine: float | None, marks: tuple[bool, bool]) -> WhyPart:
    return {
        "text": " ".join(text.split()),
        "fall": "" if part.fall is None else signed(0.0 - part.fall, 2),
        "shade": shade(part.fall),
        "cosine": "" if cosine is None else f"{cosine:.2f}",
        "cosine_bar": max(0.0, cosine or 0.0),
        "strongest": marks[0],
        "nearest": marks[1],
    }


def why_data(explanation: Explanation) -> WhyView:
    """What the panel shows of an explanation; all figures are its own, rounded."""
    strongest = explanation.strongest
    nearest = max(explanation.cosines, default=0.0)
    sentences = [
        _part(explanation.sentence(part), part, cosine, (part is strongest, cosine == nearest))
        for part, cosine in zip(explanation.sentences, explanation.cosines, strict=True)
    ]
    unread = explanation.text[explanation.read :]
    window = explanation.models[1].max_length
    left = counted(len(unread), "character")
    note = f"Not read: {left} beyond the model's limit of {window} tokens."
    return {
        "words": [
            _part(explanation.word(part), part, None, (False, False)) for part in explanation.words
        ],
        "sentences": sentences,
        "unread": unread,
        "unread_note": note if unread.strip() else "",
        "cost": f"{counted(explanation.pairs, 'pair')} scored in {explanation.ms:.0f} ms",
    }


def why_view(view: WhyView, key: str) -> None:
    """Draw the words and sentences with what each is worth."""
    _COMPONENT(key=key, data=view)


def _taken_apart(explanation: Explanation, comparison: Comparison, item: Reranked) -> None:
    st.markdown(f"**{plain(why(explanation, comparison))}**")
    if item.logit is not None and abs(item.logit - explanation.logit) > 0.01:
        st.caption(
            f"The list ranks it by a logit of {signed(item.logit)}. Read in one piece, as here, "
            f"its logit is {signed(explanation.logit)}."
        )
    why_view(why_data(explanation), key=state.key(state.WHY, explanation.chunk_id))
    st.caption(
        f"Each figure is the change in the logit when that part is left out and the pair is "
        f"scored again (full colour: {FULL:g}). The changes do not add up to the logit: when "
        "two sentences say the same, leaving out one changes little."
    )
    json_button(explanation, "explanation.json", state.key(state.WHY_JSON, explanation.chunk_id))


def _result(title: str, result: WhatIf, before: int) -> None:
    moved = before - result.rank
    words = f" place{'s' * (abs(moved) > 1)}"
    changed = delta(moved, 0, words=words)
    if not moved:
        changed["delta"] = "same place"
    st.metric(title, f"Rank {result.rank}", **changed, border=True)
    st.caption(
        f"logit {signed(result.logit)} · {counted(result.pairs, 'pair')} scored "
        f"in {result.ms:.0f} ms"
    )


def _what_if(engine: Engine, comparison: Comparison, item: Reranked) -> None:
    chunk = item.chunk
    query = st.text_input("The question", comparison.query, key=state.key(state.IF_QUERY, chunk.id))
    text = st.text_area(
        "The passage", chunk.passage, height=220, key=state.key(state.IF_TEXT, chunk.id)
    )
    with st.spinner(f"The cross-encoder reads {counted(len(comparison.reranked), 'passage')} …"):
        now = resources.edited(engine, comparison, query, text, chunk.id)
    pins: dict[str, WhatIf] = st.session_state.setdefault(state.WHAT_IF_PIN, {})
    before, earlier, after = st.columns(3)
    rank = item.model_rank or item.rank
    with before:
        st.metric("As it is", f"Rank {rank}", "in the list", "off", border=True, delta_arrow="off")
        st.caption(f"logit {signed(item.logit) if item.logit is not None else 'not read'}")
    with after:
        _result("As edited", now, rank)
    pinned = pins.get(chunk.id)
    with earlier:
        if pinned is None:
            st.caption("Pin a result to compare it with the next one.")
        else:
            _result("Pinned", pinned, rank)
    if st.button("Pin this result", icon=":material/keep:", disabled=now == pinned):
        pins[chunk.id] = now
        st.rerun(scope="fragment")


@st.dialog("Why this passage", width="large")
def _dialog(engine: Engine, comparison: Comparison, item: Reranked) -> None:
    chunk: Chunk = item.chunk
    st.markdown(f"{plain(chunk.document_name)} · {plain(chunk.heading) or 'no heading'}")
    apart, edited = st.tabs(
        ["Part by part", "What if it said …"],
        key=state.key(state.WHY_TABS, chunk.id),
        on_change="rerun",
    )
    with apart, errors_shown():
        with st.spinner("Scoring the passage without each sentence …", show_time=True):
            explanation = resources.explanation(engine, comparison, chunk)
        _taken_apart(explanation, comparison, item)
    if edited.open:
        with edited, errors_shown():
            _what_if(engine, comparison, item)


def open_why(engine: Engine, comparison: Comparison, chunk_id: str) -> None:
    """Explain a passage of the comparison, in a dialog."""
    item = {r.chunk.id: r for r in comparison.reranked}[chunk_id]
    st.session_state[state.DIALOG] = True
    _dialog(engine, comparison, item)
