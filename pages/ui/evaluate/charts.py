"""Pictures of an evaluation, as Altair charts that are legible on a light and a dark page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import altair as alt
import pandas as pd

from core.evaluate.breakdown import Group
from core.evaluate.compare import Difference
from core.evaluate.outcome import Outcome
from core.evaluate.statistics import pareto
from pages.ui.evaluate.data import GAIN, LOSS, NEUTRAL
from pages.ui.text import printable

PICKED = "picked"
_SAME = 1e-9
_SIGNS = alt.Scale(domain=["helped", "hurt", "the same"], range=[GAIN, LOSS, NEUTRAL])
_SIGN = alt.Color("Change:N", scale=_SIGNS, legend=alt.Legend(title=None, orient="top"))


def _change(value: float) -> str:
    return "helped" if value > _SAME else "hurt" if value < -_SAME else "the same"


def _shown(difference: Difference) -> str:
    """What an interval shows: one that reaches over zero shows neither gain nor loss."""
    if difference.low <= 0 <= difference.high:
        return "the same"
    return _change(difference.mean)


def wins_and_losses(outcome: Outcome, name: str, measure: str) -> alt.Chart:
    """One bar a question, sorted: how much the configuration gains or loses on it."""
    differences = outcome.differences(name, measure)
    base, other = outcome.run(outcome.baseline).values[measure], outcome.run(name).values[measure]
    frame = pd.DataFrame(
        {
            "Place": range(1, len(differences) + 1),
            "Question": [printable(question) for question in differences],
            "Difference": list(differences.values()),
            "Change": [_change(value) for value in differences.values()],
            outcome.baseline: [base[question] for question in differences],
            name: [other[question] for question in differences],
        }
    )
    picked = alt.selection_point(name=PICKED, fields=["Question"])
    values = [alt.Tooltip(column, format=".3f") for column in (outcome.baseline, name)]
    bars = alt.Chart(frame).mark_bar(cornerRadius=2, cursor="pointer")
    return bars.encode(
        x=alt.X("Place:O", axis=alt.Axis(labels=False, ticks=False, title="Questions, sorted")),
        y=alt.Y("Difference:Q", title=f"Difference in {measure}"),
        color=_SIGN,
        opacity=alt.condition(picked, alt.value(1.0), alt.value(0.45)),
        tooltip=["Question", alt.Tooltip("Difference", format="+.3f"), *values],
    ).add_params(picked).properties(height=280)  # fmt: skip


def _points(outcome: Outcome, measure: str) -> pd.DataFrame:
    timed = {run.name: run for run in outcome.runs if run.latencies}
    points = {n: (run.latencies[-1].median_ms, run.mean(measure)) for n, run in timed.items()}
    front = set(pareto(points))
    return pd.DataFrame(
        {
            "Configuration": list(points),
            "Milliseconds": [cost for cost, _ in points.values()],
            measure: [quality for _, quality in points.values()],
            "95 % of the questions in": [timed[n].latencies[-1].p95_ms for n in points],
            "Front": [name in front for name in points],
        }
    )


def quality_and_time(outcome: Outcome, measure: str) -> alt.LayerChart | None:
    """Every configuration as a point; the line joins those that nobody beats in both."""
    frame = _points(outcome, measure)
    if frame.empty:
        return None
    x = alt.X("Milliseconds:Q", title="Median milliseconds a question", scale=alt.Scale(zero=False))
    y = alt.Y(f"{measure}:Q", scale=alt.Scale(zero=False, padding=24))
    front = alt.Chart(frame[frame["Front"]]).mark_line(
        color=GAIN, strokeDash=[5, 4], interpolate="step-after"
    )
    points = alt.Chart(frame).mark_point(size=130, filled=True, opacity=1).encode(
        x=x,
        y=y,
        color=alt.condition("datum.Front", alt.value(GAIN), alt.value(NEUTRAL)),
        tooltip=[
            "Configuration",
            alt.Tooltip(f"{measure}:Q", format=".3f"),
            alt.Tooltip("Milliseconds:Q", format=",.0f"),
            alt.Tooltip("95 % of the questions in:Q", format=",.0f"),
        ],
    )  # fmt: skip
    middle = frame["Milliseconds"].max() / 2  # a name on the right side would leave the picture
    right = frame["Milliseconds"] > middle
    layers = [_names(frame[~right], "left"), _names(frame[right], "right")]
    names = alt.layer(*(layer.encode(x=x, y=y) for layer in layers))
    return (front.encode(x=x, y=y) + points + names).properties(height=320)


def _names(frame: pd.DataFrame, align: Literal["left", "right"]) -> alt.Chart:
    """The configurations' names, on the side of their points where there is room."""
    words = alt.Chart(frame).mark_text(
        align=align, dx=10 if align == "left" else -10, dy=-8, color=NEUTRAL, fontSize=12, limit=220
    )
    return words.encode(text="Configuration:N")


def quality_and_depth(outcome: Outcome, measure: str) -> alt.LayerChart | None:
    """Quality and the ceiling by candidates read, when there are reranked ones of many depths."""
    rows = [
        (run.configuration.settings.top_k, kind, value)
        for run in outcome.runs
        if run.configuration.reranked and run.configuration.settings.second.blend == 1.0
        and not run.configuration.settings.second.gate
        and run.configuration.settings.first.kind == _depth_kind(outcome)
        for kind, value in (
            (f"{measure}, reranked", run.mean(measure)),
            ("Ceiling: recall of the candidates", sum(run.ceiling.values()) / len(run.ceiling)),
        )
    ]  # fmt: skip
    if len({depth for depth, _, _ in rows}) < 2:
        return None
    frame = pd.DataFrame(rows, columns=["Candidates", "What", "Value"])
    kinds = list(dict.fromkeys(frame["What"]))
    base = alt.Chart(frame).encode(
        x=alt.X("Candidates:Q", title="Candidates that the cross-encoder reads"),
        y=alt.Y("Value:Q", title=None, scale=alt.Scale(zero=False)),
        color=alt.Color(
            "What:N",
            scale=alt.Scale(domain=kinds, range=[GAIN, NEUTRAL]),
            legend=alt.Legend(title=None, orient="top", labelLimit=320),
        ),
        tooltip=["What", "Candidates", alt.Tooltip("Value", format=".3f")],
    )
    return (base.mark_line() + base.mark_point(filled=True, size=70)).properties(height=280)


def _depth_kind(outcome: Outcome) -> str:
    reranked = [run for run in outcome.runs if run.configuration.reranked]
    return reranked[0].configuration.settings.first.kind if reranked else ""


def by_group(found: Sequence[Group], title: str) -> alt.LayerChart:
    """The mean difference of each group with its 95 % interval, grey when it has zero in it."""
    frame = pd.DataFrame(
        {
            title: [f"{printable(group.name)} ({group.difference.questions})" for group in found],
            "Difference": [group.difference.mean for group in found],
            "Low": [group.difference.low for group in found],
            "High": [group.difference.high for group in found],
            "Change": [_shown(group.difference) for group in found],
        }
    )
    y = alt.Y(f"{title}:N", sort=None, title=None, axis=alt.Axis(labelLimit=260))
    few = alt.Scale(domain=[-1, 1], clamp=True) if (frame["High"] >= 1).all() else alt.Undefined
    spread = alt.Chart(frame).mark_rule(color=NEUTRAL, strokeWidth=2)
    spread = spread.encode(
        x=alt.X("Low:Q", title="Mean difference, 95 % interval", scale=few), x2="High:Q", y=y
    )
    points = alt.Chart(frame).mark_point(filled=True, size=90, opacity=1).encode(
        x="Difference:Q",
        y=y,
        color=alt.Color("Change:N", scale=_SIGNS, legend=None),
        tooltip=[title, *(alt.Tooltip(c, format="+.3f") for c in ("Difference", "Low", "High"))],
    )  # fmt: skip
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=NEUTRAL, strokeDash=[3, 3])
    return (zero.encode(x="x:Q") + spread + points).properties(height=60 + 30 * len(found))
