"""Both bundled models as a first start has them, in float32: what real-model tests run on."""

from functools import lru_cache
from pathlib import Path

from core.models.registry import spec_of
from core.models.runtime import ModelLocation, open_cross_encoder, open_encoder
from core.ports import CrossEncoder, Encoder


@lru_cache(maxsize=1)
def bundled_encoder() -> Encoder:
    """The bi-encoder, opened once a process."""
    return open_encoder(ModelLocation(spec_of("encoder", "bundled"), Path(), 2), "openvino-f32")


@lru_cache(maxsize=1)
def bundled_cross_encoder() -> CrossEncoder:
    """The cross-encoder, opened once a process."""
    location = ModelLocation(spec_of("cross_encoder", "bundled"), Path(), 2)
    return open_cross_encoder(location, "openvino-f32")
