"""Of which format a file is: by its content first, by its name second."""

import io
import zipfile

import pytest

from core.errors import DocumentRefused
from core.ingest.archives import open_archive, refuse_entities, xml_root
from core.ingest.formats import format_of, kept_suffix
from core.settings import Limits
from tests.made_pdfs import made_pdf, sentences

PDF = made_pdf(sentences("travel", 2))
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha">]><a>&b;</a>'


def zipped(**members):
    """An archive of these members, compressed; the same bytes at any time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "found", "suffix"),
    [
        (PDF, "a.pdf", "PDF", ".pdf"),
        (PDF, "a.txt", "PDF", ".pdf"),
        (b"\r\n" + PDF, "", "PDF", ".pdf"),
        (b"<html>no PDF</html>", "a.PDF", "PDF", ".pdf"),
        (b"A line on %PDF-1.7", "a.txt", "plain text", ".txt"),
        (b"one line", "Makefile", "plain text", ".txt"),
        ("grün".encode("utf-16"), "a.LOG", "plain text", ".log"),
        ("grün".encode("utf-16-le"), "a.unheard", "plain text", ".txt"),
    ],
)
def test_the_content_decides_then_the_name(data, name, found, suffix):
    """A PDF is one under any name; what is called .pdf and is none is refused by its reader."""
    assert (format_of(data, name).name, kept_suffix(data, name)) == (found, suffix)


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (zipped(a="b"), "a.zip", "archive"),
        (zipped(a="b"), "a.odt", "end in .odt"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "a.doc", "old kind"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "a.txt", "neither"),
        (bytes(range(256)) * 9, "a.md", "neither"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(data, name, said):
    """And with what to do."""
    with pytest.raises(DocumentRefused, match=said) as caught:
        format_of(data, name)
    assert (caught.value.code, bool(caught.value.advice)) == ("unknown_format", True)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped(a=bytes(400_000_000)), "too_large"),
        (zipped(a="b")[:-9], "damaged"),
        (zipped(a=LAUGHS, **{"b.xml": LAUGHS}), "damaged"),
        (zipped(**{"b.rels": LAUGHS.decode().encode("utf-16")}), "damaged"),
    ],
    ids=["bomb", "cut", "entity", "entity in UTF-16"],
)
def test_a_trap_in_an_archive_is_refused(data, code):
    """A bomb by what it would unpack to, entities before any library reads them."""
    with pytest.raises(DocumentRefused) as caught:
        refuse_entities(open_archive(data, Limits()))
    assert caught.value.code == code


def test_xml_is_read_without_entities_of_its_own():
    """What only marks up is read."""
    assert xml_root(b"<a>&lt;b/&gt;</a>").text == "<b/>"
    for data in (LAUGHS, b"<a>&b;</a>", b"<a>"):
        with pytest.raises(DocumentRefused):
            xml_root(data)
