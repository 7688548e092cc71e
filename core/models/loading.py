"""Both models, loaded in the background so that the first screen need not wait."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from core.errors import ModelError, SecondLookError, Stopping
from core.home.worker import BackgroundWorker
from core.models.scheduler import InferenceScheduler, ScheduledCrossEncoder, ScheduledEncoder
from core.models.shared_batches import SharedBatches
from core.ports import CrossEncoder, Encoder

LoadState = Literal["loading", "ready", "failed"]
CLOSING_SECONDS = 30.0
"""The longest piece of native work takes 4 s on free cores: importing torch, converting a model.

On a busy machine it takes many times that, and a process that ends within it is aborted."""
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LoadStatus:
    """Where loading stands; ``seconds`` since it began (or until it ended)."""

    state: LoadState
    seconds: float
    message: str = ""


class Models:
    """Loads an encoder and a cross-encoder once, behind everything else.

    Who searches waits until both are loaded, who indexes for the encoder alone; ``ModelError``
    when one could not be.

    It starts at once, or not ``at_once`` but when somebody first waits for the models; where all
    that wait only index, the cross-encoder is not loaded. ``after``
    seconds pass before the heavy imports begin: they hold Python's lock, and the first screen
    should be drawn before. ``measuring`` is held while runtimes are measured: two measurements
    would only disturb each other.
    """

    def __init__(
        self,
        load_encoder: Callable[[], Encoder],
        load_cross_encoder: Callable[[], CrossEncoder],
        after: float = 0.0,
        *,
        at_once: bool = True,
    ) -> None:
        self.scheduler = InferenceScheduler()
        self.measuring = threading.Lock()
        self._load_encoder = load_encoder
        self._load_cross_encoder = load_cross_encoder
        self._after = after
        self._since = time.monotonic()
        self._ended: float | None = None
        self._encoder: Encoder | None = None
        self._cross_encoder: CrossEncoder | None = None
        self._error: SecondLookError | None = None
        self._shared: ScheduledCrossEncoder | None = None
        self._shared_texts = SharedBatches()
        self._worker = BackgroundWorker("models", most_waiting=1)
        self._begun = threading.Lock()
        self._both_wanted = threading.Event()
        self._encoder_loaded = threading.Event()
        self._loaded = threading.Event()
        if at_once:
            self._begin()

    @property
    def status(self) -> LoadStatus:
        """Where loading stands now."""
        seconds = (self._ended or time.monotonic()) - self._since
        if not self._loaded.is_set():
            return LoadStatus("loading", seconds)
        if self._error is not None:
            return LoadStatus("failed", seconds, str(self._error))
        return LoadStatus("ready", seconds)

    def wait(self) -> tuple[Encoder, CrossEncoder]:
        """The models for whoever answers a person, once they are loaded.

        All get the same cross-encoder, so that their questions can share batches; so do the texts
        that are encoded.
        """
        encoder, cross_encoder = self.plain()
        if self._shared is None or self._shared.cross_encoder is not cross_encoder:
            self._shared = ScheduledCrossEncoder(cross_encoder, self.scheduler)
        shared = self._shared_texts  # another runtime of the encoder reads the same tokens
        return ScheduledEncoder(encoder, self.scheduler, shared=shared), self._shared

    def wait_in_background(self) -> Encoder:
        """The encoder for indexing, once it is loaded: its calls let searches go first.

        Raises:
            ModelError: it could not be loaded.
        """
        self._begin(both=False)
        self._encoder_loaded.wait()
        if self._encoder is None:
            raise self._why_missing()
        return ScheduledEncoder(self._encoder, self.scheduler, background=True)

    def cross_encoder_in_background(self) -> CrossEncoder:
        """The cross-encoder for work that nobody waits for: its calls let searches go first."""
        return ScheduledCrossEncoder(self.plain()[1], self.scheduler, background=True)

    def replace_cross_encoder(self, cross_encoder: CrossEncoder) -> None:
        """Use another cross-encoder from the next call on; it is warmed up first.

        Searches that have begun go on with the one they have. It also takes the place of one
        that could not be loaded.

        Raises:
            ModelError: the encoder could not be loaded, or the new one gives no score.
        """
        self._begin()
        self._loaded.wait()
        if self._encoder is None:
            raise self._why_missing()
        with self.scheduler.turn():
            cross_encoder.score("warm up", ["warm up"])
        self._cross_encoder, self._error = cross_encoder, None

    def replace_encoder(self, encoder: Encoder) -> None:
        """Use another runtime of the same encoder from the next call on; it is warmed up first.

        Raises:
            ModelError: it has other weights, or a model could not be loaded.
        """
        if encoder.info.sha256 != self.plain()[0].info.sha256:
            raise ModelError(
                "Vectors of two encoders must never meet in one index.",
                "Re-index with the other encoder.",
            )
        with self.scheduler.turn():
            encoder.encode(["warm up"])
        self._encoder = encoder

    def close(self) -> None:
        """Let nobody compute any more, and wait a few seconds for who does.

        For the end of the process: threads of its own go with it, but not from within a model.
        """
        self._worker.close(0)
        self._both_wanted.set()
        if not self.scheduler.close(CLOSING_SECONDS):
            _LOG.warning("A model still computes after %g s.", CLOSING_SECONDS)

    def _begin(self, *, both: bool = True) -> None:
        """Load, unless that has begun already."""
        if both:
            self._both_wanted.set()
        if self._begun.acquire(blocking=False) and not self._worker.put(self._load):
            self._encoder_loaded.set()  # closed before it began
            self._loaded.set()

    def _why_missing(self) -> SecondLookError:
        return self._error or ModelError("The models were not loaded.", "See the log.")

    def plain(self) -> tuple[Encoder, CrossEncoder]:
        """Both models without the scheduler, for who takes the turns himself."""
        self._begin()
        self._loaded.wait()
        encoder, cross_encoder = self._encoder, self._cross_encoder
        if encoder is None or cross_encoder is None:
            raise self._why_missing()
        return encoder, cross_encoder

    def _load(self) -> None:
        try:
            if self._worker.sleep(self._after):
                raise Stopping("Second Look is shutting down.")
            with self.scheduler.beside():
                encoder = self._load_encoder()
                encoder.encode(["warm up"])  # a first call is many times slower than the second
            self._encoder = encoder
            self._encoder_loaded.set()
            self._both_wanted.wait()
            if self._worker.closed:
                raise Stopping("Second Look is shutting down.")
            with self.scheduler.beside():
                cross_encoder = self._load_cross_encoder()
                cross_encoder.score("warm up", ["warm up"])
            self._cross_encoder = cross_encoder
        except SecondLookError as exc:
            self._error = exc
        finally:
            self._ended = time.monotonic()
            self._encoder_loaded.set()
            self._loaded.set()
