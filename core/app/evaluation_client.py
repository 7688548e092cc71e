"""What an evaluation sees of a home folder: searches, chunks, judgments and models."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.answer.abstention import abstains
from core.app.corpora import Corpora
from core.app.model_manager import ModelManager
from core.app.searcher import Searcher
from core.evaluate.client import EvaluationClient
from core.evaluate.configurations import Configuration
from core.evaluate.judging.judgments import Judgments
from core.models.loading import Models
from core.ports import CrossEncoder
from core.schema import Chunk, Comparison, ModelInfo
from core.search.calibration import NoiseFloor


@dataclass(frozen=True)
class LocalEvaluationClient(EvaluationClient):
    """Asks the collections of a home folder with the models of this process."""

    searcher: Searcher
    corpora: Corpora
    judgments: Judgments
    models: Models
    manager: ModelManager
    _rerankers: dict[tuple[str, str], CrossEncoder] = field(default_factory=dict)

    def compare(self, collection_id: str, query: str, configuration: Configuration) -> Comparison:
        """Ask a question, in turn with the people who ask."""
        reranker = self._reranker(configuration)
        return self.searcher.compare(
            collection_id, query, configuration.settings, reranker=reranker
        )

    def abstains(self, comparison: Comparison, configuration: Configuration) -> bool | None:
        """Whether quotes would abstain from it; None when no passage was read."""
        _, cross_encoder = self.models.wait()
        return abstains(comparison, self._reranker(configuration) or cross_encoder)

    def floor(self, collection_id: str, configuration: Configuration) -> NoiseFloor | None:
        """What off-topic questions reach there now; None as long as it was not measured."""
        infos = self.model_infos(configuration)
        return self.manager.floor(self.corpus_version(collection_id), *infos)

    def chunks(self, collection_id: str, document_id: str) -> list[Chunk]:
        """The chunks of a document."""
        return self.corpora.chunks(collection_id, document_id)

    def corpus_version(self, collection_id: str) -> str:
        """Names the documents of a collection and how they are indexed."""
        return self.corpora.library.corpus_version(collection_id)

    def model_infos(self, configuration: Configuration) -> tuple[ModelInfo, ModelInfo]:
        """The bi-encoder and the cross-encoder, once they are loaded."""
        encoder, cross_encoder = self.models.wait()
        return encoder.info, (self._reranker(configuration) or cross_encoder).info

    def release(self) -> None:
        """Let go of the models that only an evaluation used."""
        self._rerankers.clear()

    def busy(self) -> bool:
        """Whether a person waits for a model now."""
        return self.models.scheduler.waiting > 0

    def _reranker(self, configuration: Configuration) -> CrossEncoder | None:
        """Another cross-encoder than the one that is on, opened once an evaluation."""
        named = configuration.reranker, configuration.runtime
        if not any(named):
            return None
        if named not in self._rerankers:
            name = configuration.reranker or self.manager.cross_encoder_name
            runtime = configuration.runtime or None
            self._rerankers[named] = self.manager.open_cross_encoder(name, runtime)
        return self._rerankers[named]
