"""BEIR folders: reading, and what is said of a broken one."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from core.errors import InputError
from core.evaluate.datasets import Dataset, Passage, read_dataset
from tests.beir_folder import write_dataset
from tests.shared import shared_path

IDS = st.text(min_size=1, max_size=6).filter(lambda x: x.isprintable() and x == x.strip())
CORPORA = st.dictionaries(IDS, st.builds(Passage, st.text(), st.text()), max_size=5)


@st.composite
def datasets(draw):
    """Any dataset: documents of the qrels may be missing from the corpus, ids may be odd."""
    corpus = draw(CORPORA)
    queries = draw(st.dictionaries(IDS, st.text(), max_size=5))
    documents = st.one_of(IDS, st.sampled_from(sorted(corpus))) if corpus else IDS
    grades = st.dictionaries(documents, st.integers(-2, 3), min_size=1, max_size=4)
    names = st.sampled_from(sorted(queries)) if queries else st.nothing()
    return Dataset("set", corpus, queries, draw(st.dictionaries(names, grades)))


@pytest.fixture
def folder(tmp_path):
    """A small folder that can be read."""
    path = tmp_path / "tiny"
    (path / "qrels").mkdir(parents=True)
    (path / "corpus.jsonl").write_text('{"_id": "d1", "title": "T", "text": "one"}\n')
    (path / "queries.jsonl").write_text('{"_id": "q1", "text": "which?"}\n')
    (path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    return path


TINY = Dataset("tiny", {"d1": Passage("T", "one")}, {"q1": "which?"}, {"q1": {"d1": 1}})


@given(datasets())
def test_round_trip_is_the_identity(dataset):
    """What others write is read as it is, in the same order."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / dataset.name
        write_dataset(dataset, folder)
        again = read_dataset(folder)
    assert again == dataset
    assert list(again.corpus) == list(dataset.corpus)
    assert list(again.queries) == list(dataset.queries)


def test_reads_a_folder(folder):
    """The three files become one record, named like the folder."""
    assert read_dataset(folder) == TINY


def test_numbers_as_ids_and_a_missing_title(folder):
    """Ids may be JSON numbers, a title absent or null, as in some BEIR sets; MTEB writes ``id``."""
    for row in (
        '{"_id": 7, "text": "one", "metadata": {}}',
        '{"id": 7, "title": null, "text": "one"}',
    ):
        (folder / "corpus.jsonl").write_text(row + "\n")
        assert read_dataset(folder).corpus == {"7": Passage("", "one")}


def test_a_line_separator_inside_a_text_ends_no_line(folder):
    """JSON may hold U+2028 as it is; only a line feed ends a line."""
    row = json.dumps({"_id": "d1", "text": "a\u2028b"}, ensure_ascii=False)
    (folder / "corpus.jsonl").write_text(row + "\n", encoding="utf-8")
    assert read_dataset(folder).corpus["d1"].text == "a\u2028b"


def test_the_only_split_needs_no_name(folder):
    """With one qrels file there is nothing to choose; of several it is test, else dev."""
    (folder / "qrels" / "test.tsv").rename(folder / "qrels" / "dev.tsv")
    assert read_dataset(folder) == TINY
    (folder / "qrels" / "train.tsv").write_text("q1\td1\t2\n")
    assert read_dataset(folder) == TINY
    (folder / "qrels" / "test.tsv").write_text("q1\td1\t3\n")
    assert read_dataset(folder).qrels == {"q1": {"d1": 3}}


@pytest.mark.parametrize(
    ("file", "line", "message"),
    [
        ("corpus.jsonl", "{oops", r"corpus\.jsonl, line 2: Invalid JSON.*_id, text, title"),
        ("corpus.jsonl", '{"_id": "d2"}', r"corpus\.jsonl, line 2: text: Field required"),
        ("corpus.jsonl", '{"text": "x"}', r"corpus\.jsonl, line 2: _id: Field required"),
        ("corpus.jsonl", '{"_id": "d1", "text": ""}', r"line 2: the id 'd1' was used before"),
        ("corpus.jsonl", '{"_id": "a\\tb", "text": ""}', r"line 2 has the id 'a\\tb'"),
        ("queries.jsonl", '{"_id": "q2", "text": 5.5}', r"queries\.jsonl, line 2: text:"),
        ("queries.jsonl", '["q2"]', r"queries\.jsonl, line 2: Input should be an object"),
        ("qrels/test.tsv", "q1\td2", r"test\.tsv, line 3: 2 columns instead of 3"),
        ("qrels/test.tsv", "q1\td2\thigh", r"line 3: the grade 'high' is not a whole number"),
        ("qrels/test.tsv", "q1\td1\t0", r"line 3: 'd1' has two grades for 'q1'"),
    ],
)
def test_errors_name_file_and_line(folder, file, line, message):
    """A broken line is found by the person who has to mend it."""
    with (folder / file).open("a") as stream:
        stream.write(line + "\n")
    with pytest.raises(InputError, match=message):
        read_dataset(folder)


def test_a_folder_of_ms_marco(folder):
    """Collection and questions as id, tab, text; judgments beside them, of several splits."""
    for name in ("corpus.jsonl", "queries.jsonl", "qrels/test.tsv"):
        (folder / name).unlink()
    (folder / "collection.tsv").write_text("d1\tone\n")
    (folder / "queries.dev.small.tsv").write_text("q1\twhich?\n")
    (folder / "qrels.dev.small.tsv").write_text("q1\t0\td1\t1\n")
    read = read_dataset(folder)
    assert (read.corpus, read.qrels) == ({"d1": Passage("", "one")}, TINY.qrels)
    assert "1 judgment of 1 question" in read.made


def test_a_broken_first_judgment_is_no_header(folder):
    """A known query in the first line means that it is data, so its bad grade is reported."""
    (folder / "qrels" / "test.tsv").write_text("q1\td1\thigh\n")
    with pytest.raises(InputError, match="line 1: the grade 'high'"):
        read_dataset(folder)


@pytest.mark.parametrize("file", ["corpus.jsonl", "queries.jsonl", "qrels/test.tsv"])
def test_missing_files_are_named(folder, file):
    """A folder that is not a dataset says which file it lacks."""
    (folder / file).unlink()
    with pytest.raises(InputError, match=r"No such file|has no test"):
        read_dataset(folder)


def test_text_that_is_not_utf8(folder):
    """Latin-1 bytes are an error with the file's name, not a stack trace."""
    (folder / "queries.jsonl").write_bytes(b'{"_id": "q1", "text": "caf\xe9"}\n')
    with pytest.raises(InputError, match=r"queries\.jsonl is not UTF-8"):
        read_dataset(folder)


def test_passage_joins_title_and_text():
    """A model reads title and text, without a stray space when there is no title."""
    assert Passage("Title", "text").passage == "Title text"
    assert Passage("", "text").passage == "text"


def test_a_real_beir_folder():
    """SQuAD dev: 600 questions with one relevant passage each, all of them in the corpus."""
    dataset = read_dataset(shared_path("data/squad-dev"))
    assert (dataset.name, len(dataset.corpus), len(dataset.queries)) == ("squad-dev", 2067, 600)
    assert all(
        grades[document] == 1 and document in dataset.corpus
        for grades in dataset.qrels.values()
        for document in grades
    )
