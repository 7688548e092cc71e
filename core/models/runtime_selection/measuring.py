"""Measures both models' runtimes behind the searches, and has the fastest that passed used."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Generic, TypeVar

from core.errors import ModelError, NotFound, SecondLookError, Stopping
from core.models.loading import Models
from core.models.runtime import (
    FASTER,
    REFERENCE,
    ModelLocation,
    Runtime,
    open_cross_encoder,
    open_encoder,
)
from core.models.runtime_selection.kept_runtimes import Kind, keep_choice, saved_choice
from core.models.runtime_selection.probe import Material, OwnPassages, sample_material
from core.models.runtime_selection.selection import (
    Agreement,
    Opener,
    RuntimeChoice,
    cross_encoder_agreement,
    encoder_agreement,
    tune_cross_encoder,
    tune_encoder,
)
from core.models.runtime_selection.starting import AUTO
from core.models.scheduler import InferenceScheduler
from core.models.spec import verified_hash
from core.ports import CrossEncoder, Encoder
from core.schema import ModelInfo

TRIES = 3
"""So often in a row runtimes are measured by themselves when the times were not clear."""
ENOUGH = 100
"""Passages of a person's own from which on the agreement is checked on them."""
GROWN = 3
"""Checked again when there are so many times the passages."""
Model = TypeVar("Model", Encoder, CrossEncoder)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Side(Generic[Model]):
    """One of both models, and what is its kind's own in a measurement.

    ``agreement`` and ``tune`` take the reference first; ``use`` puts a runtime into use.
    """

    kind: Kind
    on: Model
    place: ModelLocation
    opened: Callable[[ModelLocation, Runtime], Model]
    agreement: Callable[[Model, Material, InferenceScheduler], Agreement[Model]]
    tune: Callable[
        [Model, Mapping[str, Opener[Model]], Material, InferenceScheduler],
        tuple[Model, RuntimeChoice],
    ]
    use: Callable[[Model], None]


@dataclass(frozen=True, slots=True)
class Measuring:
    """Measures both models once they are loaded, and has the faster ones used.

    For ``Models(afterwards=...)``, and for who looks later whether something is due. It does
    nothing when a runtime is set, or was measured before and nothing has changed. After unclear
    times it measures again, at most ``TRIES`` times in a row.

    A runtime that agrees with the reference on the samples need not do so on other documents. So
    the agreement is checked again once a person has ``ENOUGH`` passages, and whenever there are
    ``GROWN`` times as many as at the last check.
    """

    encoder: ModelLocation
    cross_encoder: ModelLocation
    wanted: str
    own: OwnPassages | None = None

    def __call__(self, models: Models) -> None:
        """Measure what is due; searches and indexing go first."""
        if self.wanted != AUTO:
            return
        try:
            self._both(models, again=False)
        except Stopping:
            _LOG.info("The runtimes are measured at the next start.")
        except SecondLookError as exc:
            _LOG.warning("The runtimes were not measured: %s", exc)

    def due(self, models: Models) -> bool:
        """Whether a call now would measure anything.

        Raises:
            SecondLookError: a model could not be loaded, or the documents not be counted.
        """
        if self.wanted != AUTO:
            return False
        on = models.plain_encoder().info, models.plain_cross_encoder().info
        return self._due(on[0], self.encoder, "encoder") or self._due(
            on[1], self.cross_encoder, "cross_encoder"
        )

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
            measured = self._measure(models, self._cross_encoder_of(models), again=again)
            return self._measure(models, self._encoder_of(models), again=again) or measured
        finally:
            models.measuring.release()

    def _measure(self, models: Models, side: _Side[Model], *, again: bool) -> bool:
        """Whether it was due."""
        on, place, kind, scheduler = side.on, side.place, side.kind, models.scheduler
        if not self._due(on.info, place, kind, again=again):
            return False
        opened = _openers(on, place, side.opened)
        material = self._material(models.wait_in_background())
        with scheduler.beside():
            reference = opened.pop(REFERENCE)()
        best, choice = on, None if again else _known(side, reference, material, scheduler)
        if choice is None:
            best, choice = side.tune(reference, opened, material, scheduler)
        keep_choice(_counted(replace(choice, of=material.of), place, kind), place, kind)
        if self.wanted == AUTO and best.info != on.info:
            side.use(best)
        return True

    def _cross_encoder_of(self, models: Models) -> _Side[CrossEncoder]:
        return _Side(
            "cross_encoder",
            models.plain_cross_encoder(),
            self.cross_encoder,
            open_cross_encoder,
            lambda model, material, scheduler: cross_encoder_agreement(
                model, material.groups, scheduler
            ),
            lambda model, others, material, scheduler: tune_cross_encoder(
                model, others, material.groups, scheduler
            ),
            models.replace_cross_encoder,
        )

    def _encoder_of(self, models: Models) -> _Side[Encoder]:
        return _Side(
            "encoder",
            models.plain_encoder(),
            self.encoder,
            open_encoder,
            lambda model, material, scheduler: encoder_agreement(model, material.texts, scheduler),
            lambda model, others, material, scheduler: tune_encoder(
                model, others, material.texts, scheduler
            ),
            models.replace_encoder,
        )

    def _material(self, encoder: Encoder) -> Material:
        """A person's own passages once there are enough of them, else the samples'."""
        if self.own is None or self.own.count() < ENOUGH:
            return sample_material(encoder)
        return self.own.material(encoder)

    def _due(
        self, info: ModelInfo, place: ModelLocation, kind: Kind, *, again: bool = False
    ) -> bool:
        """Whether a model is to be measured: it never was, or by other versions, or on too little.

        Another model than the place's, one that reads prompts, and one whose weights are not known
        by hash keep their runtime.
        """
        spec = place.spec
        if info.name != spec.name or spec.query_prompt or spec.passage_prompt:
            return False
        if not verified_hash(spec):
            return False
        if again:
            return True
        try:
            choice = saved_choice(place, kind)
        except NotFound:
            return info.runtime == REFERENCE
        of_another = choice.runtime == info.runtime and choice.model.computed != info.computed
        return of_another or _unclear(choice) or self._outgrown(choice)

    def _outgrown(self, choice: RuntimeChoice) -> bool:
        there = 0 if self.own is None else self.own.count()
        return there >= ENOUGH and there >= GROWN * choice.of


def _openers(
    on: Model, place: ModelLocation, opened: Callable[[ModelLocation, Runtime], Model]
) -> dict[str, Opener[Model]]:
    """How to have each runtime, the reference first; the one that is on is not opened twice."""
    names: tuple[Runtime, ...] = (REFERENCE, *FASTER)
    found: dict[str, Opener[Model]] = {name: partial(opened, place, name) for name in names}
    return found | {on.info.runtime: lambda: on}


def _known(
    side: _Side[Model], reference: Model, material: Material, scheduler: InferenceScheduler
) -> RuntimeChoice | None:
    """The choice of before with its agreement here, where only the documents are new.

    None when the runtime that is on was not chosen by it, or does not agree here: then all are
    measured, which takes ten times as long.
    """
    try:
        choice = saved_choice(side.place, side.kind)
    except NotFound:
        return None
    on = side.on.info
    if choice.model != on or _unclear(choice):
        return None
    if on.runtime == REFERENCE:
        return choice
    measures = side.agreement(reference, material, scheduler)(side.on)
    if not all(measure.passed for measure in measures):
        return None
    trials = (
        replace(trial, measures=measures) if trial.runtime == on.runtime else trial
        for trial in choice.trials
    )
    return replace(choice, trials=tuple(trials))


def _unclear(choice: RuntimeChoice) -> bool:
    """Whether its times were not clear, and may be taken again."""
    return not choice.settled and choice.tries < TRIES


def _counted(choice: RuntimeChoice, place: ModelLocation, kind: Kind) -> RuntimeChoice:
    """The choice with how many measurements in a row were unclear."""
    try:
        before = saved_choice(place, kind).tries
    except NotFound:
        before = 0
    return replace(choice, tries=0 if choice.settled else before + 1)
