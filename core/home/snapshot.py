"""The parts of a home folder as members of an archive, and back.

Vectors travel as arrays and chunks as JSON, not as the store's own files: those are pickles,
and reading a pickle from somebody else's archive would run whatever is in it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np

from core.errors import InputError
from core.home.storage import Storage, store_name
from core.schema import Chunk, Document, FloatMatrix


def vector_members(storage: Storage) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of one member for each committed document: its chunks and vectors."""
    for collection in storage.library.collections():
        for document in storage.library.documents(collection.id):
            place = store_name(collection.id, document.revision)
            chunks, vectors = storage.store.read(place, document.revision)
            yield vector_name(collection.id, document), _pack(chunks, vectors)


def vector_name(collection_id: str, document: Document) -> str:
    """The member that holds a document's chunks and vectors in a collection."""
    return f"vectors/{collection_id}/{document.id}.npz"


def load_vectors(storage: Storage, collection_id: str, document: Document, data: bytes) -> None:
    """Put a document's chunks and vectors into the store.

    Raises:
        InputError: the bytes are not what ``vector_members`` gives.
    """
    chunks, vectors = _unpack(data)
    if len(chunks) != document.chunks or len(vectors) != len(chunks):
        raise _unreadable()
    target = store_name(collection_id, document.revision)
    storage.store.create(target, vectors.shape[1])
    storage.store.upsert(target, document.revision, chunks, vectors)
    storage.store.flush(target)


def _pack(chunks: list[Chunk], vectors: FloatMatrix) -> bytes:
    out = io.BytesIO()
    record = json.dumps([asdict(chunk) for chunk in chunks]).encode("utf-8")
    np.savez_compressed(out, chunks=np.frombuffer(record, dtype=np.uint8), vectors=vectors)
    return out.getvalue()


def _unpack(data: bytes) -> tuple[list[Chunk], FloatMatrix]:
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            vectors = np.asarray(file["vectors"], dtype=np.float32)
            record = json.loads(file["chunks"].tobytes())
        chunks = [Chunk(**fields) for fields in record]
        if vectors.ndim != 2 or not np.isfinite(vectors).all():
            raise _unreadable()
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as exc:
        raise _unreadable() from exc
    return chunks, vectors


def _unreadable() -> InputError:
    return InputError("The vectors of a document in the backup cannot be read.", "Use another one.")
