"""The gate's lab: a slider of its threshold over questions that were reranked in full."""

from __future__ import annotations

import streamlit as st

from core.engine import Engine
from core.rank.gate_lab import GateTrial, gate_summary, gate_trial
from core.rank.rerank_gate import BUNDLED
from core.schema import Collection, Document, SearchSettings
from pages.ui import resources
from pages.ui.text import plain

MOST_QUESTIONS = 40
QUESTIONS = "lab_questions"
THRESHOLD = "lab_threshold"
TRIALS = "lab_trials"


def _offered(documents: list[Document]) -> str:
    names = {document.name for document in documents}
    fitting = [q.text for q in resources.suggested_questions() if q.document in names]
    return "\n".join(fitting[:MOST_QUESTIONS])


def _questions(text: str) -> list[str]:
    lines = dict.fromkeys(" ".join(line.split()) for line in text.splitlines())
    return [line for line in lines if line][:MOST_QUESTIONS]


def _measure(
    engine: Engine, collection: Collection, questions: list[str], top_n: int
) -> tuple[GateTrial, ...]:
    answers = {question.text: question.answer for question in resources.suggested_questions()}
    version = engine.library.corpus_version(collection.id)
    bar = st.progress(0.0, "Reading …")
    trials = []
    for done, query in enumerate(questions, start=1):
        search = SearchSettings(top_n=top_n)
        found = resources.comparison(engine, collection.id, version, query, search, top_n)
        trials.append(gate_trial(found, top_n, answers.get(query, "")))
        bar.progress(done / len(questions), f"Question {done} of {len(questions)}")
    bar.empty()
    return tuple(trials)


def _figures(trials: tuple[GateTrial, ...], threshold: float, top_n: int) -> None:
    summary = gate_summary(trials, threshold)
    columns = st.columns(4)
    columns[0].metric("Questions skipped", f"{summary.skipped} of {summary.questions}")
    columns[1].metric("Time saved", f"{summary.saved_ms / 1000:.2f} s")
    columns[2].metric(f"Top {top_n} kept", f"{100 * summary.agreement:.0f} %")
    lost = "not judged" if summary.recall_lost is None else f"{summary.recall_lost:+.1f} points"
    columns[3].metric("Recall@3 lost", lost, help="Below 0, skipping finds more answers.")


def gate_lab(engine: Engine, collection: Collection, documents: list[Document], top_n: int) -> None:
    """Questions, one a line; then the slider and what it does to them."""
    st.markdown("#### Gate")
    st.caption(
        "The gate leaves the cross-encoder out where the first passage stands out and its words "
        "match the question best. It is off until you switch it on in the settings of Compare."
    )
    with st.form("lab_gate", border=False):
        text = st.text_area(
            f"Questions, one a line (at most {MOST_QUESTIONS})",
            _offered(documents),
            key=QUESTIONS,
            height=160,
        )
        asked = st.form_submit_button("Measure", type="primary", icon=":material/science:")
    questions = _questions(text)
    if asked and questions:
        st.session_state[TRIALS] = (
            collection.id,
            _measure(engine, collection, questions, top_n),
        )
    kept = st.session_state.get(TRIALS)
    if kept is None or kept[0] != collection.id:
        st.info("Press Measure: every question is reranked in full once.", icon=":material/info:")
        return
    percent = st.slider(
        "Skip when the chance of another first passage is below, in %",
        0,
        100,
        round(100 * BUNDLED.threshold),
        key=THRESHOLD,
    )
    _figures(kept[1], percent / 100, top_n)
    skipped = [trial for trial in kept[1] if trial.likely < percent / 100]
    if skipped:
        with st.expander(f"Skipped questions ({len(skipped)})"):
            for trial in sorted(skipped, key=lambda trial: trial.likely):
                st.markdown(f"- {plain(trial.query)} · {100 * trial.likely:.0f} %")
