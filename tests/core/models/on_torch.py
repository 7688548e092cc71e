"""A fake that says it is the reference."""

from __future__ import annotations

from core.schema import ModelInfo
from tests.fakes import FakeCrossEncoder

INFO = ModelInfo("made", "cross_encoder", "1" * 64, 256)


class OnTorch(FakeCrossEncoder):
    """Says that it is the reference."""

    @property
    def info(self):
        """The made model, as torch computes it."""
        return INFO
