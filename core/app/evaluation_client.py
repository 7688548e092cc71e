"""What an evaluation in the background sees of an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.app.abstention_cases import quotes_speak
from core.app.searcher import ask
from core.evaluate.evaluating import ON, ReadBy
from core.evaluate.judging.judgments import Judgments
from core.ports import CrossEncoder
from core.schema import Chunk, Comparison, ModelInfo, SearchSettings
from core.search.calibration import NoiseFloor

if TYPE_CHECKING:
    from core.app.engine import Engine


class EngineEvaluationClient:
    """Implements ``core.evaluate.evaluating.EvaluationClient`` for the engine of this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._readers: dict[ReadBy, CrossEncoder] = {}

    @property
    def judgments(self) -> Judgments:
        """Where everything is kept."""
        return self._engine.judgments

    def compare(
        self, collection_id: str, query: str, settings: SearchSettings, read_by: ReadBy = ON
    ) -> Comparison:
        """Ask a question, in turn with the people who ask."""
        other = self._other(read_by)
        if other is None:
            return self._engine.compare(collection_id, query, settings, 1)
        return ask(self._engine, collection_id, query, settings, 1, other)

    def speaks(self, comparison: Comparison, read_by: ReadBy = ON) -> bool | None:
        """Whether quotes would speak about it; None when no passage was read."""
        _, cross_encoder = self._engine.models.wait()
        return quotes_speak(comparison, self._other(read_by) or cross_encoder)

    def floor(self, collection_id: str, read_by: ReadBy = ON) -> NoiseFloor | None:
        """What off-topic questions reach there now; None as long as it was not measured."""
        infos = self.model_infos(read_by)
        return self._engine.model_manager.floor(self.corpus_version(collection_id), *infos)

    def chunks(self, collection_id: str, document_id: str) -> list[Chunk]:
        """The chunks of a document."""
        return self._engine.chunks(collection_id, document_id)

    def corpus_version(self, collection_id: str) -> str:
        """Names the documents of a collection and how they are indexed."""
        return self._engine.library.corpus_version(collection_id)

    def model_infos(self, read_by: ReadBy = ON) -> tuple[ModelInfo, ModelInfo]:
        """The bi-encoder and the cross-encoder, once they are loaded."""
        encoder, cross_encoder = self._engine.models.wait()
        return encoder.info, (self._other(read_by) or cross_encoder).info

    def release(self) -> None:
        """Let go of the models that only an evaluation used."""
        self._readers.clear()

    def busy(self) -> bool:
        """Whether a person waits for a model now."""
        return self._engine.models.scheduler.waiting > 0

    def _other(self, read_by: ReadBy) -> CrossEncoder | None:
        """Another cross-encoder than the one that is on, opened once an evaluation."""
        if read_by == ON:
            return None
        if read_by not in self._readers:
            manager = self._engine.model_manager
            name = read_by.reranker or manager.cross_encoder_name
            self._readers[read_by] = manager.open_cross_encoder(name, read_by.runtime or None)
        return self._readers[read_by]
