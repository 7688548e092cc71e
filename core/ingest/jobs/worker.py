"""Reading a file in a child process that can be stopped."""

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
from core.ingest.formats import PDF, format_of, suffix_of
from core.ingest.packing import load_paged_text, save_paged_text
from core.ingest.pdf.reading import check_bytes, extract
from core.schema import PagedText
from core.settings import Limits

_FIRST_SECONDS, _SECONDS_A_PAGE, _USUAL_LIMIT = 7.0, 0.03, 120
_BYTES_A_PAGE = 2000


def parse(data: bytes, limits: Limits, name: str = "a.pdf") -> PagedText:
    """Read a file of any known format in a child process.

    Raises:
        DocumentRefused: the file is not indexed; the code and the message say why.
    """
    check_bytes(data, limits)
    arguments = [json.dumps(asdict(limits)), f"file{suffix_of(name)}"]
    try:
        status, result = run_child("core.ingest.jobs.worker", data, arguments, limits.parse_seconds)
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
            raise _crashed("The reader stopped halfway.") from exc
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
    raise _crashed("The file makes the reader crash.")


def _crashed(what: str) -> DocumentRefused:
    return DocumentRefused(
        "damaged", what, "Open it in its program and save it, or print it to a new PDF."
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


def _read(source: Path, limits: Limits, name: str) -> bytes:
    """The child's whole work: the text of the file, packed."""
    data = source.read_bytes()
    found = format_of(data, name)

    def begin(pages: int) -> None:
        allow_processor_time(processor_seconds(pages, limits.parse_seconds))

    if found is PDF:
        return save_paged_text(extract(data, limits, begin))
    begin(len(data) // _BYTES_A_PAGE)
    return save_paged_text(found.read(data, limits))


def main() -> None:
    """Read argv: the file, the result's path, the limits as JSON, the file's name."""
    logging.disable(logging.CRITICAL)
    limits = Limits(**json.loads(sys.argv[3]))
    be_polite()
    confine_this_process(limits.parse_memory_mb, processor_seconds(0, limits.parse_seconds))
    status = report_from_child(
        partial(_read, Path(sys.argv[1]), limits, sys.argv[4]), Path(sys.argv[2])
    )
    os._exit(status)  # a thread that hangs in pypdf must not keep the process alive


if __name__ == "__main__":
    main()
