"""One way to say a page: the printed label and, where it differs, the index."""

from __future__ import annotations

from core.schema import Chunk


def page_words(chunk: Chunk, page: int | None = None) -> str:
    """The pages of a chunk, or one of them (from 1); nothing for a text without pages.

    ``p. 12``, ``pp. 12–13``, and ``p. A-3 (7)`` where the seventh page is called A-3.
    """
    if chunk.first_page == 0:
        return ""
    first, last = (chunk.first_page, chunk.last_page) if page is None else (page, page)
    numbers = sorted({first, last})
    shown = "–".join(_label(chunk, number) for number in numbers)
    index = "–".join(map(str, numbers))
    prefix = "pp." if len(numbers) > 1 else "p."
    return f"{prefix} {shown}" if shown == index else f"{prefix} {shown} ({index})"


def source_words(chunk: Chunk, page: int | None = None, joint: str = ", ") -> str:
    """The document and the pages of a chunk, or one of them."""
    return joint.join(filter(None, [chunk.document_name, page_words(chunk, page)]))


def _label(chunk: Chunk, page: int) -> str:
    at = page - chunk.first_page
    return chunk.labels[at] if 0 <= at < len(chunk.labels) and chunk.labels[at] else str(page)
