"""Judgments and runs as other tools write them, and in a line what was made of a file.

Read are TREC's qrels (four columns), BEIR's and MTEB's (three, with or without a header, or JSON
lines), MS MARCO's, and Quepid's CSV, whose questions are named by their words.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

from core.errors import InputError
from core.evaluate.judging.judgments import folded
from core.text.counting import counted

Lines = Iterable[tuple[int, str]]
"""Numbered lines (from 1) that hold something."""

EXPECTED = (
    "Each line is query id, document id, grade (TREC: query id, 0, document id, grade), separated "
    "by tabs, spaces, commas or semicolons; or a JSON object with query-id, corpus-id and score."
)
MOST_GRADE = 1000
QRELS_FILE = re.compile(r"(?:^|/)qrels(?:[^/]*|/[^/]*)\.(?:tsv|txt|csv|jsonl)$")
_COLUMNS = (
    {"queryid", "qid", "query", "querytext", "topic", "question"},
    {"corpusid", "docid", "documentid", "document", "docno", "pid"},
    {"score", "rating", "relevance", "grade", "rel", "label"},
)
"""What query, document and grade are called in headers, without signs and in lower case."""
_SEPARATORS = {"\t": "tabs", ";": "semicolons", ",": "commas", " ": "spaces", "{": "JSON"}


def numbered_lines(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Numbered lines (from 1) that hold something, without their ends and a byte order mark.

    Args:
        lines: of a file or a ``StringIO``, in which only a line feed ends a line.
    """
    for number, line in enumerate(lines, start=1):
        text = line.removeprefix("\ufeff") if number == 1 else line
        if text.strip():
            yield number, text.rstrip("\r\n")


def by_split(names: Iterable[str]) -> list[str]:
    """File names, those of a test split first, then those of a dev split, then by name.

    >>> by_split(["train.tsv", "dev.tsv"])
    ['dev.tsv', 'train.tsv']
    """
    return sorted(names, key=lambda name: ("test" not in name, "dev" not in name, name))


def read_qrels(
    name: str, lines: Lines, queries: Mapping[str, str]
) -> tuple[dict[str, dict[str, int]], str]:
    """Query id -> document -> grade, and a line that says what was made of the file.

    A query that is not there is left out with a word. Grades may be written 1.0; those below 0
    are junk, which counts as the measures say.

    Args:
        name: of the file, for messages.
        lines: of the file.
        queries: query id -> its words, by which it may be named too.

    Raises:
        InputError: a line cannot be used, or none of the queries is there.
    """
    rows, how = _columns(name, list(lines), queries)
    ids = {folded(words): query for query, words in queries.items()} | {q: q for q in queries}
    qrels: dict[str, dict[str, int]] = {}
    unknown: dict[str, None] = {}
    for number, (query, document, text) in rows:
        where, grade = f"{name}, line {number}", _grade(text)
        if grade is None or not document:
            raise InputError(f"{where}: the grade {text!r} is not a whole number.", EXPECTED)
        if (id_ := ids.get(query) or ids.get(folded(query))) is None:
            unknown[query] = None
        elif qrels.setdefault(id_, {}).setdefault(document, grade) != grade:
            raise InputError(f"{where}: {document!r} has two grades for {query!r}.", "Keep one.")
    if unknown and not qrels:
        raise InputError(
            f"{name}: no query of it, such as {next(iter(unknown))!r}, is among the questions.",
            "Questions and judgments must use the same ids.",
        )
    return qrels, f"{name}: {_made(qrels, list(unknown))}; {how}."


def _made(qrels: Mapping[str, Mapping[str, int]], unknown: list[str]) -> str:
    grades = [grade for of_query in qrels.values() for grade in of_query.values()]
    junk = sum(grade < 0 for grade in grades)
    words = [f"{counted(len(grades), 'judgment')} of {counted(len(qrels), 'question')}"]
    if grades:
        words.append(f"grades {min(grades)} to {max(grades)}")
    if junk:
        words.append(f"{junk} below 0, which are junk: not relevant, and not judged for Bpref")
    if unknown:
        some = ", ".join(unknown[:3]) + (", ..." if len(unknown) > 3 else "")
        words.append(f"{counted(len(unknown), 'question')} left out that is not there ({some})")
    return "; ".join(words)


def _columns(
    name: str, lines: list[tuple[int, str]], queries: Mapping[str, str]
) -> tuple[list[tuple[int, list[str]]], str]:
    """The three cells of each judgment, and how the file is written."""
    if not lines:
        return [], "an empty file"
    first = lines[0][1]
    mark = next((s for s in "\t;," if first.count(s) > 1), " ")
    mark = "{" if first.lstrip().startswith("{") else mark
    rows = list(_cells(name, lines, mark))
    head = [re.sub(r"[\W_]", "", cell).lower() for cell in rows[0][1]]
    at = [next((i for i, word in enumerate(head) if word in names), -1) for names in _COLUMNS]
    header = min(at) >= 0
    if not header:
        at = [0, 2, 3] if len(head) == 4 else [0, 1, 2]
        known = rows[0][1][0] in queries or len(head) not in {3, 4}
        header = not known and _grade(rows[0][1][at[2]]) is None
    for number, row in rows:
        if len(row) != len(head) or len(row) < 3:
            wanted = max(3, len(head))
            said = f"{counted(len(row), 'column')} instead of {wanted}"
            raise InputError(f"{name}, line {number}: {said}.", EXPECTED)
    read = [(number, [row[i].strip() for i in at]) for number, row in rows[header:]]
    return (
        read,
        f"{_SEPARATORS[mark]}, {counted(len(head), 'column')}, {'a' if header else 'no'} header",
    )


def _cells(name: str, lines: list[tuple[int, str]], mark: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line; of JSON, the first row are the names of its fields."""
    try:
        if mark == "{":
            keys = list(json.loads(lines[0][1]))
            yield lines[0][0], keys
            for number, text in lines:
                record = dict(json.loads(text))
                yield number, [str(record.get(key, "")) for key in keys]
        elif mark in ";,":
            reader = csv.reader((f"{text}\n" for _, text in lines), delimiter=mark)
            yield from ((lines[reader.line_num - 1][0], row) for row in reader)
        else:
            split = "\t" if mark == "\t" else None
            yield from ((number, text.split(split)) for number, text in lines)
    except (csv.Error, TypeError, ValueError) as exc:
        raise InputError(f"{name} cannot be read: {exc}.", EXPECTED) from exc


def _grade(text: str) -> int | None:
    """The whole number that a cell means; None where it means none.

    >>> _grade("1.0"), _grade("-1"), _grade("0.5"), _grade("high")
    (1, -1, None, None)
    """
    try:
        value = float(text)
    except ValueError:
        return None
    return int(value) if value.is_integer() and abs(value) <= MOST_GRADE else None


def _score(text: str) -> Decimal:
    """With all its digits: as float32, and even as float64, different scores would be equal."""
    score = Decimal(text)
    if score.is_nan():
        raise ValueError(text)
    return score


def from_run(name: str, lines: Lines) -> tuple[dict[str, list[str]], str]:
    """Question id -> document ids by falling score, and a line that says what was made of it.

    Equal scores go by document id, the last first, as trec_eval and ir_measures have it. The rank
    is not read: trec_eval does not read it either, and tools write all kinds of things there.

    Raises:
        InputError: a line has the wrong form, or names a document twice; its number is named.
    """
    found: dict[str, dict[str, tuple[Decimal, int]]] = {}
    for number, line in lines:
        try:
            query, _, document, _, text, _ = line.split()
            score = _score(text)
        except (ValueError, InvalidOperation) as exc:
            said = f"{name}, line {number} of the run is not: id Q0 document rank score tag."
            raise InputError(said, "The score is a number.") from exc
        _, before = found.setdefault(query, {}).setdefault(document, (score, number))
        if before != number:
            raise InputError(
                f"{name}, lines {before} and {number}: {document!r} stands twice in the list of "
                f"question {query!r}.",
                "Keep one of the two lines.",
            )
    lists = {
        query: sorted(scores, key=lambda document: (scores[document][0], document), reverse=True)
        for query, scores in found.items()
    }
    passages = sum(map(len, lists.values()))
    ties = passages - sum(len({score for score, _ in of.values()}) for of in found.values())
    tied = f"; {counted(ties, 'tie')} by id, the last first, as in trec_eval" if ties else ""
    size = f"{counted(passages, 'passage')} for {counted(len(lists), 'question')}"
    return lists, f"{name}: {size}, by score, not by the rank column{tied}."
