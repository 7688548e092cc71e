"""What another search engine found: its passages, and the list that it gave for each question.

The passages are the document's text, one place each; the lists are read from the same bytes when
a question is asked (``read_lists``). A file is one of

- lines (or a list) of JSON: ``{"query": ..., "passages": [{"id", "text", "score"}, ...]}``, or
  ``{"query": ..., "response": <an answer of Elasticsearch or OpenSearch>}``; without question and
  scores the passages are there to be searched, and no list;
- an answer of Elasticsearch or OpenSearch as it comes: it does not hold its question, so its list
  stands for whatever is asked; those of an msearch are ``{"queries": [...], "responses": [...]}``;
- CSV with the columns of Quepid: query, document id, the fields of the document;
- a zip archive with a TREC run, ``corpus.jsonl`` or ``collection.tsv``, and queries
  in ``queries.jsonl`` or ``queries.tsv``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from core.errors import DocumentRefused, InputError
from core.ingest.archives import member, open_archive
from core.ingest.paging import TextBlock, paged
from core.ingest.texts.decoding import decoded
from core.schema import PagedText
from core.settings import Limits
from core.text.csv_text import read_csv

SUFFIXES = (".jsonl", ".ndjson", ".zip")
ARCHIVED = ("corpus.jsonl", "collection.tsv")
OPENING = (
    r'\[?\s*\{\s*"(?:query|question|passages)"\s*:'
    r'|\{\s*"(?:took|timed_out|_shards|hits|queries|responses|_scroll_id)"\s*:'
    r'|(?i:[^\n]{0,200}\bquery(?:[ _]text)?"?[,;\t][^\n]{0,200}\bdoc(?:ument)?[ _]?id\b)'
)
ANY_QUESTION = ""
"""The key of a list whose file does not say what was asked."""
_QUERY = ("query", "question", "query text", "query_text")
_ID = ("id", "_id", "doc_id", "docid", "doc id", "document_id", "document id")
_SCORE = ("score", "_score", "relevance_score")
_TITLE = ("title", "name", "heading", "subject")
_TEXT = (
    "text", "body", "content", "contents", "passage", "description", "abstract", "page_content"
)  # fmt: skip
_ROWS = ("passages", "results", "documents", "docs", "hits")
_RUN = re.compile(r"\S+[ \t]+Q0[ \t]+\S+[ \t]+-?\d+[ \t]+\S+")
_MSEARCH = (
    'Write the questions into it, in their order: {"queries": ["...", ...], "responses": ...}.'
)
_FORM = 'Write a line for each question: {"query": "...", "passages": [{"id", "text", "score"}]}.'

ListedPassage = tuple[int, float | None]
"""The number of a passage, from 1, and the score that the engine gave it, if it told one."""


@dataclass(slots=True)
class EngineLists:
    """Passages by id (title, text), in the order of the file, and question -> rows, best first.

    The number of a passage is its place in ``passages``, from 1.
    """

    passages: dict[str, tuple[str, str]] = field(default_factory=dict)
    lists: dict[str, tuple[ListedPassage, ...]] = field(default_factory=dict)

    def rows(self, query: str) -> tuple[ListedPassage, ...]:
        """The list for a question, whatever its capitals and spaces; empty when there is none."""
        wanted = {_folded(query), ANY_QUESTION}
        return next((rows for asked, rows in self.lists.items() if _folded(asked) in wanted), ())

    @property
    def questions(self) -> list[str]:
        """The questions that the file has lists for, in its order."""
        return [question for question in self.lists if question != ANY_QUESTION]


@dataclass(slots=True)
class _Read:
    """What was read so far, with the number of each passage and the folded questions at hand."""

    made: EngineLists = field(default_factory=EngineLists)
    numbers: dict[str, int] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)


def read_results(data: bytes, limits: Limits) -> PagedText:
    """The passages of another engine's lists, each one place and later one chunk."""
    blocks = (
        TextBlock(text, number, name, level=1, heading=title, kind="item")
        for number, (name, (title, text)) in enumerate(read_lists(data, limits).passages.items(), 1)
    )
    return paged(blocks, "passage", limits)


def read_lists(data: bytes, limits: Limits) -> EngineLists:
    """Passages and lists of a file.

    Raises:
        DocumentRefused: ``damaged``, with the line and the form that is expected.
    """
    if data.startswith(b"PK"):
        return _from_trec(data, limits)
    text, _ = decoded(data)
    read = _Read()
    for where, record in _records(text):
        _add(read, where, record)
    if not read.made.passages:
        _refuse("The file has no list of another engine", _FORM)
    return read.made


def _refuse(what: str, advice: str, cause: Exception | None = None) -> NoReturn:
    raise DocumentRefused("damaged", f"{what}.", advice) from cause


def _records(text: str) -> Iterator[tuple[str, Any]]:
    if not text.lstrip().startswith(("{", "[")):
        yield from _quepid(text)
        return
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        yield from _lines(text)
        return
    for number, record in enumerate(whole if isinstance(whole, list) else [whole], start=1):
        yield f"Item {number}", record


def _lines(text: str) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield f"Line {number}", json.loads(line)
            except (ValueError, RecursionError) as exc:
                _refuse(f"Line {number} is not JSON", _FORM, exc)


def _quepid(text: str) -> Iterator[tuple[str, Any]]:
    """One record a question; rows keep the order of the file, which is the engine's."""
    try:
        columns, rows = read_csv(text)
    except InputError as exc:
        _refuse(exc.message.rstrip("."), "Export it again.", exc)
    by_name = {column.strip().lower(): column for column in columns}
    query, id_ = _first(by_name, _QUERY), _first(by_name, _ID)
    if not query or not id_:
        _refuse("The CSV has no columns for the question and the document's id", _FORM)
    passages: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        lower = {column.strip().lower(): value for column, value in row.items()}
        passages.setdefault(row[query], []).append(lower | {"id": row[id_]})
    for number, (asked, listed) in enumerate(passages.items(), start=1):
        yield f"Question {number}", {"query": asked, "passages": listed}


def _add(read: _Read, where: str, record: Any) -> None:
    if not isinstance(record, Mapping):
        _refuse(f"{where} is not a record", _FORM)
    if isinstance(answers := record.get("responses"), list):
        for number, each in enumerate(_answers(answers, record.get("queries")), start=1):
            _add(read, f"Answer {number}", each)
        return
    query = " ".join(str(_first(record, _QUERY) or ANY_QUESTION).split())
    answer = record.get("response", record)
    hits = answer.get("hits") if isinstance(answer, Mapping) else None
    if isinstance(hits, Mapping):  # their order is the engine's, whatever the scores say
        rows = [_hit(hit) for hit in hits.get("hits", []) if isinstance(hit, Mapping)]
        ranked = _listed(read, where, rows)
    else:
        ranked = _by_score(_listed(read, where, _rows(where, record)))
        if query == ANY_QUESTION and all(score is None for _, score in ranked):
            return  # nobody asked for these
    if _folded(query) in read.asked:
        _refuse(f"{where} has the question of another one again", "Keep one of them.")
    read.asked.add(_folded(query))
    read.made.lists[query] = tuple(ranked)


def _answers(answers: Sequence[Any], asked: Any) -> list[Any]:
    """Those of an msearch with their questions; one alone as it is."""
    if isinstance(asked, list) and len(asked) == len(answers):
        pairs = zip(asked, answers, strict=True)
        return [{"query": query, "response": answer} for query, answer in pairs]
    if len(answers) > 1 or asked is not None:
        _refuse("The file has several answers and does not say what was asked", _MSEARCH)
    return list(answers) or [{}]


def _rows(where: str, record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = [record[key] for key in _ROWS if isinstance(record.get(key), list)]
    if not found or not all(isinstance(row, Mapping) for row in found[0]):
        _refuse(f"{where} has no list of passages", _FORM)
    rows: list[Mapping[str, Any]] = found[0]
    return rows


def _hit(hit: Mapping[str, Any]) -> dict[str, Any]:
    """A hit of Elasticsearch: its source, or its fields, which are lists."""
    source = hit.get("_source") or hit.get("fields") or {}
    return {
        **_flat(source),
        "id": str(hit.get("_id", "")),
        "score": hit.get("_score"),
        "index": str(hit.get("_index", "")),
    }


def _flat(source: Any, name: str = "") -> dict[str, Any]:
    """Nested fields by their last name; a list of strings is their lines."""
    if isinstance(source, Mapping):
        return {k: v for key in source for k, v in _flat(source[key], str(key)).items()}
    if isinstance(source, list) and all(isinstance(item, str) for item in source):
        return {name: "\n".join(source)}
    return {name: source}


def _listed(read: _Read, where: str, rows: Iterable[Mapping[str, Any]]) -> list[ListedPassage]:
    made, numbers = read.made, read.numbers
    listed: dict[int, float | None] = {}
    for row in rows:
        title, text = _title_and_text(row)
        name = _own_name(made, where, row, text)
        if not text and name not in made.passages:
            _refuse(f"{where}: the passage {name!r} has no text", _FORM)
        if numbers.setdefault(name, len(numbers) + 1) in listed:
            _refuse(f"{where} lists {name!r} twice", "Keep one of them.")
        made.passages.setdefault(name, (title, text))
        listed[numbers[name]] = _number(where, _first(row, _SCORE))
    return list(listed.items())


def _own_name(made: EngineLists, where: str, row: Mapping[str, Any], text: str) -> str:
    """The id of a passage; with its index before it where two indices use the same id."""
    name, index = str(_first(row, _ID) or text[:40]), str(row.get("index") or "")
    for free in (name, f"{index}/{name}") if index else (name,):
        if not text or made.passages.get(free, ("", text))[1] == text:
            return free
    _refuse(f"{where}: the passage {name!r} has another text than before", "Make ids unique.")


def _title_and_text(row: Mapping[str, Any]) -> tuple[str, str]:
    """The fields that are called so; else the longest text is the text."""
    low = {str(key).lower(): value for key, value in row.items() if isinstance(value, str)}
    title, text = str(_first(low, _TITLE) or ""), str(_first(low, _TEXT) or "")
    bookkeeping = {*_ID, *_QUERY, *_TITLE, "index"}
    rest = [value for key, value in low.items() if key not in bookkeeping]
    text = text or max(rest, key=len, default="") or title
    return ("" if text == title else title).strip(), text.strip()


def _first(record: Mapping[str, Any], names: Sequence[str]) -> Any:
    return next((record[name] for name in names if record.get(name) not in {None, ""}), None)


def _number(where: str, score: Any) -> float | None:
    try:
        number = None if score is None else float(score)
    except (TypeError, ValueError) as exc:
        _refuse(f"{where}: the score {score!r} is not a number", _FORM, exc)
    if number is not None and number - number != 0:
        _refuse(f"{where}: the score {score!r} is not finite", _FORM)
    return number


def _by_score(rows: list[ListedPassage]) -> list[ListedPassage]:
    """By falling score where each has one; equal ones, and lists without scores, as they come."""
    if any(score is None for _, score in rows):
        return rows
    return sorted(rows, key=lambda row: -(row[1] or 0.0))


def _folded(query: str) -> str:
    return " ".join(query.split()).casefold()


def _from_trec(data: bytes, limits: Limits) -> EngineLists:
    """A run by its scores, ties by falling id as trec_eval has them; ids become words and text."""
    with open_archive(data, limits) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        texts = {name.rpartition("/")[2]: decoded(member(archive, name))[0] for name in names}
    corpus = {id_: ("", text) for id_, text in _pairs(texts.get(ARCHIVED[1], ""))}
    corpus |= {
        str(_first(record, _ID)): _title_and_text(record)
        for _, record in _lines(texts.get(ARCHIVED[0], ""))
    }
    queries = _queries(texts)
    run = next((text for text in texts.values() if _RUN.match(text)), "")
    if not (corpus and queries and run):
        _refuse(
            "The archive has not all of a run, corpus.jsonl (or collection.tsv) "
            "and queries.jsonl (or queries.tsv)",
            "A run has lines of question id, Q0, passage id, rank, score, name.",
        )
    made = EngineLists(passages=corpus)
    numbers = {name: number for number, name in enumerate(corpus, start=1)}
    scored: dict[str, dict[str, float | None]] = {}
    for number, line in enumerate(run.split("\n"), start=1):
        if not line.strip():
            continue
        where, parts = f"Line {number} of the run", line.split()
        if len(parts) < 5 or parts[0] not in queries or parts[2] not in numbers:
            _refuse(f"{where} names what the other files do not have", "Use the same ids.")
        if parts[2] in scored.setdefault(parts[0], {}):
            _refuse(f"{where} lists {parts[2]!r} twice", "Keep one of them.")
        scored[parts[0]][parts[2]] = _number(where, parts[4])
    for query, scores in scored.items():
        ranked = sorted(scores, key=lambda name: (scores[name] or 0.0, name), reverse=True)
        made.lists[queries[query]] = tuple((numbers[n], scores[n]) for n in ranked)
    return made


def _queries(texts: Mapping[str, str]) -> dict[str, str]:
    queries: dict[str, str] = {}
    for name, text in texts.items():
        if not name.startswith(("queries", "topics")):
            continue
        if name.endswith(".jsonl"):
            for _, record in _lines(text):
                queries[str(_first(record, _ID))] = str(_first(record, ("text", *_QUERY)))
        else:
            queries |= _pairs(text)
    return queries


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Id and words of each line that has a tab between them."""
    rows = (line.partition("\t") for line in text.split("\n") if "\t" in line)
    return ((id_.strip(), words.strip()) for id_, _, words in rows)
