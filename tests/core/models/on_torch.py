"""A fake that says it is the reference."""

from core.errors import ModelError
from core.models.runtime import REFERENCE
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


def on_torch(_, runtime):
    """Opens the made model on torch; OpenVINO is missing."""
    if runtime == REFERENCE:
        return OnTorch()
    raise ModelError("OpenVINO cannot be used here.")
