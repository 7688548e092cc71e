"""A model whose runtimes are played: OpenVINO is missing, and torch is a fake."""

from __future__ import annotations

import pytest

from core.errors import ModelError
from core.models.registry import ModelSpec
from core.models.runtime import REFERENCE, ModelLocation
from core.models.runtime_selection import kept, measuring
from tests.core.models.on_torch import WEIGHTS, OnTorch
from tests.fakes import FakeEncoder


@pytest.fixture
def location(tmp_path, monkeypatch):
    """A model folder and a home, with fakes in place of both kinds of runtimes."""
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "home").mkdir()
    (folder / "model.safetensors").write_bytes(WEIGHTS)

    def opened(_, runtime):
        if runtime == REFERENCE:
            return OnTorch()
        raise ModelError("OpenVINO cannot be used here.")

    for module in (kept, measuring):
        monkeypatch.setattr(module, "open_cross_encoder", opened)
        monkeypatch.setattr(module, "open_encoder", lambda *_: FakeEncoder())
    monkeypatch.setattr(kept, "processor_name", lambda: "made processor")
    return ModelLocation(ModelSpec("made", str(folder)), tmp_path / "home", 2)
