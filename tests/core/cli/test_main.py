"""The command line, with the real parser and store and fakes for the models."""

import shlex
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from unittest.mock import Mock

import pytest

from core.cli import main as cli
from core.errors import ModelError
from core.evaluate.advising import ALTERNATIVES, Advice
from core.evaluate.datasets import Dataset, Passage
from core.evaluate.outcome import Outcome
from core.learn.fits import Tuning
from core.models import torch_models
from core.models.opening import ModelOpener
from core.schema import Answer, Comparison, SearchSettings
from core.serialize import from_json
from tests.beir_folder import write_dataset
from tests.core.app.made_engine import PAGES, QUESTION
from tests.core.cli.conftest import only_collection
from tests.core.evaluate.questions.rules import rules
from tests.core.learn.fitted import LEARNED
from tests.fakes import FakeCrossEncoder, FakeEncoder
from tests.made_pdfs import BROKEN_PDF, made_pdf


@pytest.fixture(autouse=True)
def reference_fakes(monkeypatch):
    """Fakes where torch would load a model."""
    monkeypatch.setattr(torch_models, "load_encoder", lambda *_: FakeEncoder())
    monkeypatch.setattr(torch_models, "load_cross_encoder", lambda *_: FakeCrossEncoder())


@pytest.fixture
def policy(tmp_path):
    """A PDF on disk."""
    path = tmp_path / "policy.pdf"
    path.write_bytes(made_pdf(*PAGES))
    return path


def test_index_then_search_as_text_and_as_json(run, policy):
    """The JSON is the whole comparison."""
    code, _, said = run("index", policy)
    assert code == 0
    assert "indexed: policy.pdf (2 pages" in said
    code, out, _ = run("search", QUESTION, "--top-n", 1)
    assert code == 0
    assert "You may not approve your own expense report." in out
    code, out, _ = run("search", QUESTION, "--json", "--top-k", 10)
    comparison = from_json(Comparison, out)
    assert comparison.query == QUESTION
    assert comparison.settings.top_k == 10
    assert len(comparison.candidates) == len(comparison.reranked) >= 1


def test_one_bad_file_does_not_stop_the_others_but_shows_in_the_exit_code(run, policy, tmp_path):
    """The reason is printed, the good file is in."""
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(BROKEN_PDF)
    code, _, said = run("index", broken, policy)
    assert code == 1
    assert "refused: broken.pdf. " in said
    assert "indexed: policy.pdf" in said


def test_indexing_twice_says_already_here(run, policy):
    """The same bytes are not indexed twice, and that is no failure."""
    run("index", policy)
    code, _, said = run("index", policy)
    assert code == 0
    assert "already here: policy.pdf" in said


def test_answer_quotes_and_names_its_passages(run, policy):
    """Without a language model the answer is quoted, with its sources listed."""
    run("index", policy)
    code, out, _ = run("answer", QUESTION)
    assert code == 0
    assert "“You may not approve your own expense report.” [1]" in out
    assert "[1] policy.pdf, p. 2" in out
    _, out, _ = run("answer", QUESTION, "--json")
    assert from_json(Answer, out).mode == "quotes"


def test_what_belongs_to_other_models_is_set_aside_and_said(run, policy, tmp_path):
    """Not a word with their own models; with others a line on the error stream, and plain order."""
    run("index", policy)
    _, plain_order, _ = run("search", QUESTION, "--no-learned")
    home = tmp_path / "home"
    collection = only_collection(home)
    Tuning(home).adopt(collection, LEARNED)
    _, _, said = run("search", QUESTION)
    assert "not used" not in said
    Tuning(home).adopt(collection, replace(LEARNED, models=""))
    code, out, said = run("search", QUESTION)
    assert (code, out) == (0, plain_order)
    assert "learned weights are not used: they were fitted with unknown models" in said


def test_collections_are_kept_apart(run, policy):
    """A collection is made by indexing into it, and only it is searched."""
    run("index", policy, "--collection", "Rules")
    _, out, _ = run("search", QUESTION, "--json")
    assert from_json(Comparison, out).candidates == ()
    _, out, _ = run("search", QUESTION, "--json", "--collection", "Rules")
    assert from_json(Comparison, out).candidates != ()
    code, _, said = run("search", QUESTION, "--collection", "Nowhere")
    assert code == 1
    assert "no collection named 'Nowhere'" in said


@pytest.mark.parametrize(
    "words", [("search", ""), ("search", "q", "--top-k", "0"), ("index", "missing.pdf")]
)
def test_what_cannot_be_done_is_one_line_and_exit_code_1(run, words):
    """No traceback."""
    code, out, said = run(*words)
    assert (code, out) == (1, "")
    assert said.startswith("error: ")
    assert said.count("\n") == 1


def test_a_model_that_does_not_load_is_one_line(run, policy, monkeypatch):
    """The worker's and the search's failure reach the person."""
    broken = Mock(side_effect=ModelError("The weights are damaged.", "Fetch them again."))
    monkeypatch.setattr(ModelOpener, "encoder", broken)
    code, _, said = run("search", QUESTION)
    assert code == 1
    assert "The weights are damaged. Fetch them again." in said


def test_evaluate_prints_the_table_or_the_report(run, tmp_path):
    """A BEIR folder is measured: each first stage, as it is and reranked, and a foreign run."""
    corpus = {str(i): Passage("", text) for i, text in enumerate([*PAGES, "Lunch is at noon."])}
    queries = {"q1": "when is lunch", "q2": "who may approve reports"}
    write_dataset(
        Dataset("made", corpus, queries, {"q1": {"2": 1}, "q2": {"0": 1}}), tmp_path / "b"
    )
    code, out, _ = run("evaluate", tmp_path / "b", "--top-k", 3)
    assert code == 0
    assert "nDCG@10" in out
    _, out, _ = run("evaluate", tmp_path / "b", "--top-k", 3, "--json")
    names = [f"{name}{part}" for name in ("Dense", "BM25", "Hybrid") for part in ("", ", reranked")]
    assert [result.name for result in from_json(Outcome, out).runs] == names
    (tmp_path / "other.txt").write_text("q1 Q0 2 1 9 x\n")
    words = ("--run", tmp_path / "other.txt", "--csv", tmp_path / "values.csv")
    _, theirs, _ = run("evaluate", tmp_path / "b", *words)
    assert "other, reranked against Dense" in theirs
    assert "other, reranked" in (tmp_path / "values.csv").read_text(encoding="utf-8")
    (tmp_path / "other.txt").rename(tmp_path / "BM25.txt")
    code, _, said = run("evaluate", tmp_path / "b", "--run", tmp_path / "BM25.txt")
    assert (code, "Two configurations are named 'BM25'" in said) == (1, True)


def test_advise_measures_once_and_prints_every_search(run, tmp_path):
    """The second time it is known; as JSON it is the whole record."""
    path = tmp_path / "rules.pdf"
    path.write_bytes(made_pdf(*(rules(seed, 8) for seed in range(70))))
    run("index", path)
    code, out, _ = run("advise")
    assert code == 0
    assert "questions made from these documents" in out
    assert [f"- {name}: " in out for name in ALTERNATIVES] == [True] * len(ALTERNATIVES)
    code, again, _ = run("advise", "--json")
    advice = from_json(Advice, again)
    assert advice.words == out.splitlines()[0]
    assert advice.made_at == from_json(Advice, run("advise", "--json")[1]).made_at
    assert advice.made_at < from_json(Advice, run("advise", "--json", "--again")[1]).made_at


def test_page_command_line_and_class_rank_alike(run, policy, tmp_path):
    """The same engine and the same pipeline: the same ids in the same order."""
    run("index", policy)
    _, out, _ = run("search", QUESTION, "--json")
    printed = [item.chunk.id for item in from_json(Comparison, out).reranked]
    settings = cli.replace(cli.load_settings({}), home=tmp_path / "home")
    with closing(cli.open_engine(settings)) as opened:
        collection = opened.library.collections()[0]
        again = opened.searcher.compare(collection.id, QUESTION, SearchSettings())
        assert [item.chunk.id for item in again.reranked] == printed


def test_a_reader_that_goes_away_is_no_traceback():
    """`python -m core ... | head` ends quietly, whatever was still to be printed."""
    script = (
        "import sys; from core.cli import main as cli\n"
        "cli.run = lambda _: [print('x' * 80) for _ in range(10_000)]\n"
        "sys.exit(cli.main(['metrics']))"
    )
    command = (
        f"{shlex.quote(sys.executable)} -c {shlex.quote(script)} | head -1; echo ${{PIPESTATUS[0]}}"
    )
    ended = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert (ended.stdout.split(), ended.stderr) == (["x" * 80, "141"], "")
