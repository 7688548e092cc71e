"""A page of a PDF as a picture. Run as a program this is the child that draws.

It imports little, because people wait for it: ``python -m core.explain.drawing SOURCE RESULT
PAGE WIDTH`` writes a PNG, or the words of a refusal.
"""

from __future__ import annotations

import io
import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from core.confine import DONE, OUT_OF_MEMORY, REFUSED, confine_this_process
from core.errors import DocumentRefused, NotFound
from core.ingest import refusals
from core.pdfium import opened

SECONDS = 10
MEMORY_MB = 1024
_MOST_PIXELS = 16_000_000
_NARROWEST, _WIDEST = 16, 8000
_FAST = 3  # zlib's level: half the time of the usual 6, and no larger for pages


def _scale(width_points: float, height_points: float, width: int) -> float:
    """Pixels per point for a picture of this width, within the pixel limit."""
    wide, high = max(width_points, 1.0), max(height_points, 1.0)
    wanted = min(max(width, _NARROWEST), _WIDEST) / wide
    most: float = (_MOST_PIXELS / (wide * high)) ** 0.5
    return min(wanted, most)


def _drawn(document: Any, index: int, width: int) -> bytes:
    import pypdfium2 as pdfium  # noqa: PLC0415 - `import core` does not load PDFium

    try:
        with closing(document[index]) as page:
            wide, high = page.get_size()
            picture = page.render(scale=_scale(wide, high, width)).to_pil()
    except pdfium.PdfiumError as exc:
        raise refusals.damaged(f"page {index + 1} cannot be drawn") from exc
    out = io.BytesIO()
    picture.save(out, format="PNG", compress_level=_FAST)
    return out.getvalue()


def draw(data: bytes, page: int, width: int) -> bytes:
    """A page as a PNG, drawn in this process; for bytes that can be trusted.

    Raises:
        NotFound: the document has no such page.
        DocumentRefused: the document cannot be opened, or the page cannot be drawn.

    """
    with opened(data) as document:
        if not 1 <= page <= len(document):
            raise NotFound(f"There is no page {page}: the document has {len(document)} pages.")
        return _drawn(document, page - 1, width)


def _work(source: Path, result: Path, page: int, width: int) -> int:
    """The child's whole life; its exit status."""
    try:
        result.write_bytes(draw(source.read_bytes(), page, width))
    except (DocumentRefused, NotFound) as exc:
        code = exc.code if isinstance(exc, DocumentRefused) else None
        said = {"code": code, "message": exc.message, "advice": exc.advice}
        result.write_text(json.dumps(said), encoding="utf-8")
        return REFUSED
    except MemoryError:
        return OUT_OF_MEMORY
    return DONE


def main() -> None:
    """Read argv: the PDF, the result's path, the page, the width."""
    confine_this_process(MEMORY_MB, SECONDS)
    os._exit(_work(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))


if __name__ == "__main__":
    main()
