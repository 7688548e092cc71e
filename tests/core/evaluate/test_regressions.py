"""Another ranking, other judgments, both or neither to be known: told apart for each question."""

import csv
import io
from dataclasses import replace
from math import log2

import pytest

from core.evaluate.printable import BEFORE, to_html, values_csv
from tests.core.evaluate.made_client import CANDIDATES, PLAN, finished

NAME, MEASURE = "Dense, reranked", "nDCG@10"
QUESTION = "May I?"
FIRST, SECOND = 3, 2
"""Places in CANDIDATES of what reranking puts first and second."""


def run(evaluations, plan=PLAN):
    """One from start to end; its id."""
    ended = finished(evaluations, evaluations.start("c", plan))
    assert ended.status == "done", ended.reason
    return ended.id


def turned(client, monkeypatch):
    """From now on documents count as changed, and the cross-encoder puts its first one last."""
    client.version = "v2"
    old = client.compare

    def compare(*arguments):
        found = old(*arguments)
        one, *rest = found.reranked
        moved = (replace(item, rank=i) for i, item in enumerate([*rest, one], start=1))
        return replace(found, reranked=tuple(moved))

    monkeypatch.setattr(client, "compare", compare)


def better_known(client):
    """Somebody finds the passage that is second as good as the one known so far."""
    client.judgments.give("c", QUESTION, CANDIDATES[FIRST].chunk, 1, "Ada")
    client.judgments.give("c", QUESTION, CANDIDATES[SECOND].chunk, 3, "Ada")


def cause(evaluations, before, after):
    """That of the question, None when its value stayed."""
    found = evaluations.causes(before, after, NAME, MEASURE)
    return next((one for one in found if one.question == QUESTION), None)


def test_equal_evaluations_have_nothing_to_explain(evaluations):
    """No change, no cause."""
    assert evaluations.causes(run(evaluations), run(evaluations), NAME, MEASURE) == []


def test_another_ranking_with_the_same_judgments(evaluations, client, monkeypatch):
    """The only relevant passage falls from first to fourth: 1 becomes 1 / log2(5), all by it."""
    before = run(evaluations)
    turned(client, monkeypatch)
    after = run(evaluations)
    found = cause(evaluations, before, after)
    assert found.by_ranking == pytest.approx(1 / log2(4 + 1) - 1)
    assert found.by_judgments == pytest.approx(0)
    assert found.words == "the ranking changed"
    ((line, fallen),) = evaluations.since(after).falls()
    assert line.startswith(f"{NAME}: {MEASURE} of “{QUESTION}” fell from 1.000 to 0.431")
    assert line.endswith("UTC: the ranking changed")
    assert fallen.regression


def test_other_judgments_on_the_same_ranking(evaluations, client):
    """A fall that no ranking made is named, and is no regression."""
    before = run(evaluations)
    better_known(client)
    after = run(evaluations)
    found = cause(evaluations, before, after)
    assert found.by_judgments < -0.1
    assert found.by_ranking == pytest.approx(0)
    assert found.words == "the judgments changed, not the ranking"
    ((line, fallen),) = evaluations.since(after).falls()
    assert not fallen.regression
    assert "the judgments changed, not the ranking" in line


def test_both_are_told_apart_and_add_up(evaluations, client, monkeypatch):
    """Judgments first, then the ranking: both parts make the whole change."""
    before = run(evaluations)
    better_known(client)
    turned(client, monkeypatch)
    found = cause(evaluations, before, run(evaluations))
    assert found.by_judgments < 0 < found.by_ranking
    whole = found.after - found.before
    assert found.by_judgments + found.by_ranking == pytest.approx(whole)
    assert found.words.count("changed") == 2


def test_report_and_csv_say_why_a_value_is_another_one(evaluations, client, monkeypatch):
    """Both configurations, with the words of the page; unchanged values are said to be."""
    first = run(evaluations)
    assert evaluations.since(first) is None
    better_known(client)
    turned(client, monkeypatch)
    after = run(evaluations)
    outcome, since = evaluations.outcome(after), evaluations.since(after)
    found = cause(evaluations, first, after)
    page = to_html(outcome, "c", since)
    assert f"Since the evaluation of {since.before.made_at:%Y-%m-%d %H:%M} UTC" in page
    assert "Documents changed · models unchanged · algorithms unchanged" in page
    assert f"<td>{QUESTION}</td>" in page
    assert f"<td>{found.words}</td>" in page
    rows = list(csv.DictReader(io.StringIO(values_csv(outcome, since))))
    row = next(r for r in rows if (r["configuration"], r["question"]) == (NAME, QUESTION))
    assert float(row["before"]) == found.before
    assert (row["why"], float(row["by ranking"])) == ("both", found.by_ranking)
    assert float(row["by judgments"]) == found.by_judgments
    same = next(r for r in rows if (r["configuration"], r["question"]) == ("Dense", "Who pays?"))
    assert (same["why"], same["before"], same["by ranking"]) == ("unchanged", "1.0", "0.0")


def test_nothing_is_said_of_what_was_not_measured_before(evaluations, client):
    """The columns are empty without an evaluation before, or one that counted otherwise."""
    outcome = evaluations.outcome(run(evaluations))
    rows = list(csv.DictReader(io.StringIO(values_csv(outcome))))
    assert {row[name] for row in rows for name in BEFORE} == {""}
    assert "Since the evaluation" not in to_html(outcome, "c")
    assert evaluations.since(run(evaluations, replace(PLAN, leave_out_unjudged=True))) is None
    other = replace(PLAN, measures=("AP",))
    assert evaluations.since(run(evaluations, other)).measure == "AP"
    assert evaluations.since(run(evaluations, replace(PLAN, measures=("P@1",)))) is None


def test_judgments_of_later_do_not_count(evaluations, client, monkeypatch):
    """What is said after both evaluations changes nothing about why they differ."""
    before = run(evaluations)
    turned(client, monkeypatch)
    after = run(evaluations)
    known = cause(evaluations, before, after)
    better_known(client)
    assert cause(evaluations, before, after) == known


def test_what_cannot_be_found_out_any_more_is_said_and_counts_as_a_regression(
    evaluations, client, monkeypatch
):
    """A judgment that was taken back made one of the values: nothing is claimed."""
    before = run(evaluations)
    better_known(client)
    after = run(evaluations)
    client.judgments.undo("c", "Ada")
    found = cause(evaluations, before, after)
    assert (found.between, found.by_ranking, found.by_judgments) == (None, 0.0, 0.0)
    assert found.kind == "unknown"
    assert "no longer available" in found.words
    assert [cause for _, cause in evaluations.since(after).falls()] == [found]
    assert found.regression
