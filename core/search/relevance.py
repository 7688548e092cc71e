"""From logits to the 0..1 values that are shown."""

from __future__ import annotations

import numpy as np

from core.models.catalog import Calibration
from core.schema import FloatVector


def relevance(logits: FloatVector, calibration: Calibration) -> FloatVector:
    """Platt's sigmoid of the logits, 0..1, for display only: it saturates where logits differ."""
    scaled = calibration.slope * np.asarray(logits, dtype=np.float64) + calibration.intercept
    values: FloatVector = (1.0 / (1.0 + np.exp(-np.clip(scaled, -60, 60)))).astype(np.float32)
    return values
