"""An Answer as the answer component draws it: plain data, every word decided here.

Nothing here imports streamlit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

from core.schema import Answer, Chunk, Citation, Span


class CiteView(TypedDict):
    """One [n]: ``index`` counts the answer's citations from 0; ``label`` is read aloud."""

    index: int
    number: int
    valid: bool
    label: str


class RunView(TypedDict):
    """A piece of text, or citations when ``cites`` is not empty."""

    text: str
    cites: list[CiteView]


class SentenceView(TypedDict):
    """A sentence with its verdict; what stands between sentences counts as supported."""

    supported: bool
    runs: list[RunView]


class AnswerData(TypedDict):
    """Everything the component draws. ``quotes`` says that the sentences are verbatim."""

    sentences: list[SentenceView]
    quotes: bool
    abstained: bool


def _label(citation: Citation, names: dict[str, str]) -> str:
    if not citation.verified or citation.chunk_id is None:
        return f"Citation {citation.number}: no passage has this number"
    return f"Citation {citation.number}: {names[citation.chunk_id]}, page {citation.page}. Open it"


def _cites(answer: Answer, names: dict[str, str]) -> dict[Span, list[CiteView]]:
    """The citations by where they stand in the answer, in its order."""
    cites: dict[Span, list[CiteView]] = {}
    for index, citation in enumerate(answer.citations):
        view: CiteView = {
            "index": index,
            "number": citation.number,
            "valid": citation.verified,
            "label": _label(citation, names),
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


def _pieces(answer: Answer) -> list[tuple[Span, bool]]:
    """The whole text as sentences and what stands between them."""
    pieces: list[tuple[Span, bool]] = []
    position = 0
    for sentence in answer.sentences:
        pieces.append((Span(position, sentence.span.start), True))
        pieces.append((sentence.span, sentence.supported))
        position = sentence.span.end
    pieces.append((Span(position, len(answer.text)), True))
    return [(span, supported) for span, supported in pieces if span.start < span.end]


def answer_data(answer: Answer, passages: Sequence[Chunk]) -> AnswerData:
    """What the component draws of ``answer``; ``passages`` are those that were supplied."""
    names = {chunk.id: chunk.document_name for chunk in passages}
    cites = _cites(answer, names)
    return {
        "sentences": [
            {"supported": supported or answer.abstained, "runs": _runs(answer.text, span, cites)}
            for span, supported in _pieces(answer)
        ],
        "quotes": answer.mode == "quotes" and not answer.abstained,
        "abstained": answer.abstained,
    }
