"""Every search, remembered in the home folder without making anybody wait."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from core.errors import InputError
from core.history.experiments import Experiments
from core.history.facts import Facts
from core.history.history_file import HistoryFile
from core.history.recorder import Recorder
from core.history.records import Asked, Entry, Feedback, GivenAnswer, Wanted, circumstances
from core.home.library import Library
from core.schema import Answer, Comparison, Stage
from core.settings import HistorySettings

_SWITCH = "record"
Now = Callable[[], datetime]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class History:
    """The searches of one home folder. Safe to use from several threads.

    ``record``, ``record_answer`` and ``rate`` return at once and never raise: what they are given
    is written down later. When that fails, ``trouble`` says why.
    """

    def __init__(
        self, path: Path | None, settings: HistorySettings, library: Library, now: Now = _utc_now
    ) -> None:
        """The file is opened when it is needed first: damage of it stops nothing else."""
        self.settings = settings
        self._path = path
        self._library = library
        self._now = now
        self._recorder = Recorder()
        self._opening = threading.Lock()
        self._file: HistoryFile | None = None
        self.experiments = Experiments(
            lambda: self._open().experiments, self._recorder, lambda: self.on, now
        )

    @property
    def trouble(self) -> str:
        """Why the last search was not written down; empty when all is well."""
        return self._recorder.trouble

    @property
    def on(self) -> bool:
        """Whether searches are written down: by the settings, and by the switch on the page.

        Raises:
            StoreError: the history cannot be read.
        """
        return self.settings.enabled and self._open().choice(_SWITCH, "on") == "on"

    def switch(self, *, on: bool) -> None:
        """Write searches down from now on, or stop; what is kept stays.

        Raises:
            InputError: the settings switched it off for everybody.
            StoreError: the choice cannot be kept.
        """
        if on and not self.settings.enabled:
            raise InputError(
                "The history is switched off by SECOND_LOOK_HISTORY.", "Set it to on, and restart."
            )
        self._open().choose(_SWITCH, "on" if on else "off")

    def record(self, collection_id: str, comparison: Comparison) -> str:
        """Remember a search; the id of its entry, under which answers and feedback follow."""
        id_, asked_at = uuid.uuid4().hex, self._now()

        def write() -> None:
            if not self.on:
                return
            around = circumstances(self._library, collection_id, comparison.corpus_version)
            file = self._open()
            file.add(id_, asked_at, comparison, around)
            file.retain(self.settings.days, self.settings.entries, self._now())

        if self.settings.enabled:
            self._recorder.put(write)
        return id_

    def record_answer(self, entry_id: str, stage: Stage, answer: Answer) -> None:
        """Remember an answer to a search that is kept."""
        given = GivenAnswer(stage, answer)
        self._recorder.put(lambda: self._open().add_answer(entry_id, given), proves=False)

    def rate(self, entry_id: str, feedback: Feedback) -> None:
        """Remember what a person thought of an answer that is kept."""
        self._recorder.put(lambda: self._open().add_feedback(entry_id, feedback), proves=False)

    def lines(self, wanted: Wanted | None = None) -> list[Asked]:
        """Searches, the latest first.

        Raises:
            StoreError: the history cannot be read.
        """
        self._recorder.flush()
        file = self._open()
        file.retain(self.settings.days, self.settings.entries, self._now())
        return file.lines(wanted or Wanted())

    def entry(self, id_: str) -> Entry:
        """Everything about one search.

        Raises:
            NotFound: it was deleted.
            StoreError: the history cannot be read.
        """
        self._recorder.flush()
        return self._open().entry(id_)

    def facts(self) -> list[Facts]:
        """The figures of all searches that are kept, oldest first.

        Raises:
            StoreError: the history cannot be read.
        """
        self._recorder.flush()
        return self._open().facts(self.settings.entries)

    def count(self) -> int:
        """How many searches are kept."""
        self._recorder.flush()
        return self._open().count()

    def collections(self) -> dict[str, str]:
        """Ids and names of the collections that were asked, deleted ones too."""
        return self._open().collections()

    def questions(self, collection_id: str, limit: int = 200) -> list[str]:
        """The different questions that a collection was asked, the latest first."""
        asked = self.lines(Wanted(collection_id=collection_id, limit=limit))
        return list(dict.fromkeys(line.query for line in asked))

    def delete(self, id_: str) -> None:
        """Forget one search."""
        self._recorder.flush()
        self._open().delete(id_)

    def purge(self) -> int:
        """Forget every search, answer and feedback; how many searches that were."""
        self._recorder.flush()
        file = self._open()
        count = file.count()
        file.purge()
        return count

    def flush(self) -> None:
        """Wait until everything is written down."""
        self._recorder.flush()

    def close(self) -> None:
        """Write down what waits, then release the file."""
        self._recorder.close()
        with self._opening:
            if self._file is not None:
                self._file.close()

    def _open(self) -> HistoryFile:
        with self._opening:
            if self._file is None:
                self._file = HistoryFile(self._path)
            return self._file
