"""One file on its way into a collection: parse, chunk, embed, commit.

The commit record is written last. Whatever a crash leaves behind without one cannot be found,
and ``sweep`` removes it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Literal

from core.errors import DocumentRefused, NotFound, StoreDamaged
from core.home.rebuild import UNKNOWN_CHUNKS
from core.home.storage import (
    Storage,
    delete_document,
    incomplete,
    publish,
    store_name,
    sweep_collection,
)
from core.ingest.chunking import chunk
from core.ingest.formats import kept_suffix
from core.ingest.jobs.cost import EncodeMeter
from core.ingest.jobs.worker import parse
from core.ingest.packing import load_paged_text, save_paged_text
from core.ports import Encoder
from core.schema import Chunk, Chunking, Collection, Document, PagedText, PlaceUnit, sha256_hex
from core.settings import Limits
from core.text.counting import counted

_FIRST_BATCH, _EMBED_BATCH = 16, 64
"""The first chunks of a file are few, so that it is soon seen to go on."""
TITLE_CHARACTERS = 120
UNNAMED = "unnamed.pdf"
_REPLACEMENT = "\ufffd"
_MB = 1024 * 1024
IngestStage = Literal["parse", "chunk", "embed", "commit"]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one file is; ``embedded`` of ``chunks`` have their vector, ``pages`` are ``unit``s.

    A re-indexing goes through several files: this is file ``document`` (from 1) of ``documents``.
    """

    stage: IngestStage
    pages: int = 0
    chunks: int = 0
    embedded: int = 0
    document: int = 1
    documents: int = 1
    unit: PlaceUnit = "page"


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Ingest:
    """Where documents go, what embeds them, how large they may be, and who takes the time."""

    storage: Storage
    encoder: Encoder
    limits: Limits
    meter: EncodeMeter = field(default_factory=EncodeMeter)


def document_name(name: str) -> str:
    r"""A file's name as it is stored and shown: verbatim, whatever it holds.

    Nothing on disk is named after it. Two things cannot be kept: half of a surrogate pair, which
    is no character and becomes U+FFFD, and a name that shows nothing at all.

    >>> document_name("../a\x00.pdf"), document_name("\ud800.pdf"), document_name(" ")
    ('../a\x00.pdf', '�.pdf', 'unnamed.pdf')
    """
    whole = "".join(_REPLACEMENT if "\ud800" <= char <= "\udfff" else char for char in name)
    return whole if whole.strip() else UNNAMED


def revision_of(document_id: str, chunking: Chunking, encoder: Encoder) -> str:
    """Names what is indexed: these bytes, cut this way, embedded by this encoder."""
    return f"{document_id}:{chunking.fingerprint}:{encoder_tag(encoder)}"


def encoder_tag(encoder: Encoder) -> str:
    """Names an encoder in a revision: the first 12 digits of its weights' hash, or its name."""
    return encoder.info.sha256[:12] or encoder.info.name


def add_document(
    ingest: Ingest,
    collection_id: str,
    name: str,
    data: bytes,
    report: Report,
    replaces: str | None = None,
    read: Callable[[], PagedText] | None = None,
) -> tuple[Document, bool]:
    """Index a file; the same bytes again change nothing, but what they replace goes.

    Args:
        ingest: where it goes.
        collection_id: the collection that gets it.
        name: the file's name, as the person knows it.
        data: the file's bytes.
        report: called with the progress, from the calling thread.
        replaces: id of the document whose place it takes, in the same commit.
        read: gives the file's text, where somebody reads it already.

    Returns:
        The document and whether it is new.

    Raises:
        DocumentRefused: the file cannot be indexed; the code says why.
        StoreError: it could not be written; nothing of it can be found.
        NotFound: the collection was deleted meanwhile.
    """
    storage = ingest.storage
    collection = storage.library.collection(collection_id)
    document_id, name = sha256_hex(data), document_name(name)
    with storage.changes:  # a delete that has begun is finished first
        for document in storage.library.documents(collection_id):
            if document.id == document_id:
                _drop_replaced(storage, collection_id, document, replaces)
                return document, False
        _check_room(ingest, document_id, len(data), replaces)
    report(Progress("parse"))
    suffix = kept_suffix(data, name)
    if storage.files.has_text(document_id):  # offsets must be those of the text that is kept
        paged = _text(ingest, document_id, name, data)
    else:
        paged = read() if read else parse(data, ingest.limits, name)
    document = index_chunks(ingest, collection, name, data, paged, report)
    report(committed(document))
    storage.files.write(document_id, data, save_paged_text(paged), suffix)
    storage.store.flush(store_name(collection_id, document.revision))
    storage.library.commit(collection_id, document, replaces)
    publish(storage, collection_id)
    if replaces is not None:
        sweep_collection(storage, collection_id)
    return document, True


def committed(document: Document) -> Progress:
    """How far a document is that is there."""
    chunks = document.chunks
    return Progress("commit", document.pages, chunks, chunks, unit=document.unit)


def _drop_replaced(storage: Storage, collection_id: str, new: Document, old: str | None) -> None:
    """The new version was there already: the old one goes, unless somebody deleted it before."""
    there = {document.id for document in storage.library.documents(collection_id)}
    if old in there - {new.id}:
        delete_document(storage, collection_id, old)


def _check_room(ingest: Ingest, document_id: str, size: int, replaces: str | None) -> None:
    """Refuse a file with which the originals of all collections would be too large."""
    library = ingest.storage.library
    kept = {
        document.id: document.size
        for collection in library.collections()
        for document in library.documents(collection.id)
        if document.id not in {document_id, replaces}
    }
    total = (sum(kept.values()) + size) / _MB
    if total > ingest.limits.library_mb:
        raise DocumentRefused(
            "library_full",
            f"With this file, the library would hold {total:.1f} MB, above the limit of "
            f"{ingest.limits.library_mb} MB.",
            "Delete documents, or raise SECOND_LOOK_MAX_LIBRARY_MB.",
        )


def index_chunks(
    ingest: Ingest,
    collection: Collection,
    name: str,
    data: bytes,
    paged: PagedText,
    report: Report,
) -> Document:
    """Write the chunks and vectors of a file's text; returns the record, not yet committed.

    Raises:
        DocumentRefused: there is nothing to index.
        StoreError: they could not be written.
    """
    document_id = sha256_hex(data)
    report(Progress("chunk", len(paged.pages), unit=paged.unit))
    chunks = chunk(paged, document_id, name, collection.chunking, ingest.encoder.token_spans)
    if not chunks:
        raise DocumentRefused(
            "no_text",
            "The file has no text to index.",
            "If it is a scan, run text recognition (OCR) on it first.",
        )
    if len(chunks) > ingest.limits.chunks:
        raise DocumentRefused(
            "too_many_chunks",
            f"The file has {counted(len(chunks), 'passage')}, above the limit of "
            f"{ingest.limits.chunks}.",
            "Choose longer passages, split the file, or raise SECOND_LOOK_MAX_CHUNKS.",
        )
    revision = revision_of(document_id, collection.chunking, ingest.encoder)
    _embed(ingest, collection.id, revision, chunks, paged, report)
    return Document(
        id=document_id,
        name=name,
        title=paged.title,
        pages=len(paged.pages),
        chunks=len(chunks),
        size=len(data),
        added_at=datetime.now(UTC),
        revision=revision,
        unit=paged.unit,
    )


def _embed(
    ingest: Ingest,
    collection_id: str,
    revision: str,
    chunks: list[Chunk],
    paged: PagedText,
    report: Report,
) -> None:
    store, target = ingest.storage.store, store_name(collection_id, revision)
    store.create(target, ingest.encoder.dimension)
    progress = Progress("embed", len(paged.pages), len(chunks), unit=paged.unit)
    by_length = sorted(chunks, key=lambda piece: piece.tokens)
    starts = [0, *range(_FIRST_BATCH, len(chunks), _EMBED_BATCH)]
    for start, end in pairwise([*starts, len(chunks)]):
        report(replace(progress, embedded=start))
        batch = by_length[start:end]
        begun = time.perf_counter()
        vectors = ingest.encoder.encode([piece.passage for piece in batch])
        store.upsert(target, revision, batch, vectors)
        ingest.meter.add(sum(piece.tokens for piece in batch), time.perf_counter() - begun)
    report(replace(progress, embedded=len(chunks)))


def reindex(ingest: Ingest, collection_id: str, chunking: Chunking, report: Report) -> int:
    """Cut and embed every document of a collection anew, and switch when all are ready.

    With another encoder than before they go to another place of the store; one transaction moves
    all records there.

    Returns:
        The number of chunks now in the collection.
    """
    storage = ingest.storage
    collection = replace(storage.library.collection(collection_id), chunking=chunking)
    fresh: list[Document] = []
    documents = storage.library.documents(collection_id)
    for number, document in enumerate(documents, start=1):
        report_one = numbered(report, number, len(documents))
        paged = load_paged_text(storage.files.text(document.id))
        data = storage.files.original(document.id)
        indexed = index_chunks(ingest, collection, document.name, data, paged, report_one)
        fresh.append(replace(document, chunks=indexed.chunks, revision=indexed.revision))
    chunks = sum(document.chunks for document in fresh)
    report(Progress("commit", 0, chunks, chunks, len(documents), len(documents)))
    for place in {store_name(collection_id, document.revision) for document in fresh}:
        storage.store.flush(place)
    with storage.changes:
        storage.library.recommit(collection_id, fresh, chunking)
    publish(storage, collection_id)
    sweep_collection(storage, collection_id)
    return chunks


def numbered(report: Report, number: int, of: int) -> Report:
    """The same report, saying which document of how many it is about."""
    return lambda progress: report(replace(progress, document=number, documents=of))


def repair(ingest: Ingest, collection_id: str, report: Report) -> int:
    """Index every document again of which the store has not all chunks.

    One that cannot be indexed does not stop the others; its error is raised at the end.

    Returns:
        The number of chunks written.

    Raises:
        StoreDamaged: an original is not the file that was added.
        NotFound: an original is not there any more.
        DocumentRefused: an original is not accepted any more.
    """
    storage = ingest.storage
    collection = storage.library.collection(collection_id)
    lost = incomplete(storage, collection_id)
    errors: list[DocumentRefused | NotFound | StoreDamaged] = []
    chunks = 0
    for number, document in enumerate(lost, start=1):
        try:
            chunks += _renew(ingest, collection, document, numbered(report, number, len(lost)))
        except (DocumentRefused, NotFound, StoreDamaged) as exc:
            errors.append(exc)
    sweep_collection(storage, collection_id)
    if errors:
        raise errors[0]
    return chunks


def _renew(ingest: Ingest, collection: Collection, document: Document, report: Report) -> int:
    storage = ingest.storage
    data = storage.files.original(document.id)
    if sha256_hex(data) != document.id:
        raise StoreDamaged(
            f"The original of {document.name} in the home folder is damaged.",
            "Delete the document and add the file again.",
        )
    paged = _text(ingest, document.id, document.name, data)
    old = store_name(collection.id, document.revision)
    if old in storage.store.collections():
        storage.store.delete(old, document.revision)
    name = _name(document, paged)
    indexed = index_chunks(ingest, collection, name, data, paged, report)
    storage.store.flush(store_name(collection.id, indexed.revision))
    with storage.changes:
        storage.library.renew(collection.id, replace(indexed, added_at=document.added_at))
    return indexed.chunks


def _text(ingest: Ingest, document_id: str, name: str, data: bytes) -> PagedText:
    files = ingest.storage.files
    try:
        return load_paged_text(files.text(document_id))
    except (NotFound, StoreDamaged):
        paged = parse(data, ingest.limits, name)
        files.rewrite_text(document_id, save_paged_text(paged))
        return paged


def _name(document: Document, paged: PagedText) -> str:
    """The name as it was, or the title in the file when only the file was left."""
    if document.chunks != UNKNOWN_CHUNKS:
        return document.name
    return " ".join(paged.title.split())[:TITLE_CHARACTERS] or document.name
