"""The pages that an answer cites, as pictures small enough to travel with a receipt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import DocumentRefused, NotFound, StoreError
from core.explain.document_pages import DocumentPages
from core.explain.highlight import boxes_of
from core.history.receipt import Receipt
from core.schema import Answer, Box, Chunk, Citation

MOST_BYTES = 3_300_000  # of all pictures; base64 makes 4.4 MB of it
WIDTHS = (1000, 750, 550, 400)


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A cited page: ``png`` with the boxes of the quotes to be drawn over it.

    ``numbers`` are the citations that stand on it, ``page`` counts from 1.
    """

    document: str
    page: int
    numbers: tuple[int, ...]
    png: bytes
    boxes: tuple[Box, ...]


def page_pictures(documents: DocumentPages, receipt: Receipt) -> tuple[PagePicture, ...]:
    """A picture of every cited page, in the citations' order; unreadable ones are left out."""
    pages = _pages(receipt)
    budget = MOST_BYTES // max(1, len(pages))
    found = []
    for (document_id, page), cited in pages.items():
        png = _picture(documents, document_id, page, budget)
        if png:
            boxes = tuple(box for chunk, c in cited for box in _boxes(documents, chunk, c, page))
            numbers = tuple(dict.fromkeys(citation.number for _, citation in cited))
            name = cited[0][0].document_name
            found.append(PagePicture(name, page, numbers, png, boxes))
    return tuple(found)


def _pages(receipt: Receipt) -> dict[tuple[str, int], list[tuple[Chunk, Citation]]]:
    chunks = {item.chunk.id: item.chunk for item in receipt.comparison.reranked}
    pages: dict[tuple[str, int], list[tuple[Chunk, Citation]]] = {}
    for given in receipt.answers:
        for citation in _valid(given.answer):
            chunk = chunks.get(citation.chunk_id or "")
            if chunk is not None and citation.page:
                pages.setdefault((chunk.document_id, citation.page), []).append((chunk, citation))
    return pages


def _valid(answer: Answer) -> Iterator[Citation]:
    return (citation for citation in answer.citations if citation.verified)


def _picture(documents: DocumentPages, document_id: str, page: int, most: int) -> bytes:
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
    start = chunk.start + citation.quote.start
    end = chunk.start + citation.quote.end
    paged = documents.text(chunk.document_id)
    return [box for box in boxes_of(paged, start, end) if box.page == page]
