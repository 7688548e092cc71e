"""The text of the file that comes next, read while the one before it is embedded."""

from __future__ import annotations

import threading
from concurrent.futures import Future

from core.errors import Stopping
from core.home.worker import BackgroundWorker
from core.ingest.jobs.worker import parse
from core.schema import PagedText
from core.settings import Limits


class ReadAhead:
    """Reads files one at a time, in the order in which they came; safe to share by threads.

    A file is begun when the text of the one before it was taken: so one child runs at most, and
    one text waits at most, however many files there are.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files: dict[int, tuple[bytes, str]] = {}
        self._next: tuple[int, Future[PagedText]] | None = None
        self._lock = threading.Lock()
        self._worker = BackgroundWorker("read ahead")

    def put(self, job_id: int, data: bytes, name: str) -> None:
        """Let a job's file wait to be read."""
        with self._lock:
            self._files[job_id] = data, name
            self._go_on()

    def take(self, job_id: int) -> PagedText:
        """The text of the job's file, once it is read; jobs take in the order of their files.

        Raises:
            DocumentRefused: the file cannot be read; the code says why.
            Stopping: the job was dropped meanwhile.
        """
        with self._lock:
            text = self._next[1] if self._next and self._next[0] == job_id else None
        if text is None:
            raise _stopped()
        try:
            return text.result()
        finally:
            self.drop(job_id)

    def drop(self, job_id: int) -> None:
        """Forget a file, read or not; the next one is read. Twice is as good as once."""
        with self._lock:
            self._files.pop(job_id, None)
            if self._next is not None and self._next[0] == job_id:
                _settle(self._next[1], _stopped())
                self._next = None
            self._go_on()

    def _go_on(self) -> None:
        if self._next is None and self._files:
            job_id = next(iter(self._files))
            file, text = self._files.pop(job_id), Future[PagedText]()
            self._next = job_id, text
            self._worker.put(lambda: self._read(*file, text))

    def _read(self, data: bytes, name: str, text: Future[PagedText]) -> None:
        if text.done():
            return
        try:
            found: PagedText | BaseException = parse(data, self._limits, name)
        except BaseException as exc:  # noqa: BLE001 - it is raised where the text is taken
            found = exc
        with self._lock:
            _settle(text, found)


def _stopped() -> Stopping:
    return Stopping("The job was stopped.")


def _settle(text: Future[PagedText], found: PagedText | BaseException) -> None:
    """What is found first counts: a job that was dropped waits for no child."""
    if text.done():
        return
    if isinstance(found, BaseException):
        text.set_exception(found)
    else:
        text.set_result(found)
