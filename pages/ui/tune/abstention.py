"""An abstention threshold, fitted on judged questions: what it is worth, adopt or revert."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.learn.abstention_fit import AbstentionFit, abstention_cases, fit_abstention
from core.learn.material import Judged
from core.schema import Collection
from core.search.fitted import models_key, runtimes_key
from core.text.counting import signed
from pages.ui import resources, state
from pages.ui.deltas import delta
from pages.ui.fitted import fitted_here, in_use, offer_accepted
from pages.ui.text import plain


def _in_use(engine: Engine, collection: Collection) -> None:
    fitted = resources.tuning().active(collection.id).abstention
    if fitted is None:
        return
    limit = f"a logit of {signed(fitted.threshold, 2)}"
    words = (
        f"Quotes abstain up to {limit} in this collection.",
        f"The fitted abstention threshold, {limit}, is",
    )
    labels = ("Use the noise floor", "Delete this threshold")
    in_use(engine, collection, fitted, words, labels)


def _fit(engine: Engine, material: list[Judged]) -> AbstentionFit:
    _, cross_encoder = engine.models.wait()
    on = material[0].comparison.models
    return fit_abstention(
        abstention_cases(material, cross_encoder), models_key(*on), runtimes_key(*on)
    )


def _worth(fit: AbstentionFit) -> None:
    today, then = fit.today, fit.held_out
    logit, answered, abstained = st.columns(3)
    logit.metric("Abstains up to a logit of", signed(fit.threshold, 2))
    answered.metric(
        "Answered, of those with an answer",
        f"{then.answered} of {then.answerable}",
        **delta(then.answered - today.answered, 0),
    )
    abstained.metric(
        "Abstained, of those without",
        f"{then.abstained} of {then.unanswerable}",
        **delta(then.abstained - today.abstained, 0),
    )
    st.markdown(plain(fit.verdict))


def abstention_view(engine: Engine, collection: Collection, material: list[Judged]) -> None:
    """Draw the threshold in use, and fit another one."""
    st.caption(
        "Quotes should abstain when the documents hold no answer. Questions whose passages were "
        "all judged 0, and questions with a grade of 2 or 3, show where to draw the line. A "
        "threshold that decides held-out questions no better than the current rule is refused."
    )
    _in_use(engine, collection)
    if not material:
        return
    fit = fitted_here(
        state.TUNE_ABSTENTION, collection, "Fit the threshold", lambda: _fit(engine, material)
    )
    if fit is None:
        return
    _worth(fit)
    offer_accepted(
        "Use this threshold",
        fit.accepted,
        lambda: resources.tuning().adopt(collection.id, fit),
        "Answers follow it now.",
    )
