"""Test collections as folders: corpus, queries and qrels, laid out as BEIR or MS MARCO do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import AliasChoices, BaseModel, Field, ValidationError

from core.errors import InputError
from core.evaluate.judging.judgments import folded
from core.evaluate.metrics import Qrels
from core.evaluate.questions.qrels import QRELS_FILE, by_split, numbered_lines, read_qrels
from core.search.pipeline import QUERY_CHARACTERS

CORPUS = "corpus.jsonl"
QUERIES = "queries.jsonl"
QRELS = "qrels"


@dataclass(frozen=True, slots=True)
class Passage:
    """A document of a test collection; ``title`` may be empty."""

    title: str
    text: str

    @property
    def passage(self) -> str:
        """The text as a model reads it: title, space, text, as BEIR joins them."""
        return f"{self.title} {self.text}".strip()


@dataclass(frozen=True)
class Dataset:
    """A test collection. ``corpus`` and ``queries`` are keyed by id, in the order of the files.

    Every query of the qrels is among the queries. The qrels may name documents that the corpus
    lacks: they stay relevant, and cannot be found. ``made`` says how the qrels were read.
    """

    name: str
    corpus: Mapping[str, Passage]
    queries: Mapping[str, str]
    qrels: Qrels
    made: str = field(default="", compare=False)

    @cached_property
    def by_text(self) -> dict[str, dict[str, int]]:
        """Question as it is asked -> document id -> grade, in the dataset's order.

        Questions with the same words are one, with the higher grade of each document.
        """
        by_text: dict[str, dict[str, int]] = {}
        for query, text in self.queries.items():
            grades = by_text.setdefault(asked_text(text), {})
            for document, grade in self.qrels.get(query, {}).items():
                grades[document] = max(grade, grades.get(document, grade))
        return by_text


def asked_text(query: str) -> str:
    """A query with its white space folded, cut to the length that can be asked."""
    return folded(query)[:QUERY_CHARACTERS].rstrip()


class _QueryRow(BaseModel):
    id: str = Field(validation_alias=AliasChoices("_id", "id"), coerce_numbers_to_str=True)
    text: str


class _CorpusRow(_QueryRow):
    title: str | None = None


_Row = TypeVar("_Row", bound=_QueryRow)


def read_dataset(folder: Path) -> Dataset:
    """Read a folder of BEIR, MTEB or MS MARCO; its name becomes the dataset's name.

    Args:
        folder: holds corpus.jsonl or collection.tsv, queries.jsonl or queries.tsv, and judgments
            in qrels/ or beside them, all UTF-8. Of several splits test counts, else dev.

    Raises:
        InputError: a file is missing or a line of it cannot be used; the message names both.
    """
    rows = _rows(_file(folder, CORPUS, "collection*.tsv"), _CorpusRow)
    corpus = {row.id: Passage(row.title or "", row.text) for row in rows}
    asked = _rows(_file(folder, QUERIES, "queries*.jsonl", "queries*.tsv"), _QueryRow)
    queries = {row.id: row.text for row in asked}
    path = _qrels_file(folder)
    qrels, made = read_qrels(str(path), read_lines(path), queries)
    return Dataset(folder.resolve().name, corpus, queries, qrels, made)


def _file(folder: Path, *patterns: str) -> Path:
    """The first of these that is there, of the test split if there are several."""
    for pattern in patterns:
        if found := by_split(path.name for path in folder.glob(pattern)):
            return folder / found[0]
    return folder / patterns[0]


def _qrels_file(folder: Path) -> Path:
    inside = (str(path.relative_to(folder)) for path in folder.glob("qrels*/*"))
    beside = (path.name for path in folder.glob("qrels*.*"))
    if not (found := by_split(name for name in (*inside, *beside) if QRELS_FILE.search(name))):
        raise InputError(f"{folder / QRELS} has no test.tsv.", "Put the judgments there.")
    return folder / found[0]


def _check_id(name: str, where: str) -> None:
    if not name or not name.isprintable() or name != name.strip():
        raise InputError(
            f"{where} has the id {name!r}, which a tab-separated file cannot hold.",
            "Use ids of printable characters, without tabs, line breaks or spaces at the ends.",
        )


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbered lines (from 1) of a file that hold something; only a line feed ends a line.

    Raises:
        InputError: the file cannot be read, or is not UTF-8.
    """
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            yield from numbered_lines(file)
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {exc.strerror}.", "Check the path.") from exc
    except UnicodeDecodeError as exc:
        raise InputError(f"{path} is not UTF-8 text.", "Save it as UTF-8.") from exc


def _rows(path: Path, kind: type[_Row]) -> Iterator[_Row]:
    seen: set[str] = set()
    for number, line in read_lines(path):
        where = f"{path}, line {number}"
        try:
            if path.suffix == ".tsv":
                id_, _, text = line.partition("\t")
                row = kind.model_validate({"id": id_, "text": text})
            else:
                row = kind.model_validate_json(line)
        except ValidationError as exc:
            raise InputError(f"{where}: {_reason(exc)}.", _shape(kind)) from exc
        _check_id(row.id, where)
        if row.id in seen:
            raise InputError(f"{where}: the id {row.id!r} was used before.", "Make ids unique.")
        seen.add(row.id)
        yield row


def _reason(exc: ValidationError) -> str:
    error = exc.errors()[0]
    field = ".".join(str(part) for part in error["loc"])
    return f"{field}: {error['msg']}" if field else error["msg"]


def _shape(kind: type[BaseModel]) -> str:
    names = ("_id" if name == "id" else name for name in kind.model_fields)
    return f"Each line is a JSON object with the fields {', '.join(names)} (.tsv: id, tab, text)."
