"""Text that nobody on our side wrote, shown as it is; and times, sizes and pages for people."""

from __future__ import annotations

import re
from datetime import datetime

import streamlit as st

from core.text.counting import counted

_JOINER = "\u2060"
_PUNCTUATION = re.compile(r"([!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~])")
# C0 and C1 controls except tab and line feed, and lone halves of surrogate pairs.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# Marks that turn the order of letters around (they can make "fdp.exe" read as "exe.pdf"), and
# the byte order mark, which is not part of a text.
_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
# Streamlit replaces some things in text that is parsed already, where the backslashes are gone:
# names of emoji and icons between colons, web and mail addresses, arrows and comparisons made of
# two signs. An invisible joiner inside keeps each from being recognised.
_LATE = re.compile(
    r"(?<=:)(?=[\w+\-/])|(?<=@)(?=\w)|(?i:(?<=www)(?=\.))|(?<=[<>~\-])(?=[>=\-])", re.ASCII
)


def printable(text: str) -> str:
    """The text with U+FFFD for what cannot be shown, without marks that turn it around."""
    return _HIDDEN.sub("", _UNPRINTABLE.sub("\ufffd", text))


def plain(text: str) -> str:
    r"""A text as Markdown that shows exactly that text, for labels that read Markdown.

    For buttons, expander titles, captions and the like. White space becomes single spaces.
    Punctuation is escaped, so nothing of Markdown, HTML, LaTeX or Streamlit's directives is
    left; invisible word joiners (U+2060) stop what a backslash does not stop.

    >>> plain("*a* $b$")
    '\\*a\\* \\$b\\$'
    """
    words = " ".join(printable(text).split())
    return _PUNCTUATION.sub(r"\\\1", _LATE.sub(_JOINER, words))


def shortened(text: str, most: int) -> str:
    """The first ``most`` characters of a text in one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[:most].rsplit(" ", 1)[0].rstrip(" ,;:") + " …"


def render_untrusted(text: str) -> None:
    """Show a text as it is: nothing in it is interpreted; lines and wrapping are kept.

    ``st.text`` is the safest way Streamlit offers: the browser receives the text as a text node,
    through no Markdown parser and no HTML sanitiser that could have a gap, and it wraps long
    words and uses the font of the page. ``st.html`` with escaping would be one forgotten escape
    away from markup, ``st.markdown(plain(...))`` loses the line breaks, ``st.code`` does not
    read well and colours words.
    """
    st.text(printable(text))


def day_and_time(at: datetime) -> str:
    """``2 December, 06:53``, in the machine's time zone."""
    here = at.astimezone()
    return f"{here.day} {here:%B, %H:%M}"


def size_words(size: int) -> str:
    """Bytes for people, with two digits at least and never rounded to nothing.

    >>> size_words(1), size_words(3_500), size_words(632_012), size_words(2_500_000)
    ('1 byte', '3.5 KB', '632 KB', '2.5 MB')
    """
    if size < 1000:
        return counted(size, "byte")
    kilobytes = size / 1000
    if kilobytes < 1000:
        return f"{kilobytes:.1f} KB" if kilobytes < 10 else f"{kilobytes:.0f} KB"
    return f"{kilobytes / 1000:.1f} MB"
