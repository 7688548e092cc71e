"""Outline, title and page labels of a PDF, from pypdf.

pypdf reads what people's programs wrote, and is not trusted with it: it runs beside, for a
limited time, and whatever goes wrong there costs the outline, never the document.
"""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any

from core.ingest.pdf.glyphs import SOFT_HYPHEN, glyph_text, with_hyphens
from core.ingest.pdf.records import OutlineItem, Structure

_MOST_ITEMS = 5000
_DEEPEST = 12
_LONGEST_TITLE = 300
_PATIENCE = 4
"""So many times the processor time may pass on the clock."""


def clean(text: object) -> str:
    """A title without odd spaces and characters that have no shape."""
    letters = with_hyphens(
        "".join(glyph_text(ord(c)) or " " for c in str(text or "").replace(SOFT_HYPHEN, ""))
    )
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
            place = float(top) if isinstance(top, int | float) else None
            yield OutlineItem(title, level, number + 1, place)


def _outline(reader: Any) -> tuple[OutlineItem, ...]:
    return tuple(islice(_items(reader, reader.outline, 1), _MOST_ITEMS))


def _labels(reader: Any) -> tuple[str, ...]:
    return tuple(clean(label) for label in reader.page_labels)


def _title(reader: Any) -> str:
    return clean(reader.metadata.title) if reader.metadata else ""


def _off_layers(reader: Any) -> frozenset[str]:
    """The names of layers that are not shown when the file is opened."""
    layers = reader.root_object["/OCProperties"]
    shown = layers["/D"]
    base_off = shown.get("/BaseState") == "/OFF"
    off = [entry.idnum for entry in (layers["/OCGs"] if base_off else shown.get("/OFF", []))]
    on = {entry.idnum for entry in shown.get("/ON", [])} if base_off else set()
    return frozenset(str(reader.get_object(n)["/Name"]) for n in off if n not in on)


def _open(data: bytes) -> Any:
    from pypdf import PdfReader  # noqa: PLC0415 - 0.1 s that only the parser should pay

    return PdfReader(io.BytesIO(data), strict=False)


def read_structure(data: bytes, seconds: float) -> Structure:
    """What pypdf can tell in ``seconds``; a part that fails, or is late, is empty."""
    return Structure(
        **_read(
            data, seconds, title=_title, outline=_outline, labels=_labels, off_layers=_off_layers
        )
    )


def has_no_pages(data: bytes, seconds: float) -> bool:
    """Whether pypdf can read the file and finds it without a page.

    PDFium opens nothing without a page, and says no more than that it failed.
    """
    return bool(_read(data, seconds, empty=lambda reader: not len(reader.pages)).get("empty"))


def _read(data: bytes, seconds: float, **parts: Callable[[Any], object]) -> dict[str, Any]:
    """What each part gives, read in a thread that nobody waits for after ``seconds``.

    They are of processor time: on a busy machine a document must not lose its outline.
    """
    done: dict[str, Any] = {}

    def read() -> None:
        with suppress(Exception):
            reader = _open(data)
            for name, part in parts.items():
                with suppress(Exception):
                    done[name] = part(reader)

    thread = threading.Thread(target=read, name="pypdf", daemon=True)
    thread.start()
    late, given_up = time.process_time() + seconds, time.monotonic() + _PATIENCE * seconds
    while thread.is_alive() and time.process_time() < late and time.monotonic() < given_up:
        thread.join(0.02)
    return dict(done)
