"""The same documents once more, cut differently: to set two chunkings beside each other."""

from __future__ import annotations

from core.engine import Engine
from core.errors import InputError
from core.index.library import NAME_CHARACTERS
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
            f"{source.name} is cut into {chunking.size} tokens with {chunking.overlap} of overlap.",
            "Choose another size or overlap for the copy.",
        )
    cut = f" · {chunking.size}/{chunking.overlap} tokens"
    name = f"{source.name[: NAME_CHARACTERS - len(cut)]}{cut}"
    documents = engine.documents(collection_id)
    made = engine.library.create_collection(name, chunking)
    files = [(doc.name, engine.shelf.files.original(doc.id)) for doc in documents]
    engine.jobs.add(made.id, files)
    return made
