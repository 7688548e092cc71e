"""One PDF on its way in: what is committed, what never is."""

from dataclasses import replace
from unittest.mock import Mock

import pytest

from core.errors import DocumentRefused, NotFound, StoreError
from core.home.storage import base_name, store_name, sweep
from core.ingest.jobs.pipeline import add_document, reindex, revision_of
from core.schema import Chunking, sha256_hex
from tests.fakes import FakeEncoder
from tests.made_pdfs import BROKEN_PDF, made_pdf, sentences

TRAVEL = made_pdf(sentences("travel", 20), sentences("hotels", 20), title="Travel rules")
FOOD = made_pdf(sentences("food", 20))


class Stopped(Exception):
    """Stands for a power cut: nothing after it runs."""


def silent(progress):
    """Take the progress and say nothing."""


def add(ingest, collection, name="travel.pdf", data=TRAVEL, report=silent, replaces=None):
    """Index a file."""
    return add_document(ingest, collection, name, data, report, replaces)


def found(ingest, collection, question):
    """The texts that a search in the committed revisions returns, best first."""
    storage = ingest.storage
    revisions = [known.revision for known in storage.library.documents(collection)]
    vector = ingest.encoder.encode([question])[0]
    hits = storage.store.search(store_name(collection, *revisions[:1]), vector, 5, revisions)
    return [hit["chunk"].text for hit in hits]


def stored(ingest, collection):
    """Revisions with chunks in any place of the collection, committed or not."""
    store = ingest.storage.store
    places = [name for name in store.collections() if name.startswith(base_name(collection))]
    return {revision for place in places for revision in set(store.counts(place))}


def test_a_document_is_committed_with_its_figures_and_can_be_found(ingest, collection):
    """Two pages of 180 words in chunks of at most 64: at least six chunks, found by their words."""
    document, new = add(ingest, collection)
    chunks = ingest.storage.store.scroll(
        store_name(collection, document.revision), document.revision
    )
    assert new
    assert (document.id, document.title, document.pages) == (sha256_hex(TRAVEL), "Travel rules", 2)
    assert document.size == len(TRAVEL)
    assert document.chunks == len(chunks) >= 2 * 180 / 64
    assert [piece.ordinal for piece in chunks] == list(range(len(chunks)))
    assert ingest.storage.library.documents(collection) == [document]
    assert "hotels" in found(ingest, collection, "hotels")[0]


def test_progress_names_every_stage_and_counts_up(ingest, collection):
    """Parse, chunk, embed, commit; embedded never falls and never passes the number of chunks."""
    seen = []
    document, _ = add(ingest, collection, report=seen.append)
    stages = list(dict.fromkeys(progress.stage for progress in seen))
    counts = [progress.embedded for progress in seen]
    assert stages == ["parse", "chunk", "embed", "commit"]
    assert counts == sorted(counts)
    assert seen[-1].embedded == seen[-1].chunks == document.chunks
    assert seen[-1].pages == 2


def test_the_first_chunks_of_a_file_are_few_and_then_64_at_a_time(ingest, collection):
    """Each chunk once, whatever the number; the person sees soon that the work goes on."""
    seen = []
    data = made_pdf(*(sentences(f"topic{i}", 20) for i in range(30)))
    document, _ = add(ingest, collection, data=data, report=seen.append)
    embedded = [progress.embedded for progress in seen if progress.stage == "embed"]
    assert embedded == [0, 16, *range(80, document.chunks, 64), document.chunks]
    assert sum(map(len, ingest.encoder.calls)) == document.chunks


def test_the_same_bytes_are_not_indexed_twice(ingest, collection):
    """Under any name, the second time gives the first document back and encodes nothing."""
    first, _ = add(ingest, collection)
    encoded = len(ingest.encoder.calls)
    again, new = add(ingest, collection, name="copy.pdf")
    assert (again, new) == (first, False)
    assert len(ingest.encoder.calls) == encoded


def test_the_same_bytes_may_be_in_two_collections(ingest, collection):
    """Each collection has its own record and its own chunks."""
    other = ingest.storage.library.create_collection("other", Chunking(128, 0)).id
    first, _ = add(ingest, collection)
    second, new = add(ingest, other)
    assert new
    assert first.id == second.id
    assert first.revision != second.revision
    assert first.chunks > second.chunks


def test_a_replaced_version_is_gone_with_its_chunks(ingest, collection):
    """One commit takes the new version in and the old one out."""
    old, _ = add(ingest, collection, name="rules.pdf")
    new, _ = add(ingest, collection, name="rules.pdf", data=FOOD, replaces=old.id)
    assert ingest.storage.library.documents(collection) == [new]
    assert stored(ingest, collection) == {new.revision}
    assert not any("hotels" in text for text in found(ingest, collection, "hotels"))


def test_a_version_that_was_there_already_replaces_the_old_one_too(ingest, collection):
    """The person asked for one document instead of the other, not for both."""
    old, _ = add(ingest, collection, name="rules.pdf")
    new, _ = add(ingest, collection, name="copy.pdf", data=FOOD)
    for _ in range(2):  # the second time the old one is gone already
        known = add(ingest, collection, name="rules.pdf", data=FOOD, replaces=old.id)
        assert known == (new, False)
        assert ingest.storage.library.documents(collection) == [new]
        assert stored(ingest, collection) == {new.revision}
    assert add(ingest, collection, data=FOOD, replaces=new.id) == (new, False)
    assert ingest.storage.library.documents(collection) == [new]


def test_a_refused_replacement_leaves_the_old_version(ingest, collection):
    """A broken new version does not cost the old one."""
    old, _ = add(ingest, collection, name="rules.pdf")
    with pytest.raises(DocumentRefused) as refused:
        add(ingest, collection, name="rules.pdf", data=BROKEN_PDF, replaces=old.id)
    assert refused.value.code == "damaged"
    assert ingest.storage.library.documents(collection) == [old]
    assert "hotels" in found(ingest, collection, "hotels")[0]


@pytest.mark.parametrize("stage", ["chunk", "embed", "commit"])
def test_a_crash_before_the_commit_leaves_nothing_that_can_be_found(ingest, collection, stage):
    """Wherever it stops, no search finds a part, and the next start sweeps it."""

    def stop(progress):
        if progress.stage == stage and (stage != "embed" or progress.embedded):
            raise Stopped

    encoder = ingest.encoder
    many = made_pdf(*(sentences(f"topic{i}", 20) for i in range(8)))
    with pytest.raises(Stopped):
        add(ingest, collection, data=many, report=stop)
    assert encoder.calls or stage == "chunk"
    assert found(ingest, collection, "topic1") == []
    sweep(ingest.storage)
    assert ingest.storage.store.collections() == set()


def test_a_crash_between_flush_and_commit_is_swept_with_its_file(ingest, collection, monkeypatch):
    """File and chunks are on disk, the record is not: the next start removes both."""
    fail = Mock(side_effect=StoreError("The disk is full."))
    monkeypatch.setattr(type(ingest.storage.library), "commit", fail)
    with pytest.raises(StoreError):
        add(ingest, collection)
    assert ingest.storage.files.original(sha256_hex(TRAVEL)) == TRAVEL
    assert sweep(ingest.storage) == 1 + 2
    with pytest.raises(NotFound):
        ingest.storage.files.original(sha256_hex(TRAVEL))


def test_a_deleted_collection_takes_no_document(ingest, collection):
    """The upload was queued before the collection went."""
    ingest.storage.library.delete_collection(collection)
    with pytest.raises(NotFound, match="no longer exists"):
        add(ingest, collection)


def test_the_revision_names_bytes_chunking_and_encoder(ingest):
    """Another size, another overlap or another file is another revision."""
    names = {
        revision_of(document, chunking, ingest.encoder)
        for document in ("a" * 64, "b" * 64)
        for chunking in (Chunking(64, 0), Chunking(64, 8), Chunking(128, 8))
    }
    assert len(names) == 2 * 3


def test_reindexing_switches_every_document_at_once(ingest, collection):
    """Chunks of the old size until the end, of the new size afterwards, and none left over."""
    before = [add(ingest, collection)[0], add(ingest, collection, "food.pdf", FOOD)[0]]
    during = []

    def watch(progress):
        during.append({known.revision for known in ingest.storage.library.documents(collection)})

    made = reindex(ingest, collection, Chunking(200, 0), watch)
    after = ingest.storage.library.documents(collection)
    assert all(seen == {known.revision for known in before} for seen in during)
    assert made == sum(known.chunks for known in after) < sum(known.chunks for known in before)
    assert [known.added_at for known in after] == [known.added_at for known in before]
    assert stored(ingest, collection) == {k.revision for k in after}
    assert ingest.storage.library.collection(collection).chunking == Chunking(200, 0)
    assert "hotels" in found(ingest, collection, "hotels")[0]


def test_reindexing_says_which_document_it_is_at(ingest, collection):
    """First of two, then second of two; never backwards."""
    add(ingest, collection)
    add(ingest, collection, "food.pdf", FOOD)
    seen = []
    reindex(ingest, collection, Chunking(128, 0), seen.append)
    numbers = [progress.document for progress in seen]
    assert set(numbers) == {1, 2}
    assert numbers == sorted(numbers)
    assert {progress.documents for progress in seen} == {2}


def test_a_document_deleted_during_reindexing_stays_deleted(ingest, collection):
    """The switch does not bring it back, and its new chunks go."""
    gone = add(ingest, collection)[0]
    kept = add(ingest, collection, "food.pdf", FOOD)[0]

    def delete(progress):
        if progress.stage == "commit":
            ingest.storage.library.forget(collection, gone.id)

    reindex(ingest, collection, Chunking(128, 0), delete)
    left = ingest.storage.library.documents(collection)
    assert [known.id for known in left] == [kept.id]
    assert stored(ingest, collection) == {left[0].revision}


def test_the_meter_counts_the_tokens_that_were_embedded(ingest, collection):
    """As many tokens as the chunks of the document have, in more than no time."""
    document, _ = add(ingest, collection)
    chunks = ingest.storage.store.scroll(
        store_name(collection, document.revision), document.revision
    )
    assert ingest.meter.tokens == sum(piece.tokens for piece in chunks)


class OtherEncoder(FakeEncoder):
    """Another model: other weights, and longer vectors."""

    def __init__(self):
        super().__init__(96)

    @property
    def info(self):
        """Another hash."""
        return replace(super().info, name="other", sha256="2" * 64)


def test_another_encoder_gets_a_place_of_its_own_and_the_switch_is_one_step(ingest, collection):
    """While it embeds all records stay; afterwards all have moved, and the old place is gone."""
    for data in (TRAVEL, FOOD):
        add(ingest, collection, data=data)
    before = ingest.storage.library.documents(collection)
    during = []

    def watch(_):
        during.append(ingest.storage.library.documents(collection))

    chunking = ingest.storage.library.collection(collection).chunking
    other = replace(ingest, encoder=OtherEncoder())
    reindex(other, collection, chunking, watch)
    after = ingest.storage.library.documents(collection)
    assert during
    assert all(seen == before for seen in during)
    assert {k.revision.rpartition(":")[2] for k in after} == {"2" * 12}
    assert [k.chunks for k in after] == [k.chunks for k in before]
    assert ingest.storage.store.collections() == {store_name(collection, after[0].revision)}
    assert "hotels" in found(other, collection, "hotels")[0]


def test_a_stopped_change_of_encoder_leaves_the_old_vectors_alone(ingest, collection):
    """Stopped at the second document: the sweep removes the new place, not the old one."""
    for data in (TRAVEL, FOOD):
        add(ingest, collection, data=data)
    before = (ingest.storage.library.documents(collection), stored(ingest, collection))

    def stop(progress):
        if progress.document == 2:
            raise Stopped

    chunking = ingest.storage.library.collection(collection).chunking
    with pytest.raises(Stopped):
        reindex(replace(ingest, encoder=OtherEncoder()), collection, chunking, stop)
    sweep(ingest.storage)
    assert (ingest.storage.library.documents(collection), stored(ingest, collection)) == before
    assert "hotels" in found(ingest, collection, "hotels")[0]
