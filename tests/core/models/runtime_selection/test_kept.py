"""Which runtime a model starts on, and that the reason is kept. OpenVINO is played as missing."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.errors import InputError, NotFound
from core.models.registry import verified_hash
from core.models.runtime import REFERENCE
from core.models.runtime_selection import kept
from core.models.runtime_selection.kept import (
    RuntimeResult,
    RuntimeSelection,
    keep_selection,
    saved_selection,
    selections,
    start,
    where,
)
from tests.core.models.on_torch import INFO, on_torch


def test_without_a_measurement_it_is_torch(location):
    """Auto takes nothing that was not measured."""
    assert start(location, "auto", on_torch).info.runtime == REFERENCE
    assert selections(location.home) == []
    with pytest.raises(NotFound):
        saved_selection(location)


def test_a_runtime_that_cannot_be_had_is_torch_with_the_reason(location):
    """The page finds why; it does not count as a measurement."""
    assert start(location, "openvino-f32", on_torch).info.runtime == REFERENCE
    (selection,) = selections(location.home)
    assert selection.reason == "openvino-f32 cannot be used: OpenVINO cannot be used here."
    with pytest.raises(NotFound):
        saved_selection(location)


@pytest.mark.parametrize(("fast", "expected"), [(True, "openvino-bf16"), (False, "openvino-f32")])
def test_an_encoder_has_the_next_best_in_place_of_int8(location, monkeypatch, fast, expected):
    """It has no int8 recipe; torch is not what who wants int8 means."""
    monkeypatch.setattr(kept, "fast_bf16", lambda: fast)
    encoder = replace(location, spec=replace(location.spec, kind="encoder"))
    assert start(encoder, "openvino-int8", lambda _, runtime: runtime) == expected


def test_a_typo_is_refused(location):
    """The message names the choices."""
    with pytest.raises(InputError, match="torch-fp32, openvino-f32"):
        start(location, "fastest", on_torch)


def test_a_record_survives_the_disk(location):
    """Save and load is the identity, the place of measurement added."""
    result = RuntimeResult("openvino-f32", 12.5, (), "too slow")
    selection = RuntimeSelection(INFO, "Because.", (result,), measured_at=datetime.now(UTC))
    keep_selection(selection, location)
    expected = replace(selection, where=where(location, verified_hash(location.spec)))
    assert saved_selection(location) == expected
