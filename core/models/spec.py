"""A model before it is loaded: what it is, where it is, and how its texts are put to it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import ModelError
from core.schema import UNCALIBRATED, Calibration

WEIGHTS = "model.safetensors"
MULTILINGUAL = "multilingual"

ModelKind = Literal["cross_encoder", "encoder"]
Origin = Literal["bundled", "package", "folder", "hub", "endpoint"]
ScoreKind = Literal["logit", "probability", "cosine"]
Api = Literal["tei", "cohere", "openai"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How to ask a server: the shape of its requests, and what goes with each.

    ``api``: ``tei`` (Text Embeddings Inference), ``cohere`` (Infinity, Jina, Cohere and others),
    ``openai`` (/v1/embeddings). ``model`` is the name it is asked for. ``key_variable`` names the
    environment variable that holds the key, so that no file need hold one.
    """

    api: Api
    model: str = ""
    key_variable: str = ""
    batch: int = 32
    timeout_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model before it is loaded.

    ``source`` is a folder, a name of the hub, or an address. ``sha256`` is empty when nobody
    vouches for the weights, ``revision`` when the newest is meant. ``languages`` are ISO 639-1
    codes, ``multilingual`` for many, none when unknown. ``parameters`` are in millions.
    """

    name: str
    source: str
    sha256: str = ""
    max_length: int = 512
    calibration: Calibration = UNCALIBRATED
    kind: ModelKind = "cross_encoder"
    origin: Origin = "folder"
    revision: str = ""
    license: str = ""
    parameters: float | None = None
    megabytes: float | None = None
    languages: tuple[str, ...] = ()
    score: ScoreKind = "logit"
    query_prompt: str = ""
    passage_prompt: str = ""
    endpoint: Endpoint | None = None

    @property
    def local(self) -> bool:
        """Whether the files are on this machine: then no network may be asked."""
        return Path(self.source).is_dir()

    @property
    def comes_with_the_project(self) -> bool:
        """Whether it needs no network and no choice of a person."""
        return self.origin in {"bundled", "package"}


def verified_hash(spec: ModelSpec) -> str:
    """The sha256 of the weights on disk; empty for a hub model (its files are in a cache).

    Raises:
        ModelError: the weights are missing, or are not the expected ones.
    """
    if not spec.local:
        if spec.sha256:
            raise ModelError(
                f"The files of {spec.name} are missing: {spec.source} is not a folder.",
                "Fetch the project again; the models folder belongs to it.",
            )
        return ""
    weights = Path(spec.source) / WEIGHTS
    if not weights.is_file():
        raise ModelError(
            f"{spec.name} has no {WEIGHTS} in {spec.source}.",
            "Choose a folder that sentence-transformers saved.",
        )
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if spec.sha256 and digest != spec.sha256:
        raise ModelError(
            f"The weights of {spec.name} are not the expected ones (sha256 {digest[:12]}…).",
            "They may be damaged or replaced: fetch the project and its requirements again.",
        )
    return digest
