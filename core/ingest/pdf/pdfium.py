"""PDFium, opened safely: it is not thread safe, so one lock guards every use in a process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from ctypes import PYFUNCTYPE, c_void_p, cast
from typing import Any

from core.errors import DocumentRefused

_LOCK = threading.RLock()
_HEADER_BYTES = 1024


def _why_unopened(data: bytes, code: int | None) -> DocumentRefused:
    """The refusal that fits PDFium's error code."""
    from pypdfium2 import raw  # noqa: PLC0415 - `import core` does not load PDFium

    if code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
        return DocumentRefused(
            "encrypted",
            "The PDF is protected: it needs a password to be opened.",
            "Save a copy without the password, then add the copy.",
        )
    if b"%PDF-" not in data[:_HEADER_BYTES]:
        return DocumentRefused(
            "not_a_pdf",
            "The file is not a PDF, whatever its name says.",
            "Open it in the program that made it and export it as PDF.",
        )
    return damaged("its inner structure cannot be read")


def damaged(reason: str) -> DocumentRefused:
    """The refusal of bytes that start like a PDF but cannot be read."""
    return DocumentRefused(
        "damaged",
        f"The PDF is damaged: {reason}.",
        "Download it again, or open it in a PDF viewer and print it to a new PDF.",
    )


def address_of(pointer: Any) -> int:
    """Where a pointer of ctypes points to; 0 for nowhere."""
    return cast(pointer, c_void_p).value or 0


def by_address(function: Any, gives: Any, *takes: Any) -> Any:
    """A function of PDFium for plain addresses and numbers: half the time of a call goes.

    No other thread runs during a call, so it is for what is asked once a character.
    """
    return PYFUNCTYPE(gives, *takes)(address_of(function))


def addresses(rows: Any) -> range:
    """Where the rows of a whole array begin, for a function that writes one at each call."""
    first, step = rows.ctypes.data, rows.itemsize * rows.shape[1]
    return range(first, first + step * len(rows), step)


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """PDFium's document for these bytes; all other threads wait until it is closed.

    Raises:
        DocumentRefused: ``encrypted``, ``not_a_pdf`` or ``damaged``.
    """
    import pypdfium2 as pdfium  # noqa: PLC0415 - `import core` does not load PDFium

    with _LOCK:
        try:
            document = pdfium.PdfDocument(data)
        except pdfium.PdfiumError as exc:
            raise _why_unopened(data, exc.err_code) from exc
        with closing(document):
            yield document
