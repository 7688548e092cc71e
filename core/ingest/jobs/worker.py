"""Reading a PDF in a child process that can be stopped."""

from __future__ import annotations

import json
import logging
import os
import sys
from dataclasses import asdict
from functools import partial
from pathlib import Path

from core.errors import StoreDamaged
from core.ingest import refusals
from core.ingest.jobs.sandbox import (
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
        raise refusals.timeout(limits.parse_seconds) from exc
    return _understand(status, result, limits)


def _understand(status: int, result: bytes, limits: Limits) -> PagedText:
    if status == DONE:
        try:
            return load_paged_text(result)
        except StoreDamaged as exc:
            raise refusals.damaged("the reader stopped half-way") from exc
    if status == REFUSED:
        raise reported_error(result)
    if status == OUT_OF_MEMORY:
        raise refusals.out_of_memory(limits.parse_memory_mb)
    if out_of_processor_time(status):
        raise refusals.too_slow()
    raise refusals.crashed()


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


def _allow_for(pages: int, limits: Limits) -> None:
    allow_processor_time(processor_seconds(pages, limits.parse_seconds))


def _read(source: Path, limits: Limits) -> bytes:
    """The child's whole work: the text of the PDF, packed."""
    paged = extract(source.read_bytes(), limits, partial(_allow_for, limits=limits))
    return save_paged_text(paged)


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
