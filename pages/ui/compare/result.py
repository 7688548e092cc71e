"""What a question found: the sentence that sums it up, the times, both lists, the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime

import pandas as pd
import streamlit as st

from core.app.engine import Engine
from core.schema import Answer, Collection, Comparison, SearchSettings
from core.search.comparison import rows, settled, to_csv
from core.search.quotes import QUOTE_DEPTH
from pages.ui import resources, state
from pages.ui.actions import download, json_button
from pages.ui.answer import Given, answers, told
from pages.ui.compare.figures import depth_panel, difference_panel, full_pass, time_bar
from pages.ui.compare.headline import headline
from pages.ui.compare.receipt import receipt_button
from pages.ui.compare.why import open_why
from pages.ui.frame import errors_shown
from pages.ui.judge.data import give_grade, graded, judge_name
from pages.ui.judge.strip import judge_strip
from pages.ui.memory import remember
from pages.ui.page_view import open_passage
from pages.ui.rankings.builder import as_answered, passage_of
from pages.ui.rankings.flow import flow_data
from pages.ui.rankings.lists import comparison_data
from pages.ui.rankings.presenter import presenter_button
from pages.ui.rankings.side_by_side import side_by_side_view
from pages.ui.rankings.view import OpenPage, comparison_view, flow_view, later_part
from pages.ui.text import plain

View = Callable[[Engine, Collection, Comparison], None]
_HIDE = """<style>
.st-key-results :is([data-stale="true"], [data-testid="stPopover"], [data-testid="stExpander"]),
.st-key-head [data-testid="stVerticalBlock"]:not(:has([data-stale="false"])) { display: none; }
</style><i></i>"""
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
    "first_page": None,
    "last_page": None,
    "place": "Where",
    "heading": "Section",
    "text": st.column_config.TextColumn("Passage", width="large"),
    "chunk_id": None,
}


def _nothing_found(comparison: Comparison) -> None:
    """What to change when no passage was found."""
    search = comparison.settings
    words = "Try other words."
    if search.document_ids or not search.filters.empty:
        words = "Search more documents, pages or sections: Settings, Filters."
    elif search.first.kind == "bm25":
        words = "No passage has a word of the question. Try Hybrid: Settings, First stage."
    st.info(words, icon=":material/search_off:")


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


def _flow(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    view = flow_data(comparison)
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
        download("CSV", "download", lambda: to_csv(comparison), "comparison.csv")
        json_button(comparison, "comparison.json", state.COMPARISON_JSON)
    chosen = picked.selection.rows
    if chosen and st.button("Open the page of the selected passage", icon=":material/menu_book:"):
        chunk_id = str(frame.iloc[chosen[0]]["chunk_id"])
        open_passage(engine, collection, *passage_of(comparison, chunk_id))


_VIEWS = {FLOW: _flow, TABLE: _table, CONFIGURATIONS: side_by_side_view}


class Results:
    """What a question found, drawn as it becomes known: the lists, the answer, then the rest."""

    def __init__(self, engine: Engine, collection: Collection, began: datetime) -> None:
        self._engine, self._collection, self._began = engine, collection, began
        with st.container(key="results"):
            self._head = st.container(key="head")
            self._bar = st.container(horizontal=True, vertical_alignment="center", gap="xsmall")
            self._board, self._foot, self._later = (st.container() for _ in range(3))
            self._hiding = st.empty()
        self._drawn = 0
        self._answer: Answer | None = None
        self._request: OpenPage | None = None

    def draw(self, query: str, search: SearchSettings) -> None:
        """Ask, and draw each part; what another question left here is hidden until the end."""
        asked = (self._collection.id, query, search)
        if st.session_state.get(state.SHOWN) != asked:
            self._hiding.html(_HIDE)
        with self._head, errors_shown():
            made = resources.comparison_in_parts(self._engine, *asked, QUOTE_DEPTH)
            with closing(made) as parts:
                whole = self._draw_parts(parts, search.top_k)
            st.session_state[state.SHOWN] = asked
            self._hiding.empty()
            self._do_requested(whole)

    def _draw_parts(self, parts: Iterator[Comparison], top_k: int) -> Comparison:
        st.session_state.setdefault(state.VIEW, LISTS)
        with self._bar:
            names = [LISTS, *_VIEWS]
            st.segmented_control("View", names, key=state.VIEW, label_visibility="collapsed")
        other = _VIEWS.get(st.session_state[state.VIEW])
        with st.spinner(f"The cross-encoder reads {top_k} passages …", show_time=True):
            for part in parts:
                if other is None and part.candidates:
                    self._lists(part)
                if settled(part):
                    break
        notice = st.container()
        given = self._said(part)
        *_, whole = part, *parts
        self._answer = next((each.answer for each in given if each.stage == "rerank"), None)
        if other is None and whole is not part:
            self._lists(whole)
        with notice:
            remember(self._engine, self._collection, whole)
        for each in given:
            told(self._engine, each)
        if whole.reranked:
            self._rest(whole, other)
        return whole

    def _lists(self, comparison: Comparison) -> None:
        """Both lists as far as they are known; a card marks the sentence that the answer quotes."""
        if not self._drawn and settled(comparison) and comparison.reranked:  # kept from before
            self._answer = resources.quote_answer(self._engine, "rerank", comparison)
        engine, collection = self._engine, self._collection
        drawn = None if settled(comparison) else QUOTE_DEPTH
        warnings = resources.warnings(engine, comparison, drawn)
        quoted = as_answered(comparison, self._answer)
        view = comparison_data(quoted, QUOTE_DEPTH, warnings)
        if self._drawn:
            with self._later:
                later_part(view, key=state.key(state.LATER_PART, self._drawn))
        else:
            mine = graded(engine, collection.id, comparison.query)
            demo, judge = engine.settings.demo, judge_name()
            grades = None if demo else mine.by(judge, comparison.query)
            ids = [candidate.chunk.id for candidate in comparison.candidates]
            with self._board:
                self._request = comparison_view(view, state.COMPARISON, grades, ids)
        self._drawn += 1

    def _said(self, comparison: Comparison) -> list[Given]:
        """What the order means, and the answer, as soon as the order is settled."""
        headline(self._engine, self._collection, comparison)
        if not comparison.reranked:
            _nothing_found(comparison)
            return []
        given = answers(self._engine, self._collection, comparison)
        full_pass(self._engine, self._collection, comparison)
        return given

    def _rest(self, comparison: Comparison, other: View | None) -> None:
        with self._bar:
            difference_panel(comparison)
            depth_panel(comparison)
            st.space("stretch")
            presenter_button()
            receipt_button(self._engine, self._collection, comparison)
        if other is not None:
            with self._board:
                other(self._engine, self._collection, comparison)
        with self._foot:
            time_bar(comparison, self._began)
            if words := skip_words(comparison):
                st.caption(f":material/door_open: {plain(words)}")
            if not self._engine.settings.demo:
                judge_strip(self._engine, self._collection, comparison)

    def _do_requested(self, comparison: Comparison) -> None:
        """What the person asked for on a card."""
        request, engine, collection = self._request, self._engine, self._collection
        if request is None:
            return
        quoted = as_answered(comparison, self._answer)
        chunk, quote = passage_of(quoted, request.chunk_id)
        if request.grade is not None and not engine.settings.demo:
            give_grade(engine, collection, comparison, chunk, request.grade)
            st.rerun()  # the card and the figures below show the grade
        elif request.why:
            open_why(engine, comparison, request.chunk_id)
        else:
            open_passage(engine, collection, chunk, quote)
