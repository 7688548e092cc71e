"""Second Look without a browser: ``from core import TwoStageRetriever``."""

from core.retriever import TwoStageRetriever

__all__ = ["TwoStageRetriever"]
