"""The question and its settings."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from core.app.engine import Engine
from core.learn.weights import Learned
from core.samples import SampleQuestion
from core.schema import Collection, Document, SearchSettings
from core.search.fitted import belongs, set_aside
from core.search_settings import Fits
from pages.ui import resources, state
from pages.ui.compare.choices import choices_popover, chosen_settings, learned_wanted
from pages.ui.fitted import models_on
from pages.ui.link import choices
from pages.ui.text import plain

SHOWN_SUGGESTIONS = 6
EXAMPLE = "For example: Can I approve my own travel expenses?"


def _question_box() -> str:
    """Draw the box and its button; the question as typed, without space around it.

    It changes when the button is pressed or Enter is typed, not with each letter.
    """
    with st.form("ask", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        query: str = st.text_input(
            "Ask your documents", key=state.QUERY, placeholder=EXAMPLE, max_chars=2000
        )
        st.form_submit_button("Ask", type="primary", icon=":material/search:")
    return query.strip()


def suggestions(documents: list[Document]) -> list[SampleQuestion]:
    """Featured sample questions whose document is in the collection."""
    names = {document.name for document in documents}
    fitting = [q for q in resources.suggested_questions() if q.featured and q.document in names]
    return fitting[:SHOWN_SUGGESTIONS]


def _take_suggestion() -> None:
    chosen = st.session_state.get(state.SUGGESTION)
    if chosen:
        st.session_state[state.QUERY] = chosen
        st.session_state[state.SUGGESTION] = None


def _suggestions(documents: list[Document], asked: bool) -> None:
    offered = [question.text for question in suggestions(documents)]
    if not offered:
        return
    with st.container(key="suggestions-row" if asked else "suggestions-block"):
        st.pills(
            "Suggested questions",
            offered,
            format_func=plain,
            key=state.SUGGESTION,
            on_change=_take_suggestion,
            label_visibility="collapsed",
        )


def note_on(query: str) -> str:
    """What to look at, when the question is one of the samples'; else nothing."""
    return next((q.note for q in resources.suggested_questions() if q.text == query), "")


def _fitting(engine: Engine, search: SearchSettings, asked: bool) -> SearchSettings:
    """Without what the search will set aside; not known before the models are, and are not asked.

    Models that still load are waited for only when a question is: it waits for them anyway.
    """
    second = search.second
    if second.fits == Fits() or not (asked or engine.models.status.state == "ready"):
        return search
    return replace(search, second=set_aside(second, models_on(engine))[0])


def _usable(engine: Engine, learned: Learned | None) -> bool:
    """Whether learned weights belong to the models that are on, as far as these are known yet."""
    if learned is None or engine.models.status.state != "ready":
        return learned is not None
    return belongs(learned.models, models_on(engine))


def inputs(
    engine: Engine, documents: list[Document], collection: Collection
) -> tuple[str, SearchSettings]:
    """Draw the question box and the settings; what is asked now (the question may be empty)."""
    tuning = resources.tuning()
    learned = tuning.weights.of(collection.id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        query = _question_box()
        choices_popover(documents, learned if _usable(engine, learned) else None)
    _suggestions(documents, bool(query))
    search = tuning.applied(chosen_settings(), collection.id, weights=learned_wanted())
    differing = choices(_fitting(engine, search, bool(query)))
    if differing:
        st.caption(f":material/tune: {plain(' · '.join(differing))}")
    return query, search
