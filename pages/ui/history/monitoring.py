"""What the remembered searches say together: which ones, their figures, their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import altair as alt
import pandas as pd
import streamlit as st

from core.app.engine import Engine
from core.history.facts import Facts
from core.history.monitoring import PERCENTILES, Monitor, Share, Spell, drifts, monitor, spells
from core.text.counting import counted, milliseconds, signed
from pages.ui import state
from pages.ui.actions import choose
from pages.ui.axes import GAIN, LOSS, NEUTRAL, names_axis
from pages.ui.history.searches import nothing_remembered
from pages.ui.text import plain, printable

_DAYS = {"Today": 1, "7 days": 7, "30 days": 30, "All": 36_500}
_SKIP = {
    "not asked": "not used",
    "let through": "reranked",
    "would skip": "would have skipped (off)",
    "skipped": "skipped",
}
_MOST_DRIFTS = 5
STAGE_WORDS = {
    "encode": "Encode the question",
    "search": "First-stage search",
    "rerank": "Rerank",
    "quotes": "Find the best sentences",
    "total": "Total",
}
_FARTHEST = 10
_MOST_SPELLS = 12


def chosen(engine: Engine) -> list[Facts]:
    """Draw the filters; the facts that they let through, oldest first."""
    facts = engine.history.facts()
    if not facts:
        return []
    names = {fact.search.collection_id: printable(fact.search.collection) for fact in facts}
    where, when = st.columns([2, 3], vertical_alignment="bottom")
    with where:
        every = "All collections"
        collection = choose(
            "Collection", names, state.MONITOR_COLLECTION, index=None, placeholder=every
        )
    st.session_state.setdefault(state.MONITOR_DAYS, "All")
    days = when.segmented_control("Time", list(_DAYS), key=state.MONITOR_DAYS, required=True)
    since = datetime.now(UTC) - timedelta(days=_DAYS[days or "All"])
    kept = [
        fact
        for fact in facts
        if collection in {None, fact.search.collection_id} and fact.search.asked_at >= since
    ]
    if not kept:
        st.info("No searches in this period. Choose a longer one.", icon=":material/search_off:")
        st.stop()
    return kept


def share(part: Share) -> str:
    """A share as it is read: ``25%``, a dash for nothing."""
    return "–" if part.value is None else f"{part.value:.0%}"


def _bounds(part: Share, of: str) -> str:
    low, high = part.interval
    if part.value is None:
        return f"There were no {of}."
    return f"{part.part:,} of {part.whole:,} {of}; 95% interval {low:.0%} to {high:.0%}."


def tiles(figures: Monitor) -> None:
    """The figures that people look for first."""
    total = figures.times["total"]
    kept = figures.searches - figures.measured
    shown = f" {kept:,} more were shown from memory." if kept else ""
    cached = f"{figures.cached.part:,} of {figures.cached.whole:,} pairs."
    metrics = (
        ("Searches", f"{figures.measured:,}", f"Searches that ran.{shown}"),
        ("Median time", milliseconds(total[0]), None),
        ("95th percentile", milliseconds(total[1]), None),
        ("Scores from the cache", share(figures.cached), cached),
        ("Answers that abstained", share(figures.abstained), _bounds(figures.abstained, "answers")),
        ("Thumbs up", share(figures.liked), _bounds(figures.liked, "thumbs")),
    )
    with st.container(horizontal=True):
        for label, value, about in metrics:
            st.metric(label, value, border=True, help=about)


def speed(figures: Monitor) -> None:
    """Times by stage, and the searches of each day."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown("##### Where the time goes")
        st.altair_chart(times(figures), alt="Percentiles of the time of every stage")
    with right:
        st.markdown("##### Searches by day")
        st.altair_chart(by_day(figures), alt="Number of searches of every day")


def answers(figures: Monitor) -> None:
    """How far passages move, what the skip predictor decided, what the answers cite."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown("##### Rank changes in the top n")
        if figures.deltas:
            st.altair_chart(moves(figures), alt="Passages of the top n by rank delta")
            st.caption(f"{share(figures.unmoved)} kept their first-stage rank.")
        else:
            st.caption("No search used the cross-encoder.")
    with right:
        st.markdown("##### Answers and skip predictor")
        st.markdown(
            f"- Valid citations: **{share(figures.verified)}** "
            f"({figures.verified.part:,} of {figures.verified.whole:,})\n"
            f"- Sentences with a valid citation: **{share(figures.supported)}** "
            f"({figures.supported.part:,} of {figures.supported.whole:,})\n"
            + "".join(
                f"- Skip predictor: {_SKIP[word]} **{counted(number, 'time')}**\n"
                for word, number in sorted(figures.skip.items())
            )
        )


def drift(engine: Engine, facts: Sequence[Facts]) -> None:
    """Scores before and after each change of the documents, with a plain sentence for each."""
    st.markdown("##### When the documents changed")
    names = {fact.search.collection_id: fact.search.collection for fact in facts}
    drawn = False
    for id_, name in names.items():
        of_collection = [fact for fact in facts if fact.search.collection_id == id_]
        changes = drifts(of_collection)
        if not changes:
            continue
        drawn = True
        st.markdown(f"**{plain(name)}**")
        st.altair_chart(
            scores(spells(of_collection)),
            alt="Logit of the first passage, by state of the documents",
        )
        for change in changes[:_MOST_DRIFTS]:
            st.markdown(f"- {change.after.since.astimezone():%d %B, %H:%M}: {change.sentence}")
        if len(changes) > _MOST_DRIFTS:
            st.caption(f"{len(changes) - _MOST_DRIFTS} earlier changes are not listed.")
    if not drawn:
        st.caption("No collection was searched both before and after its documents changed.")


def times(figures: Monitor) -> alt.LayerChart:
    """Each stage's percentiles on one logarithmic line: median, 95th, 99th."""
    names = ["median", *(f"{percent}th percentile" for percent in PERCENTILES[1:])]
    frame = pd.DataFrame(
        [
            (STAGE_WORDS[stage], name, max(ms, 0.1))
            for stage, percentiles in figures.times.items()
            for name, ms in zip(names, percentiles, strict=True)
        ],
        columns=["Stage", "Percentile", "Milliseconds"],
    )
    y = alt.Y("Stage:N", sort=None, title=None, axis=names_axis())
    x = alt.X(
        "Milliseconds:Q", scale=alt.Scale(type="log"), axis=alt.Axis(format=",~f", grid=False)
    )
    colour = alt.Color(
        "Percentile:N",
        scale=alt.Scale(domain=names, range=[GAIN, NEUTRAL, LOSS]),
        legend=alt.Legend(title=None, orient="top"),
    )
    base = alt.Chart(frame, height=110 + 34 * len(figures.times))
    spread = base.mark_rule(color=NEUTRAL, strokeWidth=2).encode(
        x=alt.X("min(Milliseconds):Q", title="Milliseconds"), x2="max(Milliseconds):Q", y=y
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=x,
        y=y,
        color=colour,
        tooltip=["Stage", "Percentile", alt.Tooltip("Milliseconds", format=",.1f")],
    )
    return spread + points


def moves(figures: Monitor) -> alt.Chart:
    """How many passages of the top n moved by how much; farther moves share the outer bars."""
    counted = dict.fromkeys(range(-_FARTHEST, _FARTHEST + 1), 0)
    for delta, count in figures.deltas.items():
        counted[max(-_FARTHEST, min(_FARTHEST, delta))] += count
    words = {_FARTHEST: f"≥ +{_FARTHEST}", -_FARTHEST: f"≤ {signed(-_FARTHEST, 0)}"}
    frame = pd.DataFrame(
        {
            "Rank delta": [
                words.get(delta, signed(delta, 0) if delta else "0") for delta in counted
            ],
            "Passages": list(counted.values()),
            "Direction": ["up" if d > 0 else "down" if d < 0 else "unmoved" for d in counted],
        }
    )
    scale = alt.Scale(domain=["up", "down", "unmoved"], range=[GAIN, LOSS, NEUTRAL])
    bars = alt.Chart(frame, height=280).mark_bar(cornerRadius=2)
    return bars.encode(
        x=alt.X("Rank delta:O", sort=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy")),
        y=alt.Y("Passages:Q", title="Passages of the top n", axis=alt.Axis(tickMinStep=1)),
        color=alt.Color("Direction:N", scale=scale, legend=alt.Legend(title=None, orient="top")),
        tooltip=["Rank delta", "Passages"],
    )


def by_day(figures: Monitor) -> alt.Chart:
    """Searches of each day."""
    frame = pd.DataFrame(
        {
            "Day": [f"{day.day:%d %b}" for day in figures.days],
            "Searches": [day.searches for day in figures.days],
            "Median milliseconds": [day.median_ms for day in figures.days],
        }
    )
    bars = alt.Chart(frame, height=280).mark_bar(cornerRadius=2, color=GAIN, size=18)
    return bars.encode(
        x=alt.X("Day:O", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy")),
        y=alt.Y("Searches:Q", axis=alt.Axis(tickMinStep=1)),
        tooltip=["Day", "Searches", alt.Tooltip("Median milliseconds", format=",.0f")],
    )


def scores(spells_: Sequence[Spell]) -> alt.LayerChart:
    """The first passage's logit of every search, by state of the collection, oldest on top."""
    shown = [spell for spell in spells_ if spell.logits][-_MOST_SPELLS:]
    rows = [(spell_name(spell), logit) for spell in shown for logit in spell.logits]
    frame = pd.DataFrame(rows, columns=["State", "Logit"])
    y = alt.Y("State:N", sort=None, title=None, axis=names_axis())
    ticks = alt.Chart(frame, height=80 + 30 * len(shown))
    ticks = ticks.mark_tick(color=NEUTRAL, thickness=2, opacity=0.6)
    ticks = ticks.encode(x=alt.X("Logit:Q", title="Logit of the first passage"), y=y)
    middles = pd.DataFrame(
        {
            "State": [spell_name(spell) for spell in shown],
            "Median": [spell.median for spell in shown],
            "Searches": [len(spell.logits) for spell in shown],
        }
    )
    points = alt.Chart(middles).mark_point(filled=True, size=110, opacity=1, color=GAIN)
    points = points.encode(
        x="Median:Q", y=y, tooltip=["State", "Searches", alt.Tooltip("Median", format="+.2f")]
    )
    return ticks + points


def spell_name(spell: Spell) -> str:
    """When a state of the collection was first searched, and its name."""
    return f"{spell.since.astimezone():%d %b, %H:%M} · {printable(spell.corpus_version)[:8]}"


def monitoring_view(engine: Engine) -> None:
    """Draw what the searches say together."""
    facts = chosen(engine)
    if not facts:
        nothing_remembered(engine)
        return
    figures = monitor(facts)
    tiles(figures)
    with st.container(key="beside-monitor"):
        speed(figures)
        answers(figures)
    drift(engine, facts)
