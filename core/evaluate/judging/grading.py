"""The grades of a collection's questions on its chunks of today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from core.errors import NotFound
from core.evaluate.judging.judgments import Judgment, folded
from core.evaluate.judging.mapping import (
    ChunkPlaces,
    Grades,
    Uncertain,
    agreed,
    by_query,
    map_judgments,
)
from core.schema import Chunk

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
        return {query: agreed(grades) for query, grades in self.grades.items()}

    def by(self, judge: str, query: str) -> dict[str, int]:
        """Chunk id -> the grade that this judge gave for a question."""
        grades = self.grades.get(folded(query), {})
        return {id_: by_judge[judge] for id_, by_judge in grades.items() if judge in by_judge}


def grade(judgments: Iterable[Judgment], chunks_of: ChunksOf) -> Graded:
    """Carry judgments of any questions over to the chunks of today.

    Args:
        judgments: the newest of each judge, question and span.
        chunks_of: called once for each document that is named.

    """
    grouped = by_query(list(judgments))
    documents = {j.place.document_id for own in grouped.values() for j in own}
    places = ChunkPlaces(chunk for id_ in sorted(documents) for chunk in _chunks(chunks_of, id_))
    mapped = {query: map_judgments(own, places) for query, own in grouped.items()}
    return Graded(
        {query: found.grades for query, found in mapped.items()},
        tuple(item for found in mapped.values() for item in found.uncertain),
    )


def _chunks(chunks_of: ChunksOf, document_id: str) -> Sequence[Chunk]:
    try:
        return chunks_of(document_id)
    except NotFound:
        return ()
