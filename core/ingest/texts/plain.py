"""Plain text: paragraphs of lines; lines that were broken to fit a width belong together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from core.ingest.paging import TextBlock, paged
from core.ingest.texts.decoding import decoded
from core.schema import PagedText
from core.settings import Limits

_NARROW = 40


def read_plain(data: bytes, limits: Limits) -> PagedText:
    """Read a file of prose, notes or lines; its places are lines."""
    text, notes = decoded(data)
    return paged(_paragraphs(text.split("\n")), "line", limits, notes=notes)


def _paragraphs(lines: list[str]) -> Iterator[TextBlock]:
    run: list[str] = []
    for number, line in enumerate([*lines, ""], start=1):
        if line.strip():
            run.append(line)
        elif run:
            yield from _unwrapped(run, number - len(run))
            run = []


def _unwrapped(run: list[str], first: int) -> Iterator[TextBlock]:
    """The lines of one paragraph as blocks: a line that had room for more words ends one.

    A list of short lines stays a list; a paragraph that was broken at 80 columns is one block.
    """
    width = max(map(len, run))
    begin = 0
    for at, (line, following) in enumerate(pairwise([*run, ""]), start=1):
        word = len(following.split(maxsplit=1)[0]) if following.strip() else width
        full = width >= _NARROW and len(line.rstrip()) + 1 + word > width
        if at == len(run) or not full:
            yield TextBlock("\n".join(run[begin:at]), first + begin)
            begin = at
