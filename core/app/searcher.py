"""A question put to a collection: the engine's own models, or another reranker in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.ingest.jobs.reembed import require_encoder
from core.models.scheduled import ScheduledCrossEncoder
from core.ports import CrossEncoder
from core.schema import Comparison, SearchSettings
from core.search.pipeline import Stages, compare

if TYPE_CHECKING:
    from core.app.engine import Engine


def ask(
    engine: Engine,
    collection_id: str,
    query: str,
    settings: SearchSettings,
    quote_depth: int = 10,
    other: CrossEncoder | None = None,
) -> Comparison:
    """Ask a collection a question; waits for the models when they still load.

    Args:
        other: reads the candidates in place of the cross-encoder that is on.

    Raises:
        SecondLookError: as ``Engine.compare``.
    """
    scheduler = engine.models.scheduler
    encoder, cross_encoder = engine.models.wait()
    chosen: CrossEncoder = (
        cross_encoder if other is None else ScheduledCrossEncoder(other, scheduler)
    )
    corpus = engine.corpora.corpus(collection_id, settings)
    collection = engine.library.collection(collection_id)
    require_encoder(engine.jobs, collection, corpus.revisions, encoder)
    floor = engine.model_manager.floor(corpus.version, encoder.info, chosen.info)
    stages = Stages(encoder, chosen, engine.storage.store, engine.scores, floor)
    with scheduler.searching():
        return compare(query, settings, stages, corpus, quote_depth)
