"""int8 recipes made at run time: of a collection's own passages, behind the searches."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from core.app.int8_pairs import TOKENS, calibration_pairs
from core.errors import ModelError, SecondLookError, Stopping
from core.models.catalog import cross_encoder_spec
from core.models.hub import located
from core.models.openvino.quantizing import cross_encoder_recipe, keep_recipe
from core.models.runtime import ModelLocation
from core.models.runtime_selection.kept_runtimes import choices
from core.models.work import Work

if TYPE_CHECKING:
    from core.app.engine import Engine

State = Literal["making", "measuring", "done", "stopped", "failed"]
INT8 = "openvino-int8"
_NEVER = datetime.min.replace(tzinfo=UTC)


def make_recipe(
    engine: Engine,
    collection_id: str,
    name: str,
    tell: Callable[[float], None],
    stopped: Callable[[], bool] = lambda: False,
) -> Path:
    """Make the int8 recipe of a cross-encoder and keep it in the home folder; its file.

    Args:
        engine: its searches go first.
        collection_id: whose passages the recipe is fitted to, filled up with the samples'.
        name: of the model, as in the registry.
        tell: hears how far it is, 0..1.
        stopped: asked often; True ends it and leaves no file.

    Raises:
        ModelError: this model can have none, or runtimes are being measured now.
        Stopping: it was stopped, or the program ends.
        SecondLookError: the store or a model failed.
    """
    settings, models = engine.settings, engine.models
    work = Work(models.scheduler, stopped, tell)
    place = ModelLocation(
        located(cross_encoder_spec(name, settings.home)), settings.home, settings.threads
    )
    if not models.measuring.acquire(blocking=False):
        raise ModelError("The runtimes are being measured now.", "Wait until they are.")
    try:
        pairs = calibration_pairs(engine, collection_id)
        recipe = cross_encoder_recipe(place, pairs, TOKENS, work)
        work.check()
        with models.scheduler.beside():
            return keep_recipe(recipe, settings.home)
    finally:
        models.measuring.release()


def int8_words(home: Path, name: str) -> str:
    """What the last measurement says of a cross-encoder in int8."""
    found = [
        (choice, trial)
        for choice in choices(home)
        for trial in choice.trials
        if (choice.model.name, choice.model.kind) == (name, "cross_encoder")
        and trial.runtime == INT8
    ]
    if not found:
        return f"{INT8} was not measured."
    choice, trial = max(found, key=lambda pair: pair[0].measured_at or _NEVER)
    if trial.refused:
        return f"{INT8} is not used: {trial.refused}"
    figures = ", ".join(f"{m.name} {m.value:.3f}" for m in trial.measures)
    return f"{INT8} agrees with the reference ({figures}); the fastest is {choice.runtime}."


@dataclass(frozen=True, slots=True)
class Making:
    """Where the making of a model's recipe stands: ``share`` 0..1, ``message`` what came of it."""

    model: str
    state: State = "making"
    share: float = 0.0
    message: str = ""

    @property
    def running(self) -> bool:
        """Whether it goes on."""
        return self.state in {"making", "measuring"}


class RecipeMaking:
    """One recipe at a time, in a thread of its own; afterwards the runtimes are measured again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.now: Making | None = None

    def start(self, collection_id: str, name: str) -> None:
        """Begin; returns at once.

        Args:
            collection_id: whose passages the recipe is fitted to.
            name: of the cross-encoder, as in the registry.

        Raises:
            InputError: the name can be no model's.
            ModelError: one is being made already.
        """
        with self._lock:
            if self.now is not None and self.now.running:
                raise ModelError("An int8 recipe is being made already.", "Wait, or stop it.")
            self.now = Making(cross_encoder_spec(name, self._engine.settings.home).name)
        self._stop.clear()
        threading.Thread(
            target=self._run, args=(collection_id, name), name="make-recipe", daemon=True
        ).start()

    def stop(self) -> None:
        """End it after the piece of work that it is in; no file is left."""
        self._stop.set()

    def _run(self, collection_id: str, name: str) -> None:
        begin = ""
        try:
            make_recipe(self._engine, collection_id, name, self._tell, self._stop.is_set)
            begin = "The recipe is made. The runtimes were not measured: "
            self._measure()
        except Stopping as exc:
            self._now(state="stopped", message=f"{begin}{exc}")
        except SecondLookError as exc:
            self._now(state="failed", message=f"{begin}{exc}")

    def _measure(self) -> None:
        self._now(state="measuring", share=1.0)
        with self._engine.models.measuring:
            pass  # a measurement that began meanwhile is waited for
        self._engine.model_manager.measure_runtimes()
        now, home = self.now, self._engine.settings.home
        self._now(state="done", message=int8_words(home, now.model) if now else "")

    def _tell(self, share: float) -> None:
        self._now(share=share)

    def _now(self, **changes: object) -> None:
        if self.now is not None:
            self.now = replace(self.now, **changes)  # type: ignore[arg-type]
