"""Two-stage retrieval over plain strings, in three lines of Python."""

from __future__ import annotations

import uuid
import weakref
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.errors import InputError
from core.ports import CrossEncoder, Encoder
from core.schema import Chunk, Comparison, SearchSettings, chunk_id, sha256_hex
from core.settings import Settings

_COLLECTION = "documents"


class TwoStageRetriever:
    """A bi-encoder finds candidates, a cross-encoder reorders them.

    >>> retriever = TwoStageRetriever()  # doctest: +SKIP
    >>> docs = ["Self-approval is forbidden.", "Reports are due on Friday."]
    >>> retriever.index(docs)  # doctest: +SKIP
    >>> retriever.search("May I approve my own?", top_k=10, top_n=1)  # doctest: +SKIP
    [(4.3..., 'Self-approval is forbidden.')]

    Args:
        bi_model: ``bundled``, a local folder, a hub name, or anything that is an ``Encoder``.
        cross_model: the same for the ``CrossEncoder``.
        threads: torch's thread count.
        runtime: what computes both models. With ``auto`` it is the one that was measured in
            ``home``, which the page and the command line of that folder use too.
        home: the home folder that ``auto`` looks into; nothing is written there.
    """

    def __init__(
        self,
        bi_model: str | Encoder = "bundled",
        cross_model: str | CrossEncoder = "bundled",
        threads: int = 2,
        runtime: str = "auto",
        home: Path | None = None,
    ) -> None:
        from core.models.opening import ModelOpener  # noqa: PLC0415 - the same
        from core.models.registry import spec_of  # noqa: PLC0415 - the same
        from core.store.opening import open_store  # noqa: PLC0415 - keeps `import core` fast

        opener = ModelOpener(home or Settings().home, threads, runtime)

        self._encoder: Encoder = (
            opener.encoder(spec_of("encoder", bi_model)) if isinstance(bi_model, str) else bi_model
        )
        self._cross_encoder: CrossEncoder = (
            opener.cross_encoder(spec_of("cross_encoder", cross_model))
            if isinstance(cross_model, str)
            else cross_model
        )
        self._store = open_store()
        weakref.finalize(self, self._store.close)  # its folder is temporary
        self._store.create(_COLLECTION, self._encoder.dimension)
        self._revisions: list[str] = []
        self._count = 0

    def index(self, docs: Sequence[str]) -> None:
        """Add texts, each as one passage; call it again to add more.

        Raises:
            InputError: a text is empty.
        """
        if any(not text.strip() for text in docs):
            raise InputError("An empty text cannot be indexed.", "Leave it out.")
        revision = uuid.uuid4().hex
        chunks = [_chunk(text, self._count + i) for i, text in enumerate(docs)]
        vectors = self._encoder.encode([piece.passage for piece in chunks])
        self._store.upsert(_COLLECTION, revision, chunks, vectors)
        self._revisions.append(revision)
        self._count += len(chunks)

    def compare(
        self,
        query: str,
        top_k: int = 50,
        top_n: int = 5,
        settings: SearchSettings | None = None,
    ) -> Comparison:
        """Both lists, with every score and rank delta; see ``Comparison``.

        Args:
            query: the question.
            top_k: candidates.
            top_n: passages used.
            settings: everything else that the page offers (hybrid search, blend, cascade, ...).

        Raises:
            InputError: the question is empty or too long, or a number is out of range.
        """
        from core.search.first_stage import Corpus  # noqa: PLC0415 - fast import
        from core.search.pipeline import Stages, compare  # noqa: PLC0415 - the same

        settings = replace(settings or SearchSettings(), top_k=top_k, top_n=top_n)
        corpus = Corpus(_COLLECTION, _COLLECTION, tuple(self._revisions), "in-memory")
        stages = Stages(self._encoder, self._cross_encoder, self._store)
        return compare(query, settings, stages, corpus)

    def search(
        self,
        query: str,
        top_k: int = 50,
        top_n: int = 5,
        settings: SearchSettings | None = None,
    ) -> list[tuple[float, str]]:
        """The ``top_n`` best of ``top_k`` candidates as (raw logit, text), best first.

        A passage that the settings left unread has no logit, and is left out.
        """
        comparison = self.compare(query, top_k, top_n, settings)
        best = comparison.reranked[:top_n]
        return [(item.logit, item.chunk.text) for item in best if item.logit is not None]


def _chunk(text: str, ordinal: int) -> Chunk:
    document = sha256_hex(text.encode())
    id_ = chunk_id(document, "text", ordinal)
    name = f"text {ordinal + 1}"
    return Chunk(id_, document, name, ordinal, 0, 0, 0, len(text), text, tokens=0)
