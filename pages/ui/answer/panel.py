"""The answer: quotes, or a language model's, of one list or of both side by side."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.answer.citations import has_valid_citation
from core.answer.pipeline import AnswerStream
from core.answer.prompt import build_messages, prompt_text
from core.app.engine import Engine
from core.home.worker import BackgroundWorker
from core.schema import Answer, Chunk, Citation, Collection, Comparison, Stage
from core.search.comparison import passages_for
from pages.ui import resources, state
from pages.ui.answer.conflicts import conflict_banner
from pages.ui.answer.data import answer_data
from pages.ui.components import component, nothing
from pages.ui.frame import errors_shown
from pages.ui.memory import act, feedback, remember_answer
from pages.ui.page_view import open_passage
from pages.ui.text import plain

_TITLES: dict[Stage, str] = {
    "dense": "From the first stage's top {n}",
    "rerank": "From the reranked top {n}",
}
QUOTES = "Quotes"
_KEPT = 12
_COMPONENT = component("answer")
_Jobs = dict[tuple[str, Stage], "AnswerJob"]


class AnswerJob:
    """A language model's answer on its way, pulled behind the page so that it can draw and stop."""

    def __init__(self, stream: AnswerStream) -> None:
        self.stream = stream
        self._worker = BackgroundWorker("answer")
        self._worker.put(lambda: all(True for _ in stream))

    @property
    def running(self) -> bool:
        """Whether more may come."""
        return self._worker.busy

    def stop(self) -> None:
        """Stop before the next piece and wait for it."""
        self.stream.cancel()
        self._worker.close(timeout=2)


def job_of(key: str, stage: Stage) -> AnswerJob | None:
    """The answer that was asked for this comparison and list in this session, if any."""
    jobs: _Jobs = st.session_state.setdefault(state.ANSWER_JOBS, {})
    return jobs.get((key, stage))


def _start(key: str, stage: Stage, stream: AnswerStream) -> None:
    """Begin to answer; an earlier answer of the same list is replaced."""
    jobs: _Jobs = st.session_state.setdefault(state.ANSWER_JOBS, {})
    if (old := jobs.pop((key, stage), None)) is not None:
        old.stop()
    jobs[key, stage] = AnswerJob(stream)
    for forgotten in list(jobs)[:-_KEPT]:
        jobs.pop(forgotten).stop()


def answer_view(answer: Answer, passages: Sequence[Chunk], key: str) -> Citation | None:
    """Draw an answer; the valid citation that was clicked in this run, or None.

    Args:
        answer: with its citations checked.
        passages: what was supplied, the first is number 1.
        key: names the element.
    """
    index = _COMPONENT(key=key, data=answer_data(answer, passages), on_cite_change=nothing).cite
    if not isinstance(index, int) or not 0 <= index < len(answer.citations):
        return None
    citation = answer.citations[index]
    return citation if citation.verified else None


def remarks(answer: Answer) -> list[str]:
    """What a reader must know about an answer, in plain sentences."""
    lines = []
    if answer.incomplete:
        lines.append(f"Incomplete: {answer.incomplete}")
    if answer.abstained:
        lines.append("None of the top passages answers the question well enough.")
    elif not answer.text:
        return lines
    elif not has_valid_citation(answer):
        lines.append("No sentence of this answer cites a passage. Do not rely on it.")
    if any(not citation.verified for citation in answer.citations):
        lines.append("Crossed-out numbers cite passages that do not exist.")
    return lines


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
        _start(key, stage, engine.stream_answer(comparison, stage))
        st.rerun()
    _prompt(engine, comparison, stage)


def _quoted(engine: Engine, collection: Collection, comparison: Comparison, stage: Stage) -> None:
    answer = resources.quote_answer(engine, stage, comparison)
    _show(engine, collection, comparison, answer, stage)


def remembered_quotes(engine: Engine, comparison: Comparison) -> Answer | None:
    """The quoted answer of the final list, which is also remembered; None without passages."""
    if not comparison.reranked:
        return None
    answer = resources.quote_answer(engine, "rerank", comparison)
    remember_answer(engine, "rerank", answer)
    return answer


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
                "quotes only, no language model",
                help="The best sentences of the passages, word for word. Set "
                "SECOND_LOOK_LLM_MODEL to let a language model write an answer too.",
            )
        both = st.toggle(
            "Also without reranking",
            key=state.BOTH_ANSWERS,
            help="Also answers from the first stage's top n, side by side.",
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
