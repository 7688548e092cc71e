"""A gate fitted on the questions that were measured: what it is worth, adopt or revert."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.learn.skip_predictor_fit import FEWEST_QUESTIONS, GateFit, fit_gate
from core.schema import Collection
from core.search.skip_lab import GateTrial
from pages.ui import resources, state
from pages.ui.actions import act
from pages.ui.fitted import fitted_here, models_on, offer_accepted, origin, runtime_on, used
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
    fit = fitted_here(
        state.LAB_FIT,
        collection,
        "Fit a gate on these questions",
        lambda: fit_gate(trials, models_on(engine), runtime_on(engine)),
        disabled=len(trials) < FEWEST_QUESTIONS,
        why=f"It takes at least {FEWEST_QUESTIONS} questions. Each half is judged by a gate "
        "fitted on the other; a gate that loses more than half a point is refused. Questions made "
        "from the documents borrow their words, so a gate fitted on them is bolder than people's "
        "questions allow.",
    )
    if fit is None or fit == fitted:
        return
    st.markdown(plain(fit.verdict))
    gates = resources.tuning().gates
    offer_accepted(
        "Use this gate",
        fit.accepted,
        lambda: gates.adopt(collection.id, fit),
        "Searches use it now.",
    )
