"""Which runtime a model starts on, and that the reason is kept. OpenVINO is played as missing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import InputError, NotFound
from core.models.runtime import REFERENCE
from core.models.runtime_selection.kept_runtimes import choices, keep_choice, saved_choice, where
from core.models.runtime_selection.selection import RuntimeChoice, Trial
from core.models.runtime_selection.starting import start_cross_encoder
from tests.core.models.on_torch import INFO


def test_without_a_measurement_it_is_torch(place):
    """Auto takes nothing that was not measured."""
    assert start_cross_encoder(place, "auto").info.runtime == REFERENCE
    assert choices(place.home) == []
    with pytest.raises(NotFound):
        saved_choice(place, "cross_encoder")


def test_a_runtime_that_cannot_be_had_is_torch_with_the_reason(place):
    """The page finds why; it does not count as a measurement."""
    assert start_cross_encoder(place, "openvino-f32").info.runtime == REFERENCE
    (choice,) = choices(place.home)
    assert choice.reason == "openvino-f32 cannot be used: OpenVINO cannot be used here."
    with pytest.raises(NotFound):
        saved_choice(place, "cross_encoder")


def test_a_typo_is_refused(place):
    """The message names the choices."""
    with pytest.raises(InputError, match="torch-fp32, openvino-f32"):
        start_cross_encoder(place, "fastest")


def test_a_record_survives_the_disk(place):
    """Save and load is the identity, the place of measurement added."""
    trial = Trial("openvino-f32", 12.5, (), "too slow")
    choice = RuntimeChoice(INFO, "Because.", (trial,), measured_at=datetime.now(UTC))
    keep_choice(choice, place, "cross_encoder")
    assert saved_choice(place, "cross_encoder") == replace(choice, where=where(place))
