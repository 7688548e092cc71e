"""The depth curve: what fewer candidates would have given, from one pass."""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd
import streamlit as st

from core.engine import Engine
from core.rank.depth import DepthPoint, depth_curve, fully_read, knee
from core.schema import Collection, SearchSettings
from pages.ui import resources, state

DEEPEST = 100
DEPTHS = (5, 10, 15, 20, 30, 40, 50, 60, 80, 100)
QUESTION = "lab_question"
_LINE, _RULE = "#1f77b4", "#c2410c"


def _chart(points: tuple[DepthPoint, ...], marks: dict[str, int]) -> alt.LayerChart:
    frame = pd.DataFrame(
        {
            "depth": [point.depth for point in points],
            "agreement": [100 * point.agreement for point in points],
            "ms": [point.milliseconds for point in points],
        }
    )
    line = (
        alt.Chart(frame)
        .mark_line(point=True, color=_LINE, strokeWidth=2.5)
        .encode(
            x=alt.X("depth:Q", title="Candidates read"),
            y=alt.Y("agreement:Q", title="Top n kept, %", scale=alt.Scale(domain=[0, 100])),
            tooltip=[
                "depth",
                alt.Tooltip("agreement", format=".0f"),
                alt.Tooltip("ms", format=".0f"),
            ],
        )
    )
    where = pd.DataFrame({"depth": list(marks.values()), "label": list(marks)})
    rules = alt.Chart(where).mark_rule(color=_RULE, strokeDash=[5, 4], strokeWidth=2)
    labels = alt.Chart(where).mark_text(color=_RULE, align="left", dx=5, fontSize=13, y=12)
    x = alt.X("depth:Q")
    return alt.layer(line, rules.encode(x=x), labels.encode(x=x, text="label:N"))


def depth_lab(engine: Engine, collection: Collection, top_n: int) -> None:
    """A question, its curve, the knee and the setting of today."""
    st.markdown("#### Depth")
    st.caption(
        f"One pass over {DEEPEST} candidates tells what every smaller number would have given: a "
        "passage's score does not depend on the others."
    )
    st.session_state.setdefault(QUESTION, st.session_state.get(state.QUERY, ""))
    query = st.text_input("Question", key=QUESTION, max_chars=2000).strip()
    if not query:
        st.info("Type a question to see its curve.", icon=":material/arrow_upward:")
        return
    version = engine.library.corpus_version(collection.id)
    search = SearchSettings(top_k=DEEPEST, top_n=top_n)
    found = resources.comparison(engine, collection.id, version, query, search, top_n)
    candidates, logits = fully_read(found)
    read = np.array(logits, dtype=np.float32)
    now = int(st.session_state.get(state.TOP_K, 50))
    curve = depth_curve(
        candidates, read, (*DEPTHS, now), top_n, milliseconds=found.timings.rerank_ms
    )
    if len(curve) < 2:
        st.info("Too few passages for a curve.", icon=":material/info:")
        return
    bend = knee(curve)
    marks = {"now": min(now, curve[-1].depth)} | ({"knee": bend.depth} if bend else {})
    st.altair_chart(_chart(curve, marks), width="stretch")
    if bend is None:
        st.caption("There is no knee: the curve is flat, or rises evenly to its end.")
    else:
        st.caption(
            f"The knee is at {bend.depth} candidates: {100 * bend.agreement:.0f} % of the top "
            f"{top_n}, about {bend.milliseconds:.0f} ms instead of {curve[-1].milliseconds:.0f}."
        )
