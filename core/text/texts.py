"""Texts that come from no PDF, as the passages that every stage reads."""

from __future__ import annotations

from core.schema import Chunk


def whole_text(id_: str, document_id: str, name: str, ordinal: int, text: str) -> Chunk:
    """A whole text as one chunk; it has no pages, so both page numbers are 0."""
    return Chunk(
        id=id_,
        document_id=document_id,
        document_name=name,
        ordinal=ordinal,
        first_page=0,
        last_page=0,
        start=0,
        end=len(text),
        text=text,
        tokens=0,
    )
