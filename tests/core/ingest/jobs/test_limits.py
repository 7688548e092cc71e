"""Every limit at its edge: what just fits is indexed, one more is refused with words."""

import io
import random
import re
import sys
from dataclasses import replace

import pytest
from reportlab.pdfgen.canvas import Canvas

from core.errors import InputError
from core.ingest.jobs.pipeline import add_document
from core.ingest.jobs.queue import Allowance, Jobs
from core.ingest.jobs.worker import parse, processor_seconds
from core.settings import Limits
from tests.core.ingest.pdf_maker import Put, drawn, other_child, refusal, zero_pages

MB = 1024 * 1024
PAGES = 3
LETTERS = "twenty letters in it"  # 17 letters and 3 spaces: 20 characters
FILE = drawn([[Put(60, 100, LETTERS)] for _ in range(PAGES)])


@pytest.mark.parametrize(
    ("just_enough", "too_small", "code", "setting"),
    [
        (Limits(pages=3), Limits(pages=2), "too_many_pages", "MAX_PAGES"),
        (
            Limits(page_characters=20),
            Limits(page_characters=19),
            "too_much_text",
            "MAX_PAGE_CHARACTERS",
        ),
        (
            Limits(characters=3 * 20),
            Limits(characters=3 * 20 - 1),
            "too_much_text",
            "MAX_CHARACTERS",
        ),
    ],
)
def test_pages_and_characters_at_the_limit_and_one_above(just_enough, too_small, code, setting):
    """Three pages of twenty characters are read by exactly these limits."""
    assert len(parse(FILE, just_enough).pages) == PAGES
    found = refusal(lambda: parse(FILE, too_small))
    assert found.code == code
    assert f"SECOND_LOOK_{setting}" in found.advice


def long_pdf(characters):
    """Pages of 25 lines of 100 characters, all different; the last line is shorter."""
    out, chance = io.BytesIO(), random.Random(20261122)
    canvas = Canvas(out, pagesize=(612, 792), pageCompression=1)
    for start in range(0, characters, 2500):
        canvas.setFont("Helvetica", 8)
        for line in range(min(25, -(-(characters - start) // 100))):
            length = min(100, characters - start - 100 * line)
            words = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=length))
            canvas.drawString(60, 750 - 28 * line, re.sub(r"(\w{6})\w(?=\w)", r"\1 ", words))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.slow
def test_as_many_characters_as_a_file_may_have_are_read_and_one_more_is_refused():
    """The usual limit can be reached with the usual time and memory."""
    limit = Limits().characters
    paged = parse(long_pdf(limit), Limits())
    assert len(paged.text) >= 0.97 * limit  # but for the ends of lines
    found = refusal(lambda: parse(long_pdf(limit + 1), Limits()))
    assert (found.code, str(limit + 1) in found.message) == ("too_much_text", True)


def test_bytes_at_the_limit_and_one_above():
    """A file of exactly one megabyte is read; one byte more is too large."""
    full = FILE + b"\n" * (MB - len(FILE))
    assert parse(full, Limits(file_mb=1)).text
    found = refusal(lambda: parse(full + b"\n", Limits(file_mb=1)))
    assert (found.code, "SECOND_LOOK_MAX_FILE_MB" in found.advice) == ("too_large", True)


@pytest.mark.skipif(sys.platform != "linux", reason="memory of a process is bounded on Linux only")
@pytest.mark.parametrize(("asked", "code"), [(150, "damaged"), (400, "too_large")])
def test_memory_below_and_above_the_limit(asked, code, monkeypatch):
    """A child may take what is below its 300 MB (and then ends without a result), not more."""
    other_child(
        monkeypatch,
        "import sys; from core.home.sandbox import confine_this_process as confine\n"
        f"confine(300, 60)\ntry: bytearray({asked} * 2**20)\nexcept MemoryError: sys.exit(4)",
    )
    assert refusal(lambda: parse(FILE, Limits(parse_memory_mb=300))).code == code


@pytest.mark.skipif(sys.platform != "linux", reason="processor time is bounded on Linux only")
def test_processor_time_above_the_limit_is_a_timeout(monkeypatch):
    """A child that computes on and on is ended after its second, long before the wall clock."""
    other_child(
        monkeypatch,
        "from core.home.sandbox import confine_this_process as confine\n"
        "confine(300, 1)\nwhile True: pass",
    )
    found = refusal(lambda: parse(FILE, Limits(parse_seconds=100)))
    assert (found.code, "SECOND_LOOK_PARSE_SECONDS" in found.advice) == ("timeout", True)


@pytest.mark.parametrize(
    ("pages", "parse_seconds", "seconds"),
    [(0, 120, 7), (300, 120, 16), (3000, 120, 97), (9999, 120, 120), (0, 1, 1), (100, 240, 20)],
)
def test_processor_time_grows_with_the_pages(pages, parse_seconds, seconds):
    """7 s and 0.03 s a page, twice as much for twice the usual 120 s, and never above the limit."""
    assert processor_seconds(pages, parse_seconds) == seconds


def test_chunks_at_the_limit_and_one_above(ingest, collection):
    """The number of chunks that a file makes is enough; one less refuses it, and keeps nothing."""
    words = [Put(60, 60 + 12 * i, f"Sentence number {i} is about a late fee.") for i in range(55)]
    data = drawn([words, words])

    def add(chunks):
        limited = replace(ingest, limits=Limits(chunks=chunks))
        return add_document(limited, collection, "a.pdf", data, lambda _: None)[0].chunks

    found = refusal(lambda: add(1))
    assert (found.code, "SECOND_LOOK_MAX_CHUNKS" in found.advice) == ("too_many_chunks", True)
    made = int(found.message.split(" has ")[1].split()[0])
    assert refusal(lambda: add(made - 1)).code == "too_many_chunks"
    assert ingest.storage.library.documents(collection) == []
    assert add(made) == made


def padded(text, size):
    """A PDF of exactly so many bytes."""
    data = drawn([[Put(60, 100, text)]])
    return data + b"\n" * (size - len(data))


def test_the_library_at_its_limit_and_one_byte_above(ingest, collection):
    """Two halves of a megabyte fit into one; a file more does not; a replacement does."""
    limited = replace(ingest, limits=Limits(library_mb=1))

    def add(data: bytes, replaces: str | None = None) -> str:
        return add_document(limited, collection, "a.pdf", data, lambda _: None, replaces)[0].id

    first = add(padded("first", MB // 2))
    assert refusal(lambda: add(padded("second", MB // 2 + 1))).code == "library_full"
    add(padded("second", MB // 2))
    found = refusal(lambda: add(padded("third", 2000)))
    assert "SECOND_LOOK_MAX_LIBRARY_MB" in found.advice
    add(padded("third", MB // 2), first)
    assert len(ingest.storage.library.documents(collection)) == 2


def test_a_session_at_its_limit_and_one_byte_above():
    """What one session gave does not count for another; a refusal counts nothing."""
    allowance = Allowance(Limits(session_mb=1))
    allowance.take("mine", MB - 1, 0)
    with pytest.raises(InputError, match=r"1\.0 MB, above the limit of 1 MB") as caught:
        allowance.take("mine", 2, 0)
    assert "SECOND_LOOK_MAX_SESSION_MB" in caught.value.advice
    allowance.take("mine", 1, 0)
    allowance.take("other", MB, 0)
    allowance.take("", 9 * MB, 0)


def test_waiting_files_at_the_limit_and_one_byte_above():
    """What waits already and what comes may fill the library's limit, and not exceed it."""
    allowance = Allowance(Limits(library_mb=1))
    allowance.take("mine", 1, MB - 1)
    with pytest.raises(InputError, match="would be waiting to be indexed") as caught:
        allowance.take("mine", 2, MB - 1)
    assert "SECOND_LOOK_MAX_LIBRARY_MB" in caught.value.advice


def test_jobs_queue_nothing_of_a_batch_that_is_too_much(ingest, collection):
    """The whole batch is refused before any of it is queued."""
    jobs = Jobs(lambda: ingest, Limits(session_mb=1))
    with pytest.raises(InputError):
        jobs.add(collection, [("a.pdf", FILE), ("b.pdf", bytes(MB))], session="mine")
    assert jobs.snapshot() == []
    jobs.close()


def locked(user):
    """A PDF with this password, and another for its owner."""
    from reportlab.lib.pdfencrypt import StandardEncryption

    return drawn([[Put(60, 100, "for few")]], encryption=StandardEncryption(user, "owner"))


def test_six_kinds_of_useless_files_have_six_messages(ingest, collection):
    """Locked, scanned, empty, of another kind, damaged, without pages; none leaves a document.

    A file that only its owner's password protects can be read by anybody, and is.
    """
    files = [locked("user"), drawn([[]]), b"", b"GIF89a" * 99, b"%PDF-1.7\nno", zero_pages()]
    found = [
        refusal(lambda data=data: add_document(ingest, collection, "a.pdf", data, lambda _: None))
        for data in files
    ]
    assert [f.code for f in found] == [
        "encrypted",
        "no_text",
        "empty",
        "not_a_pdf",
        "damaged",
        "no_pages",
    ]
    assert "password" in found[0].message
    assert len({f.message for f in found}) == len({f.advice for f in found}) == 6
    assert ingest.storage.library.documents(collection) == []
    readable, _ = add_document(ingest, collection, "a.pdf", locked(""), lambda _: None)
    assert readable.chunks == 1
