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
from core.search.fitted import FittedOn, belongs, fitted_words, models_key, runtimes_key, why_not
from pages.ui import resources
from pages.ui.actions import act
from pages.ui.deltas import delta
from pages.ui.text import plain

Fit = TypeVar("Fit")


def models_on(engine: Engine) -> str:
    """Names the models that are on; waits for them when they still load."""
    encoder, cross_encoder = engine.models.wait()
    return models_key(encoder.info, cross_encoder.info)


def runtime_on(engine: Engine) -> str:
    """Names what computes the models that are on; waits for them when they still load."""
    encoder, cross_encoder = engine.models.wait()
    return runtimes_key(encoder.info, cross_encoder.info)


def origin(engine: Engine, fitted: FittedOn) -> None:
    """A line on what something in use was fitted on, and on the runtime if another one is on."""
    words = fitted_words(fitted, runtime_on(engine))
    if words:
        st.caption(plain(words))


def way_to_measure() -> None:
    """The way to the page that measures what was fitted, whether it is used or not."""
    st.page_link(
        "pages/2_Evaluate.py",
        label="Compare with the same search without it",
        icon=":material/query_stats:",
    )


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

    Args:
        key: where the session keeps it.
        collection: it is fitted for.
        label: of the button.
        fit: does it.
        disabled: whether it cannot be done now.
        why: what the button says when it is pointed at.
    """
    if st.button(label, icon=":material/school:", disabled=disabled, help=why):
        st.session_state[key] = (collection.id, fit())
    kept = st.session_state.get(key)
    return kept[1] if kept and kept[0] == collection.id else None


def offer_accepted(label: str, accepted: bool, adopt: Callable[[], None], done: str) -> None:
    """Draw the way to measure what was fitted, and the button that uses it if it was accepted."""
    way_to_measure()
    st.button(
        label,
        type="primary",
        icon=":material/check:",
        disabled=not accepted,
        on_click=act,
        args=(adopt, done),
    )


def revert_button(
    collection: Collection,
    kind: type[WeightsFit | SkipPredictorFit | AbstentionFit],
    label: str,
) -> None:
    """Draw the button that stops using a fit of a collection."""
    st.button(
        label,
        icon=":material/undo:",
        on_click=act,
        args=(lambda: resources.tuning().revert(collection.id, kind), "Reverted."),
    )


def before_and_after(difference: Difference) -> None:
    """Draw both means of a measure, and on how many questions it rose and fell."""
    d = difference
    before, after, changed = st.columns(3)
    before.metric(f"{d.measure} before", f"{d.base_mean:.3f}")
    after.metric(f"{d.measure} after", f"{d.other_mean:.3f}", **delta(d.mean, claims=d.settled))
    changed.metric("Questions better / worse", f"{d.wins} / {d.losses}")


def used(engine: Engine, what: str, models: str) -> bool:
    """Whether something that was learned is used with the models that are on.

    Where it is not, a warning says what is not used and why, and leads to the models.

    Args:
        engine: holds the models.
        what: is used, and its verb, to begin a sentence with.
        models: those that it was fitted with, empty when nobody knows.
    """
    on = models_on(engine)
    if belongs(models, on):
        return True
    back = "Searches use it again once those models are on. " if models else ""
    st.warning(
        f"**{what} not used**: {plain(why_not(models, on))}. {back}You can fit it again here.",
        icon=":material/pause_circle:",
    )
    if models:
        st.page_link("pages/7_Models.py", label="Choose the models", icon=":material/neurology:")
    return False


def offer(
    difference: Difference,
    labels: tuple[str, str],
    use: Callable[[], object],
    done: str,
    about: str | None = None,
) -> None:
    """Draw the button, and above it why it is refused or what is not settled.

    Args:
        difference: on questions that were held out.
        labels: where the gain is settled, and where it is not.
        use: done on a click.
        done: said afterwards (Markdown).
        about: the button's help.
    """
    verdict = standing(difference)
    words = plain(reason(difference))
    if verdict == "refused":
        st.error(words, icon=":material/block:")
    elif verdict == "open":
        st.warning(words, icon=":material/help:")
    st.button(
        labels[verdict == "open"],
        type="secondary" if verdict == "open" else "primary",
        icon=":material/check:",
        disabled=verdict == "refused",
        help=about,
        on_click=act,
        args=(use, done),
    )
