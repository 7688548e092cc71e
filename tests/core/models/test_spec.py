"""Where models come from, and that their weights are checked."""

import pytest

from core.errors import ModelError
from core.models.registry import ModelSpec, verified_hash
from core.models.torch_models import load_encoder


def test_other_weights_are_refused(tmp_path):
    """A changed file is noticed before anything is loaded."""
    (tmp_path / "model.safetensors").write_bytes(b"other")
    spec = ModelSpec("changed", str(tmp_path), sha256="0" * 64)
    with pytest.raises(ModelError, match="not the expected ones"):
        load_encoder(spec)


def test_missing_weights_are_refused(tmp_path):
    """A folder without weights, and a folder that is gone, have their own messages."""
    with pytest.raises(ModelError, match=r"has no model\.safetensors"):
        verified_hash(ModelSpec("empty", str(tmp_path)))
    with pytest.raises(ModelError, match="is not a folder"):
        verified_hash(ModelSpec("gone", str(tmp_path / "gone"), sha256="0" * 64))
