"""What a language model wrote, made harmless before anything else reads it.

A document can hold instructions, and a model can obey them. The one thing an answer could then
do is make a browser load an address that carries text away (an image, a link, a style sheet).
So the answer leaves here as plain sentences: no images, no links, no HTML, nothing invisible.
"""

from __future__ import annotations

import re
import unicodedata

from core.answer.thoughts import THOUGHT, without_thoughts

_PASSES = 8
_LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG_NAMES = (
    "a|abbr|answer|article|audio|b|base|blockquote|body|br|button|center|code|dd|del|details|div|dl|dt|em|"
    "embed|final|final_answer|font|footer|form|frame|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|li|link|"
    "main|mark|math|meta|nav|object|ol|p|picture|pre|q|s|script|section|select|small|source|span|"
    "strong|style|sub|summary|sup|svg|table|tbody|td|template|textarea|tfoot|th|thead|title|tr|"
    "track|u|ul|video"
)
_TAG = re.compile(rf"</?(?:{_TAG_NAMES})(?:[\s/][^<>]*)?>", re.IGNORECASE)
_AUTOLINK = re.compile(r"<((?:https?:|ftp:|mailto:|www\.)[^\s<>]*)>", re.IGNORECASE)
# Every run is bounded: an answer must not be able to make its own cleaning slow.
_DESTINATION = (
    r"\(\s{0,3}(?:<[^<>\n]*>|[^\s()<>]*)(?:\s{1,3}(?:\"[^\"\n]*\"|'[^'\n]*'))?\s{0,3}(?:\)|\Z)"
)
_IMAGE = re.compile(rf"!\[([^\[\]]*)\](?:{_DESTINATION}|\[[^\[\]]*\])")
_LINK = re.compile(rf"\[([^\[\]]*)\]{_DESTINATION}")
_ADDRESS = re.compile(r"(?:\b[a-z][a-z0-9+.\-]{0,30}:/{2,}|\bwww\.)+", re.IGNORECASE)
_DEFINITION = re.compile(r"^([\s>*\-]{0,8}\[[^\[\]\n]{1,99}\])(?=:)", re.MULTILINE)
_JOINT = re.compile(r"\](?=\()|!(?=\[)|<(?=[a-z/!?])|:(?=//)", re.IGNORECASE)
_NUMBERS = re.compile(r"[\d\s,;\-–—]+")


def strip_invisible(text: str) -> str:
    r"""The text without control, zero-width, direction and tag characters, and lone surrogates.

    Line ends of every kind become a line feed; tabs stay.

    >>> strip_invisible("pa\u200bid\x1b[31m by\u202e noon\u2028ok")
    'paid[31m by noon\nok'
    """
    return "".join(
        character
        for character in _LINE_ENDS.sub("\n", text)
        if character in "\n\t" or unicodedata.category(character) not in {"Cc", "Cf", "Cs"}
    )


def _label(match: re.Match[str]) -> str:
    """A link's words; a linked citation stays a citation."""
    label = match.group(1)
    return f"[{label}]" if _NUMBERS.fullmatch(label) else label


def _unlink(text: str) -> str:
    text = _TAG.sub("", _COMMENT.sub("", text)).replace("[cite_start]", "")  # Gemini's
    text = _LINK.sub(_label, _IMAGE.sub(r"\1", _AUTOLINK.sub(r"\1", text)))
    return _ADDRESS.sub("", text)


def clean_answer_text(text: str) -> str:
    """An answer as plain text: nothing that a browser would load, run or hide.

    Images become their description, links their words, web addresses lose their scheme, HTML
    tags and comments go, and so do a model's thoughts. What is nested too deep to unpick is
    pulled apart with a space, so that it is text and nothing else; with thoughts in it nothing
    is left. Cleaning twice changes nothing more; citations like [1] stay.

    >>> clean_answer_text("Paid <b>monthly</b> [1](http://x.example). ![a](http://x.example/?q)")
    'Paid monthly [1]. a'
    """
    text = strip_invisible(text)
    for _ in range(_PASSES):
        simpler = _unlink(without_thoughts(text))
        if simpler == text:
            break
        text = simpler
    if THOUGHT.search(text):
        return ""
    return _JOINT.sub(r"\g<0> ", _DEFINITION.sub(r"\1 ", text)).strip()
