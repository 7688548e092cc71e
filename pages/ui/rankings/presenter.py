"""The presenter: a comparison in four steps in big type, over the whole window.

Numbers stand apart from words, so that the screen can hide them until somebody asks.
"""

from __future__ import annotations

import streamlit as st

from core.schema import Answer, Chunk, Comparison, Reranked
from core.search.comparison import dropped, entered
from core.text.counting import counted
from core.text.pages import source_words
from core.text.quote_units import unit_at
from pages.ui import state
from pages.ui.components import component
from pages.ui.rankings.builder import Row, movement, rankings_of
from pages.ui.rankings.shapes import Presentation, PresentedPassage, PresentedStep
from pages.ui.text import shortened

SHOWN = 3
LONGEST = 190
LONGEST_ANSWER = 560
_COMPONENT = component("presenter")
_ALONE = """<style>
[data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stExpandSidebarButton"],
[data-testid="stToolbar"] { display: none !important; }
[data-testid="stApp"] { overflow: hidden; }
</style>"""


def presentation(comparison: Comparison, answer: Answer | None) -> Presentation:
    """The question, what the bi-encoder found, what changed, the answer."""
    return {
        "question": comparison.query,
        "steps": [_question(comparison), _found(comparison), _changed(comparison)]
        + ([_answer(comparison, answer)] if answer is not None else []),
    }


def _question(comparison: Comparison) -> PresentedStep:
    documents = {candidate.chunk.document_id for candidate in comparison.candidates}
    count = (
        f"{counted(len(comparison.candidates), 'passage')} of {counted(len(documents), 'document')}"
    )
    return {
        "kind": "question",
        "title": comparison.query,
        "lead": f"Asked in “{comparison.collection}”.",
        "passages": [],
        "numbers": f"{count} · {comparison.timings.total_ms:.0f} ms",
    }


def _found(comparison: Comparison) -> PresentedStep:
    reranked = {item.chunk.id: item for item in comparison.reranked}
    *_, first, _ = rankings_of(comparison)
    return {
        "kind": "found",
        "title": "What the first stage found",
        "lead": "The bi-encoder compares vectors: similar passages come first.",
        "passages": [
            _passage(row, reranked.get(row.chunk.id), row.kind_and_score)
            for row in first.rows[:SHOWN]
        ],
        "numbers": "",
    }


def _changed(comparison: Comparison) -> PresentedStep:
    n = comparison.settings.top_n
    reranked = {item.chunk.id: item for item in comparison.reranked}
    final = rankings_of(comparison)[-1]
    new, gone = len(entered(comparison.reranked, n)), len(dropped(comparison.reranked, n))
    return {
        "kind": "changed",
        "title": "What the second stage changed",
        "lead": "The cross-encoder reads question and passage together: answers come first.",
        "passages": [_moved(row, reranked[row.chunk.id]) for row in final.rows[:SHOWN]],
        "numbers": f"Of the top {n}, {new} entered and {gone} dropped out. "
        f"{counted(len(comparison.reranked), 'passage')} scored in "
        f"{comparison.timings.rerank_ms:.0f} ms"
        + (", from the cache." if comparison.cache_hits else "."),
    }


def _passage(row: Row, item: Reranked | None, numbers: str) -> PresentedPassage:
    return {
        "rank": str(row.rank),
        "text": _sentence(row.chunk, item),
        "place": source_words(row.chunk),
        "move": "",
        "spoken": "",
        "numbers": numbers,
    }


def _moved(row: Row, item: Reranked) -> PresentedPassage:
    move, _, spoken = movement(item.rank_delta)
    was = f"was {item.rank + item.rank_delta}"
    numbers = was if item.logit is None else f"{was} · {row.kind_and_score}"
    return {**_passage(row, item, numbers), "move": move, "spoken": spoken}


def _answer(comparison: Comparison, answer: Answer) -> PresentedStep:
    chunks = {item.chunk.id: item.chunk for item in comparison.reranked}
    cited = [
        f"[{c.number}] {source_words(chunks[c.chunk_id], c.page)}"
        for c in answer.citations
        if c.verified and c.chunk_id in chunks
    ]
    nothing = "No passage answers this question well enough."
    text = answer.text if answer.text and not answer.abstained else nothing
    lines = _fitting(text.split("\n"))
    return {
        "kind": "answer",
        "title": "The answer",
        "lead": "\n".join(lines).replace(" [", "\u00a0["),  # a number stays with its sentence
        "passages": [],
        "numbers": " · ".join(dict.fromkeys(cited[:4])),
    }


def _fitting(lines: list[str]) -> list[str]:
    """The first lines that fit a screen; at least the beginning of the first."""
    kept = [shortened(lines[0], LONGEST_ANSWER)]
    for line in lines[1:]:
        if sum(map(len, kept)) + len(line) > LONGEST_ANSWER:
            break
        kept.append(line)
    return kept


def _sentence(chunk: Chunk, item: Reranked | None) -> str:
    """The best unit, where one was marked; else the beginning of the passage."""
    marked = unit_at(chunk, item.quote.span).words(chunk.text) if item and item.quote else None
    return shortened(marked or chunk.text, LONGEST)


def presenting() -> bool:
    """Whether this session presents."""
    return bool(st.session_state.get(state.PRESENT))


def _begin() -> None:
    st.session_state[state.PRESENT] = True


def _leave() -> None:
    st.session_state[state.PRESENT] = False


def presenter_button() -> None:
    """Begin to present the comparison of this page."""
    st.button(
        "Present",
        icon=":material/slideshow:",
        shortcut="P",
        on_click=_begin,
        help="Large type for a projector. Arrow keys to step, Esc to leave.",
    )


def present(comparison: Comparison, answer: Answer | None) -> None:
    """Draw the presenter; leaving it draws the page again."""
    st.html(_ALONE)
    data = presentation(comparison, answer)
    _COMPONENT(key=state.PRESENTER, data=data, on_leave_change=_leave)
