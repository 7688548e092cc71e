"""What a configuration found for a question, kept so that it need not be asked again.

A ranking is the same as long as the documents, the code and the models are: all three are part
of its key. Judgments are not, so new ones are measured on rankings that are there already.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from core.home.database import Database
from core.models.computation import computation_key
from core.schema import Comparison, ModelInfo, SearchSettings
from core.serialize import from_json, to_json
from core.text.spans import CERTAIN, Place, fit, place_of, share

_CORE = Path(__file__).resolve().parent.parent
_DECISIVE = ("rank", "index", "ingest")


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate: its chunk, where that stands, and the page it begins on (from 1)."""

    chunk_id: str
    place: Place
    document_name: str
    page: int


@dataclass(frozen=True, slots=True)
class Ranking:
    """Both lists of one question.

    ``found`` is in first-stage order, ``order`` holds indices into it in the final order. Times
    are in milliseconds; ``cached`` says that scores were remembered, so that ``rerank_ms`` is no
    measure of the work; ``skipped`` that a gate left the cross-encoder out.
    ``speaks`` says whether quotes would speak, None where nobody asked or nothing was read.
    """

    query: str
    found: tuple[Found, ...]
    order: tuple[int, ...]
    first_ms: float
    rerank_ms: float
    cached: bool
    skipped: bool = False
    speaks: bool | None = None

    @property
    def first(self) -> list[str]:
        """Chunk ids of the first stage, best first."""
        return [item.chunk_id for item in self.found]

    @property
    def final(self) -> list[str]:
        """Chunk ids after the second stage, best first."""
        return [self.found[index].chunk_id for index in self.order]

    @property
    def total_ms(self) -> float:
        """Milliseconds of both stages."""
        return self.first_ms + self.rerank_ms


@dataclass(frozen=True, slots=True)
class RankingKey:
    """Under which conditions a ranking was made."""

    collection: str
    settings: str
    version: str


def ranking_of(comparison: Comparison) -> Ranking:
    """What of a comparison the measures need."""
    chunks = [candidate.chunk for candidate in comparison.candidates]
    index = {chunk.id: i for i, chunk in enumerate(chunks)}
    enabled = comparison.settings.second.enabled
    final = [index[item.chunk.id] for item in comparison.reranked]
    timings = comparison.timings
    return Ranking(
        query=comparison.query,
        found=tuple(Found(c.id, place_of(c), c.document_name, c.first_page) for c in chunks),
        order=tuple(final if enabled else range(len(chunks))),
        first_ms=timings.encode_ms + timings.search_ms,
        rerank_ms=timings.rerank_ms if enabled else 0.0,
        cached=comparison.cache_hits > 0,
        skipped=comparison.gate is not None and comparison.gate.skip,
    )


def on_chunks_of(ranking: Ranking, other: Ranking) -> list[str]:
    """The final order, in the other ranking's chunks where both cut the documents differently.

    A passage takes the id of the other's candidate that shares most with it, if that is at least
    half of the shorter one; each is taken once. Passages of the same chunks stay as they are.
    """
    own, theirs = set(ranking.first), other.found
    free = {item.chunk_id: item.place for item in theirs if item.chunk_id not in own}
    order = []
    for index in ranking.order:
        item = ranking.found[index]
        fitting = [id_ for id_, place in free.items() if share(item.place, place) >= CERTAIN]
        best = max(fitting, key=lambda id_: fit(item.place, free[id_]), default=item.chunk_id)
        free.pop(best, None)
        order.append(best)
    return order


def settings_name(settings: SearchSettings) -> str:
    """A short name of what decides a ranking; the top n decides nothing but a gate."""
    decisive = settings if settings.second.gate else replace(settings, top_n=1)
    return hashlib.sha256(to_json(decisive).encode()).hexdigest()[:16]


@lru_cache(maxsize=1)
def code_version() -> str:
    """Names the code that reads, finds and ranks: a hash of its files."""
    digest = hashlib.sha256()
    for folder in _DECISIVE:
        for path in sorted((_CORE / folder).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def version_name(corpus_version: str, models: Sequence[ModelInfo]) -> str:
    """Names documents, code and models together."""
    weights = sorted(map(computation_key, models))
    whole = "/".join([corpus_version, code_version(), *weights])
    return hashlib.sha256(whole.encode()).hexdigest()[:24]


def key_of(collection_id: str, comparison: Comparison) -> RankingKey:
    """Under which key a comparison's ranking is kept."""
    version = version_name(comparison.corpus_version, comparison.models)
    return RankingKey(collection_id, settings_name(comparison.settings), version)


class Rankings:
    """The kept rankings of a home folder."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, key: RankingKey, ranking: Ranking) -> None:
        """Keep a ranking; one of the same key and question is replaced.

        A first measurement of the time is worth more than one that remembered scores made fast.
        """
        old = self.all(key, ranking.query).get(ranking.query)
        if old is not None and ranking.cached and not old.cached:
            ranking = replace(ranking, rerank_ms=old.rerank_ms, cached=False)
        sql = "INSERT OR REPLACE INTO rankings VALUES (?, ?, ?, ?, ?)"
        values = (key.collection, key.settings, key.version, ranking.query, to_json(ranking))
        with self._database.transaction() as db:
            db.execute(sql, values)

    def all(self, key: RankingKey, query: str | None = None) -> dict[str, Ranking]:
        """Question -> ranking, of one question if given."""
        sql = "SELECT record FROM rankings WHERE collection = ? AND settings = ? AND version = ?"
        values = [key.collection, key.settings, key.version]
        if query is not None:
            sql, values = f"{sql} AND query = ?", [*values, query]
        found = [from_json(Ranking, str(row[0])) for row in self._database.rows(sql, values)]
        return {ranking.query: ranking for ranking in found}
