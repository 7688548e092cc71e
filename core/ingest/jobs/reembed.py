"""Another encoder than the one that a collection was embedded by."""

from __future__ import annotations

from collections.abc import Iterable

from core.errors import StoreError
from core.ingest.jobs.job import Job
from core.ingest.jobs.pipeline import encoder_tag
from core.ingest.jobs.queue import Jobs
from core.ports import Encoder
from core.schema import Collection


def of_other_encoders(revisions: Iterable[str], encoder: Encoder) -> list[str]:
    """The revisions that were not embedded by this encoder."""
    return [found for found in revisions if not found.endswith(f":{encoder_tag(encoder)}")]


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
    others = of_other_encoders(revisions, encoder)
    if not others:
        return
    under_way = [
        job for job in jobs.snapshot(collection.id) if job.kind == "reindex" and not job.finished
    ]
    job = under_way[0] if under_way else jobs.reembed(collection.id, collection.name)
    raise StoreError(
        f"{len(others)} document(s) were embedded by another encoder than {encoder.info.name}. "
        f"They are being embedded again: {_how_far(job)}.",
        "The library page shows how far that is; then ask again. Or set SECOND_LOOK_ENCODER back "
        "to the earlier one.",
    )


def _how_far(job: Job) -> str:
    if job.status == "waiting":
        return "the work begins"
    return f"document {job.progress.document} of {job.progress.documents}"
