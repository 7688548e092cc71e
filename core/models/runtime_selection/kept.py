"""What was measured of each model's runtimes, kept in the home folder, and starting by it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar, cast

from core.errors import InputError, ModelError, NotFound
from core.models.openvino.int8 import FOLDER, file_mark, found_recipe
from core.models.openvino.setup import fast_bf16, fast_int8, openvino_version, processor_name
from core.models.registry import ModelKind, verified_hash
from core.models.runtime import (
    FASTER,
    REFERENCE,
    ModelLocation,
    Runtime,
)
from core.models.runtime_selection.agreement import (
    AgreementFigure,
    agreement,
    read_reference,
    reference_file,
)
from core.ports import CrossEncoder, Encoder
from core.schema import ModelInfo
from core.serialize import from_json, to_json

AUTO = "auto"
RUNTIME_CHOICES = (AUTO, REFERENCE, *FASTER)
Opened = TypeVar("Opened", Encoder, CrossEncoder)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RuntimeResult:
    """One runtime on this machine; ``refused`` says why it may not be used, or is empty.

    ``per_second`` counts pairs for a cross-encoder and passages for an encoder.
    """

    runtime: str
    per_second: float = 0.0
    agreement: tuple[AgreementFigure, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class RuntimeSelection:
    """Which runtime a model has, why, and what was measured.

    ``where`` is the processor and the versions for which the figures hold. ``spread`` is how much
    longer the same work took when it was repeated: what else this machine did meanwhile.
    ``own_passages`` of a person's documents were there to check the agreement on; 0 says that it
    was checked on the samples.
    """

    model: ModelInfo
    reason: str
    results: tuple[RuntimeResult, ...] = ()
    where: str = ""
    measured_at: datetime | None = None
    spread: float = 0.0
    own_passages: int = 0

    @property
    def runtime(self) -> str:
        """The runtime that was selected."""
        return self.model.runtime


def saved_selection(location: ModelLocation) -> RuntimeSelection:
    """What was measured of a model on this machine with these versions.

    Raises:
        NotFound: nothing was, or it was another machine or another version.
        ModelError: the model's files are not there, or OpenVINO is not installed.
    """
    selection = _kept(location, verified_hash(location.spec))
    if not selection.results:
        raise NotFound("No runtime has been measured yet.")
    return selection


def _kept(location: ModelLocation, weights: str) -> RuntimeSelection:
    """What was measured of these weights here, or without results what the first start found."""
    try:
        selection = from_json(RuntimeSelection, _file(location, weights).read_bytes())
    except (OSError, InputError) as exc:
        raise NotFound("Nothing is kept of the runtimes.") from exc
    if selection.where != where(location, weights):
        raise NotFound("The runtimes were tried on another machine or with other versions.")
    return selection


def selections(home: Path) -> list[RuntimeSelection]:
    """All that are kept in a home folder, for a page to show."""
    readable = []
    for file in sorted((home / FOLDER).glob("*.json")):
        try:
            readable.append(from_json(RuntimeSelection, file.read_bytes()))
        except (OSError, InputError):
            _LOG.warning("%s is not readable and will be measured again.", file.name)
    return readable


def where(location: ModelLocation, weights: str) -> str:
    """What the figures depend on: processor, cores, versions, and the int8 recipe, if any."""
    recipe = file_mark(found_recipe(location.home, weights))
    return (
        f"{processor_name()}, {location.threads} threads, openvino {openvino_version()}, "
        f"torch {version('torch')}, int8 recipe {recipe}"
    )


def keep_selection(selection: RuntimeSelection, location: ModelLocation) -> None:
    """Keep what was measured of a model, for this machine with these versions."""
    weights = selection.model.sha256
    file = _file(location, weights)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    record = replace(selection, where=where(location, weights))
    part.write_text(to_json(record, indent=2), encoding="utf-8")
    part.replace(file)


def _file(location: ModelLocation, weights: str) -> Path:
    if not weights:
        raise NotFound(f"The hash of the weights of {location.spec.name} is unknown.")
    return location.home / FOLDER / f"{location.spec.kind}-{weights[:16]}.json"


def likely_runtimes(kind: ModelKind) -> tuple[Runtime, ...]:
    """What is likely to be fast here and exact enough, before anything is measured, best first."""
    if kind == "cross_encoder" and fast_int8():
        return "openvino-int8", "openvino-f32"
    return ("openvino-bf16", "openvino-f32") if fast_bf16() else ("openvino-f32",)


def start(
    location: ModelLocation, wanted: str, opened: Callable[[ModelLocation, Runtime], Opened]
) -> Opened:
    """The model on the runtime wanted; on torch when that one cannot be had here.

    ``auto`` means what was measured before in this home folder. Before that it is a runtime that
    agrees with what is shipped beside the bundled models (``reference``), and torch for others;
    the agreement is checked once for each home folder, machine and version.
    An encoder has no int8: with ``openvino-int8`` it has the likely runtime that is nearest.

    Raises:
        InputError: there is no such runtime.
        ModelError: the model itself cannot be loaded.
    """
    if wanted not in RUNTIME_CHOICES:
        raise InputError(
            f"SECOND_LOOK_RUNTIME is {wanted!r}.", f"Choose one of {', '.join(RUNTIME_CHOICES)}."
        )
    if wanted == "openvino-int8" and location.spec.kind == "encoder":
        wanted = likely_runtimes("encoder")[0]
    if wanted == AUTO:
        weights = verified_hash(location.spec)
        try:
            kept = _kept(location, weights)
        except NotFound:
            return _first(location, weights, opened)
        if not kept.results and kept.runtime == REFERENCE:  # it may be possible by now
            return _first(location, weights, opened)
        wanted = kept.runtime
    try:
        return opened(location, cast(Runtime, wanted))
    except ModelError as exc:
        if wanted == REFERENCE:
            raise
        return _on_torch(location, [f"{wanted} cannot be used: {exc}"], opened)


def _first(
    location: ModelLocation, weights: str, opened: Callable[[ModelLocation, Runtime], Opened]
) -> Opened:
    """The model on a runtime that agrees with its reference; on torch where it has none."""
    file = reference_file(weights)
    refused: list[str] = []
    for runtime in likely_runtimes(location.spec.kind) if file.is_file() else ():
        try:
            model = opened(location, runtime)
            figures = agreement(model, read_reference(file))
        except ModelError as exc:
            refused.append(f"{runtime} cannot be used: {exc}")
            continue
        words = ", ".join(f"{figure.name} {figure.value:.3f}" for figure in figures)
        if all(figure.passed for figure in figures):
            _keep_reason(model.info, location, [*refused, f"It agrees with torch-fp32 ({words})."])
            return model
        refused.append(f"{runtime} does not agree with torch-fp32 ({words}).")
    return _on_torch(location, refused, opened)


def _on_torch(
    location: ModelLocation,
    refused: Sequence[str],
    opened: Callable[[ModelLocation, Runtime], Opened],
) -> Opened:
    model = opened(location, REFERENCE)
    if refused:
        _LOG.warning("%s runs on %s: %s", location.spec.name, REFERENCE, " ".join(refused))
        _keep_reason(model.info, location, refused)
    return model


def _keep_reason(info: ModelInfo, location: ModelLocation, reasons: Sequence[str]) -> None:
    """For a page; without results it is no measurement, so ``auto`` makes one later."""
    if not location.home.is_dir():  # used as a library: nobody has a page here
        return
    try:
        keep_selection(RuntimeSelection(info, " ".join(reasons)), location)
    except (OSError, NotFound) as exc:
        _LOG.warning("It is not kept why %s runs on %s: %s", info.name, info.runtime, exc)
