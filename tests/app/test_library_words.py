"""How the library puts sizes, times, counts and results."""

from typing import Any

import pytest

from core.home.rebuild import unknown_document
from core.ingest.jobs.pipeline import Progress
from core.ingest.jobs.queue import Job
from core.schema import Document
from pages.ui.library.documents import rows
from pages.ui.library.words import batch_words, result_words, running_words, seconds_words, totals
from pages.ui.text import size_words


def job(**changes: Any) -> Job:
    """A job of a file."""
    return Job(1, 1, "add", "c", "a.pdf", 10, **changes)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (632_012, "632 KB"),
        (999_999, "1000 KB"),
        (1_000_000, "1.0 MB"),
    ],
)
def test_sizes_are_put_in_kilobytes_and_megabytes(size, words):
    """1,000 bytes a kilobyte, as the table counts; a size has its unit, and is never nothing."""
    assert size_words(size) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (59.4, "59 s"), (59.6, "1 min 0 s"), (80.2, "1 min 20 s")],
)
def test_times_are_put_in_seconds_and_minutes(seconds, words):
    """Tenths below ten seconds, minutes from sixty."""
    assert seconds_words(seconds) == words


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress("parse"), "parse: reading the file"),
        (Progress("chunk", 3), "chunk: splitting 3 pages"),
        (Progress("embed", 3, 40, 16), "embed: 16 of 40 chunks · 3 pages"),
        (Progress("commit", 3, 40, 40), "commit: writing 40 chunks to disk"),
    ],
)
def test_every_stage_is_named_with_its_counts(progress, words):
    """Parse, chunk, embed, commit, and the seconds so far."""
    running = job(status="running", progress=progress, seconds=2.0)
    assert running_words(running, models_ready=True) == f"{words} · 2.0 s"


def test_waiting_says_for_what():
    """For its turn, or for the models."""
    assert running_words(job(), models_ready=False) == "waiting for its turn"
    assert "models" in running_words(job(status="running"), models_ready=False)


def test_a_refusal_reads_as_one_sentence_with_its_advice():
    """Refused, because (small letter, but for abbreviations) ... and what to do; no markup."""
    refused = job(status="refused", reason="The file is empty.", advice="Save it again.")
    assert result_words(refused) == "**refused**, because the file is empty\\. Save it again\\."
    assert "because PDF reading" in result_words(job(status="refused", reason="PDF reading failed"))
    words = result_words(job(status="failed", reason="![x](http://e.org/a.png)"))
    assert "![" not in words
    assert "](" not in words


def test_a_batch_sums_up_how_its_files_ended():
    """Counts in the order of the files, the seconds added up."""
    ended = [
        job(status=status, seconds=2.0) for status in ("indexed", "refused", "indexed", "known")
    ]
    assert batch_words(ended) == "4 files done in 8.0 s: 2 indexed, 1 refused, 1 already here"


def test_a_running_batch_counts_what_is_done():
    """One of two, and the seconds so far."""
    assert batch_words([job(status="indexed", seconds=2.0), job()]) == "1 of 2 files done · 2.0 s"


def test_a_document_of_which_only_the_file_is_known_waits():
    """No number of pages or chunks is shown for it, and none is added to the totals."""
    lost = unknown_document("a" * 64, 3_000_000)
    whole = Document("b" * 64, "b.pdf", "", 2, 7, 1_000_000, lost.added_at, "r")
    table = rows([lost, whole])
    assert (table["Pages"], table["Chunks"]) == ([None, 2], [None, 7])
    assert table["Status"] == ["waiting", "indexed"]
    assert rows([lost, whole], {whole.id})["Status"] == ["waiting", "partly indexed"]
    assert totals([lost, whole]) == "2 documents · 2 pages · 7 chunks · 4.0 MB"
