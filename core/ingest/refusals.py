"""Why a file is not indexed, in words, one function a reason."""

from __future__ import annotations

from core.errors import DocumentRefused


def empty() -> DocumentRefused:
    """The file has no bytes."""
    return DocumentRefused(
        "empty", "The file is empty (0 bytes).", "Save or download it again, then add it."
    )


def not_a_pdf() -> DocumentRefused:
    """The bytes are of another format."""
    return DocumentRefused(
        "not_a_pdf",
        "The file is not a PDF, whatever its name says.",
        "Open it in the program that made it and export it as PDF.",
    )


def damaged(reason: str) -> DocumentRefused:
    """The bytes start like a PDF but cannot be read."""
    return DocumentRefused(
        "damaged",
        f"The PDF is damaged: {reason}.",
        "Download it again, or open it in a PDF viewer and print it to a new PDF.",
    )


def encrypted() -> DocumentRefused:
    """A password is needed to open it."""
    return DocumentRefused(
        "encrypted",
        "The PDF is protected: it needs a password to be opened.",
        "Save a copy without the password, then add the copy.",
    )


def no_pages() -> DocumentRefused:
    """There is nothing to show."""
    return DocumentRefused(
        "no_pages", "The PDF has no pages.", "Check the file in a PDF viewer and export it again."
    )


def no_text() -> DocumentRefused:
    """Pictures of pages, or nothing at all."""
    return DocumentRefused(
        "no_text",
        "The PDF holds no text: it is probably a scan, or its pages are blank.",
        "Run text recognition (OCR) on it, for example with OCRmyPDF, then add the result.",
    )


def too_large(size_mb: float, limit_mb: int) -> DocumentRefused:
    """More bytes than the limit."""
    return DocumentRefused(
        "too_large",
        f"The file has {size_mb:.1f} MB, above the limit of {limit_mb} MB.",
        "Split it, or raise SECOND_LOOK_MAX_FILE_MB.",
    )


def out_of_memory(limit_mb: int) -> DocumentRefused:
    """Reading needs more memory than allowed."""
    return DocumentRefused(
        "too_large",
        f"Reading the file needs more than {limit_mb} MB of memory.",
        "Split it, or raise SECOND_LOOK_PARSE_MEMORY_MB.",
    )


def too_many_pages(pages: int, limit: int) -> DocumentRefused:
    """More pages than the limit."""
    return DocumentRefused(
        "too_many_pages",
        f"The PDF has {pages} pages, above the limit of {limit}.",
        "Split it, or raise SECOND_LOOK_MAX_PAGES.",
    )


def too_much_text(where: str, characters: int, limit: int, setting: str) -> DocumentRefused:
    """More characters than the limit, on one page or in all."""
    return DocumentRefused(
        "too_much_text",
        f"{where} holds {characters} characters, above the limit of {limit}.",
        f"Split it, or raise {setting}.",
    )


def repeated(page: int, characters: int) -> DocumentRefused:
    """One crowded page again and again."""
    return DocumentRefused(
        "too_much_text",
        f"Page {page} repeats the {characters} characters of several pages before it.",
        "Remove the repeated pages in a PDF editor, then add the file again.",
    )


def timeout(seconds: int) -> DocumentRefused:
    """Reading took too long and was stopped."""
    return DocumentRefused(
        "timeout",
        f"Reading the file took longer than {seconds} seconds and was stopped.",
        "Split it, or raise SECOND_LOOK_PARSE_SECONDS.",
    )


def too_slow() -> DocumentRefused:
    """Reading took far longer than its number of pages explains."""
    return DocumentRefused(
        "timeout",
        "Reading the file takes far longer than its number of pages explains; it was stopped.",
        "Print it to a new PDF and add that, or raise SECOND_LOOK_PARSE_SECONDS.",
    )


def crashed() -> DocumentRefused:
    """The reader ended by a signal."""
    return DocumentRefused(
        "damaged",
        "The PDF makes the reader crash.",
        "Open it in a PDF viewer and print it to a new PDF.",
    )


def too_many_chunks(chunks: int, limit: int) -> DocumentRefused:
    """More passages than the limit."""
    return DocumentRefused(
        "too_many_chunks",
        f"The file makes {chunks} passages, above the limit of {limit}.",
        "Choose longer passages, split the file, or raise SECOND_LOOK_MAX_CHUNKS.",
    )


def library_full(size_mb: float, limit_mb: int) -> DocumentRefused:
    """The originals of all collections together would be too much."""
    return DocumentRefused(
        "library_full",
        f"With this file the library would hold {size_mb:.1f} MB, above the limit of "
        f"{limit_mb} MB.",
        "Delete documents, or raise SECOND_LOOK_MAX_LIBRARY_MB.",
    )


def undrawable(page: int, reason: str) -> DocumentRefused:
    """A page that has no picture; its text may well be there."""
    return DocumentRefused(
        "damaged",
        f"Page {page} cannot be shown: {reason}.",
        "Its text can be read and searched all the same.",
    )
