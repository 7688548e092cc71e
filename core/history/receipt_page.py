"""The receipt as one HTML page that needs no network and runs no script.

Every text and number of it is made from the record alone; the cited pages come as pictures, small
enough to travel with it. Jinja escapes every value, the policy in the page forbids scripts and
every request, and what a text could do to its surroundings (control characters, marks that turn
the reading direction) is taken out before.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from core.errors import DocumentRefused, NotFound, StoreError
from core.explain.highlight import DocumentPages, boxes_of
from core.history.facts import stage_times
from core.history.receipt import Receipt, receipt_json
from core.history.replay import MODEL_NAMES, flat_settings
from core.schema import Answer, Box, Candidate, Chunk, Citation, Comparison, Reranked, sha256_hex
from core.search.comparison import what_happened
from core.text.counting import minus
from core.text.html_page import page_template
from core.text.pages import page_words, source_words
from core.text.quote_units import unit_at

View = dict[str, Any]
FLOW_WIDTH, FLOW_TOP = 640, 14
MOST_PICTURE_BYTES = 3_300_000  # of all pictures; base64 makes 4.4 MB of it
WIDTHS = (1000, 750, 550, 400)
_PAGE = Path(__file__).with_name("receipt.html")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_STAGES = {"rerank": "the reranked list"}


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A cited page: ``png`` with the boxes of the quotes to be drawn over it.

    ``numbers`` are the citations that stand on it, ``place`` names document and page.
    """

    place: str
    numbers: tuple[int, ...]
    png: bytes
    boxes: tuple[Box, ...]


def page_pictures(documents: DocumentPages, receipt: Receipt) -> tuple[PagePicture, ...]:
    """A picture of every cited page, in the citations' order; unreadable ones are left out."""
    pages = _cited_pages(receipt)
    budget = MOST_PICTURE_BYTES // max(1, len(pages))
    pictures = []
    for (document_id, page), cited in pages.items():
        png = _png(documents, document_id, page, budget)
        if png:
            boxes = tuple(box for chunk, c in cited for box in _boxes(documents, chunk, c, page))
            numbers = tuple(dict.fromkeys(citation.number for _, citation in cited))
            place = source_words(cited[0][0], page)
            pictures.append(PagePicture(place, numbers, png, boxes))
    return tuple(pictures)


def _cited_pages(receipt: Receipt) -> dict[tuple[str, int], list[tuple[Chunk, Citation]]]:
    chunks = {item.chunk.id: item.chunk for item in receipt.comparison.reranked}
    pages: dict[tuple[str, int], list[tuple[Chunk, Citation]]] = {}
    for given in receipt.answers:
        for citation in given.answer.citations:
            chunk = chunks.get(citation.chunk_id or "") if citation.verified else None
            if chunk is not None and citation.page and chunk.unit == "page":
                pages.setdefault((chunk.document_id, citation.page), []).append((chunk, citation))
    return pages


def _png(documents: DocumentPages, document_id: str, page: int, most: int) -> bytes:
    """The widest picture of at most so many bytes; empty when there is none."""
    for width in WIDTHS:
        try:
            png = documents.picture(document_id, page, width)
        except (DocumentRefused, NotFound, StoreError):
            return b""
        if len(png) <= most:
            return png
    return b""


def _boxes(documents: DocumentPages, chunk: Chunk, citation: Citation, page: int) -> list[Box]:
    if citation.quote is None:
        return []
    start, end = (chunk.start + at for at in (citation.quote.start, citation.quote.end))
    boxes = boxes_of(documents.text(chunk.document_id), start, end)
    return [box for box in boxes if box.page == page]


def _printable(value: Any) -> Any:
    if not isinstance(value, str) or hasattr(value, "__html__"):  # the latter is our own style
        return value
    return _TURNING.sub("", _UNPRINTABLE.sub("\ufffd", value))


def number(value: float | None, form: str) -> str:
    """A number as the page shows it, with a true minus; a dash for none."""
    return "–" if value is None else minus(format(value, form))


def move(delta: int) -> Literal["rose", "fell", "same"]:
    """The kind of a move."""
    if delta == 0:
        return "same"
    return "rose" if delta > 0 else "fell"


def receipt_html(receipt: Receipt, pictures: Sequence[PagePicture] = ()) -> str:
    """The page: question, answer with its pages, both lists, what it was computed with."""
    comparison = receipt.comparison
    scores = {c.chunk.id: c.score for c in comparison.candidates}
    ranks = {item.chunk.id: str(item.rank) for item in comparison.reranked}
    view = {
        "question": comparison.query,
        "collection": comparison.collection,
        "made_at": f"{receipt.made_at:%Y-%m-%d %H:%M} UTC",
        "asked_at": f"{comparison.asked_at:%Y-%m-%d %H:%M:%S} UTC" if comparison.asked_at else "–",
        "sentence": what_happened(comparison.reranked, comparison.settings.top_n),
        "notes": [note.text for note in comparison.notes],
        "answers": [_answer(given.stage, given.answer, comparison) for given in receipt.answers],
        "pictures": [_picture(picture) for picture in pictures],
        "flow": _flow(comparison),
        "top_n": comparison.settings.top_n,
        "rows": [_row(item, scores[item.chunk.id]) for item in comparison.reranked],
        "candidates": [_candidate(c, ranks.get(c.chunk.id, "–")) for c in comparison.candidates],
        "timings": [(name, f"{ms:.1f} ms") for name, ms in stage_times(comparison.timings).items()],
        "models": [(MODEL_NAMES[model.kind], model) for model in comparison.models],
        "settings": [(k, str(v)) for k, v in flat_settings(comparison.settings).items()],
        "corpus_version": comparison.corpus_version,
        "documents": [(d.name, d.id) for d in receipt.provenance.documents or ()],
        "software": [f"{name} {version}" for name, version in receipt.provenance.software],
        "sha256": sha256_hex(receipt_json(receipt)),
    }
    return page_template(_PAGE, _printable).render(view)


def _answer(stage: str, answer: Answer, comparison: Comparison) -> View:
    chunks = {item.chunk.id: item.chunk for item in comparison.reranked}
    by = "quoted word for word" if answer.mode == "quotes" else f"written by {answer.model}"
    return {
        "title": f"{by}, from {_STAGES.get(stage, 'the first list')}",
        "text": answer.text,
        "abstained": answer.abstained,
        "incomplete": answer.incomplete,
        "citations": [_citation(c, chunks) for c in answer.citations],
    }


def _citation(citation: Citation, chunks: dict[str, Chunk]) -> View:
    chunk = chunks.get(citation.chunk_id or "")
    if not citation.verified or chunk is None:
        return {"number": citation.number, "where": "no passage has this number", "quote": ""}
    quote = citation.quote
    text = unit_at(chunk, quote).words(chunk.text) if quote else ""
    where = source_words(chunk, citation.page)
    return {"number": citation.number, "where": where, "quote": text}


def _picture(picture: PagePicture) -> View:
    numbers = ", ".join(f"[{n}]" for n in picture.numbers)
    return {
        "source": f"data:image/png;base64,{base64.b64encode(picture.png).decode('ascii')}",
        "title": f"{numbers} {picture.place}",
        "boxes": [
            f"left:{100 * box.left:.2f}%;top:{100 * box.top:.2f}%;"
            f"width:{100 * (box.right - box.left):.2f}%;"
            f"height:{100 * (box.bottom - box.top):.2f}%"
            for box in picture.boxes
        ],
    }


def _row(item: Reranked, score: float) -> View:
    return {
        "rank": str(item.rank),
        "was": str(item.rank + item.rank_delta),
        "delta": number(item.rank_delta, "+d") if item.rank_delta else "=",
        "move": move(item.rank_delta),
        "score": number(score, ".4f"),
        "logit": number(item.logit, "+.4f"),
        "relevance": number(item.relevance, ".4f"),
        "document": item.chunk.document_name,
        "place": page_words(item.chunk),
        "heading": item.chunk.heading,
        "text": item.chunk.text,
        "truncated": item.truncated,
    }


def _candidate(candidate: Candidate, now: str) -> View:
    return {
        "rank": str(candidate.rank),
        "score": number(candidate.score, ".4f"),
        "now": now,
        "hits": ", ".join(f"{h.stage} {h.rank}: {h.score:.4f}" for h in candidate.hits),
        "document": candidate.chunk.document_name,
        "place": page_words(candidate.chunk),
    }


def _flow(comparison: Comparison) -> View:
    """A curve for each passage, from its rank on the left to its rank on the right."""
    count = max(1, len(comparison.reranked))
    step = max(6, min(18, 700 // count))

    def y(rank: int) -> float:
        return FLOW_TOP + step * (rank - 0.5)

    ranks = range(1, count + 1)
    numbered = ranks if step >= 12 else [rank for rank in ranks if rank == 1 or rank % 10 == 0]
    curves = []
    for item in sorted(comparison.reranked, key=lambda r: abs(r.rank_delta)):
        left, right = y(item.rank + item.rank_delta), y(item.rank)
        curves.append(
            {
                "move": move(item.rank_delta),
                "path": f"M 60 {left:g} C 260 {left:g} 380 {right:g} 580 {right:g}",
                "width": f"{1 + min(4.0, abs(item.rank_delta) / 5):g}",
                "title": f"{item.rank + item.rank_delta} → {item.rank}",
            }
        )
    return {
        "height": 2 * FLOW_TOP + step * count,
        "width": FLOW_WIDTH,
        "curves": curves,
        "labels": [(rank, y(rank) + 4) for rank in numbered],
        "cut": FLOW_TOP + step * min(comparison.settings.top_n, count),
    }
