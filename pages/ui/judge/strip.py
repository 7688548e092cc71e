"""Grades on the passages of a comparison, and what they say about the two lists so far."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.evaluate.compare import BothLists, verdict
from core.evaluate.judging.judgments import GRADES
from core.schema import Collection, Comparison, Reranked
from core.text.pages import source_words
from pages.ui import state
from pages.ui.deltas import delta
from pages.ui.frame import errors_shown, way_to
from pages.ui.judge.data import DEPTH, Live, give_grade, judge_name, live
from pages.ui.text import plain, shortened

SNIPPET = 150
LEGEND = " · ".join(f"**{grade}** {meaning.lower()}" for grade, meaning in GRADES.items())


def graded_passages(comparison: Comparison) -> list[Reranked]:
    """The top n of both lists, in the reranked order."""
    n = comparison.settings.top_n
    first = {candidate.chunk.id for candidate in comparison.candidates[:n]}
    return [item for item in comparison.reranked if item.rank <= n or item.chunk.id in first]


def _grade_key(comparison: Comparison, chunk_id: str) -> str:
    return state.key(state.GRADE, judge_name(), comparison.query, chunk_id)


def _take(engine: Engine, collection: Collection, comparison: Comparison, item: Reranked) -> None:
    chosen = st.session_state.get(_grade_key(comparison, item.chunk.id))
    if chosen is not None:
        with errors_shown():
            give_grade(engine, collection, comparison, item.chunk, int(chosen))


def _row(
    engine: Engine, collection: Collection, comparison: Comparison, item: Reranked, now: Live
) -> None:
    was = item.rank + item.rank_delta
    move = f"was {was}" if item.rank_delta else "unmoved"
    key = _grade_key(comparison, item.chunk.id)
    if item.chunk.id in now.mine:
        st.session_state[key] = now.mine[item.chunk.id]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{item.rank}** :gray[{move} · {plain(source_words(item.chunk))}"
            f"]  \n{plain(shortened(item.chunk.text, SNIPPET))}"
        )
        st.segmented_control(
            f"Grade of the passage at rank {item.rank}",
            list(GRADES),
            format_func=str,
            key=key,
            label_visibility="collapsed",
            on_change=_take,
            args=(engine, collection, comparison, item),
        )


def _this_question(lists: BothLists) -> None:
    first, final, share = st.columns(3)
    (before,), (after,) = lists.first.values(), lists.final.values()
    first.metric(f"{lists.measure}, first stage", f"{before:.3f}")
    final.metric(f"{lists.measure}, reranked", f"{after:.3f}", **delta(after - before))
    share.metric(
        f"Judged@{DEPTH}",
        f"{lists.judged[0]:.0%} → {lists.judged[1]:.0%}",
        help=f"Share of the first {DEPTH} passages of each list that are judged. Unjudged passages "
        "are left out of the measure, not counted as not relevant.",
    )


def _numbers(now: Live) -> None:
    if now.this.first:
        _this_question(now.this)
    elif now.mine:
        st.caption("No passage is relevant yet: a measure needs at least one grade of 1 or more.")
    difference = now.all.difference
    if difference is not None:
        st.markdown(
            f"**{difference.measure}, reranked against first stage:** {plain(verdict(difference))}"
        )
    if now.uncertain:
        st.caption(
            f":material/help: {now.uncertain} older judgments of this question no longer match a "
            "passage; see Agreement on Judge."
        )


@st.fragment
def judge_strip(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Draw the grades of both top lists with the measure, updated with every click."""
    with st.expander("Judge these passages", icon=":material/rate_review:"), errors_shown():
        who, legend = st.columns([1, 3], vertical_alignment="bottom")
        who.text_input("Your name as a judge", key=state.JUDGE, placeholder="me", max_chars=60)
        legend.caption(LEGEND)
        now = live(engine, collection, comparison)
        with st.container():  # figures that appear must not move the grades below
            _numbers(now)
        for item in graded_passages(comparison):
            _row(engine, collection, comparison, item, now)
        way_to("Judge", "Judge without seeing ranks and scores")
