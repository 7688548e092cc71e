"""Pictures of an evaluation, as Altair charts that are legible on a light and a dark page."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from core.evaluate.compare import Difference, pareto
from core.evaluate.outcome import Outcome
from pages.ui.axes import (
    GAIN,
    LOSS,
    NEUTRAL,
    Layers,
    Side,
    Sides,
    apart,
    around_zero,
    names_axis,
    shares,
    signed_axis,
)
from pages.ui.text import printable

PICKED = "picked"
_SAME = 1e-9
_SIGNS = alt.Scale(domain=["helped", "hurt", "the same"], range=[GAIN, LOSS, NEUTRAL])
_SIGN = alt.Color("Change:N", scale=_SIGNS, legend=alt.Legend(title=None, orient="top"))


def _change(value: float) -> str:
    return "helped" if value > _SAME else "hurt" if value < -_SAME else "the same"


def _shown(difference: Difference) -> str:
    """What a group shows: neither gain nor loss unless interval and test agree on it."""
    return _change(difference.mean) if difference.settled else "the same"


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
    bars = alt.Chart(frame, height=280).mark_bar(cornerRadius=2, cursor="pointer")
    return bars.encode(
        x=alt.X("Place:O", axis=alt.Axis(labels=False, ticks=False, title="Questions, sorted")),
        y=alt.Y(
            "Difference:Q",
            scale=alt.Scale(domain=around_zero(list(differences.values()))),
            axis=signed_axis(f"Difference in {measure}"),
        ),
        color=_SIGN,
        opacity=alt.condition(picked, alt.value(1.0), alt.value(0.45)),
        tooltip=["Question", alt.Tooltip("Difference", format="+.3f"), *values],
    ).add_params(picked)  # fmt: skip


def _points(outcome: Outcome, measure: str) -> pd.DataFrame:
    timed = {run.name: run for run in outcome.runs if run.latencies}
    points = {n: (run.latencies[-1].median_ms, run.mean(measure)) for n, run in timed.items()}
    front = set(pareto(points))
    return pd.DataFrame(
        {
            "Configuration": list(points),
            "Milliseconds": [cost for cost, _ in points.values()],
            measure: [quality for _, quality in points.values()],
            "95th percentile (ms)": [timed[n].latencies[-1].p95_ms for n in points],
            "Front": [name in front for name in points],
        }
    )


def quality_and_time(outcome: Outcome, measure: str) -> Layers | None:
    """Every configuration as a point; the line joins those that nobody beats in both."""
    frame = _points(outcome, measure)
    if frame.empty:
        return None
    low, high = shares(frame[measure])
    farthest = 1.1 * frame["Milliseconds"].max()
    x = alt.X(
        "Milliseconds:Q",
        title="Median milliseconds per question",
        scale=alt.Scale(domain=[0, farthest], nice=False),
        axis=alt.Axis(format=",~f", tickCount=5),
    )
    scale, axis = alt.Scale(domain=[low, high]), alt.Axis(format=".2f", tickCount=5)
    y = alt.Y(f"{measure}:Q", scale=scale, axis=axis)
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
            alt.Tooltip("95th percentile (ms):Q", format=",.0f"),
        ],
    )  # fmt: skip
    right = frame["Milliseconds"] > farthest / 2  # a name on the right would leave the picture
    sides: Sides = [(frame[~right], "left"), (frame[right], "right")]
    names = [_names(part, side, measure, (low, high), x) for part, side in sides if len(part)]
    return alt.layer(front.encode(x=x, y=y), *names, points, height=320)


def _names(
    frame: pd.DataFrame, side: Side, measure: str, bounds: tuple[float, float], x: alt.X
) -> alt.LayerChart:
    """The configurations' names on one side of their points; a thin line joins a moved one."""
    frame = frame.assign(Place=apart(list(frame[measure]), *bounds))
    scale, base = alt.Scale(domain=list(bounds)), alt.Chart(frame)
    joined = base.mark_rule(color=NEUTRAL, strokeWidth=1, opacity=0.5).encode(
        x=x, y=alt.Y(f"{measure}:Q", scale=scale), y2="Place:Q"
    )
    dx = 10 if side == "left" else -10
    # above the dashed line, which leaves a point to the right on its own height
    words = base.mark_text(align=side, dx=dx, dy=-8, color=NEUTRAL, fontSize=12, limit=190)
    return joined + words.encode(
        x=x, y=alt.Y("Place:Q", scale=scale, title=measure), text="Configuration:N"
    )


def quality_and_depth(outcome: Outcome, measure: str) -> alt.LayerChart | None:
    """Quality and the ceiling by candidates read, when there are reranked ones of many depths."""
    rows = [
        (run.configuration.settings.top_k, kind, value)
        for run in outcome.runs
        if run.configuration.reranked and run.configuration.settings.second.blend == 1.0
        and not run.configuration.settings.second.skip_predictor
        and run.configuration.settings.first.kind == _depth_kind(outcome)
        for kind, value in (
            (f"{measure}, reranked", run.mean(measure)),
            ("Ceiling: recall of the candidates", run.mean_ceiling),
        )
    ]  # fmt: skip
    if len({depth for depth, _, _ in rows}) < 2:
        return None
    frame = pd.DataFrame(rows, columns=["Candidates", "What", "Value"])
    kinds = list(dict.fromkeys(frame["What"]))
    scale = alt.Scale(domain=shares(frame["Value"]))
    base = alt.Chart(frame, height=280).encode(
        x=alt.X("Candidates:Q", title="Candidates reranked"),
        y=alt.Y("Value:Q", title=None, scale=scale, axis=alt.Axis(format=".2f")),
        color=alt.Color(
            "What:N",
            scale=alt.Scale(domain=kinds, range=[GAIN, NEUTRAL]),
            legend=alt.Legend(title=None, orient="top", labelLimit=320),
        ),
        tooltip=["What", "Candidates", alt.Tooltip("Value", format=".3f")],
    )
    return base.mark_line() + base.mark_point(filled=True, size=70)


def _depth_kind(outcome: Outcome) -> str:
    reranked = [run for run in outcome.runs if run.configuration.reranked]
    return reranked[0].configuration.settings.first.kind if reranked else ""


def by_group(groups: Mapping[str, Difference], title: str) -> alt.LayerChart:
    """The mean difference of each group with its 95% interval, grey when it is not settled."""
    frame = pd.DataFrame(
        {
            title: [f"{printable(name)} ({d.questions})" for name, d in groups.items()],
            "Difference": [d.mean for d in groups.values()],
            "Low": [d.low for d in groups.values()],
            "High": [d.high for d in groups.values()],
            "Change": [_shown(d) for d in groups.values()],
        }
    )
    y = alt.Y(f"{title}:N", sort=None, title=None, axis=names_axis())
    ends = around_zero([*frame["Low"], *frame["High"]])
    spread = alt.Chart(frame, height=60 + 30 * len(groups))
    spread = spread.mark_rule(color=NEUTRAL, strokeWidth=2)
    spread = spread.encode(
        x=alt.X(
            "Low:Q", scale=alt.Scale(domain=ends), axis=signed_axis("Mean difference, 95% interval")
        ),
        x2="High:Q",
        y=y,
    )
    points = alt.Chart(frame).mark_point(filled=True, size=90, opacity=1).encode(
        x="Difference:Q",
        y=y,
        color=alt.Color("Change:N", scale=_SIGNS, legend=None),
        tooltip=[title, *(alt.Tooltip(c, format="+.3f") for c in ("Difference", "Low", "High"))],
    )  # fmt: skip
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=NEUTRAL, strokeDash=[3, 3])
    return zero.encode(x="x:Q") + spread + points
