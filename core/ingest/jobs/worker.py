"""Reading a PDF in a child process that can be stopped."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

from core.errors import DocumentRefused, StoreDamaged
from core.home.sandbox import (
    DONE,
    OUT_OF_MEMORY,
    REFUSED,
    allow_processor_time,
    be_polite,
    confine_this_process,
    out_of_processor_time,
    report_from_child,
    reported_error,
    run_child,
)
from core.ingest.packing import load_paged_text, save_paged_text
from core.ingest.pdf.pdfium import damaged
from core.ingest.pdf.reading import check_bytes, extract
from core.schema import PagedText
from core.settings import Limits

_FIRST_SECONDS, _SECONDS_A_PAGE, _USUAL_LIMIT = 7.0, 0.03, 120


def parse(data: bytes, limits: Limits) -> PagedText:
    """Read a PDF in a child process.

    Raises:
        DocumentRefused: the file is not indexed; the code and the message say why.
    """
    check_bytes(data, limits)
    try:
        status, result = run_child(
            "core.ingest.jobs.worker", data, [json.dumps(asdict(limits))], limits.parse_seconds
        )
    except TimeoutError as exc:
        raise DocumentRefused(
            "timeout",
            f"Reading the file took longer than {limits.parse_seconds} seconds and was stopped.",
            "Split it, or raise SECOND_LOOK_PARSE_SECONDS.",
        ) from exc
    return _understand(status, result, limits)


def _understand(status: int, result: bytes, limits: Limits) -> PagedText:
    if status == DONE:
        try:
            return load_paged_text(result)
        except StoreDamaged as exc:
            raise damaged("the reader stopped halfway") from exc
    if status == REFUSED:
        raise reported_error(result)
    if status == OUT_OF_MEMORY:
        raise DocumentRefused(
            "too_large",
            f"Reading the file needs more than {limits.parse_memory_mb} MB of memory.",
            "Split it, or raise SECOND_LOOK_PARSE_MEMORY_MB.",
        )
    if out_of_processor_time(status):
        raise DocumentRefused(
            "timeout",
            "Reading the file takes far longer than its number of pages explains; it was stopped.",
            "Print it to a new PDF and add that, or raise SECOND_LOOK_PARSE_SECONDS.",
        )
    raise DocumentRefused(
        "damaged",
        "The PDF makes the reader crash.",
        "Open it in a PDF viewer and print it to a new PDF.",
    )


def processor_seconds(pages: int, parse_seconds: int) -> int:
    """Processor time that a file with so many pages may use.

    A file of few pages that needs minutes is a trap: it gets 7 s and 30 ms a page, where a
    dense manual takes 20 ms. A longer ``parse_seconds`` than the usual 120 stretches both; it
    is the most for any file.

    >>> processor_seconds(0, 120), processor_seconds(300, 120), processor_seconds(3000, 120)
    (7, 16, 97)
    """
    stretched = (_FIRST_SECONDS + _SECONDS_A_PAGE * pages) * max(1.0, parse_seconds / _USUAL_LIMIT)
    return max(1, min(int(stretched), parse_seconds))


def _read(source: Path, limits: Limits) -> bytes:
    """The child's whole work: the text of the PDF, packed."""

    def begin(pages: int) -> None:
        allow_processor_time(processor_seconds(pages, limits.parse_seconds))

    return save_paged_text(extract(source.read_bytes(), limits, begin))


def main() -> None:
    """Read argv: the PDF, the result's path, the limits as JSON."""
    logging.disable(logging.CRITICAL)
    limits = Limits(**json.loads(sys.argv[3]))
    be_polite()
    confine_this_process(limits.parse_memory_mb, processor_seconds(0, limits.parse_seconds))
    status = report_from_child(partial(_read, Path(sys.argv[1]), limits), Path(sys.argv[2]))
    os._exit(status)  # a thread that hangs in pypdf must not keep the process alive


if __name__ == "__main__":
    main()
