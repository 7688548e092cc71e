"""Where models come from, and that their weights are checked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ModelError
from core.models.catalog import (
    Calibration,
    ModelSpec,
    cross_encoder_spec,
    encoder_spec,
    verified_hash,
)
from core.models.encoder import load_encoder
from core.search.relevance import relevance


def test_the_bundled_weights_are_the_expected_ones():
    """Both bundled models are on this machine with the right hash."""
    for spec in (encoder_spec(), cross_encoder_spec()):
        assert spec.local
        assert verified_hash(spec) == spec.sha256


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


@given(st.lists(st.floats(-12, 12, width=32), min_size=2, max_size=20), st.floats(0.1, 1.4))
def test_relevance_is_between_0_and_1_and_never_turns_the_order_around(logits, slope):
    """Calibration is for display: it keeps the order of the logits."""
    values = relevance(np.sort(np.array(logits, dtype=np.float32)), Calibration(slope, -0.5))
    assert ((values >= 0) & (values <= 1)).all()
    assert (np.diff(values) >= 0).all()


def test_relevance_by_hand():
    """sigmoid(0) = 1/2, and sigmoid(ln 3) = 3/4."""
    values = relevance(np.array([0.0, np.log(3)], dtype=np.float32), Calibration())
    assert values == pytest.approx([1 / 2, 3 / 4], abs=1e-6)
