"""Outline, title and page labels of a PDF, from pypdf.

pypdf reads what people's programs wrote, and is not trusted with it: it runs beside, for a
limited time, and whatever goes wrong there costs the outline, never the document.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from itertools import islice
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
    return tuple(islice(_items(reader, reader.outline, 1), _MOST_ITEMS))


def _labels(reader: Any) -> tuple[str, ...]:
    return tuple(clean(label) for label in reader.page_labels)


def _title(reader: Any) -> str:
    return clean(reader.metadata.title) if reader.metadata else ""


def _open(data: bytes) -> Any:
    from pypdf import PdfReader  # noqa: PLC0415 - 0.1 s that only the parser should pay

    return PdfReader(io.BytesIO(data), strict=False)


def read_structure(data: bytes, seconds: float) -> Structure:
    """What pypdf can tell in ``seconds``; a part that fails, or is late, is empty."""
    with _Reading(data, seconds) as reading:
        return Structure(
            title=reading.part(_title, ""),
            outline=reading.part(_outline, ()),
            labels=reading.part(_labels, ()),
        )


def has_no_pages(data: bytes, seconds: float) -> bool:
    """Whether pypdf can read the file and finds it without a page.

    PDFium opens nothing without a page, and says no more than that it failed.
    """
    with _Reading(data, seconds) as reading:
        return reading.part(lambda reader: len(reader.pages) == 0, False)


class _Reading:
    """Reads parts of a file with pypdf in a thread of its own, for so many seconds in all."""

    def __init__(self, data: bytes, seconds: float) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pypdf")
        self._deadline = time.monotonic() + seconds
        self._reader = self._pool.submit(_open, data)

    def __enter__(self) -> _Reading:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def part(self, read: Callable[[Any], T], missing: T) -> T:
        """What ``read`` gives; ``missing`` after an error of any kind or the deadline."""
        future = self._pool.submit(lambda: read(self._reader.result()))
        try:
            error = future.exception(max(self._deadline - time.monotonic(), 0.01))
        except FutureTimeout:
            return missing
        return missing if error else future.result()
