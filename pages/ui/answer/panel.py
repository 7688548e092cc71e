"""The answer: quotes, or a language model's, of one list or of both side by side."""

from __future__ import annotations

import streamlit as st

from core.answer.citations import has_valid_citation
from core.answer.prompt import build_messages, prompt_text
from core.app.engine import Engine
from core.schema import Answer, Collection, Comparison, Stage
from core.search.comparison import passages_for
from pages.ui import resources, state
from pages.ui.answer.conflicts import conflict_banner
from pages.ui.answer.jobs import AnswerJob, job_of, start
from pages.ui.answer.view import answer_view
from pages.ui.frame import errors_shown
from pages.ui.history.memory import act, feedback, remember_answer
from pages.ui.page_dialog import open_passage
from pages.ui.text import plain

_TITLES: dict[Stage, str] = {
    "dense": "From the bi-encoder's top {n}",
    "rerank": "From the reranked top {n}",
}
QUOTES = "Quotes"


def remarks(answer: Answer) -> list[str]:
    """What a reader must know about an answer, in plain sentences."""
    found = []
    if answer.incomplete:
        found.append(f"Incomplete: {answer.incomplete}")
    if answer.abstained:
        found.append("None of the best passages answers it well enough.")
    elif not answer.text:
        return found
    elif not has_valid_citation(answer):
        found.append("No sentence of this answer cites a passage: do not rely on it.")
    if any(not citation.verified for citation in answer.citations):
        found.append("Crossed-out numbers cite passages that were not supplied.")
    return found


def _show(
    engine: Engine, collection: Collection, comparison: Comparison, answer: Answer, stage: Stage
) -> None:
    passages = [item.chunk for item in passages_for(comparison, stage)]
    remember_answer(engine, stage, answer)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        citation = answer_view(answer, passages, key=state.key(state.ANSWER, stage))
        feedback(engine, stage, answer)
    for remark in remarks(answer):
        st.caption(f":material/info: {plain(remark)}")
    if citation is not None:
        chunk = passages[citation.number - 1]
        act(engine, "cite", chunk.id)
        open_passage(engine, collection, chunk, citation.quote, citation.page)


def _prompt(engine: Engine, comparison: Comparison, stage: Stage) -> None:
    chunks = [item.chunk for item in passages_for(comparison, stage)]
    where = engine.settings.llm.base_url
    with st.expander(f"The exact prompt, sent to {plain(where)}", icon=":material/visibility:"):
        st.code(
            prompt_text(build_messages(comparison.query, chunks)), language=None, wrap_lines=True
        )


def _running(job: AnswerJob, comparison: Comparison, stage: Stage) -> None:
    """Draw what has arrived; drawn again four times a second until the end."""

    @st.fragment(run_every=0.25)
    def watch() -> None:
        if not job.running:
            st.rerun()
        passages = [item.chunk for item in passages_for(comparison, stage)]
        if job.stream.text:
            answer_view(job.stream.answer, passages, key=state.key(state.ANSWER, stage))
        else:
            st.caption(":material/hourglass_top: Waiting for the first words …")
        st.button(
            "Stop", icon=":material/stop:", key=state.key(state.STOP, stage), on_click=job.stop
        )

    watch()


def _written(engine: Engine, collection: Collection, comparison: Comparison, stage: Stage) -> None:
    key = resources.fingerprint(comparison)
    job = job_of(key, stage)
    if job is not None and job.running:
        _running(job, comparison, stage)
        return
    if job is not None:
        _show(engine, collection, comparison, job.stream.answer, stage)
    label = "Ask again" if job else f"Ask {plain(engine.settings.llm.model)}"
    if st.button(
        label, key=state.key(state.ASK, stage), icon=":material/smart_toy:", type="primary"
    ):
        start(key, stage, engine.stream_answer(comparison, stage))
        st.rerun()
    _prompt(engine, comparison, stage)


def _quoted(engine: Engine, collection: Collection, comparison: Comparison, stage: Stage) -> None:
    answer = resources.quote_answer(engine, stage, comparison)
    _show(engine, collection, comparison, answer, stage)


def quoted_answer(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Draw the quoted answer of the final list, without any choice."""
    if comparison.reranked:
        with st.container(border=True), errors_shown():
            _quoted(engine, collection, comparison, "rerank")


def _choices(engine: Engine) -> tuple[bool, bool]:
    """Whether a language model answers, and whether both lists do."""
    model = engine.settings.llm.model
    written = False
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**Answer**")
        if model:
            st.session_state.setdefault(state.ANSWER_BY, QUOTES)
            by = st.segmented_control(
                "Answer by", [QUOTES, model], key=state.ANSWER_BY, label_visibility="collapsed"
            )
            written = by == model
        else:
            st.caption(
                "quoted without a language model",
                help="The best sentences of the passages, word for word. Set "
                "SECOND_LOOK_LLM_MODEL, and a language model can write an answer too.",
            )
        both = st.toggle(
            "Also without reranking",
            key=state.BOTH_ANSWERS,
            help="Answers the same question from the bi-encoder's top n, side by side.",
        )
    return written, both


def answers(engine: Engine, collection: Collection, comparison: Comparison) -> None:
    """Draw the answer of the reranked list, and of the first stage's when asked."""
    if not comparison.reranked:
        return
    with st.container(border=True):
        written, both = _choices(engine)
        stages: list[Stage] = ["dense", "rerank"] if both else ["rerank"]
        for stage, column in zip(stages, st.columns(len(stages)), strict=True):
            with column, errors_shown():
                if both:
                    st.caption(_TITLES[stage].format(n=comparison.settings.top_n))
                draw = _written if written else _quoted
                draw(engine, collection, comparison, stage)
        with errors_shown():
            conflict_banner(engine, collection, comparison)
