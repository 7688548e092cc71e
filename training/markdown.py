"""Markdown as plain text by rule: sections under headings, without marks, links and templates.

No parser: training data needs the words, and the rule is short enough to be read. Front matter
(from ``---`` on the first line to the next one) goes. A heading is a line of one to six ``#``, a
space and its words, outside of a code fence. In a section's text, a link becomes its words and a
template tag its quoted name; images, HTML tags, comments and the marks of emphasis, code, quotes
and tables go.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(\S.*)")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_FRONT = "---"
_RULED = " \t|:=-"
"""A line of nothing else is a rule, or under a table's head."""
_REFERENCE = re.compile(r"[ \t]*\[[^\]]{1,200}\]:[ \t].*")
_RULES = (
    (re.compile(r"!\[[^\[\]]{0,500}\](\([^()]{0,2000}\))?"), " "),
    (re.compile(r"\[([^\[\]]{1,1000})\](\([^()]{0,2000}\)|\[[^\[\]]{0,200}\])"), r"\1"),
    (re.compile(r"\{%[^%\"]{0,200}\"([^\"]{0,500})\"[^%]{0,200}%\}"), r"\1"),
    (re.compile(r"\{%[^%]{0,500}%\}|\{\{[^{}]{0,500}\}\}|\{[#:.][^{}]{0,200}\}"), " "),
    (re.compile(r"</?[a-zA-Z][^<>]{0,1000}>"), " "),
    (re.compile(r"^[ \t]*(>[ \t]?)+", re.MULTILINE), ""),
    (re.compile(r"^([ \t]*)[*+][ \t]", re.MULTILINE), r"\1- "),
    (re.compile(r"\\([^\w\s])|[*`~|]+|(?<!\w)_+|_+(?!\w)"), r"\1"),
)


def sections(markdown: str) -> Iterator[tuple[str, str]]:
    r"""Headings and the plain text under each, down to the next heading of any level.

    >>> list(sections("# Leave\nAsk **early**.\n## Who decides\nYour [lead](people.md)."))
    [('Leave', 'Ask early.'), ('Who decides', 'Your lead.')]
    """
    heading, lines = "", list[str]()
    for line, opened in _lines(markdown):
        found = None if opened else _HEADING.fullmatch(line)
        if found is None:
            lines.append(line)
            continue
        if heading:
            yield heading, plain("\n".join(lines))
        heading, lines = plain(found[1].rstrip().rstrip("#")), []
    if heading:
        yield heading, plain("\n".join(lines))


def _lines(markdown: str) -> Iterator[tuple[str, bool]]:
    """The lines after the front matter, each with whether it stands in a code fence."""
    lines = markdown.splitlines()
    if lines[:1] == [_FRONT] and _FRONT in lines[1:]:
        lines = lines[lines.index(_FRONT, 1) + 1 :]
    fence = ""
    for line in lines:
        mark = _FENCE.match(line)
        if mark and (not fence or mark[1].startswith(fence)):
            fence = "" if fence else mark[1]
        elif fence or (line.strip(_RULED) and not _REFERENCE.fullmatch(line)):
            yield line, bool(fence)


def plain(markdown: str) -> str:
    """The words of a piece of markdown, with single spaces.

    >>> plain('Ask in {% slack_channel "leave" %}, see [the *rules*](a.md).')
    'Ask in leave, see the rules.'
    """
    before, *comments = markdown.split("<!--")
    markdown = before + "".join(comment.partition("-->")[2] for comment in comments)
    for pattern, into in _RULES:
        markdown = pattern.sub(into, markdown)
    return " ".join(html.unescape(markdown).split())
