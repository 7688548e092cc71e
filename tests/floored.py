"""A small comparison by the fakes, and what it is with a noise floor, for tests only."""

from dataclasses import replace

from core.app.retriever import TwoStageRetriever
from core.schema import Comparison
from core.search.calibration import NoiseFloor
from tests.fakes import FakeCrossEncoder, FakeEncoder

FLOOR = NoiseFloor(-1.0, 0.3, 0.95, 50)


def compared(query: str = "one two") -> Comparison:
    """A comparison of two texts by the fakes."""
    retriever = TwoStageRetriever(FakeEncoder(), FakeCrossEncoder())
    retriever.index(["one two three", "four"])
    return retriever.compare(query, top_k=2, top_n=1)


def with_floor(comparison: Comparison, floor: NoiseFloor) -> Comparison:
    """The comparison under that floor; its relevances stay as they are."""
    return replace(comparison, noise_floor=floor.logit, cosine_floor=floor.cosine)
