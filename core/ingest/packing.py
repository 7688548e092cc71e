"""A PagedText as bytes and back: a zip of arrays (npz), nothing in it is ever executed."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from contextlib import suppress
from dataclasses import astuple
from typing import Any

import numpy as np

from core.errors import StoreDamaged
from core.schema import Heading, Note, Page, PagedText, Part

_SCALE = 65535
_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,  # a zip feature that zipfile does not have
)


def save_paged_text(paged: PagedText) -> bytes:
    """Compact bytes; boxes are rounded to 1/65535 of the page (0.01 points on A4)."""
    record = {
        "title": paged.title,
        "pages": [astuple(p) for p in paged.pages],
        "headings": [astuple(h) for h in paged.headings],
        "hidden": paged.hidden,
        "notes": [astuple(n) for n in paged.notes],
        "unit": paged.unit,
        "parts": [astuple(p) for p in paged.parts],
    }
    boxes = np.rint(np.clip(paged.boxes, 0, 1) * _SCALE).astype(np.uint16)
    out = io.BytesIO()
    np.savez_compressed(
        out,
        text=np.frombuffer(paged.text.encode("utf-8"), dtype=np.uint8),
        record=np.frombuffer(json.dumps(record).encode("utf-8"), dtype=np.uint8),
        boxes=boxes,
    )
    return out.getvalue()


def load_notes(data: bytes) -> tuple[Note, ...]:
    """The notes alone of what ``save_paged_text`` wrote; nothing for a damaged text."""
    with suppress(*_UNREADABLE), np.load(io.BytesIO(data), allow_pickle=False) as file:
        return _notes(json.loads(file["record"].tobytes()))
    return ()


def _notes(record: dict[str, Any]) -> tuple[Note, ...]:
    return tuple(Note(*note) for note in record.get("notes", ()))  # older texts have none


def load_paged_text(data: bytes) -> PagedText:
    """What ``save_paged_text`` wrote.

    Raises:
        StoreDamaged: the bytes are not of that kind, or were cut.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            text = file["text"].tobytes().decode("utf-8")
            record = json.loads(file["record"].tobytes())
            boxes = file["boxes"].astype(np.float32) / _SCALE
        pages = tuple(Page(*p) for p in record["pages"])
        headings = tuple(Heading(*h) for h in record["headings"])
        title = str(record["title"])
        hidden = tuple((int(start), int(end)) for start, end in record["hidden"])
        notes, unit = _notes(record), record.get("unit", "page")
        parts = tuple(Part(*p) for p in record.get("parts", ()))
    except _UNREADABLE as exc:
        raise StoreDamaged(
            "The stored text of a document cannot be read.", "Add the document again."
        ) from exc
    return PagedText(text, pages, headings, boxes, title, hidden, notes, unit, parts)
