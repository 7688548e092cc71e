"""Home folders for tests: what opens on one, and waiting for what goes on in it."""

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from core.app.engine import Engine, Parts
from core.app.opening import open_storage
from core.home.files import Files
from core.home.library import Library
from core.home.storage import Storage
from core.models.loading import Models
from core.ports import LanguageModel, VectorStore
from core.settings import Settings, load_settings
from core.store.opening import open_store
from tests.fakes import FakeCrossEncoder, FakeEncoder

SECONDS = 200.0  # a busy machine may take long


def settings_of(home: Path) -> Settings:
    """Those of a home folder, whatever the environment says."""
    return load_settings({"SECOND_LOOK_HOME": str(home)})


def storage_at(home: Path, store: VectorStore | None = None) -> Storage:
    """Library, files and a store, which is in memory unless one is given."""
    return Storage(Library(home / "library.sqlite"), store or open_store(), Files(home))


def engine_on(
    settings: Settings,
    storage: Storage | None = None,
    models: Models | None = None,
    llm: LanguageModel | None = None,
) -> Engine:
    """An engine as the app opens it, with fakes for the models unless others are given."""
    models = models or Models(FakeEncoder, FakeCrossEncoder)
    return Engine(settings, Parts(storage or open_storage(settings), models, llm))


def wait_until(done: Callable[[], object], seconds: float = SECONDS) -> None:
    """Until this holds."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def at_once(work: Callable[..., object], *arguments: Iterable[object]) -> None:
    """Call it in one thread for each of the arguments, all at once, and wait for the last."""
    threads = [threading.Thread(target=work, args=tuple(a)) for a in zip(*arguments, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
        assert not thread.is_alive()
