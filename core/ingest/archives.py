"""Files that are zip archives of XML, opened without a trap: bombs and entities are refused."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

from core.errors import DocumentRefused
from core.settings import Limits

_MB = 1024 * 1024
_MOST_MEMBERS, _MOST_TIMES = 20_000, 200
_DOCTYPE = re.compile(
    rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)", re.IGNORECASE
)


def open_archive(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """The archive, once its members together are of a size that can be read.

    zipfile never gives more of a member than the archive says that it holds.

    Raises:
        DocumentRefused: ``damaged``, ``encrypted`` or ``too_large``.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as exc:
        raise damaged_archive() from exc
    members = archive.infolist()
    if any(member.flag_bits & 1 for member in members):
        raise DocumentRefused(
            "encrypted",
            "The file is protected with a password.",
            "Save a copy without the password, then add the copy.",
        )
    size = sum(member.file_size for member in members)
    most = min(limits.parse_memory_mb * _MB // 2, max(len(data) * _MOST_TIMES, _MB))
    if size > most or len(members) > _MOST_MEMBERS:
        raise DocumentRefused(
            "too_large",
            f"Unpacked the file would be {size / _MB:.0f} MB, far more than a document of its size "
            "holds.",
            "Open it in its program and save it again, or raise SECOND_LOOK_PARSE_MEMORY_MB.",
        )
    return archive


def member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of a member, nothing if there is none of that name.

    Raises:
        DocumentRefused: ``damaged``.
    """
    try:
        return archive.read(name) if name in archive.namelist() else b""
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError) as exc:
        raise damaged_archive() from exc


def refuse_entities(archive: zipfile.ZipFile) -> None:
    """Refuse an archive whose XML defines entities, before a library expands them.

    Raises:
        DocumentRefused: ``damaged``: no office program writes such a file.
    """
    for name in archive.namelist():
        if name.endswith((".xml", ".rels", ".vml")):
            _refuse_own_entities(member(archive, name))


def _refuse_own_entities(xml: bytes) -> None:
    if _DOCTYPE.search(xml):
        raise DocumentRefused(
            "damaged",
            "The file defines entities of its own, which no office program does.",
            "Open it in its program and save it again.",
        )


def xml_root(data: bytes) -> Any:
    """The root element of XML without entities of its own; nothing is fetched.

    Raises:
        DocumentRefused: ``damaged``.
    """
    from lxml import etree  # noqa: PLC0415 - only the reader's process should load it

    _refuse_own_entities(data)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as exc:
        raise damaged_archive() from exc


def damaged_archive() -> DocumentRefused:
    """The refusal of an archive, or of XML in it, that cannot be read."""
    return DocumentRefused(
        "damaged",
        "The file is damaged: its inner structure cannot be read.",
        "Open it in its program and save it again.",
    )
