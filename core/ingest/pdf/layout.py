"""Segments of a page -> lines in reading order.

A page is read row by row, unless it is evidently set in columns: then column by column, with
lines that cross the gutter (titles, wide figures) as borders between bands.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from core.ingest.pdf.glyphs import is_right_to_left, joins_without_space
from core.ingest.pdf.records import SKEWED, Boxes, Line, RawPage, Segment

Region = list[Line]
_LABEL = re.compile(r"\W|\(?(?:\d{1,3}|[A-Za-z]|[ivxlIVXL]{1,5})(?:\.\d{1,3})*[.:)]?")
_COLUMN_LINES = 4
_PROSE_CHARACTERS = 15
_CANDIDATES = 12
_MARKS = set(",.!?;:")
"""Chinese and Japanese ones are as wide as letters, their ink is not."""
_LONG = 35
_DROP_CAP = 1.7
"""So many times the size of the text beside it."""


def _overlap(a: Segment, b: Segment) -> float:
    """Shared height of two segments as a fraction of the smaller one."""
    (_, a_top, _, a_bottom), (_, b_top, _, b_bottom) = a.frame, b.frame
    shared = min(a_bottom, b_bottom) - max(a_top, b_top)
    return shared / max(min(a_bottom - a_top, b_bottom - b_top), 0.01)


def rows_of(segments: Iterable[Segment]) -> list[list[Segment]]:
    """Segments on a common line, rows from the top, each from left to right."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (s.frame[1] + s.frame[3], s.frame[0])):
        row = next((r for r in rows[:-4:-1] if _overlap(r[0], segment) >= 0.5), None)
        if row is None:
            rows.append([segment])
        else:
            row.append(segment)
            row.sort(key=lambda s: -s.width)  # the widest decides who else belongs
    for row in rows:
        row.sort(key=lambda s: s.frame[0])
    return rows


def _is_right_to_left(row: Sequence[Segment]) -> bool:
    if all(s.text.isascii() for s in row):
        return False
    letters = [c for s in row for c in s.text if c.isalpha()]
    return sum(map(is_right_to_left, letters)) * 2 > len(letters)


def _glue(left: Segment, right: Segment) -> str:
    gap = max(right.frame[0] - left.frame[2], left.frame[0] - right.frame[2])
    size = max(min(left.font.size, right.font.size), 1.0)
    ends = {left.text[-1], right.text[0]}
    close = gap < (1.3 if max(ends) >= "\u2e80" and ends & _MARKS else 0.2) * size
    return "" if close or joins_without_space(left.text[-1], right.text[0]) else " "


def _cells(row: Sequence[Segment]) -> int:
    """How many parts wide gaps make of a row; a section number or bullet is not a part.

    A line of a justified paragraph that was stretched has the same gap after each of its words.
    """
    gaps = [b.frame[0] - a.frame[2] for a, b in pairwise(row)]
    single = all(s.text.strip(".,;:()").isalpha() and s.text < "\u2e80" for s in row)
    if len(row) > 2 and single and max(gaps) - min(gaps) < 0.15 * max(gaps):
        return 1
    wide = [b.frame[0] - a.frame[2] > 1.5 * a.font.size for a, b in pairwise(row)]
    if wide and _LABEL.fullmatch(row[0].text):
        wide[0] = False
    return 1 + sum(wide)


def line_of(row: Sequence[Segment]) -> Line:
    """One line from the segments of a row; its look is that of its longest segment."""
    if len(row) == 1:
        return Line(row[0].text, row[0].boxes, row[0].font, row[0].frame)
    ordered = list(reversed(row)) if _is_right_to_left(row) else list(row)
    text, boxes = ordered[0].text, [ordered[0].boxes]
    for before, segment in pairwise(ordered):
        glue = _glue(before, segment)
        text += glue + segment.text
        boxes += [np.zeros((len(glue), 4), dtype=np.float32), segment.boxes]
    cells = _cells(row)
    longest = max(ordered, key=lambda s: len(s.text))
    joined: Boxes = np.concatenate(boxes)
    left, top, right, bottom = zip(*(s.frame for s in ordered), strict=True)
    frame = min(left), min(top), max(right), max(bottom)
    return Line(text, joined, longest.font, frame, cells)


def _is_prose(side: Sequence[Segment]) -> bool:
    """Enough lines, long and of about equal length: a text column, not a table's."""
    if len(side) < _COLUMN_LINES:
        return False
    widths = np.array([s.width for s in side])
    lengths = np.array([len(s.text) for s in side])
    full = np.mean(widths >= 0.7 * np.quantile(widths, 0.9))
    labels = np.mean([s.text.endswith(":") for s in side])  # of a form, beside its values
    return bool(np.median(lengths) >= _PROSE_CHARACTERS and full >= 0.5 and labels < 0.5)


def _bands(segments: Sequence[Segment], x: float) -> list[list[Segment]]:
    """From the top: single segments that cross ``x``, and lists of those between them."""
    bands: list[list[Segment]] = []
    open_band = False
    for segment in sorted(segments, key=lambda s: s.frame[1] + s.frame[3]):
        crosses = segment.frame[0] < x - 0.5 and segment.frame[2] > x + 0.5
        if crosses or not open_band:
            bands.append([])
        bands[-1].append(segment)
        open_band = not crosses
    return bands


def _sides(band: Sequence[Segment], x: float) -> tuple[list[Segment], list[Segment]]:
    left = [s for s in band if s.frame[0] < x - 0.5]
    right = [s for s in band if s.frame[0] >= x - 0.5]
    return left, right


def _gain(segments: Sequence[Segment], x: float) -> int:
    """How many segments would be read in columns with a gutter just before ``x``."""
    bands = _bands(segments, x)
    return sum(len(band) for band in bands if _are_columns(*_sides(band, x)))


def _gutter(segments: Sequence[Segment]) -> float | None:
    """The left edge of the column that starts the best right half, if there is one."""
    edges = Counter(round(s.frame[0] * 2) / 2 for s in segments)
    leftmost = min(edges)
    common = [(n, e) for e, n in edges.items() if n >= _COLUMN_LINES - 1 and e > leftmost + 20]
    best = max(
        ((_gain(segments, e - 0.5), -e) for _, e in sorted(common, reverse=True)[:_CANDIDATES]),
        default=(0, 0.0),
    )
    return -best[1] - 0.5 if best[0] > 0 else None


def _cuts(notes: Sequence[Segment], text: Sequence[Segment]) -> bool:
    """Whether notes or a box stand beside lines in mid sentence of a running text.

    The labels of a list and the first cells of a table stand beside beginnings.
    """
    if len(notes) < 2 or np.median([len(s.text) for s in text]) < _LONG:
        return False
    lines = sorted(text, key=lambda s: s.frame[1])
    inside = [
        b
        for a, b in pairwise(lines)
        if b.text[0].islower() and a.text[-1] not in ".!?:;" and ". ." not in b.text
    ]
    beside = [s for s in notes if any(_overlap(s, line) > 0.3 for line in lines)]
    return sum(any(_overlap(s, b) > 0.3 for b in inside) for s in beside) > 0.5 * len(beside) > 0


def _are_columns(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """Two columns of prose, or one with a box or notes of short lines beside it."""
    if not left or not right:
        return False
    prose, other = _is_prose(left), _is_prose(right)
    return (prose and (other or _cuts(right, left))) or (other and _cuts(left, right))


def _looks_like_columns(left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """In a page already known to have columns: text on both sides, not a table's cells."""
    return _are_columns(left, right) or all(
        side and np.median([len(s.text) for s in side]) >= _PROSE_CHARACTERS
        for side in (left, right)
    )


def regions_of(segments: Sequence[Segment]) -> list[Region]:
    """Lines in reading order, grouped in regions (a column, or what spans columns)."""
    if not segments:
        return []
    gutter = _gutter(segments)
    if gutter is None:
        return [[line_of(row) for row in rows_of(segments)]]
    regions: list[Region] = []
    loose: list[Segment] = []
    for band in _bands(segments, gutter):
        left, right = _sides(band, gutter)
        if _looks_like_columns(left, right):
            regions += regions_of(loose) + regions_of(left) + regions_of(right)
            loose = []
        else:
            loose += band
    return regions + regions_of(loose)


def _without_doubles(segments: Sequence[Segment]) -> list[Segment]:
    """Text printed twice in the same place (a shadow, a fake bold) counts once."""
    kept: dict[tuple[str, int, int], Segment] = {}
    for s in segments:
        step = max(s.height / 2, 1.0)
        kept.setdefault((s.text, round(s.frame[0] / step), round(s.frame[1] / step)), s)
    return list(kept.values())


def _is_drop_cap(segment: Segment, usual: float) -> bool:
    letters = segment.text.strip("\"'“”„«‘’")
    return len(letters) == 1 and letters.isalpha() and segment.font.size >= _DROP_CAP * usual


def _beside(cap: Segment, segments: Sequence[Segment]) -> list[Segment]:
    """The lines of smaller letters right of a drop cap, from the top."""
    (_, top, right, bottom), em = cap.frame, 0.5 * cap.font.size
    lines = [
        s
        for s in segments
        if s.font.size * _DROP_CAP <= cap.font.size
        and -0.3 * em <= s.frame[0] - right <= em
        and top - s.height <= s.frame[1]
        and (s.frame[1] + s.frame[3]) / 2 < bottom
    ]
    return sorted(lines, key=lambda s: s.frame[1])


def _opened(cap: Segment, line: Segment, words: set[str]) -> Segment:
    """The first line beside a drop cap with its letter; ``A`` and ``I`` may be words."""
    first = line.text.split(" ", 1)[0].casefold()
    is_word = cap.text in "AIOÀ" and first in words and (cap.text + first).casefold() not in words
    glue = " " if is_word else ""
    boxes = np.concatenate([cap.boxes, np.zeros((len(glue), 4), np.float32), line.boxes])
    return replace(line, text=cap.text + glue + line.text, boxes=boxes)


def _with_drop_caps(segments: list[Segment]) -> list[Segment]:
    """Segments with every drop cap put before the line that it opens."""
    usual = float(np.median([s.font.size for s in segments]))
    words: set[str] = set()
    for cap in [s for s in segments if _is_drop_cap(s, usual)]:
        lines = _beside(cap, segments)
        if len(lines) < 2:
            continue
        words = words or {w for s in segments for w in s.text.casefold().split()[1:]}
        wide = {s: replace(s, frame=(cap.frame[0], *s.frame[1:])) for s in lines}
        wide[lines[0]] = _opened(cap, wide[lines[0]], words)
        segments = [wide.get(s, s) for s in segments if s is not cap]
    return segments


def page_regions(page: RawPage) -> list[Region]:
    """All lines of a page: the main reading direction first, then any other."""
    by_angle: dict[int, list[Segment]] = defaultdict(list)
    for segment in _without_doubles(page.segments):
        by_angle[segment.angle].append(segment)
    order = sorted(by_angle, key=lambda a: -sum(len(s.text) for s in by_angle[a]))
    regions: list[Region] = []
    for angle in order:
        if angle == SKEWED:
            regions += [[line_of([s])] for s in by_angle[angle]]
        else:
            regions += regions_of(_with_drop_caps(by_angle[angle]))
    return regions
