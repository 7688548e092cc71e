"""Which files are refused, and what the person is told."""

import io

import pytest
from PIL import Image

from core.errors import DocumentRefused
from core.ingest.pdf.reading import extract
from core.settings import Limits
from tests.core.ingest.pdf_maker import Put, drawn, pages_with_furniture, refusal, zero_pages


def picture_only():
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
def test_each_kind_of_bad_file_has_its_code(code, data):
    """The code is stable, and the person is told what to do."""
    found = refusal(lambda: extract(data, Limits()))
    assert found.code == code
    assert found.advice


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.99])
def test_a_truncated_file_is_read_or_refused(part):
    """What was cut off never raises anything but our own error."""
    data = drawn(pages_with_furniture(3))
    try:
        paged = extract(data[: int(len(data) * part)], Limits())
    except DocumentRefused as exc:
        assert exc.code in {"damaged", "no_pages", "no_text"}  # noqa: PT017 - either way is right
    else:
        assert paged.text
