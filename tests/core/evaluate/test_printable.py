"""What an evaluation looks like on paper, in a terminal and as CSV; where it comes from."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from core.evaluate.compare import enough
from core.evaluate.outcome import groups, stage_at_fault
from core.evaluate.printable import to_html, to_text, values_csv
from tests.core.evaluate.made_client import MadeClient, run
from tests.html_page import Page

HOSTILE = '<script>alert(1)</script><img src="https://evil.example/p.png"> & "quotes"'


@pytest.fixture(scope="module")
def outcome():
    """The evaluation of two questions."""
    client = MadeClient()
    found = run(client)
    client.judgments.close()
    return found


def test_the_page_is_complete_in_itself(outcome):
    """Verdict, figures, questions and method; no script, no link, nothing from elsewhere."""
    page = to_html(outcome, "My documents")
    read = Page(page)
    assert not {*read.tags} & {"script", "link", "img", "iframe", "object"}
    assert not {name for _, name, _ in read.attributes} & {"src", "href", "onclick", "onload"}
    assert "http" not in page
    for words in ("Not settled", "Dense, reranked", "May I?", "Holm", "My documents"):
        assert words in read.text


def test_hostile_text_stays_text(outcome):
    """As the name of a set, a collection, a configuration and a question."""
    run_ = outcome.runs[1]
    named = replace(run_, configuration=replace(run_.configuration, name=HOSTILE))
    hostile = replace(outcome, set_name=HOSTILE, runs=(outcome.runs[0], named), compared=())
    read = Page(to_html(hostile, HOSTILE))
    assert not {*read.tags} & {"script", "img"}
    assert HOSTILE in read.text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=50))
def test_any_name_is_printed_as_it_is(outcome, name):
    """Whatever a collection is called."""
    assert f"Evaluation of {name}" in Page(to_html(outcome, name)).text


def test_csv_has_every_value(outcome):
    """A line for each configuration and question, a column for each measure."""
    rows = list(csv.DictReader(io.StringIO(values_csv(outcome))))
    assert len(rows) == 2 * 2
    for row in rows:
        values = outcome.run(row["configuration"]).values
        for measure in outcome.measures:
            assert float(row[measure]) == values[measure][row["question"]]


def test_the_terminal_shows_means_and_the_verdict(outcome):
    """Both configurations with the mean of the deciding measure."""
    text = to_text(outcome)
    assert "made · 2 of 3 questions measured" in text
    for found in outcome.runs:
        assert f"{found.mean('nDCG@10'):.3f}" in text
    assert "Not settled" in text


def test_groups_are_a_partition(outcome):
    """Each question in one group; the groups' means, weighted, give the whole mean."""
    found = groups(outcome, "Dense, reranked", "nDCG@10", outcome.kinds)
    assert sum(d.questions for d in found.values()) == 2
    total = sum(d.mean * d.questions for d in found.values())
    whole = next(d for d in outcome.compared if d.measure == "nDCG@10")
    assert total / 2 == pytest.approx(whole.mean)
    assert set(found) == {"yes or no", "who"}


def test_how_many_questions_would_do(outcome):
    """The number with what is there; enough ones are said to be enough; silence without spread."""
    compared = outcome.compared[0]
    assert f"{compared.needed:,} questions are needed; this set has 2." in enough(compared)
    assert "are enough" in enough(replace(compared, needed=2))
    assert enough(replace(compared, needed=None)) == ""


def test_the_stage_at_fault(outcome):
    """A full ceiling blames the order, half a ceiling the first stage."""
    found = outcome.runs[1]
    assert "so only a better order can gain more" in stage_at_fault(found, "R@10")
    half = replace(found, ceiling={"May I?": 1.0, "Who pays?": 0.0})
    assert stage_at_fault(half, "R@10").startswith("50% of the known answers are among the 4")
