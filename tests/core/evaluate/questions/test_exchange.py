"""Files of questions and runs: there and back is the identity; what is wrong is named."""

import io
import zipfile

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.evaluate.datasets import read_dataset
from core.evaluate.judging.judgments import folded
from core.evaluate.questions.exchange import (
    ORIGINS,
    from_files,
    from_jsonl,
    place_name,
    place_named,
    questions_csv,
    questions_from_csv,
    read_questions,
    to_beir_files,
    to_jsonl,
    to_run,
    to_trec_files,
    unzipped,
    zipped,
)
from core.evaluate.questions.qrels import from_run, numbered_lines
from core.evaluate.questions.question_sets import NEAR_DUPLICATE, TRIVIAL, Question, Target
from core.text.spans import Place

PLACES = st.builds(
    lambda d, s, n: Place(d, s, s + n),
    st.text("0123456789abcdef", min_size=1, max_size=8),
    st.integers(0, 10**6),
    st.integers(1, 10**4),
)
TARGETS = st.lists(st.builds(Target, PLACES, st.integers(0, 3)), max_size=3, unique=True)
STARTS = st.sampled_from(["", "", "=", "'=", "''@", "'"])
TEXTS = st.builds(str.__add__, STARTS, st.text(max_size=60)).map(folded).filter(bool)
QUESTIONS = st.lists(
    st.builds(
        Question,
        TEXTS,
        st.sampled_from(ORIGINS),
        TARGETS.map(tuple),
        st.sampled_from([(), (TRIVIAL,), (NEAR_DUPLICATE,), (TRIVIAL, NEAR_DUPLICATE)]),
    ),
    max_size=6,
    unique_by=lambda question: question.text,
)
IDS = st.text("abc:-0123", min_size=1, max_size=6)
RUNS = st.dictionaries(IDS, st.lists(IDS, min_size=1, max_size=6, unique=True), max_size=4)
WHO = Question("Who pays?", "typed", (Target(Place("d", 3, 9), 3),))


@given(QUESTIONS)
def test_jsonl_and_csv_lose_nothing(questions):
    """Text, origin, places, grades, marks; as text and as an uploaded file."""
    assert from_jsonl(to_jsonl(questions)) == questions
    assert questions_from_csv(questions_csv(questions)) == questions
    assert read_questions("a.jsonl", to_jsonl(questions).encode()).questions == questions
    assert read_questions("A.CSV", questions_csv(questions).encode()).questions == questions


def test_no_question_is_a_formula_in_a_spreadsheet():
    """The reader takes the apostrophe off again."""
    lines = questions_csv(
        [Question('=HYPERLINK("x")', "typed"), Question("-1?", "typed")]
    ).splitlines()
    assert lines[1:] == ['"\'=HYPERLINK(""x"")",typed,,,,,', "'-1?,typed,,,,,"]


@given(QUESTIONS)
def test_trec_and_beir_keep_questions_places_and_grades(questions):
    """Where a question came from has no place in these formats: they come back as imported."""
    expected = [Question(q.text, "imported", q.targets) for q in questions]
    for files in (to_trec_files(questions), to_beir_files(questions, {"d:0-5": "text"})):
        assert from_files(unzipped(zipped(files)))[0] == expected


@given(RUNS)
def test_a_run_keeps_its_order(lists):
    """Ranks from 1, scores that fall."""
    lines = numbered_lines(io.StringIO(to_run(lists, "BM25, reranked")))
    assert from_run("run.txt", lines)[0] == lists


@given(PLACES)
def test_a_place_is_one_word(place):
    """There and back, without a space."""
    assert place_named(place_name(place)) == place
    assert " " not in place_name(place)


def test_a_beir_folder_is_read_by_the_evaluation_of_folders(tmp_path):
    """What is exported here is a data set there."""
    for name, text in to_beir_files([WHO], {"d:3-9": "The firm."}).items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    dataset = read_dataset(tmp_path)
    assert dict(dataset.queries) == {"q1": "Who pays?"}
    assert dataset.qrels == {"q1": {"d:3-9": 3}}


TWO = ["Who pays?", "Who flies?"]
TOPICS = """<top>
<num> Number: 301
<title> Who pays?
<desc> Description:
Tell who.
</top>
<topics><topic number="2"><query>Who &#102;lies?</query></topic></topics>"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("q.txt", "Who pays?\n\nWho flies?\n"),
        ("q.md", "1. Who pays?\n2) Who  flies?\n"),
        ("q.txt", "- Who pays?\n- Who flies?\n"),
        ("q.json", '["Who pays?", "Who flies?"]'),
        ("q.json", '[{"question": "Who pays?"}, {"query": "Who flies?", "id": 2}]'),
        ("q.jsonl", '{"_id": "1", "text": "Who pays?"}\n{"query": "Who flies?"}\n'),
        ("q.csv", "question;origin\r\nWho pays?;typed\r\nWho flies?;typed\r\n"),
        ("quepid.csv", "query,docid,rating\nWho pays?,d1,3\nWho pays?,d2,0\nWho flies?,d1,1\n"),
        ("queries.dev.tsv", "\ufeff1\tWho pays?\r\n2\tWho flies?\r\n"),
        ("topics.301.txt", TOPICS),
    ],
)
def test_questions_as_people_have_them(name, text):
    """Numbered, listed, quoted, tagged or in a table: two questions, and a line that says so."""
    read = read_questions(name, text.encode())
    assert list(dict.fromkeys(question.text for question in read.questions)) == TWO
    assert read.made.startswith(f"{name}: ")


def test_a_number_that_belongs_to_a_question_stays():
    """A list has a mark before every line."""
    texts = [q.text for q in read_questions("q.txt", b"1. Who pays?\nWho flies?\n").questions]
    assert texts == ["1. Who pays?", "Who flies?"]


def test_judgments_of_an_archive_are_taken_as_far_as_they_can_be():
    """Grades beyond ours, a question and a document that are not here: with a word each."""
    qrels = "q1 0 d:3-9 5\nq1 0 d:1-2 -1\nq1 0 MARCO_7 1\nq9 0 d:3-9 1\n"
    files = {"a/queries.dev.tsv": "q1\tWho pays?\n", "a/qrels.dev.tsv": qrels}
    read = read_questions("q.zip", zipped(files))
    targets = (Target(Place("d", 3, 9), 3), Target(Place("d", 1, 2), 0))
    assert read.questions == [Question("Who pays?", "imported", targets)]
    for words in ("1 judgment left out of", "1 question left out that is not there (q9)", "0 to 3"):
        assert words in read.made


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("q.jsonl", b'{"text": "a"}\n{"x": 1}\n', "Line 2"),
        ("q.csv", b"a,b\n1,2\n", "no column 'question'"),
        ("q.csv", b"question,document,start,end,grade\nWho?,d,x,9,1\n", "Line 2 of the CSV"),
        ("q.csv", b"question,document,start,end,grade\nWho?,d,1,9,7\n", "grade of 7"),
        ("q.csv", b"question,document,start,end,grade\nWho?,d,9,1,1\n", "not part of a text"),
        ("q.tsv", b"q1 no tab\n", "Line 1 of the topics"),
        ("q.tsv", b"q1\t0\td\t1\n", "Line 1 is a judgment"),
        ("q.json", b'{"a": 1}', "Line 1 is not a question"),
        ("q.json", b'["a", 5]', "Item 2 is not a question"),
        ("q.txt", b"<top><num> 1</top>", "no number or no title"),
        ("q.txt", b"\xff\xfe", "not UTF-8"),
        ("q.zip", b"PK nothing", "cannot be read"),
        ("q.zip", zipped({"readme.txt": "hi"}), "neither topics.tsv"),
        ("q.zip", zipped({"topics.tsv": "q1\tWho?\n", "qrels.txt": "q2 0 d:1-2 1\n"}), "'q2'"),
        ("q.zip", zipped({"topics.tsv": "q1\tWho?\n", "qrels.txt": "q1 0 d x\n"}), "grade 'x'"),
        ("q.zip", zipped({"queries.jsonl": "[]\n"}), "Line 1 of queries.jsonl"),
    ],
)
def test_what_cannot_be_read_is_named(name, data, words):
    """File, line and reason; never a crash."""
    with pytest.raises(InputError, match=words):
        read_questions(name, data)


def test_a_zip_bomb_is_refused():
    """By the sizes that it declares, before anything is unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("topics.tsv", b"0" * 21_000_000)
    with pytest.raises(InputError, match="unpacks to more"):
        read_questions("q.zip", out.getvalue())


@given(
    st.binary(max_size=300),
    st.sampled_from(["a.csv", "a.json", "a.jsonl", "a.tsv", "a.zip", "a.txt"]),
)
def test_any_bytes_are_read_or_refused(data, name):
    """Whatever a file holds."""
    try:
        found = read_questions(name, data).questions
    except InputError:
        found = []
    assert all(question.text for question in found)
