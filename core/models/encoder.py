"""The bi-encoder of the first stage, through sentence-transformers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from core.models.computation import torch_computation
from core.models.registry import spec_of
from core.models.spec import ModelSpec, verified_hash
from core.models.torch_setup import LOADABLE, import_sentence_transformers, loading
from core.schema import FloatMatrix, FloatVector, ModelInfo

BATCH = 16


class TokenSpans:
    """Character spans of a text's tokens, from the tokenizer file alone (no torch needed)."""

    def __init__(self, folder: Path) -> None:
        from tokenizers import Tokenizer  # noqa: PLC0415 - only who cuts text needs it

        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def __call__(self, text: str) -> list[tuple[int, int]]:
        """Spans in order, end exclusive, special tokens left out."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        return [(int(start), int(end)) for start, end in encoding.offsets]


class SentenceTransformerEncoder:
    """A SentenceTransformer behind a lock: its fast tokenizer must not be shared by threads."""

    def __init__(self, model: Any, info: ModelInfo, token_spans: TokenSpans) -> None:
        self.model = model
        self._info = info
        self._token_spans = token_spans
        self._lock = threading.Lock()

    @property
    def info(self) -> ModelInfo:
        """Which model this is."""
        return self._info

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.model.get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors, float32[len(texts), dimension]."""
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            vectors = self.model.encode(
                list(texts),
                batch_size=BATCH,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]; without a prompt it is as of a passage."""
        vector: FloatVector = self.encode([query])[0]
        return vector

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character span of every token of ``text``, special tokens left out."""
        return self._token_spans(text)


def load_encoder(spec: ModelSpec | None = None, threads: int = 2) -> SentenceTransformerEncoder:
    """Load an encoder; a local one never asks the network.

    Raises:
        ModelError: the files are missing, damaged, or not those of an encoder.
    """
    spec = spec or spec_of("encoder")
    digest = verified_hash(spec)
    library = import_sentence_transformers(threads)
    with loading(spec.name, LOADABLE):
        model = library.SentenceTransformer(
            spec.source, device="cpu", local_files_only=spec.local, trust_remote_code=False
        )
        model.max_seq_length = spec.max_length
        spans = TokenSpans(Path(spec.source))
    length = int(model.max_seq_length)
    info = ModelInfo(spec.name, "encoder", digest, length, computed=torch_computation())
    return SentenceTransformerEncoder(model, info, spans)
