"""Question sets and runs as TREC files and BEIR folders.

``topics.tsv`` has id, tab, question; ``qrels.txt`` id, 0, place, grade; a run id, Q0, place, rank,
score, tag. A BEIR folder has ``queries.jsonl``, ``qrels/test.tsv`` and ``corpus.jsonl``. A place is
written ``<document id>:<start>-<end>``, in characters of the document's text. Questions are
numbered q1, q2, ... in the order of the set.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from core.errors import InputError
from core.evaluate.judging.judgments import GRADES, folded
from core.evaluate.questions.question_sets import Question, Target
from core.text.spans import Place

_PLACE = re.compile(r"(?P<document>[^\s:]+):(?P<start>\d+)-(?P<end>\d+)")
_BEIR_HEADER = "query-id\tcorpus-id\tscore"

Files = dict[str, str]
"""File name -> its text."""


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


def to_topics(questions: Sequence[Question]) -> str:
    """TREC topics: number, tab, question."""
    return "".join(f"q{n}\t{folded(q.text)}\n" for n, q in enumerate(questions, start=1))


def to_qrels(questions: Sequence[Question]) -> str:
    """TREC qrels of what the questions know."""
    return "".join(
        f"q{n} 0 {place_name(target.place)} {target.grade}\n"
        for n, question in enumerate(questions, start=1)
        for target in question.targets
    )


def from_trec(topics: str, qrels: str = "") -> list[Question]:
    """Questions from TREC topics and qrels; an id without a tab gets no question.

    Raises:
        InputError: a line has the wrong form; its number is named.
    """
    texts: dict[str, str] = {}
    for number, line in numbered_lines(topics):
        name, tab, text = line.partition("\t")
        if not tab or not text.strip():
            raise InputError(f"Line {number} of the topics is not: id, tab, question.")
        texts[name.strip()] = folded(text)
    targets: dict[str, list[Target]] = {name: [] for name in texts}
    for number, line in numbered_lines(qrels):
        columns = line.split()
        if len(columns) != 4 or columns[0] not in texts or not _is_grade(columns[3]):
            raise InputError(f"Line {number} of the qrels is not: known id, 0, place, grade.")
        targets[columns[0]].append(Target(place_named(columns[2]), int(columns[3])))
    return [Question(text, "imported", tuple(targets[name])) for name, text in texts.items()]


def to_run(lists: Mapping[str, Sequence[str]], tag: str) -> str:
    """A TREC run: for each question id the document ids, best first, as falling scores."""
    word = re.sub(r"\W+", "-", tag).strip("-") or "run"
    return "".join(
        f"{query} Q0 {document} {rank} {len(ids) - rank + 1} {word}\n"
        for query, ids in lists.items()
        for rank, document in enumerate(ids, start=1)
    )


def from_run(text: str) -> dict[str, list[str]]:
    """Question id -> document ids by rank.

    Raises:
        InputError: a line has the wrong form; its number is named.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for number, line in numbered_lines(text):
        columns = line.split()
        if len(columns) != 6 or not columns[3].isdecimal():
            raise InputError(f"Line {number} of the run is not: id Q0 document rank score tag.")
        found.setdefault(columns[0], []).append((int(columns[3]), columns[2]))
    return {query: [document for _, document in sorted(rows)] for query, rows in found.items()}


def to_trec_files(questions: Sequence[Question]) -> Files:
    """Topics and qrels."""
    return {"topics.tsv": to_topics(questions), "qrels.txt": to_qrels(questions)}


def to_beir_files(questions: Sequence[Question], passages: Mapping[str, str]) -> Files:
    """A BEIR folder; ``passages`` (place -> text) become the corpus."""
    corpus = (json.dumps({"_id": i, "title": "", "text": t}) for i, t in passages.items())
    rows = enumerate(questions, start=1)
    queries = (json.dumps({"_id": f"q{n}", "text": folded(q.text)}) for n, q in rows)
    judged = (line.split() for line in to_qrels(questions).splitlines())
    qrels = (f"{query}\t{place}\t{grade}" for query, _, place, grade in judged)
    return {
        "corpus.jsonl": "".join(f"{line}\n" for line in corpus),
        "queries.jsonl": "".join(f"{line}\n" for line in queries),
        "qrels/test.tsv": "".join(f"{line}\n" for line in (_BEIR_HEADER, *qrels)),
    }


def from_files(files: Files) -> list[Question]:
    """Questions from the files of a TREC or BEIR archive.

    Raises:
        InputError: it is neither, or a line has the wrong form.
    """
    by_name = {PurePosixPath(name).name: text for name, text in files.items()}
    if "topics.tsv" in by_name:
        return from_trec(by_name["topics.tsv"], by_name.get("qrels.txt", ""))
    if "queries.jsonl" in by_name:
        rows = [
            _json_line(number, line) for number, line in numbered_lines(by_name["queries.jsonl"])
        ]
        topics = "".join(f"{row['_id']}\t{folded(str(row['text']))}\n" for row in rows)
        lines = by_name.get("test.tsv", "").split("\n")
        judged = (line.split("\t") for line in lines if line and line != _BEIR_HEADER)
        return from_trec(topics, "".join(f"{r[0]} 0 {' '.join(r[1:])}\n" for r in judged))
    raise InputError(
        "The archive holds neither topics.tsv nor queries.jsonl.", "Use a TREC or a BEIR archive."
    )


def _json_line(number: int, line: str) -> dict[str, object]:
    try:
        row = json.loads(line)
        return {"_id": row["_id"], "text": row["text"]}
    except (ValueError, KeyError, TypeError) as exc:
        raise InputError(f"Line {number} of queries.jsonl has no _id and text.") from exc


def _is_grade(text: str) -> bool:
    return text.isdecimal() and int(text) in GRADES


def numbered_lines(text: str) -> Iterator[tuple[int, str]]:
    """Numbered lines (from 1) that hold something; only a line feed ends a line."""
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if line.strip():
            yield number, line.rstrip("\r")
