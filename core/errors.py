"""Every error that Second Look raises on purpose.

SecondLookError
├── InputError                 a setting, a question or a name that cannot be used
│   └── TooLarge               a request of more than a server takes at once
├── DocumentRefused            a file that was not indexed, with a reason code
├── StoreError                 the vector store or the library file
│   ├── StoreLocked            another process holds the home folder
│   ├── StoreUnavailable       a Qdrant server that does not answer, or refuses the key
│   └── StoreDamaged           files on disk that cannot be read
├── ModelError                 a model that cannot be loaded or does not match its hash
├── LanguageModelError         the configured LLM endpoint failed, with a reason code
├── PackageMissing             an optional package that is not installed; an ImportError too
├── Overloaded                 a server has enough to do: ask again, after so many seconds
├── Stopping                   this process ends: no model call begins any more
└── NotFound                   a document, chunk, page or collection that does not exist

Errors of other libraries are translated once, in the adapter that calls them, with
``raise ... from exc``. Each error says what happened and why (``message``) and what the
person can do next (``advice``).
"""

from __future__ import annotations

from typing import Literal

RefusalCode = Literal[
    "encrypted",
    "no_text",
    "not_a_pdf",
    "unknown_format",
    "damaged",
    "too_large",
    "too_many_pages",
    "too_much_text",
    "too_many_chunks",
    "library_full",
    "timeout",
    "empty",
    "no_pages",
]
LanguageModelCode = Literal[
    "not_configured",
    "unauthorized",
    "not_found",
    "rate_limited",
    "timeout",
    "unreachable",
    "server_error",
    "cut",
    "malformed",
    "empty",
    "rejected",
]


class SecondLookError(Exception):
    """The root of the tree: ``message`` says what and why, ``advice`` what to do next."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        """One readable paragraph: the message, then the advice."""
        return f"{self.message} {self.advice}".strip()


class InputError(SecondLookError):
    """A setting, a question or a name cannot be used as given."""


class TooLarge(InputError):
    """A request has more in it than a server takes at once."""


class DocumentRefused(SecondLookError):
    """A file was not indexed. ``code`` is stable and machine readable."""

    def __init__(self, code: RefusalCode, message: str, advice: str = "") -> None:
        super().__init__(message, advice)
        self.code: RefusalCode = code


class StoreError(SecondLookError):
    """The vector store or the library file failed."""


class StoreLocked(StoreError):
    """Another process uses the same home folder."""


class StoreUnavailable(StoreError):
    """A Qdrant server does not answer, or does not accept the key."""


class StoreDamaged(StoreError):
    """Files of the home folder cannot be read."""


class ModelError(SecondLookError):
    """A model cannot be loaded, or its weights are not the expected ones."""


class LanguageModelError(SecondLookError):
    """The LLM endpoint failed. ``code`` is stable; ``retry_after`` is in seconds, if given."""

    def __init__(
        self,
        code: LanguageModelCode,
        message: str,
        advice: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, advice)
        self.code: LanguageModelCode = code
        self.retry_after = retry_after


class PackageMissing(SecondLookError, ImportError):
    """An optional package is not installed; whoever probes an import sees what it expects."""


class Overloaded(SecondLookError):
    """More waits than a server takes; ``retry_after`` is in seconds."""

    def __init__(self, message: str, advice: str, retry_after: int) -> None:
        super().__init__(message, advice)
        self.retry_after = retry_after


class Stopping(SecondLookError):
    """This process ends, and a model call must not begin any more; what was asked goes undone."""


class NotFound(SecondLookError):
    """A document, chunk, page or collection does not exist (any more)."""
