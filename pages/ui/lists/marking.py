"""Which parts of a passage are marked: the words of the question, and the best sentence.

A passage travels to the browser as *runs*, pieces of text with a style, and not as offsets:
JavaScript counts UTF-16 units where Python counts characters, so offsets would slip after the
first emoji.
"""

from __future__ import annotations

from itertools import groupby

from core.schema import Span

PLAIN, MARK, QUOTE = 0, 1, 2
Run = tuple[str, int]


def _is_empty_line(text: str, index: int) -> bool:
    return text[index] == "\n" and text[index - 1 : index] in ("", "\n")


def runs(text: str, marks: list[Span], quote: Span | None) -> list[Run]:
    """The text in pieces of one style each; ``PLAIN``, ``MARK``, ``QUOTE`` or their sum.

    The pieces put together are the text without its empty lines. Spans may reach past the end.

    >>> runs("May I? You may.", [Span(0, 3)], Span(7, 15))
    [('May', 1), (' I? ', 0), ('You may.', 2)]
    """
    styles = bytearray(len(text))
    for style, spans in ((MARK, marks), (QUOTE, [quote] if quote else [])):
        for span in spans:
            for index in range(max(span.start, 0), min(span.end, len(text))):
                styles[index] |= style
    shown = [(text[i], styles[i]) for i in range(len(text)) if not _is_empty_line(text, i)]
    return [
        ("".join(letter for letter, _ in group), style)
        for style, group in groupby(shown, key=lambda pair: pair[1])
    ]
