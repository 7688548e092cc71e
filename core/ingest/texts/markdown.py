"""Markdown: what a reader of the rendered page reads; its places are the lines of the source."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from core.ingest.paging import TextBlock, paged
from core.ingest.tables import row_text
from core.ingest.texts.decoding import decoded
from core.ingest.texts.html import text_of_html
from core.schema import PagedText
from core.settings import Limits

if TYPE_CHECKING:
    from markdown_it.token import Token

_TITLE = re.compile(r"^title:[ \t]*(['\"]?)(.*?)\1[ \t]*$", re.MULTILINE)
_HARD = "\x0b"
_BREAK_TAG = re.compile(r"<br\b", re.IGNORECASE)


@dataclass(slots=True)
class _Walk:
    """Where the walk over the tokens stands: in which heading or table, behind which mark."""

    mark: str = ""
    level: int = 0
    in_table: bool = False
    in_head: bool = False
    line: int = 1
    heads: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)


def read_markdown(data: bytes, limits: Limits) -> PagedText:
    """Read CommonMark with tables, footnotes, task lists and front matter, whose title counts."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only the reader's process loads it
    from mdit_py_plugins.footnote import footnote_plugin  # noqa: PLC0415
    from mdit_py_plugins.front_matter import front_matter_plugin  # noqa: PLC0415
    from mdit_py_plugins.tasklists import tasklists_plugin  # noqa: PLC0415

    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    parser.use(front_matter_plugin).use(footnote_plugin).use(tasklists_plugin)
    text, notes = decoded(data)
    tokens = parser.parse(text)
    front = next((token.content for token in tokens if token.type == "front_matter"), "")
    found = _TITLE.search(front)
    # footnotes come last, wherever they stand
    blocks = sorted(_blocks(tokens), key=lambda block: block.place)
    first = next((block.text for block in blocks if block.level == 1), "")
    return paged(blocks, "line", limits, found[2] if found else first, notes)


def _blocks(tokens: Sequence[Token]) -> Iterator[TextBlock]:
    walk = _Walk()
    for token in tokens:
        walk.line = token.map[0] + 1 if token.map else walk.line
        if token.type == "inline" and walk.in_table:
            walk.cells.append(_text(token.children or ()))
        elif token.type == "inline":
            yield from _paragraph(walk, _text(token.children or ()))
        elif token.type in {"fence", "code_block"}:
            yield TextBlock(token.content, walk.line + (token.type == "fence"), kind="code")
        elif token.type == "html_block":
            yield TextBlock(" ".join(text_of_html(token.content).split()), walk.line)
        elif token.type == "tr_close":
            yield _row(walk)
        else:
            _step(walk, token)


def _step(walk: _Walk, token: Token) -> None:
    """A token that holds no text: it opens or closes something."""
    name, opens = token.type.removesuffix("_open").removesuffix("_close"), token.nesting == 1
    if name == "heading":
        walk.level = int(token.tag[1]) if opens else 0
    elif name == "table":
        walk.in_table, walk.heads = opens, []
    elif name == "thead":
        walk.in_head = opens
    elif name == "list_item" and opens:
        walk.mark += f"{token.info}. " if token.info else "- "
    elif name == "footnote" and opens:
        walk.mark = f"[{token.meta.get('label', '')}] "


def _paragraph(walk: _Walk, text: str) -> Iterator[TextBlock]:
    """The lines of a paragraph; behind a hard break a new block begins."""
    line, level = walk.line, walk.level
    for part in (walk.mark + text.lstrip()).split(_HARD):
        yield TextBlock(part, line, level=level)
        line, level = line + part.count("\n") + 1, 0
    walk.mark = ""


def _row(walk: _Walk) -> TextBlock:
    cells, walk.cells = walk.cells, []
    text = row_text([] if walk.in_head else walk.heads, cells)
    walk.heads = cells if walk.in_head else walk.heads
    return TextBlock(text, walk.line, kind="item")


def _text(tokens: Sequence[Token]) -> str:
    """The words of inline tokens; a hard break is marked, and raw tags show nothing."""
    return "".join(map(_said, tokens))


def _said(token: Token) -> str:
    if token.type == "image":
        return _text(token.children or ())
    if token.type == "footnote_ref":
        return f"[{token.meta.get('label', '')}]"
    if token.type == "html_inline" and "task-list-item-checkbox" in token.content:
        return "[x]" if "checked=" in token.content else "[ ]"
    if token.type == "html_inline":
        return " " if _BREAK_TAG.match(token.content) else ""
    return {"softbreak": "\n", "hardbreak": _HARD}.get(token.type, token.content)
