"""The bundled models on SQuAD dev: what their card promises, measured by our own evaluation."""

import pytest

from core.evaluate.configurations import presets
from core.evaluate.dataset_client import dataset_plan, evaluate_dataset
from core.evaluate.datasets import read_dataset
from tests.bundled import bundled_cross_encoder, bundled_encoder
from tests.shared import shared_path


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_cross_encoder_helps_on_squad():
    """The card says +.100 nDCG@10 [+.060, +.145]: our interval must overlap it, and leave out 0."""
    dataset = read_dataset(shared_path("data/squad-dev"))
    plan = dataset_plan(dataset, presets(30)[:2], limit=150)
    models = bundled_encoder(), bundled_cross_encoder()
    gain = evaluate_dataset(dataset, plan, *models).compared[0]
    assert gain.measure == "nDCG@10"
    assert gain.settled
    assert gain.low < 0.145
    assert gain.high > 0.060
