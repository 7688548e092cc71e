"""The one worker that writes documents. It outlives page changes and closed tabs."""

from __future__ import annotations

import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from core.errors import DocumentRefused, SecondLookError, Stopping, StoreUnavailable
from core.home.storage import sweep_collection, sweep_files
from core.home.worker import BackgroundWorker
from core.ingest.jobs.job import Job, JobStatus
from core.ingest.jobs.limits import Allowance
from core.ingest.jobs.pipeline import Ingest, Progress, add_document, reindex
from core.ingest.jobs.repair import repair
from core.ingest.naming import document_name
from core.schema import Chunking
from core.settings import Limits

log = logging.getLogger(__name__)
Work = Callable[[Ingest, int], None]


class _Cancelled(Exception):
    """The person stopped this job."""


class Jobs:
    """Takes files, indexes them one after the other in a thread of its own.

    ``ingest`` is called in that thread, once, before the first job: it may wait for models.
    """

    def __init__(self, ingest: Callable[[], Ingest], limits: Limits | None = None) -> None:
        self._ingest = ingest
        self._allowance = Allowance(limits or Limits())
        self._jobs: dict[int, Job] = {}
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
        waiting = sum(job.size for job in self.snapshot() if not job.finished)
        self._allowance.take(session, sum(len(data) for _, data in files), waiting)
        with self._lock:
            self._batch += 1
        return [
            self._enqueue(
                Job(0, self._batch, "add", collection_id, document_name(name), len(data)),
                _adding(self, collection_id, name, data, replaced.get(name)),
            )
            for name, data in files
        ]

    def reindex(self, collection_id: str, chunking: Chunking, name: str) -> Job:
        """Queue the re-indexing of a whole collection; ``name`` is shown."""
        return self._whole(collection_id, name, _reindexing(self, collection_id, chunking))

    def reembed(self, collection_id: str, name: str) -> Job:
        """Queue the embedding of a whole collection by the present encoder, cut as it is."""
        return self._whole(collection_id, name, _reindexing(self, collection_id, None))

    def repair(self, collection_id: str, name: str) -> Job:
        """Queue the indexing of documents whose chunks were lost; ``name`` is shown."""
        return self._whole(collection_id, name, _repairing(self, collection_id))

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

    def cancel(self, job_id: int) -> None:
        """Stop a job before its next step; a finished one stays as it is."""
        with self._lock:
            self._cancelled.add(job_id)

    def cancel_all(self, collection_id: str) -> None:
        """Stop every job of a collection that has not finished."""
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

    def close(self, timeout: float = 10.0) -> None:
        """Stop after the job that runs now."""
        with self._lock:
            self._cancelled.update(id_ for id_, job in self._jobs.items() if not job.finished)
        self._worker.close(timeout, finish=True)

    def report(self, job_id: int, progress: Progress) -> None:
        """Note how far a job is; called by the worker."""
        if progress.stage != "commit":
            self._check_cancelled(job_id)
        self._change(job_id, progress=progress)

    def finish(self, job_id: int, status: JobStatus, **details: str) -> None:
        """Note how a job ended; called by the worker."""
        self._change(job_id, status=status, **details)

    def _whole(self, collection_id: str, name: str, work: Work) -> Job:
        with self._lock:
            self._batch += 1
        return self._enqueue(Job(0, self._batch, "reindex", collection_id, name, 0), work)

    def _enqueue(self, job: Job, work: Work) -> Job:
        with self._lock:
            job = replace(job, id=next(self._ids))
            self._jobs[job.id] = job
        self._worker.put(lambda: self._run(job.id, work))
        return job

    def _change(self, job_id: int, **changes: object) -> None:
        with self._lock:
            job = self._jobs[job_id]
            seconds = time.monotonic() - job.started if job.started else 0.0
            self._jobs[job_id] = replace(job, seconds=seconds, **changes)  # type: ignore[arg-type]

    def _run(self, job_id: int, work: Work) -> None:
        self._change(job_id, status="running", started=time.monotonic())
        try:
            self._check_cancelled(job_id)
            work(self._ingest(), job_id)
        except (_Cancelled, Stopping):
            self.finish(job_id, "cancelled", reason="Stopped before it was indexed.")
        except DocumentRefused as exc:
            self.finish(job_id, "refused", code=exc.code, reason=exc.message, advice=exc.advice)
        except SecondLookError as exc:
            log.warning("job %d failed: %s", job_id, exc)
            self.finish(job_id, "failed", reason=exc.message, advice=exc.advice)
        except Exception:  # the worker must outlive any defect; it is logged whole
            log.exception("job %d failed", job_id)
            self.finish(
                job_id,
                "failed",
                reason="Something unexpected went wrong while indexing; nothing of it was kept.",
                advice="The log has the details. The other files go on.",
            )

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


def _adding(jobs: Jobs, collection_id: str, name: str, data: bytes, replaces: str | None) -> Work:
    def work(ingest: Ingest, job_id: int) -> None:
        with _swept_on_failure(ingest, collection_id):
            document, new = add_document(
                ingest, collection_id, name, data, lambda p: jobs.report(job_id, p), replaces
            )
        progress = Progress("commit", document.pages, document.chunks, document.chunks)
        jobs.report(job_id, progress)
        jobs.finish(job_id, "indexed" if new else "known", document_id=document.id)

    return work


def _reindexing(jobs: Jobs, collection_id: str, chunking: Chunking | None) -> Work:
    def work(ingest: Ingest, job_id: int) -> None:
        with _swept_on_failure(ingest, collection_id):
            cut = chunking or ingest.storage.library.collection(collection_id).chunking
            chunks = reindex(ingest, collection_id, cut, lambda p: jobs.report(job_id, p))
        jobs.report(job_id, Progress("commit", chunks=chunks, embedded=chunks))
        jobs.finish(job_id, "indexed")

    return work


def _repairing(jobs: Jobs, collection_id: str) -> Work:
    def work(ingest: Ingest, job_id: int) -> None:
        chunks = repair(ingest, collection_id, lambda p: jobs.report(job_id, p))
        jobs.report(job_id, Progress("commit", chunks=chunks, embedded=chunks))
        jobs.finish(job_id, "indexed")

    return work
