"""HTML: the text that the page shows, block by block; its places are its sections."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from core.ingest.paging import TextBlock, paged
from core.ingest.tables import row_text
from core.ingest.texts.decoding import decoded
from core.schema import PagedText
from core.settings import Limits

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_NEVER = "script, style, template, noscript, svg, head, iframe, object, select, button, dialog"
_AROUND = "nav, footer, aside, [role=navigation], [role=contentinfo], [role=search]"
_HIDDEN = "[hidden], [aria-modal=true], [role=dialog], [role=alertdialog]"
_STYLED_AWAY = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BANNER_SHARE = 0.3
_BLOCK_TAGS = (
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav "
    "ol optgroup option p pre section summary table tbody td tfoot th thead tr ul"
)
_BLOCKS = frozenset(_BLOCK_TAGS.split())
_LAYOUT = "td table, td h1, td h2, td h3, td pre"
_LISTS = frozenset({"ul", "ol", "menu"})
_LEVELS = {f"h{level}": level for level in range(1, 7)}


@dataclass(slots=True)
class _Page:
    """The blocks found so far, and the words of the one that is open."""

    blocks: list[TextBlock] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    mark: str = ""
    section: int = 1
    heads: list[str] = field(default_factory=list)
    cells: list[tuple[str, str]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    in_row: bool = False
    tables: list[bool] = field(default_factory=list)
    kept: int = 0

    def close(self, level: int = 0, kind: Literal["text", "code"] = "text") -> None:
        """The open block is whole; inside a table its words go to the cell."""
        text, self.words = "".join(self.words), []
        if kind == "text":
            lines = (" ".join(line.split()) for line in text.split("\x0b"))
            text = "\n".join(filter(None, lines))
        if not text.strip():
            return
        if self.in_row:
            tag, before = self.cells[-1] if self.cells else ("td", "")
            self.cells[-1:] = [(tag, f"{before} {text}".strip())]
            return
        self.section += bool(level and self.blocks)
        self.blocks.append(TextBlock(self.mark + text, self.section, level=level, kind=kind))
        self.mark = ""

    def close_row(self) -> None:
        """A row of cells; one of heads alone gives the heads of the following."""
        self.close()
        cells, self.cells = self.cells, []
        texts = [text for _, text in cells]
        is_head = bool(cells) and all(tag == "th" for tag, _ in cells)
        said = row_text([] if is_head else self.heads, texts)
        self.heads = texts if is_head else self.heads
        if said:
            self.blocks.append(TextBlock(said, self.section, kind="item"))


def read_html(data: bytes, limits: Limits) -> PagedText:
    """Read a page: its main part where it names one, without menus, banners and scripts."""
    text, notes = decoded(_in_unicode(data))
    title, blocks = _read(text)
    return paged(blocks, "section", limits, title, notes)


def text_of_html(fragment: str) -> str:
    """The words of a piece of HTML, blocks apart."""
    return "\n".join(block.text for block in _read(fragment)[1])


def _in_unicode(data: bytes) -> bytes:
    """The bytes as UTF-8, where the page says that they are in another encoding."""
    said = _CHARSET.search(data[:4096])
    marked = data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if said is None or marked:
        return data
    try:
        return data.decode(said[1].decode("ascii")).encode()
    except (LookupError, ValueError):  # a wrong word, or a wrong name: as if nothing was said
        return data


def _read(text: str) -> tuple[str, list[TextBlock]]:
    from selectolax.lexbor import LexborHTMLParser  # noqa: PLC0415 - only the reader loads it

    tree = LexborHTMLParser(text)
    titled = tree.css_first("title")
    title = titled.text() if titled else ""
    body = tree.body
    if body is None:
        return title, []
    for node in body.css(f"{_NEVER}, {_HIDDEN}"):
        node.decompose()
    for node in body.css("[style]"):
        if _STYLED_AWAY.search(node.attributes.get("style") or ""):
            node.decompose()
    _drop_banners(body)
    page = _Page()
    _walk(_main(body), page)
    page.close()
    return title, page.blocks


def _main(body: LexborNode) -> LexborNode:
    """The one part that the page calls its main one, else all but the menus and the foot."""
    for name in ("main, [role=main]", "article"):
        found = body.css(name)
        if len(found) == 1 and found[0].text().strip():
            return found[0]
    around = body.css(_AROUND)
    size = len(body.text())
    if sum(len(node.text()) for node in around) < size:  # a page of menus alone keeps them
        for node in around:
            node.decompose()
    return body


def _drop_banners(body: LexborNode) -> None:
    """Questions about cookies, by the names of their elements; never most of the page."""
    size = len(body.text())
    for node in body.css("[id*=cookie i], [class*=cookie i], [id*=consent i], [class*=consent i]"):
        if len(node.text()) < _BANNER_SHARE * size:
            node.decompose()


def _walk(root: LexborNode, page: _Page) -> None:
    """Each node as it opens and closes; no recursion, for pages nest without end."""
    stack: list[tuple[LexborNode, bool]] = [(root, False)]
    while stack:
        node, closing = stack.pop()
        if closing:
            _close(node, page)
            continue
        if node.is_text_node:
            page.words.append(node.text_content or "" if page.kept else _plain(node))
            continue
        if not node.is_element_node:
            continue
        _open(node, page)
        stack.append((node, True))
        children = list(_children(node))
        stack += ((child, False) for child in reversed(children))


def _plain(node: LexborNode) -> str:
    """White space is a space, and a soft hyphen nothing."""
    return re.sub(r"[ \t\n\r\f]+", " ", (node.text_content or "").replace("\xad", ""))


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def _open(node: LexborNode, page: _Page) -> None:
    tag = node.tag or ""
    if tag == "br":
        page.words.append("\n" if page.kept else "\x0b")
    elif tag == "img":
        page.words.append(node.attributes.get("alt") or "")
    elif tag in _BLOCKS:
        page.close()
        page.kept += tag == "pre"
        _open_part(tag, node, page)


def _open_part(tag: str, node: LexborNode, page: _Page) -> None:
    """A part of a table or a list."""
    if tag == "tr":
        page.in_row = page.tables[-1:] == [True]
    elif tag in {"td", "th"} and page.in_row:
        page.cells.append((tag, ""))
    elif tag == "table":
        page.heads = []
        page.tables.append(node.css_first(_LAYOUT) is None)  # else it only puts parts in places
    elif tag in _LISTS:
        page.counts.append(0 if tag == "ol" else -1)
    elif tag == "li":
        number = page.counts[-1] + 1 if page.counts else 0
        page.mark = f"{number}. " if number else "- "
        page.counts[-1:] = [number or -1] if page.counts else []


def _close(node: LexborNode, page: _Page) -> None:
    tag = node.tag or ""
    if tag not in _BLOCKS:
        return
    if tag == "tr" and page.in_row:
        page.close_row()
        page.in_row = False
    elif tag == "pre":
        page.kept -= 1
        page.close(kind="text" if page.in_row else "code")
    else:
        page.close(_LEVELS.get(tag, 0))
        if tag in _LISTS and page.counts:
            page.counts.pop()
        if tag == "table" and page.tables:
            page.tables.pop()
        page.mark = "" if tag == "li" else page.mark
