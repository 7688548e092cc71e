"""Files of questions and runs: there and back is the identity; what is wrong is named."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import InputError
from core.evaluate.datasets import read_dataset
from core.evaluate.judging.judgments import folded
from core.evaluate.questions.exchange import (
    ORIGINS,
    from_files,
    from_jsonl,
    from_run,
    from_trec,
    numbered_lines,
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
    assert read_questions("a.jsonl", to_jsonl(questions).encode()) == questions
    assert read_questions("A.CSV", questions_csv(questions).encode()) == questions


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
    assert from_trec(*to_trec_files(questions).values()) == expected
    for files in (to_trec_files(questions), to_beir_files(questions, {"d:0-5": "text"})):
        assert from_files(unzipped(zipped(files))) == expected


@given(RUNS)
def test_a_run_keeps_its_order(lists):
    """Ranks from 1, scores that fall."""
    assert from_run(numbered_lines(io.StringIO(to_run(lists, "BM25, reranked")))) == lists


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


def test_lines_of_a_text_file_are_questions():
    """The ending that nobody knows is the simplest format."""
    assert [q.text for q in read_questions("q.txt", b"Who pays?\n\nWho flies?\n")] == [
        "Who pays?",
        "Who flies?",
    ]


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("q.jsonl", b'{"text": "a"}\n{"x": 1}\n', "Line 2"),
        ("q.csv", b"a,b\n1,2\n", "no column 'question'"),
        ("q.csv", b"question,document,start,end,grade\nWho?,d,x,9,1\n", "Line 2 of the CSV"),
        ("q.csv", b"question,document,start,end,grade\nWho?,d,1,9,7\n", "grade of 7"),
        ("q.csv", b"question,document,start,end,grade\nWho?,d,9,1,1\n", "not part of a text"),
        ("q.tsv", b"q1 no tab\n", "Line 1 of the topics"),
        ("q.txt", b"\xff\xfe", "not UTF-8"),
        ("q.zip", b"PK nothing", "cannot be read"),
        ("q.zip", zipped({"readme.txt": "hi"}), "neither topics.tsv"),
        ("q.zip", zipped({"topics.tsv": "q1\tWho?\n", "qrels.txt": "q2 0 d:1-2 1\n"}), "Line 1"),
        ("q.zip", zipped({"topics.tsv": "q1\tWho?\n", "qrels.txt": "q1 0 d 1\n"}), "no place"),
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


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.jsonl", "a.tsv", "a.zip", "a.txt"]))
def test_any_bytes_are_read_or_refused(data, name):
    """Whatever a file holds."""
    try:
        found = read_questions(name, data)
    except InputError:
        found = []
    assert all(question.text for question in found)
