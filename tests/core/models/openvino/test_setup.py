"""What the processor can do, asked of a library that may be missing."""

from unittest.mock import Mock

from core.errors import ModelError
from core.models.openvino import setup


def test_without_openvino_no_bf16_is_assumed(monkeypatch):
    """A training then computes in float32 instead of failing."""
    missing = Mock(side_effect=ModelError("OpenVINO cannot be used here."))
    monkeypatch.setattr(setup, "openvino_core", missing)
    assert setup.can_bf16() is False
