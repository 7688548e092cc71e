"""Experiments of one home folder: started, stopped, and written down behind the pages."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from core.errors import InputError
from core.evaluate.configurations import Configuration
from core.evaluate.online.experiment import Act, Action, Experiment, Impression, Seen, Way
from core.history.experiments_file import ExperimentsFile
from core.history.recorder import Recorder


class Experiments:
    """At most one runs in a collection. It needs the history, and ends with it.

    Args:
        open_file: gives the file, opened when it is needed first.
        recorder: what the history writes with, so that a search is there before its list.
        on: whether searches are written down now.
        now: the time.
    """

    def __init__(
        self,
        open_file: Callable[[], ExperimentsFile],
        recorder: Recorder,
        on: Callable[[], bool],
        now: Callable[[], datetime],
    ) -> None:
        self._file, self._recorder, self._on, self._now = open_file, recorder, on, now

    def running(self, collection_id: str) -> Experiment | None:
        """The experiment of a collection; None when there is none, or nothing can be recorded.

        Raises:
            StoreError: the history cannot be read.
        """
        if not self._on():
            return None
        now = self._now()
        found = (e for e in self._file().all() if e.collection_id == collection_id)
        return next((experiment for experiment in found if experiment.runs(now)), None)

    def start(
        self, collection_id: str, way: Way, sides: tuple[Configuration, Configuration], days: int
    ) -> Experiment:
        """Begin an experiment.

        Raises:
            InputError: nothing can be recorded, one runs already, or it compares nothing.
        """
        if not self._on():
            raise InputError(
                "An experiment records searches, and the history is off.",
                "Switch the history on first.",
            )
        if self.running(collection_id) is not None:
            raise InputError("An experiment runs in this collection.", "Stop it first.")
        now, (a, b) = self._now(), sides
        made = Experiment(
            uuid.uuid4().hex, collection_id, way, a, b, now, now + timedelta(days=days)
        )
        self._file().keep(made)
        return made

    def stop(self, experiment: Experiment) -> None:
        """End it now; what was recorded stays."""
        self._file().keep(replace(experiment, ends_at=self._now()))

    def of(self, collection_id: str) -> list[Experiment]:
        """All experiments of a collection, the latest first."""
        return [e for e in self._file().all() if e.collection_id == collection_id]

    def show(self, shown: Impression) -> None:
        """Remember a list. Returns at once."""
        self._recorder.put(lambda: self._file().add(shown), proves=False)

    def act(self, entry_id: str, act: Act, chunk_id: str = "") -> None:
        """Remember what a person does with a list, at this moment. Returns at once."""
        action = Action(entry_id, act, chunk_id, self._now())
        self._recorder.put(lambda: self._file().act(action), proves=False)

    def seen(self, experiment: Experiment) -> list[Seen]:
        """Every list of an experiment with what people did."""
        self._recorder.flush()
        return self._file().seen(experiment.id)
