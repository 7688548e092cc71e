"""Which models are used: the choice that is kept, another reranker at once, the noise floors."""

from __future__ import annotations

import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from core.app.corpora import Corpora
from core.app.model_choice import keep_choice, read_choice, with_choice
from core.app.own_passages import StoredPassages
from core.home.storage import Storage
from core.home.worker import BackgroundWorker
from core.models.loading import Models
from core.models.opening import ModelOpener, here
from core.models.registry import ModelKind, ModelSpec, registry, spec_of
from core.models.remote.server import Record
from core.models.runtime import ModelLocation
from core.models.runtime_selection.measuring import Measuring
from core.ports import CrossEncoder
from core.schema import ModelInfo, SearchSettings
from core.search.calibration import NoiseFloor
from core.search.floors import Floors, Probed, floor_key
from core.settings import Settings


def open_models(
    settings: Settings,
    record: Record | None,
    after: float = 0.0,
    *,
    at_once: bool = True,
) -> Models:
    """Begin to load both models of these settings.

    Args:
        settings: with the choice already in them.
        record: told what is sent to a model on a server.
        after: seconds to wait before the heavy imports.
        at_once: begin now, not when the models are first waited for.

    Raises:
        InputError: a registry is wrong, or a name can be no model's.
    """
    opener = ModelOpener(settings.home, settings.threads, settings.runtime, record)
    encoder = spec_of("encoder", settings.encoder, settings.home)
    cross_encoder = spec_of("cross_encoder", settings.cross_encoder, settings.home)
    return Models(
        partial(opener.encoder, encoder),
        partial(opener.cross_encoder, cross_encoder),
        after,
        at_once=at_once,
    )


@dataclass(frozen=True, slots=True)
class OpenedReranker:
    """A model beside the one that is on, the seconds that opening it took, and what it added.

    ``megabytes`` is by how much the memory of the whole program grew meanwhile: other work at the
    same time counts too, and what the libraries took before does not.
    """

    model: CrossEncoder
    seconds: float
    megabytes: float


class ModelManager:
    """What can be chosen, what is on, and what chance looks like with it.

    ``runtime`` is the chosen one; ``auto`` means the fastest one that passed here.
    """

    def __init__(
        self, settings: Settings, models: Models, storage: Storage, corpora: Corpora, record: Record
    ) -> None:
        self._settings = settings
        self._models = models
        self._storage = storage
        self._corpora = corpora
        self.own_passages = StoredPassages(storage, corpora)
        self._record = record
        self._lock = threading.Lock()
        self.runtime = settings.runtime
        self.cross_encoder_name = settings.cross_encoder
        self.encoder_name = settings.encoder
        self.floors = Floors(settings.home / "floors.sqlite")
        self._worker = BackgroundWorker("runtimes")

    def specs(self, kind: ModelKind) -> list[ModelSpec]:
        """All models of a kind that have a name, and the one that is on, whatever it is.

        Raises:
            InputError: the home folder's registry.toml is wrong.
        """
        specs = [s for (of, _), s in registry(self._settings.home).items() if of == kind]
        on = self.spec(kind)
        return specs if on in specs else [*specs, on]

    def spec(self, kind: ModelKind) -> ModelSpec:
        """The model of a kind that was chosen.

        Raises:
            InputError: the home folder's registry.toml is wrong.
        """
        name = self.encoder_name if kind == "encoder" else self.cross_encoder_name
        return spec_of(kind, name, self._settings.home)

    def open_cross_encoder(self, name: str, runtime: str | None = None) -> CrossEncoder:
        """Load a cross-encoder beside the one that is on.

        Raises:
            InputError: the name can be no model's, or its entry cannot be used.
            ModelError: it is not available, or cannot be loaded.
        """
        settings = self._settings
        runtime = runtime or self.runtime
        opener = ModelOpener(settings.home, settings.threads, runtime, self._record)
        with self._models.scheduler.beside():
            return opener.cross_encoder(spec_of("cross_encoder", name, settings.home))

    def open_reranker(self, name: str, runtime: str) -> OpenedReranker:
        """The same, with an eye on the clock and on the memory."""
        before, begun = memory_megabytes(), time.perf_counter()
        model = self.open_cross_encoder(name, runtime)
        seconds = time.perf_counter() - begun
        return OpenedReranker(model, seconds, max(0.0, memory_megabytes() - before))

    def use_cross_encoder(self, name: str, runtime: str) -> float:
        """Load a cross-encoder, use it from the next search on, and keep the choice; seconds.

        The one that is on stays when anything fails.

        Raises:
            SecondLookError: it could not be loaded, or the choice could not be kept.
        """
        with self._lock:
            begun = time.perf_counter()
            self._models.replace_cross_encoder(self.open_cross_encoder(name, runtime))
            self.cross_encoder_name, self.runtime = name, runtime
            self._keep(cross_encoder=name, runtime=runtime)
            return time.perf_counter() - begun

    def use_encoder_from_next_start(self, name: str) -> None:
        """Keep another encoder; at the next start the documents are embedded again with it.

        Raises:
            SecondLookError: the name can be no model's, or the choice could not be kept.
        """
        spec_of("encoder", name, self._settings.home)
        self._keep(encoder=name)

    def encoder_of_next_start(self) -> str:
        """The encoder that is kept for the next start."""
        return with_choice(replace(self._settings, encoder="bundled")).encoder

    def floor(
        self, corpus_version: str, encoder: ModelInfo, cross_encoder: ModelInfo
    ) -> NoiseFloor | None:
        """What off-topic questions reach in a corpus with these models; None until measured."""
        return self.floors.get(floor_key(corpus_version, encoder, cross_encoder))

    def conditions(self, corpus_version: str, other: ModelInfo | None = None) -> tuple[str, ...]:
        """What a question is answered under now: documents, what computes, the noise floors.

        Args:
            corpus_version: names the documents.
            other: reads the candidates in place of the cross-encoder that is on.

        Raises:
            ModelError: a model could not be loaded.
        """
        encoder, cross_encoder = (model.info for model in self._models.wait())
        key = floor_key(corpus_version, encoder, other or cross_encoder)
        floor = self.floors.get(key)
        return (key, "" if floor is None else f"{floor.logit} {floor.cosine}")

    def measure_floor(self, collection_id: str) -> NoiseFloor | None:
        """Measure a collection's noise floor now; None when it is empty.

        Raises:
            SecondLookError: the store or a model failed.
        """
        return self.floors.measure(self._probed(collection_id))

    def measure_runtimes(self) -> None:
        """Measure the runtimes of both models again; the fastest is used unless one is set.

        Raises:
            SecondLookError: a model failed, or they are being measured now.
        """
        self._measuring().again()

    def watch(self, working: Callable[[], bool]) -> None:
        """Measure runtimes once, and missing noise floors, while no job is ``working``."""
        self._worker.put(lambda: self._measuring().once(working))
        self.floors.watch(partial(self._due, working))

    def wait_until_measured(self) -> None:
        """Come back when runtimes were measured, or will not be."""
        self._worker.wait()

    def close(self) -> None:
        """Stop what runs in the background and release the files."""
        self._worker.close(0)  # it ends with the turns of the models
        self.floors.close()

    def _measuring(self) -> Measuring:
        encoder, cross_encoder = self._location("encoder"), self._location("cross_encoder")
        return Measuring(self._models, encoder, cross_encoder, self.runtime, self.own_passages)

    def _location(self, kind: ModelKind) -> ModelLocation:
        return ModelLocation(here(self.spec(kind)), self._settings.home, self._settings.threads)

    def _keep(self, **changes: str) -> None:
        home = self._settings.home
        keep_choice(home, replace(read_choice(home), **changes))

    def _due(self, working: Callable[[], bool]) -> list[Probed]:
        if working() or self._models.status.state != "ready":
            return []
        every = [self._probed(c.id) for c in self._storage.library.collections()]
        return [p for p in every if p.corpus.revisions and self.floors.get(p.key) is None]

    def _probed(self, collection_id: str) -> Probed:
        corpus = self._corpora.corpus(collection_id, SearchSettings())
        return Probed(
            self._storage.store,
            corpus,
            self._models.wait_in_background(),
            self._models.cross_encoder_in_background(),
        )


def memory_megabytes() -> float:
    """Memory that this process holds now; where the system does not say, the most it ever held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    except (OSError, ValueError, IndexError):
        unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, kilobytes elsewhere
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
