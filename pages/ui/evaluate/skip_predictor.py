"""The skip predictor: its threshold over questions reranked in full, and one fitted on them."""

from __future__ import annotations

import streamlit as st

from core.app.engine import Engine
from core.evaluate.questions.question_sets import typed
from core.learn.skip_predictor_fit import (
    FEWEST_QUESTIONS,
    SkipPredictorFit,
    fit_skip_predictor,
    measure_trials,
)
from core.schema import Collection, Document
from core.search.fitted import belongs
from core.search.skip_predictor import (
    BUNDLED,
    SkipPredictor,
    SkipTrial,
    judged_by,
    skip_summary,
)
from core.text.counting import signed
from pages.ui import resources, state
from pages.ui.actions import choose
from pages.ui.fitted import fitted_here, in_use, models_on, offer_accepted, runtime_on
from pages.ui.text import plain
from pages.ui.tune import material

MOST_QUESTIONS = 40
Trials = tuple[SkipTrial, ...]
TYPED = "typed"


def _offered(documents: list[Document]) -> str:
    names = {document.name for document in documents}
    fitting_ = [q.text for q in resources.suggested_questions() if q.document in names]
    return "\n".join(fitting_[:MOST_QUESTIONS])


def _measure(engine: Engine, collection: Collection, source: str, text: str, top_n: int) -> Trials:
    """Typed questions know their answers where they are sample questions; the others are judged."""
    answers = None
    if source == TYPED:
        answers = {sample.text: sample.answer for sample in resources.suggested_questions()}
        questions = list({question.text: question for question in typed(text)}.values())
        questions = questions[:MOST_QUESTIONS]
    else:
        questions = material.questions_of(engine, collection, source)
    _, cross_encoder = engine.models.wait()
    with material.progress() as advance:
        return measure_trials(
            engine.evaluation_client,
            cross_encoder,
            collection.id,
            questions,
            top_n,
            advance,
            answers,
        )


def _figures(trials: Trials, threshold: float, top_n: int) -> None:
    summary = skip_summary(trials, threshold)
    columns = st.columns(4)
    columns[0].metric("Questions skipped", f"{summary.skipped} of {summary.questions}")
    columns[1].metric("Time saved", f"{summary.saved_ms / 1000:.2f} s")
    columns[2].metric(f"Top {top_n} kept", f"{summary.agreement:.0%}")
    columns[3].metric(
        "Recall@3, points",
        "–" if summary.recall_lost is None else signed(-summary.recall_lost, 1),
        help="Compared with reranking every question; below 0, skipping loses answers. A dash "
        "means that none of these questions is judged.",
    )


def _source(engine: Engine, collection: Collection, documents: list[Document]) -> tuple[str, str]:
    """Where the questions come from, and those that were typed."""
    labels = {TYPED: "Type questions"}
    labels |= {key: label for key, (label, _) in material.sources(engine, collection).items()}
    chosen: str = choose(
        "Questions",
        labels,
        state.SKIP_SOURCE,
        help="Judged questions and questions made from the documents have known answers, so "
        "answers lost by skipping are counted too.",
    )
    if chosen != TYPED:
        return chosen, ""
    return TYPED, st.text_area(
        f"One question per line, at most {MOST_QUESTIONS}",
        _offered(documents),
        key=state.SKIP_QUESTIONS,
        height=160,
    )


def _slider(trials: Trials, model: SkipPredictor, top_n: int) -> None:
    # another predictor begins at its own threshold
    key = state.key(state.SKIP_THRESHOLD, model.threshold)
    percent = st.slider(
        "Skip when the chance of a different first passage is below (%)",
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
    if fitted is None or not belongs(fitted.models, models_on(engine)):
        st.caption("In use: the bundled skip predictor, fitted on 300 SQuAD questions.")
    if fitted is not None:
        words = (
            f"In use: the skip predictor fitted here. {plain(fitted.verdict)}",
            "The skip predictor fitted here is",
        )
        labels = ("Use the bundled skip predictor", "Delete the fitted one")
        in_use(engine, collection, fitted, words, labels)


def _fitting(
    engine: Engine,
    collection: Collection,
    trials: Trials,
    fitted: SkipPredictorFit | None,
) -> None:
    """Draw which skip predictor is in use, and fit another one on these questions."""
    _in_use(engine, collection, fitted)
    fit = fitted_here(
        state.SKIP_FIT,
        collection,
        "Fit a skip predictor on these questions",
        lambda: fit_skip_predictor(trials, models_on(engine), runtime_on(engine)),
        disabled=len(trials) < FEWEST_QUESTIONS,
        why=f"It takes at least {FEWEST_QUESTIONS} questions. Each half is tested with a predictor "
        "fitted on the other half; one that loses more than half a point is refused. Questions "
        "made from the documents share their words, so a predictor fitted on them skips more than "
        "real questions allow.",
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
        "The skip predictor skips the cross-encoder where the first passage stands out and its "
        "words match the question best. It is off until you switch it on in Compare's settings."
    )
    source, text = _source(engine, collection, documents)
    if st.button("Measure", type="primary", icon=":material/science:"):
        measured = _measure(engine, collection, source, text, top_n)
        st.session_state[state.SKIP_TRIALS] = (collection.id, models_on(engine), measured)
        st.session_state.pop(state.SKIP_FIT, None)
    kept = st.session_state.get(state.SKIP_TRIALS)
    if kept is None or kept[:2] != (collection.id, models_on(engine)):
        st.info("Press Measure to rerank every question once in full.", icon=":material/info:")
        return
    trials: Trials = kept[2]
    if not trials:
        st.info(
            "No question to measure. Type some, or choose judged ones.", icon=":material/gavel:"
        )
        return
    fitted = resources.tuning().active(collection.id).skip_predictor
    usable = fitted is not None and belongs(fitted.models, kept[1])
    model = fitted.model if fitted is not None and usable else BUNDLED
    _slider(judged_by(model, trials), model, top_n)
    _fitting(engine, collection, trials, fitted)
