"""The sample documents that come with the project, and questions to ask them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from core.errors import InputError, NotFound

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
QUESTIONS_FILE = "questions.toml"
_ADVICE = "Restore the samples folder of the project, or name another folder."

T = TypeVar("T")
SampleKind = Literal[
    "negation", "answer_type", "vocabulary", "chunk_border", "plain", "unanswerable"
]


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True, slots=True)
class SampleQuestion:
    """A suggested question.

    ``kind`` is what makes it hard for a bi-encoder. ``answer`` is a phrase that stands in the
    file ``document`` exactly so; both are empty for ``unanswerable`` and only then. ``note`` is
    one sentence on what to look at. ``featured`` marks the few to show first.
    """

    text: str
    kind: SampleKind
    note: str
    answer: str = ""
    document: str = ""
    featured: bool = False

    def __post_init__(self) -> None:
        """Refuse a question whose answer and kind contradict each other."""
        if bool(self.answer and self.document) == (self.kind == "unanswerable"):
            raise InputError(
                f"The sample question {self.text!r} is {self.kind}, which does not match its "
                "answer.",
                "Give answer and document, or neither for an unanswerable question.",
            )


def sample_documents(folder: Path = SAMPLES) -> list[tuple[str, bytes]]:
    """File name and bytes of every PDF in a folder, by name.

    Raises:
        NotFound: the folder holds no PDF, or one of them cannot be read.
    """
    try:
        documents = [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.pdf"))]
    except OSError as exc:
        raise NotFound(f"A sample document cannot be read: {exc.strerror}.", _ADVICE) from exc
    if not documents:
        raise NotFound("There are no sample documents in the samples folder.", _ADVICE)
    return documents


def sample_questions(folder: Path = SAMPLES) -> list[SampleQuestion]:
    """The suggested questions of a folder, in the order of its ``questions.toml``.

    Raises:
        NotFound: the folder has no such file, or it cannot be read.
        InputError: the file is not TOML, or a question in it has the wrong form.
    """
    return read_toml(folder / QUESTIONS_FILE, "question", SampleQuestion)


def read_toml(path: Path, name: str, kind: type[T]) -> list[T]:
    """The entries ``[[name]]`` of a file that comes with the project.

    Raises:
        NotFound: the file cannot be read.
        InputError: it is not TOML, or an entry has the wrong form.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return TypeAdapter(list[kind]).validate_python(table.get(name, []))  # type: ignore[valid-type]
    except OSError as exc:
        raise NotFound(f"{path.name} cannot be read: {exc.strerror}.", _ADVICE) from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        place = " ".join(str(part) for part in first["loc"])
        what = f"{path.name}, entry {place}, counted from 0: {first['msg']}."
        raise InputError(what, _ADVICE) from exc
    except ValueError as exc:  # not UTF-8, or not TOML
        raise InputError(f"{path.name} is not TOML: {exc}.", _ADVICE) from exc
