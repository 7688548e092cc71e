"""Both models on the runtime that is set, or on the fastest one that passed here before."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Literal, TypeVar, cast

from core.errors import InputError, ModelError, NotFound, SecondLookError, Stopping
from core.ports import CrossEncoder, Encoder
from core.rank.graphs import FOLDER
from core.rank.int8 import file_mark, recipe_file
from core.rank.loading import Models
from core.rank.models import MODELS_FOLDER
from core.rank.openvino_setup import openvino_version, processor_name
from core.rank.probe import grouped, sample_texts
from core.rank.runtimes import (
    FASTER,
    REFERENCE,
    Place,
    Runtime,
    open_cross_encoder,
    open_encoder,
)
from core.rank.spec import verified_hash
from core.rank.tuning import RuntimeChoice, tune_cross_encoder, tune_encoder
from core.schema import ModelInfo
from core.serialize import from_json, to_json

AUTO = "auto"
TRIES = 3
"""So often in a row runtimes are measured by themselves when the times were not clear."""
RUNTIME_CHOICES = (AUTO, REFERENCE, *FASTER)
Kind = Literal["encoder", "cross_encoder"]
Model = TypeVar("Model", Encoder, CrossEncoder)
_LOG = logging.getLogger(__name__)


def start_cross_encoder(place: Place, wanted: str) -> CrossEncoder:
    """The cross-encoder on the runtime wanted; on torch when that one cannot be had here.

    ``auto`` means what was measured before in this home folder, else torch until it is measured.

    Raises:
        ModelError: the model itself cannot be loaded.
    """
    return _start(place, wanted, "cross_encoder", open_cross_encoder)


def start_encoder(place: Place, wanted: str) -> Encoder:
    """The encoder on the runtime wanted; see ``start_cross_encoder``.

    Raises:
        ModelError: the model itself cannot be loaded.
    """
    return _start(place, wanted, "encoder", open_encoder)


def saved_choice(place: Place, kind: Kind) -> RuntimeChoice:
    """What was measured of a model on this machine with these versions.

    Raises:
        NotFound: nothing was, or it was another machine or another version.
        ModelError: the model's files are not there, or OpenVINO is not installed.
    """
    try:
        choice = from_json(RuntimeChoice, _choice_file(place, kind).read_bytes())
    except (OSError, InputError) as exc:
        raise NotFound("No runtime was measured yet.") from exc
    if not choice.trials or choice.where != where(place):
        raise NotFound("The runtimes were measured on another machine or with other versions.")
    return choice


def choices(home: Path) -> list[RuntimeChoice]:
    """All choices that are kept in a home folder, for a page to show."""
    found = []
    for file in sorted((home / FOLDER).glob("*.json")):
        try:
            found.append(from_json(RuntimeChoice, file.read_bytes()))
        except (OSError, InputError):
            _LOG.warning("%s is not readable and will be measured again.", file.name)
    return found


def where(place: Place) -> str:
    """What the figures depend on: processor, cores, versions, and the int8 recipe, if any."""
    made = file_mark(recipe_file(MODELS_FOLDER, verified_hash(place.spec)))
    return (
        f"{processor_name()}, {place.threads} threads, openvino {openvino_version()}, "
        f"torch {version('torch')}, int8 recipe {made}"
    )


@dataclass(frozen=True, slots=True)
class Measuring:
    """Measures both models once they are loaded, and has the faster ones used.

    For ``Models(afterwards=...)``. It does nothing when a runtime is set, or was measured before
    and the times were clear. After unclear ones it measures again at the next starts, at most
    ``TRIES`` times in all.
    """

    encoder: Place
    cross_encoder: Place
    wanted: str

    def __call__(self, models: Models) -> None:
        """Measure what is not settled; searches and indexing go first."""
        if self.wanted != AUTO:
            return
        try:
            self._both(models, again=False)
        except Stopping:
            _LOG.info("The runtimes are measured at the next start.")
        except SecondLookError as exc:
            _LOG.warning("The runtimes were not measured: %s", exc)

    def again(self, models: Models) -> None:
        """Measure both, whatever was measured before; use the faster ones unless one is set.

        Raises:
            SecondLookError: a model failed, they are being measured now, or have one runtime only.
        """
        if not self._both(models, again=True):
            raise ModelError(
                "These models have no other runtimes.",
                "Only models in a folder on this machine that read no prompts have.",
            )

    def _both(self, models: Models, *, again: bool) -> bool:
        """Whether there was anything to measure."""
        if not models.measuring.acquire(blocking=False):
            raise ModelError("The runtimes are being measured now.", "Wait until they are.")
        try:
            measured = self._cross_encoder(models, again=again)
            return self._encoder(models, again=again) or measured
        finally:
            models.measuring.release()

    def _cross_encoder(self, models: Models, *, again: bool) -> bool:
        on, place = models.plain_cross_encoder(), self.cross_encoder
        if not _due(on.info, place, "cross_encoder", again=again):
            return False
        opened = _openers(on, place, open_cross_encoder)
        groups = grouped(*sample_texts(), models.wait_in_background())
        with models.gate.beside():
            reference = opened.pop(REFERENCE)()
        best, choice = tune_cross_encoder(reference, opened, groups, models.gate)
        keep_choice(_counted(choice, place, "cross_encoder"), place, "cross_encoder")
        if self.wanted == AUTO and best.info != on.info:
            models.replace_cross_encoder(best)
        return True

    def _encoder(self, models: Models, *, again: bool) -> bool:
        on, place = models.plain_encoder(), self.encoder
        if not _due(on.info, place, "encoder", again=again):
            return False
        opened = _openers(on, place, open_encoder)
        questions, passages = sample_texts()
        with models.gate.beside():
            reference = opened.pop(REFERENCE)()
        best, choice = tune_encoder(reference, opened, [*questions, *passages], models.gate)
        keep_choice(_counted(choice, place, "encoder"), place, "encoder")
        if self.wanted == AUTO and best.info != on.info:
            models.replace_encoder(best)
        return True


def _openers(
    on: Model, place: Place, opened: Callable[[Place, Runtime], Model]
) -> dict[str, Callable[[], Model]]:
    """How to have each runtime, the reference first; the one that is on is not opened twice."""
    names: tuple[Runtime, ...] = (REFERENCE, *FASTER)
    found: dict[str, Callable[[], Model]] = {name: partial(opened, place, name) for name in names}
    return found | {on.info.runtime: lambda: on}


def _due(info: ModelInfo, place: Place, kind: Kind, *, again: bool) -> bool:
    """Whether a model is to be measured: it never was, by other versions, or without a result.

    Another model than the place's, and one that reads prompts, keep their runtime.
    """
    spec = place.spec
    if info.name != spec.name or spec.query_prompt or spec.passage_prompt:
        return False
    if again:
        return True
    try:
        choice = saved_choice(place, kind)
    except NotFound:
        return info.runtime == REFERENCE
    of_another = choice.runtime == info.runtime and choice.model.computed != info.computed
    return of_another or not (choice.settled or choice.tries >= TRIES)


def _counted(choice: RuntimeChoice, place: Place, kind: Kind) -> RuntimeChoice:
    """The choice with how many measurements in a row were unclear."""
    try:
        before = saved_choice(place, kind).tries
    except NotFound:
        before = 0
    return replace(choice, tries=0 if choice.settled else before + 1)


def keep_choice(choice: RuntimeChoice, place: Place, kind: Kind) -> None:
    """Keep what was measured of a model, for this machine with these versions."""
    file = _choice_file(place, kind)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(to_json(replace(choice, where=where(place)), indent=2), encoding="utf-8")
    part.replace(file)


def _choice_file(place: Place, kind: Kind) -> Path:
    weights = verified_hash(place.spec)
    if not weights:
        raise NotFound(f"The weights of {place.spec.name} are not known by hash.")
    return place.home / FOLDER / f"{kind}-{weights[:16]}.json"


def _start(
    place: Place, wanted: str, kind: Kind, opened: Callable[[Place, Runtime], Model]
) -> Model:
    if wanted not in RUNTIME_CHOICES:
        raise InputError(
            f"SECOND_LOOK_RUNTIME is {wanted!r}.", f"Choose one of {', '.join(RUNTIME_CHOICES)}."
        )
    try:
        runtime = saved_choice(place, kind).runtime if wanted == AUTO else wanted
        return opened(place, cast(Runtime, runtime))
    except NotFound:
        return opened(place, REFERENCE)
    except ModelError as exc:
        if wanted == REFERENCE:
            raise
        model = opened(place, REFERENCE)
        _LOG.warning("%s runs on %s: %s", place.spec.name, REFERENCE, exc)
        return _explained(model, place, kind, exc, wanted)


def _explained(model: Model, place: Place, kind: Kind, why: ModelError, wanted: str) -> Model:
    """Keep the reason for a page; a record without trials is no measurement, so auto makes one."""
    if wanted != AUTO:
        keep_choice(RuntimeChoice(model.info, f"{wanted} cannot be used: {why}"), place, kind)
    return model
