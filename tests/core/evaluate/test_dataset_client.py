"""A test collection from end to end, with the fake models: measured as one's own questions are."""

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from core.errors import InputError
from core.evaluate.configurations import depths, presets
from core.evaluate.dataset_client import (
    DatasetClient,
    dataset_plan,
    evaluate_dataset,
    foreign_configurations,
    read_run,
)
from core.evaluate.datasets import Dataset, Passage
from core.evaluate.judging.judgments import Judgments
from core.evaluate.outcome import Latency, latency
from core.evaluate.printable import to_text
from core.search.pipeline import QUERY_CHARACTERS
from core.store.opening import open_store
from tests.fakes import FakeCrossEncoder, FakeEncoder

SENTENCES = {
    "a": "may I may I may I approve travel",
    "b": "self approval of travel expenses is forbidden for everybody here",
    "c": "the travel desk books flights",
    "d": "expenses are paid within ten days",
    "e": "a picnic in the park",
}
CORPUS = {name: Passage("", text) for name, text in SENTENCES.items()}
QUERIES = {
    "q1": "may I approve travel expenses",
    "q2": "who books  flights",
    "q3": "is self approval of travel expenses forbidden",
    "q4": "nobody judged this",
}
FIRST, SECOND, THIRD = QUERIES["q1"], "who books flights", QUERIES["q3"]
QRELS = {"q1": {"b": 1}, "q2": {"c": 1, "gone": 1}, "q3": {"b": 2, "a": 0}}
DATASET = Dataset("expenses", CORPUS, QUERIES, QRELS)


def measured(dataset=DATASET, runs=None, configurations=None, encoder=None, **changes):
    """The evaluation of the small dataset, with three candidates."""
    chosen = configurations or presets(3)[:6]
    plan = dataset_plan(dataset, chosen, **{"measures": ("nDCG@10", "RR@10", "R@3"), **changes})
    return evaluate_dataset(dataset, plan, encoder or FakeEncoder(), FakeCrossEncoder(), runs)


def test_every_first_stage_is_measured_as_it_is_and_reranked():
    """Only questions with a relevant document; a document that is not there stays relevant."""
    outcome = measured()
    assert [run.name for run in outcome.runs] == [
        *("Dense", "Dense, reranked", "BM25", "BM25, reranked", "Hybrid", "Hybrid, reranked")
    ]
    assert (outcome.set_name, outcome.asked, outcome.baseline) == ("expenses", 3, "Dense")
    assert outcome.uncertain == 1
    assert [model.kind for model in outcome.models] == ["encoder", "cross_encoder"]
    for run in outcome.runs:
        assert all(list(values) == [FIRST, SECOND, THIRD] for values in run.values.values())
        assert [each.stage for each in run.latencies] == ["first stage", "second stage", "both"]
    dense = outcome.run("Dense")
    assert dense.values["R@3"][SECOND] == 1 / 2
    assert dense.values["RR@10"][SECOND] == 1 / 1
    assert len({run.ceiling[SECOND] for run in outcome.runs[:2]}) == 1


def test_the_corpus_is_encoded_once_and_each_question_for_each_dense_search():
    """5 passages; 3 questions for Dense and Hybrid, as they are and reranked."""
    encoder, steps = FakeEncoder(), []
    plan = dataset_plan(DATASET, presets(3)[:6])
    evaluate_dataset(DATASET, plan, encoder, FakeCrossEncoder(), None, lambda *n: steps.append(n))
    assert [len(texts) for texts in encoder.calls] == [5, *[1] * (3 * 4)]
    assert steps == [(5, 5), *((done, 18) for done in range(1, 19))]


def test_dense_search_is_exact():
    """The order is that of the cosines, computed one by one."""
    encoder = FakeEncoder()
    with closing(open_store()) as store, closing(Judgments(None)) as judgments:
        client = DatasetClient(DATASET, encoder, FakeCrossEncoder(), store, judgments, {})
        client.index(lambda *_: None)
        found = client.compare("", SECOND, presets(5)[0]).candidates
    query = encoder.encode([SECOND])[0]
    cosines = {
        name: float(np.dot(encoder.encode([p.passage])[0], query)) for name, p in CORPUS.items()
    }
    scores = {candidate.chunk.document_id: candidate.score for candidate in found}
    assert scores == pytest.approx(cosines, abs=1e-6)
    assert list(scores.values()) == sorted(scores.values(), reverse=True)


def test_what_is_asked_is_one_question_of_a_length_that_can_be_asked():
    """The same words twice are one question with both judgments; a very long one is cut."""
    queries = {"q1": "who  flies", "q2": "who flies", "q3": "word " * QUERY_CHARACTERS}
    qrels = {"q1": {"a": 1, "b": 0}, "q2": {"b": 2}, "q3": {"c": 7}}
    outcome = measured(Dataset("d", CORPUS, queries, qrels))
    short, long = outcome.questions
    assert (short, len(long)) == ("who flies", QUERY_CHARACTERS - 1)


@pytest.mark.parametrize("changes", [{"limit": 0}, {"limit": -1}, {"measures": ("magic@3",)}])
def test_numbers_out_of_range(changes):
    """Refused before a model is asked anything."""
    encoder = FakeEncoder()
    with pytest.raises(InputError):
        measured(encoder=encoder, **changes)
    assert encoder.calls == []


def test_limit_and_nothing_to_measure():
    """The first measurable questions; judgments that fit no question are an error with a hint."""
    assert measured(limit=2).questions == [FIRST, SECOND]
    with pytest.raises(InputError, match="no question with a relevant document"):
        measured(replace(DATASET, qrels={"q1": {"b": 0}}))


def test_the_table_is_that_of_own_questions():
    """Measures, ceiling and times; what is not there; a verdict for each but the baseline."""
    text = to_text(measured())
    assert text.startswith("expenses · 3 of 3 questions measured\n")
    assert "Ceiling  Median ms" in text
    assert "1 judgment of passages that are not there." in text
    assert text.count("over 3 questions") >= 5
    assert "\nAgainst BM25: " in text  # what reranking alone does to another first stage
    assert "Against Dense: " not in text
    assert "not there" not in to_text(measured(Dataset("d", CORPUS, {"q": "fly"}, {"q": {"c": 1}})))


def test_latency():
    """Median and 95th percentile, interpolated: of 1, 2, 3 the latter is 1 + 0.95 * (3 - 1)."""
    expected = Latency("search", 2.0, pytest.approx(1 + 0.95 * (3 - 1)))
    assert latency("search", [3.0, 1.0, 2.0]) == expected


@pytest.fixture
def run(tmp_path):
    """Writes a run and gives its path."""

    def write(*lines):
        path = tmp_path / "theirs.txt"
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    return write


def with_run(path):
    """Dense, and the run as it is and reranked."""
    ours = presets(3)[:2]
    return (*ours, *foreign_configurations(ours[1], [path.stem]))


def test_a_foreign_run_is_a_first_stage(run):
    """q1's passage stands third, then second; q2 and q3 are not in the run and count 0."""
    path = run("q1 Q0 b 1 0.1 x", "q1 Q0 c 1 0.9 x", "q1 Q0 a 1 0.4 x", "q9 Q0 a 1 1 x")
    lists, made = read_run(path, DATASET)
    assert made.endswith(
        "not by the rank column. 1 question left out that the folder does not have."
    )
    runs = {"theirs": lists}
    assert runs["theirs"] == {FIRST: ["c", "a", "b"]}
    outcome = measured(runs=runs, configurations=with_run(path))
    theirs, again = outcome.runs[2:]
    assert (theirs.name, again.name) == ("theirs", "theirs, reranked")
    assert theirs.values["RR@10"] == {FIRST: 1 / 3, SECOND: 0, THIRD: 0}
    assert again.values["RR@10"][FIRST] == 1 / 2
    assert theirs.latencies[-1].median_ms == 0.0
    assert [r.values["RR@10"] for r in outcome.runs[:2]] == [
        r.values["RR@10"] for r in measured(configurations=presets(3)[:2]).runs
    ]
    (short,) = depths(again.configuration, (1,))
    outcome = measured(runs=runs, configurations=(theirs.configuration, short))
    assert outcome.runs[1].values["RR@10"][FIRST] == 0.0


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["q9 Q0 a 1 1 x"], "the question 'q9'"),
        (["q1 Q0 z 1 1 x"], "the passage 'z'"),
        (["q1 a 1"], "line 1 of the run"),
    ],
)
def test_a_run_of_another_folder_is_refused(run, lines, words):
    """An unknown id is named: a silent 0 would be a lie about that engine."""
    with pytest.raises(InputError, match=words):
        read_run(run(*lines), DATASET)


def test_a_run_that_cannot_be_read(tmp_path):
    """No file, or no text."""
    with pytest.raises(InputError, match="cannot be read"):
        read_run(tmp_path / "none.txt", DATASET)
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9")
    with pytest.raises(InputError, match="not UTF-8"):
        read_run(tmp_path / "latin.txt", DATASET)


def test_a_run_with_two_questions_of_the_same_words_is_refused(run):
    """Whose list would count?"""
    dataset = replace(DATASET, queries={"q1": "who flies", "q2": "who  flies"})
    with pytest.raises(InputError, match="same words"):
        read_run(run("q1 Q0 a 1 1 x", "q2 Q0 b 1 1 x"), dataset)
