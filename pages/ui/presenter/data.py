"""A comparison as the presenter shows it: four steps in big type. Nothing here imports streamlit.

Numbers stand apart from words, so that the screen can hide them until somebody asks.
"""

from __future__ import annotations

from typing import TypedDict

from core.schema import Answer, Chunk, Comparison, Reranked
from core.search.comparison import dropped, entered
from core.text.counting import counted, signed
from pages.ui.lists.data import movement, page_span

SHOWN = 3
LONGEST = 190
LONGEST_ANSWER = 560


class PresentedPassage(TypedDict):
    """One passage: ``numbers`` is hidden at first, ``move`` is rose, fell, same or nothing."""

    rank: str
    text: str
    place: str
    move: str
    spoken: str
    numbers: str


class PresentedStep(TypedDict):
    """One screen."""

    kind: str
    title: str
    lead: str
    passages: list[PresentedPassage]
    numbers: str


class Presentation(TypedDict):
    """All screens, in order."""

    question: str
    steps: list[PresentedStep]


def presentation(comparison: Comparison, answer: Answer | None) -> Presentation:
    """The question, what the bi-encoder found, what changed, the answer."""
    return {
        "question": comparison.query,
        "steps": [_question(comparison), _found(comparison), _changed(comparison)]
        + ([_answer(comparison, answer)] if answer is not None else []),
    }


def shortened(text: str, most: int) -> str:
    """The beginning of a text in one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def _question(comparison: Comparison) -> PresentedStep:
    documents = {candidate.chunk.document_id for candidate in comparison.candidates}
    count = (
        f"{counted(len(comparison.candidates), 'passage')} of {counted(len(documents), 'document')}"
    )
    return {
        "kind": "question",
        "title": comparison.query,
        "lead": f"Asked of “{comparison.collection}”.",
        "passages": [],
        "numbers": f"{count} · {comparison.timings.total_ms:.0f} ms",
    }


def _found(comparison: Comparison) -> PresentedStep:
    items = {item.chunk.id: item for item in comparison.reranked}
    first = comparison.candidates[:SHOWN]
    return {
        "kind": "found",
        "title": "What the first look found",
        "lead": "The bi-encoder compares the two as vectors: what is alike comes first.",
        "passages": [
            {
                "rank": str(candidate.rank),
                "text": _sentence(candidate.chunk, items.get(candidate.chunk.id)),
                "place": _place(candidate.chunk),
                "move": "",
                "spoken": "",
                "numbers": f"score {candidate.score:.3f}",
            }
            for candidate in first
        ],
        "numbers": "",
    }


def _changed(comparison: Comparison) -> PresentedStep:
    n = comparison.settings.top_n
    new, gone = len(entered(comparison.reranked, n)), len(dropped(comparison.reranked, n))
    return {
        "kind": "changed",
        "title": "What the second look changed",
        "lead": "The cross-encoder reads question and passage together: what answers comes first.",
        "passages": [_moved(item) for item in comparison.reranked[:SHOWN]],
        "numbers": f"Of the top {n}, {new} entered and {gone} dropped out. "
        f"{counted(len(comparison.reranked), 'passage')} scored in "
        f"{comparison.timings.rerank_ms:.0f} ms"
        + (", from the cache." if comparison.cache_hits else "."),
    }


def _moved(item: Reranked) -> PresentedPassage:
    kind, _, spoken = movement(item.rank_delta)
    was = f"was {item.rank + item.rank_delta}"
    return {
        "rank": str(item.rank),
        "text": _sentence(item.chunk, item),
        "place": _place(item.chunk),
        "move": kind,
        "spoken": spoken,
        "numbers": was if item.logit is None else f"{was} · logit {signed(item.logit)}",
    }


def _answer(comparison: Comparison, answer: Answer) -> PresentedStep:
    chunks = {item.chunk.id: item.chunk for item in comparison.reranked}
    cited = [
        f"[{c.number}] {chunks[c.chunk_id].document_name}" + f", page {c.page}" * bool(c.page)
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
    """The best sentence, where one was marked; else the beginning of the passage."""
    if item is not None and item.quote is not None:
        return shortened(chunk.text[item.quote.span.start : item.quote.span.end], LONGEST)
    return shortened(chunk.text, LONGEST)


def _place(chunk: Chunk) -> str:
    return ", ".join(filter(None, [chunk.document_name, page_span(chunk, {})]))
