"""What was learned and the models it belongs to, as the pages say it."""

from __future__ import annotations

import streamlit as st

from core.engine import Engine
from core.rank.fitted import FittedOn, belongs, fitted_words, models_key, runtimes_key, why_not
from core.schema import Comparison
from pages.ui.text import plain


def models_on(engine: Engine) -> str:
    """Names the models that are on; waits for them when they still load."""
    encoder, cross_encoder = engine.models.wait()
    return models_key(encoder.info, cross_encoder.info)


def runtime_on(engine: Engine) -> str:
    """Names what computes the models that are on; waits for them when they still load."""
    encoder, cross_encoder = engine.models.wait()
    return runtimes_key(encoder.info, cross_encoder.info)


def models_of(comparison: Comparison) -> str:
    """Names the models that a comparison was made with."""
    encoder, cross_encoder = comparison.models
    return models_key(encoder, cross_encoder)


def runtime_of(comparison: Comparison) -> str:
    """Names what computed the models that a comparison was made with."""
    encoder, cross_encoder = comparison.models
    return runtimes_key(encoder, cross_encoder)


def origin(engine: Engine, fitted: FittedOn) -> None:
    """A line on what something in use was fitted on, and on the runtime if another one is on."""
    words = fitted_words(fitted, runtime_on(engine))
    if words:
        st.caption(plain(words))


def way_to_measure() -> None:
    """The way to the page that measures what was fitted, whether it is used or not."""
    st.page_link(
        "pages/2_Evaluate.py",
        label="Measure it beside the same search without it",
        icon=":material/query_stats:",
    )


def used(engine: Engine, what: str, models: str) -> bool:
    """Whether something that was learned is used with the models that are on.

    Where it is not, a warning says what is set aside and why, and leads to the models.

    Args:
        engine: holds the models.
        what: is used, and its verb, to begin a sentence with.
        models: those that it was fitted with, empty when nobody knows.
    """
    on = models_on(engine)
    if belongs(models, on):
        return True
    back = "With those models on again, searches use it again. " if models else ""
    st.warning(
        f"**{what} set aside**: {plain(why_not(models, on))}. {back}It can be learned anew here.",
        icon=":material/pause_circle:",
    )
    if models:
        st.page_link("pages/8_Models.py", label="Choose the models", icon=":material/neurology:")
    return False
