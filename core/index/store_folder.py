"""The folder of the embedded store, before and after the client opens it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from core.errors import StoreDamaged
from core.index.library_errors import REBUILD

META = "meta.json"


def prepare_folder(path: Path) -> None:
    """Make a new folder whole at once, or see that the client can read an old one's list.

    The client writes its first list in place, so a process killed at that moment would leave an
    empty one behind; and a missing list beside collections it takes for an empty store.

    Raises:
        StoreDamaged: the list of collections is missing, empty or not such a list.
    """
    meta = path / META
    if not meta.exists():
        if _collections(path):
            raise StoreDamaged("The list of collections of the embedded store is missing.", REBUILD)
        path.mkdir(parents=True, exist_ok=True)
        fresh = path / f"{META}.tmp"
        fresh.write_text(json.dumps({"collections": {}, "aliases": {}}), encoding="utf-8")
        os.replace(fresh, meta)
    try:
        found = json.loads(meta.read_text(encoding="utf-8"))
        sound = isinstance(found["collections"], dict) and isinstance(found["aliases"], dict)
    except (ValueError, KeyError, TypeError) as exc:
        raise _unreadable() from exc
    if not sound:
        raise _unreadable()


def remove_strays(path: Path, names: Iterable[str]) -> None:
    """Remove folders of collections that the store's list does not name.

    A process killed while it made or deleted a collection leaves one behind.
    """
    kept = set(names)
    for folder in _collections(path):
        if folder.name not in kept:
            shutil.rmtree(folder)
    (path / f"{META}.tmp").unlink(missing_ok=True)


def _collections(path: Path) -> list[Path]:
    folder = path / "collection"
    return [found for found in folder.iterdir() if found.is_dir()] if folder.is_dir() else []


def _unreadable() -> StoreDamaged:
    return StoreDamaged("The list of collections of the embedded store cannot be read.", REBUILD)
