"""Outline, title and page labels of a PDF, from pypdf.

pypdf reads what people's programs wrote, and is not trusted with it: it runs beside, for a
limited time, and whatever goes wrong there costs the outline, never the document.
"""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, TypeVar

from core.ingest.pdf.glyphs import glyph_text
from core.ingest.pdf.records import OutlineItem, Structure

T = TypeVar("T")
_MOST_ITEMS = 5000
_DEEPEST = 12
_LONGEST_TITLE = 300


def clean(text: object) -> str:
    """A title without odd spaces and characters that have no shape."""
    letters = "".join(glyph_text(ord(c)) or " " for c in str(text or ""))
    return " ".join(letters.split())[:_LONGEST_TITLE]


def _items(reader: Any, entries: list[Any], level: int) -> Iterator[OutlineItem]:
    for entry in entries:
        if isinstance(entry, list):
            if level < _DEEPEST:
                yield from _items(reader, entry, level + 1)
            continue
        number = reader.get_destination_page_number(entry)
        title = clean(entry.title)
        if title and isinstance(number, int) and number >= 0:
            top = getattr(entry, "top", None)
            yield OutlineItem(title, level, number + 1, _number(top))


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _outline(reader: Any) -> tuple[OutlineItem, ...]:
    found: list[OutlineItem] = []
    for item in _items(reader, reader.outline, 1):
        found.append(item)
        if len(found) >= _MOST_ITEMS:
            break
    return tuple(found)


def _labels(reader: Any) -> tuple[str, ...]:
    return tuple(clean(label) for label in reader.page_labels)


def _title(reader: Any) -> str:
    return clean(reader.metadata.title) if reader.metadata else ""


def _open(data: bytes) -> Any:
    from pypdf import PdfReader  # noqa: PLC0415 - 0.1 s that only the parser should pay

    return PdfReader(io.BytesIO(data), strict=False)


def read_structure(data: bytes, seconds: float) -> Structure:
    """What pypdf can tell in ``seconds``; a part that fails, or is late, is empty."""
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pypdf")
    deadline = time.monotonic() + seconds
    reader = pool.submit(_open, data)
    title = pool.submit(lambda: _title(reader.result()))
    outline = pool.submit(lambda: _outline(reader.result()))
    labels = pool.submit(lambda: _labels(reader.result()))
    found = Structure(
        title=title.result() if _succeeds(title, deadline) else "",
        outline=outline.result() if _succeeds(outline, deadline) else (),
        labels=labels.result() if _succeeds(labels, deadline) else (),
    )
    pool.shutdown(wait=False, cancel_futures=True)
    return found


def has_no_pages(data: bytes, seconds: float) -> bool:
    """Whether pypdf can read the file and finds it without a page.

    PDFium opens nothing without a page, and says no more than that it failed.
    """
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pypdf")
    count = pool.submit(lambda: len(_open(data).pages))
    found = _succeeds(count, time.monotonic() + seconds) and count.result() == 0
    pool.shutdown(wait=False, cancel_futures=True)
    return found


def _succeeds(future: Future[T], deadline: float) -> bool:
    """Whether a part was read without an error of any kind before the deadline."""
    try:
        return future.exception(max(deadline - time.monotonic(), 0.01)) is None
    except FutureTimeout:
        return False
