"""Learned weights: what they are, what they are worth, adopt or revert."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from core.app.engine import Engine
from core.evaluate.compare import verdict
from core.learn.material import Judged, weight_questions
from core.learn.weights import fit_weights
from core.schema import Collection
from core.search.fitted import models_key, runtimes_key
from core.search.ordering import FEATURES
from pages.ui import resources, state
from pages.ui.axes import names_axis
from pages.ui.fitted import MEASURE, before_and_after, fitted_here, in_use, offer
from pages.ui.frame import way_to
from pages.ui.text import plain

NAMES = {
    "dense": "bi-encoder's cosine",
    "bm25": "BM25",
    "logit": "cross-encoder's logit",
    "length": "length of the passage",
    "position": "place in the document",
}


def _chart(weights: tuple[float, ...]) -> alt.Chart:
    rows = pd.DataFrame({"what": [NAMES[name] for name in FEATURES], "weight": weights})
    return (
        alt.Chart(rows, height=alt.Step(26))
        .mark_bar(size=16, cornerRadius=2)
        .encode(
            x=alt.X("weight:Q", scale=alt.Scale(domain=[-1, 1]), title="weight"),
            y=alt.Y("what:N", sort=None, title=None, axis=names_axis(220)),
            color=alt.condition("datum.weight > 0", alt.value("#0d7f86"), alt.value("#b8531c")),
            tooltip=["what", alt.Tooltip("weight:Q", format="+.2f")],
        )
    )


def _in_use(engine: Engine, collection: Collection) -> None:
    learned = resources.tuning().active(collection.id).weights
    if learned is None:
        return
    words = (
        "Learned weights are used in this collection.",
        "The learned weights of this collection are",
    )
    labels = ("Stop using these weights", "Delete these weights")
    chart = _chart(learned.weights)
    in_use(engine, collection, learned, words, labels, lambda: st.altair_chart(chart))


def weights_view(engine: Engine, collection: Collection, material: list[Judged]) -> None:
    """Draw the weights in use, and learn new ones."""
    st.caption(
        "How much should each score count? A linear model learns it from your judgments in "
        "milliseconds, and is refused when it does not help held-out questions."
    )
    _in_use(engine, collection)
    if not material:
        return
    on = material[0].comparison.models
    models, runtime = models_key(*on), runtimes_key(*on)
    learned = fitted_here(
        state.TUNE_LEARNED,
        collection,
        "Learn weights",
        lambda: fit_weights(weight_questions(material), models=models, runtime=runtime),
    )
    if learned is None:
        return
    st.altair_chart(_chart(learned.weights))
    before_and_after(learned.difference)
    st.markdown(plain(verdict(learned.difference)))
    st.caption("Each question was ranked with weights fitted on all the others.")
    way_to("Evaluate", MEASURE)
    offer(
        learned.difference,
        ("Use these weights", "Use them anyway"),
        lambda: resources.tuning().adopt(collection.id, learned),
        "Searches use them now.",
    )
