"""PDFium, opened safely: it is not thread safe, so one lock guards every use in a process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from core.errors import DocumentRefused
from core.ingest import refusals

_LOCK = threading.RLock()
_HEADER_BYTES = 1024


def _why_unopened(data: bytes, code: int | None) -> DocumentRefused:
    """The refusal that fits PDFium's error code."""
    from pypdfium2 import raw  # noqa: PLC0415 - `import core` does not load PDFium

    if code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
        return refusals.encrypted()
    if b"%PDF-" not in data[:_HEADER_BYTES]:
        return refusals.not_a_pdf()
    return refusals.damaged("its inner structure cannot be read")


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
