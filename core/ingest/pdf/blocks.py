"""Lines of a region -> blocks: paragraphs, list items, headings, rows, lines of code."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.ingest.pdf.contents import leaders
from core.ingest.pdf.glyphs import ends_with_hyphen
from core.ingest.pdf.layout import Region
from core.ingest.pdf.records import Block, Font, Line

_BULLET = re.compile(r"[•◦▪▫■□●○‣⁃∙·➢➤►✓✔*–—-]\s|[⁰¹²³⁴-⁹]{1,3}\s?\w")
_NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{2,5})[.)]\s|\d{1,2}(?:\.\d{1,2}){1,4}\.?\s")
_STOP = re.compile(r"[.!?:;。！？][\"'”’»)\]\d⁰¹²³⁴-⁹]*$")
_OPEN_END = re.compile(
    r"(?:,|\b(?:the|an?|of|to|in|for|and|or|with|by|at|from|on|as|than|that|which|who|is|are|was|were|be"
    r"|been|has|have|had|its|their|this|these|those|his|her|our|your|will|shall|may|can|must|should|into"
    r"|per|about|over|under|between|up|der|die|das|den|dem|des|einen?|eine[mrs]?|und|oder|mit|von|vom"
    r"|zum?|zur|im|am|auf|für|bei|nach|aus|ist|sind|wurde|wird|werden|de|du|des|la|les?|et|ou|une?|à|aux?"
    r"|en|par|pour|sur|dans|que|qui|est))$"
)
"""Words that no sentence and no title ends with."""
_SAME_SIZE = 0.08
_LOOSE = 1.25
_SEEN = 5


@dataclass(frozen=True, slots=True)
class Style:
    """What is usual in a document: its body font, and the line pitch of each font size."""

    body: Font
    pitches: Mapping[float, float]


def _step(size: float) -> float:
    return round(size * 2) / 2


def _pitches(lines: Sequence[Line]) -> dict[float, list[float]]:
    """Distances between the tops of neighbouring lines of one size, by that size."""
    pitches: dict[float, list[float]] = defaultdict(list)
    for above, below in pairwise(lines):
        distance = below.frame[1] - above.frame[1]
        size = _step(above.font.size)
        if size == _step(below.font.size) and 0.5 * size < distance < 4 * size:
            pitches[size].append(distance)
    return pitches


def _usual(pitches: Mapping[float, list[float]]) -> dict[float, float]:
    """The pitch inside paragraphs, for sizes seen often enough; between them it is larger."""
    return {s: float(np.quantile(d, 0.35)) for s, d in pitches.items() if len(d) >= _SEEN}


def style_of(pages: Sequence[Sequence[Region]]) -> Style:
    """The usual look of a document, weighted by characters."""
    fonts: Counter[Font] = Counter()
    pitches: dict[float, list[float]] = defaultdict(list)
    for regions in pages:
        for region in regions:
            for size, distances in _pitches(region).items():
                pitches[size] += distances
            for line in region:
                font = line.font
                fonts[Font(_step(font.size), font.weight, font.bold, font.mono)] += len(line.text)
    body = max(fonts, key=lambda f: fonts[f], default=Font(10.0))
    return Style(body, _usual(pitches))


def same_size(a: Font, b: Font) -> bool:
    """Whether two sizes are equal but for rounding."""
    return abs(a.size - b.size) <= _SAME_SIZE * max(a.size, b.size)


def ends_sentence(text: str) -> bool:
    """Whether a line ends with a mark that closes a sentence or opens a list."""
    return bool(_STOP.search(text))


def is_item(text: str) -> bool:
    """Whether a line starts with a bullet or a list number."""
    return bool(_BULLET.match(text) or _NUMBER.match(text))


def is_code(line: Line, style: Style) -> bool:
    """A monospaced line, in a document that is not set in monospace throughout."""
    return line.font.mono and not style.body.mono


def stands_alone(line: Line, style: Style) -> bool:
    """Whether a line is never part of a paragraph: code, a table row, a line of contents."""
    return line.cells > 1 or is_code(line, style) or bool(leaders(line.text))


def _runs(region: Region, style: Style) -> list[list[Line]]:
    """Lines of one look at a regular distance."""
    own = _pitches(region)
    columns = all(line.frame[1] < 0 and line.text[0] >= "\u2e80" for line in region)  # read down
    even = {s: max(d) for s, d in own.items() if columns and max(d) < 1.1 * min(d)}
    pitches = {**even, **style.pitches, **_usual(own)}
    runs: list[list[Line]] = []
    for line in region:
        before = runs[-1][-1] if runs else None
        if before is None or _apart(before, line, pitches):
            runs.append([])
        runs[-1].append(line)
    return runs


def _apart(above: Line, below: Line, pitches: Mapping[float, float]) -> bool:
    size = _step(above.font.size)
    pitch = pitches.get(size, 1.15 * max(size, 1.0))
    distance = below.frame[1] - above.frame[1]
    return (
        not same_size(above.font, below.font)
        or above.font.bold != below.font.bold
        or not 0 < distance <= _LOOSE * pitch
    )


def _first_word_width(line: Line) -> float:
    length = len(line.text.split(" ", 1)[0])
    boxes = line.boxes[:length]
    across = max(float(np.ptp(boxes[:, [0, 2]])), float(np.ptp(boxes[:, [1, 3]])))
    return across if length else 0.0


def _had_room(above: Line, below: Line, right: float) -> bool:
    """Whether the first word of ``below`` would have fitted at the end of ``above``."""
    if ends_with_hyphen(above.text):
        return False
    needed = _first_word_width(below) + 0.6 * below.font.size
    return right - above.frame[2] > needed


def _starts_block(block: Sequence[Line], below: Line, right: float, style: Style) -> bool:
    first, above = block[0], block[-1]
    if stands_alone(above, style) or stands_alone(below, style) or _BULLET.match(below.text):
        return True
    if _had_room(above, below, right):
        return True
    em = max(below.font.size, 1.0)
    closed = ends_sentence(above.text)
    level = abs(first.frame[0] - below.frame[0]) < 0.4 * em
    if _NUMBER.match(below.text) and (closed or (level and is_item(first.text))):
        return True
    indent = below.frame[0] - above.frame[0]
    if indent > 0.8 * em:
        return closed and not (above is first and is_item(above.text))
    return indent < -0.8 * em and above is not first


def blocks_of(region: Region, style: Style) -> list[Block]:
    """The blocks of one region, from the top."""
    blocks: list[list[Line]] = []
    for run in _runs(region, style):
        right = max(line.frame[2] for line in run)
        blocks.append([run[0]])
        for line in run[1:]:
            if _starts_block(blocks[-1], line, right, style):
                blocks.append([line])
            else:
                blocks[-1].append(line)
    return [tuple(lines) for lines in blocks]


def continues(above: Block, below: Block, style: Style) -> bool:
    """Whether a paragraph goes on in the next column or on the next page.

    Before a small letter it does, without a stop; before a capital, a figure or a name, when its
    last line is full, or ends with a word that no sentence ends with.
    """
    end, start = above[-1], below[0]
    if not same_size(end.font, start.font) or end.font.bold != start.font.bold:
        return False
    if stands_alone(end, style) or stands_alone(start, style) or _BULLET.match(start.text):
        return False
    if ends_sentence(end.text):
        return False
    opens, titled = start.text[0], not same_size(end.font, style.body) or end.font.bold
    if opens.islower() or titled or (_NUMBER.match(start.text) and "." not in start.text[1:3]):
        return opens.islower()
    right = max(line.frame[2] for line in above)
    full = len(above) > 1 and right - end.frame[2] < _first_word_width(start) + end.font.size
    return full or bool(_OPEN_END.search(end.text))
