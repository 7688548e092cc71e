"""The engine's own first stages over a test collection: dense, BM25 and hybrid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from core.evaluate.datasets import Passage
from core.evaluate.runs import ranked
from core.evaluate.stages import BATCH, DEPTH, Advance, FirstStage, Ranking
from core.ports import Encoder, VectorStore
from core.schema import SearchSettings, chunk_id
from core.search.corpus import Corpus
from core.search.first_stage import find
from core.search_settings import FirstStageSettings
from core.store.opening import open_store
from core.text.texts import whole_text

FIRST_STAGES: Mapping[str, FirstStageSettings] = {
    "dense": FirstStageSettings("dense"),
    "bm25": FirstStageSettings("bm25"),
    "hybrid": FirstStageSettings("hybrid"),
    "hybrid weighted": FirstStageSettings("hybrid", "weighted"),
}
_NAME = "evaluation"


@contextmanager
def indexed_stages(
    corpus: Mapping[str, Passage],
    encoder: Encoder,
    advance: Advance = lambda _: None,
    names: Sequence[str] = ("dense", "bm25", "hybrid"),
) -> Iterator[list[FirstStage]]:
    """First stages that search the passages as a question in the app does.

    They live in a temporary store, which goes with the context.

    Args:
        corpus: the passages; they are encoded here, once.
        encoder: for passages and queries.
        advance: told how many passages were just encoded.
        names: keys of ``FIRST_STAGES``.
    """
    ids = sorted(corpus)
    chunks = [
        whole_text(chunk_id(name, _NAME, 0), name, name, i, corpus[name].passage)
        for i, name in enumerate(ids)
    ]
    store = open_store()
    try:
        store.create(_NAME, encoder.dimension)
        for start in range(0, len(chunks), BATCH):
            batch = chunks[start : start + BATCH]
            vectors = encoder.encode([chunk.passage for chunk in batch])
            store.upsert(_NAME, _NAME, batch, vectors)
            advance(len(batch))
        yield [
            FirstStage(
                name=name,
                search=partial(_ranking, FIRST_STAGES[name], encoder, store),
                models=() if name == "bm25" else (encoder.info,),
            )
            for name in names
        ]
    finally:
        store.close()


def _ranking(
    first: FirstStageSettings, encoder: Encoder, store: VectorStore, query: str
) -> Ranking:
    settings = SearchSettings(top_k=DEPTH, top_n=1, first=first)
    found = find(query, settings, encoder, store, Corpus(_NAME, _NAME, (_NAME,), ""))
    scores = {c.chunk.document_id: c.score for c in found.candidates}
    ordered = {name: scores[name] for name in ranked(scores)}
    return Ranking(ordered, {"encode": found.encode_ms, "search": found.search_ms})
