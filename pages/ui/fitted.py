"""What was learned and the models it belongs to, as the pages say it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from core.app.engine import Engine
from core.evaluate.compare import Difference
from core.learn.abstention_fit import AbstentionFit
from core.learn.significance import reason, standing
from core.learn.skip_predictor_fit import SkipPredictorFit
from core.learn.weights import WeightsFit
from core.schema import Collection
from core.search.fitted import belongs, fitted_words, models_key, runtimes_key, why_not
from pages.ui import resources
from pages.ui.actions import button
from pages.ui.deltas import delta
from pages.ui.frame import way_to
from pages.ui.text import plain

Fit = TypeVar("Fit")
MEASURE = "Compare with the same search without it"
AnyFit = WeightsFit | SkipPredictorFit | AbstentionFit


def models_on(engine: Engine) -> str:
    """Names the models that are on; waits for them when they still load."""
    encoder, cross_encoder = engine.models.wait()
    return models_key(encoder.info, cross_encoder.info)


def runtime_on(engine: Engine) -> str:
    """Names what computes the models that are on; waits for them when they still load."""
    encoder, cross_encoder = engine.models.wait()
    return runtimes_key(encoder.info, cross_encoder.info)


def fitted_here(
    key: str,
    collection: Collection,
    label: str,
    fit: Callable[[], Fit],
    *,
    disabled: bool = False,
    why: str | None = None,
) -> Fit | None:
    """Draw a button that fits something; what it gave while this collection was chosen, or None.

    ``key`` is where the session keeps it; ``why`` is what the button says when it is pointed at.
    """
    if st.button(label, icon=":material/school:", disabled=disabled, help=why):
        st.session_state[key] = (collection.id, fit())
    kept = st.session_state.get(key)
    return kept[1] if kept and kept[0] == collection.id else None


def offer_accepted(label: str, accepted: bool, adopt: Callable[[], None], done: str) -> None:
    """Draw the way to measure what was fitted, and the button that uses it if it was accepted."""
    way_to("Evaluate", MEASURE)
    button(label, "check", adopt, done, type="primary", disabled=not accepted)


def before_and_after(difference: Difference) -> None:
    """Draw both means of a measure, and on how many questions it rose and fell."""
    d = difference
    before, after, changed = st.columns(3)
    before.metric(f"{d.measure} before", f"{d.base_mean:.3f}")
    after.metric(f"{d.measure} after", f"{d.other_mean:.3f}", **delta(d.mean, claims=d.settled))
    changed.metric("Questions better / worse", f"{d.wins} / {d.losses}")


def in_use(
    engine: Engine,
    collection: Collection,
    fit: AnyFit,
    words: tuple[str, str],
    labels: tuple[str, str],
    picture: Callable[[], object] = lambda: None,
) -> None:
    """Draw what is fitted for a collection: that searches use it or why not, and what ends it.

    Args:
        engine: holds the models.
        collection: it is fitted for.
        fit: that was adopted.
        words: what is used, as a sentence, and what is not, up to its verb.
        labels: of the button while it is used, and while it is not.
        picture: draws the fit.
    """
    on = belongs(fit.models, models_on(engine))
    with st.container(border=True):
        if on:
            st.markdown(f":material/check_circle: **{words[0]}**")
            fitted_on = fitted_words(fit.fitted_on, runtime_on(engine))
            if fitted_on:
                st.caption(plain(fitted_on))
        else:
            _not_used(engine, words[1], fit.models)
        picture()
        tuning, kind = resources.tuning(), type(fit)
        button(labels[not on], "undo", lambda: tuning.revert(collection.id, kind), "Reverted.")


def _not_used(engine: Engine, what: str, models: str) -> None:
    back = "Searches use it again once those models are on. " if models else ""
    why = plain(why_not(models, models_on(engine)))
    st.warning(
        f"**{what} not used**: {why}. {back}You can fit it again here.",
        icon=":material/pause_circle:",
    )
    if models:
        way_to("Models", "Choose the models")


def offer(
    difference: Difference,
    labels: tuple[str, str],
    use: Callable[[], object],
    done: str,
    about: str | None = None,
) -> None:
    """Draw the button, and above it why it is refused or what is not settled.

    ``difference`` is of held-out questions; ``labels`` are for a settled gain, and for another.
    """
    verdict = standing(difference)
    words = plain(reason(difference))
    if verdict == "refused":
        st.error(words, icon=":material/block:")
    elif verdict == "open":
        st.warning(words, icon=":material/help:")
    kind = "secondary" if verdict == "open" else "primary"
    refused = verdict == "refused"
    button(labels[verdict == "open"], "check", use, done, type=kind, disabled=refused, help=about)
