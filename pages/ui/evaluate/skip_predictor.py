"""The skip predictor: its threshold over questions reranked in full, and one fitted on them."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.app.engine import Engine
from core.evaluate.questions.question_sets import Question, typed
from core.learn.skip_predictor_fit import FEWEST_QUESTIONS, SkipPredictorFit, fit_skip_predictor
from core.schema import Collection, Comparison, Document, SearchSettings
from core.search.cascade import measure_pace
from core.search.fitted import belongs
from core.search.skip_predictor import (
    BUNDLED,
    SkipPredictor,
    SkipTrial,
    judged_by,
    skip_summary,
    skip_trial,
)
from core.text.counting import signed
from pages.ui import resources, state
from pages.ui.actions import act
from pages.ui.fitted import fitted_here, models_on, offer_accepted, origin, runtime_on, used
from pages.ui.text import plain
from pages.ui.tune import material

MOST_QUESTIONS = 40
TYPED = "typed"
Trials = tuple[SkipTrial, ...]


def _offered(documents: list[Document]) -> str:
    names = {document.name for document in documents}
    fitting_ = [q.text for q in resources.suggested_questions() if q.document in names]
    return "\n".join(fitting_[:MOST_QUESTIONS])


def _typed(text: str) -> list[str]:
    return list(dict.fromkeys(question.text for question in typed(text)))[:MOST_QUESTIONS]


def _pace(engine: Engine) -> Callable[[Comparison], float]:
    """What a pair takes here, measured once and only when kept scores hide it."""
    measured: list[float] = []

    def pair_ms(comparison: Comparison) -> float:
        if comparison.cache_hits and not measured:
            _, model = engine.models.wait()
            measured.append(measure_pace(model, comparison.query, comparison.candidates).full)
        return measured[0] if comparison.cache_hits else 0.0

    return pair_ms


def _measure_typed(
    engine: Engine, collection: Collection, questions: list[str], top_n: int
) -> Trials:
    answers = {question.text: question.answer for question in resources.suggested_questions()}
    version = engine.library.corpus_version(collection.id)
    pace = _pace(engine)
    bar = st.progress(0.0, "Reading …")
    trials = []
    for done, query in enumerate(questions, start=1):
        search = SearchSettings(top_n=top_n)
        comparison = resources.comparison(engine, collection.id, version, query, search, 0)
        answer, pair_ms = answers.get(query, ""), pace(comparison)
        trials.append(skip_trial(comparison, top_n, answer, pair_ms=pair_ms))
        bar.progress(done / len(questions), f"Question {done} of {len(questions)}")
    bar.empty()
    return tuple(trials)


def _measure_judged(
    engine: Engine, collection: Collection, questions: list[Question], top_n: int
) -> Trials:
    pace, trials = _pace(engine), []
    for judged in material.ask(engine, collection, questions):
        relevant = {chunk_id for chunk_id, grade in judged.grades.items() if grade > 0}
        pair_ms = pace(judged.comparison)
        trials.append(skip_trial(judged.comparison, top_n, relevant=relevant, pair_ms=pair_ms))
    return tuple(trials)


def recall_words(lost: float | None) -> str:
    """What skipping does to recall, in points; ``lost`` is above 0 where it takes answers away.

    >>> recall_words(4.0), recall_words(None)
    ('−4.0', '–')
    """
    return "–" if lost is None else signed(-lost, 1)


def _figures(trials: Trials, threshold: float, top_n: int) -> None:
    summary = skip_summary(trials, threshold)
    columns = st.columns(4)
    columns[0].metric("Questions skipped", f"{summary.skipped} of {summary.questions}")
    columns[1].metric("Time saved", f"{summary.saved_ms / 1000:.2f} s")
    columns[2].metric(f"Top {top_n} kept", f"{summary.agreement:.0%}")
    columns[3].metric(
        "Recall@3, points",
        recall_words(summary.recall_lost),
        help="Against reranking every question: below 0, skipping loses answers. A dash: none of "
        "these questions is judged.",
    )


def _source(engine: Engine, collection: Collection, documents: list[Document]) -> tuple[str, str]:
    """Where the questions come from, and those that were typed."""
    labels = {TYPED: "Questions typed here"}
    labels |= {key: label for key, (label, _) in material.sources(engine, collection).items()}
    chosen: str = st.selectbox(
        "Questions",
        list(labels),
        format_func=lambda key: labels.get(key, "deleted"),
        key=state.SKIP_SOURCE,
        help="Judged questions, and those made from the documents, have known answers: for "
        "them, answers that skipping would lose are counted too.",
    )
    if chosen != TYPED:
        return chosen, ""
    return TYPED, st.text_area(
        f"One a line, at most {MOST_QUESTIONS}",
        _offered(documents),
        key=state.SKIP_QUESTIONS,
        height=160,
    )


def _slider(trials: Trials, model: SkipPredictor, top_n: int) -> None:
    # another predictor begins at its own threshold
    key = state.key(state.SKIP_THRESHOLD, model.threshold)
    percent = st.slider(
        "Skip when the chance of another first passage is below, in %",
        0,
        100,
        round(100 * model.threshold),
        key=key,
    )
    _figures(trials, percent / 100, top_n)
    skipped = [trial for trial in trials if trial.likely < percent / 100]
    if skipped:
        with st.expander(f"Skipped questions ({len(skipped)})"):
            for trial in sorted(skipped, key=lambda trial: trial.likely):
                st.markdown(f"- {plain(trial.query)} · {trial.likely:.0%}")


def _in_use(engine: Engine, collection: Collection, fitted: SkipPredictorFit | None) -> None:
    on = fitted is not None and used(engine, "The skip predictor fitted here is", fitted.models)
    if not on:
        st.caption("In use: the bundled skip predictor, fitted on 300 questions of SQuAD.")
    if fitted is None:
        return
    if on:
        words = f"In use: the skip predictor fitted here. {plain(fitted.verdict)}"
        st.caption(f":material/check_circle: {words}")
        origin(engine, fitted.fitted_on)
    st.button(
        "Go back to the bundled skip predictor" if on else "Forget the one fitted here",
        icon=":material/undo:",
        on_click=act,
        args=(lambda: resources.tuning().revert(collection.id, SkipPredictorFit), "Reverted."),
    )


def _fitting(
    engine: Engine, collection: Collection, trials: Trials, fitted: SkipPredictorFit | None
) -> None:
    """Draw which skip predictor is in use, and fit another one on these questions."""
    _in_use(engine, collection, fitted)
    fit = fitted_here(
        state.SKIP_FIT,
        collection,
        "Fit a skip predictor on these questions",
        lambda: fit_skip_predictor(trials, models_on(engine), runtime_on(engine)),
        disabled=len(trials) < FEWEST_QUESTIONS,
        why=f"It takes at least {FEWEST_QUESTIONS} questions. Each half is tested with a "
        "predictor fitted on the other; one that loses more than half a point is refused. "
        "Questions made from the documents borrow their words, so a predictor fitted on them "
        "skips more than people's questions allow.",
    )
    if fit is None or fit == fitted:
        return
    st.markdown(plain(fit.verdict))
    offer_accepted(
        "Use this skip predictor",
        fit.accepted,
        lambda: resources.tuning().adopt(collection.id, fit),
        "Searches use it now.",
    )


def skip_view(
    engine: Engine, collection: Collection, documents: list[Document], top_n: int
) -> None:
    """Questions; then the slider, what it does to them, and a skip predictor fitted on them."""
    st.markdown("#### Which questions need no reranking?")
    st.caption(
        "The skip predictor leaves the cross-encoder out where the first passage stands out and "
        "its words match the question best. It is off until you switch it on in the settings of "
        "Compare."
    )
    source, text = _source(engine, collection, documents)
    if st.button("Measure", type="primary", icon=":material/science:"):
        measured = (
            _measure_typed(engine, collection, _typed(text), top_n)
            if source == TYPED
            else _measure_judged(
                engine, collection, material.questions_of(engine, collection, source), top_n
            )
        )
        st.session_state[state.SKIP_TRIALS] = (collection.id, models_on(engine), measured)
        st.session_state.pop(state.SKIP_FIT, None)
    kept = st.session_state.get(state.SKIP_TRIALS)
    if kept is None or kept[:2] != (collection.id, models_on(engine)):
        st.info("Press Measure: every question is reranked in full once.", icon=":material/info:")
        return
    trials: Trials = kept[2]
    if not trials:
        st.info("None of these questions is there, or judged.", icon=":material/gavel:")
        return
    fitted = resources.tuning().active(collection.id).skip_predictor
    usable = fitted is not None and belongs(fitted.models, models_on(engine))
    model = fitted.model if fitted is not None and usable else BUNDLED
    _slider(judged_by(model, trials), model, top_n)
    _fitting(engine, collection, trials, fitted)
