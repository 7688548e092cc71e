"""A gate fitted on the questions that were measured: what it is worth, adopt or revert."""

from __future__ import annotations

import streamlit as st

from core.engine import Engine
from core.learn.gate_fit import FEWEST_QUESTIONS, GateFit, fit_gate
from core.rank.gate_lab import GateTrial
from core.schema import Collection
from pages.ui import resources, state
from pages.ui.actions import act
from pages.ui.fitted import models_on, origin, runtime_on, used, way_to_measure
from pages.ui.text import plain


def _in_use(engine: Engine, collection: Collection, fitted: GateFit | None) -> None:
    on = fitted is not None and used(engine, "The gate fitted here is", fitted.models)
    if not on:
        st.caption("In use: the gate that comes along, fitted on 300 questions of SQuAD.")
    if fitted is None:
        return
    if on:
        st.caption(f":material/check_circle: In use: a gate fitted here. {plain(fitted.verdict)}")
        origin(engine, fitted.fitted_on)
    st.button(
        "Go back to the gate that comes along" if on else "Forget the gate fitted here",
        icon=":material/undo:",
        on_click=act,
        args=(lambda: resources.tuning().gates.revert(collection.id), "Reverted."),
    )


def fitting(
    engine: Engine, collection: Collection, trials: tuple[GateTrial, ...], fitted: GateFit | None
) -> None:
    """Draw which gate is in use, and fit another one on these questions.

    Args:
        engine: holds the models that read them.
        collection: whose gate it is.
        trials: what they found.
        fitted: the gate that was fitted here before and is kept.
    """
    _in_use(engine, collection, fitted)
    few = len(trials) < FEWEST_QUESTIONS
    if st.button(
        "Fit a gate on these questions",
        icon=":material/school:",
        disabled=few,
        help=f"It takes at least {FEWEST_QUESTIONS} questions. Each half is judged by a gate "
        "fitted on the other; a gate that loses more than half a point is refused. Questions made "
        "from the documents borrow their words, so a gate fitted on them is bolder than people's "
        "questions allow.",
    ):
        found = fit_gate(trials, models_on(engine), runtime_on(engine))
        st.session_state[state.LAB_FIT] = (collection.id, found)
    kept = st.session_state.get(state.LAB_FIT)
    if not kept or kept[0] != collection.id or kept[1] == fitted:
        return
    fit: GateFit = kept[1]
    st.markdown(plain(fit.verdict))
    way_to_measure()
    st.button(
        "Use this gate",
        type="primary",
        icon=":material/check:",
        disabled=not fit.accepted,
        on_click=act,
        args=(lambda: resources.tuning().gates.adopt(collection.id, fit), "Searches use it now."),
    )
