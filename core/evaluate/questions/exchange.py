"""Question sets as files that people and other tools write. A round trip is exact.

| format | what |
|---|---|
| JSONL | one question a line, with everything that is known about it |
| CSV | one line a known place: question, origin, document, start, end, grade, marks |
| TREC, BEIR | an archive; see ``core.evaluate.questions.trec`` |
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from core.errors import InputError
from core.evaluate.judging.judgments import GRADES, folded
from core.evaluate.questions.question_sets import Origin, Question, Target, typed
from core.evaluate.questions.trec import Files, from_files, from_trec, numbered_lines
from core.serialize import from_json, to_json
from core.text.csv_text import read_csv, write_csv
from core.text.spans import Place

FIELDS = ("question", "origin", "document", "start", "end", "grade", "marks")
ORIGINS: tuple[Origin, ...] = (
    "typed", "imported", "history", "heading", "sentence", "number", "blank", "llm", "sample",
)  # fmt: skip
MOST_BYTES = 20_000_000


def read_questions(name: str, data: bytes) -> list[Question]:
    """The questions of a file; its ending decides how it is read.

    ``.jsonl``, ``.csv``, ``.tsv`` (TREC topics), ``.zip`` (TREC or BEIR), else one question a line.

    Raises:
        InputError: too large, not UTF-8, or a line cannot be used; its number is named.
    """
    ending = name.rpartition(".")[2].lower()
    if ending == "zip":
        return from_files(unzipped(data))
    text = _decoded(name, data)
    readers: dict[str, Callable[[str], list[Question]]] = {
        "jsonl": from_jsonl,
        "csv": from_csv,
        "tsv": from_trec,
    }
    return readers[ending](text) if ending in readers else typed(text, "imported")


def to_jsonl(questions: Iterable[Question]) -> str:
    """One question a line."""
    return "".join(f"{to_json(question)}\n" for question in questions)


def from_jsonl(text: str) -> list[Question]:
    """The questions of ``to_jsonl``; a line with a ``text`` alone is enough.

    Raises:
        InputError: a line is not such a record; its number is named.
    """
    questions = []
    for number, line in numbered_lines(text):
        try:
            questions.append(from_json(Question, line))
        except InputError as exc:
            raise InputError(f"Line {number}: {exc.message}", 'Write {"text": "..."}.') from exc
    return questions


def to_csv(questions: Iterable[Question]) -> str:
    """One line a known place, or one for a question without any."""
    rows = list[Sequence[object]]()
    for question in questions:
        head, marks = (question.text, question.origin), " ".join(question.marks)
        for t in question.targets:
            place = (t.place.document_id, t.place.start, t.place.end, t.grade)
            rows.append((*head, *place, marks))
        if not question.targets:
            rows.append((*head, "", "", "", "", marks))
    return write_csv(FIELDS, rows)


def from_csv(text: str) -> list[Question]:
    """Questions from CSV with a header that has at least a column ``question``.

    Lines of the same question in a row are put together.

    Raises:
        InputError: there is no such column, or a line has the wrong form; its number is named.
    """
    columns, rows = read_csv(text)
    if "question" not in columns:
        raise InputError("The CSV has no column 'question'.", f"Known are: {', '.join(FIELDS)}.")
    questions: list[Question] = []
    for number, row in enumerate(rows, start=2):
        try:
            question = _from_row(row)
        except (ValueError, InputError) as exc:
            raise InputError(f"Line {number} of the CSV: {exc}") from exc
        if questions and questions[-1].text == question.text:
            last = questions.pop()
            question = replace(question, targets=(*last.targets, *question.targets))
        if question.text:
            questions.append(question)
    return questions


def zipped(files: Files) -> bytes:
    """The files in one archive, the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text.encode())
    return out.getvalue()


def unzipped(data: bytes) -> Files:
    """The text files of an archive, by name.

    Raises:
        InputError: it is no archive, unpacks to too much, or holds no UTF-8 text.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MOST_BYTES:
                raise InputError(f"The archive unpacks to more than {MOST_BYTES:,} bytes.")
            return {i.filename: _member(archive, i) for i in archive.infolist() if not i.is_dir()}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as exc:
        raise InputError(f"The archive cannot be read: {exc}.", "Make it again.") from exc


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    with archive.open(info) as member:
        return _decoded(info.filename, member.read(MOST_BYTES + 1))


def _decoded(name: str, data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise InputError(f"{name} has more than {MOST_BYTES:,} bytes.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise InputError(f"{name} is not UTF-8 text.", "Save it as UTF-8.") from exc


def _from_row(row: Mapping[str, str]) -> Question:
    origin = row.get("origin") or "imported"
    known: Origin = next((name for name in ORIGINS if name == origin), "imported")
    marks = tuple(row.get("marks", "").split())
    question = Question(folded(row["question"]), known, (), marks)
    if not row.get("document"):
        return question
    start, end, grade = (int(row.get(name, "")) for name in ("start", "end", "grade"))
    if grade not in GRADES:
        raise InputError(f"A grade of {grade} is outside 0 to 3.")
    return replace(question, targets=(Target(Place(row["document"], start, end), grade),))
