"""The library in words: sizes, times, counts, and how a file is getting on."""

from __future__ import annotations

from collections.abc import Sequence

from core.ingest.jobs.queue import Job
from core.schema import Document
from core.text.counting import counted
from core.text.pages import places_words
from pages.ui.text import plain, size_words


def seconds_words(seconds: float) -> str:
    """Seconds for people.

    >>> seconds_words(80.2)
    '1 min 20 s'
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def totals(documents: Sequence[Document]) -> str:
    """All documents together."""
    parts = [
        counted(len(documents), "document"),
        *_places(documents),
        counted(sum(document.chunks for document in documents if document.counted), "chunk"),
        size_words(sum(document.size for document in documents)),
    ]
    return " · ".join(parts)


def _places(documents: Sequence[Document]) -> list[str]:
    """How many pages there are, and how many lines, cues, ... of those without pages."""
    units = dict.fromkeys(document.unit for document in documents)
    return [places_words(sum(d.pages for d in documents if d.unit == u), u) for u in units]


def running_words(job: Job, models_ready: bool) -> str:
    """What happens to a job right now."""
    if job.status == "waiting":
        return "waiting for its turn"
    if not models_ready:
        return "waiting for the models to load"
    progress = job.progress
    pages = places_words(progress.pages, progress.unit)
    where = f"document {progress.document} of {progress.documents} · "
    where = where if job.kind == "reindex" else ""
    words = {
        "parse": "parse: reading the file",
        "chunk": f"chunk: splitting {pages}",
        "embed": f"embed: {progress.embedded:,} of {counted(progress.chunks, 'chunk')} · {pages}",
        "commit": f"commit: writing {counted(progress.chunks, 'chunk')} to disk",
    }
    return f"{where}{words[progress.stage]} · {seconds_words(job.seconds)}"


def result_words(job: Job) -> str:
    """How a finished job ended, as Markdown."""
    figures = f"{counted(job.progress.chunks, 'chunk')} · {seconds_words(job.seconds)}"
    if job.kind == "add":
        figures = f"{places_words(job.progress.pages, job.progress.unit)} · {figures}"
    why = plain(f"{_lowered(job.reason)} {job.advice}".strip())
    return {
        "indexed": f"**indexed** · {figures}",
        "known": "**already here**: this collection has the same file",
        "refused": f"**refused**, because {why}",
        "failed": f"**not indexed**, because {why}",
        "cancelled": "**cancelled**: nothing was kept",
    }[job.status]


def batch_words(jobs: Sequence[Job]) -> str:
    """A batch in one line."""
    done = [job for job in jobs if job.finished]
    seconds = seconds_words(sum(job.seconds for job in jobs))
    things = counted(len(jobs), "file") if jobs[0].kind == "add" else "re-indexing"
    if len(done) < len(jobs):
        at = f"{len(done)} of {things} done" if jobs[0].kind == "add" else "Re-indexing"
        return f"{at} · {seconds}"
    names = {"known": "already here", "failed": "not indexed"}
    ended = [job.status for job in jobs]
    parts = [f"{ended.count(s)} {names.get(s, s)}" for s in dict.fromkeys(ended)]
    return f"{things.capitalize()} done in {seconds}: {', '.join(parts)}"


def _lowered(sentence: str) -> str:
    """A sentence as the second half of another one; abbreviations stay as they are."""
    first = sentence.split(" ", 1)[0]
    return sentence[:1].lower() + sentence[1:] if first[1:].islower() else sentence
