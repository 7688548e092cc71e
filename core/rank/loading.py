"""Both models, loaded in the background so that the first screen need not wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from core.errors import ModelError, SecondLookError
from core.ports import CrossEncoder, Encoder
from core.rank.gate import InferenceGate
from core.rank.gated import GatedCrossEncoder, GatedEncoder

LoadState = Literal["loading", "ready", "failed"]


@dataclass(frozen=True, slots=True)
class LoadStatus:
    """Where loading stands; ``seconds`` since it began (or until it ended)."""

    state: LoadState
    seconds: float
    message: str = ""


class Models:
    """Loads an encoder and a cross-encoder once, in a thread that starts at once.

    ``after`` seconds pass before the heavy imports begin: they hold Python's lock, and the first
    screen should be drawn before.
    """

    def __init__(
        self,
        load_encoder: Callable[[], Encoder],
        load_cross_encoder: Callable[[], CrossEncoder],
        after: float = 0.0,
    ) -> None:
        self.gate = InferenceGate()
        self._load_encoder = load_encoder
        self._load_cross_encoder = load_cross_encoder
        self._after = after
        self._begun = time.monotonic()
        self._ended: float | None = None
        self._loaded: tuple[Encoder, CrossEncoder] | None = None
        self._error: SecondLookError | None = None
        self._thread = threading.Thread(target=self._load, name="load-models", daemon=True)
        self._thread.start()

    @property
    def status(self) -> LoadStatus:
        """Where loading stands now."""
        seconds = (self._ended or time.monotonic()) - self._begun
        if self._thread.is_alive():
            return LoadStatus("loading", seconds)
        if self._error is not None:
            return LoadStatus("failed", seconds, str(self._error))
        return LoadStatus("ready", seconds)

    def wait(self) -> tuple[Encoder, CrossEncoder]:
        """The models for whoever answers a person, once they are loaded.

        Raises:
            ModelError: one of them could not be loaded.
        """
        encoder, cross_encoder = self._joined()
        return GatedEncoder(encoder, self.gate), GatedCrossEncoder(cross_encoder, self.gate)

    def wait_in_background(self) -> Encoder:
        """The encoder for indexing, once it is loaded: its calls let searches go first.

        Raises:
            ModelError: a model could not be loaded.
        """
        return GatedEncoder(self._joined()[0], self.gate, background=True)

    def _joined(self) -> tuple[Encoder, CrossEncoder]:
        self._thread.join()
        if self._loaded is None:
            raise self._error or ModelError("The models were not loaded.", "See the log.")
        return self._loaded

    def _load(self) -> None:
        time.sleep(self._after)
        try:
            encoder, cross_encoder = self._load_encoder(), self._load_cross_encoder()
            _warm_up(encoder, cross_encoder)
            self._loaded = (encoder, cross_encoder)
        except SecondLookError as exc:
            self._error = exc
        finally:
            self._ended = time.monotonic()


def _warm_up(encoder: Encoder, cross_encoder: CrossEncoder) -> None:
    """A first call is many times slower than the second: nobody should wait for it."""
    encoder.encode(["warm up"])
    cross_encoder.score("warm up", ["warm up"])
