"""Documents whose chunks the store has lost are indexed again, from their originals."""

from __future__ import annotations

from dataclasses import replace

from core.errors import DocumentRefused, NotFound, StoreDamaged
from core.home.rebuild import UNKNOWN_CHUNKS
from core.home.storage import incomplete, store_name, sweep_collection
from core.ingest.jobs.pipeline import Ingest, Report, index_chunks, numbered
from core.ingest.jobs.worker import load_paged_text, parse, save_paged_text
from core.schema import Collection, Document, PagedText, sha256_hex

TITLE_CHARACTERS = 120
_CANNOT = (DocumentRefused, NotFound, StoreDamaged)


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
        except _CANNOT as exc:
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
    paged = _text(ingest, document.id, data)
    old = store_name(collection.id, document.revision)
    if old in storage.store.collections():
        storage.store.delete(old, document.revision)
    name = _name(document, paged)
    made = index_chunks(ingest, collection, name, data, paged, report)
    storage.store.flush(store_name(collection.id, made.revision))
    with storage.changes:
        storage.library.renew(collection.id, replace(made, added_at=document.added_at))
    return made.chunks


def _text(ingest: Ingest, document_id: str, data: bytes) -> PagedText:
    files = ingest.storage.files
    try:
        return load_paged_text(files.text(document_id))
    except (NotFound, StoreDamaged):
        paged = parse(data, ingest.limits)
        files.rewrite_text(document_id, save_paged_text(paged))
        return paged


def _name(document: Document, paged: PagedText) -> str:
    """The name as it was, or the title in the file when only the file was left."""
    if document.chunks != UNKNOWN_CHUNKS:
        return document.name
    return " ".join(paged.title.split())[:TITLE_CHARACTERS] or document.name
