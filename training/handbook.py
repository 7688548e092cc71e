"""The handbook's part of the training data: a heading, its section, and other sections.

github.com/18F/handbook: pages of markdown. Any folder of markdown pages will do.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import InputError
from core.ports import Encoder
from core.text.counting import counted
from training.lines import Line, apart, bytes_of, cut
from training.markdown import sections
from training.mining import cosines, highest

SHORTEST, LONGEST = 120, 170
"""Of a section: characters that it has at least, words that are kept of it."""
NAMELESS = 3
"""A heading of fewer words says too little: the page's name goes before it."""
NEAR, NEAR_FROM, FAR_FROM = 2, 6, 9
"""Two negatives are of the first six of the list, one of the next nine: as in the bundled data."""
DEPTH = 60
FEWEST = 8
ADVICE = "Fetch github.com/18F/handbook, and name its folder."


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the page at ``page``, a path within the folder."""

    page: str
    heading: str
    text: str

    @property
    def query(self) -> str:
        """The heading, after the page's name if it is too short to stand alone.

        >>> Section("travel/air-tickets.md", "Who pays?", "").query
        'air tickets: Who pays?'
        """
        if len(self.heading.split()) >= NAMELESS:
            return self.heading
        path = Path(self.page)
        name = path.parent.name if path.stem in {"index", "README"} else path.stem
        return f"{name.replace('-', ' ')}: {self.heading}" if name else self.heading


def read_handbook(folder: Path) -> list[Section]:
    """The sections of every page, in the order of the pages' names; a text only once.

    Raises:
        InputError: there are too few, or a page cannot be read.
    """
    pages = [path.relative_to(folder) for path in folder.rglob("*.md")]
    shown = sorted(p for p in pages if not any(part.startswith(".") for part in p.parts))
    kept = dict[str, Section]()
    for section in (section for page in shown for section in _page(folder, page)):
        kept.setdefault(section.text, section)
    if len(kept) < FEWEST:
        raise InputError(
            f"{folder} has {counted(len(kept), 'section')} of markdown; {FEWEST} are needed.",
            ADVICE,
        )
    return list(kept.values())


def _page(folder: Path, page: Path) -> Iterator[Section]:
    path = folder / page
    try:
        markdown = bytes_of(path).decode("utf-8-sig")
    except ValueError as exc:
        raise InputError(f"{path} is not UTF-8 text: {exc}.", "Fetch it again.") from exc
    for heading, text in sections(markdown):
        if heading and len(text) > SHORTEST:
            yield Section(page.as_posix(), heading, cut(text, LONGEST))


def handbook_lines(kept: Sequence[Section], encoder: Encoder, seed: int = 0) -> list[Line]:
    """Headings with their section and three others, of its page or not, that the encoder likes.

    Args:
        kept: read from the pages.
        encoder: ranks the sections; its mistakes are the hard negatives.
        seed: the same one draws the same.
    """
    chance = random.Random(seed)
    vectors = encoder.encode([section.text for section in kept])
    rows = cosines([section.query for section in kept], vectors, encoder)
    made = []
    for section, row in zip(kept, rows, strict=True):
        bad = negatives(section, [kept[number] for number in highest(row, DEPTH)], chance)
        if bad is not None:
            made.append({"query": section.query, "positive": section.text, "negatives": bad})
    return made


def negatives(
    section: Section, ranking: Sequence[Section], chance: random.Random
) -> list[str] | None:
    """Two of the first six and one of the next nine; None if there are too few.

    A section of the same heading, or with the same opening, is none of them: it may answer.
    """
    heading = section.heading.casefold()
    others = [
        other.text
        for other in ranking
        if other.heading.casefold() != heading and apart(other.text, section.text)
    ]
    near, far = others[:NEAR_FROM], others[NEAR_FROM:][:FAR_FROM]
    return [*chance.sample(near, NEAR), chance.choice(far)] if far else None
