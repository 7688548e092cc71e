"""The cross-encoder of the second stage, through sentence-transformers."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from core.errors import InputError, ModelError
from core.models.computation import torch_computation
from core.models.registry import spec_of
from core.models.spec import ModelSpec, verified_hash
from core.models.torch_setup import LOADABLE, import_sentence_transformers, loading
from core.schema import FloatVector, ModelInfo

BATCH = 16
TRUNCATION = {"text": {"truncation": "only_second"}}


class SentenceTransformersCrossEncoder:
    """A CrossEncoder behind a lock: its fast tokenizer must not be shared by threads."""

    def __init__(self, model: Any, info: ModelInfo) -> None:
        self.model = model
        self._info = info
        self._lock = threading.Lock()

    @property
    def info(self) -> ModelInfo:
        """Which model this is."""
        return self._info

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Raw logits, float32[len(passages)], in the order given.

        Only the end of a passage is ever cut, never the query.

        Raises:
            InputError: the query alone fills half of the model's window.
        """
        if not passages:
            return np.zeros(0, dtype=np.float32)
        import torch  # noqa: PLC0415 - loaded with the model already

        with self._lock:
            self._check_query(query)
            logits = self.model.predict(
                [(query, passage) for passage in passages],
                batch_size=BATCH,
                activation_fn=torch.nn.Identity(),
                convert_to_numpy=True,
                show_progress_bar=False,
                processing_kwargs=TRUNCATION,
            )
        return np.asarray(logits, dtype=np.float32)

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """For each passage, whether its end does not fit the model's window."""
        if not passages:
            return []
        with self._lock:
            encoded = self.model.tokenizer(
                [query] * len(passages), list(passages), truncation=False, verbose=False
            )
        return [len(ids) > self._info.max_length for ids in encoded["input_ids"]]

    def _check_query(self, query: str) -> None:
        tokens = len(self.model.tokenizer(query, truncation=False, verbose=False)["input_ids"])
        if tokens > self._info.max_length // 2:
            raise InputError(
                f"The question has {tokens} tokens; {self._info.name} reads "
                f"{self._info.max_length} for question and passage together.",
                "Ask a shorter question.",
            )


def load_cross_encoder(
    spec: ModelSpec | None = None, threads: int = 2
) -> SentenceTransformersCrossEncoder:
    """Load a cross-encoder in float32; a local one never asks the network.

    Raises:
        ModelError: the files are missing, damaged, or not those of a cross-encoder with one score.
    """
    spec = spec or spec_of("cross_encoder")
    digest = verified_hash(spec)
    library = import_sentence_transformers(threads)
    import torch  # noqa: PLC0415 - loaded by the line above

    with loading(spec.name, LOADABLE):
        model = library.CrossEncoder(
            spec.source,
            device="cpu",
            local_files_only=spec.local,
            model_kwargs={"dtype": torch.float32},
        )
    if model.num_labels != 1:
        raise ModelError(
            f"{spec.name} gives {model.num_labels} scores for a pair; reranking needs one.",
            "Choose a cross-encoder made for ranking.",
        )
    length = min(spec.max_length, int(model.max_seq_length or spec.max_length))
    info = ModelInfo(
        *(spec.name, "cross_encoder", digest, length),
        computed=torch_computation(),
        calibration=spec.calibration,
    )
    return SentenceTransformersCrossEncoder(model, info)
