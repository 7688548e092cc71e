"""The picture of one page with parts of it highlighted, as a Streamlit component of our own."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from core.schema import Box
from pages.ui.components import component, nothing

BoxKind = Literal["passage", "quote", "chunk"]

_COMPONENT = component("page")


@dataclass(frozen=True, slots=True)
class PageBox:
    """A rectangle on the page, as fractions of its width and height from the top left.

    ``passage`` is tinted lightly, ``quote`` strongly, ``chunk`` is outlined, carries ``label``
    on its first rectangle and can be clicked: then its ``id`` is what ``page_view`` returns.
    """

    left: float
    top: float
    right: float
    bottom: float
    kind: BoxKind
    label: str = ""
    id: str = ""


def page_boxes(
    boxes: Iterable[Box], page: int, kind: BoxKind, label: str = "", chunk_id: str = ""
) -> list[PageBox]:
    """Those of ``boxes`` that lie on ``page`` (from 1), ready to be drawn."""
    return [
        PageBox(box.left, box.top, box.right, box.bottom, kind, label, chunk_id)
        for box in boxes
        if box.page == page
    ]


def chosen_chunk(sent: Any, boxes: Sequence[PageBox]) -> str | None:
    """The chunk id that the browser sent, if it is one of the boxes' own."""
    known = {box.id for box in boxes if box.kind == "chunk" and box.id}
    return sent if isinstance(sent, str) and sent in known else None


def page_view(png: bytes, boxes: Sequence[PageBox], alt: str, key: str) -> str | None:
    """Draw the page; the id of the chunk that was clicked in this run, or None.

    Args:
        png: the page as a PNG picture, of any resolution.
        boxes: what is highlighted; the view scrolls to the first quote, or else the first box.
        alt: says in words what the picture shows.
        key: names the element; the zoom is kept while it stays the same.

    """
    picture = base64.b64encode(png).decode("ascii")
    data = {"picture": picture, "boxes": [asdict(box) for box in boxes], "alt": alt}
    result = _COMPONENT(key=key, data=data, on_chunk_change=nothing)
    return chosen_chunk(result.chunk, boxes)
