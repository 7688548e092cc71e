"""Lists of other engines: their passages as places, their order as it was."""

import io
import json
import zipfile

import pytest
from hypothesis import given, strategies as st

from core.errors import DocumentRefused
from core.ingest.formats import format_of
from core.ingest.texts.results import read_lists, read_results
from core.schema import Chunking
from core.settings import Limits
from tests.core.ingest.paged_texts import cut

HITS = [
    {"_id": "7", "_score": 9.5, "_source": {"meta": {"title": "Notice"}, "body": "Three months."}},
    {"_id": "9", "_score": 11.0, "_source": {"body": "By letter, signed by both."}},
]
ELASTIC = {"took": 3, "timed_out": False, "hits": {"total": {"value": 2}, "hits": HITS}}
LINES = [
    {"query": "How long?", "passages": [
        {"id": "a", "text": "Low.", "score": 0.5}, {"id": "b", "text": "High.", "score": 2},
    ]},
    {"query": "Who signs?", "response": ELASTIC},
]  # fmt: skip
QUEPID = """Query Text,Doc ID,Doc Position,title,overview
notice,7,1,Notice,Three months.
notice,9,2,,"By letter, signed by both."
"""


def archive(**files: str) -> bytes:
    """A zip archive of these files; two underscores stand for a dot."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as out:
        for name, text in files.items():
            out.writestr(name.replace("__", "."), text)
    return made.getvalue()


CORPUS = '{"_id": "7", "title": "Notice", "text": "Three months."}\n{"_id": "9", "text": "Both."}'
TREC = {
    "corpus__jsonl": CORPUS,
    "queries__tsv": "q1\tnotice\n",
    "engine__run": "q1 Q0 9 1 2.0 x\nq1 Q0 7 2 3.0 x\n",
}

WITHOUT_TITLES = {name: text for name, text in TREC.items() if "corpus" not in name} | {
    "collection__tsv": "7\tThree months.\n9\tBoth.\n"
}
MSEARCH = {
    "queries": ["How long?", "Who signs?"],
    "responses": [ELASTIC, {"took": 1, "hits": {"hits": HITS[1:]}}],
}


def as_lines(records):
    return "\n".join(map(json.dumps, records))


@pytest.mark.parametrize(
    ("name", "data", "lists"),
    [
        ("a.jsonl", as_lines(LINES), {"How long?": "ba", "Who signs?": "79"}),
        ("a.json", json.dumps(LINES), {"How long?": "ba", "Who signs?": "79"}),
        ("elastic.json", json.dumps(ELASTIC), {"": "79"}),
        ("elastic.json", json.dumps({"took": 1, "responses": [ELASTIC]}), {"": "79"}),
        ("m.json", json.dumps(MSEARCH), {"How long?": "79", "Who signs?": "9"}),
        ("quepid.csv", QUEPID, {"notice": "79"}),
        ("run.zip", archive(**TREC), {"notice": "79"}),
        ("run.zip", archive(**WITHOUT_TITLES), {"notice": "79"}),
    ],
)
def test_each_form_gives_its_lists_and_passages(name, data, lists):
    """Scores order a list, but an engine's own answer stays as it came; each is told by content."""
    whole = data if isinstance(data, bytes) else data.encode()
    assert format_of(whole, name).read is read_results
    made = read_lists(whole, Limits())
    names = list(made.passages)
    assert {
        query: "".join(names[number - 1] for number, _ in rows)
        for query, rows in made.lists.items()
    } == lists
    if "7" in made.passages:
        assert made.passages["7"][1] == "Three months."
    paged = read_results(whole, Limits())
    chunks = cut(paged, Chunking(64, 16))
    assert [chunk.text for chunk in chunks] == [text for _, text in made.passages.values()]
    assert [chunk.first_page for chunk in chunks] == list(range(1, len(names) + 1))
    assert [chunk.labels[0] for chunk in chunks if chunk.labels] == names


def test_a_list_without_its_question_stands_for_any():
    """Elasticsearch does not say what was asked; a file that says it stands for that alone."""
    anything = read_lists(json.dumps(ELASTIC).encode(), Limits())
    assert anything.questions == []
    assert len(anything.rows("whatever")) == 2
    asked = read_lists(as_lines(LINES).encode(), Limits())
    assert asked.questions == ["How long?", "Who signs?"]
    assert asked.rows("  how LONG? ") == ((2, 2.0), (1, 0.5))
    assert asked.rows("else") == ()


def test_passages_that_nobody_asked_for_are_no_list():
    """A score means that there was a question; without one the passages are only there."""
    rows = [{"id": name, "text": f"Text {name}."} for name in "abc"]
    data = as_lines([{"passages": rows[:2]}, {"passages": rows[2:]}]).encode()
    assert format_of(data, "x.json").read is read_results
    made = read_lists(data, Limits())
    assert (list(made.passages), made.lists, made.rows("a")) == (["a", "b", "c"], {}, ())
    scored = [row | {"score": 1} for row in rows]
    assert len(read_lists(as_lines([{"passages": scored}]).encode(), Limits()).rows("any")) == 3


ROW = {"id": "a", "text": "x"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (as_lines(LINES) + "\nnot json", "Line 3 is not JSON"),
        (as_lines([{"query": "q", "passages": "none"}]), "Item 1 has no list of passages"),
        (as_lines([{"query": "q", "passages": [ROW, ROW]}]), "Item 1 lists 'a' twice"),
        (as_lines([{"query": "q", "passages": [{"id": "a"}]}]), "the passage 'a' has no text"),
        (as_lines([{"query": "q", "passages": [ROW | {"score": "high"}]}]), "is not a number"),
        (as_lines([{"query": "q", "passages": [ROW | {"score": "nan"}]}]), "is not finite"),
        (as_lines([LINES[0], {**LINES[0], "query": "how  long?"}]), "Line 2 has the question"),
        (json.dumps({"took": 1, "responses": [ELASTIC, ELASTIC]}), "does not say what was asked"),
        (json.dumps(MSEARCH | {"queries": ["one"]}), "does not say what was asked"),
        (json.dumps(MSEARCH | {"responses": [ELASTIC, {"error": "x"}]}), "Answer 2 has no list"),
        (as_lines([{"query": q, "passages": [ROW | {"text": q}]} for q in "xy"]), "another text"),
        ("query,doc id\n", "has no list of another engine"),
        (archive(corpus__jsonl=CORPUS), "The archive has not all of a run"),
        (archive(**TREC | {"engine__run": "q1 Q0 7 1 2 x\nq1 Q0 7 2 1 x"}), "Line 2 of the run"),
        (archive(**TREC | {"engine__run": "q1 Q0 8 1 2 x"}), "what the other files do not have"),
    ],
)
def test_what_cannot_be_read_is_named(data, words):
    """With the line, and the form that is expected."""
    with pytest.raises(DocumentRefused) as refused:
        read_lists(data if isinstance(data, bytes) else data.encode(), Limits())
    assert words in refused.value.message
    assert refused.value.advice


def test_two_indices_may_use_the_same_id():
    """An id is unique within its index: neither text may stand in for the other."""
    hits = [
        {"_index": index, "_id": "1", "_score": 1.0, "_source": {"body": f"{index} text"}}
        for index in ("laws", "news", "laws")
    ]
    answers = [{"hits": {"hits": each}} for each in (hits[:2], hits[2:])]
    whole = json.dumps({"queries": ["a", "b"], "responses": answers}).encode()
    made = read_lists(whole, Limits())
    assert made.passages == {"1": ("", "laws text"), "news/1": ("", "news text")}
    assert [[number for number, _ in made.rows(q)] for q in "ab"] == [[1, 2], [1]]


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=12))
def test_the_order_is_that_of_the_scores(scores):
    """Equal scores stay as they came."""
    passages = [{"id": f"p{n}", "text": f"text {n}", "score": s} for n, s in enumerate(scores)]
    made = read_lists(json.dumps([{"query": "q", "passages": passages}]).encode(), Limits())
    numbers = sorted(range(len(scores)), key=lambda n: -scores[n])
    assert made.rows("q") == tuple((n + 1, scores[n]) for n in numbers)
