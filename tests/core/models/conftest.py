"""A model whose runtimes are played: OpenVINO is missing, and torch is a fake."""

import pytest

from core.models.registry import ModelSpec
from core.models.runtime import ModelLocation
from core.models.runtime_selection import kept, measuring
from tests.core.models.on_torch import WEIGHTS, on_torch
from tests.fakes import FakeEncoder


@pytest.fixture
def location(tmp_path, monkeypatch):
    """A model folder and a home, with fakes in place of both kinds of runtimes."""
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "home").mkdir()
    (folder / "model.safetensors").write_bytes(WEIGHTS)
    monkeypatch.setattr(measuring, "tried_cross_encoder", on_torch)
    monkeypatch.setattr(measuring, "tried_encoder", lambda *_: FakeEncoder())
    monkeypatch.setattr(kept, "processor_name", lambda: "made processor")
    return ModelLocation(ModelSpec("made", str(folder)), tmp_path / "home", 2)
