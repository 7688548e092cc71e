"""What another number of candidates, or a cascade, would give one question."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from core.app.engine import Engine
from core.evaluate.client import judged_quality
from core.evaluate.metrics import MEASURE
from core.schema import Collection, SearchSettings
from core.search.cascade import cascade_points
from core.search.depth import DepthPoint, depth_curve, fully_read, knee
from core.text.counting import counted
from pages.ui import resources, state
from pages.ui.axes import GAIN, LOSS, NEUTRAL, Layers, Sides

DEEPEST = 100
SIZES = (10, 20, 30, 50)
DEPTHS = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100)
_MS = alt.Tooltip("ms", format=".0f", title="about ms")
_COLOURS, _RULE = (GAIN, NEUTRAL), LOSS


def _series(points: tuple[DepthPoint, ...], top_n: int) -> pd.DataFrame:
    kept = [(p.depth, 100 * p.agreement, f"top {top_n} kept", p.milliseconds) for p in points]
    judged = [
        (p.depth, 100 * p.quality, MEASURE, p.milliseconds) for p in points if p.quality is not None
    ]
    return pd.DataFrame([*kept, *judged], columns=["depth", "value", "what", "ms"])


def curve_chart(points: tuple[DepthPoint, ...], marks: dict[str, int], top_n: int) -> Layers:
    """The curve with its marks as upright lines."""
    series = _series(points, top_n)
    names = list(dict.fromkeys(series["what"]))
    colours = alt.Scale(domain=names, range=_COLOURS[: len(names)])
    line = (
        alt.Chart(series)
        .mark_line(point=True, strokeWidth=2.5)
        .encode(
            x=alt.X("depth:Q", title="Candidates read"),
            y=alt.Y("value:Q", title="%", scale=alt.Scale(domain=[0, 100])),
            color=alt.Color("what:N", title=None, scale=colours, legend=alt.Legend(orient="top")),
            tooltip=["what", "depth", alt.Tooltip("value", format=".0f"), _MS],
        )
    )
    where, x = marks_of(marks, points[-1].depth), alt.X("depth:Q")
    rules = alt.Chart(where).mark_rule(color=_RULE, strokeDash=[5, 4], strokeWidth=2)
    sides: Sides = [(where[~where["end"]], "left"), (where[where["end"]], "right")]
    labels = [
        alt.Chart(part)
        .mark_text(
            color=_RULE, align=side, dx=5 if side == "left" else -5, fontSize=13, baseline="bottom"
        )
        .encode(x=x, y=alt.Y("height:Q", title="%"), text="label:N")
        for part, side in sides
        if len(part)
    ]
    return alt.layer(line, rules.encode(x=x), *labels)


def marks_of(marks: dict[str, int], deepest: int) -> pd.DataFrame:
    """Where the upright lines stand and what is said beside each, at a height of its own.

    Marks at the same depth share a line and a label; one at the end is said on its left side.
    """
    by_depth: dict[int, list[str]] = {}
    for label, depth in marks.items():
        by_depth.setdefault(depth, []).append(label)
    return pd.DataFrame(
        {
            "depth": list(by_depth),
            "label": [" = ".join(labels) for labels in by_depth.values()],
            "height": [4 + 9 * number for number in range(len(by_depth))],
            "end": [depth > 0.85 * deepest for depth in by_depth],
        }
    )


def knee_words(curve: tuple[DepthPoint, ...], bend: DepthPoint | None, top_n: int) -> str:
    """Where the knee is and what it costs, in a sentence."""
    judged = curve[-1].quality is not None
    if bend is None:
        return "No knee: the curve is flat or rises steadily to its end."
    quality = "" if bend.quality is None else f", {MEASURE} {bend.quality:.2f}"
    return (
        f"The knee{' of ' + MEASURE if judged else ''}, after which more add little, is at "
        f"{counted(bend.depth, 'candidate')}: {bend.agreement:.0%} of the top {top_n}{quality}, "
        f"in about {bend.milliseconds:.0f} ms instead of {curve[-1].milliseconds:.0f}."
    )


def today_words(curve: tuple[DepthPoint, ...], now: int, top_n: int) -> str:
    """What the number of candidates that is set today keeps, and what it costs.

    >>> today_words((DepthPoint(50, 0.8, None, 900.0), DepthPoint(200, 1.0, None, 3600.0)), 50, 5)
    'The current 50 candidates keep 80% of the top 5 of 200, in about 900 ms.'
    """
    point = next((p for p in curve if p.depth == now), None)
    if point is None or point is curve[-1]:
        return ""
    quality = "" if point.quality is None else f", {MEASURE} {point.quality:.2f},"
    return (
        f"The current {now} candidates keep {point.agreement:.0%} of the top {top_n} of "
        f"{curve[-1].depth}{quality or ','} in about {point.milliseconds:.0f} ms."
    )


def cascade_table(points: Sequence[DepthPoint], top_n: int) -> None:
    """Draw each size with what it keeps and takes; the full pass is last."""
    st.markdown("#### Cascade")
    st.caption(
        "A quick pass reads the start of every candidate, and the full model reads only the best. "
        f"The table shows how much of the full pass's top {top_n} that keeps on this question."
    )
    rows = pd.DataFrame(
        {
            "Read in full": [
                f"best {point.depth}" if point is not points[-1] else f"all {point.depth}"
                for point in points
            ],
            f"Top {top_n} kept": [100 * point.agreement for point in points],
            "About": [point.milliseconds for point in points],
        }
    )
    st.dataframe(
        rows,
        hide_index=True,
        key=state.CASCADE,
        width="content",
        column_config={
            f"Top {top_n} kept": st.column_config.NumberColumn(format="%.0f%%"),
            "About": st.column_config.NumberColumn(format="%.0f ms"),
        },
    )


def depth_view(engine: Engine, collection: Collection, top_n: int) -> None:
    """A question, its curve, the knee and the setting of today; then its cascades."""
    st.markdown("#### How many candidates are enough?")
    st.caption(
        f"One pass over {DEEPEST} candidates shows what any smaller number would have given, "
        "because a passage's score does not depend on the others."
    )
    st.session_state.setdefault(state.DEPTH_QUESTION, st.session_state.get(state.QUERY, ""))
    query = st.text_input("Question", key=state.DEPTH_QUESTION, max_chars=2000).strip()
    if not query:
        st.info("Type a question to see its curve.", icon=":material/arrow_upward:")
        return
    search = SearchSettings(top_k=DEEPEST, top_n=top_n)
    comparison = resources.comparison(engine, collection.id, query, search, 0)
    candidates, logits = fully_read(comparison)
    if len(candidates) < 2:
        st.info("This question has too few candidates for a curve.", icon=":material/info:")
        return
    read = np.array(logits, dtype=np.float32)
    cheap, pace = resources.cheap_pass(engine, comparison.corpus_version, query, candidates)
    now = int(st.session_state.get(state.TOP_K, 50))
    quality = judged_quality(engine.evaluation_client, collection.id, comparison.query)
    curve = depth_curve(
        candidates, read, (*DEPTHS, now), top_n, quality, pace.full * len(candidates)
    )
    bend = knee(curve)
    marks = {"now": min(now, curve[-1].depth)} | ({"knee": bend.depth} if bend else {})
    st.altair_chart(curve_chart(curve, marks, top_n), width="stretch")
    st.caption(f"{knee_words(curve, bend, top_n)} {today_words(curve, now, top_n)}")
    quick = np.array(cheap, dtype=np.float32)
    cascade_table(cascade_points(candidates, read, quick, SIZES, pace, top_n), top_n)
