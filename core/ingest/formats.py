"""Which formats are read, and of which one a file is: by its content first, by its name second."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import DocumentRefused
from core.home.files import PDF_SUFFIX
from core.ingest.pdf.reading import extract
from core.ingest.texts.decoding import is_text
from core.ingest.texts.plain import read_plain
from core.schema import PagedText
from core.settings import Limits

Reader = Callable[[bytes, Limits], PagedText]
_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}\Z")
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its usual name endings, and the function that reads it.

    ``member`` is a file that every archive of this kind holds; a text has none. ``opening`` is a
    pattern with which a text of this kind begins, whatever its name; only where nothing else does.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Reader
    member: str = ""
    opening: str = ""


PDF = Format("PDF", (PDF_SUFFIX,), extract)
TEXT = Format("plain text", (".txt", ".text", ".log"), read_plain)
FORMATS = (PDF, TEXT)


def suffix_of(name: str) -> str:
    """The ending of a file's name, in small letters; nothing for an unusual one.

    >>> suffix_of("Minutes.MD"), suffix_of("Makefile"), suffix_of("a.b c")
    ('.md', '', '')
    """
    found = _SUFFIX.search(name.lower())
    return found.group() if found else ""


def suffixes() -> list[str]:
    """The endings of all files that can be added, without their dots."""
    return [suffix[1:] for known in FORMATS for suffix in known.suffixes]


def kept_suffix(data: bytes, name: str) -> str:
    """Under which ending the original of a file is kept.

    Raises:
        DocumentRefused: ``unknown_format``.
    """
    found, suffix = format_of(data, name), suffix_of(name)
    return suffix if suffix in found.suffixes else found.suffixes[0]


def format_of(data: bytes, name: str) -> Format:
    """The format of a file: a PDF is one under any name, and no other name makes a text a PDF.

    A text is of the kind that its name says, or plain.

    Raises:
        DocumentRefused: ``unknown_format``.
    """
    suffix = suffix_of(name)
    if data[:16].lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_PDF) or suffix == PDF_SUFFIX:
        return PDF
    if data.startswith(_ZIP):
        return _archive_format(data, suffix)
    if data.startswith(_OLE):
        raise _unknown(
            "The file is an Office file of the old kind, or protected with a password.",
            "Save it without a password as .docx, .xlsx or .pptx, then add that.",
        )
    if not is_text(data):
        raise _unknown("The file is neither a PDF nor a text.", "Export it as PDF, then add that.")
    texts = [known for known in FORMATS if known is not PDF and not known.member]
    named = next((known for known in texts if suffix in known.suffixes), TEXT)
    begins = (known for known in texts if known.opening and re.match(known.opening, _begin(data)))
    return next(begins, TEXT) if named is TEXT else named


def _begin(data: bytes) -> str:
    return data[:1024].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")


def _archive_format(data: bytes, suffix: str) -> Format:
    """By a name that lies uncompressed in the archive, which only the child unpacks."""
    found = [f for f in FORMATS if f.member and f.member.encode() in data]
    if found:  # a document may hold others; its own name comes first
        named = (f for f in found if suffix in f.suffixes)
        return next(named, min(found, key=lambda f: data.find(f.member.encode())))
    raise _unknown("The file is an archive.", "Unpack it, then add the files that are in it.")


def _unknown(message: str, advice: str) -> DocumentRefused:
    return DocumentRefused("unknown_format", message, advice)
