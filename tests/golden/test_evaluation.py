"""The bundled models on SQuAD dev: what their card promises, measured by our own evaluation."""

from pathlib import Path

import pytest

from core.evaluate.datasets import read_dataset
from core.evaluate.experiment import evaluate

SQUAD = Path(__file__).parents[3] / "shared" / "data" / "squad-dev"


@pytest.mark.model
@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.skipif(not SQUAD.is_dir(), reason="the shared datasets are not beside the checkout")
def test_the_cross_encoder_helps_on_squad():
    """The card says +.100 nDCG@10 [+.060, +.145]: our interval must overlap it, and leave out 0."""
    from core.models.cross_encoder import load_cross_encoder
    from core.models.encoder import load_encoder

    report = evaluate(
        read_dataset(SQUAD), load_encoder(), load_cross_encoder(), top_k=30, limit=150
    )
    gain = report.differences[0]
    assert gain.measure == "nDCG@10"
    assert gain.settled
    assert gain.low < 0.145
    assert gain.high > 0.060
