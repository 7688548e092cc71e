"""Subtitles and transcripts: WebVTT, SubRip and Whisper's output; their places are times.

WebVTT and SubRip are read by this module: the libraries lose cues (`webvtt-py` 0.6.0: text with a
"<" or an arrow) or lines (`pysrt` 1.1.2), and a reader has to take commas for points and back.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.errors import DocumentRefused
from core.ingest.paging import TextBlock, paged
from core.ingest.texts.code import read_other_code
from core.ingest.texts.decoding import decoded
from core.schema import PagedText
from core.settings import Limits

WEBVTT = r"WEBVTT(?:[ \t\n]|\Z)"
WHISPER_TSV = r"start\tend\ttext\r?\n"
_STAMP = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?"
_TIMING = re.compile(rf"\s*{_STAMP}\s*-->\s*{_STAMP}(?:[ \t].*)?\Z")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:c|i|b|u|v|s|lang|ruby|rt|font)(?:[.\s][^<>]*)?>|<[\d:.]+>|\{\\an?\d\}", re.IGNORECASE
)
_WORD_TIME = re.compile(r"<\d+:[\d:.]+>|<u>")
_SHORT_MS, _ROLLING = 10, 4
"""YouTube puts a cue of 10 ms behind each; one in four is no chance."""
_TURN = re.compile(r"[-–—]\s*\S")
_ENDS = re.compile(r"[.!?…:]['\"”’)\]]*\Z")


@dataclass(frozen=True, slots=True)
class _Cue:
    """What is said from ``start`` on, in milliseconds, and by whom if that is known."""

    start: int
    end: int
    text: str
    speaker: str = ""


def read_subtitles(data: bytes, limits: Limits) -> PagedText:
    """Read WebVTT or SubRip: each cue once, also where a player would roll them up."""
    text, notes = decoded(data)
    cues = list(_timed(text.split("\n")))
    short = sum(0 <= cue.end - cue.start <= _SHORT_MS for cue in cues)
    if _WORD_TIME.search(text) or short * _ROLLING > len(cues):
        cues = list(_unrolled(cues))
    spoken = [turn for cue in cues for turn in _turns(cue)]
    return paged(_spoken(spoken), "time", limits, notes=notes)


def read_whisper_json(data: bytes, limits: Limits) -> PagedText:
    """Read the segments of Whisper, whisper.cpp or WhisperX; other JSON is read by its lines."""
    text, notes = decoded(data)
    try:
        cues = list(_segments(json.loads(text)))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return read_other_code(data, limits)
    return paged(_spoken(cues), "time", limits, notes=notes)


def read_whisper_tsv(data: bytes, limits: Limits) -> PagedText:
    """Read Whisper's table of start, end (milliseconds) and text."""
    text, notes = decoded(data)
    rows = [line.split("\t", 2) for line in text.split("\n")[1:]]
    try:
        cues = [_Cue(int(row[0]), int(row[1]), row[2].strip()) for row in rows if len(row) > 1]
    except (ValueError, IndexError) as exc:
        raise _no_cues() from exc
    return paged(_spoken(cues), "time", limits, notes=notes)


def _no_cues() -> DocumentRefused:
    return DocumentRefused(
        "damaged",
        "The file has no captions that can be read: none has a time like 00:12:07.000 --> "
        "00:12:10.000.",
        "Export the subtitles again, as .vtt or .srt.",
    )


def _milliseconds(hours: str | None, minutes: str, seconds: str, rest: str | None) -> int:
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int((rest or "").ljust(3, "0"))


def _timed(lines: Sequence[str]) -> Iterator[_Cue]:
    """The cues of the lines: each ends at a blank line, in SubRip only where a number follows."""
    timings = [(at, found) for at, line in enumerate(lines) if (found := _TIMING.match(line))]
    if not timings:
        raise _no_cues()
    ends = [at for at, _ in timings[1:]] + [len(lines)]
    vtt = bool(re.match(WEBVTT, "\n".join(lines[:2])))
    for (at, found), end in zip(timings, ends, strict=True):
        body = list(lines[at + 1 : end])
        blank = body.index("") if "" in body else len(body)
        if vtt:  # what follows is the next cue's name, or a remark
            body = body[:blank]
        elif end < len(lines) and body and body[-1].strip().isdecimal():
            body.pop()
        stamps = found.groups()
        start, stop = _milliseconds(*stamps[:4]), _milliseconds(*stamps[4:])
        yield _Cue(start, stop, "\n".join(line for line in body if line.strip()))


def _unrolled(cues: Sequence[_Cue]) -> Iterator[_Cue]:
    """Each line once, where captions roll: cues that repeat the line before or light up words."""
    last = ""
    for cue in cues:
        fresh = []
        for line in cue.text.split("\n"):
            bare = _words(line)
            if bare and bare != last:
                fresh.append(line)
            last = bare or last
        if fresh:
            yield replace(cue, text="\n".join(fresh))


def _turns(cue: _Cue) -> Iterator[_Cue]:
    """A cue of several voices as one of each."""
    parts = _VOICE.split(cue.text)
    for speaker, text in zip(["", *parts[1::2]], parts[::2], strict=True):
        if text.strip():
            yield replace(cue, text=text, speaker=_words(speaker))


def _words(marked: str) -> str:
    """The text of a cue without its known tags; every other sign was written by somebody."""
    return " ".join(html.unescape(_TAG.sub("", marked)).split())


def _spoken(cues: Sequence[_Cue]) -> Iterator[TextBlock]:
    """One block a cue: a speaker is named at each change, a sentence goes on over cues."""
    speaker, ended, place = "", True, 0
    for cue in cues:
        lines = [_words(line) for line in cue.text.split("\n")]
        joint = "\n" if all(map(_TURN.match, filter(None, lines))) else " "
        text = joint.join(filter(None, lines))
        if not text:
            continue
        place += 1
        turn = cue.speaker != speaker
        speaker = cue.speaker
        named = f"{speaker}: {text}" if speaker and turn else text
        goes_on = not (turn or ended or joint == "\n")
        yield TextBlock(named, place, clock(cue.start), kind="item", goes_on=goes_on)
        ended = bool(_ENDS.search(text))


def _segments(record: Any) -> Iterator[_Cue]:
    if "transcription" in record:  # whisper.cpp
        for part in record["transcription"]:
            start, end = int(part["offsets"]["from"]), int(part["offsets"]["to"])
            yield _Cue(start, end, html.escape(part["text"]), str(part.get("speaker") or ""))
        return
    for part in record["segments"]:
        start, end = round(float(part["start"]) * 1000), round(float(part["end"]) * 1000)
        yield _Cue(start, end, html.escape(part["text"]), str(part.get("speaker") or ""))


def clock(milliseconds: int) -> str:
    """A time as a player says it.

    >>> clock(727_900)
    '0:12:07'
    """
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
