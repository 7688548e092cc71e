"""What a document is called: the name of its file, as it came."""

from __future__ import annotations

UNNAMED = "unnamed.pdf"
_REPLACEMENT = "\ufffd"


def document_name(name: str) -> str:
    r"""A file's name as it is stored and shown: verbatim, whatever it holds.

    Nothing on disk is named after it. Two things cannot be kept: half of a surrogate pair, which
    is no character and becomes U+FFFD, and a name that shows nothing at all.

    >>> document_name("../a\x00.pdf"), document_name("\ud800.pdf"), document_name(" ")
    ('../a\x00.pdf', '�.pdf', 'unnamed.pdf')
    """
    whole = "".join(_REPLACEMENT if "\ud800" <= char <= "\udfff" else char for char in name)
    return whole if whole.strip() else UNNAMED
