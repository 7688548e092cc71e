"""A new evaluation: which questions, which configurations, compared with which one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.app.copying import cut_otherwise
from core.app.engine import Engine
from core.evaluate.configurations import (
    MEASURES,
    Configuration,
    Plan,
    chunking_words,
    depths,
    presets,
    variants,
)
from core.evaluate.questions.question_sets import QuestionSet
from core.learn.fits import NAMES, Fit, with_fits
from core.models.runtime_selection.kept import AUTO, RUNTIME_CHOICES
from core.schema import Collection
from core.search.fitted import belongs, why_not
from pages.ui import resources, state
from pages.ui.actions import button
from pages.ui.evaluate.sets import choose_set
from pages.ui.evaluate.views import RESULTS
from pages.ui.fitted import models_on
from pages.ui.rankings.configurations import copy_popover, rerankers
from pages.ui.text import plain, printable

DEPTHS = (10, 20, 50, 100)
_FITTED_NOW = (state.TUNE_LEARNED, state.SKIP_FIT, state.TUNE_ABSTENTION)
LEAVE_OUT, COUNT = "Leave out", "Count as not relevant"


def _start(engine: Engine, collection: Collection, plan: Plan) -> None:
    started = engine.evaluations.start(collection.id, plan)
    st.session_state[state.EVALUATION_STARTED] = started.id
    st.session_state[state.EVALUATE_VIEW] = RESULTS


def _configurations(given: bool) -> list[Configuration]:
    depth = st.slider(
        "Candidates to rerank",
        10,
        200,
        50,
        step=10,
        help="Recall at this depth is the ceiling: reranking cannot find what is not among the "
        "candidates.",
    )
    offered = {configuration.name: configuration for configuration in presets(depth, given=given)}
    chosen = st.multiselect(
        "Configurations", list(offered), list(offered)[:2], key=state.CONFIGURATIONS
    )
    configurations = [offered[name] for name in chosen]
    reranked = [configuration for configuration in configurations if configuration.reranked]
    if reranked and st.toggle(
        "Also at other depths",
        help=f"Also measures “{reranked[0].name}” with {', '.join(map(str, DEPTHS))} candidates, "
        "to show where more stop helping.",
    ):
        others = tuple(other for other in DEPTHS if other != depth)
        configurations += depths(reranked[0], others)
    return configurations


def _primary() -> tuple[str, ...]:
    """All measures, the one that decides first."""
    primary = st.selectbox(
        "Primary measure",
        MEASURES[:-1],
        help="All measures are computed; this one is shown first.",
    )
    return primary, *(measure for measure in MEASURES if measure != primary)


def _unjudged(question_set: QuestionSet) -> bool:
    choice = st.radio(
        "Unjudged passages",
        (LEAVE_OUT, COUNT),
        index=1 if question_set.known_item else 0,
        horizontal=True,
        help="Left out: only the judged passages of each list count (condensed lists), which suits "
        "judged questions. Counted as not relevant: right for questions made from one known "
        "passage. Judged@10 is shown either way.",
    )
    return choice == LEAVE_OUT


def plan_view(engine: Engine, collection: Collection, sets: list[QuestionSet]) -> None:
    """Draw the choices and the start."""
    if not sets:
        st.info("Evaluations need questions. Add some under Questions.", icon=":material/quiz:")
        return
    left, right = st.columns(2, gap="large")
    with left:
        question_set = choose_set(sets)
        leave_out = _unjudged(question_set)
        measures = _primary()
    with right:
        configurations = _configurations(bool(engine.corpora.given(collection.id)))
        if configurations:
            configurations += more_configurations(engine, collection, configurations)
        names = [configuration.name for configuration in configurations]
        baseline = st.selectbox("Baseline", names) if names else ""
    if len(configurations) < 2:
        st.caption("Choose at least two configurations.")
        return
    plan = Plan(
        set_name=question_set.name,
        questions=question_set.questions,
        configurations=tuple(configurations),
        baseline=str(baseline),
        leave_out_unjudged=leave_out,
        measures=measures,
    )
    searches = len(configurations) * len(plan.questions)
    button(
        f"Start: {searches:,} searches",
        "play_arrow",
        lambda: _start(engine, collection, plan),
        key=state.START_EVALUATION,
        type="primary",
        help="It runs in the background and continues when you leave this page or restart the "
        "program. Searches already made in the same state are reused.",
    )


def _fitted_here(collection_id: str, used: dict[str, Fit]) -> dict[str, Fit]:
    """What is used in a collection, and what was fitted in this session and is not used (yet)."""
    fits = {f"fitted {kind}": fit for kind, fit in used.items()}
    for key in _FITTED_NOW:
        kept = st.session_state.get(key)
        if kept and kept[0] == collection_id and kept[1] not in used.values():
            kind = NAMES[type(kept[1])]
            fits[f"newly fitted {kind}" if kind in used else f"fitted {kind}"] = kept[1]
    return fits


def _usable(engine: Engine, fits: dict[str, Fit]) -> dict[str, Fit]:
    """Those that belong to the models that are on; for the others it is said why not."""
    on = models_on(engine) if fits else ""
    for name, fit in fits.items():
        if not belongs(fit.models, on):
            words = f"The {name} cannot be measured now: {why_not(fit.models, on)}."
            st.caption(f":material/pause_circle: {plain(words)}")
    return {name: fit for name, fit in fits.items() if belongs(fit.models, on)}


def _label(name: str, fit: Fit | None, used: dict[str, Fit]) -> str:
    """What is chosen, and whether searches use it."""
    if fit is None:
        return name
    how = "in use" if fit in used.values() else "not used" if fit.accepted else "refused"
    return f"{name} ({how})"


def fits_choice(
    engine: Engine, collection: Collection, base: Configuration
) -> tuple[Configuration, ...]:
    """Draw the choice; the configurations that it adds."""
    used = resources.tuning().active(collection.id).by_name
    fits = _fitted_here(collection.id, used)
    usable = _usable(engine, fits)
    chosen = st.multiselect(
        "Fitted settings",
        list(usable),
        format_func=lambda name: _label(name, usable.get(name), used),
        disabled=not (base.reranked and usable),
        placeholder="None" if fits else "Nothing fitted yet",
        help="Score weights and the abstention threshold are fitted on Tune, the skip predictor "
        "in its own view here. A fit that is not in use can be measured too, to see whether it "
        "would help.",
    )
    return with_fits(base, {name: usable[name] for name in chosen})


def more_configurations(
    engine: Engine, collection: Collection, chosen: Sequence[Configuration]
) -> tuple[Configuration, ...]:
    """Draw the choices; the configurations that they add to the first reranked one."""
    base = next((configuration for configuration in chosen if configuration.reranked), chosen[0])
    with st.expander(
        "More: fitted settings, rerankers, runtimes, chunkings", icon=":material/add:"
    ):
        st.caption(f"Each adds “{plain(base.name)}” with one change.")
        fitted = fits_choice(engine, collection, base)
        on, *others = rerankers(engine)
        by = st.multiselect(
            "Rerankers",
            others,
            format_func=printable,
            disabled=not (base.reranked and others),
            placeholder="None" if others else f"Only {printable(on)} is on this machine",
            help="Models from the Models page that are on this machine or on a server.",
        )
        runtimes = st.multiselect(
            "Runtimes",
            [name for name in RUNTIME_CHOICES if name != AUTO],
            disabled=not base.reranked,
            placeholder="None",
            help="What runs the cross-encoder: is a faster runtime as good on these questions?",
        )
        chunkings = cut_otherwise(engine, collection.id)
        labels = {id_: chunking_words(chunking) for id_, chunking in chunkings.items()}
        cuts = st.multiselect(
            "Chunkings",
            list(labels),
            format_func=labels.__getitem__,
            disabled=not labels,
            placeholder="None" if labels else "No other collection has these documents",
            help="Judgments refer to the text of the document, so they count for every chunking.",
        )
        copy_popover(engine, collection)
    return *fitted, *variants(base, by, runtimes, {id_: labels[id_] for id_ in cuts})
