"""The documents of a home folder as their reader sees them: text in its place, and pictures."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from core.explain.highlight import render_page
from core.home.files import Files
from core.ingest.packing import load_paged_text
from core.schema import Chunk, PagedText


class DocumentPages:
    """Reads pages of stored documents; the last few texts stay in memory."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._text = lru_cache(maxsize=8)(lambda id_: load_paged_text(files.text(id_)))

    def text(self, document_id: str) -> PagedText:
        """A document's text with the place of every character."""
        return self._text(document_id)

    def page_at(self, chunk: Chunk, offset: int) -> int:
        """The page (from 1) on which a character of a chunk's text stands."""
        if chunk.first_page == chunk.last_page:
            return chunk.first_page
        pages = self.text(chunk.document_id).pages
        starts = [page.start for page in pages]
        return pages[max(0, bisect_right(starts, chunk.start + offset) - 1)].number

    def picture(self, document_id: str, page: int, width: int = 1200) -> bytes:
        """A page as PNG, ``width`` pixels wide, pages from 1."""
        return render_page(self._files.original(document_id), page, width)
