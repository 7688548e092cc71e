"""A model of any origin, ready to be used: bundled, a folder, of the hub, or on a server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.errors import InputError
from core.models.hub import cached_folder, located, offline
from core.models.registry import ModelSpec, spec_of
from core.models.remote.models import RemoteCrossEncoder, RemoteEncoder
from core.models.remote.server import Record, Server
from core.models.runtime import ModelLocation
from core.models.runtime_selection.kept import start_cross_encoder, start_encoder
from core.models.torch_models import TokenSpans
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector, ModelInfo, sha256_hex


@dataclass(frozen=True, slots=True)
class ModelOpener:
    """Where models are kept and run: the home folder, threads, runtime, and the ledger's pen."""

    home: Path
    threads: int
    runtime: str
    record: Record | None = None

    def cross_encoder(self, spec: ModelSpec) -> CrossEncoder:
        """Open a cross-encoder; one of the hub is fetched if it must be.

        Raises:
            InputError: an endpoint's entry cannot be used.
            ModelError: it is not available, or cannot be loaded.
        """
        if spec.origin == "endpoint":
            opened: CrossEncoder = RemoteCrossEncoder(Server(spec, self.record))
        else:
            opened = start_cross_encoder(self._location(spec), self.runtime)
        return PromptedCrossEncoder(opened, spec) if _prompted(spec) else opened

    def encoder(self, spec: ModelSpec) -> Encoder:
        """Open an encoder; one of the hub is fetched if it must be.

        Raises:
            InputError: an endpoint's entry cannot be used.
            ModelError: it is not available, or cannot be loaded.
        """
        if spec.origin == "endpoint":
            spans = TokenSpans(Path(spec_of("encoder").source))
            opened: Encoder = RemoteEncoder(Server(spec, self.record), spans)
        else:
            opened = start_encoder(self._location(spec), self.runtime)
        return PromptedEncoder(opened, spec) if _prompted(spec) else opened

    def _location(self, spec: ModelSpec) -> ModelLocation:
        return ModelLocation(located(spec), self.home, self.threads)


def _prompted(spec: ModelSpec) -> bool:
    return bool(spec.query_prompt or spec.passage_prompt)


def availability(spec: ModelSpec) -> str:
    """Where a model is, in a few words; asks nobody.

    >>> from core.models.registry import spec_of
    >>> availability(spec_of("cross_encoder", "bundled"))
    'bundled'
    """
    if spec.comes_with_the_project:
        return "bundled"
    if spec.origin == "endpoint":
        return _server(spec)
    if spec.local or spec.origin == "folder":
        return "in a folder" if spec.local else "its folder is missing"
    if cached_folder(spec) is not None:
        return "fetched before"
    return "not here, and the hub may not be asked" if offline() else "not here: needs the network"


def _server(spec: ModelSpec) -> str:
    try:
        return f"on the server {Server(spec).host}"
    except InputError as exc:
        return f"not usable: {exc.message}"


def usable_offline(spec: ModelSpec) -> bool:
    """Whether it can be opened without the model hub."""
    if spec.origin == "hub":
        return spec.local or cached_folder(spec) is not None
    return spec.local or spec.origin == "endpoint"


def _with_prompts(info: ModelInfo, spec: ModelSpec) -> ModelInfo:
    """Another identity: vectors and scores with prompts must not meet those without."""
    parts = (info.sha256 or info.name, spec.query_prompt, spec.passage_prompt)
    return replace(info, sha256=sha256_hex("\n".join(parts).encode()))


class PromptedEncoder:
    """An ``Encoder`` that puts the model's prompts before what it reads.

    Example: multilingual-e5 reads ``query: who pays?`` and ``passage: The company pays.``
    """

    def __init__(self, encoder: Encoder, spec: ModelSpec) -> None:
        self._encoder = encoder
        self._query, self._passage = spec.query_prompt, spec.passage_prompt
        self.info = _with_prompts(encoder.info, spec)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._encoder.dimension

    def encode(self, texts: Sequence[str]) -> FloatMatrix:
        """Unit vectors of passages, float32[len(texts), dimension]."""
        return self._encoder.encode([self._passage + text for text in texts])

    def encode_query(self, query: str) -> FloatVector:
        """Unit vector of a question, float32[dimension]."""
        return self._encoder.encode_query(self._query + query)

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Spans of the text alone: the prompt's few tokens are not part of it."""
        return self._encoder.token_spans(text)


class PromptedCrossEncoder:
    """A ``CrossEncoder`` that puts the model's prompts before question and passage."""

    def __init__(self, cross_encoder: CrossEncoder, spec: ModelSpec) -> None:
        self._cross_encoder = cross_encoder
        self._query, self._passage = spec.query_prompt, spec.passage_prompt
        self.info = _with_prompts(cross_encoder.info, spec)

    def score(self, query: str, passages: Sequence[str]) -> FloatVector:
        """Raw logits, float32[len(passages)], in the order given."""
        return self._cross_encoder.score(self._query + query, self._put(passages))

    def truncated(self, query: str, passages: Sequence[str]) -> list[bool]:
        """For each passage, whether its end does not fit the model's window."""
        return self._cross_encoder.truncated(self._query + query, self._put(passages))

    def _put(self, passages: Sequence[str]) -> list[str]:
        return [self._passage + passage for passage in passages]
