"""Measures both models' runtimes: once behind the searches at a first start, and on demand."""

from __future__ import annotations

import logging
from collections.abc import Callable
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
from core.models.runtime_selection.kept import AUTO, keep_selection, saved_selection
from core.models.runtime_selection.material import Material, OwnPassages, sample_material
from core.models.runtime_selection.selection import (
    Work,
    cross_encoder_work,
    encoder_work,
    select,
)
from core.models.scheduler import InferenceScheduler
from core.models.spec import ModelKind, ModelSpec, verified_hash
from core.ports import CrossEncoder, Encoder
from core.schema import ModelInfo

ENOUGH = 100
"""Passages of a person's own from which on the agreement is checked on them."""
Model = TypeVar("Model", Encoder, CrossEncoder)
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Measured(Generic[Model]):
    """One of both models, and what is its kind's own in a measurement."""

    kind: ModelKind
    on: Model
    location: ModelLocation
    opened: Callable[[ModelLocation, Runtime], Model]
    work: Callable[[Model, Material, InferenceScheduler], Work[Model]]
    use: Callable[[Model], None]


@dataclass(frozen=True, slots=True)
class Measuring:
    """Measures both models once they are loaded, and has the faster runtimes used.

    For ``Models(afterwards=...)``: it does nothing when a runtime is set, or was measured here
    before with the same versions. A runtime that agrees with the reference on the samples need not
    do so on other documents, so whoever measures ``again`` may give their ``own_passages``.
    """

    encoder: ModelLocation
    cross_encoder: ModelLocation
    wanted: str
    own_passages: OwnPassages | None = None

    def __call__(self, models: Models) -> None:
        """Measure what was never measured here; searches and indexing go first."""
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
        cross_encoder = _Measured(
            *("cross_encoder", models.plain_cross_encoder(), self.cross_encoder),
            *(open_cross_encoder, cross_encoder_work, models.replace_cross_encoder),
        )
        encoder = _Measured(
            *("encoder", models.plain_encoder(), self.encoder),
            *(open_encoder, encoder_work, models.replace_encoder),
        )
        try:
            measured = self._measure(models, cross_encoder, again=again)
            return self._measure(models, encoder, again=again) or measured
        finally:
            models.measuring.release()

    def _measure(self, models: Models, model: _Measured[Model], *, again: bool) -> bool:
        """Whether there was anything to measure."""
        info, location, scheduler = model.on.info, model.location, models.scheduler
        if not _has_others(info, location.spec):
            return False
        if not again and _is_measured(info, location, model.kind):
            return False
        openers: dict[str, Callable[[], Model]] = {
            name: partial(model.opened, location, name) for name in (REFERENCE, *FASTER)
        }
        openers[info.runtime] = lambda: model.on  # it is not opened twice
        material = self._material(models.wait_in_background())
        with scheduler.beside():
            reference = openers.pop(REFERENCE)()
        work = model.work(reference, material, scheduler)
        best, selection = select(reference, openers, work, scheduler)
        selection = replace(selection, own_passages=material.own_passages)
        keep_selection(selection, location, model.kind)
        if self.wanted == AUTO and best.info != info:
            model.use(best)
        return True

    def _material(self, encoder: Encoder) -> Material:
        """A person's own passages once there are enough of them, else the samples'."""
        if self.own_passages is None or self.own_passages.count() < ENOUGH:
            return sample_material(encoder)
        return self.own_passages.material(encoder)


def _has_others(info: ModelInfo, spec: ModelSpec) -> bool:
    """Whether a model that is on could have another runtime.

    Another model than the location's, one that reads prompts, and one whose weights are not known
    by hash keep the runtime that they have.
    """
    prompted = spec.query_prompt or spec.passage_prompt
    return info.name == spec.name and not prompted and bool(verified_hash(spec))


def _is_measured(info: ModelInfo, location: ModelLocation, kind: ModelKind) -> bool:
    """Whether it was, and what is on is computed as it was then."""
    try:
        model = saved_selection(location, kind).model
    except NotFound:
        return False
    return model.runtime != info.runtime or model.computed == info.computed
