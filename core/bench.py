"""What an evaluation in the background sees of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.evaluate.judgments import Judgments
from core.schema import Chunk, Comparison, ModelInfo, SearchSettings

if TYPE_CHECKING:
    from core.engine import Engine


class EngineBench:
    """Implements ``core.evaluate.evaluating.Bench`` for the engine of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def judgments(self) -> Judgments:
        """Where everything is kept."""
        return self._engine.judgments

    def compare(
        self, collection_id: str, query: str, settings: SearchSettings, quote_depth: int = 10
    ) -> Comparison:
        """Ask a question, in turn with the people who ask."""
        return self._engine.compare(collection_id, query, settings, quote_depth)

    def chunks(self, collection_id: str, document_id: str) -> list[Chunk]:
        """The chunks of a document."""
        return self._engine.chunks(collection_id, document_id)

    def corpus_version(self, collection_id: str) -> str:
        """Names the documents of a collection and how they are indexed."""
        return self._engine.library.corpus_version(collection_id)

    def model_infos(self) -> tuple[ModelInfo, ...]:
        """The models, once they are loaded."""
        encoder, cross_encoder = self._engine.models.wait()
        return encoder.info, cross_encoder.info

    def busy(self) -> bool:
        """Whether a person waits for a model now."""
        return self._engine.models.gate.waiting > 0
