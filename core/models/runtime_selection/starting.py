"""Both models on the runtime that is set, or on the fastest one that passed here before."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar, cast

from core.errors import InputError, ModelError, NotFound
from core.models.runtime import (
    FASTER,
    REFERENCE,
    ModelLocation,
    Runtime,
    open_cross_encoder,
    open_encoder,
)
from core.models.runtime_selection.kept_runtimes import Kind, keep_choice, saved_choice
from core.models.runtime_selection.selection import RuntimeChoice
from core.ports import CrossEncoder, Encoder

AUTO = "auto"
RUNTIME_CHOICES = (AUTO, REFERENCE, *FASTER)
Model = TypeVar("Model", Encoder, CrossEncoder)
_LOG = logging.getLogger(__name__)


def start_cross_encoder(place: ModelLocation, wanted: str) -> CrossEncoder:
    """The cross-encoder on the runtime wanted; on torch when that one cannot be had here.

    ``auto`` means what was measured before in this home folder, else torch until it is measured.

    Raises:
        ModelError: the model itself cannot be loaded.
    """
    return _start(place, wanted, "cross_encoder", open_cross_encoder)


def start_encoder(place: ModelLocation, wanted: str) -> Encoder:
    """The encoder on the runtime wanted; see ``start_cross_encoder``.

    Raises:
        ModelError: the model itself cannot be loaded.
    """
    return _start(place, wanted, "encoder", open_encoder)


def _start(
    place: ModelLocation, wanted: str, kind: Kind, opened: Callable[[ModelLocation, Runtime], Model]
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


def _explained(
    model: Model, place: ModelLocation, kind: Kind, why: ModelError, wanted: str
) -> Model:
    """Keep the reason for a page; a record without trials is no measurement, so auto makes one."""
    if wanted != AUTO:
        keep_choice(RuntimeChoice(model.info, f"{wanted} cannot be used: {why}"), place, kind)
    return model
