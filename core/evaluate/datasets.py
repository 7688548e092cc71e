"""Test collections in the BEIR layout: corpus.jsonl, queries.jsonl and qrels/test.tsv."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, Field, ValidationError

from core.errors import InputError
from core.evaluate.judging.judgments import folded
from core.evaluate.metrics import Qrels
from core.evaluate.questions.exchange import numbered_lines
from core.search.pipeline import QUERY_CHARACTERS
from core.text.counting import counted

CORPUS = "corpus.jsonl"
QUERIES = "queries.jsonl"
QRELS = "qrels"
HEADER = ("query-id", "corpus-id", "score")


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
    lacks: they stay relevant, and cannot be found.
    """

    name: str
    corpus: Mapping[str, Passage]
    queries: Mapping[str, str]
    qrels: Qrels

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
    id: str = Field(alias="_id", coerce_numbers_to_str=True)
    text: str


class _CorpusRow(_QueryRow):
    title: str = ""


_Row = TypeVar("_Row", bound=_QueryRow)


def read_dataset(folder: Path) -> Dataset:
    """Read a BEIR folder; its name becomes the dataset's name.

    Args:
        folder: holds corpus.jsonl, queries.jsonl and qrels/ with test.tsv or one other file, all
            UTF-8.

    Raises:
        InputError: a file is missing or a line of it cannot be used; the message names both.
    """
    corpus = {row.id: Passage(row.title, row.text) for row in _rows(folder / CORPUS, _CorpusRow)}
    queries = {row.id: row.text for row in _rows(folder / QUERIES, _QueryRow)}
    qrels = _read_qrels(_qrels_file(folder / QRELS), queries)
    return Dataset(folder.resolve().name, corpus, queries, qrels)


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
    names = (field.alias or name for name, field in kind.model_fields.items())
    return f"Each line is a JSON object with the fields {', '.join(names)}."


def _qrels_file(folder: Path) -> Path:
    files = sorted(folder.glob("*.tsv"))
    chosen = files if len(files) == 1 else [path for path in files if path.name == "test.tsv"]
    if not chosen:
        raise InputError(f"{folder} has no test.tsv.", "Put the judgments there.")
    return chosen[0]


def _read_qrels(path: Path, queries: Mapping[str, str]) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in read_lines(path):
        columns = line.split("\t")
        if number == 1 and _is_header(columns, queries):
            continue
        where = f"{path}, line {number}"
        query, document, grade = _judgment(columns, where)
        if query not in queries:
            raise InputError(f"{where}: {QUERIES} has no query {query!r}.", "Add it there.")
        if qrels.setdefault(query, {}).setdefault(document, grade) != grade:
            raise InputError(f"{where}: {document!r} has two grades for {query!r}.", "Keep one.")
    return qrels


def _is_header(columns: list[str], queries: Mapping[str, str]) -> bool:
    return len(columns) == len(HEADER) and columns[0] not in queries and not columns[2].isdecimal()


def _judgment(columns: list[str], where: str) -> tuple[str, str, int]:
    advice = "A line is query id, document id and a whole number, separated by tabs."
    if len(columns) != len(HEADER):
        raise InputError(
            f"{where}: {counted(len(columns), 'column')} instead of {len(HEADER)}.", advice
        )
    query, document, grade = columns
    try:
        return query, document, int(grade)
    except ValueError as exc:
        raise InputError(f"{where}: the grade {grade!r} is not a whole number.", advice) from exc
