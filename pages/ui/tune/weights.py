"""Learned weights: what they are, what they are worth, adopt or revert."""

from __future__ import annotations

import altair as alt
import pandas as pd
import streamlit as st

from core.app.engine import Engine
from core.evaluate.compare import verdict
from core.learn.material import Judged, weight_questions
from core.learn.weights import FEATURES, WeightsFit, learn
from core.schema import Collection
from core.search.fitted import models_key, runtimes_key
from pages.ui import resources, state
from pages.ui.actions import act
from pages.ui.axes import names_axis
from pages.ui.deltas import delta
from pages.ui.fitted import fitted_here, offer, origin, used, way_to_measure
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


def _worth(learned: WeightsFit) -> None:
    d = learned.difference
    today, then, change = st.columns(3)
    today.metric("nDCG@10 today", f"{d.base_mean:.3f}")
    gained = delta(d.mean, claims=d.settled)
    then.metric("with learned weights", f"{d.other_mean:.3f}", **gained)
    change.metric("Questions better / worse", f"{d.wins} / {d.losses}")
    st.markdown(plain(verdict(d)))
    st.caption("Each question was ranked by weights that were fitted on all the others.")


def _adopted(engine: Engine, collection: Collection) -> None:
    tuning = resources.tuning()
    learned = tuning.active(collection.id).weights
    if learned is None:
        return
    with st.container(border=True):
        on = used(engine, "The learned weights of this collection are", learned.models)
        if on:
            st.markdown(":material/tune: **Learned weights are used in this collection.**")
            origin(engine, learned.fitted_on)
        st.altair_chart(_chart(learned.weights))
        st.button(
            "Go back to the order without them" if on else "Forget these weights",
            icon=":material/undo:",
            on_click=act,
            args=(lambda: tuning.revert(collection.id, WeightsFit), "Reverted."),
        )


def weights_view(engine: Engine, collection: Collection, material: list[Judged]) -> None:
    """Draw the weights in use, and learn new ones."""
    st.caption(
        "How much should each score count? A linear model learns it from your grades in "
        "milliseconds, and is refused when it does not help questions it has not seen."
    )
    _adopted(engine, collection)
    if not material:
        return
    models, runtime = (
        models_key(*material[0].comparison.models),
        runtimes_key(*material[0].comparison.models),
    )
    learned = fitted_here(
        state.TUNE_LEARNED,
        collection,
        "Learn weights",
        lambda: learn(weight_questions(material), models=models, runtime=runtime),
    )
    if learned is None:
        return
    st.altair_chart(_chart(learned.weights))
    _worth(learned)
    way_to_measure()
    offer(
        learned.difference,
        ("Use these weights", "Use them anyway"),
        lambda: resources.tuning().adopt(collection.id, learned),
        "Searches use them now.",
    )
