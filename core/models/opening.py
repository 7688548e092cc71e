"""A model of any origin, ready to be used: bundled, a folder, of the hub, or on a server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.errors import InputError, ModelError
from core.home.worker import BackgroundWorker
from core.models.registry import WEIGHTS, ModelSpec, spec_of
from core.models.remote.models import RemoteCrossEncoder, RemoteEncoder
from core.models.remote.server import Record, Server
from core.models.runtime import ModelLocation
from core.models.runtime_selection.kept import start
from core.models.runtime_selection.trial import tried_cross_encoder, tried_encoder
from core.models.tokens import TokenSpans
from core.ports import CrossEncoder, Encoder
from core.schema import FloatMatrix, FloatVector, ModelInfo, sha256_hex

HUB_SECONDS = 5.0
_FILES = ("*.json", "*.txt", "*.model", WEIGHTS)  # no code, and no weights that can run code
_NEEDED = ("config.json", "tokenizer.json", WEIGHTS)
_BUNDLED = "Choose the bundled model, or a folder saved by sentence-transformers."


def cached_folder(spec: ModelSpec) -> Path | None:
    """The folder of a model that was fetched before, when all its files are there. No network."""
    from huggingface_hub import try_to_load_from_cache  # noqa: PLC0415 - hub models only
    from huggingface_hub.errors import HFValidationError  # noqa: PLC0415 - the same

    folder = None
    for name in _NEEDED:
        try:
            path = try_to_load_from_cache(spec.source, name, revision=spec.revision or None)
        except HFValidationError as exc:
            raise _refused(spec, exc) from exc
        if not isinstance(path, str):
            return None
        folder = Path(path).parent
    return folder


def here(spec: ModelSpec) -> ModelSpec:
    """The spec with the folder that it was fetched to, if it was; no network is asked."""
    if spec.origin != "hub" or spec.local:
        return spec
    try:
        folder = cached_folder(spec)
    except ModelError:  # a name that can be none of the hub's: said when it is opened
        return spec
    return spec if folder is None else replace(spec, source=str(folder))


def offline() -> bool:
    """Whether the person said that the hub must not be asked (HF_HUB_OFFLINE)."""
    from huggingface_hub import constants  # noqa: PLC0415 - hub models only

    return bool(constants.HF_HUB_OFFLINE)


def located(spec: ModelSpec, endpoint: str | None = None) -> ModelSpec:
    """The spec with a folder of this machine as its source; fetched when it is not here yet.

    Args:
        spec: a model of any origin; only one of the hub can need the network.
        endpoint: another address of the hub than the usual one.

    Raises:
        ModelError: it is not here, and the hub is off, does not answer within five
            seconds, or has no such model; or its folder is missing.
    """
    if spec.origin == "folder" and not spec.local:
        raise ModelError(
            f"The folder of {spec.name} is missing: {spec.source}.",
            f"Restore it, or remove the model from registry.toml. {_BUNDLED}",
        )
    found = here(spec)
    if found.local or spec.origin != "hub":
        return found
    if offline():
        raise ModelError(
            f"{spec.name} was never downloaded to this machine, and HF_HUB_OFFLINE forbids "
            "downloads.",
            _BUNDLED,
        )
    return replace(spec, source=str(_fetched(spec, endpoint)))


def _fetched(spec: ModelSpec, endpoint: str | None) -> Path:
    from huggingface_hub import HfApi, snapshot_download  # noqa: PLC0415 - hub models only
    from huggingface_hub.utils.tqdm import disable_progress_bars  # noqa: PLC0415 - the same

    disable_progress_bars()
    hub = HfApi(endpoint=endpoint)
    revision = spec.revision or None
    _in_time(spec, lambda: hub.model_info(spec.source, revision=revision, timeout=4.0))
    try:
        folder = snapshot_download(
            spec.source, revision=revision, endpoint=endpoint, allow_patterns=list(_FILES)
        )
    except (OSError, ValueError, RuntimeError) as exc:
        raise ModelError(
            f"The files of {spec.name} could not be downloaded from the model hub "
            f"({type(exc).__name__}).",
            f"Check the connection and the space on the disk, then try again. {_BUNDLED}",
        ) from exc
    missing = [name for name in _NEEDED if not (Path(folder) / name).is_file()]
    if missing:
        raise ModelError(
            f"{spec.name} has no {', '.join(missing)} on the model hub.",
            "Choose a model with safetensors weights and a fast tokenizer.",
        )
    return Path(folder)


def _in_time(spec: ModelSpec, ask: Callable[[], Any]) -> Any:
    """What the hub says of a model, or an error within five seconds: looking up a name can hang."""
    from huggingface_hub import errors  # noqa: PLC0415 - hub models only

    outcome: list[Any] = []

    def keep() -> None:
        try:
            outcome.append(ask())
        except (OSError, ValueError, RuntimeError, errors.HTTPError) as exc:  # type: ignore[attr-defined]
            outcome.append(exc)

    worker = BackgroundWorker("ask-hub")
    worker.put(keep)
    worker.wait(HUB_SECONDS)
    if not outcome:
        raise ModelError(
            f"{spec.name} is not on this machine, and the model hub did not answer within "
            f"{HUB_SECONDS:g} seconds.",
            f"Check the connection. {_BUNDLED}",
        )
    if isinstance(outcome[0], Exception):
        raise _refused(spec, outcome[0]) from outcome[0]
    return outcome[0]


def _refused(spec: ModelSpec, exc: Exception) -> ModelError:
    from huggingface_hub.errors import (  # noqa: PLC0415 - hub models only
        GatedRepoError,
        HFValidationError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    if isinstance(exc, GatedRepoError):
        return ModelError(
            f"{spec.name} is available only on request.",
            "Request access on its page of the hub, then log in with `hf auth login`.",
        )
    if isinstance(exc, RepositoryNotFoundError | RevisionNotFoundError | HFValidationError):
        return ModelError(
            f"There is no folder {spec.name} here, and no model of that name on the model hub.",
            "Check the name: hub names have the form owner/name.",
        )
    return ModelError(
        f"{spec.name} is not on this machine, and the model hub cannot be reached.",
        f"Check the connection. {_BUNDLED}",
    )


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
            opened = start(self._location(spec), self.runtime, tried_cross_encoder)
        return PromptedCrossEncoder(opened, spec) if _prompted(spec) else opened

    def encoder(self, spec: ModelSpec) -> Encoder:
        """Open an encoder; see ``cross_encoder``."""
        if spec.origin == "endpoint":
            spans = TokenSpans(Path(spec_of("encoder").source))
            opened: Encoder = RemoteEncoder(Server(spec, self.record), spans)
        else:
            opened = start(self._location(spec), self.runtime, tried_encoder)
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
    if here(spec).local:
        return "downloaded"
    off = "not downloaded, and the hub is off"
    return off if offline() else "not downloaded: needs the network"


def _server(spec: ModelSpec) -> str:
    try:
        return f"on the server {Server(spec).host}"
    except InputError as exc:
        return f"not usable: {exc.message}"


def usable_offline(spec: ModelSpec) -> bool:
    """Whether it can be opened without the model hub."""
    return here(spec).local or spec.origin == "endpoint"


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
