"""The worker: order, cancelling, refusals, and that nothing stops the other files."""

from unittest.mock import Mock

import pytest

from core.errors import ModelError, Stopping, StoreError
from core.home.storage import delete_document, store_name
from core.ingest.jobs.pipeline import Progress, encoder_tag
from core.ingest.jobs.queue import Jobs
from core.schema import Chunking
from tests.made_pdfs import BROKEN_PDF, NOT_A_PDF, made_pdf, sentences

SECONDS = 200
TRAVEL = made_pdf(sentences("travel", 20))
FOOD = made_pdf(sentences("food", 20))
LONG = made_pdf(*(sentences(f"topic{number}", 20) for number in range(24)))


def wait(jobs):
    """Until nothing waits or runs any more."""
    assert jobs.wait(SECONDS), jobs.snapshot()


def names(ingest, collection):
    """Names of the committed documents."""
    return [known.name for known in ingest.storage.library.documents(collection)]


def revisions(ingest, collection):
    """Revisions with chunks in the store."""
    target = store_name(collection, f":{encoder_tag(ingest.encoder)}")
    store = ingest.storage.store
    return set(store.counts(target)) if target in store.collections() else set()


def test_one_bad_file_does_not_stop_the_others(jobs, ingest, collection):
    """Good, broken, not a PDF, empty, good: two are indexed, three say why not, what to do."""
    files = [("a.pdf", TRAVEL), ("b.pdf", BROKEN_PDF), ("c.pdf", NOT_A_PDF), ("d.pdf", b"")]
    jobs.add(collection, [*files, ("e.pdf", FOOD)])
    wait(jobs)
    ended = jobs.snapshot(collection)
    assert [job.status for job in ended] == ["indexed", "refused", "refused", "refused", "indexed"]
    assert [job.code for job in ended] == ["", "damaged", "not_a_pdf", "empty", ""]
    assert all(job.reason and job.advice for job in ended if job.status == "refused")
    assert names(ingest, collection) == ["a.pdf", "e.pdf"]


def test_a_finished_job_tells_its_figures(jobs, ingest, collection):
    """Pages, chunks, seconds and the document that came of it; its bar is full."""
    jobs.add(collection, [("a.pdf", TRAVEL)])
    wait(jobs)
    job = jobs.snapshot()[0]
    document = ingest.storage.library.documents(collection)[0]
    assert job.document_id == document.id
    assert job.progress == Progress("commit", document.pages, document.chunks, document.chunks)
    assert job.seconds > 0
    assert job.fraction == 1.0
    jobs.cancel(job.id)  # too late
    assert jobs.snapshot()[0].status == "indexed"
    assert names(ingest, collection) == ["a.pdf"]


def test_what_was_refused_failed_or_cancelled_can_be_tried_again(jobs, ingest, collection, gate):
    """In its place in the list, from the start; what is indexed or forgotten is left alone."""
    first, second, broken = jobs.add(
        collection, [("a.pdf", TRAVEL), ("b.pdf", FOOD), ("c.pdf", BROKEN_PDF)]
    )
    assert gate.reached.wait(SECONDS)
    jobs.try_again(first.id)  # it still runs
    jobs.cancel(second.id)
    gate.opened.set()
    wait(jobs)
    assert [job.status for job in jobs.snapshot()] == ["indexed", "cancelled", "refused"]
    for job in (first, second, broken):
        jobs.try_again(job.id)
    wait(jobs)
    ended = jobs.snapshot()
    assert [job.id for job in ended] == [first.id, second.id, broken.id]
    assert [(job.status, job.code) for job in ended][1:] == [
        ("indexed", ""),
        ("refused", "damaged"),
    ]
    assert names(ingest, collection) == ["a.pdf", "b.pdf"]
    jobs.forget_finished()
    jobs.try_again(broken.id)
    assert jobs.snapshot() == []


def test_the_same_bytes_end_as_known(jobs, ingest, collection):
    """In one batch or later, a second copy is recognised by its bytes."""
    jobs.add(collection, [("a.pdf", TRAVEL), ("copy.pdf", TRAVEL)])
    wait(jobs)
    assert [job.status for job in jobs.snapshot()] == ["indexed", "known"]
    assert names(ingest, collection) == ["a.pdf"]


def test_a_new_version_takes_the_place_of_the_old_one(jobs, ingest, collection):
    """The old document and its chunks are gone when the new one is there."""
    jobs.add(collection, [("a.pdf", TRAVEL)])
    wait(jobs)
    old = ingest.storage.library.documents(collection)[0]
    jobs.add(collection, [("a.pdf", FOOD)], {"a.pdf": old.id})
    wait(jobs)
    left = ingest.storage.library.documents(collection)
    assert [known.size for known in left] == [len(FOOD)]
    assert revisions(ingest, collection) == {left[0].revision}


def test_each_call_is_a_batch_of_its_own(jobs, collection):
    """Jobs know which drop they came with."""
    first = jobs.add(collection, [("a.pdf", TRAVEL), ("b.pdf", FOOD)])
    second = jobs.add(collection, [("c.pdf", LONG)])
    assert len({job.batch for job in first}) == 1
    assert first[0].batch != second[0].batch
    wait(jobs)


def test_a_waiting_job_can_be_cancelled(jobs, ingest, collection, gate):
    """The one that runs goes on, the cancelled one never starts."""
    running, waiting = jobs.add(collection, [("a.pdf", TRAVEL), ("b.pdf", FOOD)])
    assert gate.reached.wait(SECONDS)
    jobs.cancel(waiting.id)
    gate.opened.set()
    wait(jobs)
    assert {job.id: job.status for job in jobs.snapshot()} == {
        running.id: "indexed",
        waiting.id: "cancelled",
    }
    assert names(ingest, collection) == ["a.pdf"]


def test_a_running_job_can_be_cancelled_and_leaves_nothing(jobs, ingest, collection, gate):
    """Stopped between two batches: its chunks, its file and its record are not there."""
    (job,) = jobs.add(collection, [("long.pdf", LONG)])
    assert gate.reached.wait(SECONDS)
    jobs.cancel(job.id)
    gate.opened.set()
    wait(jobs)
    assert jobs.snapshot()[0].status == "cancelled"
    assert names(ingest, collection) == []
    assert revisions(ingest, collection) == set()
    assert ingest.storage.files.sweep([]) == 0


def test_a_failure_in_the_middle_leaves_nothing_and_the_next_file_goes_on(
    jobs, ingest, collection, monkeypatch
):
    """The store fails after the first batch of chunks: they are swept at once."""
    upsert = ingest.storage.store.upsert
    calls = []

    def fail_once(*args):
        calls.append(args)
        if len(calls) == 2:
            raise StoreError("The disk is full.", "Free some space.")
        upsert(*args)

    monkeypatch.setattr(ingest.storage.store, "upsert", fail_once)
    jobs.add(collection, [("long.pdf", LONG), ("a.pdf", TRAVEL)])
    wait(jobs)
    failed, good = jobs.snapshot()
    assert (failed.status, failed.reason, failed.advice) == (
        "failed",
        "The disk is full.",
        "Free some space.",
    )
    assert good.status == "indexed"
    assert revisions(ingest, collection) == {
        known.revision for known in ingest.storage.library.documents(collection)
    }


def test_a_defect_ends_one_job_and_not_the_worker(jobs, ingest, collection, monkeypatch, caplog):
    """Something nobody foresaw: the job says so, the log has it, the next file is indexed."""
    encode = ingest.encoder.encode
    calls = []

    def stumble(texts):
        calls.append(texts)
        if len(calls) == 1:
            raise ZeroDivisionError("nobody thought of this")
        return encode(texts)

    monkeypatch.setattr(ingest.encoder, "encode", stumble)
    jobs.add(collection, [("a.pdf", TRAVEL), ("b.pdf", FOOD)])
    wait(jobs)
    assert [job.status for job in jobs.snapshot()] == ["failed", "indexed"]
    assert "nobody thought of this" in caplog.text
    assert "nothing of it was kept" in jobs.snapshot()[0].reason
    assert names(ingest, collection) == ["b.pdf"]


def test_models_that_cannot_load_fail_the_job_with_the_reason(collection):
    """The person reads why nothing can be indexed."""
    jobs = Jobs(Mock(side_effect=ModelError("The model is missing.", "Fetch it.")))
    jobs.add(collection, [("a.pdf", TRAVEL)])
    wait(jobs)
    jobs.close()
    job = jobs.snapshot()[0]
    assert (job.status, job.reason, job.advice) == ("failed", "The model is missing.", "Fetch it.")


def test_the_end_of_the_process_cancels_the_job_it_meets(jobs, ingest, collection, monkeypatch):
    """It is nobody's fault, and nothing of the document is left."""
    stopping = Mock(side_effect=Stopping("Second Look is shutting down."))
    monkeypatch.setattr(ingest.encoder, "encode", stopping)
    jobs.add(collection, [("a.pdf", TRAVEL)])
    wait(jobs)
    assert [job.status for job in jobs.snapshot()] == ["cancelled"]
    assert names(ingest, collection) == []
    assert revisions(ingest, collection) == set()


def test_reindexing_as_a_job_switches_the_collection(jobs, ingest, collection):
    """Afterwards the collection has the other chunking and only its chunks."""
    jobs.add(collection, [("a.pdf", TRAVEL), ("b.pdf", FOOD)])
    jobs.reindex(collection, Chunking(200, 20), "papers")
    wait(jobs)
    assert jobs.snapshot()[-1].status == "indexed"
    documents = ingest.storage.library.documents(collection)
    assert ingest.storage.library.collection(collection).chunking == Chunking(200, 20)
    assert jobs.snapshot()[-1].progress.chunks == sum(known.chunks for known in documents)
    assert revisions(ingest, collection) == {known.revision for known in documents}


def test_a_cancelled_reindexing_keeps_the_old_chunks(jobs, ingest, collection, gate):
    """Half-way is nowhere: chunking and chunks are as before."""
    gate.opened.set()
    jobs.add(collection, [("long.pdf", LONG)])
    wait(jobs)
    before = ingest.storage.library.documents(collection)
    gate.opened.clear()
    gate.reached.clear()
    job = jobs.reindex(collection, Chunking(128, 0), "papers")
    assert gate.reached.wait(SECONDS)
    jobs.cancel(job.id)
    gate.opened.set()
    wait(jobs)
    assert jobs.snapshot()[-1].status == "cancelled"
    assert ingest.storage.library.documents(collection) == before
    assert ingest.storage.library.collection(collection).chunking == Chunking(64, 0)
    assert revisions(ingest, collection) == {before[0].revision}


def test_cancel_all_stops_one_collection_only(jobs, ingest, collection, gate):
    """The files of another collection are indexed all the same."""
    other = ingest.storage.library.create_collection("other", Chunking(64, 0)).id
    jobs.add(collection, [("a.pdf", LONG), ("b.pdf", TRAVEL)])
    jobs.add(other, [("c.pdf", FOOD)])
    assert gate.reached.wait(SECONDS)
    jobs.cancel_all(collection)
    gate.opened.set()
    wait(jobs)
    assert [job.status for job in jobs.snapshot()] == ["cancelled", "cancelled", "indexed"]
    assert names(ingest, other) == ["c.pdf"]


def test_finished_jobs_can_be_cleared_of_one_collection(jobs, ingest, collection):
    """Only finished ones, and only of the collection that is named."""
    other = ingest.storage.library.create_collection("other", Chunking(64, 0)).id
    jobs.add(collection, [("b.pdf", BROKEN_PDF)])
    jobs.add(other, [("c.pdf", BROKEN_PDF)])
    wait(jobs)
    jobs.forget_finished(collection)
    assert [job.collection_id for job in jobs.snapshot()] == [other]
    jobs.forget_finished()
    assert jobs.snapshot() == []


def test_tidying_removes_the_file_of_a_deleted_document(jobs, ingest, collection):
    """The file goes in the worker, after whatever is being added."""
    jobs.add(collection, [("a.pdf", TRAVEL)])
    wait(jobs)
    document = ingest.storage.library.documents(collection)[0]
    delete_document(ingest.storage, collection, document.id)
    jobs.tidy()
    jobs.add(collection, [("b.pdf", BROKEN_PDF)])
    wait(jobs)
    assert ingest.storage.files.sweep([]) == 0


def test_closing_cancels_what_waits(ingest, collection, gate):
    """The worker ends; a file that had not begun is not indexed."""
    jobs = Jobs(lambda: ingest)
    jobs.add(collection, [("a.pdf", TRAVEL), ("b.pdf", FOOD)])
    assert gate.reached.wait(SECONDS)
    jobs.close(timeout=0)
    gate.opened.set()
    wait(jobs)
    assert jobs.snapshot()[1].status == "cancelled"
    assert "b.pdf" not in names(ingest, collection)


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (Progress("parse"), 0.0),
        (Progress("chunk", 3), 0.1),
        (Progress("embed", 3, 40, 20), 0.1 + 0.85 * 20 / 40),
        (Progress("embed", 3, 40, 20, 2, 4), 0.1 + 0.85 * (1 + 20 / 40) / 4),
        (Progress("commit", 3, 40, 40), 0.98),
    ],
)
def test_the_bar_is_where_the_work_is(jobs, ingest, collection, gate, progress, expected):
    """Parsing is the first tenth, embedding the rest, in proportion of the chunks."""
    (job,) = jobs.add(collection, [("a.pdf", TRAVEL)])
    assert jobs.snapshot()[0].fraction == 0.0
    assert gate.reached.wait(SECONDS)
    jobs._report(job.id, progress)
    assert jobs.snapshot()[0].fraction == pytest.approx(expected)
