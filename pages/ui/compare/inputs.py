"""The question and its settings: each choice has one sentence that says what it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from core.app.engine import Engine
from core.learn.weights import WeightsFit
from core.samples import SampleQuestion
from core.schema import Collection, Document
from core.search.fitted import belongs, without_foreign_fits
from core.search_settings import (
    Fits,
    SearchSettings,
)
from pages.ui import resources, state
from pages.ui.fitted import models_on
from pages.ui.link import FIELDS, TOP_K, TOP_N, choices
from pages.ui.text import plain

KINDS = {"dense": "Bi-encoder", "bm25": "BM25", "hybrid": "Hybrid", "given": "Other engine"}
FUSIONS = {"rrf": "By rank", "weighted": "By score"}
CASCADES = (0, 10, 20, 30, 50)
BUDGETS = (0, 100, 200, 300, 500, 1000, 2000, 5000)
_KEY = {field.name: field.key for field in FIELDS}


def _toggle(label: str, name: str, words: str) -> bool:
    return st.toggle(label, key=_KEY[name], help=words)


def _share(label: str, name: str, words: str | None = None) -> None:
    st.slider(label, 0.0, 1.0, step=0.05, key=_KEY[name], help=words)


def _one_of(label: str, name: str, names: dict[str, str], words: str) -> str | None:
    return st.segmented_control(
        label,
        list(names),
        format_func=names.__getitem__,
        key=_KEY[name],
        required=True,
        width="stretch",
        help=words,
    )


def _find(given: bool) -> int:
    top_k = st.slider(
        "Candidates",
        *TOP_K,
        step=10,
        key=state.TOP_K,
        help="How many passages the first stage passes to the cross-encoder. More candidates "
        "find more, but take longer: the cross-encoder reads every one.",
    )
    found_by = "Bi-encoder: search by meaning, with vectors. BM25: search by words. "
    found_by += "Hybrid: both, fused into one list."
    kinds = {kind: name for kind, name in KINDS.items() if given or kind != "given"}
    if given:
        found_by += " Other engine: the list that a file of this collection has for the question."
    if _one_of("First stage", "kind", kinds, found_by) == "hybrid":
        fusion = "By rank: reciprocal rank fusion. By score: a weighted sum of normalized scores."
        if _one_of("Fusion", "fusion", FUSIONS, fusion) == "weighted":
            _share("Weight of the bi-encoder", "dense_weight")
    _toggle(
        "Collapse near-duplicates",
        "collapse_duplicates",
        "Keeps only the best of several nearly identical chunks.",
    )
    return top_k


def _rerank(top_k: int, learned: WeightsFit | None) -> None:
    most = min(TOP_N[1], top_k)
    st.session_state[state.TOP_N] = min(int(st.session_state[state.TOP_N]), most)
    words = "How many of the top passages the answer can use."
    st.slider("Top n for the answer", 1, most, key=state.TOP_N, help=words)
    if not st.toggle("Rerank with the cross-encoder", key=_KEY["enabled"]):
        return
    if learned is not None:
        st.session_state.setdefault(state.LEARNED, True)  # else the toggle would begin as off
        words = "Learned on the Tune page from judgments. They replace the weight below."
        st.toggle("Use the learned weights", key=state.LEARNED, help=words)
    _share(
        "Weight of the cross-encoder",
        "blend",
        "1 ranks by the cross-encoder alone. Below 1, the first stage's score gets the rest of "
        "the weight; both scores are normalized first.",
    )
    _reading()


def _reading() -> None:
    left, right = st.columns(2)
    left.selectbox(
        "Read in full",
        CASCADES,
        format_func=lambda n: f"best {n}" if n else "all",
        key=_KEY["cascade"],
        help="A cascade: a quick pass reads the beginning of every candidate, then the best are "
        "read in full.",
    )
    right.selectbox(
        "Time limit",
        BUDGETS,
        format_func=lambda ms: f"{ms} ms" if ms else "no limit",
        key=_KEY["budget_ms"],
        help="Candidates not read in time keep the first stage's order.",
    )
    _toggle(
        "Read long passages in windows",
        "windows",
        "A passage longer than the model's input is read in overlapping parts; the best part "
        "counts.",
    )
    _toggle(
        "Skip reranking where it would change little",
        "skip_predictor",
        "The skip predictor decides from the first stage's scores. Test it on Evaluate first.",
    )


def _only(documents: list[Document]) -> None:
    names = {document.id: document.name for document in documents}
    chosen = st.session_state.get(state.DOCUMENTS, [])
    st.session_state[state.DOCUMENTS] = state.documents_of_link(chosen, list(names))
    st.multiselect(
        "Documents to search in",
        list(names),
        format_func=lambda id_: names.get(id_, "deleted"),
        key=state.DOCUMENTS,
        placeholder="All documents",
    )
    left, right = st.columns(2)
    first = "0 means from the start. For files without pages: line, cue, row, slide or section."
    left.number_input("From page", 0, key=_KEY["first_page"], help=first)
    right.number_input("To page", 0, key=_KEY["last_page"], help="0 means to the end.")
    st.text_input(
        "Section",
        key=_KEY["heading"],
        placeholder="Part of a heading",
        max_chars=200,
    )
    left, right = st.columns(2)
    left.date_input("Added from", key=_KEY["added_from"], max_value=date.max)
    right.date_input("Added until", key=_KEY["added_to"], max_value=date.max)


def choices_popover(
    documents: list[Document], learned: WeightsFit | None, *, given: bool = False
) -> None:
    """Draw every choice; the values live in the session."""
    with st.popover("Settings", icon=":material/tune:", width="content"):
        find, rerank, only = st.tabs(["First stage", "Reranking", "Filters"])
        with find:
            top_k = _find(given)
        with rerank:
            _rerank(top_k, learned)
        with only:
            _only(documents)


SHOWN_SUGGESTIONS = 6
EXAMPLE = "For example: Can I approve my own travel expenses?"


def _ask() -> None:
    """Draw only what the question finds, unless a dialog was opened: that one would come back."""
    if not st.session_state.get(state.DIALOG):
        st.rerun(state.ASKED)


def _question_box() -> None:
    """Draw the box and its button. A question draws only what it finds anew, not this again.

    The box is no part of that: what it sends would wait for a question that is still read.
    """
    with st.form("ask", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input("Ask your documents", key=state.QUERY, placeholder=EXAMPLE, max_chars=2000)
        st.form_submit_button(
            "Ask",
            type="primary",
            icon=":material/search:",
            on_click=_ask,
        )


def suggestions(documents: list[Document]) -> list[SampleQuestion]:
    """Featured sample questions whose sample document is in the collection."""
    ids, samples = {document.id for document in documents}, resources.sample_ids()
    featured = [question for question in resources.suggested_questions() if question.featured]
    fitting = [question for question in featured if samples[question.document] in ids]
    return fitting[:SHOWN_SUGGESTIONS]


def _take_suggestion() -> None:
    chosen = st.session_state.get(state.SUGGESTION)
    if chosen:
        st.session_state[state.QUERY] = chosen
        st.session_state[state.SUGGESTION] = None


def _given_questions(engine: Engine, collection: Collection) -> list[str] | None:
    """What the lists of another engine answer; None without such lists.

    A collection that has some begins with them as its first stage, another one cannot use them.
    """
    files, kind = engine.corpora.given(collection.id), _KEY["kind"]
    begun = st.session_state.setdefault(state.GIVEN_BEGUN, [])
    if files and collection.id not in begun:
        begun.append(collection.id)
        st.session_state[kind] = "given"
    elif not files and st.session_state.get(kind) == "given":
        st.session_state[kind] = "dense"
    return [question for file in files for question in file.lists.questions] if files else None


def _suggestions(offered: list[str]) -> None:
    if not offered:
        return
    with st.container(key="suggestions"):
        st.pills(
            "Suggested questions",
            offered,
            format_func=plain,
            key=state.SUGGESTION,
            on_change=_take_suggestion,
            label_visibility="collapsed",
        )


def _fitting(engine: Engine, search: SearchSettings, asked: bool) -> SearchSettings:
    """Without what the search will not use; not known before the models are, and are not asked.

    Models that still load are waited for only when a question is: it waits for them anyway.
    """
    second = search.second
    if second.fits == Fits() or not (asked or engine.models.status.state == "ready"):
        return search
    return replace(search, second=without_foreign_fits(second, models_on(engine))[0])


def _usable(engine: Engine, learned: WeightsFit | None) -> bool:
    """Whether learned weights belong to the models that are on, as far as these are known yet."""
    if learned is None or engine.models.status.state != "ready":
        return learned is not None
    return belongs(learned.models, models_on(engine))


def _offered(given: list[str] | None, documents: list[Document]) -> list[str]:
    return [*(given or ()), *(q.text for q in suggestions(documents))][:SHOWN_SUGGESTIONS]


def question_row(engine: Engine, documents: list[Document], collection: Collection) -> None:
    """Draw the question box, the settings and suggestions; their values live in the session."""
    learned = resources.tuning().active(collection.id).weights
    given = _given_questions(engine, collection)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _question_box()
        usable = learned if _usable(engine, learned) else None
        choices_popover(documents, usable, given=given is not None)
    _suggestions(_offered(given, documents))


def asked_now(engine: Engine, collection: Collection) -> tuple[str, SearchSettings]:
    """What is asked now (the question may be empty), with a line of what is not the default."""
    query = str(st.session_state[state.QUERY]).strip()
    chosen, weights = state.chosen_settings(), state.learned_wanted()
    search = resources.tuning().applied(chosen, collection.id, weights=weights)
    differing = choices(_fitting(engine, search, bool(query)))
    if differing:
        st.caption(f":material/tune: {plain(' · '.join(differing))}")
    return query, search
