"""The Monitor page: which searches, their figures, their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import streamlit as st

from core.app.engine import Engine
from core.history.drift import drifts, spells
from core.history.facts import Facts
from core.history.monitoring import Monitor, Share
from core.text.counting import counted, milliseconds
from pages.ui import state
from pages.ui.monitor import charts
from pages.ui.text import plain, printable

_DAYS = {"Today": 1, "7 days": 7, "30 days": 30, "All": 0}
_GATE = {
    "not asked": "not asked",
    "let through": "let through",
    "would skip": "would have skipped (it only watches)",
    "skipped": "skipped",
}
_MOST_DRIFTS = 5


def chosen(engine: Engine) -> list[Facts]:
    """Draw the filters; the facts that they let through, oldest first."""
    facts = engine.history.facts()
    if not facts:
        return []
    names = {fact.search.collection_id: fact.search.collection for fact in facts}
    where, when = st.columns([2, 3], vertical_alignment="bottom")
    collection = where.selectbox(
        "Asked of",
        list(names),
        index=None,
        key=state.MONITOR_COLLECTION,
        format_func=lambda id_: printable(names.get(id_, "deleted")),
        placeholder="All collections",
    )
    st.session_state.setdefault(state.MONITOR_DAYS, "All")
    days = when.segmented_control("Time", list(_DAYS), key=state.MONITOR_DAYS, required=True)
    within = _DAYS[days or "All"]
    since = (
        datetime.now(UTC) - timedelta(days=within) if within else datetime.min.replace(tzinfo=UTC)
    )
    kept = [
        fact
        for fact in facts
        if collection in {None, fact.search.collection_id} and fact.search.asked_at >= since
    ]
    if not kept:
        st.info("No search in that time. Choose a longer one.", icon=":material/search_off:")
        st.stop()
    return kept


def nothing(engine: Engine) -> None:
    """Why there is nothing to see, and what to do."""
    if not engine.history.settings.enabled:
        words = "The history is switched off by SECOND_LOOK_HISTORY, so there is nothing to show."
    elif not engine.history.on:
        words = "Searches are not remembered. Switch it on, on the History page."
    else:
        words = "No search is remembered yet. Ask a few questions, and their times appear here."
    st.info(plain(words), icon=":material/monitoring:")
    st.page_link("app.py", label="Ask a question", icon=":material/compare_arrows:")


def share(found: Share) -> str:
    """A share as it is read: ``25%``, a dash for nothing."""
    return "–" if found.value is None else f"{found.value:.0%}"


def _bounds(found: Share, of: str) -> str:
    low, high = found.interval
    if found.value is None:
        return f"There were no {of}."
    return f"{found.part:,} of {found.whole:,} {of}; 95% interval {low:.0%} to {high:.0%}."


def tiles(found: Monitor) -> None:
    """The figures that people look for first."""
    total = found.times[-1].at
    kept = found.searches - found.measured
    shown = f" {counted(kept, 'time')} a search was shown again from memory." if kept else ""
    with st.container(horizontal=True):
        st.metric(
            "Searches",
            f"{found.measured:,}",
            border=True,
            help=f"Searches that ran.{shown}",
        )
        st.metric("Half of them within", milliseconds(total[0]), border=True)
        st.metric("95 of 100 within", milliseconds(total[1]), border=True)
        st.metric(
            "Scores from the cache",
            share(found.cached),
            border=True,
            help=f"{found.cached.part:,} of {found.cached.whole:,} pairs.",
        )
        st.metric(
            "Silent answers",
            share(found.abstained),
            border=True,
            help=_bounds(found.abstained, "answers"),
        )
        st.metric("Thumbs up", share(found.liked), border=True, help=_bounds(found.liked, "thumbs"))


def speed(found: Monitor) -> None:
    """Times by stage, and the searches of each day."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown("##### Where the time goes")
        st.altair_chart(charts.times(found), alt="Percentiles of the time of every stage")
    with right:
        st.markdown("##### Searches by day")
        st.altair_chart(charts.by_day(found), alt="Number of searches of every day")


def answers(found: Monitor) -> None:
    """How far passages move, what the gate decided, what the answers cite."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown("##### How far the top n moved")
        if found.deltas:
            st.altair_chart(charts.moves(found), alt="Passages of the top n by rank delta")
            st.caption(f"{share(found.unmoved)} stand where the first stage had put them.")
        else:
            st.caption("No search used the cross-encoder.")
    with right:
        st.markdown("##### Answers and gate")
        st.markdown(
            f"- Citations of a supplied passage: **{share(found.verified)}** "
            f"({found.verified.part:,} of {found.verified.whole:,})\n"
            f"- Sentences with such a citation: **{share(found.supported)}** "
            f"({found.supported.part:,} of {found.supported.whole:,})\n"
            + "".join(
                f"- Gate: {_GATE[word]} **{counted(number, 'time')}**\n"
                for word, number in sorted(found.gate.items())
            )
        )


def drift(engine: Engine, facts: Sequence[Facts]) -> None:
    """Scores before and after each change of the documents, with a plain sentence for each."""
    st.markdown("##### When the documents changed")
    names = {fact.search.collection_id: fact.search.collection for fact in facts}
    drawn = False
    for id_, name in names.items():
        own = [fact for fact in facts if fact.search.collection_id == id_]
        changes = drifts(own)
        if not changes:
            continue
        drawn = True
        st.markdown(f"**{plain(name)}**")
        st.altair_chart(
            charts.scores(spells(own)), alt="Logit of the first passage, by state of the documents"
        )
        for change in changes[:_MOST_DRIFTS]:
            st.markdown(f"- {change.after.since.astimezone():%d %B, %H:%M}: {change.sentence}")
        if len(changes) > _MOST_DRIFTS:
            st.caption(f"{len(changes) - _MOST_DRIFTS} earlier changes are not listed.")
    if not drawn:
        st.caption("No collection was searched both before and after a change of its documents.")
