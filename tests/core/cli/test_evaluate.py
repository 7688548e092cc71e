"""``evaluate`` without a browser: own question sets, thresholds, messages."""

import argparse
import json
from dataclasses import replace

import pytest

from core.cli.evaluate import chunking, failures, threshold
from core.home.library import Library
from core.learn.fits import Tuning
from core.search.fitted import FittedOn
from tests.core.cli.conftest import QUESTION, only_collection
from tests.core.evaluate.fitted import ABSTENTION
from tests.core.learn.fitted import LEARNED
from tests.made_pdfs import made_pdf


def test_an_own_question_set_is_measured(run, home):
    """Text for people with the verdict, JSON for programs with every value."""
    code, out, said = run("evaluate", "--set", "mine")
    assert code == 0, said
    assert "Dense, reranked" in out
    assert "2 searches in" in said
    code, out, _ = run("evaluate", "--set", "mine", "--json")
    values = json.loads(out)["runs"][1]["values"]["nDCG@10"]
    assert values == {"Who approves expense reports?": 1.0}


def test_a_threshold_decides_the_exit_code(run, home):
    """Reached is 0; missed is 1, with the figures on the error stream."""
    assert run("evaluate", "--set", "mine", "--fail-below", "nDCG@10=0.99")[0] == 0
    code, _, said = run("evaluate", "--set", "mine", "--fail-below", "P@5=0.9")
    assert code == 1
    assert "Dense, reranked: P@5 is" in said
    code, _, said = run("evaluate", "--set", "mine", "--fail-below", "R@77=0.1")
    assert (code, "R@77 was not measured" in said) == (1, True)


def test_a_question_that_fell_since_last_time_decides_the_exit_code(run, home, tmp_path):
    """A document that repeats the question goes before the source: named, and 1 if asked for."""
    again = ("evaluate", "--set", "mine", "--fail-on-regression")
    assert run(*again)[0] == 0
    code, _, said = run(*again)
    assert (code, "fell from" in said) == (0, False), said
    (tmp_path / "other.pdf").write_bytes(made_pdf("Who approves expense reports?"))
    assert run("index", tmp_path / "other.pdf")[0] == 0
    code, _, said = run("evaluate", "--set", "mine", "--top-k", "20", "--fail-on-regression")
    assert (code, "fell from" in said) == (0, False), said  # other settings: not comparable
    code, _, said = run(*again)
    assert (code, "fell from 1.000 to 0.631 since" in said) == (1, True), said
    assert run(*again, "--csv", tmp_path / "values.csv")[0] == 0  # no more than last time
    assert ",unchanged,0.0,0.0" in (tmp_path / "values.csv").read_text(encoding="utf-8")
    assert run("evaluate", "--set", "mine")[0] == 0


def test_files_and_depths(run, home, tmp_path):
    """Every value as CSV, a page to print, and a configuration for each depth."""
    csv, page = tmp_path / "values.csv", tmp_path / "report.html"
    words = ("--depth", "1", "--csv", csv, "--report", page)
    code, out, said = run("evaluate", "--set", "mine", *words)
    assert code == 0, said
    assert "Dense, reranked of 1" in out
    lines = csv.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 1 + 3
    assert "Who approves expense reports?" in page.read_text(encoding="utf-8")
    code, _, said = run("evaluate", "--set", "mine", "--csv", tmp_path / "no" / "x.csv")
    assert (code, "cannot be written" in said) == (1, True)


def test_another_chunking_is_made_once_and_measured_beside(run, home):
    """The documents are indexed once more, cut so, and found again the next time."""
    code, out, said = run("evaluate", "--set", "mine", "--chunking", "64/16", "--json")
    assert code == 0, said
    runs = {one["configuration"]["name"]: one for one in json.loads(out)["runs"]}
    assert list(runs) == ["Dense", "Dense, reranked", "Dense, reranked, 64/16 tokens"]
    assert runs["Dense, reranked, 64/16 tokens"]["values"]["nDCG@10"] == {QUESTION: 1.0}
    library = Library(home / "library.sqlite")
    cuts = [(c.chunking.size, c.chunking.overlap) for c in library.collections()]
    library.close()
    assert cuts == [(200, 40), (64, 16)]
    code, _, said = run("evaluate", "--set", "mine", "--chunking", "64/16")
    assert (code, "3 searches in" in said) == (0, True), said
    library = Library(home / "library.sqlite")
    assert len(library.collections()) == 2
    library.close()
    code, _, said = run("evaluate", "--set", "mine", "--chunking", "200/40")
    assert (code, "already has chunks of 200 tokens with 40 of overlap" in said) == (1, True), said


def test_what_was_fitted_is_measured_beside(run, home):
    """Adopted weights and threshold, each alone; one that is not there is named."""
    tuning, collection = Tuning(home), only_collection(home)
    tuning.adopt(collection, replace(LEARNED, fitted_on=FittedOn((QUESTION,))))
    tuning.adopt(collection, replace(ABSTENTION, models="alien@1/2 + reader@3/4"))
    words = ("--fitted", "weights", "--fitted", "abstention")
    code, out, said = run("evaluate", "--set", "mine", *words)
    assert code == 0, said
    assert "Dense, reranked with the fitted weights against Dense:\nIn-sample: " in out
    assert "fitted on the 1 question measured here" in out
    assert "fitted abstention: The noise floor decides abstention" in out
    assert "When to abstain, Dense, reranked with the fitted abstention against" in out
    assert "answers 1 of 1 answerable question and abstains on 0 of 0 unanswerable" in out
    code, _, said = run("evaluate", "--set", "mine", "--fitted", "skip-predictor")
    assert (code, "No fitted skip predictor is used in this collection" in said) == (1, True), said
    code, _, said = run("evaluate", "folder", "--fitted", "skip-predictor")
    assert (code, "Use --fitted with --set NAME" in said) == (1, True), said


@pytest.mark.parametrize("text", ["100", "100/", "a/b", "100/90", "7/0", "100/20 tokens"])
def test_a_chunking_that_is_none(text):
    """Before anything is opened."""
    with pytest.raises(argparse.ArgumentTypeError, match="is not SIZE/OVERLAP"):
        chunking(text)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Name a BEIR folder or a question set"),
        (("folder", "--set", "mine"), "Name a BEIR folder or a question set"),
        (("--set", "nobody"), "no question set named 'nobody'"),
        (("--set", "mine", "--config", "Magic"), "no configuration 'Magic'"),
        (("folder", "--chunking", "100/20"), "Use --chunking with --set NAME"),
    ],
)
def test_what_is_missing_is_named(run, home, words, message):
    """One line, exit code 1, and what there is instead."""
    code, _, said = run("evaluate", *words)
    assert (code, message in said) == (1, True), said


@pytest.mark.parametrize("text", ["nDCG@10", "nDCG@10=x", "Magic@3=0.5", "nDCG@0=0.5", ""])
def test_a_threshold_that_is_none(text):
    """Before anything is opened."""
    with pytest.raises(argparse.ArgumentTypeError):
        threshold(text)


def test_failures_look_at_all_but_the_first():
    """The baseline may be as bad as it is."""
    means = {"base": {"AP": 0.1}, "good": {"AP": 0.9}, "bad": {"AP": 0.4}}
    assert failures(means, [("AP", 0.5)]) == ["bad: AP is 0.4000, below 0.5"]
    assert failures(means, []) == []
