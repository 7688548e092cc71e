"""Which formats are read, and of which one a file is: by its content first, by its name second."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.errors import DocumentRefused
from core.home.files import PDF_SUFFIX
from core.ingest.office.delimited import read_delimited
from core.ingest.office.docx import read_docx
from core.ingest.office.pptx import read_pptx
from core.ingest.office.xlsx import read_xlsx
from core.ingest.pdf.reading import extract
from core.ingest.texts.code import GRAMMARS, OTHER_CODE, read_other_code, reader_of
from core.ingest.texts.decoding import is_text
from core.ingest.texts.html import read_html
from core.ingest.texts.markdown import read_markdown
from core.ingest.texts.plain import read_plain
from core.ingest.texts.results import ARCHIVED, OPENING, SUFFIXES, read_results
from core.ingest.texts.subtitles import (
    WEBVTT,
    WHISPER_TSV,
    read_subtitles,
    read_whisper_json,
    read_whisper_tsv,
)
from core.schema import PagedText
from core.settings import Limits

Reader = Callable[[bytes, Limits], PagedText]
_ARCHIVED_DOCUMENTS = (".odt", ".ods", ".odp", ".epub", ".pages", ".numbers", ".key", ".xps")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,10}\Z")
_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its usual name endings, and the function that reads it.

    ``member`` is a file that every archive of this kind holds; a text has none. ``opening`` is a
    pattern with which texts of this kind begin, and no others, whatever their name.
    """

    name: str
    suffixes: tuple[str, ...]
    read: Reader
    member: str = ""
    opening: str = ""


PDF = Format("PDF", (PDF_SUFFIX,), extract)
TEXT = Format("plain text", (".txt", ".text", ".log", ".rst", ".tex"), read_plain)
_HTML = Format(
    "HTML", (".html", ".htm", ".xhtml"), read_html, opening=r"(?i)<!doctype html|<html[\s>]"
)
FORMATS = (
    PDF,
    TEXT,
    Format("Word", (".docx", ".docm", ".dotx"), read_docx, "word/document.xml"),
    Format("Excel", (".xlsx", ".xlsm", ".xltx"), read_xlsx, "xl/workbook.xml"),
    Format("PowerPoint", (".pptx", ".pptm", ".ppsx", ".potx"), read_pptx, "ppt/presentation.xml"),
    Format("Markdown", (".md", ".markdown"), read_markdown),
    _HTML,
    *(
        Format("another engine's results", SUFFIXES, read_results, member, OPENING)
        for member in ARCHIVED
    ),
    Format("WebVTT", (".vtt",), read_subtitles, opening=WEBVTT),
    Format("SubRip", (".srt",), read_subtitles),
    Format("Whisper's JSON", (".json",), read_whisper_json),
    Format("table", (".csv", ".tsv"), read_delimited),
    Format("Whisper's table", (".tsv",), read_whisper_tsv, opening=WHISPER_TSV),
    *(Format("source code", (suffix,), reader_of(suffix)) for suffix in GRAMMARS),
    Format("source code", OTHER_CODE, read_other_code),
)


def suffix_of(name: str) -> str:
    """The ending of a file's name, in small letters; nothing for an unusual one.

    >>> suffix_of("Minutes.MD"), suffix_of("Makefile"), suffix_of("a.b c")
    ('.md', '', '')
    """
    found = _SUFFIX.search(name.lower())
    return found.group() if found else ""


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
    texts = [known for known in FORMATS if known is not PDF and (known.opening or not known.member)]
    begin = _begin(data)
    begins = (known for known in texts if known.opening and re.match(known.opening, begin))
    named = (known for known in texts if suffix in known.suffixes)
    return next(begins, None) or next(named, TEXT)


def _begin(data: bytes) -> str:
    return data[:1024].decode("utf-8", "replace").lstrip("\ufeff \t\r\n")


def _archive_format(data: bytes, suffix: str) -> Format:
    """By a name that lies uncompressed in the archive, which only the child unpacks."""
    found = [f for f in FORMATS if f.member and f.member.encode() in data]
    if found:  # a document may hold others; its own name comes first
        named = (f for f in found if suffix in f.suffixes)
        return next(named, min(found, key=lambda f: data.find(f.member.encode())))
    if suffix in _ARCHIVED_DOCUMENTS:
        raise _unknown(
            f"Files that end in {suffix} cannot be read.", "Export it as PDF, then add that."
        )
    raise _unknown("The file is an archive.", "Unpack it, then add the files that are in it.")


def _unknown(message: str, advice: str) -> DocumentRefused:
    return DocumentRefused("unknown_format", message, advice)
