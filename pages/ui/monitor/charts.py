"""Pictures of many searches, as Altair charts that are legible on a light and a dark page."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from core.history.drift import Spell
from core.history.monitoring import PERCENTILES, Monitor
from core.text.counting import signed
from pages.ui.axes import names_axis
from pages.ui.evaluate.data import GAIN, LOSS, NEUTRAL
from pages.ui.text import printable

STAGE_WORDS = {
    "encode": "Bi-encoder reads the question",
    "search": "Candidates are found",
    "rerank": "Cross-encoder reads the pairs",
    "quotes": "Best sentences are found",
    "total": "In all",
}
_FARTHEST = 10
_MOST_SPELLS = 12


def times(found: Monitor) -> alt.LayerChart:
    """Each stage's percentiles on one logarithmic line: median, 95 and 99 of 100 searches."""
    names = ["median", *(f"{percent} of 100" for percent in PERCENTILES[1:])]
    frame = pd.DataFrame(
        [
            (STAGE_WORDS[stage.stage], name, max(ms, 0.1))
            for stage in found.times
            for name, ms in zip(names, stage.at, strict=True)
        ],
        columns=["Stage", "Percentile", "Milliseconds"],
    )
    y = alt.Y("Stage:N", sort=None, title=None, axis=names_axis())
    x = alt.X("Milliseconds:Q", scale=alt.Scale(type="log"), axis=alt.Axis(format="~s", grid=False))
    colour = alt.Color(
        "Percentile:N",
        scale=alt.Scale(domain=names, range=[GAIN, NEUTRAL, LOSS]),
        legend=alt.Legend(title=None, orient="top"),
    )
    base = alt.Chart(frame)
    spread = base.mark_rule(color=NEUTRAL, strokeWidth=2).encode(
        x=alt.X("min(Milliseconds):Q", title="Milliseconds"), x2="max(Milliseconds):Q", y=y
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=x,
        y=y,
        color=colour,
        tooltip=["Stage", "Percentile", alt.Tooltip("Milliseconds", format=",.1f")],
    )
    return (spread + points).properties(height=110 + 34 * len(found.times))


def moves(found: Monitor) -> alt.Chart:
    """How many passages of the top n moved by how much; farther moves share the outer bars."""
    counted = dict.fromkeys(range(-_FARTHEST, _FARTHEST + 1), 0)
    for delta, count in found.deltas.items():
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
    bars = alt.Chart(frame).mark_bar(cornerRadius=2)
    return bars.encode(
        x=alt.X("Rank delta:O", sort=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy")),
        y=alt.Y("Passages:Q", title="Passages of the top n", axis=alt.Axis(tickMinStep=1)),
        color=alt.Color("Direction:N", scale=scale, legend=alt.Legend(title=None, orient="top")),
        tooltip=["Rank delta", "Passages"],
    ).properties(height=280)  # fmt: skip


def by_day(found: Monitor) -> alt.Chart:
    """Searches of each day."""
    frame = pd.DataFrame(
        {
            "Day": [f"{day.day:%d %b}" for day in found.days],
            "Searches": [day.searches for day in found.days],
            "Median milliseconds": [day.median_ms for day in found.days],
        }
    )
    return alt.Chart(frame).mark_bar(cornerRadius=2, color=GAIN, size=18).encode(
        x=alt.X("Day:O", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap="greedy")),
        y=alt.Y("Searches:Q", axis=alt.Axis(tickMinStep=1)),
        tooltip=["Day", "Searches", alt.Tooltip("Median milliseconds", format=",.0f")],
    ).properties(height=280)  # fmt: skip


def scores(found: Sequence[Spell]) -> alt.LayerChart:
    """The first passage's logit of every search, by state of the collection, oldest on top."""
    shown = [spell for spell in found if spell.logits][-_MOST_SPELLS:]
    rows = [(spell_name(spell), logit) for spell in shown for logit in spell.logits]
    frame = pd.DataFrame(rows, columns=["State", "Logit"])
    y = alt.Y("State:N", sort=None, title=None, axis=names_axis())
    ticks = alt.Chart(frame).mark_tick(color=NEUTRAL, thickness=2, opacity=0.6)
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
    return (ticks + points).properties(height=80 + 30 * len(shown))


def spell_name(spell: Spell) -> str:
    """When a state of the collection was first searched, and its name."""
    return f"{spell.since.astimezone():%d %b, %H:%M} · {printable(spell.corpus_version)[:8]}"
