"""What a question found: the sentence that sums it up, the times, both lists, the table."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.app.engine import Engine
from core.explain.suspicion import Suspicion, suspicions
from core.models.language import language_warning
from core.schema import Collection, Comparison
from core.search.comparison import rows, to_csv, what_happened
from core.search.quotes import QUOTE_DEPTH
from pages.ui import resources, state
from pages.ui.actions import json_button
from pages.ui.compare.figures import depth_panel, difference_panel
from pages.ui.compare.inputs import note_on
from pages.ui.compare.receipt import receipt_button
from pages.ui.compare.why import open_why
from pages.ui.evaluate.views import SKIP
from pages.ui.frame import view_link
from pages.ui.judge.data import give_grade, graded, judge_name
from pages.ui.page_view import open_passage
from pages.ui.rankings.builder import passage_of
from pages.ui.rankings.flow import flow_data
from pages.ui.rankings.lists import comparison_data
from pages.ui.rankings.presenter import presenter_button
from pages.ui.rankings.side_by_side import side_by_side_view
from pages.ui.rankings.view import comparison_view, flow_view
from pages.ui.text import plain

LISTS, FLOW, TABLE, CONFIGURATIONS = "Side by side", "Flow", "Table", "Configurations"
_COLUMNS = {
    "rank": st.column_config.NumberColumn("Rank", help="Rank after reranking"),
    "candidate_rank": st.column_config.NumberColumn("Was", help="Rank in the first stage"),
    "rank_delta": st.column_config.NumberColumn("Change", format="%+d"),
    "cosine": st.column_config.NumberColumn("Cosine", format="%.3f"),
    "bm25": st.column_config.NumberColumn("BM25", format="%.2f"),
    "fused": st.column_config.NumberColumn("Fused", format="%.3f"),
    "logit": st.column_config.NumberColumn("Logit", format="%+.2f"),
    "relevance": st.column_config.ProgressColumn(
        "Relevance", min_value=0.0, max_value=1.0, format="%.2f"
    ),
    "document": "Document",
    "first_page": st.column_config.NumberColumn("Page"),
    "last_page": None,
    "heading": "Section",
    "text": st.column_config.TextColumn("Passage", width="large"),
    "chunk_id": None,
}


def summary(engine: Engine, comparison: Comparison) -> None:
    """One sentence about what the cross-encoder changed, and what a reader must know about it."""
    sentence = what_happened(comparison.reranked, comparison.settings.top_n)
    st.markdown(f"##### {plain(sentence)}")
    lesson = note_on(comparison.query)
    if lesson and any(item.scored != "no" for item in comparison.reranked):
        st.caption(f":material/lightbulb: {plain(lesson)}")
    for note in comparison.notes:
        st.caption(f":material/info: {plain(note.text)}")
    _way_to_the_fits(comparison)
    top = [item.chunk for item in comparison.reranked[: comparison.settings.top_n]]
    foreign = language_warning(top, engine.model_manager.spec("cross_encoder"), comparison.query)
    if foreign:
        st.warning(plain(foreign), icon=":material/translate:")


def _way_to_the_fits(comparison: Comparison) -> None:
    """Where it is settled what becomes of something fitted that this search does not use."""
    kinds = {note.kind for note in comparison.notes}
    if kinds & {"weights not used", "abstention not used"}:
        st.page_link("pages/4_Tune.py", label="Fit it again or delete it", icon=":material/tune:")
    if "skip predictor not used" in kinds:
        view_link(
            "pages/2_Evaluate.py",
            state.EVALUATE_VIEW,
            SKIP,
            "Fit the skip predictor again or delete it",
            ":material/science:",
        )


def nothing_found(comparison: Comparison) -> None:
    """What to change when no passage was found."""
    search = comparison.settings
    words = "Try other words."
    if search.document_ids or not search.filters.empty:
        words = "Search more documents, pages or sections: Settings, Filters."
    elif search.first.kind == "bm25":
        words = "No passage has a word of the question. Try Hybrid: Settings, First stage."
    st.info(words, icon=":material/search_off:")


def skip_note(comparison: Comparison) -> None:
    """Whether this question would do without the cross-encoder, and why."""
    words = skip_words(comparison)
    if words:
        st.caption(f":material/door_open: {plain(words)}")


def skip_words(comparison: Comparison) -> str:
    """What the skip predictor says of this question; empty when it has not looked."""
    skip = comparison.skip
    if skip is None:
        return ""
    if not skip.advised:
        return f"The skip predictor would rerank this question: {skip.reason}"
    if comparison.settings.second.skip_predictor:
        return f"The skip predictor skipped the cross-encoder: {skip.reason}"
    return f"The skip predictor would skip this question: {skip.reason}{_proof(comparison)}"


def _proof(comparison: Comparison) -> str:
    """Whether the skip predictor would have been right here: known when the whole list was read."""
    reranked = comparison.reranked
    if not reranked or any(item.model_rank is None for item in reranked):
        return ""
    first = next(item for item in reranked if item.model_rank == 1)
    if first.rank + first.rank_delta == 1:
        return " Here it would have been right."
    return " Here it would have been wrong: the top passage changed."


def _labels(engine: Engine, comparison: Comparison) -> dict[str, list[str]]:
    ids = {candidate.chunk.document_id for candidate in comparison.candidates}
    return {id_: resources.page_labels(engine, id_) for id_ in ids}


def _warnings(engine: Engine, comparison: Comparison) -> dict[str, tuple[Suspicion, ...]]:
    chunks = [candidate.chunk for candidate in comparison.candidates]
    return {c.id: suspicions(c, engine.pages.text(c.document_id)) for c in chunks}


def _lists(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    labels, warnings = _labels(engine, comparison), _warnings(engine, comparison)
    view = comparison_data(comparison, QUOTE_DEPTH, labels, warnings)
    judgments = graded(engine, collection.id, comparison.query)
    mine = judgments.by(judge_name(), comparison.query)
    request = comparison_view(view, key=state.COMPARISON, grades=mine)
    if request is not None and request.grade is not None:
        chunk, _ = passage_of(comparison, request.chunk_id)
        give_grade(engine, collection, comparison, chunk, request.grade)
        st.rerun()  # the card and the figures below show the grade
    elif request is not None and request.why:
        open_why(engine, comparison, request.chunk_id)
    elif request is not None:
        open_passage(engine, collection, *passage_of(comparison, request.chunk_id))


def _flow(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    view = flow_data(comparison, _labels(engine, comparison))
    request = flow_view(view, key=state.FLOW)
    if request is not None:
        open_passage(engine, collection, *passage_of(comparison, request.chunk_id))


def _table(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    frame = pd.DataFrame(rows(comparison))
    empty = dict.fromkeys(frame.columns[frame.isna().all()])
    picked = st.dataframe(
        frame,
        column_config=_COLUMNS | empty,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=state.key(state.TABLE, resources.fingerprint(comparison)),
        height=min(700, 38 + 35 * len(frame)),
    )
    with st.container(horizontal=True):
        st.download_button(
            "CSV", to_csv(comparison), "comparison.csv", "text/csv", icon=":material/download:"
        )
        json_button(comparison, "comparison.json", state.COMPARISON_JSON)
    chosen = picked.selection.rows
    if chosen and st.button("Open the page of the selected passage", icon=":material/menu_book:"):
        chunk_id = str(frame.iloc[chosen[0]]["chunk_id"])
        open_passage(engine, collection, *passage_of(comparison, chunk_id))


_VIEWS = {LISTS: _lists, FLOW: _flow, TABLE: _table, CONFIGURATIONS: side_by_side_view}


def lists(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """The lists: side by side, as a flow of all candidates, or as one table."""
    st.session_state.setdefault(state.VIEW, LISTS)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        view = st.segmented_control(
            "View", list(_VIEWS), key=state.VIEW, label_visibility="collapsed"
        )
        difference_panel(comparison)
        depth_panel(comparison)
        st.space("stretch")
        presenter_button()
        receipt_button(engine, collection, comparison)
    draw = _VIEWS.get(view or LISTS, _lists)
    draw(engine, collection, comparison)
