"""Bytes -> text: by the byte order mark, as UTF-8 or UTF-16, else as Windows-1252."""

from __future__ import annotations

import codecs
from contextlib import suppress

from core.schema import Note

_MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_SAMPLE = 65_536
_SPACES = b"\t\n\r\f\x1b"
_FEW, _SOUND = 3, 0.95


def is_text(data: bytes) -> bool:
    """Whether the bytes are those of a text: few controls, no zero but in UTF-16."""
    return _encoding(data) != "utf-8" or _few_controls(data[:_SAMPLE])


def decoded(data: bytes) -> tuple[str, tuple[Note, ...]]:
    """The text, with LF for every line end, and a note where its encoding was a guess.

    Bytes that are nearly all UTF-8 are UTF-8 with faults, which become U+FFFD.
    """
    text, said = _guessed(data, _encoding(data))
    notes = (Note("encoding", said),) if said else ()
    return text.replace("\r\n", "\n").replace("\r", "\n"), notes


def _guessed(data: bytes, encoding: str) -> tuple[str, str]:
    """The text, and what must be said about it."""
    with suppress(UnicodeDecodeError):
        return data.decode(encoding), ""
    text = data.decode(encoding, "replace")
    others = sum(char > "\x7f" for char in text)
    if encoding == "utf-8" and text.count("\ufffd") > (1 - _SOUND) * others:
        words = "The file is not UTF-8 and names no encoding: it was read as Windows-1252."
        return data.decode("cp1252", "replace"), words
    return text, f"The file is not all {encoding.upper()}: what could not be read is shown as �."


def _encoding(data: bytes) -> str:
    for mark, encoding in _MARKS.items():  # UTF-32 first: its mark begins like that of UTF-16
        if data.startswith(mark):
            return encoding
    sample = data[: _SAMPLE - _SAMPLE % 2]
    high, low = sample[::2].count(0), sample[1::2].count(0)
    if max(high, low) > len(sample) // 4 > min(high, low) * 4:
        return "utf-16-be" if high > low else "utf-16-le"
    return "utf-8"


def _few_controls(sample: bytes) -> bool:
    controls = sum(byte < 32 and byte not in _SPACES for byte in sample)
    return 0 not in sample and controls <= max(_FEW, len(sample) // 100)
