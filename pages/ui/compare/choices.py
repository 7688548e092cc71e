"""The popover with the choices of both stages; each has one sentence that says what it does."""

from __future__ import annotations

from datetime import date

import streamlit as st

from core.learn.weights import Learned
from core.schema import Document
from core.search_settings import (
    Filters,
    FirstStageSettings,
    SearchSettings,
    SecondStageSettings,
)
from pages.ui import state
from pages.ui.link import FIELDS, TOP_K, TOP_N

KINDS = {"dense": "Meaning", "bm25": "Words", "hybrid": "Both"}
FUSIONS = {"rrf": "By rank", "weighted": "By score"}
CASCADES = (0, 10, 20, 30, 50)
BUDGETS = (0, 100, 200, 300, 500, 1000, 2000, 5000)
_KEY = {field.name: field.key for field in FIELDS}


def _find() -> int:
    top_k = st.slider(
        "Candidates",
        *TOP_K,
        step=10,
        key=state.TOP_K,
        help="How many passages the first stage hands to the cross-encoder. More finds more and "
        "takes longer: the cross-encoder reads every one.",
    )
    kind = st.segmented_control(
        "Found by",
        list(KINDS),
        format_func=KINDS.__getitem__,
        key=_KEY["kind"],
        required=True,
        width="stretch",
        help="Meaning: the bi-encoder's vectors. Words: BM25, the classic word search. "
        "Both: each makes its list, and the two are put together.",
    )
    if kind == "hybrid":
        _fusion()
    st.toggle(
        "Collapse near-duplicates",
        key=_KEY["collapse_duplicates"],
        help="Of several nearly equal chunks only the best goes to the cross-encoder.",
    )
    return top_k


def _fusion() -> None:
    fusion = st.segmented_control(
        "Put together",
        list(FUSIONS),
        format_func=FUSIONS.__getitem__,
        key=_KEY["fusion"],
        required=True,
        width="stretch",
        help="By rank: reciprocal rank fusion, no weights. By score: both scores on one scale.",
    )
    if fusion == "weighted":
        st.slider("Share of meaning", 0.0, 1.0, step=0.05, key=_KEY["dense_weight"])


def _rerank(top_k: int, learned: Learned | None) -> None:
    most = min(TOP_N[1], top_k)
    st.session_state[state.TOP_N] = min(int(st.session_state[state.TOP_N]), most)
    st.slider(
        "Top n for the answer",
        1,
        most,
        key=state.TOP_N,
        help="How many of the best passages the answer may use.",
    )
    if not st.toggle("Rerank with the cross-encoder", key=_KEY["enabled"]):
        return
    if learned is not None:
        st.session_state.setdefault(state.LEARNED, True)  # else the toggle would begin as off
        st.toggle(
            "Use the learned weights",
            key=state.LEARNED,
            help="They were learned from this collection's judgments on the Tune page, and take "
            "the place of the share below.",
        )
    st.slider(
        "Cross-encoder's share of the order",
        0.0,
        1.0,
        step=0.05,
        key=_KEY["blend"],
        help="1 is the cross-encoder's order. Below, the first stage's score has the rest: both "
        "are brought to one scale first.",
    )
    left, right = st.columns(2)
    left.selectbox(
        "Read in full",
        CASCADES,
        format_func=lambda n: f"best {n}" if n else "all",
        key=_KEY["cascade"],
        help="A quick pass reads the beginning of every candidate; the full model reads the best.",
    )
    right.selectbox(
        "Time for reading",
        BUDGETS,
        format_func=lambda ms: f"{ms} ms" if ms else "no limit",
        key=_KEY["budget_ms"],
        help="Candidates that are not reached in time keep the first stage's order.",
    )
    st.toggle(
        "Read long passages in windows",
        key=_KEY["windows"],
        help="A passage longer than the model's window is read in parts; the best part counts.",
    )
    st.toggle(
        "Skip the cross-encoder where it would change little",
        key=_KEY["skip_predictor"],
        help="The skip predictor looks at how clear the first stage was. Try it on Evaluate first.",
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
    left.number_input("From page", 0, key=_KEY["first_page"], help="0 means from the start.")
    right.number_input("To page", 0, key=_KEY["last_page"], help="0 means to the end.")
    st.text_input(
        "Section",
        key=_KEY["heading"],
        placeholder="Part of its heading",
        max_chars=200,
    )
    left, right = st.columns(2)
    left.date_input("Added from", key=_KEY["added_from"], max_value=date.max)
    right.date_input("Added until", key=_KEY["added_to"], max_value=date.max)


def choices_popover(documents: list[Document], learned: Learned | None) -> None:
    """Draw every choice; the values live in the session."""
    with st.popover("Settings", icon=":material/tune:", width="content"):
        find, rerank, only = st.tabs(["Find", "Rerank", "Search only in"])
        with find:
            top_k = _find()
        with rerank:
            _rerank(top_k, learned)
        with only:
            _only(documents)


def learned_wanted() -> bool:
    """Whether the collection's learned weights may be used, if there are any."""
    return bool(st.session_state.setdefault(state.LEARNED, True))


def chosen_settings() -> SearchSettings:
    """The settings as they are chosen now, without what was learned.

    Raises:
        InputError: pages or days are no range.
    """
    values: dict[str, dict[str, object]] = {"first": {}, "filters": {}, "second": {}}
    for field in FIELDS:
        values[field.group][field.name] = st.session_state.get(field.key, field.default)
    return SearchSettings(
        top_k=int(st.session_state[state.TOP_K]),
        top_n=int(st.session_state[state.TOP_N]),
        document_ids=tuple(sorted(st.session_state.get(state.DOCUMENTS, []))),
        first=FirstStageSettings(**values["first"]),  # type: ignore[arg-type]
        filters=Filters(**values["filters"]),  # type: ignore[arg-type]
        second=SecondStageSettings(**values["second"]),  # type: ignore[arg-type]
    )
