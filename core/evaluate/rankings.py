"""What a configuration found for a question, kept so that it need not be asked again.

A ranking is the same as long as documents, settings, models and the algorithms' versions are: all
are part of its key. Judgments are not, so new ones are measured on rankings that are there already.
What quotes decide also depends on the noise floor and the rules: ``decided_by`` names both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.answer import abstention
from core.evaluate.client import EvaluationClient
from core.evaluate.configurations import Configuration
from core.evaluate.judging.judgments import folded
from core.home.database import Database
from core.schema import CHUNKING_VERSION, Comparison, ModelInfo, SearchSettings
from core.search import first_stage, second_stage
from core.serialize import from_json, to_json
from core.text.spans import CERTAIN, Place, likeness, place_of, share

ALGORITHMS = (
    f"chunking {CHUNKING_VERSION}, first stage {first_stage.ALGORITHM_VERSION}, "
    f"second stage {second_stage.ALGORITHM_VERSION}"
)
"""Names everything between the documents and a ranking that no setting changes."""


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
    measure of the work; ``skipped`` that a skip predictor left the cross-encoder out.
    ``abstains`` says whether quotes would, None where nobody asked or nothing was read; it was
    decided under ``decided_by``.
    """

    query: str
    found: tuple[Found, ...]
    order: tuple[int, ...]
    first_ms: float
    rerank_ms: float
    cached: bool
    skipped: bool = False
    abstains: bool | None = None
    decided_by: str = ""

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
        skipped=comparison.skip is not None and comparison.skip.advised,
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
        best = max(fitting, key=lambda id_: likeness(item.place, free[id_]), default=item.chunk_id)
        free.pop(best, None)
        order.append(best)
    return order


def decisive(settings: SearchSettings) -> SearchSettings:
    """What of the settings decides a ranking; the top n decides nothing but a skip predictor."""
    return settings if settings.second.skip_predictor else replace(settings, top_n=1)


def settings_name(settings: SearchSettings) -> str:
    """A short name of what decides a ranking."""
    return hashlib.sha256(to_json(decisive(settings)).encode()).hexdigest()[:16]


def version_name(corpus_version: str, models: Sequence[ModelInfo]) -> str:
    """Names documents, algorithms and models together."""
    weights = sorted(info.computation for info in models)
    whole = "/".join([corpus_version, ALGORITHMS, *weights])
    return hashlib.sha256(whole.encode()).hexdigest()[:24]


def ranking_key(collection: str, configuration: Configuration, version: str) -> RankingKey:
    """Under which key the rankings of a configuration are kept, made under that version."""
    place = configuration.collection or collection
    return RankingKey(place, settings_name(configuration.settings), version)


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
        rankings = [from_json(Ranking, str(row[0])) for row in self._database.rows(sql, values)]
        return {ranking.query: ranking for ranking in rankings}

    def drop(self, beginning: str) -> None:
        """Forget all of the collections whose name begins so."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM rankings WHERE collection GLOB ? || '*'", (beginning,))


def version_of(client: EvaluationClient, collection: str, configuration: Configuration) -> str:
    """Names documents, algorithms and models of a configuration."""
    version = client.corpus_version(configuration.collection or collection)
    return version_name(version, client.model_infos(configuration))


def rules_of(client: EvaluationClient, collection: str, configuration: Configuration) -> str:
    """Names what decides abstention for a configuration now: rules, floor and calibration."""
    floor = client.floor(configuration.collection or collection, configuration)
    measured = None if floor is None else (floor.logit, floor.cosine)
    calibration = to_json(client.model_infos(configuration)[1].calibration)
    return f"rules {abstention.ALGORITHM_VERSION}, floor {measured}, {calibration}"


def rank(
    client: EvaluationClient,
    key: RankingKey,
    configuration: Configuration,
    question: str,
    rules: str = "",
) -> Ranking:
    """Ask a question and keep its ranking; with what quotes decide, where ``rules`` are named."""
    quick = replace(configuration, settings=decisive(configuration.settings))
    comparison = client.compare(key.collection, question, quick)
    ranking = ranking_of(comparison)
    if rules:
        decision = client.abstains(comparison, quick)
        ranking = replace(ranking, abstains=decision, decided_by=rules)
    Rankings(client.judgments.database).put(key, ranking)
    return ranking


def rank_all(
    client: EvaluationClient,
    collection: str,
    question: str,
    configurations: Sequence[Configuration],
) -> list[Ranking]:
    """The ranking of each configuration, for the evaluation too; a kept one is not made again."""
    rankings = []
    for configuration in configurations:
        key = _key_now(client, collection, configuration)
        kept = Rankings(client.judgments.database).all(key, folded(question))
        ranking = kept.get(folded(question))
        rankings.append(ranking or rank(client, key, configuration, question))
    return rankings


def kept_rankings(
    client: EvaluationClient, collection: str, configurations: Sequence[Configuration]
) -> list[dict[str, Ranking]]:
    """For each configuration: question -> ranking, of those that were made before."""
    rankings = Rankings(client.judgments.database)
    return [rankings.all(_key_now(client, collection, c)) for c in configurations]


def _key_now(client: EvaluationClient, collection: str, configuration: Configuration) -> RankingKey:
    return ranking_key(collection, configuration, version_of(client, collection, configuration))
