"""What of a file is not searched: pages without text, letters without a meaning, files inside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from ctypes import POINTER, c_ushort, cast, create_string_buffer
from itertools import groupby
from typing import Any

from core.ingest.pdf.records import RawPage
from core.schema import Note
from core.text.counting import counted, listed

_UNMAPPED = 0.3
_COMMON = re.compile(
    r"\b(?:the|and|of|to|in|der|die|und|das|le|la|les|et|de|el|los|que|il|di)\b", re.IGNORECASE
)
_FEWEST_WORDS, _FEWEST_LETTERS = 3, 200
_MOST_NAMES = 5
_XFA = {2, 3}


def page_ranges(numbers: Sequence[int]) -> str:
    """Page numbers in words.

    >>> page_ranges([2, 3, 4, 7]), page_ranges([5])
    ('Pages 2 to 4 and 7', 'Page 5')
    """
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), lambda e: e[1] - e[0])]
    parts = [f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]
    return f"Page{'s' * (len(numbers) > 1)} {listed(parts)}"


def is_garbled(pages: Sequence[RawPage]) -> bool:
    """Whether most letters of a document have no map to Unicode, and its text no usual word."""
    lettered = [page for page in pages if page.segments]
    if not lettered or min(page.unmapped for page in lettered) < _UNMAPPED:
        return False
    text = " ".join(s.text for page in lettered for s in page.segments)
    return len(text) >= _FEWEST_LETTERS and len(_COMMON.findall(text)) < _FEWEST_WORDS


def page_notes(pages: Sequence[RawPage]) -> list[Note]:
    """Notes about pages that hold no text and pages whose letters cannot be read."""
    notes = []
    lettered = {p.number for p in pages if any(c.isalnum() for s in p.segments for c in s.text)}
    if empty := [p.number for p in pages if p.drawn and p.number not in lettered]:
        holds = "hold" if len(empty) > 1 else "holds"
        notes.append(
            Note(
                "not searched",
                f"{page_ranges(empty)} {holds} no text, only pictures. Run text recognition (OCR) "
                "on the file, for example with OCRmyPDF, and add the result to search them.",
            )
        )
    if unread := [p.number for p in pages if p.unmapped >= _UNMAPPED and p.number in lettered]:
        notes.append(
            Note(
                "not searched",
                f"{page_ranges(unread)}: a font does not say which letters it shows, so words may "
                "be wrong. Run text recognition (OCR) on the file and add the result.",
            )
        )
    return notes


def file_notes(raw: Any, document: Any) -> list[Note]:
    """Notes about files inside the document, and forms that only some programs show."""
    notes = []
    if names := _attachments(raw, document.raw):
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        notes.append(
            Note(
                "not searched",
                f"{counted(len(names), 'file')} inside it {'are' if len(names) > 1 else 'is'} not "
                f"searched: {', '.join(names[:_MOST_NAMES])}{more}. Save and add what you need.",
            )
        )
    if document.get_formtype() in _XFA:
        notes.append(
            Note(
                "not searched",
                "It is an XFA form: what only Adobe's programs show of it is not searched. Print "
                "it to a new PDF there and add that.",
            )
        )
    return notes


def _attachments(raw: Any, document: Any) -> list[str]:
    name = create_string_buffer(512)
    units = cast(name, POINTER(c_ushort))
    names = []
    for number in range(raw.FPDFDoc_GetAttachmentCount(document)):
        attachment = raw.FPDFDoc_GetAttachment(document, number)
        size = raw.FPDFAttachment_GetName(attachment, units, len(name))
        text = name.raw[: min(size, len(name)) // 2 * 2].decode("utf-16-le", "replace")
        names.append(" ".join(text.rstrip("\0").split()) or "a file without a name")
    return names
