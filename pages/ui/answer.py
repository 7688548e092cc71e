"""The answer: quotes, or a language model's, of one list or of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.answer.evidence import State
from core.answer.pipeline import AnswerStream
from core.answer.prompt import build_messages, prompt_text
from core.answer.remarks import remarks, sentence_remark
from core.app.engine import Engine
from core.home.worker import BackgroundWorker
from core.schema import Answer, Chunk, Citation, Collection, Comparison, Span, Stage
from core.search.comparison import passages_for
from pages.ui import resources, state
from pages.ui.components import component, nothing
from pages.ui.conflicts import conflict_banner
from pages.ui.evidence import evidence, evidence_line
from pages.ui.frame import errors_shown
from pages.ui.memory import act, feedback, remember_answer
from pages.ui.page_view import open_passage
from pages.ui.text import plain, printable

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


class CiteView(TypedDict):
    """One [n]: ``index`` counts the answer's citations from 0; ``label`` is read aloud.

    ``peek`` is the passage before, in, and after the sentence that is cited; empty if invalid.
    """

    index: int
    number: int
    valid: bool
    label: str
    peek: list[str]


class RunView(TypedDict):
    """A piece of text, or citations when ``cites`` is not empty."""

    text: str
    cites: list[CiteView]


class SentenceView(TypedDict):
    """A sentence and what is wrong with it; nothing is with what stands between sentences."""

    remark: str
    runs: list[RunView]


class AnswerData(TypedDict):
    """Everything the component draws. ``quotes`` says that the sentences are verbatim.

    ``state`` is how far it can be relied on.
    """

    sentences: list[SentenceView]
    quotes: bool
    state: State


def _label(citation: Citation, chunks: Mapping[str, Chunk]) -> str:
    if not citation.verified or citation.chunk_id is None:
        return f"Citation {citation.number}: no passage has this number"
    where = ", ".join(filter(None, [chunks[citation.chunk_id].document_name, citation.where]))
    return f"Citation {citation.number}: {where}. Open it"


def _peek(citation: Citation, chunks: Mapping[str, Chunk]) -> list[str]:
    if citation.chunk_id is None or citation.quote is None:
        return []
    text, quote = chunks[citation.chunk_id].text, citation.quote
    parts = (text[: quote.start], text[quote.start : quote.end], text[quote.end :])
    return [printable(part) for part in parts]


def _cites(answer: Answer, chunks: Mapping[str, Chunk]) -> dict[Span, list[CiteView]]:
    """The citations by where they stand in the answer, in its order."""
    cites: dict[Span, list[CiteView]] = {}
    for index, citation in enumerate(answer.citations):
        view: CiteView = {
            "index": index,
            "number": citation.number,
            "valid": citation.verified,
            "label": _label(citation, chunks),
            "peek": _peek(citation, chunks),
        }
        cites.setdefault(citation.answer_span, []).append(view)
    return cites


def _runs(text: str, span: Span, cites: dict[Span, list[CiteView]]) -> list[RunView]:
    runs: list[RunView] = []
    position = span.start
    for mark, views in cites.items():
        if span.start <= mark.start < span.end:
            runs.append({"text": text[position : mark.start], "cites": []})
            runs.append({"text": text[mark.start : mark.end], "cites": views})
            position = mark.end
    runs.append({"text": text[position : span.end], "cites": []})
    return [run for run in runs if run["text"]]


def _pieces(answer: Answer) -> list[tuple[Span, str]]:
    """The whole text as sentences and what stands between them."""
    pieces: list[tuple[Span, str]] = []
    position = 0
    for sentence in answer.sentences:
        pieces.append((Span(position, sentence.span.start), ""))
        pieces.append((sentence.span, sentence_remark(sentence, answer.mode)))
        position = sentence.span.end
    pieces.append((Span(position, len(answer.text)), ""))
    return [(span, remark) for span, remark in pieces if span.start < span.end]


def answer_data(answer: Answer, passages: Sequence[Chunk], weak: bool = False) -> AnswerData:
    """What the component draws of ``answer``; ``passages`` are those that were supplied."""
    cites = _cites(answer, {chunk.id: chunk for chunk in passages})
    return {
        "sentences": [
            {"remark": remark * (not answer.abstained), "runs": _runs(answer.text, span, cites)}
            for span, remark in _pieces(answer)
        ],
        "quotes": answer.mode == "quotes" and not answer.abstained,
        "state": "none" if answer.abstained else "weak" if weak else "answered",
    }


def answer_view(
    answer: Answer, passages: Sequence[Chunk], key: str, weak: bool = False
) -> Citation | None:
    """Draw an answer; the valid citation that was clicked in this run, or None.

    Args:
        answer: with its citations checked.
        passages: what was supplied, the first is number 1.
        key: names the element.
        weak: whether it is probably none.
    """
    data = answer_data(answer, passages, weak)
    index = _COMPONENT(key=key, data=data, on_cite_change=nothing).cite
    if not isinstance(index, int) or not 0 <= index < len(answer.citations):
        return None
    citation = answer.citations[index]
    return citation if citation.verified else None


@dataclass(frozen=True, slots=True)
class Given:
    """An answer on the page, and the place for what a person thinks of it."""

    stage: Stage
    answer: Answer
    place: DeltaGenerator


def told(engine: Engine, given: Given) -> None:
    """Write an answer to the search of this page down, and let the person say what they think."""
    remember_answer(engine, given.stage, given.answer)
    with given.place:
        feedback(engine, given.stage, given.answer)


def _show(
    engine: Engine, collection: Collection, comparison: Comparison, answer: Answer, stage: Stage
) -> Given:
    passages = [item.chunk for item in passages_for(comparison, stage)]
    weak = False
    if answer.mode == "quotes" and stage == "rerank":
        found = evidence(engine, collection, comparison)
        evidence_line(replace(found, state="none") if answer.abstained else found)
        weak = found.state == "weak"
    place = st.container(horizontal=True, vertical_alignment="bottom")
    with place:
        citation = answer_view(answer, passages, state.key(state.ANSWER, stage), weak)
    for remark in remarks(answer):
        st.caption(f":material/info: {plain(remark)}")
    if citation is not None:
        chunk = passages[citation.number - 1]
        act(engine, "cite", chunk.id)
        open_passage(engine, collection, chunk, citation.quote, citation.page)
    return Given(stage, answer, place)


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


def _written(
    engine: Engine, collection: Collection, comparison: Comparison, stage: Stage
) -> Given | None:
    key = resources.fingerprint(comparison)
    job = job_of(key, stage)
    if job is not None and job.running:
        _running(job, comparison, stage)
        return None
    given = None
    if job is not None:
        given = _show(engine, collection, comparison, job.stream.answer, stage)
    label = "Ask again" if job else f"Ask {plain(engine.settings.llm.model)}"
    if st.button(
        label, key=state.key(state.ASK, stage), icon=":material/smart_toy:", type="primary"
    ):
        _start(key, stage, engine.stream_answer(comparison, stage))
        st.rerun()
    _prompt(engine, comparison, stage)
    return given


def _quoted(engine: Engine, collection: Collection, comparison: Comparison, stage: Stage) -> Given:
    answer = resources.quote_answer(engine, stage, comparison)
    return _show(engine, collection, comparison, answer, stage)


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
            told(engine, _quoted(engine, collection, comparison, "rerank"))


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


def answers(engine: Engine, collection: Collection, comparison: Comparison) -> list[Given]:
    """Draw the answer of the reranked list, and of the first stage's when asked; those drawn."""
    drawn: list[Given | None] = []
    with st.container(border=True):
        written, both = _choices(engine)
        stages: list[Stage] = ["dense", "rerank"] if both else ["rerank"]
        for stage, column in zip(stages, st.columns(len(stages)), strict=True):
            with column, errors_shown():
                if both:
                    st.caption(_TITLES[stage].format(n=comparison.settings.top_n))
                draw = _written if written else _quoted
                drawn.append(draw(engine, collection, comparison, stage))
        with errors_shown():
            conflict_banner(engine, collection, comparison)
    return [given for given in drawn if given]
