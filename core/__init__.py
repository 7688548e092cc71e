"""Second Look without a browser: ``from core import TwoStageRetriever``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.app.retriever import TwoStageRetriever

__all__ = ["TwoStageRetriever"]


def __getattr__(name: str) -> Any:
    """The retriever, loaded when it is asked for: the child that reads a PDF never is."""
    if name == "TwoStageRetriever":
        from core.app.retriever import TwoStageRetriever  # noqa: PLC0415 - numpy takes 0.2 s

        return TwoStageRetriever
    raise AttributeError(f"module 'core' has no attribute {name!r}")
