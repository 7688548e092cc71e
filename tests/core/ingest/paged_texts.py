"""Texts on pages for tests: made, cut by words, and the laws that every one obeys."""

import itertools
import re

import numpy as np

from core.ingest.chunking import chunk
from core.schema import Chunk, Chunking, Heading, Page, PagedText


def word_spans(text: str) -> list[tuple[int, int]]:
    """A tokenizer that makes a token of each word and of each mark."""
    return [m.span() for m in re.finditer(r"\w+|[^\w\s]", text)]


def paged(text: str, headings: tuple[Heading, ...] = (), pages: int = 1) -> PagedText:
    """A text on pages of about equal length, without boxes."""
    cuts = [len(text) * i // pages for i in range(pages + 1)]
    numbered = tuple(
        Page(i + 1, str(i + 1), a, b, 600.0, 800.0)
        for i, (a, b) in enumerate(itertools.pairwise(cuts))
    )
    return PagedText(text, numbered, headings, np.zeros((len(text), 4), dtype=np.float32))


def cut(document: PagedText, chunking: Chunking = Chunking(64, 16)) -> list[Chunk]:  # noqa: B008 - frozen
    """Chunks by the word tokenizer."""
    return chunk(document, "d" * 64, "made.pdf", chunking, word_spans)


def assert_lawful(paged: PagedText) -> None:
    """What everybody relies on in a PagedText."""
    paged.text.encode("utf-8")
    assert not re.search(r"[\x00-\x09\x0b-\x1f\ue000-\uf8ff\ufffe]", paged.text)
    assert paged.boxes.shape == (len(paged.text), 4)
    assert paged.boxes.any(axis=1).tolist() == [not c.isspace() for c in paged.text]
    assert ((paged.boxes >= 0) & (paged.boxes <= 1)).all()
    offsets = [o for page in paged.pages for o in (page.start, page.end)]
    assert offsets == sorted(offsets)
    assert offsets[0] == 0
    assert offsets[-1] == len(paged.text)
    assert [p.number for p in paged.pages] == list(range(1, len(paged.pages) + 1))
    starts = [h.start for h in paged.headings]
    assert starts == sorted(starts)
    assert all(0 <= s < len(paged.text) for s in starts)
