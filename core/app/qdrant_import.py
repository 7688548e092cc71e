"""A Qdrant collection becomes a file of another engine's results: what it holds, what it finds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.app.engine import Engine
from core.errors import InputError
from core.models.opening import ModelOpener
from core.models.registry import spec_of
from core.ports import Encoder
from core.settings import Limits
from core.store.qdrant_source import QdrantSource, SourcePoint, SourcePreview, text_at
from core.text.counting import counted

_DEPTH = 200
"""So many passages are asked for a question: as many as candidates can be chosen."""
MOST_POINTS = 10_000
_LINE = 1000
_JOINT = 2


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What is read: the paths of text and title, and the questions that the collection answers.

    ``using`` names the vectors when several have the encoder's length; ``limit`` is of points.
    """

    collection: str
    text: str
    title: str = ""
    questions: Sequence[str] = ()
    using: str = ""
    limit: int = MOST_POINTS


@dataclass(frozen=True, slots=True)
class Imported:
    """The file, and what came of it: ``points`` are all that the collection has."""

    name: str
    data: bytes = field(repr=False)
    passages: int
    points: int
    without_text: int
    lists: int

    @property
    def words(self) -> str:
        """In a sentence; what was left out is said."""
        said = f"{self.passages:,} of {counted(self.points, 'point')} read"
        if self.without_text:
            said += f", {self.without_text:,} had no text there"
        return said + (f", {counted(self.lists, 'list')} of its own." if self.lists else ".")


def encoder_named(engine: Engine, name: str) -> Encoder:
    """The encoder of that name: the one that is on, or another one opened beside it.

    Raises:
        InputError: the name can be none's.
        ModelError: it is not available.
    """
    settings, manager = engine.settings, engine.model_manager
    if name in {manager.encoder_name, manager.spec("encoder").name}:
        return engine.models.wait()[0]
    record = engine.ledger.record
    opener = ModelOpener(settings.home, settings.threads, settings.runtime, record)
    return opener.encoder(spec_of("encoder", name, settings.home))


def import_file(
    source: QdrantSource, plan: ImportPlan, limits: Limits, encoder: Encoder | None = None
) -> Imported:
    """Read a collection: first what it finds for the questions, then its points up to the limits.

    Raises:
        InputError: there is no text at the path, or the questions cannot be asked.
        StoreError: the server failed.
    """
    preview, reading = source.preview(plan.collection), _Reading(plan, limits)
    lists = dict(_lists(source, plan, preview, encoder, reading)) if plan.questions else {}
    for point in source.points(plan.collection, reading.paths):
        if not reading.goes_on:
            break
        reading.take(point)
    if not reading.passages:
        raise InputError(
            f"No point of {plan.collection!r} has a text at {plan.text!r}.",
            f"Paths with texts: {', '.join(preview.text_paths[:8]) or 'none'}.",
        )
    written = [json.dumps(line, ensure_ascii=False) for line in reading.lines(lists)]
    return Imported(
        name=f"{plan.collection} ({source.host}).jsonl",
        data="\n".join(written).encode("utf-8", "replace"),
        passages=len(reading.passages),
        points=max(preview.points, len(reading.passages)),
        without_text=len(reading.without_text),
        lists=len(lists),
    )


class _Reading:
    """The passages so far, by id."""

    def __init__(self, plan: ImportPlan, limits: Limits) -> None:
        self._plan = plan
        self._most = min(plan.limit, limits.chunks)
        self._room = limits.characters
        self.paths = [path for path in (plan.text, plan.title) if path]
        self.passages: dict[str, dict[str, str]] = {}
        self.without_text: set[str] = set()
        self.goes_on = True

    def take(self, point: SourcePoint) -> bool:
        """Whether it has a text, and both fit; a point that does not fit is the last one."""
        if point.id in self.passages:
            return True
        text = text_at(point.payload, self._plan.text)
        if not text:
            self.without_text.add(point.id)
            return False
        self._room -= len(text) + _JOINT
        self.goes_on = self._room >= 0 and len(self.passages) < self._most
        if self.goes_on:
            title = text_at(point.payload, self._plan.title)
            self.passages[point.id] = {"id": point.id, "title": title, "text": text}
        return self.goes_on

    def lines(self, lists: dict[str, list[dict[str, Any]]]) -> Iterator[dict[str, Any]]:
        """The passages, then a list for each question, by ids."""
        rows = list(self.passages.values())
        for start in range(0, len(rows), _LINE):
            yield {"passages": rows[start : start + _LINE]}
        yield from ({"query": query, "passages": listed} for query, listed in lists.items())


def _lists(
    source: QdrantSource,
    plan: ImportPlan,
    preview: SourcePreview,
    encoder: Encoder | None,
    reading: _Reading,
) -> Iterable[tuple[str, list[dict[str, Any]]]]:
    if encoder is None:
        raise InputError(
            "The questions need the encoder that made the vectors of this collection.",
            "Name it, or import without questions.",
        )
    using = _vectors(preview, plan, encoder)
    asked = {" ".join(q.split()).casefold(): " ".join(q.split()) for q in plan.questions}
    for question in filter(None, asked.values()):
        vector = encoder.encode_query(question)
        found = source.search(plan.collection, vector, using, _DEPTH, reading.paths)
        kept = [point for point in found if reading.take(point)]
        if kept:
            yield question, [{"id": point.id, "score": point.score} for point in kept]


def _vectors(preview: SourcePreview, plan: ImportPlan, encoder: Encoder) -> str:
    """The name of the vectors that the encoder's can be compared with; empty for the unnamed."""
    there = ", ".join(f"{name or 'unnamed'} ({size})" for name, size in preview.vectors.items())
    fitting = [name for name, size in preview.vectors.items() if size == encoder.dimension]
    if plan.using:
        fitting = [name for name in fitting if name == plan.using]
    if not fitting:
        raise InputError(
            f"{encoder.info.name} gives vectors of {encoder.dimension} numbers; "
            f"{plan.collection!r} has {there or 'no dense vectors'}.",
            "Name the encoder that made them, or import without questions.",
        )
    if len(fitting) > 1:
        raise InputError(
            f"{plan.collection!r} has several vectors of that length: {', '.join(fitting)}.",
            "Say which ones the questions are compared with.",
        )
    return fitting[0]
