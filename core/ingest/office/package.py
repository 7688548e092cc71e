"""What the files of Word, Excel and PowerPoint have in common: parts, their relations, a title."""

from __future__ import annotations

import posixpath
import re
import zipfile
from functools import lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import unquote

from core.document_text import Note
from core.ingest.archives import member, open_archive, refuse_entities, xml_root
from core.ingest.pdf.annotations import STRUCK, STRUCK_END
from core.settings import Limits
from core.text.counting import counted

Element = Any
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/")
_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w:",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc:",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m:",
}
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_OFF = {"0", "false", "off", "none"}


class Package:
    """An archive of XML parts that refer to each other."""

    def __init__(self, data: bytes, limits: Limits) -> None:
        self._archive: zipfile.ZipFile = open_archive(data, limits)
        refuse_entities(self._archive)

    def root(self, part: str) -> Element | None:
        """The root element of a part, in the transitional names; None if there is no such part."""
        data = member(self._archive, part)
        names = rb"http://schemas.openxmlformats.org/\1/2006/"
        return xml_root(_STRICT.sub(names, data)) if data else None

    def related(self, part: str = "") -> list[tuple[str, str, str]]:
        """What a part refers to inside the archive: id, the last word of its kind, part."""
        folder, name = posixpath.split(part)
        root = self.root(posixpath.join(folder, "_rels", f"{name}.rels"))
        found = []
        for relation in root if root is not None else ():
            if relation.get("TargetMode") != "External":
                target = posixpath.join(f"/{folder}", unquote(relation.get("Target", "")))
                kind = relation.get("Type", "").rpartition("/")[2]
                found.append((relation.get("Id", ""), kind, posixpath.normpath(target)[1:]))
        return found

    def of_kind(self, kind: str, part: str = "") -> list[str]:
        """The parts of one kind that a part refers to."""
        return [target for _, found, target in self.related(part) if found == kind]

    def title(self) -> str:
        """What the file's properties call it."""
        for part in self.of_kind("core-properties"):
            root = self.root(part)
            if root is not None:
                return root.findtext("{http://purl.org/dc/elements/1.1/}title") or ""
        return ""

    def left_out(self, **kinds: str) -> list[Note]:
        """A note that counts the parts under some folders: ``charts="chart"`` and so on."""
        names = self._archive.namelist()
        counts = {
            noun: sum(f"/{folder}/" in f"/{name}" and "/_rels/" not in name for name in names)
            for folder, noun in kinds.items()
        }
        listed = [counted(count, noun) for noun, count in counts.items() if count]
        return [not_searched(f"Not searched: {', '.join(listed)} inside it.")] if listed else []


def not_searched(text: str) -> Note:
    """A note about what a file holds and the index does not."""
    return Note("not searched", text)


@lru_cache(maxsize=512)
def _prefixed(tag: str) -> str:
    space, _, local = tag[1:].rpartition("}")
    return _PREFIXES.get(space, "") + local


def name_of(element: Element) -> str:
    """An element's name with its usual prefix: ``w:p``; without one where it is of no interest."""
    return _prefixed(element.tag)


def is_on(element: Element | None, key: str = f"{W}val") -> bool:
    """Whether a switch is there, and not set to off."""
    return element is not None and element.get(key, "1").lower() not in _OFF


def joined(pieces: list[tuple[str, bool]]) -> str:
    """Pieces of text, each with whether it is struck out, as a PDF's would be told."""
    runs = [
        ("".join(text for text, _ in run), struck)
        for struck, run in groupby((p for p in pieces if p[0]), lambda p: p[1])
    ]
    return "".join(
        f"{STRUCK}{text}{STRUCK_END}" if struck and text.strip() else text for text, struck in runs
    )


def chart_lines(root: Element) -> list[str]:
    """A chart as text: its title, then a line for each category with the value of each series."""
    title = root.find(f"{C}chart/{C}title")
    lines = (
        ["".join(t.text or "" for t in title.iter(f"{A}t", f"{C}v"))] if title is not None else []
    )
    rows: dict[str, list[str]] = {}
    for series in root.iter(f"{C}ser"):
        name = " ".join(v.text or "" for v in series.iterfind(f"{C}tx//{C}v"))
        labels, values = _points(series, "cat", "xVal"), _points(series, "val", "yVal")
        for at, value in values.items():
            rows.setdefault(labels.get(at, ""), []).append(f"{name}: {value}" if name else value)
    lines += [" | ".join(filter(None, [label, *values])) for label, values in rows.items()]
    return [line for line in lines if line.strip()]


def _points(series: Element, *tags: str) -> dict[str, str]:
    points: dict[str, list[str]] = {}
    for tag in tags:
        for point in series.iterfind(f"{C}{tag}//{C}pt"):
            points.setdefault(point.get("idx", ""), []).append(point.findtext(f"{C}v") or "")
    return {at: " ".join(parts) for at, parts in points.items()}


def drawn(package: Package, part: str, element: Element) -> list[str]:
    """The texts of a chart or a diagram (SmartArt) that a drawing of this part shows."""
    lines: list[str] = []
    parts: dict[str, str] = {}
    for found in element.iter("*"):
        ids = {
            key.rpartition("}")[2]: value for key, value in found.attrib.items() if key[0] == "{"
        }
        kind = found.tag.rpartition("}")[2]
        id_ = ids.get("id" if kind == "chart" else "dm") if kind in {"chart", "relIds"} else None
        if id_ is None:
            continue
        parts = parts or {id_: target for id_, _, target in package.related(part)}
        root = package.root(parts.get(id_, ""))
        if root is not None:
            lines += chart_lines(root) if kind == "chart" else _diagram(root)
    return lines


def _diagram(root: Element) -> list[str]:
    texts = ("".join(t.text or "" for t in p.iter(f"{A}t")) for p in root.iter(f"{A}p"))
    return [text for text in texts if text.strip()]
