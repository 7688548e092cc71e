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

import html
import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from core.errors import InputError
from core.evaluate.judging.judgments import GRADES, folded
from core.evaluate.questions.qrels import QRELS_FILE, by_split, numbered_lines, read_qrels
from core.evaluate.questions.question_sets import Question, QuestionOrigin, Target, typed
from core.serialize import from_json, to_json
from core.text.counting import counted
from core.text.csv_text import read_csv, write_csv
from core.text.spans import Place

FIELDS = ("question", "origin", "document", "start", "end", "grade", "marks")
ORIGINS: tuple[QuestionOrigin, ...] = get_args(QuestionOrigin)
MOST_FILE_BYTES = 20_000_000
_PLACE = re.compile(r"(?P<document>[^\s:]+):(?P<start>\d+)-(?P<end>\d+)")
_ASKED = {"question", "query", "query text"}
_TOPIC = re.compile(r"<top(?:ic)?\b[^>]*>.*?</top(?:ic)?>", re.DOTALL | re.IGNORECASE)
_NUMBER = re.compile(r"(?:\bnumber=\"|<num>\s*(?:Number:)?)\s*([^\s<\"]+)", re.IGNORECASE)
_TITLE = re.compile(r"<(?:title|question|query)>\s*(?:Topic:)?([^<]+)", re.IGNORECASE)
_TOPICS_FILE = re.compile(r"(?:^|/)(?:topics|queries)[^/]*\.(?:tsv|txt|jsonl|xml)$")
_BEIR_HEADER = "query-id\tcorpus-id\tscore"

TextFiles = dict[str, str]
"""File name -> its text."""


@dataclass(frozen=True, slots=True)
class ReadQuestions:
    """The questions of a file; ``made`` says in a line what was made of it."""

    questions: list[Question]
    made: str


def read_questions(name: str, data: bytes) -> ReadQuestions:
    """The questions of a file; its ending and what it begins with decide how it is read.

    ``.jsonl``, ``.json`` (a list), ``.csv``, ``.tsv`` (id, tab, question), TREC's topics, ``.zip``
    (TREC, BEIR, MS MARCO), else one question a line, which may be numbered.

    Raises:
        InputError: too large, not UTF-8, or a line cannot be used; its number is named.
    """
    ending, judged = name.rpartition(".")[2].lower(), ""
    if ending == "zip":
        questions, judged = from_files(unzipped(data))
    else:
        questions = _from_text(ending, _decoded(name, data))
    return ReadQuestions(questions, f"{name}: {counted(len(questions), 'question')}. {judged}")


def _from_text(ending: str, text: str) -> list[Question]:
    if ending == "tsv" or _TOPIC.search(text):
        return [Question(words, "imported") for words in _topics("topics", text).values()]
    if ending in {"json", "jsonl"}:
        return from_json_list(text) if text.lstrip().startswith("[") else from_jsonl(text)
    return questions_from_csv(text) if ending == "csv" else typed(text, "imported")


def to_jsonl(questions: Iterable[Question]) -> str:
    """One question a line."""
    return "".join(f"{to_json(question)}\n" for question in questions)


def from_jsonl(text: str) -> list[Question]:
    """The questions of ``to_jsonl``; a line with a ``text``, ``question`` or ``query`` is enough.

    Raises:
        InputError: a line is not such a record; its number is named.
    """
    lines = numbered_lines(io.StringIO(text))
    return [question for n, line in lines if (question := _record(f"Line {n}", line)).text]


def from_json_list(text: str) -> list[Question]:
    """The same as one list, whose items may also be the bare words of a question.

    Raises:
        InputError: it is no list, or an item of it is no question.
    """
    try:
        items = enumerate(list(json.loads(text)), start=1)
    except (TypeError, ValueError, RecursionError) as exc:
        raise InputError("The file is not a JSON list.", 'Write ["...", "..."].') from exc
    return [q for n, item in items if (q := _record(f"Item {n}", json.dumps(item))).text]


def _record(where: str, line: str) -> Question:
    try:
        record = json.loads(line)
        record = {"text": record} if isinstance(record, str) else dict(record)
        names = (name for name in ("text", "question", "query") if name in record)
        record["text"] = record[next(names, "text")]
        question = from_json(Question, json.dumps(record))
    except (InputError, TypeError, ValueError, KeyError, RecursionError) as exc:
        raise InputError(f"{where} is not a question: {exc}.", 'Write {"text": "..."}.') from exc
    return replace(question, text=folded(question.text))


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
    """Questions from CSV with a header that has at least a column ``question`` or ``query``.

    Lines of the same question in a row are put together.

    Raises:
        InputError: there is no such column, or a line has the wrong form; its number is named.
    """
    columns, rows = read_csv(text)
    asked = next((c for c in columns if c.lower().replace("_", " ") in _ASKED), "question")
    if asked not in columns:
        raise InputError("The CSV has no column 'question'.", f"Known are: {', '.join(FIELDS)}.")
    questions: list[Question] = []
    for number, row in enumerate(rows, start=2):
        try:
            question = _from_row(row | {"question": row[asked]})
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


def _topics(name: str, text: str) -> dict[str, str]:
    """Id -> question of topics: JSON lines, TREC's tagged form, or lines of id, tab, question.

    Raises:
        InputError: a line has the wrong form; its number is named.
    """
    lines = numbered_lines(io.StringIO(text))
    if name.endswith(".jsonl"):
        return dict(_query(number, line) for number, line in lines)
    texts: dict[str, str] = {}
    for match in _TOPIC.finditer(text):
        named, words = _NUMBER.search(match[0]), _TITLE.search(match[0])
        if named is None or words is None or not words[1].strip():
            raise InputError("A topic has no number or no title.", "Give it <num> and <title>.")
        texts[named[1]] = folded(html.unescape(words[1]))
    for number, line in () if texts else lines:
        id_, *columns = (cell.strip() for cell in line.split("\t"))
        if not columns or not columns[0]:
            raise InputError(f"Line {number} of the topics is not: id, tab, question.")
        if len(columns) > 1 and columns[-1].lstrip("-").replace(".", "", 1).isdecimal():
            raise InputError(
                f"Line {number} is a judgment, not a question.",
                "Put questions (topics.tsv) and judgments (qrels.txt) into one archive.",
            )
        texts[id_] = folded(" ".join(columns))
    return texts


def _with_targets(texts: Mapping[str, str], qrels: str) -> tuple[list[Question], str]:
    """The questions with the places that qrels name, and what was made of these."""
    targets: dict[str, list[Target]] = {name: [] for name in texts}
    grades, made = read_qrels("qrels", numbered_lines(io.StringIO(qrels)), texts)
    elsewhere = 0
    for query, of_query in grades.items():
        for document, grade in of_query.items():
            if _PLACE.fullmatch(document) is None:
                elsewhere += 1
                continue
            meant = min(max(grade, 0), max(GRADES))
            targets[query].append(Target(place_named(document), meant))
    if elsewhere:
        made += f" {counted(elsewhere, 'judgment')} left out of documents that are not here."
    if any(not 0 <= g <= max(GRADES) for of_query in grades.values() for g in of_query.values()):
        made += f" Grades are 0 to {max(GRADES)} here: those beyond count as the nearest."
    asked = [Question(text, "imported", tuple(targets[name])) for name, text in texts.items()]
    return asked, made if qrels else ""


def to_run(lists: Mapping[str, Sequence[str]], tag: str) -> str:
    """A TREC run: for each question id the document ids, best first, as falling scores."""
    word = re.sub(r"\W+", "-", tag).strip("-") or "run"
    return "".join(
        f"{query} Q0 {document} {rank} {len(ids) - rank + 1} {word}\n"
        for query, ids in lists.items()
        for rank, document in enumerate(ids, start=1)
    )


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


def from_files(files: TextFiles) -> tuple[list[Question], str]:
    """Questions from the files of a TREC, BEIR or MS MARCO archive, and what was made of them.

    Raises:
        InputError: it is none of these, or a line has the wrong form.
    """
    for name in by_split(name for name in files if _TOPICS_FILE.search(name)):
        qrels = by_split(name for name in files if QRELS_FILE.search(name))
        return _with_targets(_topics(name, files[name]), files[qrels[0]] if qrels else "")
    raise InputError(
        "The archive holds neither topics.tsv nor queries.jsonl.", "Use a TREC or a BEIR archive."
    )


def _query(number: int, line: str) -> tuple[str, str]:
    """Id and text of a line of queries.jsonl."""
    try:
        row = json.loads(line)
        return str(row["_id"] if "_id" in row else row["id"]), folded(str(row["text"]))
    except (ValueError, KeyError, TypeError) as exc:
        raise InputError(f"Line {number} of queries.jsonl has no _id and text.") from exc
