"""What all adapters share: asking for passages, reading given ones, and what is told of each."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from math import isfinite
from pathlib import Path

from typing_extensions import TypedDict  # pydantic reads no other below Python 3.12

from core.app.engine import Engine
from core.app.retriever import TwoStageRetriever
from core.errors import PackageMissing
from core.learn.fits import Tuning
from core.models.opening import ModelOpener
from core.models.registry import spec_of
from core.ports import CrossEncoder
from core.schema import Comparison, Reranked, SearchSettings
from core.search.calibration import relevance
from core.search.pipeline import clean_query
from core.search.windows import score_windows
from core.settings import Settings
from core.text.pages import page_words, source_words

Source = Engine | TwoStageRetriever
"""What can be asked: the collections of a home folder, or texts that were indexed in memory."""
_OPENING = threading.Lock()


@contextmanager
def optional_package(name: str) -> Iterator[None]:
    """Import a package that only one adapter needs.

    Raises:
        PackageMissing: it is not installed; an ``ImportError`` too.
    """
    try:
        yield
    except ImportError as exc:
        raise PackageMissing(
            f"{name} is not installed ({exc}).", "pip install -r requirements-integrations.txt"
        ) from exc


class PassageFacts(TypedDict):
    """What is told of a passage. ``score`` is the cross-encoder's raw logit, None if not read.

    ``source`` is document and place as people say them, and ``pages`` the place alone: pages,
    lines, a time; ``page`` is its first number, from 1, or 0 without places.
    ``relevance_score`` is the calibrated 0..1. ``rank`` starts at 1; it was ``rank + rank_delta``.
    """

    document: str
    source: str
    pages: str
    page: int
    section: str
    score: float | None
    relevance_score: float | None
    rank: int
    rank_delta: int
    chunk_id: str


def passage_facts(item: Reranked) -> PassageFacts:
    """The record of one line of the reranked list; no number in it is NaN or infinite."""
    chunk = item.chunk
    return PassageFacts(
        document=chunk.document_name,
        source=source_words(chunk),
        pages=page_words(chunk),
        page=chunk.first_page,
        section=chunk.heading,
        score=finite(item.logit),
        relevance_score=finite(item.relevance),
        rank=item.rank,
        rank_delta=item.rank_delta,
        chunk_id=chunk.id,
    )


def finite(value: float | None) -> float | None:
    """The number, or None where it is none: JSON has no NaN."""
    return value if value is not None and isfinite(value) else None


def ask(source: Source, query: str, settings: SearchSettings, collection: str = "") -> Comparison:
    """Ask a question; waits for the models when they still load.

    Args:
        source: who is asked.
        query: the question.
        settings: how. What was fitted for a collection is used there too, as on its page; learned
            weights only where no blend was chosen.
        collection: the name of one of the engine's; empty for its first one.

    Raises:
        NotFound: there is no such collection.
        SecondLookError: the question cannot be asked.
    """
    if isinstance(source, TwoStageRetriever):
        return source.compare(query, settings.top_k, settings.top_n, settings)
    id_ = source.library.collection_named(collection).id
    weights = settings.second.blend == SearchSettings().second.blend
    fitted = Tuning(source.settings.home).applied(settings, id_, weights=weights)
    return source.searcher.compare(id_, query, fitted)


@dataclass(frozen=True, slots=True)
class Reading:
    """The place of a given passage: ``index`` from 0 as it was given, ``rank`` from 1."""

    index: int
    rank: int
    logit: float
    relevance: float

    @property
    def facts(self) -> dict[str, float | int | None]:
        """The same under the names of ``PassageFacts``."""
        return {
            "score": finite(self.logit),
            "relevance_score": finite(self.relevance),
            "rank": self.rank,
            "rank_delta": self.index + 1 - self.rank,
        }


@dataclass(frozen=True, slots=True)
class RerankModel:
    """A cross-encoder by its name: equal ones share one model in a process, copied or pickled.

    ``name`` and ``home`` are those of ``TwoStageRetriever``; ``windows`` reads long passages in
    parts, of which the best counts, where otherwise their end is not read.
    """

    name: str = "bundled"
    threads: int = 2
    runtime: str = "auto"
    home: str = str(Settings().home)
    windows: bool = False

    def rerank(self, query: str, passages: Sequence[str]) -> list[Reading]:
        """The passages best first, by raw logit; equal ones as they were given.

        Raises:
            InputError: the question is empty or too long.
            ModelError: the model cannot be loaded.
        """
        query = clean_query(query)
        if not passages:
            return []
        with _OPENING:  # else every thread of a first batch would load it
            model = _opened(self.name, self.threads, self.runtime, self.home)
        read = (
            score_windows(model, query, passages) if self.windows else model.score(query, passages)
        )
        shown = relevance(read, model.info.calibration)
        order = sorted(range(len(passages)), key=lambda i: -float(read[i]))
        return [Reading(i, r, float(read[i]), float(shown[i])) for r, i in enumerate(order, 1)]


@lru_cache(maxsize=4)
def _opened(name: str, threads: int, runtime: str, home: str) -> CrossEncoder:
    spec = spec_of("cross_encoder", name, Path(home))
    return ModelOpener(Path(home), threads, runtime).cross_encoder(spec)
