"""Which files are refused, and what the person is told."""

from __future__ import annotations

import io

import pytest
from PIL import Image
from pypdf import PdfWriter
from reportlab.lib.pdfencrypt import StandardEncryption

from core.errors import DocumentRefused
from core.ingest.pdf.reading import extract
from core.settings import Limits
from tests.core.ingest.pdf_maker import Put, drawn, pages_with_furniture, read


def refusal(data: bytes, limits: Limits | None = None) -> DocumentRefused:
    """The refusal that reading ends with."""
    with pytest.raises(DocumentRefused) as caught:
        extract(data, limits or Limits())
    return caught.value


def test_an_empty_user_password_opens_normally() -> None:
    """A file that anybody can open is read, whatever its owner's password."""
    encryption = StandardEncryption("", "owner", strength=128)
    assert read([Put(60, 100, "open to all")], encryption=encryption).text == "open to all"


def test_a_user_password_is_refused_as_encrypted() -> None:
    """A file that needs a password is refused, with that reason."""
    encryption = StandardEncryption("secret", "owner", strength=128)
    found = refusal(drawn([[Put(60, 100, "for few")]], encryption=encryption))
    assert found.code == "encrypted"
    assert "password" in found.message


def zero_pages() -> bytes:
    """A PDF without pages."""
    out = io.BytesIO()
    PdfWriter().write(out)
    return out.getvalue()


def picture_only() -> bytes:
    """A PDF that is a scan."""
    out = io.BytesIO()
    Image.new("RGB", (200, 300), "grey").save(out, format="PDF")
    return out.getvalue()


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("empty", b""),
        ("not_a_pdf", b"Dear reader, this is a letter. " * 99),
        ("not_a_pdf", b"\x89PNG\r\n\x1a\n" + bytes(999)),
        ("damaged", b"%PDF-1.7\nthis is not really one"),
        ("no_text", picture_only()),
        ("no_text", drawn([[], []])),
        ("no_text", drawn([[Put(60, 100, "- - ..")]])),
        ("no_pages", zero_pages()),
    ],
)
def test_each_kind_of_bad_file_has_its_code(code: str, data: bytes) -> None:
    """The code is stable, and the person is told what to do."""
    found = refusal(data)
    assert found.code == code
    assert found.advice


@pytest.mark.parametrize(
    ("code", "limits"),
    [
        ("too_many_pages", Limits(pages=2)),
        ("too_much_text", Limits(page_characters=50)),
        ("too_much_text", Limits(characters=500)),
        ("too_large", Limits(file_mb=0)),
    ],
)
def test_limits_refuse_with_the_setting_to_raise(code: str, limits: Limits) -> None:
    """Each limit has its code, and the advice names the setting."""
    found = refusal(drawn(pages_with_furniture(3)), limits)
    assert found.code == code
    assert "SECOND_LOOK_MAX_" in found.advice


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_read_or_refused(part: float) -> None:
    """What was cut off never raises anything but our own error."""
    data = drawn(pages_with_furniture(3))
    try:
        paged = extract(data[: int(len(data) * part)], Limits())
    except DocumentRefused as exc:
        assert exc.code in {"damaged", "no_pages", "no_text"}  # noqa: PT017 - either way is right
    else:
        assert paged.text
