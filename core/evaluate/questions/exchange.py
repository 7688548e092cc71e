"""Question sets and runs as files that people and other tools write. A round trip is exact.

| format | what |
|---|---|
| JSONL | one question a line, with everything that is known about it |
| CSV | one line a known place: question, origin, document, start, end, grade, marks |
| TREC | an archive of ``topics.tsv``: id, tab, question; and ``qrels.txt``: id, 0, place, grade |
| BEIR | an archive of ``queries.jsonl``, ``qrels/test.tsv`` and ``corpus.jsonl`` |
| TREC run | id, Q0, place, rank, score, tag |

A place is written ``<document id>:<start>-<end>``, in characters of the document's text. Questions
are numbered q1, q2, ... in the order of the set.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import get_args

from core.errors import InputError
from core.evaluate.judging.judgments import GRADES, folded
from core.evaluate.questions.question_sets import Question, QuestionOrigin, Target, typed
from core.serialize import from_json, to_json
from core.text.csv_text import read_csv, write_csv
from core.text.spans import Place

FIELDS = ("question", "origin", "document", "start", "end", "grade", "marks")
ORIGINS: tuple[QuestionOrigin, ...] = get_args(QuestionOrigin)
MOST_FILE_BYTES = 20_000_000
_PLACE = re.compile(r"(?P<document>[^\s:]+):(?P<start>\d+)-(?P<end>\d+)")
_BEIR_HEADER = "query-id\tcorpus-id\tscore"

TextFiles = dict[str, str]
"""File name -> its text."""


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
        "csv": questions_from_csv,
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
    for number, line in numbered_lines(io.StringIO(text)):
        try:
            questions.append(from_json(Question, line))
        except InputError as exc:
            raise InputError(f"Line {number}: {exc.message}", 'Write {"text": "..."}.') from exc
    return questions


def questions_csv(questions: Iterable[Question]) -> str:
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


def questions_from_csv(text: str) -> list[Question]:
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


def zipped(files: TextFiles) -> bytes:
    """The files in one archive, the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name), text.encode())
    return out.getvalue()


def unzipped(data: bytes) -> TextFiles:
    """The text files of an archive, by name.

    Raises:
        InputError: it is no archive, unpacks to too much, or holds no UTF-8 text.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > MOST_FILE_BYTES:
                raise InputError(f"The archive unpacks to more than {MOST_FILE_BYTES:,} bytes.")
            return {i.filename: _member(archive, i) for i in archive.infolist() if not i.is_dir()}
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as exc:
        raise InputError(f"The archive cannot be read: {exc}.", "Make it again.") from exc


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    with archive.open(info) as member:
        return _decoded(info.filename, member.read(MOST_FILE_BYTES + 1))


def _decoded(name: str, data: bytes) -> str:
    if len(data) > MOST_FILE_BYTES:
        raise InputError(f"{name} has more than {MOST_FILE_BYTES:,} bytes.")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise InputError(f"{name} is not UTF-8 text.", "Save it as UTF-8.") from exc


def _from_row(row: Mapping[str, str]) -> Question:
    origin: QuestionOrigin = next(
        (name for name in ORIGINS if name == row.get("origin")), "imported"
    )
    marks = tuple(row.get("marks", "").split())
    question = Question(folded(row["question"]), origin, (), marks)
    if not row.get("document"):
        return question
    start, end, grade = (int(row.get(name, "")) for name in ("start", "end", "grade"))
    if grade not in GRADES:
        raise InputError(f"A grade of {grade} is outside 0 to 3.")
    return replace(question, targets=(Target(Place(row["document"], start, end), grade),))


def place_name(place: Place) -> str:
    """A place as one word.

    >>> place_name(Place("abc", 5, 9))
    'abc:5-9'
    """
    return f"{place.document_id}:{place.start}-{place.end}"


def place_named(name: str) -> Place:
    """The place of such a word.

    Raises:
        InputError: it is none.

    >>> place_named("abc:5-9")
    Place(document_id='abc', start=5, end=9)
    """
    match = _PLACE.fullmatch(name)
    if match is None:
        raise InputError(
            f"{name[:80]!r} is no place in a document.", "A place is <document id>:<start>-<end>."
        )
    return Place(match["document"], int(match["start"]), int(match["end"]))


def from_trec(topics: str, qrels: str = "") -> list[Question]:
    """Questions from TREC topics and qrels; an id without a tab gets no question.

    Raises:
        InputError: a line has the wrong form; its number is named.
    """
    texts: dict[str, str] = {}
    for number, line in numbered_lines(io.StringIO(topics)):
        name, tab, text = line.partition("\t")
        if not tab or not text.strip():
            raise InputError(f"Line {number} of the topics is not: id, tab, question.")
        texts[name.strip()] = folded(text)
    columns = ((number, line.split()) for number, line in numbered_lines(io.StringIO(qrels)))
    return _with_targets(texts, ((number, [*of[:1], *of[2:]]) for number, of in columns))


def _with_targets(
    texts: Mapping[str, str], judged: Iterable[tuple[int, list[str]]]
) -> list[Question]:
    """The questions with what numbered lines of qrels say: id, place, grade."""
    targets: dict[str, list[Target]] = {name: [] for name in texts}
    for number, columns in judged:
        grade = int(columns[2]) if len(columns) == 3 and columns[2].isdecimal() else None
        if grade is None or grade not in GRADES or columns[0] not in texts:
            raise InputError(f"Line {number} of the qrels has no known id, place and grade.")
        targets[columns[0]].append(Target(place_named(columns[1]), grade))
    return [Question(text, "imported", tuple(targets[name])) for name, text in texts.items()]


def to_run(lists: Mapping[str, Sequence[str]], tag: str) -> str:
    """A TREC run: for each question id the document ids, best first, as falling scores."""
    word = re.sub(r"\W+", "-", tag).strip("-") or "run"
    return "".join(
        f"{query} Q0 {document} {rank} {len(ids) - rank + 1} {word}\n"
        for query, ids in lists.items()
        for rank, document in enumerate(ids, start=1)
    )


def from_run(lines: Iterable[tuple[int, str]]) -> dict[str, list[str]]:
    """Question id -> document ids by rank, from the numbered lines of a run.

    Raises:
        InputError: a line has the wrong form; its number is named.
    """
    ranks: dict[str, list[tuple[int, str]]] = {}
    for number, line in lines:
        columns = line.split()
        if len(columns) != 6 or not columns[3].isdecimal():
            raise InputError(f"Line {number} of the run is not: id Q0 document rank score tag.")
        ranks.setdefault(columns[0], []).append((int(columns[3]), columns[2]))
    return {query: [document for _, document in sorted(rows)] for query, rows in ranks.items()}


def _judged(questions: Sequence[Question]) -> Iterator[tuple[str, str, int]]:
    """Id, place and grade of everything that the questions know."""
    for number, question in enumerate(questions, start=1):
        for target in question.targets:
            yield f"q{number}", place_name(target.place), target.grade


def to_trec_files(questions: Sequence[Question]) -> TextFiles:
    """Topics and qrels."""
    topics = (f"q{n}\t{folded(q.text)}\n" for n, q in enumerate(questions, start=1))
    qrels = (f"{query} 0 {place} {grade}\n" for query, place, grade in _judged(questions))
    return {"topics.tsv": "".join(topics), "qrels.txt": "".join(qrels)}


def to_beir_files(questions: Sequence[Question], passages: Mapping[str, str]) -> TextFiles:
    """A BEIR folder; ``passages`` (place -> text) become the corpus."""
    corpus = (json.dumps({"_id": i, "title": "", "text": t}) for i, t in passages.items())
    rows = enumerate(questions, start=1)
    queries = (json.dumps({"_id": f"q{n}", "text": folded(q.text)}) for n, q in rows)
    qrels = (f"{query}\t{place}\t{grade}" for query, place, grade in _judged(questions))
    return {
        "corpus.jsonl": "".join(f"{line}\n" for line in corpus),
        "queries.jsonl": "".join(f"{line}\n" for line in queries),
        "qrels/test.tsv": "".join(f"{line}\n" for line in (_BEIR_HEADER, *qrels)),
    }


def from_files(files: TextFiles) -> list[Question]:
    """Questions from the files of a TREC or BEIR archive.

    Raises:
        InputError: it is neither, or a line has the wrong form.
    """
    by_name = {PurePosixPath(name).name: text for name, text in files.items()}
    if "topics.tsv" in by_name:
        return from_trec(by_name["topics.tsv"], by_name.get("qrels.txt", ""))
    if "queries.jsonl" in by_name:
        rows = numbered_lines(io.StringIO(by_name["queries.jsonl"]))
        texts = dict(_query(number, line) for number, line in rows)
        lines = numbered_lines(io.StringIO(by_name.get("test.tsv", "")))
        judged = ((number, line.split("\t")) for number, line in lines if line != _BEIR_HEADER)
        return _with_targets(texts, judged)
    raise InputError(
        "The archive holds neither topics.tsv nor queries.jsonl.", "Use a TREC or a BEIR archive."
    )


def _query(number: int, line: str) -> tuple[str, str]:
    """Id and text of a line of queries.jsonl."""
    try:
        row = json.loads(line)
        return str(row["_id"]), folded(str(row["text"]))
    except (ValueError, KeyError, TypeError) as exc:
        raise InputError(f"Line {number} of queries.jsonl has no _id and text.") from exc


def numbered_lines(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Numbered lines (from 1) that hold something, without their ends and a byte order mark.

    Args:
        lines: of a file or a ``StringIO``, in which only a line feed ends a line.
    """
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix("\ufeff") if number == 1 else line
        if text.strip():
            yield number, text.rstrip("\r\n")
