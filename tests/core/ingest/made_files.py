"""Files of text for tests, and the laws of what is read from them."""

from core.ingest.formats import format_of
from core.schema import Chunking, PagedText
from core.settings import Limits
from tests.core.ingest.paged_texts import cut


def read(data: bytes | str, name: str) -> PagedText:
    """What the reader of this file finds, in this process."""
    whole = data.encode() if isinstance(data, str) else data
    return format_of(whole, name).read(whole, Limits())


def assert_placed(paged: PagedText, chunking: Chunking = Chunking(64, 16)) -> None:  # noqa: B008 - frozen
    """Places are numbered in order, parts and headings lie in it, chunks are parts of the text."""
    offsets = [offset for page in paged.pages for offset in (page.start, page.end)]
    assert offsets == sorted(offsets)
    assert (offsets[0], offsets[-1]) == (0, len(paged.text))
    assert [page.number for page in paged.pages] == list(range(1, len(paged.pages) + 1))
    parts = [offset for part in paged.parts for offset in (part.start, part.end)]
    assert parts == sorted(parts)
    assert len(paged.boxes) == 0
    kept = [False] * len(paged.text)
    for chunk in cut(paged, chunking):
        assert chunk.text == paged.text[chunk.start : chunk.end]
        assert chunk.tokens <= chunking.size
        assert chunk.unit == paged.unit
        first, last = paged.pages[chunk.first_page - 1], paged.pages[chunk.last_page - 1]
        assert first.start <= chunk.start < first.end
        assert last.start < chunk.end <= last.end
        kept[chunk.start : chunk.end] = [True] * (chunk.end - chunk.start)
    left = "".join(c for c, there in zip(paged.text, kept, strict=True) if not there)
    assert not any(map(str.isalnum, left))
