"""The same documents once more, cut differently: to set two chunkings beside each other."""

from __future__ import annotations

from core.app.engine import Engine
from core.errors import InputError
from core.evaluate.configurations import chunking_words
from core.home.library import NAME_CHARACTERS
from core.schema import Chunking, Collection


def copy_cut_as(engine: Engine, collection_id: str, chunking: Chunking) -> Collection:
    """Queue the documents of a collection for a new one with another chunking; returns at once.

    The originals are on disk already, so a copy costs the index and no second file.

    Raises:
        InputError: the collection is cut like this, or was copied like this before.
        NotFound: it was deleted.
    """
    source = engine.library.collection(collection_id)
    if source.chunking == chunking:
        raise InputError(
            f"{source.name} already has chunks of {chunking.size} tokens with "
            f"{chunking.overlap} of overlap.",
            "Choose another size or overlap for the copy.",
        )
    cut = f" · {chunking_words(chunking)}"
    name = f"{source.name[: NAME_CHARACTERS - len(cut)]}{cut}"
    documents = engine.library.documents(collection_id)
    copy = engine.library.create_collection(name, chunking)
    files = [(doc.name, engine.storage.files.original(doc.id)) for doc in documents]
    engine.jobs.add(copy.id, files)
    return copy


def cut_otherwise(engine: Engine, collection_id: str) -> dict[str, Chunking]:
    """Ids of the collections that hold all documents of this one cut differently, and how."""
    own = engine.library.collection(collection_id).chunking
    here = {document.id for document in engine.library.documents(collection_id)}
    return {
        other.id: other.chunking
        for other in engine.library.collections()
        if other.chunking != own
        and here <= {document.id for document in engine.library.documents(other.id)}
    }


def cut_as(engine: Engine, collection_id: str, chunking: Chunking) -> str:
    """Id of a collection with these documents cut so; made, and waited for, when there is none.

    Raises:
        InputError: the collection already has these chunks, or documents of the copy could not
            be indexed.
        NotFound: the collection was deleted.
    """
    for id_, other in cut_otherwise(engine, collection_id).items():
        if other == chunking:
            return id_
    copy = copy_cut_as(engine, collection_id, chunking)
    engine.jobs.wait()
    if copy.id not in cut_otherwise(engine, collection_id):
        raise InputError(
            f"Some documents of the copy {copy.name!r} could not be indexed.",
            "See its documents on the Library page.",
        )
    return copy.id
