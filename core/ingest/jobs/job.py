"""A job as the pages see it: a file, or a re-indexing, on its way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from core.ingest.jobs.pipeline import Progress

JobStatus = Literal["waiting", "running", "indexed", "known", "refused", "failed", "cancelled"]
FINISHED: frozenset[JobStatus] = frozenset({"indexed", "known", "refused", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Job:
    """A file (or a re-indexing) on its way, as it stands now.

    ``seconds`` counts from its start; ``reason`` and ``advice`` say why it was refused or
    failed, ``code`` is the refusal's code.
    """

    id: int
    batch: int
    kind: Literal["add", "reindex"]
    collection_id: str
    name: str
    size: int
    status: JobStatus = "waiting"
    progress: Progress = field(default_factory=lambda: Progress("parse"))
    seconds: float = 0.0
    started: float = 0.0
    document_id: str = ""
    code: str = ""
    reason: str = ""
    advice: str = ""

    @property
    def finished(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in FINISHED

    @property
    def fraction(self) -> float:
        """How far it is, 0..1: parsing is the first tenth, embedding the rest."""
        if self.finished:
            return 1.0
        if self.status == "waiting" or self.progress.stage == "parse":
            return 0.0
        if self.progress.stage == "commit":
            return 0.98
        share = self.progress.embedded / self.progress.chunks if self.progress.chunks else 0.0
        done = (self.progress.document - 1 + share) / self.progress.documents
        return 0.1 + 0.85 * done
