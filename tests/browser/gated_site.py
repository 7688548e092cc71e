"""The sample site with models that stop at a gate, so that a test sees a question half answered."""

import math
import time
from collections.abc import Sequence
from pathlib import Path

from core.app.engine import Engine
from core.models.loading import Models
from core.schema import FloatVector
from tests.browser.sample_site import sample_engine
from tests.fakes import FakeCrossEncoder, FakeEncoder

LOOK_SECONDS = 0.01


class Gate:
    """A file with the number of texts that may be read; without the file all may."""

    def __init__(self, home: Path) -> None:
        self.path = home / "gate"
        self._read = 0

    def let(self, texts: int) -> None:
        """Let so many be read, counted from when the gate was last away."""
        fresh = self.path.with_suffix(".new")
        fresh.write_text(str(texts), "utf-8")
        fresh.replace(self.path)

    def open(self) -> None:
        """Let everybody go on."""
        self.path.unlink(missing_ok=True)

    def wait(self, texts: int) -> None:
        """Of a model: go on when it may read so many more."""
        self._read += texts
        while self._read > self._most():
            time.sleep(LOOK_SECONDS)

    def _most(self) -> float:
        try:
            return int(self.path.read_text("utf-8"))
        except FileNotFoundError:
            self._read = 0
            return math.inf


def gated_engine(home: Path) -> Engine:
    """The engine of the samples, in which a question and each reading of passages pass a gate."""
    gate = Gate(home)

    class Encoder(FakeEncoder):
        def encode_query(self, query: str) -> FloatVector:
            gate.wait(1)
            return super().encode_query(query)

    class CrossEncoder(FakeCrossEncoder):
        def score(self, query: str, passages: Sequence[str]) -> FloatVector:
            gate.wait(len(passages))
            return super().score(query, passages)

    return sample_engine(home, Models(Encoder, CrossEncoder))
