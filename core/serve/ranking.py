"""Texts that somebody else found, ranked by the cross-encoder or by what a collection learned."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.answer.abstention import abstains
from core.app.engine import Engine
from core.errors import ModelError
from core.learn.fits import Tuning
from core.ports import CrossEncoder, Encoder, VectorStore
from core.schema import (
    UNCALIBRATED,
    Calibration,
    Candidate,
    Chunk,
    Collection,
    FloatVector,
    Hit,
    SearchSettings,
)
from core.search.first_stage import Corpus, FirstStageResult
from core.search.floors import floor_key
from core.search.ordering import rank_features
from core.search.pipeline import Stages, compare
from core.store.lexical import as_words, passage_weights, query_weights
from core.text.overlap import logistic

_Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class RankedTexts:
    """Texts in a new order.

    ``order`` has all positions, best first. ``raw`` float64[n] is what they are ordered by (logits,
    or the sums of learned weights), ``relevance`` float64[n] the same as numbers from 0 to 1; both
    are in the order given. ``applied`` says what of a collection did it; None without one.
    """

    order: tuple[int, ...]
    raw: _Scores
    relevance: _Scores
    applied: dict[str, Any] | None = None


def ranked_by(
    raw: FloatVector | _Scores, line: Calibration, applied: dict[str, Any] | None = None
) -> RankedTexts:
    """By falling score, ties as given.

    Args:
        raw: float32[n] or float64[n].
        line: makes the relevance; in double precision, so that it keeps the order.
        applied: what of a collection did it.

    Raises:
        ModelError: a score is no number.
    """
    scores = np.asarray(raw, dtype=np.float64)
    if not np.isfinite(scores).all():
        raise ModelError("The model gave a score that is no number.", "Choose another runtime.")
    order = np.argsort(-scores, kind="stable")
    relevance = logistic(line.slope * scores + line.intercept)
    return RankedTexts(tuple(order.tolist()), scores, relevance, applied)


def plain_ranking(cross_encoder: CrossEncoder, query: str, texts: Sequence[str]) -> RankedTexts:
    """By the cross-encoder's logits alone."""
    return ranked_by(cross_encoder.score(query, texts), cross_encoder.info.calibration)


def learned_ranking(
    engine: Engine, collection: Collection, query: str, texts: Sequence[str]
) -> RankedTexts:
    """As a search of this collection would rank these texts, had it found them.

    Its learned weights order them, its threshold (or noise floor) says whether the best of them
    answers. The cosines are the encoder's; how rare a word is, is counted in the collection. The
    place in a document is not known, so that its weight counts for nothing.

    Raises:
        InputError: the question is empty or too long.
        SecondLookError: a model or the store failed.
    """
    encoder, cross_encoder = engine.models.wait()
    asked = SearchSettings(top_k=len(texts), top_n=1)
    settings = Tuning(engine.settings.home).applied(asked, collection.id)
    corpus = engine.corpora.embedded_by(encoder, collection.id, settings)
    store, floors = engine.storage.store, engine.model_manager.floors
    floor = floors.get(floor_key(corpus.version, encoder.info, cross_encoder.info))
    found = FirstStageResult(_candidates(store, corpus, encoder, query, texts), 0.0, 0.0)
    stages = Stages(
        *(encoder, cross_encoder, store, engine.scores, floor), first_stage=lambda *_: found
    )
    with engine.models.scheduler.searching():
        comparison = compare(query, settings, stages, corpus)
        silent = abstains(comparison, cross_encoder)
    logit = {item.chunk.id: item.logit for item in comparison.reranked}
    logits = np.array([logit[item.chunk.id] for item in found.candidates], dtype=np.float32)
    fits = comparison.settings.second.fits
    threshold = fits.abstention.numbers[0] if fits.abstention else comparison.noise_floor
    applied = {
        "collection": collection.name,
        "order": "learned weights" if fits.weights else "cross-encoder",
        "threshold": threshold,
        "abstains": silent,
        "notes": [note.text for note in comparison.notes],
    }
    if fits.weights is None:
        return ranked_by(logits, comparison.calibration, applied)
    sums = rank_features(found.candidates, logits) @ np.array(fits.weights.numbers)
    return ranked_by(sums, UNCALIBRATED, applied)


def _candidates(
    store: VectorStore, corpus: Corpus, encoder: Encoder, query: str, texts: Sequence[str]
) -> tuple[Candidate, ...]:
    """The texts as if the collection's first stage had found them, in the order given."""
    cosines = (encoder.encode(texts) @ encoder.encode_query(query)).tolist()
    rarity = _rarity(store, corpus, query)
    candidates = []
    for i, (text, cosine) in enumerate(zip(texts, cosines, strict=True)):
        chunk = Chunk(
            f"{i:06}", "", "", 0, 0, 0, 0, len(text), text, len(encoder.token_spans(text))
        )
        words = passage_weights(text)
        bm25 = sum(words.get(number, 0.0) * idf for number, idf in rarity.items())
        hit = Hit(chunk.id, cosine, i + 1, "dense")
        candidates.append(Candidate(chunk, cosine, i + 1, (hit,), bm25=round(bm25, 4)))
    return tuple(candidates)


def _rarity(store: VectorStore, corpus: Corpus, query: str) -> dict[int, float]:
    """The idf of the query's words in a collection, by their numbers.

    The store does not tell it, but its score of a chunk for one word is the word's weight there by
    the idf. A word that no chunk has counts for nothing.
    """
    rarity = {}
    for word in set(re.findall(r"\w+", as_words(query))):
        hits = store.search_words(corpus.store_name, word, 1, corpus.revisions)
        for number in query_weights(word) if hits else ():
            weight = passage_weights(hits[0]["chunk"].passage).get(number)
            rarity[number] = hits[0]["score"] / weight if weight else 0.0
    return rarity
