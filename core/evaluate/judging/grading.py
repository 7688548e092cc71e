"""Judged spans become grades of the chunks of today.

A judgment speaks about a chunk when both share at least half of the shorter one. Where several
judgments of one judge speak about the same chunk, the one that fits it best counts (the largest
shared part of both together; of equal ones the newest). A judgment that shares less with every
chunk is *uncertain*: it is listed and counts nowhere.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from core.errors import NotFound
from core.evaluate.judging.judgments import MADE, SETTLED, Judgment, folded
from core.schema import Chunk
from core.text.spans import CERTAIN, Place, likeness, place_of, share

Grades = dict[str, dict[str, int]]
"""chunk id -> judge -> grade."""


@dataclass(frozen=True, slots=True)
class Uncertain:
    """A judgment that fits no chunk of today well; ``share`` (0..1) is that of the best one.

    It is 0 when the place is in no chunk, for example because the document is gone.
    """

    judgment: Judgment
    share: float


class ChunkPlaces:
    """The chunks of some documents, found by the characters they cover."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        grouped: dict[str, list[tuple[Place, str]]] = defaultdict(list)
        for chunk in chunks:
            grouped[chunk.document_id].append((place_of(chunk), chunk.id))
        self._chunks = {
            document: sorted(places, key=lambda item: (item[0].start, item[0].end))
            for document, places in grouped.items()
        }
        self._starts = {d: [p.start for p, _ in places] for d, places in self._chunks.items()}
        self._longest = {d: max(p.length for p, _ in c) for d, c in self._chunks.items()}

    def touching(self, place: Place) -> list[tuple[str, Place]]:
        """Id and place of every chunk that shares a character with a span, in reading order."""
        places = self._chunks.get(place.document_id, [])
        starts = self._starts.get(place.document_id, [])
        longest = self._longest.get(place.document_id, 0)
        first, last = bisect_right(starts, place.start - longest), bisect_left(starts, place.end)
        return [(id_, p) for p, id_ in places[first:last] if p.shared(place)]


def consensus(grades: Mapping[str, int]) -> int:
    """The one grade that counts when several judges gave theirs.

    A settled grade first; else the median of the people's grades, the lower one of two in the
    middle; a question's own source span only when no person judged.

    >>> consensus({"Ada": 3, "Ben": 1, "Cy": 2}), consensus({"Ada": 3, "Ben": 0})
    (2, 0)
    """
    if SETTLED in grades:
        return grades[SETTLED]
    people = sorted(grade for judge, grade in grades.items() if judge != MADE)
    return people[(len(people) - 1) // 2] if people else grades[MADE]


ChunksOf = Callable[[str], Sequence[Chunk]]
"""The chunks of a document of one collection; raises NotFound when it was deleted."""


@dataclass(frozen=True, slots=True)
class Graded:
    """question -> chunk id -> judge -> grade, and what could not be carried over."""

    grades: dict[str, Grades]
    uncertain: tuple[Uncertain, ...]

    @property
    def qrels(self) -> dict[str, dict[str, int]]:
        """The one grade that counts for each question and chunk."""
        return {
            query: {chunk_id: consensus(by_judge) for chunk_id, by_judge in grades.items()}
            for query, grades in self.grades.items()
        }

    def by(self, judge: str, query: str) -> dict[str, int]:
        """Chunk id -> the grade that this judge gave for a question."""
        grades = self.grades.get(folded(query), {})
        return {id_: by_judge[judge] for id_, by_judge in grades.items() if judge in by_judge}


def grade(judgments: Iterable[Judgment], chunks_of: ChunksOf) -> Graded:
    """Carry judgments of any questions over to the chunks of today, by the rule above.

    Args:
        judgments: the newest of each judge, question and span.
        chunks_of: called once for each document that is named.
    """
    judgments = list(judgments)
    documents = sorted({judgment.place.document_id for judgment in judgments})
    places = ChunkPlaces(chunk for id_ in documents for chunk in _chunks(chunks_of, id_))
    best: dict[tuple[str, str, str], tuple[float, int, int]] = {}
    uncertain: list[Uncertain] = []
    for judgment in judgments:
        touched = places.touching(judgment.place)
        sure = [(id_, p) for id_, p in touched if share(judgment.place, p) >= CERTAIN]
        for id_, place in sure:
            key = judgment.query, id_, judgment.judge
            value = likeness(judgment.place, place), judgment.id
            if key not in best or value >= best[key][:2]:
                best[key] = (*value, judgment.grade)
        if not sure:
            shares = (share(judgment.place, place) for _, place in touched)
            uncertain.append(Uncertain(judgment, max(shares, default=0.0)))
    grades: dict[str, Grades] = {judgment.query: {} for judgment in judgments}
    for (query, id_, judge), (_, _, given) in best.items():
        grades[query].setdefault(id_, {})[judge] = given
    return Graded(grades, tuple(uncertain))


def _chunks(chunks_of: ChunksOf, document_id: str) -> Sequence[Chunk]:
    try:
        return chunks_of(document_id)
    except NotFound:
        return ()
