"""A page of a PDF as a picture. Run as a program this is the child that draws.

It imports little, because people wait for it: ``python -m core.explain.drawing SOURCE RESULT
PAGE WIDTH`` writes a PNG, or the words of a refusal.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import closing
from pathlib import Path

from core.errors import NotFound
from core.home.sandbox import be_polite, confine_this_process, report_from_child
from core.ingest.pdf.pdfium import damaged, opened
from core.text.counting import counted

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


def draw(data: bytes, page: int, width: int) -> bytes:
    """A page as a PNG, drawn in this process; for bytes that can be trusted.

    Raises:
        NotFound: the document has no such page.
        DocumentRefused: the document cannot be opened, or the page cannot be drawn.
    """
    import pypdfium2 as pdfium  # noqa: PLC0415 - `import core` does not load PDFium

    with opened(data) as document:
        if not 1 <= page <= len(document):
            raise NotFound(
                f"There is no page {page}: the document has {counted(len(document), 'page')}."
            )
        try:
            document.init_forms()  # else the values of its fields are not drawn
            with closing(document[page - 1]) as drawn:
                wide, high = drawn.get_size()
                picture = drawn.render(scale=_scale(wide, high, width)).to_pil()
        except pdfium.PdfiumError as exc:
            raise damaged(f"page {page} cannot be drawn") from exc
    out = io.BytesIO()
    picture.save(out, format="PNG", compress_level=_FAST)
    return out.getvalue()


def main() -> None:
    """Read argv: the PDF, the result's path, the page, the width."""
    be_polite()
    confine_this_process(MEMORY_MB, SECONDS)
    source, result = Path(sys.argv[1]), Path(sys.argv[2])
    page, width = int(sys.argv[3]), int(sys.argv[4])
    os._exit(report_from_child(lambda: draw(source.read_bytes(), page, width), result))


if __name__ == "__main__":
    main()
