"""A whole home folder in one file, and back.

The archive holds ``manifest.json`` (the sha256 of every other member), ``library.sqlite``,
``judgments.sqlite``, ``history.sqlite``, ``files/``, ``texts/``, ``vectors/``, the ledger, what was
chosen and learned, and trained models. Members are stored without compression, so an archive
cannot unpack to more than its own size. Vectors travel as arrays and chunks as JSON, never as
pickles: reading one from somebody else's archive would run whatever is in it.

What an archive says of models and servers is not done by restoring it: see ``restore``.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InputError, StoreError
from core.home.database import MOVE_OUT, copy_database, sqlite_errors
from core.home.files import ORIGINAL, new_file, new_folder, writable
from core.home.storage import Storage, incomplete, store_name
from core.schema import Chunk, Document, FloatMatrix, sha256_hex
from core.settings import Settings

BACKUP_FORMAT = 1
_MANIFEST, _LIBRARY = "manifest.json", "library.sqlite"
_PLAIN = ("sent.jsonl", "fits.json", "models.json", "registry.toml", "tour.json")
_KEPT = ("judgments.sqlite", "history.sqlite")
"""What people said and asked; a folder without them is whole too."""
SWITCHED_OFF = "restored-"
"""Before the name of a file that a backup brought and nobody reads until its owner says so."""
_CHOOSES = ("models.json", "registry.toml")
"""Which models are loaded, and which servers are asked."""
_GOES_ON = {"judgments.sqlite": "evaluations", "history.sqlite": "experiments"}
"""Tables of what was going on, and would go on by itself, with whatever models it names."""
_HASH = "[0-9a-f]{64}"
_MEMBER = re.compile(
    rf"(?:library|judgments|history)\.sqlite|files/{ORIGINAL}|texts/{_HASH}\.npz"
    rf"|vectors/[0-9a-f]{{32}}/{_HASH}\.npz|{'|'.join(map(re.escape, _PLAIN))}"
    r"|models/tuned-[0-9-]+/(?:\w+/)?\w+(?:\.\w+)?"
)
_BLOCK = 1024 * 1024
OpenStorage = Callable[[Settings], Storage]


@dataclass(frozen=True, slots=True)
class Backup:
    """What an archive holds; ``size`` in bytes."""

    documents: int
    collections: int
    size: int


def backup(settings: Settings, target: Path, open_storage: OpenStorage) -> Backup:
    """Write a home folder into one archive, whole or not at all.

    Raises:
        InputError: the file exists already.
        StoreLocked: another process uses the folder.
        StoreDamaged: the folder cannot be read; a backup of damage helps nobody.
        StoreError: the archive could not be written.
    """
    if target.exists():
        raise InputError(f"{target} exists already.", "Choose another name.")
    if not (settings.home / _LIBRARY).is_file():
        raise InputError(f"{settings.home} is not a Second Look home folder.", "Check --home.")
    with closing(open_storage(settings)) as storage:
        _refuse_incomplete(storage)
        with writable(str(target)), new_file(target) as part:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as archive:
                sums = {}
                for name, data in _members(storage, settings.home):
                    archive.writestr(name, data)
                    sums[name] = sha256_hex(data)
                now = datetime.now(UTC).isoformat()
                record = {"format": BACKUP_FORMAT, "made_at": now, "sha256": sums}
                archive.writestr(_MANIFEST, json.dumps(record, indent=1))
            return _backup(storage, part.stat().st_size)


def restore(
    settings: Settings, source: Path, open_storage: OpenStorage, *, trust: bool = False
) -> Backup:
    """Make a home folder from an archive, whole or not at all.

    Whoever made the archive chose its models and addresses. Without ``trust`` the files that name
    them are put aside (``switch_on``), and evaluations and experiments that were going on end.

    Raises:
        InputError: the home folder is not empty, or the archive is not a sound backup.
        StoreError: the folder could not be written.
    """
    home = settings.home
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise InputError(f"{home} is not empty.", "Restore into a new folder: --home FOLDER.")
    with writable(str(home)), new_folder(home) as part, _archive(source) as archive:
        for name in _checked(archive):
            if not name.startswith("vectors/"):
                off = SWITCHED_OFF if name in _CHOOSES and not trust else ""
                _extract(archive, name, part / f"{off}{name}")
        for name in (_LIBRARY, *_KEPT):
            if (part / name).is_file():
                _calm(part / name, trust=trust)
        with closing(open_storage(replace(settings, home=part))) as storage:
            _fill_store(storage, archive)
            return _backup(storage, source.stat().st_size)


def switch_on(home: Path) -> None:
    """Let a home folder use the models and addresses that its backup brought.

    Raises:
        InputError: there are none, or the folder has its own by now.
        StoreError: the folder cannot be written.
    """
    coming = [name for name in _CHOOSES if (home / f"{SWITCHED_OFF}{name}").is_file()]
    if not coming:
        raise InputError(f"Nothing in {home} is switched off.", "Check --home.")
    for name in coming:
        if (home / name).exists():
            raise InputError(
                f"{home} has a {name} by now.",
                f"Copy what you want to keep into it from {SWITCHED_OFF}{name}, and remove that.",
            )
    with writable(str(home)):
        for name in coming:
            (home / f"{SWITCHED_OFF}{name}").rename(home / name)


def _calm(path: Path, *, trust: bool) -> None:
    """Refuse a file that does something by itself, and end what was going on in it."""
    now = datetime.now(UTC)
    with sqlite_errors(path.name, MOVE_OUT), closing(sqlite3.connect(path)) as db, db:
        schema = db.execute("SELECT type, name FROM sqlite_master").fetchall()
        if any(kind in {"trigger", "view"} for kind, _ in schema):
            raise _unsound(f"{path.name} does more than keep records")
        table = _GOES_ON.get(path.name, "")
        if trust or ("table", table) not in schema:
            return
        for id_, text in db.execute(f"SELECT id, record FROM {table}").fetchall():
            sql = f"UPDATE {table} SET record = ? WHERE id = ?"
            db.execute(sql, (json.dumps(_ended(text, now)), id_))


def _ended(text: str, now: datetime) -> dict[str, Any]:
    """The record of an evaluation or an experiment, which does not go on."""
    try:
        record: dict[str, Any] = dict(json.loads(text))
    except (TypeError, ValueError) as exc:
        raise _unsound("a record of it cannot be read") from exc
    if "ends_at" in record:  # an experiment
        try:
            over = datetime.fromisoformat(record["ends_at"]) < now
        except (TypeError, ValueError):
            over = False
        return record if over else record | {"ends_at": now.isoformat()}
    if record.get("status") in {"done", "failed", "cancelled"}:
        return record
    return record | {"status": "cancelled", "reason": "It was going on when it was backed up."}


def _members(storage: Storage, home: Path) -> Iterator[tuple[str, bytes]]:
    with tempfile.TemporaryDirectory(prefix="second-look-") as folder:
        for name in (_LIBRARY, *_KEPT):
            if (home / name).is_file():
                copy_database(home / name, Path(folder, name))
                yield name, Path(folder, name).read_bytes()
    trained = sorted((home / "models").glob("tuned-*/**/*"))
    for path in (*(home / name for name in _PLAIN), *trained):
        if path.is_file():
            yield path.relative_to(home).as_posix(), path.read_bytes()
    for document_id in sorted(storage.library.document_ids()):
        original = storage.files.original_path(document_id)
        name = original.name if original else document_id
        yield f"files/{name}", storage.files.original(document_id)
        yield f"texts/{document_id}.npz", storage.files.text(document_id)
    yield from _vector_members(storage)


def _checked(archive: zipfile.ZipFile) -> list[str]:
    """The members' names, once every name, its hash and the way it is stored are right."""
    try:
        record = json.loads(archive.read(_MANIFEST))
        sums = dict(record["sha256"])
        current = record["format"] == BACKUP_FORMAT
    except (KeyError, TypeError, ValueError) as exc:
        raise _unsound("it has no readable manifest") from exc
    if not current:
        raise _unsound("it was made by another version")
    names = [info.filename for info in archive.infolist() if info.filename != _MANIFEST]
    if sorted(names) != sorted(sums) or _LIBRARY not in sums:
        raise _unsound("its files do not match its manifest")
    for info in archive.infolist():
        if info.compress_type != zipfile.ZIP_STORED:
            raise _unsound(f"{info.filename!r} is compressed")
    for name in names:
        _check_member(archive, name, sums[name])
    return names


def _check_member(archive: zipfile.ZipFile, name: str, expected: str) -> None:
    if not _MEMBER.fullmatch(name):
        raise _unsound(f"{name!r} does not belong in it")
    with archive.open(name) as member:
        found = hashlib.file_digest(member, "sha256").hexdigest()  # type: ignore[arg-type]
    if found != expected:
        raise _unsound(f"{name!r} was changed")
    if name.startswith("files/") and expected != Path(name).stem:
        raise _unsound(f"{name!r} is not the expected file")


def _extract(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as member, path.open("wb") as file:
        shutil.copyfileobj(member, file, _BLOCK)
        file.flush()
        os.fsync(file.fileno())


def _fill_store(storage: Storage, archive: zipfile.ZipFile) -> None:
    try:
        for collection in storage.library.collections():
            for document in storage.library.documents(collection.id):
                name = _vector_name(collection.id, document)
                _load_vectors(storage, collection.id, document, archive.read(name))
                storage.files.original(document.id)  # raises where it is missing
                storage.files.text(document.id)
    except KeyError as exc:
        raise _unsound("a document of its library is missing") from exc
    _refuse_incomplete(storage)


def _backup(storage: Storage, size: int) -> Backup:
    return Backup(len(storage.library.document_ids()), len(storage.library.collections()), size)


def _refuse_incomplete(storage: Storage) -> None:
    for collection in storage.library.collections():
        for document in incomplete(storage, collection.id):
            raise StoreError(
                f"The index has lost passages of {document.name}.",
                "Start Second Look and wait until it is indexed again, then back up.",
            )


def _unsound(why: str) -> InputError:
    return InputError(f"This backup cannot be used: {why}.", "Use another one.")


@contextmanager
def _archive(source: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(source) as archive:
            yield archive
    except zipfile.BadZipFile as exc:
        raise _unsound("the archive is damaged") from exc
    except FileNotFoundError as exc:
        raise InputError(f"{source} does not exist.", "Check the path.") from exc


def _vector_members(storage: Storage) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of one member for each committed document: its chunks and vectors."""
    for collection in storage.library.collections():
        for document in storage.library.documents(collection.id):
            place = store_name(collection.id, document.revision)
            chunks, vectors = storage.store.read(place, document.revision)
            yield _vector_name(collection.id, document), _pack(chunks, vectors)


def _vector_name(collection_id: str, document: Document) -> str:
    """The member that holds a document's chunks and vectors in a collection."""
    return f"vectors/{collection_id}/{document.id}.npz"


def _load_vectors(storage: Storage, collection_id: str, document: Document, data: bytes) -> None:
    """Put a document's chunks and vectors into the store.

    Raises:
        InputError: the bytes are not what ``_vector_members`` gives.
    """
    chunks, vectors = _unpack(data)
    if len(chunks) != document.chunks or len(vectors) != len(chunks):
        raise _unsound("the vectors of a document cannot be read")
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
            raise _unsound("the vectors of a document cannot be read")
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as exc:
        raise _unsound("the vectors of a document cannot be read") from exc
    return chunks, vectors
