"""The one queue of jobs that write documents. It outlives page changes and closed tabs."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal

from core.errors import (
    DocumentRefused,
    InputError,
    SecondLookError,
    Stopping,
    StoreError,
    StoreUnavailable,
)
from core.home.storage import sweep_collection, sweep_files
from core.home.worker import BackgroundWorker
from core.ingest.jobs.ahead import ReadAhead
from core.ingest.jobs.pipeline import (
    Ingest,
    Progress,
    Report,
    add_document,
    committed,
    document_name,
    encoder_tag,
    reindex,
    repair,
)
from core.ports import Encoder
from core.schema import Chunking, Collection
from core.settings import Limits

log = logging.getLogger(__name__)
JobWork = Callable[[Ingest, Report], dict[str, Any]]
"""Does what a job is for; gives the fields that the job has once it is done."""
_MB = 1024 * 1024
JobStatus = Literal["waiting", "running", "indexed", "known", "refused", "failed", "cancelled"]
FINISHED: frozenset[JobStatus] = frozenset({"indexed", "known", "refused", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Job:
    """A file (or a re-indexing) on its way, as it stands now.

    ``seconds`` counts from its start; ``reason`` and ``advice`` say why it was refused or
    failed, ``code`` is the refusal's code.
    """

    id: int
    batch: int
    kind: Literal["add", "reindex"]
    collection_id: str
    name: str
    size: int
    status: JobStatus = "waiting"
    progress: Progress = field(default_factory=lambda: Progress("parse"))
    seconds: float = 0.0
    started: float = 0.0
    document_id: str = ""
    code: str = ""
    reason: str = ""
    advice: str = ""

    @property
    def finished(self) -> bool:
        """Whether nothing will change any more."""
        return self.status in FINISHED

    @property
    def fraction(self) -> float:
        """How far it is, 0..1: parsing is the first tenth, embedding the rest."""
        if self.finished:
            return 1.0
        if self.status == "waiting" or self.progress.stage == "parse":
            return 0.0
        if self.progress.stage == "commit":
            return 0.98
        share = self.progress.embedded / self.progress.chunks if self.progress.chunks else 0.0
        done = (self.progress.document - 1 + share) / self.progress.documents
        return 0.1 + 0.85 * done


class Allowance:
    """Counts what each session has given since the start; safe to use from several threads."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._given: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, session: str, size: int, waiting: int) -> None:
        """Count ``size`` more bytes of a session, or count nothing and say why.

        Args:
            session: names the session; an empty name has no limit of its own.
            size: bytes of the files that it gives now.
            waiting: bytes of all files that wait or are read now, of whichever session.

        Raises:
            InputError: the session, or all together, would have given too much.
        """
        with self._lock:
            given = self._given[session] + size
            if session and given > self._limits.session_mb * _MB:
                raise InputError(
                    f"This session would have added {given / _MB:.1f} MB, above the limit of "
                    f"{self._limits.session_mb} MB.",
                    "Open a new session, or raise SECOND_LOOK_MAX_SESSION_MB.",
                )
            if waiting + size > self._limits.library_mb * _MB:
                raise InputError(
                    f"With these files, {(waiting + size) / _MB:.1f} MB would be waiting to be "
                    f"indexed, above the limit of {self._limits.library_mb} MB.",
                    "Wait until some are indexed, or raise SECOND_LOOK_MAX_LIBRARY_MB.",
                )
            self._given[session] = given


class _Cancelled(Exception):
    """The person stopped this job."""


class Jobs:
    """Takes files, indexes them one after the other in a thread of its own.

    ``ingest`` is called in that thread before each job: it may wait for the encoder. The next file
    is read meanwhile.
    """

    def __init__(self, ingest: Callable[[], Ingest], limits: Limits | None = None) -> None:
        self._ingest = ingest
        self._allowance = Allowance(limits or Limits())
        self._ahead = ReadAhead(limits or Limits())
        self._jobs: dict[int, Job] = {}
        self._uploads: dict[int, tuple[bytes, str | None]] = {}
        self._cancelled: set[int] = set()
        self._lock = threading.Lock()
        self._worker = BackgroundWorker("ingest")
        self._batch = 0
        self._ids = itertools.count(1)

    def add(
        self,
        collection_id: str,
        files: list[tuple[str, bytes]],
        replaces: dict[str, str] | None = None,
        session: str = "",
    ) -> list[Job]:
        """Queue files as one batch; returns at once.

        Args:
            collection_id: where they go.
            files: name and bytes of each.
            replaces: file name -> id of the document it takes the place of.
            session: who gives them; the bytes of a named session are limited.

        Raises:
            InputError: too many bytes; none of the files is queued.
        """
        replaced = replaces or {}
        waiting = sum(job.size for job in self.snapshot() if job.id in self._uploads)
        self._allowance.take(session, sum(len(data) for _, data in files), waiting)
        with self._lock:
            self._batch += 1
            batch = self._batch
        return [
            self._enqueue_file(
                Job(next(self._ids), batch, "add", collection_id, document_name(name), len(data)),
                data,
                replaced.get(name),
            )
            for name, data in files
        ]

    def reindex(self, collection_id: str, chunking: Chunking | None, name: str) -> Job:
        """Queue the re-indexing of a whole collection; ``name`` is shown.

        Without a chunking all is cut as it was, and embedded by the present encoder.
        """

        def work(ingest: Ingest, report: Report) -> int:
            cut = chunking or ingest.storage.library.collection(collection_id).chunking
            return reindex(ingest, collection_id, cut, report)

        return self._whole(collection_id, name, work)

    def repair(self, collection_id: str, name: str) -> Job:
        """Queue the indexing of documents whose chunks were lost; ``name`` is shown."""
        return self._whole(
            collection_id, name, lambda ingest, report: repair(ingest, collection_id, report)
        )

    def tidy(self) -> None:
        """Queue the removal of files that no document refers to any more."""
        self._worker.put(lambda: sweep_files(self._ingest().storage))

    def snapshot(self, collection_id: str | None = None) -> list[Job]:
        """All jobs of this process, oldest first, of one collection if given."""
        now = time.monotonic()
        with self._lock:
            jobs = list(self._jobs.values())
        return [
            replace(job, seconds=now - job.started) if job.status == "running" else job
            for job in jobs
            if collection_id is None or job.collection_id == collection_id
        ]

    def busy(self) -> bool:
        """Whether any job waits or runs."""
        return any(not job.finished for job in self.snapshot())

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until nothing waits or runs; False when that takes longer than ``timeout``."""
        return self._worker.wait(timeout)

    def cancel(self, job_id: int) -> None:
        """Stop a job before its next step; a finished one stays as it is."""
        with self._lock:
            self._cancelled.add(job_id)
        self._ahead.drop(job_id)

    def try_again(self, job_id: int) -> None:
        """Queue a file anew that was refused, failed or was cancelled; any other stays as it is."""
        with self._lock:
            job, given = self._jobs.get(job_id), self._uploads.get(job_id)
            if job is None or given is None or not job.finished:
                return
            self._cancelled.discard(job_id)
        anew = Job(job_id, job.batch, job.kind, job.collection_id, job.name, job.size)
        self._enqueue_file(anew, *given)

    def cancel_all(self, collection_id: str | None = None) -> None:
        """Stop every job that has not finished, of one collection if given."""
        for job in self.snapshot(collection_id):
            self.cancel(job.id)

    def forget_finished(self, collection_id: str | None = None) -> None:
        """Drop the finished jobs from the list, of one collection if given."""
        with self._lock:
            self._jobs = {
                id_: job
                for id_, job in self._jobs.items()
                if not job.finished or collection_id not in {None, job.collection_id}
            }
            self._uploads = {
                id_: self._uploads[id_] for id_ in self._uploads.keys() & self._jobs.keys()
            }

    def close(self, timeout: float = 10.0) -> None:
        """Stop after the job that runs now."""
        self.cancel_all()
        self._worker.close(timeout, finish=True)

    def _whole(self, collection_id: str, name: str, work: Callable[[Ingest, Report], int]) -> Job:
        """Queue work on a whole collection that returns the number of chunks."""
        with self._lock:
            self._batch += 1
            job = Job(next(self._ids), self._batch, "reindex", collection_id, name, 0)

        def counted(ingest: Ingest, report: Report) -> dict[str, Any]:
            chunks = work(ingest, report)
            progress = Progress("commit", chunks=chunks, embedded=chunks)
            return {"status": "indexed", "progress": progress}

        return self._enqueue(job, counted)

    def _enqueue_file(self, job: Job, data: bytes, replaces: str | None) -> Job:
        def work(ingest: Ingest, report: Report) -> dict[str, Any]:
            read = partial(self._ahead.take, job.id)
            document, new = add_document(
                ingest, job.collection_id, job.name, data, report, replaces, read
            )
            status = "indexed" if new else "known"
            return {"status": status, "progress": committed(document), "document_id": document.id}

        self._uploads[job.id] = data, replaces
        self._ahead.put(job.id, data, job.name)
        return self._enqueue(job, work)

    def _enqueue(self, job: Job, work: JobWork) -> Job:
        with self._lock:
            self._jobs[job.id] = job
        self._worker.put(lambda: self._run(job, work))
        return job

    def _change(self, job_id: int, **changes: Any) -> None:
        with self._lock:
            job = self._jobs[job_id]
            seconds = time.monotonic() - job.started if job.started else 0.0
            self._jobs[job_id] = replace(job, seconds=seconds, **changes)

    def _run(self, job: Job, work: JobWork) -> None:
        self._change(job.id, status="running", started=time.monotonic())
        try:
            self._check_cancelled(job.id)
            ingest = self._ingest()
            with _swept_on_failure(ingest, job.collection_id):
                done = work(ingest, lambda progress: self._report(job.id, progress))
            self._change(job.id, **done)
            self._uploads.pop(job.id, None)  # any other end can be tried again
        except (_Cancelled, Stopping):
            self._change(job.id, status="cancelled", reason="Stopped before it was indexed.")
        except DocumentRefused as exc:
            self._change(
                job.id, status="refused", code=exc.code, reason=exc.message, advice=exc.advice
            )
        except SecondLookError as exc:
            log.warning("job %d failed: %s", job.id, exc)
            self._change(job.id, status="failed", reason=exc.message, advice=exc.advice)
        except Exception:  # the worker must outlive any defect; it is logged whole
            log.exception("job %d failed", job.id)
            self._change(
                job.id,
                status="failed",
                reason="An unexpected error stopped the indexing of this file; nothing of it "
                "was kept.",
                advice="See the log for details. The other files continue.",
            )
        finally:
            self._ahead.drop(job.id)

    def _report(self, job_id: int, progress: Progress) -> None:
        """Note how far a job is, unless it is to stop: a commit is never interrupted."""
        if progress.stage != "commit":
            self._check_cancelled(job_id)
        self._change(job_id, progress=progress)

    def _check_cancelled(self, job_id: int) -> None:
        if job_id in self._cancelled:
            raise _Cancelled


@contextmanager
def _swept_on_failure(ingest: Ingest, collection_id: str) -> Iterator[None]:
    """Whatever a stopped or failed job wrote goes at once, not only at the next start."""
    try:
        yield
    except StoreUnavailable:
        raise  # whom a server keeps waiting must not wait for it twice; the next start sweeps
    except Exception:
        sweep_collection(ingest.storage, collection_id)
        sweep_files(ingest.storage)
        raise


def require_encoder(
    jobs: Jobs, collection: Collection, revisions: Iterable[str], encoder: Encoder
) -> None:
    """Vectors of two encoders must never be compared, even when their lengths agree.

    When some are found, all documents are embedded again in the background; until then nothing of
    the collection can be searched.

    Args:
        collection: the one that is asked.
        revisions: those that would be searched.
        encoder: the one that reads the question.

    Raises:
        StoreError: a revision was embedded by another encoder; it says how far the work is.
    """
    others = sum(not revision.endswith(f":{encoder_tag(encoder)}") for revision in revisions)
    if not others:
        return
    all_jobs = jobs.snapshot(collection.id)
    under_way = (job for job in all_jobs if job.kind == "reindex" and not job.finished)
    job = next(under_way, None) or jobs.reindex(collection.id, None, collection.name)
    how_far = f"document {job.progress.document} of {job.progress.documents}"
    raise StoreError(
        f"{others} document(s) were embedded with another encoder than {encoder.info.name}. They "
        f"are being embedded again: {'the work begins' if job.status == 'waiting' else how_far}.",
        "The Library page shows the progress; ask again when it is done. Or set "
        "SECOND_LOOK_ENCODER back to the earlier encoder.",
    )
