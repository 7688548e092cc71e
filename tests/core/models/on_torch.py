"""A fake that says it is the reference."""

from __future__ import annotations

from core.schema import ModelInfo, sha256_hex
from tests.fakes import FakeCrossEncoder

WEIGHTS = b"weights"
INFO = ModelInfo("made", "cross_encoder", sha256_hex(WEIGHTS), 256)


class OnTorch(FakeCrossEncoder):
    """Says that it is the reference."""

    @property
    def info(self):
        """The made model, as torch computes it."""
        return INFO
