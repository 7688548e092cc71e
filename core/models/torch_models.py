"""The models on torch, through sentence-transformers; only here is torch told anything."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ModelError
from core.models.registry import MOST_TOKENS, ModelSpec, spec_of, verified_hash
from core.models.tokens import TokenSpans, check_query
from core.schema import FloatMatrix, FloatVector, ModelInfo

BATCH = 16
TRUNCATION = {"text": {"truncation": "only_second"}}
LOADABLE = "Choose the bundled model, or a folder saved by sentence-transformers."


def import_sentence_transformers(threads: int) -> Any:
    """The library, with torch's thread count set and the tokenizers' own threads off.

    Tokenizers that fork their own pool beside torch's threads warn and slow both down. OpenMP's
    threads sleep while they wait: spinning, they take the cores from the browser's requests and
    from each other (24 pairs beside other work on two cores: 4.1 s spinning, 2.3 s sleeping).
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import sentence_transformers  # noqa: PLC0415 - seconds that `import core` should not pay
    import torch  # noqa: PLC0415 - the same
    from transformers.utils import logging  # noqa: PLC0415 - the same

    logging.disable_progress_bar()
    logging.set_verbosity_error()  # its advice is for those who train models

    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
    return sentence_transformers


def torch_computation() -> str:
    """The versions that decide torch's digits, for example ``torch 2.9.0, transformers 4.57.1``."""
    return f"torch {version('torch')}, transformers {version('transformers')}"


@contextmanager
def loading(what: str, advice: str) -> Iterator[None]:
    """Load something through sentence-transformers or transformers.

    Raises:
        ModelError: it could not be loaded.
    """
    try:
        yield
    except Exception as exc:  # for a folder of another layout the libraries raise all kinds
        raise ModelError(f"{what} could not be loaded ({type(exc).__name__}).", advice) from exc


class SentenceTransformerEncoder:
    """A SentenceTransformer behind a lock: its fast tokenizer must not be shared by threads."""

    def __init__(
        self, model: Any, info: ModelInfo, token_spans: TokenSpans, prompt: str | None = None
    ) -> None:
        """``prompt`` stands before all texts in place of those that the folder names."""
        self.model = model
        self.info = info
        self.token_spans = token_spans
        self._prompt = prompt
        self._lock = threading.Lock()

    @cached_property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self.model.get_embedding_dimension())

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors of passages, float32[len(texts), dimension]."""
        return self._vectors(self.model.encode_document, texts)

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]; without a prompt it is as of a passage."""
        vector: FloatVector = self._vectors(self.model.encode_query, [query])[0]
        return vector

    def _vectors(self, encode: Any, texts: Sequence[str]) -> FloatMatrix:
        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        with self._lock:
            vectors = encode(
                list(texts),
                prompt=self._prompt,
                batch_size=BATCH,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)


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
        if spec.max_length:
            model.max_seq_length = spec.max_length
        spans = TokenSpans(Path(spec.source))
        length = int(min(model.max_seq_length or MOST_TOKENS, MOST_TOKENS))
    info = ModelInfo(spec.name, "encoder", digest, length, computed=torch_computation())
    prompted = spec.query_prompt or spec.passage_prompt  # put before the texts by who opens it
    return SentenceTransformerEncoder(model, info, spans, "" if prompted else None)


class SentenceTransformersCrossEncoder:
    """A CrossEncoder behind a lock: its fast tokenizer must not be shared by threads."""

    def __init__(self, model: Any, info: ModelInfo) -> None:
        self.model = model
        self.info = info
        self._lock = threading.Lock()

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
            ids = self.model.tokenizer(query, truncation=False, verbose=False)["input_ids"]
            check_query(len(ids), self.info.max_length)
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
        return [len(ids) > self.info.max_length for ids in encoded["input_ids"]]


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
        length = int(min(spec.max_length or MOST_TOKENS, model.max_seq_length or MOST_TOKENS))
        if spec.max_length:
            model.max_seq_length = length
    if model.num_labels != 1:
        raise ModelError(
            f"{spec.name} gives {model.num_labels} scores for a pair; reranking needs one.",
            "Choose a cross-encoder trained for ranking.",
        )
    info = ModelInfo(
        *(spec.name, "cross_encoder", digest, length),
        computed=torch_computation(),
        calibration=spec.calibration,
    )
    return SentenceTransformersCrossEncoder(model, info)


_ADVICE = (
    "Set SECOND_LOOK_NLI to the folder of a natural language inference model, for example "
    "cross-encoder/nli-deberta-v3-base, or leave it empty: then only rules look for contradictions."
)


def contradiction_class(labels: Mapping[int, str]) -> int:
    """Which class of a model means that two texts contradict each other.

    Raises:
        ModelError: none does, or more than one.

    >>> contradiction_class({0: "ENTAILMENT", 1: "NEUTRAL", 2: "CONTRADICTION"})
    2
    """
    classes = [number for number, label in labels.items() if "contradict" in str(label).lower()]
    if len(classes) != 1 or len(labels) < 2:
        raise ModelError(
            f"Its classes are {', '.join(map(str, labels.values()))}: none is contradiction.",
            _ADVICE,
        )
    return classes[0]


class NliCrossEncoder:
    """Behind a lock: its fast tokenizer must not be shared by threads."""

    def __init__(self, model: Any, name: str) -> None:
        self.name = name
        self._model = model
        self._class = contradiction_class(model.config.id2label)
        self._lock = threading.Lock()

    def contradiction(self, pairs: Sequence[tuple[str, str]]) -> FloatVector:
        """How sure it is that the second text contradicts the first: float32[len(pairs)], 0..1."""
        if not pairs:
            return np.zeros(0, dtype=np.float32)
        with self._lock:
            chances = self._model.predict(
                list(pairs), batch_size=BATCH, apply_softmax=True, show_progress_bar=False
            )
        return np.asarray(chances, dtype=np.float32)[:, self._class]


def load_nli(folder: str, threads: int = 2) -> NliCrossEncoder:
    """Load the model of a folder; the network is never asked.

    Raises:
        ModelError: the folder, its weights or its class of contradictions are not there.
    """
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise ModelError(f"SECOND_LOOK_NLI is {folder}, which is not a folder.", _ADVICE)
    verified_hash(ModelSpec(path.name, str(path)))
    library = import_sentence_transformers(threads)
    with loading(path.name, _ADVICE):
        model = library.CrossEncoder(str(path), device="cpu", local_files_only=True)
    return NliCrossEncoder(model, path.name)
